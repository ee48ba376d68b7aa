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

/// Adds to `module`, which defines the C wrapper of `function`, the function
/// `__tvm_ffi_<name>`, and the description of the function by which it works
/// (see LibraryCall.h).
void addLibraryCall(const LibraryFunction &function, llvm::Module &module);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_COMPILER_LIBRARYCALLS_H
