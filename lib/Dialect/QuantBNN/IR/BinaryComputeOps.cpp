//===- BinaryComputeOps.cpp - Binary matmul and threshold -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

//===----------------------------------------------------------------------===//
// Shared builders
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildFilled(ImplicitLocOpBuilder &builder,
                                     ArrayRef<OpFoldResult> sizes,
                                     Value value) {
  Value empty = tensor::EmptyOp::create(builder, sizes, value.getType());
  return linalg::FillOp::create(builder, value, empty).getResult(0);
}

Value quant_bnn::detail::buildI32(ImplicitLocOpBuilder &builder,
                                  OpFoldResult value) {
  if (std::optional<int64_t> constant = getConstantIntValue(value))
    return arith::ConstantIntOp::create(builder, *constant, 32);
  return arith::IndexCastOp::create(builder, builder.getI32Type(),
                                    cast<Value>(value));
}

/// Builds the number of bits of 1 in `word`, as an `i32`.
static Value buildPopcount(ImplicitLocOpBuilder &builder, Value word) {
  Value count = math::CtPopOp::create(builder, word);
  unsigned bits = word.getType().getIntOrFloatBitWidth();
  if (bits < 32)
    return arith::ExtUIOp::create(builder, builder.getI32Type(), count);
  if (bits > 32)
    return arith::TruncIOp::create(builder, builder.getI32Type(), count);
  return count;
}

Value quant_bnn::detail::buildXnorContraction(
    ImplicitLocOpBuilder &builder, Value a, Value b, Value init,
    ArrayRef<AffineMap> maps, ArrayRef<utils::IteratorType> iterators) {
  auto generic = linalg::GenericOp::create(
      builder, init.getType(), ValueRange{a, b}, init, maps, iterators,
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value differing =
            arith::XOrIOp::create(body, arguments[0], arguments[1]);
        Value factor = arith::ConstantIntOp::create(body, -2, 32);
        Value term =
            arith::MulIOp::create(body, buildPopcount(body, differing), factor);
        Value sum = arith::AddIOp::create(body, arguments[2], term);
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

Value quant_bnn::detail::buildRowPopcounts(ImplicitLocOpBuilder &builder,
                                           Value words) {
  int64_t rank = cast<RankedTensorType>(words.getType()).getRank();
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), words);
  Value zero = arith::ConstantIntOp::create(builder, 0, 32);
  Value zeros = buildFilled(builder, ArrayRef(sizes).drop_back(), zero);
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      builder, zeros.getType(), words, zeros,
      ArrayRef{identity, identity.dropResult(rank - 1)}, iterators,
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value sum = arith::AddIOp::create(body, arguments[1],
                                          buildPopcount(body, arguments[0]));
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

void quant_bnn::detail::setSumRange(Value acc, OpFoldResult depth, int64_t taps,
                                    ArrayRef<ConstantIntRanges> operandRanges,
                                    SetIntRangeFn setRange) {
  // No op sums more products than this.
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  std::optional<int64_t> terms = getConstantIntValue(depth);
  if (!terms)
    terms = operandRanges.back().smax().getSExtValue();
  APInt bound(32, std::min(std::clamp<int64_t>(*terms, 0, most) * taps, most));
  setRange(acc, ConstantIntRanges::fromSigned(-bound, bound));
}

//===----------------------------------------------------------------------===//
// XnorMatmulOp
//===----------------------------------------------------------------------===//

/// Whether dimension `i` of `a` and `j` of `b` may have the same size.
static bool isSameDim(RankedTensorType a, int64_t i, RankedTensorType b,
                      int64_t j) {
  return succeeded(verifyCompatibleShape({a.getDimSize(i)}, {b.getDimSize(j)}));
}

LogicalResult XnorMatmulOp::verify() {
  if (failed(verifyDepthForm(*this, getDepth(), getStaticDepthAttr())))
    return failure();
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
  if (failed(verifyDepth(*this, a, getMixedDepth())) ||
      failed(verifyDepth(*this, b, getMixedDepth())))
    return failure();
  if (!isSameDim(a, rank - 1, b, b.getRank() - 1))
    return emitShapes("rows of as many words");
  if (!isSameDim(a, rank - 2, acc, rank - 2) ||
      !isSameDim(b, b.getRank() - 2, acc, rank - 1))
    return emitShapes("an MxN result of M and N rows");
  if (rank == 3 && (!isSameDim(a, 0, acc, 0) ||
                    (b.getRank() == 3 && !isSameDim(b, 0, acc, 0))))
    return emitShapes("batches of the same size");
  return success();
}

void XnorMatmulOp::build(OpBuilder &builder, OperationState &state, Value a,
                         Value b, OpFoldResult depth) {
  auto bType = cast<RankedTensorType>(b.getType());
  auto shape = llvm::to_vector(cast<RankedTensorType>(a.getType()).getShape());
  shape.back() = bType.getDimSize(bType.getRank() - 2);
  build(builder, state, RankedTensorType::get(shape, builder.getI32Type()), a,
        b, dyn_cast<Value>(depth),
        quant_bnn::getStaticDepthAttr(builder, depth));
}

void XnorMatmulOp::inferResultRanges(ArrayRef<ConstantIntRanges> operandRanges,
                                     SetIntRangeFn setRange) {
  setSumRange(getAcc(), getMixedDepth(), /*taps=*/1, operandRanges, setRange);
}

LogicalResult
XnorMatmulOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, getLoc(), getA());
  sizes.back() = tensor::getMixedSize(builder, getLoc(), getB(),
                                      getB().getType().getRank() - 2);
  shapes.push_back(std::move(sizes));
  return success();
}

