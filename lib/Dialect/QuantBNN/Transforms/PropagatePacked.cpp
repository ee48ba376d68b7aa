//===- PropagatePacked.cpp - Hoist pack above other ops -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedRows.h"
#include "ReifiedSizes.h"
#include "UniformValue.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNPROPAGATEPACKEDPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Builders
//===----------------------------------------------------------------------===//

/// Packs `x` with the location and the layout of `like`. Elements that are
/// packed otherwise are i1, which a cast keeps.
static Value buildPack(OpBuilder &builder, PackOp like, Value x) {
  auto type = cast<RankedTensorType>(x.getType());
  RankedTensorType packed = like.getLayout().getTensorType(type.getShape());
  if (PackedAttr::find(type))
    return tensor::CastOp::create(builder, like.getLoc(), packed, x);
  return PackOp::create(builder, like.getLoc(), packed, x);
}

/// Builds a packed tensor without values, with the sizes of `x`.
static Value buildEmpty(OpBuilder &builder, PackOp like, Value x) {
  Location loc = like.getLoc();
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<Value> dynamicSizes;
  for (auto [dim, size] : llvm::enumerate(getReifiedSizes(builder, loc, x)))
    if (type.isDynamicDim(dim))
      dynamicSizes.push_back(
          getValueOrCreateConstantIndexOp(builder, loc, size));
  return tensor::EmptyOp::create(
      builder, loc, like.getLayout().getTensorType(type.getShape()),
      dynamicSizes);
}

/// Replaces `pack`, the pack of the result of `move`, by the same op on packed
/// `sources`, which take the place of the first operands.
static void replaceByMove(PatternRewriter &rewriter, PackOp pack,
                          Operation *move, ValueRange sources) {
  IRMapping mapping;
  for (auto [operand, source] : llvm::zip(move->getOperands(), sources))
    mapping.map(operand, buildPack(rewriter, pack, source));
  Operation *moved = rewriter.clone(*move, mapping);
  rewriter.modifyOpInPlace(
      moved, [&] { moved->getResult(0).setType(pack.getType()); });
  rewriter.replaceOp(pack, moved);
}

/// Whether `x` is a constant, whose packing is left to folding.
static bool isConstant(Value x) { return matchPattern(x, m_Constant()); }

/// Returns the bit to which `pack` maps the constant float or `i1` `x`, or
/// nullopt if `x` is null or not constant.
static std::optional<bool> getBit(PackOp pack, Value x) {
  APFloat number(0.0);
  APInt bit;
  if (x && matchPattern(x, m_ConstantFloat(&number)))
    return (number < APFloat::getZero(number.getSemantics())) ==
           (pack.getLayout().getPolarity() == Polarity::negative);
  if (x && matchPattern(x, m_ConstantInt(&bit)))
    return bit.isOne();
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

namespace {
/// Rewrites pack(f(x)), where f has one value each for negative, 0, positive
/// and NaN x. The result packs x or a comparison of x with 0.
struct PackSignFunction : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto function = pack.getX().getDefiningOp<SignFunctionOpInterface>();
    if (!function)
      return rewriter.notifyMatchFailure(pack, "is of no function of a sign");
    SignValues values = function.getSignValues();
    auto isNegative = [&](double value) { return value < 0.0; };
    Value x = function->getOperand(0);
    bool zero = isNegative(values.zero), positive = isNegative(values.positive);
    // A NaN that f propagates is not below 0.
    bool nan = values.nan && isNegative(*values.nan);
    if (isNegative(values.negative) && !zero && !positive && !nan) {
      rewriter.replaceOp(pack, buildPack(rewriter, pack, x));
      return success();
    }
    if (!isNegative(values.negative) || positive)
      return rewriter.notifyMatchFailure(pack, "does not rise with x");
    using arith::CmpFPredicate;
    // The predicate that x is negative under f, and the complement of that
    // predicate.
    std::pair<CmpFPredicate, CmpFPredicate> predicates;
    if (zero)
      predicates = nan ? std::pair(CmpFPredicate::ULE, CmpFPredicate::OGT)
                       : std::pair(CmpFPredicate::OLE, CmpFPredicate::UGT);
    else
      predicates = nan ? std::pair(CmpFPredicate::ULT, CmpFPredicate::OGE)
                       : std::pair(CmpFPredicate::OLT, CmpFPredicate::UGE);
    CmpFPredicate predicate =
        pack.getLayout().getPolarity() == Polarity::negative
            ? predicates.first
            : predicates.second;
    auto type = cast<RankedTensorType>(x.getType());
    Value bits =
        buildElementwise(
            rewriter, pack.getLoc(), type.clone(rewriter.getI1Type()), x,
            [&](PayloadBuilder &payload, ValueRange operands) {
              return SmallVector<Value>{payload.cmp(predicate, operands.front(),
                                                    payload.constant(0.0))};
            })
            .front();
    rewriter.replaceOpWithNewOp<PackOp>(pack, pack.getType(), bits);
    return success();
  }
};

