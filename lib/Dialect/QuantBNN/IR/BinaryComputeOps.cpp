//===- BinaryComputeOps.cpp - Binary matmul and threshold -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

//===----------------------------------------------------------------------===//
// Packed operands
//===----------------------------------------------------------------------===//

bool quant_bnn::detail::isSameDim(RankedTensorType a, int64_t i,
                                  RankedTensorType b, int64_t j) {
  return succeeded(verifyCompatibleShape({a.getDimSize(i)}, {b.getDimSize(j)}));
}

LogicalResult quant_bnn::detail::verifyRows(Operation *op, StringRef what,
                                            RankedTensorType a,
                                            RankedTensorType b) {
  if (a.getEncoding() != b.getEncoding() ||
      !isSameDim(a, a.getRank() - 1, b, b.getRank() - 1))
    return op->emitOpError("requires ")
           << what << " with rows of the same length and encoding, but got "
           << a << " and " << b;
  for (RankedTensorType type : {a, b})
    if (int64_t length = type.getShape().back();
        !ShapedType::isDynamic(length) &&
        length > std::numeric_limits<int32_t>::max())
      return op->emitOpError("requires rows of at most 2^31 - 1 elements, but "
                             "got ")
             << type;
  return success();
}

void quant_bnn::detail::setSumRange(Value acc, int64_t length, int64_t taps,
                                    SetIntRangeFn setRange) {
  // No op sums more products than this.
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  int64_t terms = ShapedType::isDynamic(length) ? most : length;
  APInt bound(32, std::min(terms * taps, most));
  setRange(acc, ConstantIntRanges::fromSigned(-bound, bound));
}

SmallVector<OpFoldResult>
quant_bnn::detail::matchSizes(OpBuilder &builder, Location loc,
                              RankedTensorType type,
                              ArrayRef<OpFoldResult> sizes) {
  SmallVector<OpFoldResult> matched;
  for (auto [length, size] : llvm::zip_equal(type.getShape(), sizes)) {
    if (ShapedType::isDynamic(length))
      matched.push_back(getValueOrCreateConstantIndexOp(builder, loc, size));
    else
      matched.push_back(builder.getIndexAttr(length));
  }
  return matched;
}

//===----------------------------------------------------------------------===//
// XnorMatmulOp
//===----------------------------------------------------------------------===//

LogicalResult XnorMatmulOp::verify() {
  RankedTensorType a = getA().getType(), b = getB().getType(),
                   acc = getAcc().getType();
  auto emitShapes = [&](StringRef what) {
    return emitOpError("requires ")
           << what << ", but got " << a << ", " << b << " and " << acc;
  };
  int64_t rank = a.getRank();
  if ((rank != 2 && rank != 3) || acc.getRank() != rank ||
      (b.getRank() != 2 && b.getRank() != rank))
    return emitShapes("matrices, or batches of them");
  if (failed(verifyRows(*this, "matrices", a, b)))
    return failure();
  if (!isSameDim(a, rank - 2, acc, rank - 2) ||
      !isSameDim(b, b.getRank() - 2, acc, rank - 1))
    return emitShapes("an MxN result of M and N rows");
  if (rank == 3 && (!isSameDim(a, 0, acc, 0) ||
                    (b.getRank() == 3 && !isSameDim(b, 0, acc, 0))))
    return emitShapes("batches of the same size");
  return success();
}

void XnorMatmulOp::build(OpBuilder &builder, OperationState &state, Value a,
                         Value b) {
  auto bType = cast<RankedTensorType>(b.getType());
  auto shape = llvm::to_vector(cast<RankedTensorType>(a.getType()).getShape());
  shape.back() = bType.getDimSize(bType.getRank() - 2);
  build(builder, state, RankedTensorType::get(shape, builder.getI32Type()), a,
        b);
}

void XnorMatmulOp::inferResultRanges(ArrayRef<ConstantIntRanges>,
                                     SetIntRangeFn setRange) {
  // Either operand may have the static length.
  int64_t a = getA().getType().getShape().back();
  int64_t b = getB().getType().getShape().back();
  setSumRange(getAcc(), ShapedType::isDynamic(a) ? b : a, /*taps=*/1, setRange);
}

LogicalResult
XnorMatmulOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, getLoc(), getA());
  sizes.back() = tensor::getMixedSize(builder, getLoc(), getB(),
                                      getB().getType().getRank() - 2);
  shapes.push_back(matchSizes(builder, getLoc(), getAcc().getType(), sizes));
  return success();
}

//===----------------------------------------------------------------------===//
// ThresholdOp
//===----------------------------------------------------------------------===//

LogicalResult ThresholdOp::verify() {
  RankedTensorType acc = getAcc().getType();
  if (failed(verifyCompatibleShape(acc, getPacked().getType())))
    return emitOpError("requires a bit for every element of ")
           << acc << ", but got " << getPacked().getType();
  for (Value channels : {getT(), getFlip()}) {
    auto type = cast<RankedTensorType>(channels.getType());
    if (!isSameDim(acc, acc.getRank() - 1, type, 0))
      return emitOpError("requires one of ")
             << type << " for every channel of " << acc;
  }
  return success();
}

LogicalResult
ThresholdOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(tensor::getMixedSizes(builder, getLoc(), getAcc()));
  return success();
}
