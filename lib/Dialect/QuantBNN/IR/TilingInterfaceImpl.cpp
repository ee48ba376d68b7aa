//===- TilingInterfaceImpl.cpp - Tiles of binary products -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A tile of a product is the same op on slices of the operands. The slices have
// whole rows, so they begin and end with words.
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

SmallVector<Range> quant_bnn::detail::getResultLoops(OpBuilder &builder,
                                                     Operation *product) {
  ReifiedRankedShapedTypeDims shapes;
  [[maybe_unused]] LogicalResult reified =
      reifyResultShapes(builder, product, shapes);
  assert(succeeded(reified) && "products reify their shapes");
  return llvm::map_to_vector(shapes.front(), [&](OpFoldResult size) {
    return Range{builder.getIndexAttr(0), size, builder.getIndexAttr(1)};
  });
}

//===----------------------------------------------------------------------===//
// The tile of a product
//===----------------------------------------------------------------------===//

namespace {
/// Builds the tile of a product.
class TileBuilder {
public:
  TileBuilder(OpBuilder &builder, Operation *product)
      : builder(builder), product(product) {}

  /// Returns a slice of the packed tensor `operand` with whole rows. `offsets`
  /// and `sizes` are those of the other dimensions.
  Value getRows(Value operand, ArrayRef<OpFoldResult> offsets,
                ArrayRef<OpFoldResult> sizes);

  /// Builds the tile from the tiles of its operands. The tile has `sizes`.
  /// `attributes` replace those of the product.
  TilingResult build(ValueRange operands, ArrayRef<OpFoldResult> sizes,
                     ArrayRef<NamedAttribute> attributes = {});

private:
  OpBuilder &builder;
  Operation *product;
  SmallVector<Operation *> slices;
};
} // namespace

/// Returns `tensor`'s type with other sizes.
static RankedTensorType getTileType(Value tensor,
                                    ArrayRef<OpFoldResult> sizes) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return type.clone(decomposeMixedValues(sizes).first);
}

Value TileBuilder::getRows(Value operand, ArrayRef<OpFoldResult> offsets,
                           ArrayRef<OpFoldResult> sizes) {
  Location loc = product->getLoc();
  SmallVector<OpFoldResult> sliceOffsets(offsets), sliceSizes(sizes);
  sliceOffsets.push_back(builder.getIndexAttr(0));
  sliceSizes.push_back(
      tensor::getMixedSize(builder, loc, operand, sizes.size()));
  RankedTensorType type = getTileType(operand, sliceSizes);
  // A slice must begin within its source.
  if (llvm::is_contained(type.getShape(), 0))
    return tensor::EmptyOp::create(builder, loc, sliceSizes,
                                   type.getElementType(), type.getEncoding());
  auto slice = tensor::ExtractSliceOp::create(
      builder, loc, type, operand, sliceOffsets, sliceSizes,
      SmallVector<OpFoldResult>(sliceSizes.size(), builder.getIndexAttr(1)));
  slices.push_back(slice);
  return slice;
}

TilingResult TileBuilder::build(ValueRange operands,
                                ArrayRef<OpFoldResult> sizes,
                                ArrayRef<NamedAttribute> attributes) {
  Operation *tile = clone(builder, product,
                          getTileType(product->getResult(0), sizes), operands);
  for (NamedAttribute attribute : attributes)
    tile->setAttr(attribute.getName(), attribute.getValue());
  return {{tile}, {tile->getResult(0)}, slices};
}

/// Says why no tile of `product` verifies, or nothing. Upstream inserts tiles
/// into the result, and a slice must begin within its tensor.
static std::string getReasonOfResult(Operation *product) {
  auto type = cast<RankedTensorType>(product->getResult(0).getType());
  if (!llvm::is_contained(type.getShape(), 0))
    return {};
  return llvm::formatv(
      "requires a result with elements to be tiled, but got '{0}'", Type(type));
}

//===----------------------------------------------------------------------===//
// XnorMatmulOp
//===----------------------------------------------------------------------===//

