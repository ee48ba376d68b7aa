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
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
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

  static void emit(const vectorize::Plan &plan,
                   const vectorize::Options &options) {
    vectorize::emitLoops(plan, options);
    plan.op->erase();
  }

  void runOnOperation() override {
    vectorize::Options options{vectorWidth, nontemporalThreshold, parallel};
    getOperation()->walk([&](linalg::GenericOp op) {
      vectorize::dropOverwrittenFills(op, options);
    });
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) { ops.push_back(op); });
    for (linalg::LinalgOp op : ops) {
      op = fuseProduct(op);
      FailureOr<vectorize::Plan> plan = vectorize::buildPlan(op, options);
      if (succeeded(plan) && vectorize::addsInOrder(*plan)) {
        emit(*plan, options);
        continue;
      }
      auto separated = vectorize::separateSums(op);
      if (failed(separated)) {
        if (succeeded(plan))
          emit(*plan, options);
        continue;
      }
      for (linalg::LinalgOp part : *separated) {
        plan = vectorize::buildPlan(part, options);
        if (succeeded(plan))
          emit(*plan, options);
      }
    }
  }
};
} // namespace