/// Rewrites pack(f(x)) to pack(x), where f returns x.
struct PackPassThrough : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto payload = pack.getX().getDefiningOp<ElementwisePayloadOpInterface>();
    Value passed = payload ? payload.getPassThrough() : Value();
    if (!passed)
      return rewriter.notifyMatchFailure(pack, "is of what is computed");
    rewriter.replaceOp(pack, buildPack(rewriter, pack, passed));
    return success();
  }
};

/// Rewrites pack(cast(x)) to cast(pack(x)), for casts between static and
/// dynamic shapes.
struct PackCast : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto cast = pack.getX().getDefiningOp<tensor::CastOp>();
    if (!cast || !isa<RankedTensorType>(cast.getSource().getType()) ||
        PackedAttr::find(cast.getSource().getType()))
      return rewriter.notifyMatchFailure(pack, "is of no cast");
    replaceByMove(rewriter, pack, cast, cast.getSource());
    return success();
  }
};

/// Rewrites pack(reshape(x)) to reshape(pack(x)). A reshape that would move
/// bits between words is refused unless x is the result of a sign or `unpack`.
template <typename ReshapeOp>
struct PackReshape : OpRewritePattern<PackOp> {
  using OpRewritePattern<PackOp>::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto reshape = pack.getX().template getDefiningOp<ReshapeOp>();
    if (!reshape || isConstant(reshape.getSrc()) ||
        reshape.getSrcType().getRank() == 0)
      return rewriter.notifyMatchFailure(pack, "is of no reshape");
    if (!keepsWords(pack, reshape) && !isSigns(reshape.getSrc()))
      return rewriter.notifyMatchFailure(pack, "would have to move bits");
    replaceByMove(rewriter, pack, reshape, reshape.getSrc());
    return success();
  }

private:
  /// Whether the reshape keeps rows, or the rows of both shapes are whole
  /// words.
  static bool keepsWords(PackOp pack, ReshapeOp reshape) {
    unsigned wordBits = pack.getLayout().getWordBits();
    return keepsRows(reshape) ||
           (hasWholeWords(reshape.getSrcType(), wordBits) &&
            hasWholeWords(reshape.getResultType(), wordBits));
  }
  static bool isSigns(Value x) {
    Operation *op = x.getDefiningOp();
    return op && isa<SignFunctionOpInterface, UnpackOp>(op);
  }
};

/// Rewrites pack(transpose(x)) to transpose(pack(x)).
struct PackTranspose : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto transpose = pack.getX().getDefiningOp<linalg::TransposeOp>();
    if (!transpose || isConstant(transpose.getInput()))
      return rewriter.notifyMatchFailure(pack, "is of no transposition");
    Value packed = buildPack(rewriter, pack, transpose.getInput());
    Value empty = buildEmpty(rewriter, pack, pack.getX());
    rewriter.replaceOpWithNewOp<linalg::TransposeOp>(
        pack, packed, empty, transpose.getPermutation());
    return success();
  }
};

