//===- consumer-opt.cpp - A tool outside quant-bnn -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Consumer.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/InitAll.h"

using namespace mlir;

namespace {
/// Replaces a quantizer that is returned by its gradient with respect to its
/// first operand, at the last argument of the function.
struct TakeGradientPass : PassWrapper<TakeGradientPass, OperationPass<>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(TakeGradientPass)

  StringRef getArgument() const override { return "consumer-take-gradient"; }

  void runOnOperation() override {
    getOperation()->walk([](func::ReturnOp op) {
      Value result = op.getOperand(0);
      auto quantizer = result.getDefiningOp<quant_bnn::QuantizerOpInterface>();
      if (!quantizer)
        return;
      OpBuilder builder(op);
      Value cotangent =
          op->getParentOfType<func::FuncOp>().getArguments().back();
      auto gradients = quantizer.buildGradient(builder, op.getLoc(), cotangent);
      if (succeeded(gradients))
        op->setOperand(0, gradients->front());
    });
  }
};
} // namespace

int main(int argc, char **argv) {
  quant_bnn::registerAllPasses();
  registerCanonicalizerPass();
  PassRegistration<TakeGradientPass>();

  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllExtensions(registry);
  quant_bnn::registerAllDialects(registry);
  registry.insert<consumer::ConsumerDialect>();
  return asMainReturnCode(
      MlirOptMain(argc, argv, "consumer optimizer driver\n", registry));
}
