//===- LibraryFile.h - Write libraries of object code -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_LIBRARYFILE_H
#define QUANT_BNN_COMPILER_LIBRARYFILE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBufferRef.h"

#include <string>

namespace llvm {
class Triple;
} // namespace llvm

namespace quant_bnn {

/// What a library file is made of.
struct LibraryParts {
  /// The object file with the compiled functions.
  llvm::MemoryBufferRef object;
  /// The path of the runtime library for the same system, empty for none.
  llvm::StringRef runtime;
  /// The names that a shared library exports.
  llvm::ArrayRef<std::string> exportedNames;
};

/// Fails unless `path` ends in .so, for a shared library, in .a, for a static
/// one, or in .o, for an object file.
llvm::Error checkLibraryPath(llvm::StringRef path);

/// Writes the library, or the object file, `path`. A static library has the
/// members of the runtime library beside the object. A shared library contains
/// what it uses of the runtime library, and needs the C and math libraries of
/// the system `triple`; it is linked by `linker`, or else by LLVM's, which is
/// looked for where LLVM was installed and in PATH.
///
/// Calls `noCLibraries` if the C libraries of that system are not on this
/// machine: then the program has to be linked to them.
llvm::Error writeLibrary(
    const LibraryParts &parts, llvm::StringRef path, const llvm::Triple &triple,
    llvm::StringRef linker = "",
    llvm::function_ref<void()> noCLibraries = [] {});

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_LIBRARYFILE_H
