//===- Harness.cpp - Compile a module and call it -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "quant-bnn/ExecutionEngine/CUDA.h"
#include "quant-bnn/InitAll.h"
#include "gtest/gtest.h"

#include <set>

using namespace mlir;

namespace quant_bnn::unittests {

static const DialectRegistry &getRegistry() {
  static const DialectRegistry registry = [] {
    DialectRegistry registry;
    mlir::registerAllDialects(registry);
    mlir::registerAllExtensions(registry);
    registerAllToLLVMIRTranslations(registry);
    quant_bnn::registerAllDialects(registry);
    return registry;
  }();
  return registry;
}

Program::Program()
    // Modules are small, so threads of the context cost more than they save.
    : context(getRegistry(), MLIRContext::Threading::DISABLED) {}

bool runsOnCUDA() {
  static const bool isAsked = [] {
    const char *target = std::getenv("QUANT_BNN_TEST_TARGET");
    return target && StringRef(target) == "cuda";
  }();
  return isAsked;
}

static void addCPUPipeline(OpPassManager &pm, const ProgramOptions &options) {
  LowerToLLVMOptions pipeline;
  pipeline.results = options.results;
  pipeline.vectorWidth = options.vectorWidth;
  pipeline.parallel = options.parallel;
  // Small inputs are several tasks, too.
  pipeline.taskTime = 0;
  pipeline.math = options.math;
  pipeline.nontemporalThreshold = options.nontemporalThreshold;
  pipeline.popcount = options.popcount;
  pipeline.lookup = options.lookup;
  buildLowerToLLVMPipeline(pm, pipeline);
}

static void addCUDAPipeline(OpPassManager &pm, const ProgramOptions &options) {
  char reason[512];
  if (!quant_bnn_cuda_is_available(reason, sizeof(reason)))
    llvm::report_fatal_error(reason);
  LowerToNVVMOptions pipeline;
  pipeline.results = options.results;
  buildLowerToNVVMPipeline(pm, pipeline);
}

std::unique_ptr<Program> Program::compile(StringRef source,
                                          const ProgramOptions &options) {
  return compile(
      [&](MLIRContext &context) {
        return parseSourceString<ModuleOp>(source, &context);
      },
      options);
}

std::unique_ptr<Program>
Program::compile(llvm::function_ref<OwningOpRef<ModuleOp>(MLIRContext &)> build,
                 const ProgramOptions &options) {
  std::unique_ptr<Program> program(new Program());
  OwningOpRef<ModuleOp> module = build(program->context);
  if (!module)
    return nullptr;
  SmallVector<std::string> names;
  SmallVector<Signature> written;
  for (auto function : module->getOps<func::FuncOp>()) {
    if (!function.isPublic() || function.isExternal())
      continue;
    FailureOr<Signature> signature =
        Signature::get(function, /*isLowered=*/false);
    if (failed(signature))
      return nullptr;
    names.push_back(function.getName().str());
    written.push_back(*signature);
  }

  PassManager pm(&program->context);
  if (runsOnCUDA())
    addCUDAPipeline(pm, options);
  else
    addCPUPipeline(pm, options);
  if (failed(pm.run(*module)))
    return nullptr;

  SmallVector<Signature> signatures;
  for (auto [name, original] : llvm::zip_equal(names, written)) {
    FailureOr<Signature> signature =
        Signature::get(module->lookupSymbol(name), /*isLowered=*/true);
    if (failed(signature))
      return nullptr;
    // A lowered function does not say which arguments it may write to. Results
    // that became arguments follow the others.
    for (auto [before, argument] :
         llvm::zip_first(original.arguments, signature->arguments))
      argument.isWritable = before.isWritable;
    signatures.push_back(*signature);
  }
  FailureOr<std::vector<JITFunction>> functions =
      JITFunction::compile(*module, llvm::to_vector_of<StringRef>(names),
                           signatures, /*optLevel=*/2);
  if (failed(functions))
    return nullptr;
  for (auto [name, signature, function] :
       llvm::zip_equal(names, signatures, *functions))
    program->functions.try_emplace(
        name, Function{std::move(signature), std::move(function)});
  return program;
}

const Program::Function &Program::find(StringRef name) const {
  auto it = functions.find(name);
  if (it == functions.end())
    llvm::report_fatal_error("no function '@" + Twine(name) + "'");
  return it->second;
}

const JITFunction &Program::lookup(StringRef name) const {
  return find(name).jit;
}

const Signature &Program::getSignature(StringRef name) const {
  return find(name).signature;
}

std::vector<std::string> Program::getNames() const {
  std::vector<std::string> names;
  for (StringRef name : functions.keys())
    names.push_back(name.str());
  return names;
}

CallResults Program::call(StringRef name,
                          MutableArrayRef<NpyArray> arguments) const {
  const Signature &signature = getSignature(name);
  EXPECT_EQ(arguments.size(), signature.arguments.size()) << name.str();

  std::vector<std::vector<char>> copies;
  for (const NpyArray &argument : arguments)
    copies.emplace_back(argument.getBytes().begin(), argument.getBytes().end());
  CallResults results = lookup(name).call(arguments);

  std::set<const void *> memory;
  for (auto [index, argument] : llvm::enumerate(arguments)) {
    memory.insert(argument.getData());
    bool isChanged = ArrayRef<char>(copies[index]) !=
                     ArrayRef<char>(std::as_const(argument).getBytes());
    EXPECT_TRUE(signature.arguments[index].isWritable || !isChanged)
        << "argument " << index << " of " << name.str() << " has changed";
  }
  for (auto [index, view] : llvm::enumerate(results.getViews()))
    EXPECT_TRUE(memory.insert(view.data).second)
        << "result " << index << " of " << name.str() << " shares memory";
  return results;
}

} // namespace quant_bnn::unittests
