//===- Convolution.cpp - Convolutions of signs ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

namespace {
/// The images of a convolution, without what is around them.
struct Images {
  Value value;
  Signs signs;
  /// Top, bottom, left, right.
  SmallVector<int64_t> padding = {0, 0, 0, 0};
  PadValue padValue = PadValue::zero;
};
} // namespace

/// The dimension of `map` that has `loop` in it.
static std::optional<unsigned> findDim(AffineMap map, unsigned loop) {
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (expr.isFunctionOfDim(loop))
      return dim;
  return std::nullopt;
}

/// What is around the images of `pad`, where it is known, the same everywhere,
/// and along the dimensions `imageDims` alone.
static std::optional<Images> matchPadding(tensor::PadOp pad,
                                          ArrayRef<unsigned> imageDims) {
  Value padded = pad.getConstantPaddingValue();
  FloatAttr number;
  std::optional<Refusal> ignored;
  std::optional<Signs> signs = matchSigns(pad.getSource(), ignored);
  if (!padded || !matchPattern(padded, m_Constant(&number)) || !signs)
    return std::nullopt;
  Images images{pad.getSource(), *signs};
  APFloat value = number.getValue();
  if (!value.isZero()) {
    if (!signs->isUniform() ||
        !abs(value).bitwiseIsEqual(signs->magnitudes.front()))
      return std::nullopt;
    images.padValue = value.isNegative() ? PadValue::minus_one : PadValue::one;
  }
  for (auto [dim, low, high] :
       llvm::enumerate(pad.getStaticLow(), pad.getStaticHigh())) {
    const unsigned *image = llvm::find(imageDims, dim);
    if (image == imageDims.end()) {
      if (low != 0 || high != 0)
        return std::nullopt;
      continue;
    }
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high))
      return std::nullopt;
    unsigned which = image - imageDims.begin();
    images.padding[2 * which] = low;
    images.padding[2 * which + 1] = high;
  }
  return images;
}

