//===- RunIfPresent.cpp - Run a pipeline if there are ops for it ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-run-if-present"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNRUNIFPRESENTPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNRunIfPresentPass
    : quant_bnn::impl::QuantBNNRunIfPresentPassBase<QuantBNNRunIfPresentPass> {
  QuantBNNRunIfPresentPass() = default;
  explicit QuantBNNRunIfPresentPass(
      quant_bnn::QuantBNNRunIfPresentPassOptions options)
      : Base(std::move(options)) {
    // initialize reports what cannot be parsed.
    (void)parse(llvm::nulls());
  }
  QuantBNNRunIfPresentPass(StringRef anchorName, ArrayRef<StringRef> names,
                           llvm::function_ref<void(OpPassManager &)> populate)
      : passes(OpPassManager(anchorName)) {
    anchor = anchorName.str();
    for (StringRef name : names)
      ops.push_back(name.str());
    populate(*passes);
    std::string text;
    llvm::raw_string_ostream os(text);
    llvm::interleave(
        *passes, os, [&](Pass &pass) { pass.printAsTextualPipeline(os); }, ",");
    pipeline = text;
  }

  LogicalResult parse(raw_ostream &os) {
    OpPassManager parsed(anchor);
    if (failed(parsePassPipeline(pipeline, parsed, os)))
      return failure();
    passes = std::move(parsed);
    return success();
  }

  LogicalResult initializeOptions(
      StringRef options,
      llvm::function_ref<LogicalResult(const Twine &)> onError) override {
    if (failed(Base::initializeOptions(options, onError)))
      return failure();
    std::string message;
    llvm::raw_string_ostream os(message);
    if (failed(parse(os)))
      return onError("cannot parse '" + pipeline + "': " + message);
    return success();
  }

  LogicalResult initialize(MLIRContext *context) override {
    if (passes || succeeded(parse(llvm::nulls())))
      return success();
    return emitError(UnknownLoc::get(context))
           << "cannot parse '" << pipeline << "'";
  }

  void getDependentDialects(DialectRegistry &registry) const override {
    if (passes)
      passes->getDependentDialects(registry);
  }

  void runOnOperation() override {
    if (getOperation()->getName().getStringRef() != anchor) {
      getOperation()->emitOpError("is not the anchor, '") << anchor << "'";
      return signalPassFailure();
    }
    llvm::StringSet<> names;
    for (const std::string &name : ops)
      names.insert(name);
    bool isPresent = getOperation()
                         ->walk([&](Operation *op) {
                           OperationName name = op->getName();
                           return WalkResult(failure(
                               names.contains(name.getStringRef()) ||
                               names.contains(name.getDialectNamespace())));
                         })
                         .wasInterrupted();
    LDBG() << (isPresent ? "run " : "skip ") << pipeline;
    if (!isPresent)
      return markAllAnalysesPreserved();
    if (failed(runPipeline(*passes, getOperation())))
      signalPassFailure();
  }

private:
  std::optional<OpPassManager> passes;
};
} // namespace

std::unique_ptr<Pass> quant_bnn::createQuantBNNRunIfPresentPass(
    StringRef anchor, ArrayRef<StringRef> ops,
    llvm::function_ref<void(OpPassManager &)> populate) {
  return std::make_unique<QuantBNNRunIfPresentPass>(anchor, ops, populate);
}
