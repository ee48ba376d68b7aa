//===- Function.h - Compiled functions in Python ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PYTHON_FUNCTION_H
#define QUANT_BNN_PYTHON_FUNCTION_H

#include "Tensor.h"

#include <memory>
#include <string>

namespace quant_bnn::python {

/// A library that is in memory until the process ends, since threads of it may
/// be at work.
class LoadedLibrary {
public:
  /// Raises an error if `path` is not a library of this version.
  explicit LoadedLibrary(const std::string &path);

  const quant_bnn_library &getDescription() const { return *description; }

  /// Returns the function `name`, or null.
  void *lookup(const std::string &name) const;

private:
  void *handle;
  const quant_bnn_library *description;
};

/// A function of a library.
class Function {
public:
  Function(const LoadedLibrary &library, const quant_bnn_function &function);

  /// Calls the function. Results are new arrays, or `out`: an array, or a
  /// tuple of arrays if there are several results. Temporary buffers are in
  /// `workspace`, or in the thread's workspace if that is None.
  nanobind::object call(const nanobind::args &arguments,
                        const nanobind::object &out,
                        const nanobind::object &workspace) const;

  /// Returns the bytes of an array for the workspace of a call.
  int64_t getWorkspaceSize(const nanobind::args &arguments) const;

  const quant_bnn_function &getDescription() const { return function; }

  /// Returns the name with the types, as "f(float32[?, 4]) -> float32[?]".
  std::string describe() const;

private:
  class Call;
  void addArguments(Call &call, const nanobind::args &arguments) const;

  using EntryPoint = int (*)(void *self, const void *arguments, int32_t count,
                             void *result);

  const quant_bnn_function &function;
  EntryPoint entryPoint;
  const char *(*getLastError)();
};

} // namespace quant_bnn::python

#endif // QUANT_BNN_PYTHON_FUNCTION_H
