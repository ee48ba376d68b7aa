//===- SoftmaxModel.cpp - The gradient of linalg.softmax ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using quant_bnn::detail::Gradients;
using utils::IteratorType;

namespace {
/// The gradient is y (g - sum of g y), where y is the result.
struct SoftmaxModel
    : DifferentiableOpInterface::ExternalModel<SoftmaxModel,
                                               linalg::SoftmaxOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const;
};
} // namespace

Gradients SoftmaxModel::buildGradient(Operation *op, OpBuilder &builder,
                                      Location loc,
                                      ValueRange cotangents) const {
  SmallVector<Value> gradients(op->getNumOperands());
  Value g = cotangents.front();
  if (!g)
    return gradients;
  auto softmax = cast<linalg::SoftmaxOp>(op);
  if (!softmax.hasPureTensorSemantics())
    return op->emitOpError("cannot be differentiated on buffers; differentiate "
                           "before bufferization");
  auto type = cast<RankedTensorType>(g.getType());
  Value y = op->getResult(0);
  int64_t dimension = softmax.getDimension();
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  AffineMap reduced = identity.dropResult(dimension);
  SmallVector<IteratorType> iterators(type.getRank(), IteratorType::parallel);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, g);
  Value empty =
      tensor::EmptyOp::create(builder, loc, sizes, type.getElementType());

  sizes.erase(sizes.begin() + dimension);
  Type sumType = getComputeType(type.getElementType());
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
  Value sums = tensor::EmptyOp::create(builder, loc, sizes, sumType);
  sums = linalg::FillOp::create(builder, loc, zero, sums).getResult(0);
  SmallVector<IteratorType> sumIterators = iterators;
  sumIterators[dimension] = IteratorType::reduction;
  sums = linalg::GenericOp::create(
             builder, loc, sums.getType(), ValueRange{g, y}, sums,
             ArrayRef<AffineMap>{identity, identity, reduced}, sumIterators,
             [](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
               Value product = arith::MulFOp::create(
                   nested, nestedLoc, widen(nested, nestedLoc, arguments[0]),
                   widen(nested, nestedLoc, arguments[1]));
               Value sum = arith::AddFOp::create(nested, nestedLoc,
                                                 arguments[2], product);
               linalg::YieldOp::create(nested, nestedLoc, sum);
             })
             .getResult(0);
  gradients.front() =
      linalg::GenericOp::create(
          builder, loc, empty.getType(), ValueRange{g, y, sums}, empty,
          ArrayRef<AffineMap>{identity, identity, reduced, identity}, iterators,
          [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
            Value difference = arith::SubFOp::create(
                nested, nestedLoc, widen(nested, nestedLoc, arguments[0]),
                arguments[2]);
            Value gradient = arith::MulFOp::create(
                nested, nestedLoc, widen(nested, nestedLoc, arguments[1]),
                difference);
            linalg::YieldOp::create(
                nested, nestedLoc,
                narrow(nested, nestedLoc, gradient, type.getElementType()));
          })
          .getResult(0);
  if (gradients.front().getType() != softmax.getInputOperandType())
    gradients.front() = tensor::CastOp::create(
        builder, loc, softmax.getInputOperandType(), gradients.front());
  return gradients;
}

void quant_bnn::detail::attachSoftmaxModel(MLIRContext *context) {
  linalg::SoftmaxOp::attachInterface<SoftmaxModel>(*context);
}
