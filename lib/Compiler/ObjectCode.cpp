//===- ObjectCode.cpp - Object code of a module in the LLVM dialect -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/ObjectCode.h"

#include "Dispatch.h"
#include "LibraryCalls.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "mlir/ExecutionEngine/OptUtils.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Linker/Linker.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace quant_bnn;

SmallVector<std::string>
quant_bnn::getExportedNames(ArrayRef<LibraryFunction> functions,
                            bool hasLibraryCalls) {
  SmallVector<std::string> names;
  for (const LibraryFunction &function : functions) {
    names.push_back(function.getWrapperName());
    if (function.hasWorkspace)
      names.push_back(function.getWorkspaceSizeName());
    if (hasLibraryCalls)
      names.push_back("__tvm_ffi_" + function.name);
  }
  if (hasLibraryCalls)
    names.push_back(libraryDescriptionName.str());
  return names;
}

/// Hides what `names` does not contain, so that unused functions are not
/// compiled.
static void hideOthers(llvm::Module &module, ArrayRef<std::string> names) {
  llvm::StringSet<> exported;
  exported.insert_range(names);
  for (llvm::GlobalObject &object : module.global_objects())
    if (!object.isDeclaration() && !exported.contains(object.getName()))
      object.setLinkage(llvm::GlobalValue::InternalLinkage);
}

/// Makes the wrappers return a bool as C expects it: 0 or 1 in all bits.
static void extendBooleans(ArrayRef<LibraryFunction> functions,
                           llvm::Module &module) {
  for (const LibraryFunction &function : functions) {
    llvm::Function *wrapper = module.getFunction(function.getWrapperName());
    if (wrapper->getReturnType()->isIntegerTy(1))
      wrapper->addRetAttr(llvm::Attribute::ZExt);
  }
}

static std::unique_ptr<llvm::Module> translate(ModuleOp source,
                                               llvm::LLVMContext &context,
                                               llvm::TargetMachine &machine) {
  std::unique_ptr<llvm::Module> module =
      translateModuleToLLVMIR(source, context);
  if (module)
    ExecutionEngine::setupTargetTripleAndDataLayout(module.get(), &machine);
  return module;
}

/// Translates `versions` to one module that defines the wrappers of
/// `functions`, and the functions for their workspaces.
static std::unique_ptr<llvm::Module>
translateVersions(ArrayRef<ModuleVersion> versions,
                  ArrayRef<LibraryFunction> functions,
                  llvm::LLVMContext &context) {
  SmallVector<std::string> names =
      getExportedNames(functions, /*hasLibraryCalls=*/false);
  SmallVector<StringRef> cpus;
  std::unique_ptr<llvm::Module> library;
  for (const ModuleVersion &version : versions) {
    auto module = translate(*version.module, context, *version.machine);
    if (!module)
      return nullptr;
    extendBooleans(functions, *module);
    if (versions.size() == 1)
      return module;
    cpus.push_back(version.machine->getTargetCPU());
    hideOthers(*module, names);
    makeVersion(*module, cpus.back());
    if (!library)
      library = std::move(module);
    else if (llvm::Linker::linkModules(*library, std::move(module)))
      return nullptr;
  }
  addDispatch(*library, names, cpus);
  return library;
}

static FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
emitObject(llvm::Module &module, ModuleOp source,
           llvm::TargetMachine &machine) {
  SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  if (machine.addPassesToEmitFile(passes, stream, nullptr,
                                  llvm::CodeGenFileType::ObjectFile))
    return source.emitError("cannot be compiled to an object file for ")
           << machine.getTargetTriple().str();
  passes.run(module);
  return std::unique_ptr<llvm::MemoryBuffer>(
      std::make_unique<llvm::SmallVectorMemoryBuffer>(
          std::move(bytes), /*RequiresNullTerminator=*/false));
}

FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
quant_bnn::compileToObject(ArrayRef<ModuleVersion> versions,
                           ModuleOp resultExtents,
                           ArrayRef<LibraryFunction> functions,
                           unsigned optLevel, bool hasLibraryCalls) {
  ModuleOp source = *versions.front().module;
  llvm::TargetMachine &machine = *versions.front().machine;
  llvm::LLVMContext context;
  auto module = translateVersions(versions, functions, context);
  if (!module)
    return source.emitError("cannot be translated to LLVM IR");
  if (hasLibraryCalls) {
    auto extents = translate(resultExtents, context, machine);
    if (!extents || llvm::Linker::linkModules(*module, std::move(extents)))
      return source.emitError("has extents that cannot be translated");
    addLibraryCalls(functions, *module);
  }
  if (versions.size() > 1)
    compileOthersForAnyCPU(*module);
  hideOthers(*module, getExportedNames(functions, hasLibraryCalls));
  auto optimize =
      makeOptimizingTransformer(optLevel, /*sizeLevel=*/0, &machine);
  if (llvm::Error error = optimize(module.get()))
    return source.emitError("cannot be optimized: ")
           << llvm::toString(std::move(error));
  return emitObject(*module, source, machine);
}
