//===- Check.h - A module through a pipeline ------------------ -*- C++ -*-===//
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
  /// Every step kept the values.
  Passed,
  /// A step ended with an error.
  Refused,
  /// The values before are not known, or are not defined.
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
  /// Where it ended, and why.
  std::string detail;
  /// For each step that ran, its name and what could be said of the values.
  std::vector<std::string> counters;
};

/// The arguments that the functions of a module are evaluated with.
class Arguments {
public:
  Arguments(uint64_t seed, int64_t dynamicExtent, unsigned numSets)
      : seed(seed), dynamicExtent(dynamicExtent), numSets(numSets) {}

  /// Those of `function`, which have not changed if its type has not. Null if
  /// there are none. A function that differentiation made gets cotangents
  /// of the extents of the results of `module`'s original.
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
/// functions before and after each.
CheckResult check(mlir::ModuleOp module, llvm::ArrayRef<std::string> steps,
                  Arguments &arguments);

/// The results of `function` in a module that is lowered and compiled for the
/// host, one list for each list of arguments. None, with `message`, if it is
/// refused.
std::optional<std::vector<std::vector<Data>>>
execute(mlir::ModuleOp module, mlir::func::FuncOp function,
        llvm::ArrayRef<std::vector<Data>> arguments, std::string &message);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_CHECK_H
