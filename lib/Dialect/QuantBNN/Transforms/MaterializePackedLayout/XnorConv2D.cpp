//===- XnorConv2D.cpp - Binary convolution on words -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryProduct.h"
#include "ConvBorder.h"
#include "Patterns.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

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

/// Whether windows may reach beyond the images.
static bool hasPadding(ArrayRef<Walk> walks) {
  return llvm::any_of(walks, [](const Walk &walk) {
    return !isZeroInteger(walk.low) || !isZeroInteger(walk.high);
  });
}

/// Checks the sizes of padding that are constants, which the verifier checks
/// only where they are attributes.
static LogicalResult checkPadding(XnorConv2DOp op,
                                  ArrayRef<OpFoldResult> padding) {
  for (OpFoldResult size : padding)
    if (std::optional<int64_t> value = getConstantIntValue(size);
        value && (*value < 0 || *value > std::numeric_limits<int32_t>::max()))
      return op.emitOpError("requires padding from 0 to 2^31 - 1, but got ")
             << *value;
  return success();
}

/// Pads the images `x` with the pad value of `op`, or with bits of 0 if the pad
/// value is 0.
static Words buildPaddedImages(ImplicitLocOpBuilder &builder, XnorConv2DOp op,
                               const Words &x, ArrayRef<Walk> walks) {
  if (!hasPadding(walks))
    return x;
  SmallVector<OpFoldResult> low(x.getType().getRank(), builder.getIndexAttr(0));
  SmallVector<OpFoldResult> high = low;
  for (unsigned dim : {0, 1}) {
    low[1 + dim] = walks[dim].low;
    high[1 + dim] = walks[dim].high;
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
  SmallVector<Value> dynamicPadding;
  for (ValueRange size : adaptor.getDynamicPadding())
    dynamicPadding.push_back(size.front());
  SmallVector<OpFoldResult> padding =
      getMixedValues(op.getPadding(), dynamicPadding, b.getContext());
  if (failed(checkPadding(op, padding)))
    return failure();
  std::array<Walk, 2> walks =
      op.getWalks(filterSizes[1], filterSizes[2], padding);
  SmallVector<OpFoldResult> sizes = {
      xSizes[0], buildPositions(b, b.getLoc(), xSizes[1], walks[0]),
      buildPositions(b, b.getLoc(), xSizes[2], walks[1]), filterSizes[0]};
  auto replace = [&](Value acc) {
    rewriter.replaceOp(op, buildTensorCast(b, b.getLoc(), op.getType(), acc));
    return success();
  };
  bool hasZeros = op.getPadValue() == PadValue::zero && hasPadding(walks);
  if (hasNoTaps(sizes, walks))
    return replace(buildFilled(b, sizes, buildTerms(b, filters.length, walks)));
  Value terms = hasZeros ? arith::ConstantIntOp::create(b, 0, 32).getResult()
                         : buildTerms(b, filters.length, walks);
  Value init = buildFilled(b, sizes, terms);
  int64_t groups = op.getGroups();
  bool isGrouped = groups > 1;
  Value x = buildPaddedImages(b, op, images, walks).value,
        filter = filters.value;
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
  if (hasZeros) {
    DenseElementsAttr filterBits;
    matchPattern(op.getFilter(), m_Constant(&filterBits));
    ConvBorder border =
        buildConvBorder(b, filters, filterBits, walks, xSizes, sizes);
    if (isGrouped)
      border.values = buildGroups(b, border.values, /*dim=*/2, groups);
    acc = addConvBorder(b, acc, border);
  }
  if (isGrouped)
    acc = tensor::CollapseShapeOp::create(b, acc, getSplit(4, /*dim=*/3));
  return replace(acc);
}

void quant_bnn::packed::populateXnorConv2DPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertXnorConv2D>(converter, patterns.getContext());
}
