//===- Case.h - A module and what is done to it --------------- -*- C++ -*-===//
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

/// All that a finding depends on.
struct Case {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::vector<std::string> steps;
  /// Of the arguments.
  uint64_t seed = 0;
  int64_t dynamicExtent = 3;

  /// Checks a copy of the module.
  CheckResult check() const;
  /// The text of a file that `quant-bnn-fuzz --replay` reads.
  std::string str() const;
  /// Reads such text.
  static std::optional<Case> parse(llvm::StringRef text,
                                   mlir::MLIRContext *context);
};

/// A smaller case for which `isSame` still holds.
void minimize(Case &bug, llvm::function_ref<bool(const Case &)> isSame);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_CASE_H