FailureOr<TilingResult> XnorMatmulOp::buildTile(OpBuilder &builder,
                                                ArrayRef<OpFoldResult> offsets,
                                                ArrayRef<OpFoldResult> sizes,
                                                std::string &reason) {
  reason = getReasonOfResult(*this);
  if (!reason.empty())
    return failure();
  TileBuilder tile(builder, *this);
  Value a = tile.getRows(getA(), offsets.drop_back(), sizes.drop_back());
  // All batches may share b.
  int64_t numBatchDims = getB().getType().getRank() - 2;
  SmallVector<OpFoldResult> bOffsets(offsets.take_front(numBatchDims));
  SmallVector<OpFoldResult> bSizes(sizes.take_front(numBatchDims));
  bOffsets.push_back(offsets.back());
  bSizes.push_back(sizes.back());
  Value b = tile.getRows(getB(), bOffsets, bSizes);
  return tile.build({a, b}, sizes);
}

//===----------------------------------------------------------------------===//
// XnorConv2DOp
//===----------------------------------------------------------------------===//

/// Whether `size` outputs from `offset` on are all outputs of `op`.
static bool isAllOutputs(XnorConv2DOp op, OpFoldResult offset,
                         OpFoldResult size) {
  if (!isZeroInteger(offset))
    return false;
  int64_t outputs = op.getAcc().getType().getDimSize(3);
  if (!ShapedType::isDynamic(outputs))
    return getConstantIntValue(size) == outputs;
  return ValueBoundsConstraintSet::areEqual(size, {op.getFilter(), 0})
      .value_or(false);
}

/// Says why windows that move as `walks` have no tiles, or nothing.
static std::string getReasonOfWindows(XnorConv2DOp op, ArrayRef<Walk> walks) {
  for (const Walk &walk : walks)
    if (walk.dilation > 1 && getConstantIntValue(walk.kernel).value_or(0) == 0)
      return llvm::formatv(
          "requires filters with static extents above 0 along dilated "
          "dimensions to be tiled, but got '{0}'",
          Type(op.getFilter().getType()));
  return {};
}

FailureOr<TilingResult> XnorConv2DOp::buildTile(OpBuilder &builder,
                                                ArrayRef<OpFoldResult> offsets,
                                                ArrayRef<OpFoldResult> sizes,
                                                std::string &reason) {
  Location loc = getLoc();
  SmallVector<OpFoldResult> x = tensor::getMixedSizes(builder, loc, getX());
  SmallVector<OpFoldResult> filter =
      tensor::getMixedSizes(builder, loc, getFilter());
  std::array<Walk, 2> walks = getWalks(filter[1], filter[2], getMixedPadding());
  reason = getReasonOfResult(*this);
  if (reason.empty())
    reason = getReasonOfWindows(*this, walks);
  // Some outputs of some groups are no convolution with groups.
  if (getGroups() > 1 && !isAllOutputs(*this, offsets[3], sizes[3]))
    reason = llvm::formatv("requires tiles with the outputs of all {0} groups",
                           getGroups());
  if (!reason.empty())
    return failure();

  SmallVector<OpFoldResult> xOffsets = {offsets[0]}, xSizes = {sizes[0]},
                            padding;
  for (unsigned dim : {0, 1}) {
    WindowTile window = buildWindowTile(builder, loc, x[1 + dim], walks[dim],
                                        offsets[1 + dim], sizes[1 + dim]);
    xOffsets.push_back(window.offset);
    xSizes.push_back(window.size);
    padding.push_back(window.low);
    padding.push_back(window.high);
  }
  OpFoldResult zero = builder.getIndexAttr(0);
  // The groups of the images.
  if (x.size() == 5) {
    xOffsets.push_back(zero);
    xSizes.push_back(x[3]);
  }
  TileBuilder tile(builder, *this);
  SmallVector<Value> operands = {
      tile.getRows(getX(), xOffsets, xSizes),
      tile.getRows(getFilter(), {offsets[3], zero, zero},
                   {sizes[3], filter[1], filter[2]})};
  auto [staticPadding, dynamicPadding] = decomposeMixedValues(padding);
  llvm::append_range(operands, dynamicPadding);
  return tile.build(
      operands, sizes,
      builder.getNamedAttr(getPaddingAttrName(),
                           builder.getDenseI64ArrayAttr(staticPadding)));
}
