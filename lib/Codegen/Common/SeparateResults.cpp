//===- SeparateResults.cpp - Give each result its own buffer --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNSEPARATERESULTSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNSeparateResultsPass
    : quant_bnn::impl::QuantBNNSeparateResultsPassBase<
          QuantBNNSeparateResultsPass> {
  void runOnOperation() override;
};
} // namespace

/// Builds a buffer of `type` with a copy of `source`.
static Value buildCopy(OpBuilder &builder, Location loc, MemRefType type,
                       Value source) {
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(builder, loc, source, dim));
  Value copy = memref::AllocOp::create(builder, loc, type, sizes);
  memref::CopyOp::create(builder, loc, source, copy);
  return copy;
}

/// Returns the strided view that `result` casts, or null. Upstream casts the
/// view to a contiguous type: the dynamic strides of the view allow the cast,
/// but do not make the view contiguous.
static Value getStridedSource(Value result) {
  auto cast = result.getDefiningOp<memref::CastOp>();
  auto type = cast ? dyn_cast<MemRefType>(cast.getSource().getType()) : nullptr;
  return type && !type.getLayout().isIdentity() ? cast.getSource() : Value();
}

void QuantBNNSeparateResultsPass::runOnOperation() {
  BufferViewFlowAnalysis flow(getOperation());
  for (auto op : getOperation().getOps<func::ReturnOp>()) {
    OpBuilder builder(op);
    // Every value that an earlier result may come from.
    BufferViewFlowAnalysis::ValueSetT sources;
    for (OpOperand &operand : op->getOpOperands()) {
      auto type = dyn_cast<MemRefType>(operand.get().getType());
      if (!type)
        continue;
      auto own = flow.resolveReverse(operand.get());
      Value strided = getStridedSource(operand.get());
      if (strided ||
          llvm::any_of(own, [&](Value v) { return sources.contains(v); }))
        operand.set(buildCopy(builder, op.getLoc(), type,
                              strided ? strided : operand.get()));
      else
        sources.insert(own.begin(), own.end());
    }
  }
}
