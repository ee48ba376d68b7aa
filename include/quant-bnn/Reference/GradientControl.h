//===- GradientControl.h - Gradients that a window masks --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_GRADIENTCONTROL_H
#define QUANT_BNN_REFERENCE_GRADIENTCONTROL_H

#include <optional>

namespace quant_bnn::reference {

/// The straight-through estimator (Bengio et al. 2013, arXiv:1308.3432) and its
/// clipped form (Courbariaux et al. 2016, arXiv:1602.02830): g, or with a clip
/// g where abs x <= clip and 0 elsewhere.
///
/// It is the gradient of sign, ste_heaviside, straight_through and
/// gradient_cancellation, whose threshold is the clip. The mask selects, so a g
/// of inf or NaN does not get out of a closed window; a NaN x is outside every
/// window, also that of clip = inf, which lets both infinities through.
template <typename T>
T windowGrad(T x, T g, std::optional<double> clip);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_REFERENCE_GRADIENTCONTROL_H
