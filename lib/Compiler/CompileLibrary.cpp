//===- CompileLibrary.cpp - From a module to object code ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/CompileLibrary.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "quant-bnn/Compiler/CHeader.h"
#include "quant-bnn/Compiler/CodeTarget.h"
#include "quant-bnn/Compiler/LibraryFile.h"
#include "quant-bnn/Compiler/ObjectCode.h"
#include "quant-bnn/Compiler/ResultExtents.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

using namespace mlir;
using namespace quant_bnn;

LogicalResult quant_bnn::runPasses(ModuleOp module, StringRef passes,
                                   Report *report) {
  PassManager pm(module.getContext());
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (failed(parsePassPipeline(passes, pm, stream)))
    return emitError(UnknownLoc::get(module.getContext()))
           << "cannot parse the passes '" << passes
           << "': " << StringRef(message).rtrim();
  if (report)
    report->countConstants(module);
  if (failed(pm.run(module)))
    return failure();
  if (report)
    report->countConstants(module);
  return success();
}

/// Makes the resources of `module` dense constants and, unless something else
/// in the module uses them, frees their bytes.
static LogicalResult moveResources(ModuleOp module) {
  using Resource = DenseResourceElementsAttr;
  SetVector<Resource> resources;
  module.walk([&](arith::ConstantOp op) {
    if (auto resource = dyn_cast<Resource>(op.getValue()))
      resources.insert(resource);
  });
  PassManager pm(module.getContext());
  pm.addNestedPass<func::FuncOp>(createQuantBNNReadResourcesPass());
  if (failed(pm.run(module)))
    return failure();
  DenseSet<DialectResourceBlobManager::BlobEntry *> used;
  module.walk([&](Operation *op) {
    op->getAttrDictionary().walk([&](Resource resource) {
      used.insert(resource.getRawHandle().getResource());
    });
  });
  for (Resource resource : resources) {
    auto *entry = resource.getRawHandle().getResource();
    if (!used.contains(entry))
      entry->setBlob(AsmResourceBlob());
  }
  return success();
}

/// Gives functions the words of packed arguments and results.
static LogicalResult materializePackedLayout(ModuleOp module) {
  PassManager pm(module.getContext());
  pm.addPass(createQuantBNNMaterializePackedLayoutPass());
  return pm.run(module);
}

/// Lowers functions of numbers.
static LogicalResult lowerNumbers(ModuleOp module) {
  PassManager pm(module.getContext());
  buildLowerToLLVMPipeline(pm, LowerToLLVMOptions());
  return pm.run(module);
}

static LogicalResult lower(ModuleOp module, const llvm::TargetMachine &machine,
                           const CompileOptions &options) {
  VectorInstructions instructions = getVectorInstructions(machine);
  LowerToLLVMOptions lowering;
  lowering.checkExtents = options.checkExtents;
  lowering.results = ResultConvention::OutParams;
  lowering.workspace = options.workspace;
  lowering.parallel = options.parallel;
  lowering.math = options.math;
  lowering.vectorWidth = instructions.vectorWidth;
  lowering.popcount = instructions.popcount;
  lowering.lookup = instructions.lookup;
  lowering.bf16 = instructions.bf16;
  if (options.needsRuntime())
    lowering.assertHandler = "quant_bnn_assertion_failed";
  PassManager pm(module.getContext());
  buildLowerToLLVMPipeline(pm, lowering);
  return pm.run(module);
}

FailureOr<CompiledLibrary> quant_bnn::compileLibrary(
    ModuleOp module, ArrayRef<std::unique_ptr<llvm::TargetMachine>> machines,
    const CompileOptions &options, Report *report) {
  if (options.ownsContext && failed(moveResources(module)))
    return failure();
  if (failed(runPasses(module, options.passes, report)) ||
      failed(materializePackedLayout(module)))
    return failure();
  FailureOr<SmallVector<LibraryFunction>> functions =
      selectFunctions(module, options.entries, options.prefix,
                      options.workspace == Workspace::Argument);
  if (failed(functions))
    return failure();
  OwningOpRef<ModuleOp> extents = buildResultExtents(module, *functions);
  if (failed(lowerNumbers(*extents)))
    return failure();
  SmallVector<ModuleVersion> versions;
  for (const auto &machine : machines) {
    if (report)
      report->startVersion(machine->getTargetCPU());
    versions.push_back({module.clone(), machine.get()});
    if (failed(lower(*versions.back().module, *machine, options)))
      return failure();
  }
  FailureOr<std::unique_ptr<llvm::MemoryBuffer>> object =
      compileToObject(versions, *extents, *functions, options.optLevel,
                      options.hasLibraryCalls);
  if (failed(object))
    return failure();
  return CompiledLibrary{*functions, std::move(*object),
                         getExportedNames(*functions, options.hasLibraryCalls)};
}

llvm::Error quant_bnn::writeLibraryFiles(
    const CompiledLibrary &library, ArrayRef<CodeTarget> targets,
    const LibraryFiles &files, llvm::function_ref<void()> noCLibraries) {
  LibraryParts parts = {
      llvm::MemoryBufferRef(library.object->getBuffer(), "module.o"),
      files.runtime, library.exportedNames};
  if (llvm::Error error =
          writeLibrary(parts, files.library, targets.front().triple,
                       files.linker, noCLibraries))
    return error;
  if (files.header.empty())
    return llvm::Error::success();
  auto cpus = llvm::map_to_vector(
      targets, [](const CodeTarget &target) { return target.cpu; });
  return llvm::writeToOutput(files.header, [&](llvm::raw_ostream &stream) {
    writeCHeader(stream, library.functions, files.header,
                 llvm::join(cpus, ", "));
    return llvm::Error::success();
  });
}
