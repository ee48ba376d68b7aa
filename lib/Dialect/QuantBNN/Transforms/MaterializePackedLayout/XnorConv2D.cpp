//===- XnorConv2D.cpp - Binary convolution on words -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryProduct.h"
#include "Patterns.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

namespace {
struct ConvertXnorConv2D : OnWords<XnorConv2DOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(XnorConv2DOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

/// Builds the number of products of an output, as an `i32`.
static Value buildTerms(ImplicitLocOpBuilder &builder, OpFoldResult channels,
                        ArrayRef<Walk> walks) {
  Value terms = buildI32(builder, channels);
  for (const Walk &walk : walks)
    terms = builder.createOrFold<arith::MulIOp>(terms,
                                                buildI32(builder, walk.kernel));
  return terms;
}

/// Builds a tensor that is 1 where tap j of a window at position i is in an
/// image of `size`, and else 0.
static Value buildInside(ImplicitLocOpBuilder &builder, OpFoldResult positions,
                         OpFoldResult size, const Walk &walk) {
  Value empty = tensor::EmptyOp::create(
      builder, ArrayRef<OpFoldResult>{positions, walk.kernel},
      builder.getI32Type());
  Value bound =
      getValueOrCreateConstantIndexOp(builder, builder.getLoc(), size);
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), ValueRange{}, empty,
      ArrayRef{builder.getMultiDimIdentityMap(2)},
      SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange) {
        ImplicitLocOpBuilder body(loc, nested);
        AffineExpr i = body.getAffineDimExpr(0), j = body.getAffineDimExpr(1);
        Value position = affine::makeComposedAffineApply(
            body, loc, i * walk.stride + j * walk.dilation - walk.low,
            {linalg::IndexOp::create(body, 0).getResult(),
             linalg::IndexOp::create(body, 1).getResult()});
        // As unsigned integers, negative positions are above the bound.
        Value isInside = arith::CmpIOp::create(body, arith::CmpIPredicate::ult,
                                               position, bound);
        linalg::YieldOp::create(
            body, arith::ExtUIOp::create(body, body.getI32Type(), isInside)
                      .getResult());
      });
  return generic.getResult(0);
}

