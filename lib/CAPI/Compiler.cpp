//===- Compiler.cpp - C API: compile and call functions -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn-c/Compiler.h"

#include "mlir/CAPI/IR.h"
#include "mlir/CAPI/Support.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Compiler/CodeTarget.h"
#include "quant-bnn/Compiler/CompileLibrary.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

#include <cstring>

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Libraries
//===----------------------------------------------------------------------===//

QuantBNNLibraryOptions quantBNNLibraryOptionsGetDefault() {
  CompileOptions defaults;
  auto refer = [](const char *text) {
    return MlirStringRef{text, std::strlen(text)};
  };
  return {refer("host"),
          refer("quant-bnn-binary-inference-pipeline"),
          refer(""),
          refer(""),
          QuantBNNWorkspaceArgument,
          defaults.parallel,
          defaults.checkExtents,
          defaults.optLevel};
}

static Workspace toWorkspace(QuantBNNWorkspace workspace) {
  switch (workspace) {
  case QuantBNNWorkspaceArgument:
    return Workspace::Argument;
  case QuantBNNWorkspaceThread:
    return Workspace::Thread;
  case QuantBNNWorkspaceCall:
    return Workspace::Call;
  }
  llvm_unreachable("not a QuantBNNWorkspace");
}

static llvm::Error compile(ModuleOp module,
                           const QuantBNNLibraryOptions &options,
                           StringRef path, StringRef headerPath) {
  if (options.optLevel > 3)
    return llvm::createStringError("optLevel is at most 3, but is " +
                                   llvm::Twine(options.optLevel));
  StringRef runtime = unwrap(options.runtime);
  CompileOptions compileOptions;
  compileOptions.passes = unwrap(options.passes).str();
  compileOptions.prefix = unwrap(options.prefix).str();
  compileOptions.workspace = toWorkspace(options.workspace);
  compileOptions.parallel = options.parallel;
  compileOptions.checkExtents = options.checkExtents;
  compileOptions.optLevel = options.optLevel;
  compileOptions.hasLibraryCalls = !runtime.empty();
  if (runtime.empty() && compileOptions.needsRuntime())
    return llvm::createStringError("the options need the runtime library");
  auto target = CodeTarget::get(unwrap(options.cpu));
  if (!target)
    return target.takeError();
  auto machine = createTargetMachine(*target, options.optLevel);
  if (!machine)
    return machine.takeError();
  FailureOr<CompiledLibrary> library =
      compileLibrary(module, *machine, compileOptions);
  if (failed(library))
    return llvm::createStringError("the module cannot be compiled");
  return writeLibraryFiles(*library, *target,
                           {path.str(), headerPath.str(), runtime.str(),
                            /*linker=*/""});
}

MlirLogicalResult quantBNNCompileLibrary(MlirModule module,
                                         QuantBNNLibraryOptions options,
                                         MlirStringRef path,
                                         MlirStringRef headerPath) {
  llvm::Error error =
      compile(unwrap(module), options, unwrap(path), unwrap(headerPath));
  if (!error)
    return mlirLogicalResultSuccess();
  return wrap(
      LogicalResult(emitError(UnknownLoc::get(unwrap(module).getContext()))
                    << llvm::toString(std::move(error))));
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

namespace {
struct Function {
  Signature signature;
  JITFunction code;
};
} // namespace

static const Function &unwrap(QuantBNNFunction function) {
  return *static_cast<Function *>(function.ptr);
}

static const CallResults &unwrap(QuantBNNResults results) {
  return *static_cast<CallResults *>(results.ptr);
}

static FailureOr<Function> compileFunction(ModuleOp module, StringRef name,
                                           unsigned optLevel) {
  Operation *op = module.lookupSymbol(name);
  if (!op)
    return module.emitError() << "there is no function '@" << name << "'";
  if (optLevel > 3)
    return module.emitError() << "optLevel is at most 3, but is " << optLevel;
  FailureOr<Signature> signature = Signature::get(op, /*isLowered=*/false);
  if (failed(signature))
    return failure();
  PassManager pm(module.getContext());
  LowerToLLVMOptions options;
  options.host = true;
  options.checkExtents = true;
  buildLowerToLLVMPipeline(pm, options);
  if (failed(pm.run(module)))
    return failure();
  FailureOr<JITFunction> code =
      JITFunction::compile(module, name, *signature, optLevel);
  if (failed(code))
    return failure();
  return Function{*signature, std::move(*code)};
}

QuantBNNFunction quantBNNFunctionCompile(MlirModule module, MlirStringRef name,
                                         unsigned optLevel) {
  FailureOr<Function> function =
      compileFunction(unwrap(module), unwrap(name), optLevel);
  if (failed(function))
    return {nullptr};
  return {new Function(std::move(*function))};
}

bool quantBNNFunctionIsNull(QuantBNNFunction function) { return !function.ptr; }

void quantBNNFunctionDestroy(QuantBNNFunction function) {
  delete static_cast<Function *>(function.ptr);
}

intptr_t quantBNNFunctionGetNumArguments(QuantBNNFunction function) {
  return unwrap(function).signature.arguments.size();
}

intptr_t quantBNNFunctionGetNumResults(QuantBNNFunction function) {
  return unwrap(function).signature.results.size();
}

static bool fits(const QuantBNNArray &array, const SignatureValue &value) {
  ArrayRef<int64_t> shape(array.shape, array.rank);
  return shape.size() == value.shape.size() &&
         llvm::all_of(llvm::zip_equal(shape, value.shape), [](auto extents) {
           auto [actual, expected] = extents;
           return ShapedType::isDynamic(expected) || actual == expected;
         });
}

QuantBNNResults quantBNNFunctionCall(QuantBNNFunction function,
                                     const QuantBNNArray *arguments) {
  const Function &callee = unwrap(function);
  SmallVector<CallArgument> arrays;
  for (auto [i, value] : llvm::enumerate(callee.signature.arguments)) {
    if (!fits(arguments[i], value))
      return {nullptr};
    arrays.push_back(
        {ArrayRef(arguments[i].shape, arguments[i].rank), arguments[i].data});
  }
  return {new CallResults(callee.code.call(arrays))};
}

bool quantBNNResultsIsNull(QuantBNNResults results) { return !results.ptr; }

void quantBNNResultsDestroy(QuantBNNResults results) {
  delete static_cast<CallResults *>(results.ptr);
}

QuantBNNArray quantBNNResultsGet(QuantBNNResults results, intptr_t index) {
  const NpyView &view = unwrap(results).getViews()[index];
  return {const_cast<void *>(view.data), intptr_t(view.shape.size()),
          view.shape.data()};
}
