//===- GradientControl.cpp - Clipped straight-through estimators ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/GradientControl.h"

#include <cmath>

namespace quant_bnn::reference {

template <typename T>
T windowGrad(T x, T g, std::optional<double> clip) {
  if (!clip)
    return g;
  return std::abs(x) <= static_cast<T>(*clip) ? g : T(0);
}

template float windowGrad(float, float, std::optional<double>);
template double windowGrad(double, double, std::optional<double>);

} // namespace quant_bnn::reference
