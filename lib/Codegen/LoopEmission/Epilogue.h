//===- Epilogue.h - What is computed from sums at once ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUE_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUE_H

#include "IndexSpace.h"
#include "Plan.h"
#include "PopcountContraction.h"

namespace quant_bnn::popcount {

/// An elementwise op after a contraction that reads each of its sums once, so
/// that a kernel can compute it from the sums in registers.
struct Epilogue {
  vectorize::Plan plan;
  /// The sums: the output of the contraction, an operand of the op.
  mlir::Value sums;
  /// By dimension of the op: the loop of the contraction.
  llvm::SmallVector<unsigned> loops;
  /// Whether other ops read the sums, too.
  bool storesSums;

  /// Returns the number of sums along the lanes that a word of an output holds
  /// as bits, or 1 if no output is packed.
  int64_t getSumsPerWord() const;

  /// Returns the positions in the loops of `plan` of the sum that is at `at` in
  /// the loops of the contraction, whose extents are `sizes`.
  index_space::Positions getPositions(mlir::ImplicitLocOpBuilder &b,
                                      const index_space::Positions &at,
                                      llvm::ArrayRef<mlir::Value> sizes) const;
};

/// Returns the first op after the contraction that reads the sums, if it is a
/// linalg op and the contraction can move there. `deallocs` are those in
/// between.
mlir::linalg::LinalgOp
findReader(const Contraction &contraction,
           llvm::SmallVectorImpl<mlir::memref::DeallocOp> &deallocs);

/// Emits a remark of `pass` that sums are stored for `op`.
void remarkUnfused(mlir::linalg::LinalgOp op, llvm::StringRef pass,
                   llvm::StringRef why);

/// Returns the epilogue of `contraction`, if there is one, and moves the op of
/// the contraction to it, past ops that do not depend on the sums. Outputs of
/// the epilogue are packed only if `canPack`.
std::optional<Epilogue> takeEpilogue(const Contraction &contraction,
                                     const vectorize::Options &options,
                                     bool canPack);

} // namespace quant_bnn::popcount

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUE_H
