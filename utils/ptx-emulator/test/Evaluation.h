//===- Evaluation.h - Run PTX in tests --------------------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_TEST_EVALUATION_H
#define PTX_EMULATOR_TEST_EVALUATION_H

#include "FloatFormats.h"
#include "Interpreter.h"

#include <string>
#include <vector>

namespace ptx_emulator {

/// Returns a module of the directives that begin every module, and `body`.
std::string makeModule(const std::string &body);

/// Returns the first error in a module with that body, or an empty string.
std::string getLoadError(const std::string &body);

/// Returns the first error in a kernel of these statements, or an empty string.
/// The kernel has registers %p, %h, %r and %d of predicates, 16, 32 and 64
/// bits, numbered from 0 to 7.
std::string getStatementError(const std::string &statements);

/// Computes `instruction` for each row of `rows`, which has a value for each
/// source. The signature "r:rh" means a result of 32 bits and sources of 32 and
/// of 16 bits, in the letters of getStatementError.
std::vector<uint64_t>
evaluateAll(const std::string &instruction, const std::string &signature,
            const std::vector<std::vector<uint64_t>> &rows);

/// Computes `instruction` for one row.
uint64_t evaluate(const std::string &instruction, const std::string &signature,
                  const std::vector<uint64_t> &row);

/// Computes `instruction` on f32.
float evaluateF32(const std::string &instruction,
                  const std::vector<float> &sources);

/// A module and the memory that it runs on.
class LoadedModule {
public:
  /// Fails the test if the module has an error.
  explicit LoadedModule(const std::string &body);

  /// Runs the kernel named `kernel`, whose parameters are all 64 bits.
  Fault run(const std::vector<uint64_t> &arguments, Dimensions block = {},
            Dimensions grid = {}, uint64_t dynamicSharedBytes = 0);

  /// Returns memory of `count` zeros of 32 bits.
  uint32_t *allocate(size_t count);

  Memory memory;

private:
  std::unique_ptr<Program> program;
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_TEST_EVALUATION_H
