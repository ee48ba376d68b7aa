//===- TensorModels.cpp - Gradients of tensor -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "ScatterAdd.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace quant_bnn;
using quant_bnn::detail::Gradients;

/// Returns `gradient` for operand 0, and no gradient for the others.
static Gradients firstOnly(Operation *op, Value gradient) {
  SmallVector<Value> gradients(getDifferentiatedValues(op).size());
  gradients.front() = gradient;
  return gradients;
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

static Gradients differentiate(tensor::CastOp op, OpBuilder &builder,
                               Location loc, Value g) {
  if (!isa<RankedTensorType>(op.getSource().getType()))
    return op.emitOpError("cannot be differentiated: it casts from ")
           << op.getSource().getType() << "; use ranked tensors";
  return SmallVector<Value>{
      tensor::CastOp::create(builder, loc, op.getSource().getType(), g)};
}

static Gradients differentiate(tensor::CollapseShapeOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value source = op.getSrc();
  return SmallVector<Value>{tensor::ExpandShapeOp::create(
      builder, loc, source.getType(), g, op.getReassociationIndices(),
      tensor::getMixedSizes(builder, loc, source))};
}

static Gradients differentiate(tensor::ExpandShapeOp op, OpBuilder &builder,
                               Location loc, Value g) {
  return firstOnly(
      op, tensor::CollapseShapeOp::create(builder, loc, op.getSrc().getType(),
                                          g, op.getReassociationIndices()));
}

static Gradients differentiate(tensor::ReshapeOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value source = op.getSource();
  auto type = dyn_cast<RankedTensorType>(source.getType());
  if (!type || !isa<RankedTensorType>(g.getType()))
    return op.emitOpError("cannot be differentiated: it reshapes ")
           << source.getType() << " to " << g.getType()
           << "; use ranked tensors";
  SmallVector<Value> extents = getValueOrCreateConstantIndexOp(
      builder, loc, tensor::getMixedSizes(builder, loc, source));
  Value shape = tensor::FromElementsOp::create(
      builder, loc,
      RankedTensorType::get(type.getRank(), builder.getIndexType()), extents);
  return firstOnly(op, tensor::ReshapeOp::create(builder, loc, type, g, shape));
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildPart(OpBuilder &builder, Location loc,
                                   RankedTensorType type, Value g,
                                   ArrayRef<OpFoldResult> offsets,
                                   ArrayRef<OpFoldResult> sizes) {
  ArrayRef<int64_t> extents = cast<RankedTensorType>(g.getType()).getShape();
  bool isEmpty =
      llvm::any_of(sizes, isZeroInteger) ||
      llvm::any_of(llvm::zip_equal(extents, offsets), [](auto pair) {
        auto [extent, offset] = pair;
        std::optional<int64_t> first = getConstantIntValue(offset);
        return first && !ShapedType::isDynamic(extent) && *first >= extent;
      });
  if (isEmpty) {
    Value empty =
        tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());
    return empty.getType() == type
               ? empty
               : tensor::CastOp::create(builder, loc, type, empty);
  }
  SmallVector<OpFoldResult> strides(sizes.size(), builder.getIndexAttr(1));
  return tensor::ExtractSliceOp::create(builder, loc, type, g, offsets, sizes,
                                        strides);
}

static Gradients differentiate(tensor::ExtractSliceOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value zero = buildZero(builder, loc, op.getSource());
  return firstOnly(op, tensor::InsertSliceOp::create(
                           builder, loc, g, zero, op.getMixedOffsets(),
                           op.getMixedSizes(), op.getMixedStrides()));
}

static Gradients differentiate(tensor::InsertSliceOp op, OpBuilder &builder,
                               Location loc, Value g) {
  SmallVector<OpFoldResult> offsets = op.getMixedOffsets();
  SmallVector<OpFoldResult> sizes = op.getMixedSizes();
  SmallVector<OpFoldResult> strides = op.getMixedStrides();
  Value toSource = tensor::ExtractSliceOp::create(
      builder, loc, op.getSourceType(), g, offsets, sizes, strides);
  Value zero = buildZero(builder, loc, toSource);
  SmallVector<Value> gradients(op->getNumOperands());
  gradients[0] = toSource;
  gradients[1] = tensor::InsertSliceOp::create(builder, loc, zero, g, offsets,
                                               sizes, strides);
  return gradients;
}

static Gradients differentiate(tensor::ConcatOp op, OpBuilder &builder,
                               Location loc, Value g) {
  int64_t dim = op.getDim();
  SmallVector<OpFoldResult> offsets(op.getRank(), builder.getIndexAttr(0));
  SmallVector<Value> gradients;
  for (Value input : op.getInputs()) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(builder, loc, input);
    gradients.push_back(quant_bnn::detail::buildPart(
        builder, loc, cast<RankedTensorType>(input.getType()), g, offsets,
        sizes));
    Value offset = getValueOrCreateConstantIndexOp(builder, loc, offsets[dim]);
    Value size = getValueOrCreateConstantIndexOp(builder, loc, sizes[dim]);
    offsets[dim] =
        arith::AddIOp::create(builder, loc, offset, size).getResult();
  }
  return gradients;
}

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

