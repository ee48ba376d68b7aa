//===- ScatterAdd.cpp - Sums at computed indices --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ScatterAdd.h"
#include "Detail.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace quant_bnn;
using linalg::LinalgOp;

Value quant_bnn::detail::buildScatterAdd(OpBuilder &builder, Location loc,
                                         Value like,
                                         ArrayRef<OpFoldResult> extents,
                                         AddendBuilder buildAddend) {
  auto type = cast<RankedTensorType>(like.getType());
  Type sumType = getComputeType(type.getElementType());
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(sumType));
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, like), sumType,
      type.getEncoding());
  Value zeros = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);

  Value first = arith::ConstantIndexOp::create(builder, loc, 0);
  Value step = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> lower(extents.size(), first), steps(extents.size(), step);
  scf::LoopNest nest = scf::buildLoopNest(
      builder, loc, lower,
      getValueOrCreateConstantIndexOp(builder, loc, extents), steps, zeros,
      [&](OpBuilder &nested, Location, ValueRange ivs, ValueRange sums) {
        Addend addend = buildAddend(nested, loc, ivs);
        Value old = tensor::ExtractOp::create(nested, loc, sums.front(),
                                              addend.indices);
        Value sum = arith::AddFOp::create(nested, loc, old,
                                          widen(nested, loc, addend.value));
        Value next = tensor::InsertOp::create(nested, loc, sum, sums.front(),
                                              addend.indices);
        return SmallVector<Value>{next};
      });
  Value result = narrow(builder, loc, nest.results.front(), type);
  if (result.getType() != type)
    return tensor::CastOp::create(builder, loc, type, result);
  return result;
}

/// Returns the ops of the body of `op` on which `values` depend. Adds the
/// arguments of the body that they use to `arguments`.
static llvm::DenseSet<Operation *>
getSlice(LinalgOp op, ValueRange values,
         llvm::SmallSetVector<BlockArgument, 4> &arguments) {
  Block *body = op.getBlock();
  llvm::DenseSet<Operation *> slice;
  SmallVector<Value> worklist(values);
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    if (auto argument = dyn_cast<BlockArgument>(value)) {
      if (argument.getOwner() == body)
        arguments.insert(argument);
      continue;
    }
    Operation *definition = value.getDefiningOp();
    if (definition->getBlock() == body && slice.insert(definition).second)
      llvm::append_range(worklist, getDifferentiatedValues(definition));
  }
  return slice;
}

SmallVector<Value> quant_bnn::detail::cloneAtPoint(OpBuilder &builder,
                                                   LinalgOp op, ValueRange ivs,
                                                   ValueRange values) {
  Location loc = op.getLoc();
  llvm::SmallSetVector<BlockArgument, 4> arguments;
  llvm::DenseSet<Operation *> slice = getSlice(op, values, arguments);
  SmallVector<OpFoldResult> point(ivs.begin(), ivs.end());
  IRMapping mapping;
  for (BlockArgument argument : arguments) {
    OpOperand *operand = op.getMatchingOpOperand(argument);
    Value value = operand->get();
    if (isa<RankedTensorType>(value.getType())) {
      SmallVector<OpFoldResult> indices =
          affine::makeComposedFoldedMultiResultAffineApply(
              builder, loc, op.getMatchingIndexingMap(operand), point);
      value = tensor::ExtractOp::create(
          builder, loc, value,
          getValueOrCreateConstantIndexOp(builder, loc, indices));
    }
    mapping.map(argument, value);
  }
  for (Operation &bodyOp : op.getBlock()->without_terminator()) {
    if (!slice.contains(&bodyOp))
      continue;
    if (auto index = dyn_cast<linalg::IndexOp>(bodyOp))
      mapping.map(index.getResult(), ivs[index.getDim()]);
    else
      builder.clone(bodyOp, mapping);
  }
  return llvm::map_to_vector(
      values, [&](Value value) { return mapping.lookupOrDefault(value); });
}
