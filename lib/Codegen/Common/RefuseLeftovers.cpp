//===- RefuseLeftovers.cpp - Refuse ops that were not lowered -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/IR/BuiltinOps.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNREFUSELEFTOVERSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNRefuseLeftoversPass
    : quant_bnn::impl::QuantBNNRefuseLeftoversPassBase<
          QuantBNNRefuseLeftoversPass> {
  using Base::Base;

  void runOnOperation() override {
    // Nothing to verify again.
    markAllAnalysesPreserved();
    getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (isa<ModuleOp>(op) ||
          (op->isRegistered() &&
           llvm::is_contained(dialects, op->getName().getDialectNamespace())))
        return WalkResult::advance();
      InFlightDiagnostic error =
          op->emitOpError("was not lowered: expected only ops of ");
      llvm::interleaveComma(dialects, error);
      signalPassFailure();
      // The error includes the regions of the op.
      return WalkResult::skip();
    });
  }
};
} // namespace
