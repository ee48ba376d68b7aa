//===- LibraryFile.h - Write libraries of object code ----------*- C++ -*--===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_LIBRARYFILE_H
#define QUANT_BNN_COMPILER_LIBRARYFILE_H

#include "llvm/ADT/ArrayRef.h"
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

/// Writes a static library to `path`, with the members of the runtime library
/// beside the object.
llvm::Error writeStaticLibrary(const LibraryParts &parts, llvm::StringRef path);

/// Writes a shared library to `path` by LLVM's linker, which it looks for at
/// `linker`, or else where LLVM was installed and in PATH. The library needs
/// the C and math libraries of the system `triple`, and contains what it uses
/// of the runtime library. If the C libraries are not on this machine, which
/// `hasCLibraries` says, the program has to be linked to them.
llvm::Error linkSharedLibrary(const LibraryParts &parts, llvm::StringRef path,
                              const llvm::Triple &triple,
                              llvm::StringRef linker, bool &hasCLibraries);

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_LIBRARYFILE_H
