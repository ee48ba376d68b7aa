//===- EvaluateConstants.cpp - Compute what depends on constants alone ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantValues.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "quant-bnn/Pipelines/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/RawElements.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/Threading.h"

#define DEBUG_TYPE "quant-bnn-evaluate-constants"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEVALUATECONSTANTSPASS
#include "quant-bnn/Pipelines/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNEvaluateConstantsPass
    : quant_bnn::impl::QuantBNNEvaluateConstantsPassBase<
          QuantBNNEvaluateConstantsPass> {
  QuantBNNEvaluateConstantsPass() {
    buildLowerToLLVMPipeline(lowering, LowerToLLVMOptions());
  }
  QuantBNNEvaluateConstantsPass(const QuantBNNEvaluateConstantsPass &other)
      : Base(other), lowering(other.lowering) {}

  void getDependentDialects(DialectRegistry &registry) const override {
    lowering.getDependentDialects(registry);
    registerBuiltinDialectTranslation(registry);
    registerLLVMDialectTranslation(registry);
  }

  void runOnOperation() override;

private:
  FailureOr<SmallVector<DenseElementsAttr>>
  evaluate(const ConstantValues &values, StringRef &reason);

  OpPassManager lowering{ModuleOp::getOperationName()};
};
} // namespace

/// Returns the values of the results of `values`, or failure, with `reason`.
FailureOr<SmallVector<DenseElementsAttr>>
QuantBNNEvaluateConstantsPass::evaluate(const ConstantValues &values,
                                        StringRef &reason) {
  reason = "the code for some such tensor cannot be compiled for this machine";
  // What cannot be compiled is computed when the program runs, or is an error
  // then. Other threads may have errors of their own.
  ScopedDiagnosticHandler quiet(
      &getContext(), [thread = llvm::get_threadid()](Diagnostic &) {
        return success(thread == llvm::get_threadid());
      });
  OpBuilder builder(getOperation().getBodyRegion());
  OwningOpRef<ModuleOp> module =
      ModuleOp::create(builder, getOperation().getLoc());
  builder.setInsertionPointToEnd(module->getBody());
  StringRef name = "evaluate";
  func::FuncOp function = values.buildFunction(builder, name);
  FailureOr<Signature> signature = Signature::get(function,
                                                  /*isLowered=*/false);
  if (failed(signature) || failed(runPipeline(lowering, *module)))
    return failure();
  FailureOr<JITFunction> code =
      JITFunction::compile(*module, name, *signature, /*optLevel=*/2);
  if (failed(code))
    return failure();
  CallResults called = code->call(values.getArguments());
  ArrayRef<NpyView> views = called.getViews();
  size_t numResults = values.getResults().size();
  for (const NpyView &conditions : views.drop_front(numResults))
    if (!llvm::all_of(ArrayRef(static_cast<const char *>(conditions.data),
                               conditions.getSizeInBytes()),
                      [](char holds) { return holds != 0; })) {
      reason = "an assertion on the way to some such tensor fails";
      return failure();
    }
  SmallVector<DenseElementsAttr> elements;
  for (auto [i, value] : llvm::enumerate(values.getResults())) {
    elements.push_back(
        readRawElements(cast<ShapedType>(value.getType()),
                        ArrayRef(static_cast<const char *>(views[i].data),
                                 views[i].getSizeInBytes())));
    called.release(i);
  }
  return elements;
}

void QuantBNNEvaluateConstantsPass::runOnOperation() {
  ConstantValues values(getOperation());
  if (values.getResults().empty())
    return markAllAnalysesPreserved();
  StringRef reason;
  auto elements = evaluate(values, reason);
  if (failed(elements)) {
    for (Value value : values.getResults())
      remark::missed(value.getLoc(),
                     getRemarkOpts("constant-evaluated", DEBUG_TYPE,
                                   value.getDefiningOp()))
          << ("depends on constants alone, but " + reason).str();
    return;
  }
  values.eraseAssertions();
  llvm::SetVector<Operation *> computed;
  for (auto [result, attribute] :
       llvm::zip_equal(values.getResults(), *elements)) {
    Value value = result;
    Operation *op = value.getDefiningOp();
    remark::passed(op->getLoc(),
                   getRemarkOpts("constant-evaluated", DEBUG_TYPE, op))
        << "computed now, from constants alone";
    OpBuilder builder(op);
    value.replaceAllUsesWith(
        arith::ConstantOp::create(builder, op->getLoc(), attribute));
    computed.insert(op);
  }
  // Ops that only computed constants are dead now.
  while (!computed.empty()) {
    Operation *op = computed.pop_back_val();
    if (!isOpTriviallyDead(op))
      continue;
    llvm::SetVector<Operation *> definitions;
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        definitions.insert(definition);
    op->erase();
    computed.insert_range(definitions);
  }
}
