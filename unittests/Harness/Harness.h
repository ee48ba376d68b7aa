//===- Harness.h - Compile a module and call it -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_HARNESS_H
#define QUANT_BNN_UNITTESTS_HARNESS_HARNESS_H

#include "ElementTypes.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "llvm/ADT/StringMap.h"

namespace quant_bnn::unittests {

struct ProgramOptions {
  ResultConvention results = ResultConvention::Return;
  unsigned vectorWidth = 512;
  bool parallel = false;
  MathAccuracy math = MathAccuracy::Fast;
  int64_t nontemporalThreshold = int64_t(32) << 20;
  PopcountAccumulation popcount = PopcountAccumulation::Bytes;
  LookupInstructions lookup = LookupInstructions::None;
};

/// Whether programs run on a GPU, which is the case if the environment has
/// QUANT_BNN_TEST_TARGET=cuda. Options for the CPU then have no effect.
bool runsOnCUDA();

/// A module that was lowered to LLVM or to CUDA and compiled. Several threads
/// may call its public functions.
class Program {
public:
  /// Lowers and compiles `source`. Prints diagnostics and returns null on
  /// failure.
  static std::unique_ptr<Program> compile(llvm::StringRef source,
                                          const ProgramOptions &options = {});
  /// Lowers and compiles the module that `build` returns.
  static std::unique_ptr<Program> compile(
      llvm::function_ref<mlir::OwningOpRef<mlir::ModuleOp>(mlir::MLIRContext &)>
          build,
      const ProgramOptions &options = {});

  /// Calls a function, and fails the test if it changes an argument that is not
  /// a memref, or if results share memory with each other or an argument.
  CallResults call(llvm::StringRef name,
                   llvm::MutableArrayRef<NpyArray> arguments) const;

  /// Returns the function itself, for calls without checks.
  const JITFunction &lookup(llvm::StringRef name) const;
  const Signature &getSignature(llvm::StringRef name) const;

  /// Returns the names of the public functions of the module.
  std::vector<std::string> getNames() const;

private:
  struct Function {
    Signature signature;
    JITFunction jit;
  };

  const Function &find(llvm::StringRef name) const;

  Program();

  mlir::MLIRContext context;
  llvm::StringMap<Function> functions;
};

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_HARNESS_H
