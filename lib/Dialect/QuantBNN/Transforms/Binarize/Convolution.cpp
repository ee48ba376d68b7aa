//===- Convolution.cpp - Bipolar convolutions -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Product.h"
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
  if (imageRank == 0 || imageRank > 2 || dims->filterLoop.size() != imageRank)
    return refuse("its images do not have one or two dimensions");
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

  // The order of images is batch, row, column, group, channel. An image of one
  // dimension is one row.
  LoopGroup batch(dims->batch), rows,
      columns = {dims->outputImage.back()}, filterRows,
      filterColumns = {dims->filterLoop.back()},
      outputs = {dims->outputChannel[0]}, channels = {dims->inputChannel[0]};
  if (imageRank == 2) {
    rows.push_back(dims->outputImage.front());
    filterRows.push_back(dims->filterLoop.front());
  }
  SmallVector<LoopGroup> xGroups = {batch, rows, columns}, filterGroups;
  if (!group.empty()) {
    xGroups.push_back(group);
    filterGroups.push_back(group);
  }
  xGroups.push_back(channels);
  llvm::append_values(filterGroups, outputs, filterRows, filterColumns,
                      channels);
  SmallVector<LoopGroup> accGroups = {batch, rows, columns, group};
  accGroups.back().push_back(outputs.front());
  if (!coversDims(xMap, xGroups) || !coversDims(filterMap, filterGroups) ||
      !coversDims(accMap, accGroups))
    return refuse("it has dimensions that xnor_conv_2d does not have");

  int64_t numTerms = 1;
  for (const LoopGroup &loops : {filterRows, filterColumns, channels})
    for (unsigned loop : loops)
      numTerms =
          ShapedType::isDynamic(numTerms) || ShapedType::isDynamic(ranges[loop])
              ? ShapedType::kDynamic
              : numTerms * ranges[loop];
  unsigned wordBits = options.wordBits;
  Value init = product.init->get();
  SmallVector<int64_t, 2> strides(dims->strides), dilations(dims->dilations);
  if (rows.empty()) {
    strides.insert(strides.begin(), 1);
    dilations.insert(dilations.begin(), 1);
  }
  return PackedForm{
      numTerms, [=](ImplicitLocOpBuilder &b, Value lhs, Value rhs,
                    const Padding &padding) {
        lhs = buildGrouped(b, lhs, xMap, xGroups);
        rhs = buildGrouped(b, rhs, filterMap, filterGroups);
        if (!group.empty()) {
          rhs = tensor::CollapseShapeOp::create(
              b, rhs, ArrayRef<ReassociationIndices>{{0, 1}, {2}, {3}, {4}});
          if (groups == 1)
            lhs = tensor::CollapseShapeOp::create(
                b, lhs, ArrayRef<ReassociationIndices>{{0}, {1}, {2}, {3, 4}});
        }
        lhs = PackOp::create(b, lhs, wordBits);
        rhs = PackOp::create(b, rhs, wordBits);
        SmallVector<OpFoldResult> sizes =
            tensor::getMixedSizes(b, b.getLoc(), init);
        auto sizeOf = [&](const LoopGroup &loops) {
          int64_t size = 1;
          for (unsigned loop : loops) {
            std::optional<int64_t> known =
                getConstantIntValue(sizes[*findDim(accMap, loop)]);
            if (!known)
              return ShapedType::kDynamic;
            size *= *known;
          }
          return size;
        };
        SmallVector<int64_t> shape = llvm::map_to_vector(accGroups, sizeOf);
        Value acc = XnorConv2DOp::create(
            b, RankedTensorType::get(shape, b.getI32Type()), lhs, rhs,
            /*dynamic_padding=*/ValueRange{}, b.getDenseI64ArrayAttr(strides),
            b.getDenseI64ArrayAttr(dilations), b.getI64IntegerAttr(groups),
            b.getDenseI64ArrayAttr(padding.sizes),
            PadValueAttr::get(b.getContext(), padding.value));
        return buildUngrouped(b, acc, accMap, accGroups, sizes);
      }};
}
