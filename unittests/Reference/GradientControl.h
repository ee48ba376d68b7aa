//===- GradientControl.h - Clipped straight-through estimators --*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_GRADIENTCONTROL_H
#define QUANT_BNN_UNITTESTS_REFERENCE_GRADIENTCONTROL_H

#include <optional>

namespace quant_bnn::reference {

/// Returns the straight-through estimator (Bengio et al. 2013, arXiv:1308.3432)
/// or its clipped form (Courbariaux et al. 2016, arXiv:1602.02830): g, or with
/// a clip g where abs x <= clip and else 0.
///
/// This is the gradient of sign, ste_heaviside, straight_through and
/// gradient_cancellation, whose threshold is the clip. The mask selects, so an
/// infinite or NaN g has no effect outside of the window. A NaN x is outside of
/// every window, also of the window with clip = inf, which contains both
/// infinities.
template <typename T>
T windowGrad(T x, T g, std::optional<double> clip);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_GRADIENTCONTROL_H