/// Builds the sum of `init` and the products of `a` and `b` over the reduction
/// iterators.
static Value buildContraction(ImplicitLocOpBuilder &builder, Value a, Value b,
                              Value init, ArrayRef<AffineMap> maps,
                              ArrayRef<utils::IteratorType> iterators) {
  auto generic = linalg::GenericOp::create(
      builder, init.getType(), ValueRange{a, b}, init, maps, iterators,
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value product = arith::MulIOp::create(body, arguments[0], arguments[1]);
        Value sum = arith::AddIOp::create(body, arguments[2], product);
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

/// Builds the initial accumulators of `op` for images with a padding of zeros,
/// which the accumulation reads as bits of 0. A tap j outside of the image
/// would add C - 2 p[o, j], where p is the popcount of the filter at j, but
/// should add 0. So the initial value is the sum of C - 2 p[o, j] over the taps
/// inside plus the sum of 2 p[o, j] over all taps. Width and height are summed
/// one after the other.
static Value buildZeroPaddedInit(ImplicitLocOpBuilder &builder, const Words &x,
                                 const Words &filter, ArrayRef<Walk> walks,
                                 ArrayRef<OpFoldResult> sizes) {
  using utils::IteratorType;
  SmallVector<OpFoldResult> xSizes =
      tensor::getMixedSizes(builder, builder.getLoc(), x.value);
  Value insideHeight = buildInside(builder, sizes[1], xSizes[1], walks[0]);
  Value insideWidth = buildInside(builder, sizes[2], xSizes[2], walks[1]);
  // Compute gains[i, j, o] = C - 2 p[o, i, j] and total[o], the sum of
  // 2 p[o, i, j].
  Value popcounts = buildRowPopcounts(builder, filter.value);
  Value channels = buildI32(builder, filter.length);
  SmallVector<AffineExpr> d = llvm::map_to_vector(
      llvm::seq(5), [&](int64_t dim) { return builder.getAffineDimExpr(dim); });
  MLIRContext *context = builder.getContext();
  Value gainsEmpty = tensor::EmptyOp::create(
      builder,
      ArrayRef<OpFoldResult>{walks[0].kernel, walks[1].kernel, sizes[3]},
      builder.getI32Type());
  Value one = arith::ConstantIntOp::create(builder, 1, 32);
  auto gains = linalg::GenericOp::create(
      builder, gainsEmpty.getType(), popcounts, gainsEmpty,
      ArrayRef{AffineMap::get(3, 0, {d[2], d[0], d[1]}, context),
               builder.getMultiDimIdentityMap(3)},
      SmallVector<IteratorType>(3, IteratorType::parallel),
      [&](OpBuilder &nested, Location bodyLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(bodyLoc, nested);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::SubIOp::create(body, channels, twice).getResult());
      });
  Value zero = arith::ConstantIntOp::create(builder, 0, 32);
  auto total = linalg::GenericOp::create(
      builder, buildFilled(builder, {sizes[3]}, zero).getType(), popcounts,
      buildFilled(builder, {sizes[3]}, zero),
      ArrayRef{builder.getMultiDimIdentityMap(3),
               AffineMap::get(3, 0, {d[0]}, context)},
      ArrayRef{IteratorType::parallel, IteratorType::reduction,
               IteratorType::reduction},
      [&](OpBuilder &nested, Location bodyLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(bodyLoc, nested);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::AddIOp::create(body, arguments[1], twice).getResult());
      });
  // rows[w, i, o] = sum over j of insideWidth[w, j] gains[i, j, o].
  auto map = [&](int64_t dims, ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(dims, 0, exprs, context);
  };
  Value rows = buildContraction(
      builder, insideWidth, gains.getResult(0),
      buildFilled(builder, {sizes[2], walks[0].kernel, sizes[3]}, zero),
      {map(4, {d[0], d[3]}), map(4, {d[1], d[3], d[2]}),
       map(4, {d[0], d[1], d[2]})},
      {IteratorType::parallel, IteratorType::parallel, IteratorType::parallel,
       IteratorType::reduction});
  // init[n, h, w, o] = total[o] + sum over i of insideHeight[h, i] rows[w, i,
  // o].
  Value empty = tensor::EmptyOp::create(builder, sizes, builder.getI32Type());
  Value totals = linalg::BroadcastOp::create(builder, total.getResult(0), empty,
                                             ArrayRef<int64_t>{0, 1, 2})
                     .getResult()
                     .front();
  return buildContraction(builder, insideHeight, rows, totals,
                          {map(5, {d[1], d[4]}), map(5, {d[2], d[4], d[3]}),
                           map(5, {d[0], d[1], d[2], d[3]})},
                          {IteratorType::parallel, IteratorType::parallel,
                           IteratorType::parallel, IteratorType::parallel,
                           IteratorType::reduction});
}

/// Pads the images `x` with the pad value of `op`, or with bits of 0 if the pad
/// value is 0.
static Words buildPaddedImages(ImplicitLocOpBuilder &builder, XnorConv2DOp op,
                               const Words &x) {
  ArrayRef<int64_t> padding = op.getPadding();
  if (llvm::all_of(padding, [](int64_t size) { return size == 0; }))
    return x;
  SmallVector<OpFoldResult> low(x.getType().getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> high = low;
  for (unsigned dim : {0, 1}) {
    low[1 + dim] = builder.getIndexAttr(padding[2 * dim]);
    high[1 + dim] = builder.getIndexAttr(padding[2 * dim + 1]);
  }
  Polarity polarity = PackedAttr::find(op.getX().getType()).getPolarity();
  bool isOne = op.getPadValue() != PadValue::zero &&
               (op.getPadValue() == PadValue::minus_one) ==
                   (polarity == Polarity::negative);
  return buildPadded(builder, x, low, high,
                     arith::ConstantIntOp::create(builder, isOne, 1));
}

/// Splits dimension `dim` of `value` into `groups` and the rest.
static Value buildGroups(ImplicitLocOpBuilder &builder, Value value,
                         int64_t dim, int64_t groups) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), value);
  sizes[dim] = affine::makeComposedFoldedAffineApply(
      builder, builder.getLoc(), builder.getAffineDimExpr(0).floorDiv(groups),
      {sizes[dim]});
  sizes.insert(sizes.begin() + dim, builder.getIndexAttr(groups));
  return tensor::ExpandShapeOp::create(
      builder,
      RankedTensorType::get(getStaticSizes(sizes), type.getElementType()),
      value, getSplit(type.getRank(), dim), sizes);
}

