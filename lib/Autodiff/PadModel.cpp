//===- PadModel.cpp - The gradient of tensor.pad --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/IRMapping.h"
#include "quant-bnn/Autodiff/Adjoints.h"

using namespace mlir;
using namespace quant_bnn;
using quant_bnn::detail::Gradients;

namespace {
/// The gradient of the source is its part of the cotangent. The values from
/// which the region computes padding, such as a reflection, get gradients from
/// the rest.
struct PadModel
    : DifferentiableOpInterface::ExternalModel<PadModel, tensor::PadOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const;
};

/// A box of the result.
struct Box {
  SmallVector<OpFoldResult> offsets, sizes;
};
} // namespace

static OpFoldResult add(OpBuilder &builder, Location loc, OpFoldResult a,
                        OpFoldResult b) {
  AffineExpr sum = builder.getAffineDimExpr(0) + builder.getAffineDimExpr(1);
  return affine::makeComposedFoldedAffineApply(
      builder, loc, AffineMap::get(2, 0, sum), {a, b});
}

/// Returns the padding as disjoint boxes. For each dimension, there is a box
/// before and a box after the source. Both have the extents of the source along
/// earlier dimensions and the extents of the result along later ones.
static SmallVector<Box> getPadding(tensor::PadOp op, OpBuilder &builder,
                                   Location loc, Value g) {
  SmallVector<OpFoldResult> low = op.getMixedLowPad();
  SmallVector<OpFoldResult> high = op.getMixedHighPad();
  SmallVector<OpFoldResult> extents =
      tensor::getMixedSizes(builder, loc, op.getSource());
  Box box = {SmallVector<OpFoldResult>(low.size(), builder.getIndexAttr(0)),
             tensor::getMixedSizes(builder, loc, g)};
  SmallVector<Box> boxes;
  for (size_t dim = 0; dim != low.size(); ++dim) {
    if (!isZeroInteger(low[dim])) {
      boxes.push_back(box);
      boxes.back().sizes[dim] = low[dim];
    }
    if (!isZeroInteger(high[dim])) {
      boxes.push_back(box);
      boxes.back().offsets[dim] = add(builder, loc, low[dim], extents[dim]);
      boxes.back().sizes[dim] = high[dim];
    }
    box.offsets[dim] = low[dim];
    box.sizes[dim] = extents[dim];
  }
  return boxes;
}

/// Builds a generic that computes the elements of `box` by the region of `op`.
static linalg::GenericOp buildLoops(tensor::PadOp op, OpBuilder &builder,
                                    Location loc, const Box &box) {
  int64_t rank = box.sizes.size();
  Value empty = tensor::EmptyOp::create(builder, loc, box.sizes,
                                        op.getResultType().getElementType());
  SmallVector<Value> offsets =
      getValueOrCreateConstantIndexOp(builder, loc, box.offsets);
  return linalg::GenericOp::create(
      builder, loc, empty.getType(), ValueRange(), empty,
      builder.getMultiDimIdentityMap(rank),
      SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
      [&](OpBuilder &nested, Location nestedLoc, ValueRange) {
        IRMapping mapping;
        Block &block = op.getRegion().front();
        for (auto [dim, index] : llvm::enumerate(block.getArguments())) {
          Value within = linalg::IndexOp::create(nested, nestedLoc, dim);
          mapping.map(index, arith::AddIOp::create(nested, nestedLoc, within,
                                                   offsets[dim]));
        }
        for (Operation &nestedOp : block.without_terminator())
          nested.clone(nestedOp, mapping);
        linalg::YieldOp::create(
            nested, nestedLoc,
            mapping.lookupOrDefault(block.getTerminator()->getOperand(0)));
      });
}

/// Adds the gradients of the values that the region uses to `sums`.
static LogicalResult addOfPadding(tensor::PadOp op, OpBuilder &builder,
                                  Location loc, Value g, Cotangents &sums) {
  for (const Box &box : getPadding(op, builder, loc, g)) {
    linalg::GenericOp loops = buildLoops(op, builder, loc, box);
    Value part = quant_bnn::detail::buildPart(
        builder, loc, cast<RankedTensorType>(loops.getType(0)), g, box.offsets,
        box.sizes);
    Gradients gradients = cast<DifferentiableOpInterface>(*loops).buildGradient(
        builder, loc, part);
    if (failed(gradients))
      return failure();
    for (auto [value, gradient] :
         llvm::zip_equal(getDifferentiatedValues(loops), *gradients))
      sums.add(builder, loc, value, gradient);
  }
  return success();
}

Gradients PadModel::buildGradient(Operation *op, OpBuilder &builder,
                                  Location loc, ValueRange cotangents) const {
  auto pad = cast<tensor::PadOp>(op);
  SmallVector<Value> values = getDifferentiatedValues(op);
  SmallVector<Value> gradients(values.size());
  Value g = cotangents.front();
  if (!g)
    return gradients;
  Cotangents sums;
  Value source = pad.getSource();
  sums.add(builder, loc, source,
           quant_bnn::detail::buildPart(
               builder, loc, pad.getSourceType(), g, pad.getMixedLowPad(),
               tensor::getMixedSizes(builder, loc, source)));
  Value padding = pad.getConstantPaddingValue();
  if ((!padding || mayBeActive(padding)) &&
      failed(addOfPadding(pad, builder, loc, g, sums)))
    return failure();
  // A value that is an operand and is also used by the region has one gradient.
  llvm::DenseSet<Value> seen;
  for (auto [value, gradient] : llvm::zip_equal(values, gradients))
    if (seen.insert(value).second)
      gradient = sums.lookup(value);
  return gradients;
}

void quant_bnn::detail::attachPadModel(MLIRContext *context) {
  tensor::PadOp::attachInterface<PadModel>(*context);
}
