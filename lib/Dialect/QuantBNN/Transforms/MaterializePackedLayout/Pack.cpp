//===- Pack.cpp - Pack, unpack and threshold on words ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

namespace {
struct ConvertPack : OnWords<PackOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(PackOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    replaceByWords(rewriter, op,
                   buildPack(rewriter, op.getLoc(), adaptor.getX().front(),
                             op.getLayout()));
    return success();
  }
};

struct ConvertUnpack : OnWords<UnpackOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(UnpackOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Words words = getWords(op.getPacked(), adaptor.getPacked());
    Value x = buildUnpack(rewriter, op.getLoc(), words, op.getLayout(),
                          op.getType().getElementType());
    rewriter.replaceOp(op,
                       buildTensorCast(rewriter, op.getLoc(), op.getType(), x));
    return success();
  }
};

struct ConvertThreshold : OnWords<ThresholdOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(ThresholdOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ConvertThreshold::matchAndRewrite(ThresholdOp op, Adaptor adaptor,
                                  ConversionPatternRewriter &rewriter) const {
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Value acc = adaptor.getAcc().front();
  int64_t rank = op.getAcc().getType().getRank();
  Value empty = tensor::EmptyOp::create(
      b, tensor::getMixedSizes(b, b.getLoc(), acc), b.getI1Type());
  AffineMap identity = b.getMultiDimIdentityMap(rank);
  AffineMap channel = identity.getSubMap({static_cast<unsigned>(rank - 1)});
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto bits = linalg::GenericOp::create(
      b, empty.getType(),
      ValueRange{acc, adaptor.getT().front(), adaptor.getFlip().front()}, empty,
      ArrayRef{identity, channel, channel, identity}, iterators,
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value below = arith::CmpIOp::create(body, arith::CmpIPredicate::slt,
                                            arguments[0], arguments[1]);
        Value bit = arith::XOrIOp::create(body, below, arguments[2]);
        linalg::YieldOp::create(body, bit);
      });
  replaceByWords(rewriter, op,
                 buildPack(b, b.getLoc(), bits.getResult(0),
                           PackedAttr::find(op.getType())));
  return success();
}

void quant_bnn::packed::populatePackPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertPack, ConvertThreshold, ConvertUnpack>(
      converter, patterns.getContext());
}
