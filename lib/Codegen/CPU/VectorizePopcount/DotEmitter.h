//===- DotEmitter.h - Rows of words in vectors ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_DOTEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_DOTEMITTER_H

#include "KernelEmitter.h"

namespace quant_bnn::vectorize_popcount {

/// Emits a kernel for few rows, with words of the innermost reduction in the
/// lanes. These words must be contiguous.
class DotEmitter : KernelEmitter {
public:
  explicit DotEmitter(const KernelEmitter &nest);
  void emit();

private:
  llvm::SmallVector<mlir::Value>
  countBitsOfRows(const Positions &at, llvm::ArrayRef<ReductionLoop> loops,
                  int64_t rows, mlir::Value position, mlir::Value mask);
  void emitOutputs(const Positions &at, int64_t rows);
  void emitTask(const Positions &at, mlir::Value lower, mlir::Value upper);

  mlir::VectorType words;
  llvm::SmallVector<CounterStage> stages;
  /// The number of outputs by which packed words are prefetched.
  mlir::Value outputsAhead;
};

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_DOTEMITTER_H
