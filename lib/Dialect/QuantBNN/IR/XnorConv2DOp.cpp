//===- XnorConv2DOp.cpp - Convolution of packed images --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

std::array<Walk, 2> XnorConv2DOp::getWalks(OpFoldResult height,
                                           OpFoldResult width,
                                           ArrayRef<OpFoldResult> padding) {
  auto getWalk = [&](unsigned dim, OpFoldResult kernel) -> Walk {
    return {kernel, getStrides()[dim], getDilations()[dim], padding[2 * dim],
            padding[2 * dim + 1]};
  };
  return {getWalk(0, height), getWalk(1, width)};
}

SmallVector<OpFoldResult> XnorConv2DOp::getMixedPadding() {
  return getMixedValues(getPadding(), getDynamicPadding(), getContext());
}

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// Checks that there are `count` elements of `values`, each from `least` to
/// 2^31 - 1, or dynamic if `mayBeDynamic`. A larger value could overflow in a
/// product. Errors call the values `name`.
static LogicalResult verifyValues(XnorConv2DOp op, StringRef name,
                                  ArrayRef<int64_t> values, size_t count,
                                  int64_t least, bool mayBeDynamic = false) {
  if (values.size() != count)
    return op.emitOpError("requires ")
           << count << " values of " << name << ", but got " << values.size();
  for (int64_t value : values)
    if (!(mayBeDynamic && ShapedType::isDynamic(value)) &&
        (value < least || value > std::numeric_limits<int32_t>::max()))
      return op.emitOpError("requires ")
             << name << " from " << least << " to 2^31 - 1, but got " << value;
  return success();
}

/// Checks that all groups have the same number of outputs, and that the images
/// have as many groups.
static LogicalResult verifyGroups(XnorConv2DOp op) {
  RankedTensorType x = op.getX().getType();
  int64_t groups = op.getGroups();
  if (groups > 1)
    if (int64_t found = x.getDimSize(3);
        !ShapedType::isDynamic(found) && found != groups)
      return op.emitOpError("requires images of ")
             << groups << " groups, but got " << x;
  int64_t outputs = op.getFilter().getType().getDimSize(0);
  if (ShapedType::isDynamic(outputs))
    outputs = op.getAcc().getType().getDimSize(3);
  if (!ShapedType::isDynamic(outputs) && outputs % groups != 0)
    return op.emitOpError("requires outputs that are a multiple of ")
           << groups << " groups, but got " << outputs;
  return success();
}

/// Checks that an accumulator can hold the number of products of an output. No
/// size of the kernel may be larger than that, even if there are no products.
static LogicalResult verifyTerms(XnorConv2DOp op) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  RankedTensorType filter = op.getFilter().getType();
  // Use floats, which do not overflow.
  double terms = 1.0;
  bool isLarge = false;
  for (int64_t size : filter.getShape().drop_front())
    if (!ShapedType::isDynamic(size)) {
      terms *= static_cast<double>(size);
      isLarge |= size > most;
    }
  if (!isLarge && terms <= most)
    return success();
  return op.emitOpError("requires at most 2^31 - 1 products an output, but got "
                        "filters of ")
         << filter;
}

LogicalResult XnorConv2DOp::verify() {
  RankedTensorType x = getX().getType(), filter = getFilter().getType(),
                   acc = getAcc().getType();
  if (failed(verifyValues(*this, "strides", getStrides(), 2, 1)) ||
      failed(verifyValues(*this, "dilations", getDilations(), 2, 1)) ||
      failed(verifyValues(*this, "padding", getPadding(), 4, 0,
                          /*mayBeDynamic=*/true)) ||
      failed(verifyValues(*this, "groups", int64_t(getGroups()), 1, 1)))
    return failure();
  if (size_t dynamic = llvm::count_if(getPadding(), ShapedType::isDynamic);
      dynamic != getDynamicPadding().size())
    return emitOpError("requires ")
           << dynamic << " values of dynamic padding, but got "
           << getDynamicPadding().size();
  int64_t imageRank = getGroups() > 1 ? 5 : 4;
  for (auto [name, type, rank] :
       {std::tuple("images", x, imageRank), std::tuple("filters", filter, 4L),
        std::tuple("a result", acc, 4L)})
    if (type.getRank() != rank)
      return emitOpError("requires ")
             << name << " of rank " << rank << ", but got " << type;
  if (failed(verifyRows(*this, "images and filters", x, filter)) ||
      failed(verifyGroups(*this)) || failed(verifyTerms(*this)))
    return failure();
  // Not the values of operands: an op must not become invalid when one becomes
  // a constant.
  Builder builder(getContext());
  auto padding = llvm::map_to_vector(getPadding(), [&](int64_t size) {
    return ShapedType::isDynamic(size) ? OpFoldResult()
                                       : builder.getIndexAttr(size);
  });
  std::array<Walk, 2> walks = getWalks({}, {}, padding);
  SmallVector<int64_t> shape = {x.getDimSize(0)};
  for (unsigned dim : {0, 1})
    shape.push_back(getPositions(x.getDimSize(1 + dim),
                                 filter.getDimSize(1 + dim), walks[dim]));
  shape.push_back(filter.getDimSize(0));
  if (succeeded(verifyCompatibleShape(shape, acc.getShape())))
    return success();
  return emitOpError("requires a result of ")
         << RankedTensorType::get(shape, acc.getElementType()) << ", but got "
         << acc;
}

//===----------------------------------------------------------------------===//
// Ranges and shapes
//===----------------------------------------------------------------------===//

void XnorConv2DOp::inferResultRanges(ArrayRef<ConstantIntRanges>,
                                     SetIntRangeFn setRange) {
  ArrayRef<int64_t> filter = getFilter().getType().getShape();
  int64_t taps = ShapedType::isStaticShape(filter.slice(1, 2))
                     ? std::min<int64_t>(filter[1] * filter[2],
                                         std::numeric_limits<int32_t>::max())
                     : std::numeric_limits<int32_t>::max();
  int64_t channels = getX().getType().getShape().back();
  setSumRange(getAcc(),
              ShapedType::isDynamic(channels) ? filter.back() : channels, taps,
              setRange);
}

LogicalResult
XnorConv2DOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> x =
      tensor::getMixedSizes(builder, getLoc(), getX());
  SmallVector<OpFoldResult> filter =
      tensor::getMixedSizes(builder, getLoc(), getFilter());
  std::array<Walk, 2> walks = getWalks(filter[1], filter[2], getMixedPadding());
  shapes.push_back(matchSizes(
      builder, getLoc(), getAcc().getType(),
      {x[0], buildPositions(builder, getLoc(), x[1], walks[0]),
       buildPositions(builder, getLoc(), x[2], walks[1]), filter[0]}));
  return success();
}
