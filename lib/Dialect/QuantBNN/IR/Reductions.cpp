//===- Reductions.cpp - Whole-tensor reductions ---------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reductions.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;

/// Builds a 0-d tensor that holds `init`.
static Value buildAccumulator(OpBuilder &builder, Location loc, Value init) {
  Value empty = tensor::EmptyOp::create(builder, loc, ArrayRef<int64_t>{},
                                        init.getType());
  return linalg::FillOp::create(builder, loc, init, empty).getResult(0);
}

Value quant_bnn::detail::buildMaxAbs(OpBuilder &builder, Location loc,
                                     Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  // Without their sign bit, floats order as their bit patterns do, and a NaN is
  // above infinity. An integer maximum is also what vectorizes best.
  unsigned width = type.getElementTypeBitWidth();
  Type bits = builder.getIntegerType(width);
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getIntegerAttr(bits, 0));
  int64_t rank = type.getRank();
  SmallVector<AffineMap> maps = {builder.getMultiDimIdentityMap(rank),
                                 AffineMap::get(rank, 0, builder.getContext())};
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::reduction);
  Value init = buildAccumulator(builder, loc, zero);
  auto generic = linalg::GenericOp::create(
      builder, loc, init.getType(), tensor, init, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        Value pattern =
            arith::BitcastOp::create(nested, nestedLoc, bits, arguments[0]);
        Value mask = arith::ConstantOp::create(
            nested, nestedLoc,
            nested.getIntegerAttr(bits, APInt::getSignedMaxValue(width)));
        Value magnitude =
            arith::AndIOp::create(nested, nestedLoc, pattern, mask);
        Value max =
            arith::MaxSIOp::create(nested, nestedLoc, magnitude, arguments[1]);
        linalg::YieldOp::create(nested, nestedLoc, max);
      });
  Value max = tensor::ExtractOp::create(builder, loc, generic.getResult(0),
                                        ValueRange{});
  return arith::BitcastOp::create(builder, loc, type.getElementType(), max);
}

std::pair<Value, Value>
quant_bnn::detail::buildElementwiseAndSum(OpBuilder &builder, Location loc,
                                          Type resultType, ValueRange operands,
                                          Payload payload) {
  auto type = cast<RankedTensorType>(resultType);
  int64_t rank = type.getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  AffineMap scalar = AffineMap::get(rank, 0, builder.getContext());
  SmallVector<AffineMap> maps;
  for (Value operand : operands)
    maps.push_back(isa<RankedTensorType>(operand.getType()) ? identity
                                                            : scalar);
  maps.append({identity, scalar});

  Type sumType = getComputeType(type.getElementType());
  Value zero = arith::ConstantOp::create(builder, loc,
                                         builder.getFloatAttr(sumType, 0.0));
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, operands.front());
  Value init = tensor::EmptyOp::create(
      builder, loc, sizes, type.getElementType(), type.getEncoding());
  Value accumulator = buildAccumulator(builder, loc, zero);
  // The sum makes every dimension a reduction, though the first result is
  // elementwise.
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::reduction);
  auto generic = linalg::GenericOp::create(
      builder, loc, TypeRange{type, accumulator.getType()}, operands,
      ValueRange{init, accumulator}, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        SmallVector<Value> wide;
        for (Value operand : arguments.take_front(operands.size()))
          wide.push_back(widen(nested, nestedLoc, operand));
        PayloadBuilder payloadBuilder(nestedLoc, nested, sumType);
        SmallVector<Value> results = payload(payloadBuilder, wide);
        Value sum = payloadBuilder.add(results[1], arguments.back());
        linalg::YieldOp::create(nested, nestedLoc,
                                ValueRange{narrow(nested, nestedLoc, results[0],
                                                  type.getElementType()),
                                           sum});
      });
  Value sum = tensor::ExtractOp::create(builder, loc, generic.getResult(1),
                                        ValueRange{});
  return {generic.getResult(0), sum};
}
