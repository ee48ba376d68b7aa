//===- LibraryFunction.h - A function that a library exports ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_LIBRARYFUNCTION_H
#define QUANT_BNN_COMPILER_LIBRARYFUNCTION_H

#include "quant-bnn/ExecutionEngine/Signature.h"

#include <optional>
#include <string>

namespace quant_bnn {

/// A function in the convention of libraries: arguments in order, then a buffer
/// for each tensor result, then, if there is one, the workspace. Scalar results
/// are returned, in a struct if there are several.
struct LibraryFunction {
  std::string name;
  /// The type of the function before lowering.
  mlir::FunctionType type;
  Signature signature;
  /// Whether the last argument is the workspace, and there is a function
  /// `<name>_workspace_size`.
  bool hasWorkspace;

  /// Returns the name of the function that callers in C call.
  std::string getWrapperName() const { return "_mlir_ciface_" + name; }
  std::string getWorkspaceSizeName() const { return name + "_workspace_size"; }
  std::string getResultExtentsName() const { return name + ".result_extents"; }

  /// Returns the arguments, then the results.
  llvm::SmallVector<SignatureValue> getValues() const;

  /// Returns the results that are not arrays.
  llvm::SmallVector<SignatureValue> getScalarResults() const;
};

/// A number that the size of a workspace depends on.
struct WorkspaceNumber {
  /// Among the values of the function.
  unsigned value;
  /// The dimension of the value, or nullopt if the value is an index.
  std::optional<unsigned> dim;
};

/// Returns the arguments of `<name>_workspace_size`, in order.
llvm::SmallVector<WorkspaceNumber>
getWorkspaceNumbers(const LibraryFunction &function);

/// Returns those of them that are of arguments.
llvm::SmallVector<WorkspaceNumber>
getArgumentNumbers(const LibraryFunction &function);

/// Returns the functions of `module`, before lowering, that its library will
/// export: those with the names `entries`, or else every public function with a
/// body. Puts `prefix` before their names, and erases what they do not use.
/// Emits an error if there is no such function, or if one cannot be called from
/// C: because of its name, or of the type of an argument or a result.
mlir::FailureOr<llvm::SmallVector<LibraryFunction>>
selectFunctions(mlir::ModuleOp module, llvm::ArrayRef<std::string> entries,
                llvm::StringRef prefix, bool hasWorkspace);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_LIBRARYFUNCTION_H
