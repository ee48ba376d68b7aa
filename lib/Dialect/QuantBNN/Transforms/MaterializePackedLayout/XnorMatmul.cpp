//===- XnorMatmul.cpp - Binary matmul on words ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryProduct.h"
#include "Patterns.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

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
