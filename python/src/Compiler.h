//===- Compiler.h - The compiler, in types of the standard ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bindings need exceptions and the types of objects at run time, which code
// that uses LLVM is compiled without: they meet at this interface.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PYTHON_COMPILER_H
#define QUANT_BNN_PYTHON_COMPILER_H

#include <string>
#include <vector>

namespace quant_bnn::python {

/// What the compiler says of a module.
struct Diagnostic {
  /// "error", "warning", "remark" or "note".
  std::string severity;
  std::string message;
  /// Empty if the place is unknown.
  std::string file;
  unsigned line;
  unsigned column;
};

/// A module, as text or as bytecode.
struct Source {
  std::string bytes;
  /// For diagnostics.
  std::string name;
};

struct OptResult {
  bool succeeded;
  /// The module as text.
  std::string text;
  std::vector<Diagnostic> diagnostics;
};

/// Runs `passes`, a pipeline in text, on `source`.
OptResult runPasses(const Source &source, const std::string &passes);

/// See CompileOptions.
struct LibraryRequest {
  std::string cpu;
  std::string passes;
  std::vector<std::string> entries;
  std::string prefix;
  /// "argument", "thread" or "call".
  std::string workspace;
  /// "fast" or "libm".
  std::string math;
  bool parallel;
  bool checkExtents;
  unsigned optLevel;
  /// The files to write, the header only if its path is not empty.
  std::string path, headerPath;
  /// libquant_bnn_runtime.a.
  std::string runtime;
};

struct LibraryResult {
  bool succeeded;
  /// What became of the layers.
  std::string report;
  std::vector<Diagnostic> diagnostics;
};

LibraryResult compileToFiles(const Source &source,
                             const LibraryRequest &request);

} // namespace quant_bnn::python

#endif // QUANT_BNN_PYTHON_COMPILER_H
