//===- Detail.h - Shared parts of the pass for channels-last ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_CHANNELSLAST_DETAIL_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_CHANNELSLAST_DETAIL_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/PatternMatch.h"

namespace quant_bnn::channels_last {

/// The order of dimensions that makes a tensor with the channels last one with
/// the channels after the batch.
llvm::SmallVector<int64_t> getToChannelsFirst(int64_t rank);
/// The inverse.
llvm::SmallVector<int64_t> getToChannelsLast(int64_t rank);

/// Returns the tensor with the channels last of which `value` is the
/// transposition, or null if it is none.
mlir::Value getChannelsLast(mlir::Value value);

/// Whether `transpose` needs no transposition of `value` at run time: it is a
/// constant, has equal elements, is broadcast or is a transposition.
bool isFree(mlir::Value value, llvm::ArrayRef<int64_t> permutation);

/// Returns `value` with its dimensions in the order of `permutation`.
mlir::Value transpose(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::Value value, llvm::ArrayRef<int64_t> permutation);

/// Builds `op` on `source`, which is its source with the dimensions in the
/// order of `permutation`. Returns null unless it pads with a constant.
mlir::Value transposePad(mlir::OpBuilder &builder, mlir::tensor::PadOp op,
                         mlir::Value source,
                         llvm::ArrayRef<int64_t> permutation);

/// As above for an op that inserts its source with all dimensions. The tensor
/// that it inserts into is transposed.
mlir::Value transposeInsertSlice(mlir::OpBuilder &builder,
                                 mlir::tensor::InsertSliceOp op,
                                 mlir::Value source,
                                 llvm::ArrayRef<int64_t> permutation);

/// Returns `type` with its dimensions in the order of `permutation`.
mlir::RankedTensorType transpose(mlir::RankedTensorType type,
                                 llvm::ArrayRef<int64_t> permutation);

/// Whether `op` computes each element of its results from those of its operands
/// in the same place.
bool isElementwise(mlir::Operation *op);

/// Adds patterns that replace named ops on images with the channels after the
/// batch.
void populateNamedOpPatterns(mlir::RewritePatternSet &patterns);
/// Adds patterns that move transpositions from operands to results.
void populateSinkPatterns(mlir::RewritePatternSet &patterns);
/// Adds patterns that remove transpositions before images are flattened for a
/// matmul.
void populateFlattenPatterns(mlir::RewritePatternSet &patterns);

} // namespace quant_bnn::channels_last

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_CHANNELSLAST_DETAIL_H
