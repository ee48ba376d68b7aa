//===- IndexSpace.h - Index arithmetic over several sizes -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

/// Index arithmetic on sizes and positions that are not negative. Upstream's
/// `affine.delinearize_index` would expand to signed divisions with corrections
/// for negative positions: 19 ops of arith for three dynamic sizes, where
/// `delinearize` emits 4.
namespace quant_bnn::index_space {

/// Where in a loop nest code is: the index of the current iteration by loop,
/// which is null outside of the loop.
using Positions = llvm::SmallVector<mlir::Value>;

/// Returns the positions inside of `loops`, which are inside of the loops of
/// `at`, in the iteration with the indices `ivs`.
Positions enter(Positions at, llvm::ArrayRef<unsigned> loops,
                mlir::ValueRange ivs);

/// Builds the product of `sizes`, which is 1 if `sizes` is empty.
mlir::Value buildProduct(mlir::ImplicitLocOpBuilder &builder,
                         llvm::ArrayRef<mlir::Value> sizes);

/// Builds the index along each of `sizes` of the position `linear`, in
/// row-major order.
llvm::SmallVector<mlir::Value> delinearize(mlir::ImplicitLocOpBuilder &builder,
                                           mlir::Value linear,
                                           llvm::ArrayRef<mlir::Value> sizes);

} // namespace quant_bnn::index_space

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H
