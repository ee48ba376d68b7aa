//===- Products.h - Products of all elements but one ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_PRODUCTS_H
#define QUANT_BNN_LIB_AUTODIFF_PRODUCTS_H

#include "LinalgLoops.h"

namespace quant_bnn::detail {

/// Whether slices can select the elements of a reduction with the output `map`:
/// each result of `map` is a different loop, or constant.
bool selectsSlices(mlir::AffineMap map);

/// Products along the loops that the output does not have.
struct Products {
  /// At each point, the product of `first`, `last` and all factors but the one
  /// at that point.
  mlir::Value others;
  /// The product of `last` and all factors, in the shape of `last`.
  mlir::Value all;
};

/// Builds the products of `factors`, which has one dimension for each loop.
/// `first` and `last` have the map of the output. There is no division, so
/// zeros, overflow and underflow of other factors are exact. The products are
/// accumulated in the compute type, once in the order of the loops and once in
/// reverse, and rounded once.
Products buildProducts(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value factors, LoopOperand first,
                       LoopOperand last);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_PRODUCTS_H
