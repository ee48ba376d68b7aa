//===- ConvertMathToLLVM.cpp - Convert math to LLVM and to libm -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/LLVMCommon/ConversionTarget.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTMATHTOLLVMPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNConvertMathToLLVMPass
    : quant_bnn::impl::QuantBNNConvertMathToLLVMPassBase<
          QuantBNNConvertMathToLLVMPass> {
  void runOnOperation() override;

private:
  LogicalResult convertToLibm(ArrayRef<Operation *> ops);
  LogicalResult convertToLLVM(ArrayRef<Operation *> ops);
};
} // namespace

/// Returns the ops of the math dialect in `root`. Only they are converted: a
/// conversion of `root` would visit every op.
static SmallVector<Operation *> findMath(Operation *root) {
  SmallVector<Operation *> ops;
  root->walk([&](Operation *op) {
    if (isa_and_present<math::MathDialect>(op->getDialect()))
      ops.push_back(op);
  });
  return ops;
}

LogicalResult
QuantBNNConvertMathToLLVMPass::convertToLLVM(ArrayRef<Operation *> ops) {
  LLVMTypeConverter converter(&getContext());
  RewritePatternSet patterns(&getContext());
  populateMathToLLVMConversionPatterns(converter, patterns);
  return applyPartialConversion(ops, LLVMConversionTarget(getContext()),
                                std::move(patterns));
}

LogicalResult
QuantBNNConvertMathToLLVMPass::convertToLibm(ArrayRef<Operation *> ops) {
  RewritePatternSet patterns(&getContext());
  populateMathToLibmConversionPatterns(patterns);
  ConversionTarget target(getContext());
  target.addIllegalDialect<math::MathDialect>();
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  return applyPartialConversion(ops, target, std::move(patterns));
}

void QuantBNNConvertMathToLLVMPass::runOnOperation() {
  SmallVector<Operation *> ops = findMath(getOperation());
  if (ops.empty())
    return markAllAnalysesPreserved();
  auto cancelling =
      llvm::filter_to_vector(ops, llvm::IsaPred<math::ExpM1Op, math::Log1pOp>);
  if (failed(convertToLibm(cancelling)) ||
      failed(convertToLLVM(findMath(getOperation()))) ||
      failed(convertToLibm(findMath(getOperation()))))
    signalPassFailure();
}
