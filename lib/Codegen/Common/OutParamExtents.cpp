//===- OutParamExtents.cpp - Check the buffers for results ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutParamExtents.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/RegionUtils.h"
#include "quant-bnn/Support/ResolveExtents.h"

using namespace mlir;
using namespace quant_bnn;

namespace {
/// An extent of a result that the buffer has to have.
struct Check {
  ResultBuffer buffer;
  int64_t dim;
  /// Compares the extent of the result with itself, before the return: holds
  /// the extent while patterns replace it.
  arith::CmpIOp holder;

  Value getExtent() { return holder.getLhs(); }
};
} // namespace

/// Adds the checks of `buffer` at `op` to `checks`, and the ops that compute
/// the extents of the result to `sizes`.
static void addChecks(func::ReturnOp op, const ResultBuffer &buffer,
                      SmallVectorImpl<Check> &checks,
                      SmallVectorImpl<Operation *> &sizes) {
  OpBuilder builder(op);
  Location loc = op.getLoc();
  Value result = op.getOperand(buffer.result);
  auto type = cast<RankedTensorType>(result.getType());
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    if (!type.isDynamicDim(dim))
      continue;
    Value number = arith::ConstantIndexOp::create(builder, loc, dim);
    auto extent = tensor::DimOp::create(builder, loc, result, number);
    sizes.push_back(extent);
    checks.push_back(
        {buffer, dim,
         arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, extent,
                               extent)});
  }
}

/// Builds the assertion that the buffer has the extent `expected`.
static void buildAssertion(OpBuilder &builder, Check check, Value expected,
                           func::FuncOp function) {
  Location loc = check.holder.getLoc();
  Value number = arith::ConstantIndexOp::create(builder, loc, check.dim);
  Value actual =
      memref::DimOp::create(builder, loc, check.buffer.parameter, number);
  Value isEqual = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        actual, expected);
  cf::AssertOp::create(builder, loc, isEqual,
                       ("@" + function.getName() + " requires dimension " +
                        Twine(check.dim) + " of the buffer for result " +
                        Twine(check.buffer.result) +
                        " to be that of the result")
                           .str());
}

/// Returns the ops that compute `value` from numbers and extents of arguments
/// of `function`, in order, or failure if some op does not.
static FailureOr<SetVector<Operation *>> getEntrySlice(Value value,
                                                       func::FuncOp function) {
  SetVector<Operation *> slice;
  bool isPureSlice = true;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  options.filter = [&](Operation *op) {
    isPureSlice &= isPure(op) && op->getNumRegions() == 0 &&
                   llvm::all_of(op->getResultTypes(),
                                [](Type type) { return type.isIntOrIndex(); });
    return isPureSlice;
  };
  if (failed(getBackwardSlice(value, &slice, options)) || !isPureSlice)
    return failure();
  for (Operation *op : slice)
    for (Value operand : op->getOperands()) {
      auto argument = dyn_cast<BlockArgument>(operand);
      if (argument && argument.getOwner() != &function.front())
        return failure();
    }
  return slice;
}

/// Asserts what `check` says with `entry`, a builder at the entry of
/// `function`, if the extent is known there, and else as early as possible.
static void assertExtent(Check check, func::FuncOp function, OpBuilder &entry) {
  Value extent = check.getExtent();
  FailureOr<SetVector<Operation *>> slice = getEntrySlice(extent, function);
  if (succeeded(slice)) {
    IRMapping mapping;
    for (Operation *op : *slice)
      entry.clone(*op, mapping);
    buildAssertion(entry, check, mapping.lookupOrDefault(extent), function);
    return;
  }
  OpBuilder builder(check.holder);
  Operation *op = extent.getDefiningOp();
  if (op && op->getBlock() == check.holder->getBlock())
    builder.setInsertionPointAfter(op);
  buildAssertion(builder, check, extent, function);
}

LogicalResult quant_bnn::checkResultBuffers(func::FuncOp function,
                                            ArrayRef<ResultBuffer> buffers) {
  SmallVector<Check> checks;
  SmallVector<Operation *> sizes;
  for (auto op : function.getOps<func::ReturnOp>())
    for (const ResultBuffer &buffer : buffers)
      addChecks(op, buffer, checks, sizes);
  // The size of a result is a use that would prevent fusion.
  RewritePatternSet patterns(function.getContext());
  populateResolveExtentsPatterns(patterns);
  tensor::DimOp::getCanonicalizationPatterns(patterns, function.getContext());
  GreedyRewriteConfig config;
  config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
  if (failed(applyOpPatternsGreedily(sizes, std::move(patterns), config)))
    return failure();
  OpBuilder entry = OpBuilder::atBlockBegin(&function.front());
  for (Check check : checks)
    assertExtent(check, function, entry);
  for (Check check : checks)
    check.holder.erase();
  IRRewriter rewriter(function.getContext());
  (void)runRegionDCE(rewriter, function->getRegions());
  return success();
}
