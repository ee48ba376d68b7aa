//===- PropagatePacked.cpp - Hoist pack above other ops -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "UniformValue.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
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

/// Packs `x` with the location, word width and polarity of `like`.
static Value buildPack(OpBuilder &builder, PackOp like, Value x) {
  return PackOp::create(builder, like.getLoc(), x, like.getWordBits(),
                        like.getPolarity());
}

namespace {
/// The size of the last dimension of `x`, as a packed op takes it: as an
/// operand if dynamic, and else as an attribute.
struct Depth {
  Depth(OpBuilder &builder, Location loc, Value x)
      : size(tensor::getMixedSize(
            builder, loc, x,
            cast<RankedTensorType>(x.getType()).getRank() - 1)),
        value(dyn_cast<Value>(size)),
        attribute(getStaticDepthAttr(builder, size)) {}

  OpFoldResult size;
  Value value;
  IntegerAttr attribute;
};
} // namespace

/// Splits `sizes` into the dynamic sizes as operands and the static sizes as an
/// attribute, as packed ops take them.
static std::pair<SmallVector<Value>, DenseI64ArrayAttr>
split(OpBuilder &builder, ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> values;
  SmallVector<int64_t> constants;
  dispatchIndexOpFoldResults(sizes, values, constants);
  return {values, builder.getDenseI64ArrayAttr(constants)};
}

/// Returns the sizes of `x`, computed without a use of `x` if its producer
/// reifies its result shapes.
static SmallVector<OpFoldResult> getSizes(OpBuilder &builder, Location loc,
                                          Value x) {
  ReifiedRankedShapedTypeDims shapes;
  if (Operation *op = x.getDefiningOp();
      op && succeeded(reifyResultShapes(builder, op, shapes)))
    return shapes[cast<OpResult>(x).getResultNumber()];
  return tensor::getMixedSizes(builder, loc, x);
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
           (pack.getPolarity() == Polarity::negative);
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
    CmpFPredicate predicate = pack.getPolarity() == Polarity::negative
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
    rewriter.replaceOpWithNewOp<PackOp>(pack, bits, pack.getWordBits());
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

/// Whether the bits of `words` past the end of each row are known to be 0. Ops
/// of quant_bnn set these bits to 0, and rows of whole words have no such bits.
/// In other words, from an argument for example, these bits may be anything.
static bool areUnusedBitsZero(Value words, IntegerAttr depth) {
  unsigned bits = getElementTypeOrSelf(words.getType()).getIntOrFloatBitWidth();
  if (depth && depth.getInt() % bits == 0)
    return true;
  while (auto cast = words.getDefiningOp<tensor::CastOp>())
    words = cast.getSource();
  Operation *op = words.getDefiningOp();
  return op && isa_and_present<QuantBNNDialect>(op->getDialect());
}

/// Rewrites pack(unpack(b)) to `packed_cast` of b, which may change the word
/// width and the polarity.
struct PackUnpack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto unpack = pack.getX().getDefiningOp<UnpackOp>();
    if (!unpack)
      return rewriter.notifyMatchFailure(pack, "is of no packed bits");
    Value depth = unpack.getDepth();
    IntegerAttr staticDepth =
        depth ? IntegerAttr()
              : rewriter.getI64IntegerAttr(
                    unpack.getX().getType().getShape().back());
    if (!areUnusedBitsZero(unpack.getWords(), staticDepth))
      return rewriter.notifyMatchFailure(pack, "has to clear unused bits");
    rewriter.replaceOpWithNewOp<PackedCastOp>(
        pack, pack.getType(), unpack.getWords(), depth, staticDepth,
        pack.getPolarity() != unpack.getPolarity());
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
    if (!cast || !isa<RankedTensorType>(cast.getSource().getType()))
      return rewriter.notifyMatchFailure(pack, "is of no cast");
    rewriter.replaceOpWithNewOp<tensor::CastOp>(
        pack, pack.getType(), buildPack(rewriter, pack, cast.getSource()));
    return success();
  }
};

/// Rewrites pack(reshape(x)) to `packed_reshape` of pack(x). A reshape that
/// would move bits between words is refused unless x is the result of a sign or
/// `unpack`.
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
    Value source = reshape.getSrc();
    Depth depth(rewriter, pack.getLoc(), source);
    auto [shape, staticShape] =
        split(rewriter, getSizes(rewriter, pack.getLoc(), reshape));
    Value words = buildPack(rewriter, pack, source);
    rewriter.replaceOpWithNewOp<PackedReshapeOp>(pack, pack.getType(), words,
                                                 depth.value, depth.attribute,
                                                 shape, staticShape);
    return success();
  }

private:
  /// Whether the reshape keeps the last dimension, or the last dimensions of
  /// both shapes are whole words.
  static bool keepsWords(PackOp pack, ReshapeOp reshape) {
    if (reshape.getReassociationIndices().back().size() == 1)
      return true;
    return llvm::all_of(ArrayRef{reshape.getSrcType(), reshape.getResultType()},
                        [&](RankedTensorType type) {
                          int64_t depth = type.getShape().back();
                          return !ShapedType::isDynamic(depth) &&
                                 depth % pack.getWordBits() == 0;
                        });
  }
  static bool isSigns(Value x) {
    Operation *op = x.getDefiningOp();
    return op && isa<SignFunctionOpInterface, UnpackOp>(op);
  }
};

