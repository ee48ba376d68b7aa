//===- Detail.h - What the ops of quant_bnn share ---------------*- C++ -*-===//
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

/// The sum of extents, or the largest one if it does not fit.
inline int64_t addExtents(int64_t a, int64_t b, int64_t c = 0) {
  return std::min<uint64_t>(llvm::SaturatingAdd<uint64_t>(a, b, c),
                            std::numeric_limits<int64_t>::max());
}

//===----------------------------------------------------------------------===//
// The binarizer family
//===----------------------------------------------------------------------===//

/// -1 where x < 0, +1 where x > 0; a zero and a NaN as `zero` and `nan` say.
mlir::Value buildSign(PayloadBuilder &builder, mlir::Value x, ZeroMode zero,
                      NanMode nan);

/// `sign` with the forward of the binarizer `op`, or null if it is that.
mlir::Value buildSignInference(mlir::Operation *op, mlir::OpBuilder &builder,
                               mlir::Location loc);

/// `sign` of a constant, or null.
mlir::OpFoldResult foldSign(mlir::Type type, mlir::Attribute x, ZeroMode zero,
                            NanMode nan);

/// What `sign` makes of a number of either sign, of a zero and of a NaN.
SignValues getSignValues(ZeroMode zero, NanMode nan);

/// The bits that hold the numbers among `values`.
unsigned getSignBitWidth(const SignValues &values);

/// The masks of x that tell the value of a binarizer: where it is that of
/// positive x, where that of negative x if there is a third, and where it is
/// NaN if that is possible.
unsigned getNumSignMasks(const SignValues &values);
llvm::SmallVector<mlir::Value> buildSignMasks(PayloadBuilder &builder,
                                              const SignValues &values,
                                              mlir::Value x);

/// The value of a binarizer of type `type`, from its masks.
mlir::Value buildSignFromMasks(mlir::OpBuilder &builder, mlir::Location loc,
                               const SignValues &values, mlir::Type type,
                               mlir::ValueRange masks);

//===----------------------------------------------------------------------===//
// Uniform quantizers
//===----------------------------------------------------------------------===//

/// The largest finite number of the element type of `type`, the limit of
/// scales.
double getLargestNumber(mlir::Type type);

//===----------------------------------------------------------------------===//
// Packed ops
//===----------------------------------------------------------------------===//

/// What was packed into the words of `unpack`, if it has the type of its
/// result, or null.
mlir::Value getUnpackedBits(UnpackOp unpack);

/// The words of `wordBits` bits that hold a row of `depth` elements.
mlir::OpFoldResult buildWordCount(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult depth, unsigned wordBits);
int64_t getWordCount(int64_t depth, unsigned wordBits);

/// The depth, or dynamic.
int64_t getStaticDepth(mlir::OpFoldResult depth);

/// Whether a static `depth` fills all of its words.
bool isWholeWords(mlir::OpFoldResult depth, unsigned wordBits);

/// Checks that rows of `words` can hold `depth` elements.
llvm::LogicalResult verifyDepth(mlir::Operation *op,
                                mlir::RankedTensorType words,
                                mlir::OpFoldResult depth);

/// Checks that `words`, called `what`, hold elements of `shape`, some of whose
/// sizes may be dynamic.
llvm::LogicalResult verifyPackedShape(mlir::Operation *op, llvm::StringRef what,
                                      mlir::RankedTensorType words,
                                      llvm::ArrayRef<int64_t> shape);

/// `value` as a tensor of `type`, from which it differs in known sizes alone.
mlir::Value buildTensorCast(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Type type, mlir::Value value);

/// `source` with integers around it whose bits are all those of `ones`.
mlir::Value buildPad(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value source, llvm::ArrayRef<mlir::OpFoldResult> low,
                     llvm::ArrayRef<mlir::OpFoldResult> high, bool ones);

/// A slice of `source`. One of nothing may begin at the end, where
/// `tensor.extract_slice` may not.
mlir::Value buildSlice(mlir::OpBuilder &builder, mlir::Location loc,
                       mlir::Value source,
                       llvm::ArrayRef<mlir::OpFoldResult> offsets,
                       llvm::ArrayRef<mlir::OpFoldResult> sizes,
                       llvm::ArrayRef<mlir::OpFoldResult> strides);

/// How dimension `dim` of `rank` is split into two.
llvm::SmallVector<mlir::ReassociationIndices>
getSplitReassociation(int64_t rank, int64_t dim);

/// The known ones of `sizes`, else dynamic.
llvm::SmallVector<int64_t>
getStaticSizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_DETAIL_H
