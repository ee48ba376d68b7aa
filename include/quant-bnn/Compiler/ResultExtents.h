//===- ResultExtents.h - Extents of results from arguments ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_RESULTEXTENTS_H
#define QUANT_BNN_COMPILER_RESULTEXTENTS_H

#include "quant-bnn/Compiler/LibraryFunction.h"

namespace quant_bnn {

/// Builds, from `module` before its lowering, a module with a function
/// `<name>.result_extents` for each function of `functions` whose dynamic
/// extents of results follow from those of its arguments. It takes the numbers
/// of the arguments (see getArgumentNumbers) and returns the dynamic extents of
/// the results, in order.
mlir::OwningOpRef<mlir::ModuleOp>
buildResultExtents(mlir::ModuleOp module,
                   llvm::ArrayRef<LibraryFunction> functions);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_RESULTEXTENTS_H
