//===- ResolveExtents.cpp - Extents of results from operands --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Support/ResolveExtents.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"

using namespace mlir;

Value quant_bnn::getSameExtents(OpResult result) {
  Operation *op = result.getOwner();
  Value source;
  if (auto destinations = dyn_cast<DestinationStyleOpInterface>(op))
    source = destinations.getTiedOpOperand(result)->get();
  else if (isa<tensor::CastOp, memref::CastOp>(op))
    source = op->getOperand(0);
  else if (mlir::OpTrait::hasElementwiseMappableTraits(op))
    // An elementwise op with a shaped result has a shaped operand.
    source = *llvm::find_if(op->getOperands(), [](Value operand) {
      return isa<ShapedType>(operand.getType());
    });
  auto type = source ? dyn_cast<ShapedType>(source.getType()) : ShapedType();
  return type && type.hasRank() ? source : Value();
}

namespace {
struct ExtentOfOperand : OpRewritePattern<tensor::DimOp> {
  // Applied before upstream's patterns.
  explicit ExtentOfOperand(MLIRContext *context)
      : OpRewritePattern(context, /*benefit=*/2) {}

  LogicalResult matchAndRewrite(tensor::DimOp op,
                                PatternRewriter &rewriter) const override {
    auto result = dyn_cast<OpResult>(op.getSource());
    Value source = result ? quant_bnn::getSameExtents(result) : Value();
    if (!source || !isa<TensorType>(source.getType()))
      return rewriter.notifyMatchFailure(op, "no operand has the same extents");
    rewriter.modifyOpInPlace(op, [&] { op.getSourceMutable().assign(source); });
    return success();
  }
};
} // namespace

void quant_bnn::populateResolveExtentsPatterns(RewritePatternSet &patterns) {
  memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
  patterns.add<ExtentOfOperand>(patterns.getContext());
}
