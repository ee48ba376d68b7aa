//===- Check.h - Check of a module after each step --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_CHECK_H
#define QUANT_BNN_UNITTESTS_FUZZ_CHECK_H

#include "Evaluator.h"
#include "Inputs.h"

#include <map>

namespace quant_bnn::fuzz {

enum class Outcome {
  /// Every step preserved the values.
  Passed,
  /// A step failed with an error.
  Refused,
  /// The values before a step are unknown or undefined.
  Skipped,
  // Findings.
  InvalidInput,
  SilentFailure,
  NotCompiled,
  InvalidIR,
  WrongValue,
  WrongGradient
};

llvm::StringRef toString(Outcome outcome);
inline bool isFinding(Outcome outcome) {
  return outcome >= Outcome::InvalidInput;
}

struct CheckResult {
  Outcome outcome = Outcome::Passed;
  /// The step at which the check ended, and the reason.
  std::string detail;
  /// For each step that ran, its name and the results of comparisons of values.
  std::vector<std::string> counters;
};

/// The arguments that the functions of a module are evaluated with.
class Arguments {
public:
  Arguments(uint64_t seed, int64_t dynamicExtent, unsigned numSets)
      : seed(seed), dynamicExtent(dynamicExtent), numSets(numSets) {}

  /// Returns the arguments of `function`, which stay the same while its type
  /// stays the same, except that packed tensors may become words. Returns null
  /// if there are none. A function that
  /// differentiation created gets cotangents with the extents of the results of
  /// its original function.
  const std::vector<std::vector<Data>> *get(mlir::func::FuncOp function);

private:
  struct Sets {
    mlir::FunctionType type;
    std::vector<std::vector<Data>> sets;
  };
  std::vector<std::vector<Data>> make(mlir::func::FuncOp function);

  uint64_t seed;
  int64_t dynamicExtent;
  unsigned numSets;
  std::map<std::string, Sets> functions;
};

/// Runs `steps` one by one on `module`, and compares the values of its
/// functions before and after each step.
CheckResult check(mlir::ModuleOp module, llvm::ArrayRef<std::string> steps,
                  Arguments &arguments);

/// Arguments of a function, and its results if they are known. In the results,
/// packed tensors are words.
struct Call {
  std::vector<Data> arguments;
  std::optional<std::vector<Data>> results;
};

/// Lowers `module`, compiles it for the host as `step` says (see Passes.h), and
/// calls `function`. Returns one list of results for each call, which is empty
/// if results in buffers of the caller have unknown extents; or nullopt and the
/// error in `message` if the module is refused.
std::optional<std::vector<std::vector<Data>>>
execute(mlir::ModuleOp module, mlir::func::FuncOp function,
        llvm::StringRef step, llvm::ArrayRef<Call> calls, std::string &message);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_CHECK_H
