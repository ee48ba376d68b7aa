//===- CHeader.h - The C header of a library --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_CHEADER_H
#define QUANT_BNN_COMPILER_CHEADER_H

#include "quant-bnn/Compiler/LibraryFunction.h"

namespace quant_bnn {

/// Writes a header for C99 and C++ with the prototypes of `functions`, and for
/// each function f of them an inline function f, which takes pointers and the
/// extents that are dynamic. `path` is where the header will be: its file name
/// makes the include guard. `machine` says in a comment what the library was
/// compiled for.
void writeCHeader(llvm::raw_ostream &stream,
                  llvm::ArrayRef<LibraryFunction> functions,
                  llvm::StringRef path, llvm::StringRef machine);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_CHEADER_H