/// Rewrites pack(transpose(x)) to `packed_transpose` of pack(x).
struct PackTranspose : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto transpose = pack.getX().getDefiningOp<linalg::TransposeOp>();
    if (!transpose || isConstant(transpose.getInput()))
      return rewriter.notifyMatchFailure(pack, "is of no transposition");
    Value source = transpose.getInput();
    Depth depth(rewriter, pack.getLoc(), source);
    Value words = buildPack(rewriter, pack, source);
    rewriter.replaceOpWithNewOp<PackedTransposeOp>(
        pack, pack.getType(), words, depth.value, depth.attribute,
        transpose.getPermutationAttr());
    return success();
  }
};

/// Rewrites pack(slice(x)) to `packed_slice` of pack(x).
struct PackSlice : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto slice = pack.getX().getDefiningOp<tensor::ExtractSliceOp>();
    if (!slice || isConstant(slice.getSource()) ||
        slice.getSourceType().getRank() != slice.getType().getRank())
      return rewriter.notifyMatchFailure(pack, "is of no slice of its rank");
    Value source = slice.getSource();
    Depth depth(rewriter, pack.getLoc(), source);
    Value words = buildPack(rewriter, pack, source);
    rewriter.replaceOpWithNewOp<PackedSliceOp>(
        pack, pack.getType(), words, depth.value, depth.attribute,
        slice.getOffsets(), slice.getSizes(), slice.getStrides(),
        slice.getStaticOffsetsAttr(), slice.getStaticSizesAttr(),
        slice.getStaticStridesAttr());
    return success();
  }
};

/// Rewrites pack(concat(x, y, ..)) to `packed_concat` of pack(x), pack(y), ..
struct PackConcat : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto concat = pack.getX().getDefiningOp<tensor::ConcatOp>();
    if (!concat)
      return rewriter.notifyMatchFailure(pack, "is of no concatenation");
    SmallVector<Value> words;
    SmallVector<OpFoldResult> depths;
    for (Value source : concat.getInputs()) {
      depths.push_back(Depth(rewriter, pack.getLoc(), source).size);
      words.push_back(buildPack(rewriter, pack, source));
    }
    auto [values, constants] = split(rewriter, depths);
    rewriter.replaceOpWithNewOp<PackedConcatOp>(
        pack, pack.getType(), words, values, constants,
        rewriter.getI64IntegerAttr(concat.getDim()));
    return success();
  }
};

/// Rewrites pack(pad(x)) to `packed_pad` of pack(x) with a constant bit.
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
    Value source = pad.getSource();
    Depth depth(rewriter, pack.getLoc(), source);
    Value words = buildPack(rewriter, pack, source);
    rewriter.replaceOpWithNewOp<PackedPadOp>(
        pack, pack.getType(), words, depth.value, depth.attribute, pad.getLow(),
        pad.getHigh(), pad.getStaticLowAttr(), pad.getStaticHighAttr(), *bit);
    return success();
  }
};

/// Rewrites pack(max_pool(x)) to `xnor_max_pool_2d` of pack(x): a maximum is
/// below 0 where all elements of the window are below 0.
struct PackMaxPool : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp pack,
                                PatternRewriter &rewriter) const override {
    auto pool = pack.getX().getDefiningOp<linalg::PoolingNhwcMaxOp>();
    if (!pool)
      return rewriter.notifyMatchFailure(pack, "is of no max pool");
    auto window = cast<RankedTensorType>(pool.getInputs()[1].getType());
    std::optional<APFloat> begin = getUniformFloat(pool.getOutputs().front());
    if (!window.hasStaticShape() || !begin ||
        !(*begin < APFloat::getZero(begin->getSemantics())))
      return rewriter.notifyMatchFailure(
          pack, "has a window that is not known, or begins with what may not "
                "be below 0");
    auto getList = [&](DenseIntElementsAttr values) {
      return rewriter.getDenseI64ArrayAttr(
          llvm::to_vector(values.getValues<int64_t>()));
    };
    Value words = buildPack(rewriter, pack, pool.getInputs().front());
    rewriter.replaceOpWithNewOp<XnorMaxPool2DOp>(
        pack, pack.getType(), words,
        rewriter.getDenseI64ArrayAttr(window.getShape()),
        getList(pool.getStrides()), getList(pool.getDilations()),
        rewriter.getDenseI64ArrayAttr({0, 0, 0, 0}),
        PolarityAttr::get(pack.getContext(), pack.getPolarity()));
    return success();
  }
};

struct QuantBNNPropagatePackedPass
    : quant_bnn::impl::QuantBNNPropagatePackedPassBase<
          QuantBNNPropagatePackedPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<PackSignFunction, PackPassThrough, PackUnpack, PackCast,
                 PackReshape<tensor::CollapseShapeOp>,
                 PackReshape<tensor::ExpandShapeOp>, PackTranspose, PackSlice,
                 PackConcat, PackPad, PackMaxPool>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
