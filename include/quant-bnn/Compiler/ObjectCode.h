//===- ObjectCode.h - Object code of a module -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_OBJECTCODE_H
#define QUANT_BNN_COMPILER_OBJECTCODE_H

#include "quant-bnn/Compiler/LibraryFunction.h"

#include <memory>

namespace llvm {
class MemoryBuffer;
class TargetMachine;
} // namespace llvm

namespace quant_bnn {

/// A module in the LLVM dialect, and the machine that it was lowered for.
struct ModuleVersion {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::TargetMachine *machine;
};

/// Compiles a module to an object file in memory that defines `functions` and
/// nothing else. If there are several versions of it, for levels of x86-64 in
/// ascending order, the functions choose the best one that the CPU can run.
/// With `hasLibraryCalls`, there is a function `__tvm_ffi_<name>` beside each,
/// and the description of the library (see LibraryCall.h), for which
/// `resultExtents`, in the LLVM dialect too, has functions (see
/// ResultExtents.h). Emits an error on failure.
mlir::FailureOr<std::unique_ptr<llvm::MemoryBuffer>>
compileToObject(llvm::ArrayRef<ModuleVersion> versions,
                mlir::ModuleOp resultExtents,
                llvm::ArrayRef<LibraryFunction> functions, unsigned optLevel,
                bool hasLibraryCalls);

/// Returns the names that the object file defines for its users.
llvm::SmallVector<std::string>
getExportedNames(llvm::ArrayRef<LibraryFunction> functions,
                 bool hasLibraryCalls);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_OBJECTCODE_H
