//===- Report.h - What compilation made of a network ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_COMPILER_REPORT_H
#define QUANT_BNN_COMPILER_REPORT_H

#include "mlir/IR/BuiltinOps.h"

#include <memory>

namespace quant_bnn {

/// Collects the remarks of passes, and prints what they say of a network: for
/// each product, what computes it or why floats do; the thresholds; the bytes
/// of constants; the allocations of a call, in each version of the code.
class Report {
public:
  /// Collects the remarks of the context of `module` from now on, instead of
  /// printing them. Ops of `module` that share a location, or have none, get
  /// locations of their own. Fails if the context has another receiver of
  /// remarks.
  static mlir::FailureOr<Report> start(mlir::ModuleOp module);

  Report(Report &&);
  ~Report();

  /// Notes the bytes of the constants of `module`, for before and after.
  void countConstants(mlir::ModuleOp module);

  /// Notes that code is made for `cpu` from now on.
  void startVersion(llvm::StringRef cpu);

  void print(llvm::raw_ostream &stream) const;

private:
  struct Data;
  explicit Report(std::shared_ptr<Data> data);

  /// Shared with the receiver of remarks.
  std::shared_ptr<Data> data;
};

} // namespace quant_bnn

#endif // QUANT_BNN_COMPILER_REPORT_H
