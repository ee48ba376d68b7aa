//===- VectorizeLinalg.cpp - Lower linalg on memrefs to vector loops ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Packing.h"
#include "../LoopEmission/Sums.h"
#include "LoopEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNVECTORIZELINALGPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNVectorizeLinalgPass
    : quant_bnn::impl::QuantBNNVectorizeLinalgPassBase<
          QuantBNNVectorizeLinalgPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (vectorWidth >= 64 && llvm::isPowerOf2_64(vectorWidth))
      return success();
    return emitError(UnknownLoc::get(context))
           << "vector-width must be a power of two and at least 64, but is "
           << int64_t(vectorWidth);
  }

  void runOnOperation() override {
    vectorize::Options options{vectorWidth, nontemporalThreshold, parallel};
    getOperation()->walk([&](linalg::GenericOp op) {
      vectorize::dropOverwrittenFills(op, options);
    });
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops)
      lower(fuseProduct(op), options);
  }

private:
  void lower(linalg::LinalgOp op, const vectorize::Options &options) {
    FailureOr<vectorize::Plan> plan = vectorize::buildPlan(op, options);
    if (succeeded(plan) && vectorize::addsInOrder(*plan))
      return emit(op, plan, options);
    auto separated = vectorize::separateSums(op);
    if (failed(separated))
      return emit(op, plan, options);
    for (linalg::LinalgOp part : *separated)
      emit(part, vectorize::buildPlan(part, options), options);
  }

  /// Emits loops over vectors if there is a plan for them.
  void emit(linalg::LinalgOp op, const FailureOr<vectorize::Plan> &plan,
            const vectorize::Options &options) {
    if (succeeded(plan))
      vectorize::emitLoops(*plan, options);
    else if (!lowersOthers || failed(emitScalarLoops(op)))
      return;
    op->erase();
  }

  LogicalResult emitScalarLoops(linalg::LinalgOp op) {
    if (!op.hasPureBufferSemantics())
      return failure();
    IRRewriter rewriter(op);
    return parallel
               ? LogicalResult(linalg::linalgOpToParallelLoops(rewriter, op))
               : LogicalResult(linalg::linalgOpToLoops(rewriter, op));
  }
};
} // namespace
