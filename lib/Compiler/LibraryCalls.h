//===- LibraryCalls.h - Entry points for DLPack tensors ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_COMPILER_LIBRARYCALLS_H
#define QUANT_BNN_LIB_COMPILER_LIBRARYCALLS_H

#include "quant-bnn/Compiler/LibraryFunction.h"

namespace llvm {
class Module;
} // namespace llvm

namespace quant_bnn {

/// The name of the description of a library.
inline constexpr llvm::StringLiteral libraryDescriptionName =
    "quant_bnn_library";

/// Adds to `module`, which defines the C wrappers of `functions`, the functions
/// `__tvm_ffi_<name>`, and the description of the library by which they work
/// (see LibraryCall.h).
void addLibraryCalls(llvm::ArrayRef<LibraryFunction> functions,
                     llvm::Module &module);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_COMPILER_LIBRARYCALLS_H
