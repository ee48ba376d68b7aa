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

/// Whether elements of a reduction with the output `map` can be selected by
/// slices: each result is another loop, or constant.
bool selectsSlices(mlir::AffineMap map);

/// Products along the loops that an output does not have.
struct Products {
  /// At each point, `first`, `last` and all factors but the one there.
  mlir::Value others;
  /// `last` times all factors, in the shape of `last`.
  mlir::Value all;
};

/// The products of `factors`, which has one dimension for each loop. `first`
/// and `last` have the map of the output. Nothing is divided, so zeros,
/// overflow and underflow of other factors are exact. They are accumulated in
/// the compute type, in the order of the loops and against it, and rounded
/// once.
Products buildProducts(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value factors, LoopOperand first,
                       LoopOperand last);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_PRODUCTS_H
