//===- BinaryProduct.cpp - Sums of products of packed bits ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryProduct.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;

Value quant_bnn::packed::buildFilled(ImplicitLocOpBuilder &builder,
                                     ArrayRef<OpFoldResult> sizes,
                                     Value value) {
  Value empty = tensor::EmptyOp::create(builder, sizes, value.getType());
  return linalg::FillOp::create(builder, value, empty).getResult(0);
}

Value quant_bnn::packed::buildI32(ImplicitLocOpBuilder &builder,
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

Value quant_bnn::packed::buildXnorContraction(
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

Value quant_bnn::packed::buildRowPopcounts(ImplicitLocOpBuilder &builder,
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
