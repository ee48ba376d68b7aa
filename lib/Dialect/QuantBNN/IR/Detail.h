//===- Detail.h - Shared code of the quant_bnn ops --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/Support/MathExtras.h"

namespace quant_bnn::detail {

/// Returns the sum of extents, saturated to the largest `int64_t`.
inline int64_t addExtents(int64_t a, int64_t b, int64_t c = 0) {
  return std::min<uint64_t>(llvm::SaturatingAdd<uint64_t>(a, b, c),
                            std::numeric_limits<int64_t>::max());
}

//===----------------------------------------------------------------------===//
// The binarizer family
//===----------------------------------------------------------------------===//

/// Builds -1 where x < 0 and +1 where x > 0; `zero` and `nan` select the value
/// at zeros and NaN.
mlir::Value buildSign(PayloadBuilder &builder, mlir::Value x, ZeroMode zero,
                      NanMode nan);

/// Builds a `sign` without `clip` that has the value of the binarizer `op`, or
/// returns null if `op` is such a `sign`.
mlir::Value buildSignInference(mlir::Operation *op, mlir::OpBuilder &builder,
                               mlir::Location loc);

/// Returns the values of `sign` at a negative number, a zero, a positive number
/// and a NaN.
SignValues getSignValues(ZeroMode zero, NanMode nan);

/// Returns the number of bits that distinguish the numbers among `values`.
unsigned getSignBitWidth(const SignValues &values);

/// The masks of x that determine the value of a binarizer: where it is the
/// value of positive x; if there is a third value, where it is the value of
/// negative x; and if NaN propagates, where it is NaN. `getNumSignMasks`
/// returns their number, and `buildSignMasks` builds them.
unsigned getNumSignMasks(const SignValues &values);
llvm::SmallVector<mlir::Value> buildSignMasks(PayloadBuilder &builder,
                                              const SignValues &values,
                                              mlir::Value x);

/// Builds the value of a binarizer, of type `type`, from its masks.
mlir::Value buildSignFromMasks(mlir::OpBuilder &builder, mlir::Location loc,
                               const SignValues &values, mlir::Type type,
                               mlir::ValueRange masks);

//===----------------------------------------------------------------------===//
// Packed ops
//===----------------------------------------------------------------------===//

/// Returns the tensor that was packed to the words of `unpack` if it has the
/// type of the result, or null.
mlir::Value getUnpackedBits(UnpackOp unpack);

/// Returns the number of words of `wordBits` bits that hold a row of `depth`
/// elements.
mlir::OpFoldResult buildWordCount(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult depth, unsigned wordBits);
int64_t getWordCount(int64_t depth, unsigned wordBits);

/// Returns the depth if it is an attribute, or dynamic.
int64_t getStaticDepth(mlir::OpFoldResult depth);

/// Whether `depth` is static and fills all of its words.
bool isWholeWords(mlir::OpFoldResult depth, unsigned wordBits);

/// Checks that rows of `words` can hold `depth` elements.
llvm::LogicalResult verifyDepth(mlir::Operation *op,
                                mlir::RankedTensorType words,
                                mlir::OpFoldResult depth);

/// Checks that `words`, called `what` in the error, hold elements of `shape`,
/// some of whose sizes may be dynamic.
llvm::LogicalResult verifyPackedShape(mlir::Operation *op, llvm::StringRef what,
                                      mlir::RankedTensorType words,
                                      llvm::ArrayRef<int64_t> shape);

/// Casts `value` to the tensor type `type`, which may differ only in which
/// sizes are static.
mlir::Value buildTensorCast(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Type type, mlir::Value value);

/// Pads `source` with integers whose bits are all 1 if `ones` is set, and else
/// all 0.
mlir::Value buildPad(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value source, llvm::ArrayRef<mlir::OpFoldResult> low,
                     llvm::ArrayRef<mlir::OpFoldResult> high, bool ones);

/// Builds a slice of `source`. An empty slice may begin at the end of a
/// dimension; a `tensor.extract_slice` may not.
mlir::Value buildSlice(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value source,
                       llvm::ArrayRef<mlir::OpFoldResult> offsets,
                       llvm::ArrayRef<mlir::OpFoldResult> sizes,
                       llvm::ArrayRef<mlir::OpFoldResult> strides);

/// Returns the reassociation that splits dimension `dim` of `rank` into two.
llvm::SmallVector<mlir::ReassociationIndices>
getSplitReassociation(int64_t rank, int64_t dim);

/// Returns the constant sizes of `sizes`, and dynamic for the others.
llvm::SmallVector<int64_t>
getStaticSizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H