Value quant_bnn::binarize::binarizeConvolution(
    Product product, const Options &options, std::optional<Refusal> &refusal) {
  auto refuse = [&](Value value, const Twine &reason) {
    refusal = Refusal{value.getLoc(), reason.str()};
    return Value();
  };
  Value result = product.op->getResult(0);
  FailureOr<linalg::ConvolutionDimensions> dims =
      linalg::inferConvolutionDims(product.op);
  if (failed(dims))
    return refuse(result, "it is no convolution");
  if (dims->outputImage.size() != 2 || dims->filterLoop.size() != 2)
    return refuse(result, "it is no convolution of two dimensions");
  if (dims->batch.size() > 1 || dims->outputChannel.size() != 1 ||
      dims->inputChannel.size() != 1 || dims->depth.size() > 1)
    return refuse(result, "it has no single dimension of channels");

  AffineMap imageMap = product.getMap(product.lhs);
  SmallVector<unsigned> imageDims;
  for (unsigned loop : dims->outputImage)
    imageDims.push_back(*findDim(imageMap, loop));
  std::optional<Images> images;
  if (auto pad = product.lhs->get().getDefiningOp<tensor::PadOp>())
    images = matchPadding(pad, imageDims);
  if (!images) {
    std::optional<Signs> signs = matchSigns(product.lhs->get(), refusal);
    if (!signs)
      return Value();
    images = Images{product.lhs->get(), *signs};
  }
  std::optional<Signs> filter = matchSigns(product.rhs->get(), refusal);
  if (!filter)
    return Value();
  if (images->signs.dim)
    return refuse(product.lhs->get(), "the magnitudes of its elements differ");
  if (!addsToZero(product) && options.mode == RewriteMode::Exact)
    return refuse(product.init->get(), "it adds to what may not be 0");
  SmallVector<int64_t> ranges = product.op.getStaticLoopRanges();
  SmallVector<unsigned> terms = {dims->filterLoop[0], dims->filterLoop[1],
                                 dims->inputChannel[0]};
  int64_t numTerms = 1;
  for (unsigned loop : terms) {
    if (ShapedType::isDynamic(ranges[loop])) {
      numTerms = ShapedType::kDynamic;
      break;
    }
    numTerms *= ranges[loop];
  }
  std::optional<Scale> scale = matchScale(product, images->signs, *filter,
                                          numTerms, options.mode, refusal);
  if (!scale)
    return Value();

  // In the place of each image dimension, a loop of its own.
  ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
  SmallVector<AffineExpr> exprs(imageMap.getResults());
  for (auto [dim, loop] : llvm::zip_equal(imageDims, dims->outputImage))
    exprs[dim] = b.getAffineDimExpr(loop);
  AffineMap pixelMap =
      AffineMap::get(imageMap.getNumDims(), 0, exprs, b.getContext());
  LoopGroup batch(dims->batch), group(dims->depth),
      rows = {dims->outputImage[0]}, columns = {dims->outputImage[1]},
      outputs = {dims->outputChannel[0]}, channels = {dims->inputChannel[0]};
  bool isGrouped = !group.empty();
  int64_t groups = isGrouped ? ranges[group.front()] : 1;
  if (ShapedType::isDynamic(groups))
    return refuse(result, "its number of groups is not known");

  // Images by row, column, group and channel; groups begin with new words.
  SmallVector<LoopGroup> xGroups = {batch, rows, columns};
  SmallVector<LoopGroup> filterGroups;
  if (isGrouped) {
    xGroups.push_back(group);
    filterGroups.push_back(group);
  }
  xGroups.push_back(channels);
  llvm::append_values(filterGroups, outputs, LoopGroup{dims->filterLoop[0]},
                      LoopGroup{dims->filterLoop[1]}, channels);
  SmallVector<LoopGroup> accGroups = {batch, rows, columns, group};
  accGroups.back().push_back(outputs.front());
  AffineMap outMap = product.getMap(product.init);
  if (!coversDims(pixelMap, xGroups) ||
      !coversDims(product.getMap(product.rhs), filterGroups) ||
      !coversDims(outMap, accGroups))
    return refuse(result, "it has dimensions of another kind");
  Value x = buildGrouped(b, images->value, pixelMap, xGroups);
  Value w = buildGrouped(b, product.rhs->get(), product.getMap(product.rhs),
                         filterGroups);
  OpFoldResult depth = tensor::getMixedSizes(b, b.getLoc(), x).back();
  x = PackOp::create(b, x, options.wordBits);
  w = PackOp::create(b, w, options.wordBits);
  if (isGrouped) {
    x = tensor::CollapseShapeOp::create(
        b, x, ArrayRef<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
    w = tensor::CollapseShapeOp::create(
        b, w, ArrayRef<ReassociationIndices>{{0, 1}, {2}, {3}, {4}});
  }
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(b, b.getLoc(), product.init->get());
  auto sizeOf = [&](unsigned loop) {
    return getConstantIntValue(sizes[*findDim(outMap, loop)])
        .value_or(ShapedType::kDynamic);
  };
  int64_t numOutputs = sizeOf(outputs.front());
  SmallVector<int64_t> shape = {
      batch.empty() ? 1 : sizeOf(batch.front()), sizeOf(rows.front()),
      sizeOf(columns.front()),
      ShapedType::isDynamic(numOutputs) ? numOutputs : groups * numOutputs};
  Value acc = XnorConv2DOp::create(
      b, RankedTensorType::get(shape, b.getI32Type()), x, w,
      dyn_cast<Value>(depth), getStaticDepthAttr(b, depth),
      b.getDenseI64ArrayAttr(dims->strides),
      b.getDenseI64ArrayAttr(dims->dilations), b.getI64IntegerAttr(groups),
      b.getDenseI64ArrayAttr(images->padding),
      PadValueAttr::get(b.getContext(), images->padValue),
      PolarityAttr::get(b.getContext(), Polarity::negative));
  acc = buildUngrouped(b, acc, outMap, accGroups, sizes);
  return buildScaled(b, product, acc, *scale);
}
