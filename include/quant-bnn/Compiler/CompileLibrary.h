//===- CompileLibrary.h - From a module to object code ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_COMPILELIBRARY_H
#define QUANT_BNN_COMPILER_COMPILELIBRARY_H

#include "quant-bnn/Compiler/LibraryFunction.h"
#include "quant-bnn/Compiler/Report.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "llvm/Support/Error.h"

namespace llvm {
class MemoryBuffer;
class TargetMachine;
} // namespace llvm

namespace quant_bnn {

struct CodeTarget;

/// What compileLibrary compiles, and how.
struct CompileOptions {
  /// The passes that run first, as a pipeline in text.
  std::string passes = "quant-bnn-binary-inference-pipeline";
  /// The functions to compile; all that are public if there is none.
  std::vector<std::string> entries;
  /// What is put before the names of functions.
  std::string prefix;
  Workspace workspace = Workspace::Argument;
  bool parallel = false;
  bool checkExtents = true;
  MathAccuracy math = MathAccuracy::Fast;
  /// LLVM's optimization level, 0 to 3.
  unsigned optLevel = 3;
  /// Whether there are functions `__tvm_ffi_<name>`. They call the runtime
  /// library, and so do functions with `parallel` or Workspace::Thread.
  bool hasLibraryCalls = true;
  /// Whether nothing else uses the context of the module. The bytes of a
  /// resource are then freed when it was read.
  bool ownsContext = false;

  bool needsRuntime() const {
    return hasLibraryCalls || parallel || workspace == Workspace::Thread;
  }
};

/// An object file in memory, and what it defines.
struct CompiledLibrary {
  llvm::SmallVector<LibraryFunction> functions;
  std::unique_ptr<llvm::MemoryBuffer> object;
  /// The names for users of the library.
  llvm::SmallVector<std::string> exportedNames;
};

/// Lowers `module` and compiles it for the CPU of each machine. If there are
/// several, they are those of getVersionTargets, and the library needs the
/// runtime library. The dialects and passes that `options.passes` needs must be
/// registered, and the translations to LLVM IR. `report` may be null. Emits an
/// error on failure.
mlir::FailureOr<CompiledLibrary>
compileLibrary(mlir::ModuleOp module,
               llvm::ArrayRef<std::unique_ptr<llvm::TargetMachine>> machines,
               const CompileOptions &options, Report *report = nullptr);

/// Runs `passes`, a pipeline in text, on `module`. `report`, unless it is null,
/// counts the constants before and after them. Emits an error on failure.
llvm::LogicalResult runPasses(mlir::ModuleOp module, llvm::StringRef passes,
                              Report *report = nullptr);

/// The paths of the files that writeLibraryFiles writes and reads.
struct LibraryFiles {
  /// See writeLibrary.
  std::string library;
  /// A C header, empty for none.
  std::string header;
  /// The runtime library for the same system, empty for none.
  std::string runtime;
  /// Empty for LLVM's.
  std::string linker;
};

/// Writes `library`, which was compiled for `targets`, and its header. Calls
/// `noCLibraries` as writeLibrary does.
llvm::Error writeLibraryFiles(
    const CompiledLibrary &library, llvm::ArrayRef<CodeTarget> targets,
    const LibraryFiles &files, llvm::function_ref<void()> noCLibraries = [] {});

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_COMPILELIBRARY_H