static Gradients differentiate(tensor::ExtractOp op, OpBuilder &builder,
                               Location loc, Value g) {
  Value zero = buildZero(builder, loc, op.getTensor());
  return firstOnly(
      op, tensor::InsertOp::create(builder, loc, g, zero, op.getIndices()));
}

static Gradients differentiate(tensor::GatherOp op, OpBuilder &builder,
                               Location loc, Value g) {
  ArrayRef<int64_t> gatherDims = op.getGatherDims();
  int64_t batchRank = op.getIndicesType().getRank() - 1;
  int64_t sourceRank = op.getSourceType().getRank();
  bool keepsGathered = op.getResultType().getRank() == batchRank + sourceRank;
  Value gradient = quant_bnn::detail::buildScatterAdd(
      builder, loc, op.getSource(), tensor::getMixedSizes(builder, loc, g),
      [&](OpBuilder &nested, Location, ValueRange ivs) {
        quant_bnn::detail::Addend addend;
        addend.value = tensor::ExtractOp::create(nested, loc, g, ivs);
        ValueRange batch = ivs.take_front(batchRank);
        ValueRange slice = ivs.drop_front(batchRank);
        int64_t coordinate = 0, kept = 0;
        for (int64_t dim = 0; dim < sourceRank; ++dim) {
          if (!llvm::is_contained(gatherDims, dim)) {
            addend.indices.push_back(slice[keepsGathered ? dim : kept]);
            ++kept;
            continue;
          }
          SmallVector<Value> place(batch);
          place.push_back(
              arith::ConstantIndexOp::create(nested, loc, coordinate++));
          Value index =
              tensor::ExtractOp::create(nested, loc, op.getIndices(), place);
          addend.indices.push_back(getValueOrCreateCastToIndexLike(
              nested, loc, nested.getIndexType(), index));
        }
        return addend;
      });
  return firstOnly(op, gradient);
}

static Gradients differentiate(tensor::InsertOp op, OpBuilder &builder,
                               Location loc, Value g) {
  SmallVector<Value> gradients(op->getNumOperands());
  Value zero = buildZero(builder, loc, op.getScalar());
  gradients[0] = tensor::ExtractOp::create(builder, loc, g, op.getIndices());
  gradients[1] =
      tensor::InsertOp::create(builder, loc, zero, g, op.getIndices());
  return gradients;
}

static Gradients differentiate(tensor::FromElementsOp op, OpBuilder &builder,
                               Location loc, Value g) {
  auto type = cast<RankedTensorType>(op.getType());
  SmallVector<int64_t> strides = computeSuffixProduct(type.getShape());
  SmallVector<Value> gradients;
  for (int64_t element = 0; element < type.getNumElements(); ++element) {
    SmallVector<Value> indices = llvm::map_to_vector(
        delinearize(element, strides), [&](int64_t index) -> Value {
          return arith::ConstantIndexOp::create(builder, loc, index);
        });
    gradients.push_back(tensor::ExtractOp::create(builder, loc, g, indices));
  }
  return gradients;
}

static Gradients differentiate(tensor::SplatOp op, OpBuilder &builder,
                               Location loc, Value g) {
  return firstOnly(op, quant_bnn::detail::buildSum(builder, loc, g));
}

//===----------------------------------------------------------------------===//
// Registration
//===----------------------------------------------------------------------===//

template <typename... OpTys>
static void attachRules(MLIRContext *context) {
  (quant_bnn::detail::attach<OpTys, &differentiate>(context), ...);
}

void quant_bnn::detail::registerTensorModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, tensor::TensorDialect *) {
    attachRules<tensor::CastOp, tensor::CollapseShapeOp, tensor::ConcatOp,
                tensor::ExpandShapeOp, tensor::ExtractOp,
                tensor::ExtractSliceOp, tensor::FromElementsOp,
                tensor::GatherOp, tensor::InsertOp, tensor::InsertSliceOp,
                tensor::ReshapeOp, tensor::SplatOp>(context);
    quant_bnn::detail::attachPadModel(context);
  });
}
