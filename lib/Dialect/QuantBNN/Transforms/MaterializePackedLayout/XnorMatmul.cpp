//===- XnorMatmul.cpp - Binary matmul on words ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryProduct.h"
#include "Patterns.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

//===----------------------------------------------------------------------===//
// Sums of products
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// ConvertXnorMatmul
//===----------------------------------------------------------------------===//

namespace {
struct ConvertXnorMatmul : OnWords<XnorMatmulOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(XnorMatmulOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ConvertXnorMatmul::matchAndRewrite(XnorMatmulOp op, Adaptor adaptor,
                                   ConversionPatternRewriter &rewriter) const {
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Words lhs = getWords(op.getA(), adaptor.getA());
  Words rhs = getWords(op.getB(), adaptor.getB());
  // The loops are the batch, if there is one, m, n and the word.
  int64_t rank = lhs.getType().getRank(), rhsRank = rhs.getType().getRank();
  SmallVector<AffineExpr> dims;
  for (int64_t dim : llvm::seq(rank + 1))
    dims.push_back(b.getAffineDimExpr(dim));
  AffineExpr word = dims.pop_back_val(), n = dims.pop_back_val();
  SmallVector<AffineExpr> lhsDims = dims, rhsDims = dims, accDims = dims;
  lhsDims.push_back(word);
  rhsDims.pop_back();
  if (rhsRank == 2)
    rhsDims.clear();
  llvm::append_values(rhsDims, n, word);
  accDims.push_back(n);
  auto maps =
      llvm::map_to_vector(ArrayRef{lhsDims, rhsDims, accDims}, [&](auto exprs) {
        return AffineMap::get(rank + 1, 0, exprs, b.getContext());
      });
  SmallVector<utils::IteratorType> iterators(rank + 1,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, b.getLoc(), lhs.value);
  sizes.back() = tensor::getMixedSize(b, b.getLoc(), rhs.value, rhsRank - 2);
  OpFoldResult length = buildCommonLength(b, op, lhs, rhs);
  Value init = buildFilled(b, sizes, buildI32(b, length));
  Value acc =
      buildXnorContraction(b, lhs.value, rhs.value, init, maps, iterators);
  rewriter.replaceOp(op, buildTensorCast(b, b.getLoc(), op.getType(), acc));
  return success();
}

void quant_bnn::packed::populateXnorMatmulPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertXnorMatmul>(converter, patterns.getContext());
}
