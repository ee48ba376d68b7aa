//===- Case.h - A module and the steps to check -----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_CASE_H
#define QUANT_BNN_UNITTESTS_FUZZ_CASE_H

#include "Check.h"
#include "mlir/IR/OwningOpRef.h"

namespace quant_bnn::fuzz {

/// Everything that a finding depends on.
struct Case {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> steps;
  /// The seed of the arguments.
  uint64_t seed = 0;
  int64_t dynamicExtent = 3;

  /// Checks a copy of the module.
  CheckResult check() const;
  /// Returns the text of a file that `quant-bnn-fuzz --replay` reads.
  std::string str() const;
  /// Parses the text of such a file. Returns nullopt if the module is invalid.
  static std::optional<Case> parse(llvm::StringRef text,
                                   mlir::MLIRContext *context);
};

/// Makes `bug` smaller as long as `isSame` holds for the smaller case.
void minimize(Case &bug, llvm::function_ref<bool(const Case &)> isSame);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_CASE_H