/// Rewrites pack(slice(x)) to slice(pack(x)).
struct PackSlice : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto slice = pack.getX().getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || isConstant(slice.getSource()) ||
        slice.getDroppedDims().test(slice.getSourceType().getRank() - 1))
      return rewriter.notifyMatchFailure(pack, "is of no slice of rows");
    replaceByMove(rewriter, pack, slice, slice.getSource());
    return success();
  }
};

/// Rewrites pack(concat(x, y, ..)) to concat(pack(x), pack(y), ..).
struct PackConcat : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto concat = pack.getX().getDefiningOp<tensor::ConcatOp>();
    if (!concat)
      return rewriter.notifyMatchFailure(pack, "is of no concatenation");
    replaceByMove(rewriter, pack, concat, concat.getInputs());
    return success();
  }
};

/// Rewrites pack(pad(x)) to the padding of pack(x) with a constant bit.
struct PackPad : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto pad = pack.getX().getDefiningOp<tensor::PadOp>();
    if (!pad || isConstant(pad.getSource()))
      return rewriter.notifyMatchFailure(pack, "is of no padding");
    std::optional<bool> bit = getBit(pack, pad.getConstantPaddingValue());
    if (!bit)
      return rewriter.notifyMatchFailure(pack, "pads with what is not known");
    Location loc = pack.getLoc();
    auto packed = tensor::PadOp::create(
        rewriter, loc, pack.getType(),
        buildPack(rewriter, pack, pad.getSource()), pad.getStaticLow(),
        pad.getStaticHigh(), pad.getLow(), pad.getHigh());
    int64_t rank = pad.getSourceType().getRank();
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.createBlock(&packed.getRegion(), {},
                         SmallVector<Type>(rank, rewriter.getIndexType()),
                         SmallVector<Location>(rank, loc));
    tensor::YieldOp::create(
        rewriter, loc, arith::ConstantIntOp::create(rewriter, loc, *bit, 1));
    rewriter.replaceOp(pack, packed);
    return success();
  }
};

/// Rewrites pack(max_pool(x)) to a pool of pack(x). A maximum is below 0 where
/// all elements of the window are. As a signed i1, a bit of 1 is -1, so bits
/// that stand for negative numbers have the same pool, and others the pool of
/// the minimum.
struct PackMaxPool : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto pool = pack.getX().getDefiningOp<linalg::PoolingNhwcMaxOp>();
    if (!pool || getElementTypeOrSelf(pool.getInputs().front()) !=
                     pack.getX().getType().getElementType())
      return rewriter.notifyMatchFailure(pack, "is of no max pool of its type");
    Value begin = pool.getOutputs().front();
    std::optional<APFloat> first = getUniformFloat(begin);
    if (!first || !(*first < APFloat::getZero(first->getSemantics())))
      return rewriter.notifyMatchFailure(pack,
                                         "begins with what may not be below 0");
    Location loc = pack.getLoc();
    bool isNegative = pack.getLayout().getPolarity() == Polarity::negative;
    Value bit = arith::ConstantIntOp::create(rewriter, loc, isNegative, 1);
    Value bits = linalg::FillOp::create(rewriter, loc, bit,
                                        buildEmpty(rewriter, pack, pack.getX()))
                     .getResult(0);
    SmallVector<Value> inputs = {
        buildPack(rewriter, pack, pool.getInputs().front()),
        pool.getInputs().back()};
    if (isNegative)
      rewriter.replaceOpWithNewOp<linalg::PoolingNhwcMaxOp>(
          pack, pack.getType(), inputs, bits, pool.getStridesAttr(),
          pool.getDilationsAttr());
    else
      rewriter.replaceOpWithNewOp<linalg::PoolingNhwcMinOp>(
          pack, pack.getType(), inputs, bits, pool.getStridesAttr(),
          pool.getDilationsAttr());
    return success();
  }
};

struct QuantBNNPropagatePackedPass
    : quant_bnn::impl::QuantBNNPropagatePackedPassBase<
          QuantBNNPropagatePackedPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PackSignFunction, PackPassThrough, PackCast,
                 PackReshape<tensor::CollapseShapeOp>,
                 PackReshape<tensor::ExpandShapeOp>, PackTranspose, PackSlice,
                 PackConcat, PackPad, PackMaxPool>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
