//===- Convolution.cpp - Bipolar convolutions -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedConvolution.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

/// Returns the dimension of `map` whose expression contains `loop`, or nullopt
/// if there is none.
static std::optional<unsigned> findDim(AffineMap map, unsigned loop) {
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (expr.isFunctionOfDim(loop))
      return dim;
  return std::nullopt;
}

std::optional<PackedForm>
quant_bnn::binarize::matchConvolution(Product product, const Options &options,
                                      std::optional<Refusal> &refusal) {
  auto refuse = [&](const Twine &reason) {
    refusal = Refusal{product.op.getLoc(), reason.str()};
    return std::nullopt;
  };
  FailureOr<linalg::ConvolutionDimensions> dims =
      linalg::inferConvolutionDims(product.op);
  if (failed(dims))
    return refuse("it is not a convolution");
  size_t imageRank = dims->outputImage.size();
  if (imageRank == 0 || imageRank > 3 || dims->filterLoop.size() != imageRank)
    return refuse("its images do not have one, two or three dimensions");
  if (dims->inputChannel.empty() && !dims->depth.empty())
    return refuse("it is depthwise: no sum has more than one channel, and bits "
                  "are packed along channels");
  if (dims->batch.size() > 1 || dims->outputChannel.size() != 1 ||
      dims->inputChannel.size() != 1 || dims->depth.size() > 1)
    return refuse("it has no single dimension of channels");
  SmallVector<int64_t> ranges = product.op.getStaticLoopRanges();
  LoopGroup group(dims->depth);
  int64_t groups = group.empty() ? 1 : ranges[group.front()];
  if (ShapedType::isDynamic(groups))
    return refuse("its number of groups is not known");
  if (imageRank == 3) {
    int64_t planes = ranges[dims->filterLoop.front()];
    if (ShapedType::isDynamic(planes))
      return refuse("its filter has an unknown number of planes");
    if (planes > maxParts)
      return refuse("its filter has more than " + Twine(maxParts) + " planes");
  }

  // Replace the expression of each image dimension by the output loop in it.
  AffineMap imageMap = product.getMap(product.lhs);
  SmallVector<AffineExpr> exprs(imageMap.getResults());
  for (unsigned loop : dims->outputImage)
    if (std::optional<unsigned> dim = findDim(imageMap, loop))
      exprs[*dim] = getAffineDimExpr(loop, imageMap.getContext());
  AffineMap xMap =
      AffineMap::get(imageMap.getNumDims(), 0, exprs, imageMap.getContext());
  AffineMap filterMap = product.getMap(product.rhs);
  AffineMap accMap = product.getMap(product.init);

  // The order of images is batch, plane, row, column, group, channel. An image
  // of one dimension is one row.
  LoopGroup batch(dims->batch), outputs = {dims->outputChannel[0]},
                                channels = {dims->inputChannel[0]};
  SmallVector<LoopGroup> xGroups = {batch}, filterGroups, accGroups = {batch};
  if (!group.empty())
    filterGroups.push_back(group);
  filterGroups.push_back(outputs);
  auto strides = llvm::to_vector_of<int64_t>(dims->strides);
  auto dilations = llvm::to_vector_of<int64_t>(dims->dilations);
  if (imageRank == 1) {
    for (auto *groups : {&xGroups, &filterGroups, &accGroups})
      groups->emplace_back();
    strides.insert(strides.begin(), 1);
    dilations.insert(dilations.begin(), 1);
  }
  SmallVector<ImageDim> imageDims;
  for (auto [output, filter, stride] :
       llvm::zip_equal(dims->outputImage, dims->filterLoop, dims->strides)) {
    xGroups.push_back({output});
    filterGroups.push_back({filter});
    accGroups.push_back({output});
    imageDims.push_back({*findDim(imageMap, output),
                         stride == 1 &&
                             !ShapedType::isDynamic(ranges[output]) &&
                             !ShapedType::isDynamic(ranges[filter])});
  }
  if (!group.empty())
    xGroups.push_back(group);
  xGroups.push_back(channels);
  filterGroups.push_back(channels);
  accGroups.push_back(group);
  accGroups.back().push_back(outputs.front());
  if (!coversDims(xMap, xGroups) || !coversDims(filterMap, filterGroups) ||
      !coversDims(accMap, accGroups))
    return refuse("it has dimensions that xnor_conv_2d does not have");

  int64_t numTerms = 1;
  for (unsigned loop : llvm::concat<unsigned>(dims->filterLoop, channels))
    numTerms =
        ShapedType::isDynamic(numTerms) || ShapedType::isDynamic(ranges[loop])
            ? ShapedType::kDynamic
            : numTerms * ranges[loop];
  unsigned wordBits = options.wordBits;
  Value init = product.init->get();
  return PackedForm{
      numTerms, imageDims,
      [=](ImplicitLocOpBuilder &b, Value lhs, Value rhs,
          const Padding &padding) {
        lhs = buildGrouped(b, lhs, xMap, xGroups);
        rhs = buildGrouped(b, rhs, filterMap, filterGroups);
        if (!group.empty()) {
          rhs = collapsePair(b, rhs, 0);
          if (groups == 1)
            lhs = collapsePair(b, lhs, xGroups.size() - 2);
        }
        SmallVector<OpFoldResult> initSizes =
            tensor::getMixedSizes(b, b.getLoc(), init);
        PackedConvolution conv{PackOp::create(b, lhs, wordBits),
                               PackOp::create(b, rhs, wordBits),
                               {},
                               strides,
                               dilations,
                               groups,
                               padding};
        for (const LoopGroup &loops : accGroups) {
          SmallVector<OpFoldResult> sizes;
          for (unsigned loop : loops)
            sizes.push_back(initSizes[*findDim(accMap, loop)]);
          AffineExpr size = b.getAffineConstantExpr(1);
          for (unsigned i = 0; i < sizes.size(); ++i)
            size = size * b.getAffineSymbolExpr(i);
          conv.sizes.push_back(affine::makeComposedFoldedAffineApply(
              b, b.getLoc(), AffineMap::get(0, sizes.size(), size), sizes));
        }
        return buildUngrouped(b, buildSums(b, conv), accMap, accGroups,
                              initSizes);
      }};
}
