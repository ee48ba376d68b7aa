//===- SplitReciprocal.h - Divide levels by multiplication ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_SPLITRECIPROCAL_H
#define QUANT_BNN_SUPPORT_SPLITRECIPROCAL_H

#include "mlir/IR/BuiltinTypes.h"
#include <optional>
#include <utility>

namespace quant_bnn {

/// Returns parts hi + lo of 1/n such that `level * hi + level * lo` equals
/// `level / n`, correctly rounded to `type`, for every integer level with abs
/// level <= n. Returns nullopt if n has too many bits.
std::optional<std::pair<double, double>> splitReciprocal(mlir::FloatType type,
                                                         int64_t n);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_SPLITRECIPROCAL_H
