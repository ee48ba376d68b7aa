//===- Dispatch.h - Functions that choose a version at run time -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_COMPILER_DISPATCH_H
#define QUANT_BNN_LIB_COMPILER_DISPATCH_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace llvm {
class Module;
} // namespace llvm

namespace quant_bnn {

/// Makes the functions of `module` those of the version for `cpu`: a function f
/// becomes f.<cpu>, and is compiled for this CPU. Constants may be merged with
/// equal ones of other versions.
void makeVersion(llvm::Module &module, llvm::StringRef cpu);

/// Adds to `module`, which has versions of the functions `names` for `cpus`,
/// levels of x86-64 in ascending order, functions of these names. Each calls
/// its version for the best level that the CPU has (see X86Level.h).
void addDispatch(llvm::Module &module, llvm::ArrayRef<std::string> names,
                 llvm::ArrayRef<llvm::StringRef> cpus);

/// Compiles the functions of `module` that belong to no version for any CPU of
/// x86-64.
void compileOthersForAnyCPU(llvm::Module &module);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_COMPILER_DISPATCH_H