FailureOr<SmallVector<Value>>
XnorMatmulOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  ImplicitLocOpBuilder b(loc, builder);
  ReifiedRankedShapedTypeDims sizes;
  (void)reifyResultShapes(builder, sizes);
  // The loops are the batch, if there is one, m, n and the word.
  int64_t rank = getA().getType().getRank();
  SmallVector<AffineExpr> dims;
  for (int64_t dim : llvm::seq(rank + 1))
    dims.push_back(b.getAffineDimExpr(dim));
  AffineExpr word = dims.pop_back_val(), n = dims.pop_back_val();
  SmallVector<AffineExpr> aDims = dims, bDims = dims, accDims = dims;
  aDims.push_back(word);
  bDims.pop_back();
  if (getB().getType().getRank() == 2)
    bDims.clear();
  llvm::append_values(bDims, n, word);
  accDims.push_back(n);
  auto maps =
      llvm::map_to_vector(ArrayRef{aDims, bDims, accDims}, [&](auto exprs) {
        return AffineMap::get(rank + 1, 0, exprs, b.getContext());
      });
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  Value init = buildFilled(b, sizes.front(), buildI32(b, getMixedDepth()));
  Value acc = buildXnorContraction(b, getA(), getB(), init, maps, iterators);
  return SmallVector<Value>{buildTensorCast(builder, loc, getType(), acc)};
}

//===----------------------------------------------------------------------===//
// ThresholdOp
//===----------------------------------------------------------------------===//

LogicalResult ThresholdOp::verify() {
  RankedTensorType acc = getAcc().getType();
  if (acc.getRank() == 0)
    return emitOpError("requires accumulators of rank 1 or more, but got ")
           << acc;
  for (Value channels : {getT(), getFlip()}) {
    auto type = cast<RankedTensorType>(channels.getType());
    if (!isSameDim(acc, acc.getRank() - 1, type, 0))
      return emitOpError("requires one of ")
             << type << " for every channel of " << acc;
  }
  return verifyPackedShape(*this, "a result", getWords().getType(),
                           acc.getShape());
}

LogicalResult
ThresholdOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(getPackedSizes(
      *this, builder, tensor::getMixedSizes(builder, getLoc(), getAcc())));
  return success();
}

FailureOr<SmallVector<Value>>
ThresholdOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  ImplicitLocOpBuilder b(loc, builder);
  int64_t rank = getAcc().getType().getRank();
  Value empty = tensor::EmptyOp::create(
      b, tensor::getMixedSizes(builder, loc, getAcc()), b.getI1Type());
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap channel = identity.getSubMap({static_cast<unsigned>(rank - 1)});
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto bits = linalg::GenericOp::create(
      b, empty.getType(), ValueRange{getAcc(), getT(), getFlip()}, empty,
      ArrayRef{identity, channel, channel, identity}, iterators,
      [](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(nestedLoc, nested);
        Value below = arith::CmpIOp::create(body, arith::CmpIPredicate::slt,
                                            arguments[0], arguments[1]);
        Value bit = arith::XOrIOp::create(body, below, arguments[2]);
        linalg::YieldOp::create(body, bit);
      });
  Value words = PackOp::create(builder, loc, bits.getResult(0),
                               getWords().getType().getElementTypeBitWidth());
  return SmallVector<Value>{buildTensorCast(builder, loc, getType(), words)};
}