LogicalResult
ConvertXnorConv2D::matchAndRewrite(XnorConv2DOp op, Adaptor adaptor,
                                   ConversionPatternRewriter &rewriter) const {
  using utils::IteratorType;
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  Words images = getWords(op.getX(), adaptor.getX());
  Words filters = getWords(op.getFilter(), adaptor.getFilter());
  images.length = filters.length = buildCommonLength(b, op, images, filters);
  SmallVector<OpFoldResult> xSizes =
      tensor::getMixedSizes(b, b.getLoc(), images.value);
  SmallVector<OpFoldResult> filterSizes =
      tensor::getMixedSizes(b, b.getLoc(), filters.value);
  std::array<Walk, 2> walks = op.getWalks(filterSizes[1], filterSizes[2]);
  SmallVector<OpFoldResult> sizes = {
      xSizes[0], buildPositions(b, b.getLoc(), xSizes[1], walks[0]),
      buildPositions(b, b.getLoc(), xSizes[2], walks[1]), filterSizes[0]};
  auto replace = [&](Value acc) {
    rewriter.replaceOp(op, buildTensorCast(b, b.getLoc(), op.getType(), acc));
    return success();
  };
  bool hasZeros =
      op.getPadValue() == PadValue::zero &&
      llvm::any_of(op.getPadding(), [](int64_t size) { return size > 0; });
  if (hasNoTaps(sizes, walks))
    return replace(buildFilled(b, sizes, buildTerms(b, filters.length, walks)));
  Value init =
      hasZeros ? buildZeroPaddedInit(b, images, filters, walks, sizes)
               : buildFilled(b, sizes, buildTerms(b, filters.length, walks));
  int64_t groups = op.getGroups();
  bool isGrouped = groups > 1;
  Value x = buildPaddedImages(b, op, images).value, filter = filters.value;
  if (isGrouped) {
    filter = buildGroups(b, filter, /*dim=*/0, groups);
    init = buildGroups(b, init, /*dim=*/3, groups);
  }

  // The loops are image, row, column, group if there are groups, and output;
  // then the row and column of the tap, and the word.
  int64_t numDims = isGrouped ? 8 : 7, next = 0;
  auto dim = [&] { return b.getAffineDimExpr(next++); };
  AffineExpr n = dim(), h = dim(), w = dim();
  SmallVector<AffineExpr> group;
  if (isGrouped)
    group.push_back(dim());
  AffineExpr o = dim(), i = dim(), j = dim(), c = dim();
  SmallVector<AffineExpr> xDims = {n,
                                   h * walks[0].stride + i * walks[0].dilation,
                                   w * walks[1].stride + j * walks[1].dilation};
  SmallVector<AffineExpr> filterDims = group, accDims = {n, h, w};
  llvm::append_range(xDims, group);
  llvm::append_range(accDims, group);
  xDims.push_back(c);
  accDims.push_back(o);
  llvm::append_values(filterDims, o, i, j, c);
  auto maps =
      llvm::map_to_vector(ArrayRef{xDims, filterDims, accDims}, [&](auto dims) {
        return AffineMap::get(numDims, 0, dims, b.getContext());
      });
  SmallVector<IteratorType> iterators(numDims, IteratorType::parallel);
  std::fill_n(iterators.rbegin(), 3, IteratorType::reduction);
  Value acc = buildXnorContraction(b, x, filter, init, maps, iterators);
  if (isGrouped)
    acc = tensor::CollapseShapeOp::create(b, acc, getSplit(4, /*dim=*/3));
  return replace(acc);
}

void quant_bnn::packed::populateXnorConv2DPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertXnorConv2D>(converter, patterns.getContext());
}
