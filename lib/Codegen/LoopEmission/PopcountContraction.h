//===- PopcountContraction.h - What counts differing bits -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A popcount contraction subtracts from each element of its output twice the
// number of bits in which two rows of words differ: the dot product of their
// signs, if the output was the number of bits before.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::popcount {

/// An operand, and the loops by which it is accessed.
struct Access {
  mlir::Value memref;
  mlir::AffineMap map;
  /// The dimension of the memref that is merged with the one after it, if the
  /// two innermost reductions are one loop.
  unsigned merged = 0;

  mlir::MemRefType getType() const {
    return llvm::cast<mlir::MemRefType>(memref.getType());
  }
};

/// A popcount contraction by the roles of its operands and of its loops, which
/// have the numbers of the op's dimensions.
struct Contraction {
  mlir::linalg::GenericOp op;
  /// The operand whose words are the same in all lanes.
  Access broadcast;
  /// The operand whose words differ from lane to lane.
  Access packed;
  Access output;
  /// What sets the output before, with nothing in between, if that is so. A
  /// kernel then need not read the output.
  mlir::linalg::FillOp fill;
  /// The loop along which outputs are contiguous.
  unsigned lanes;
  /// The innermost loop over rows of `broadcast` for the same `packed` words.
  std::optional<unsigned> rows;
  /// Other parallel loops: those that select `packed` words, and the rest.
  llvm::SmallVector<unsigned> batches;
  llvm::SmallVector<unsigned> windows;
  /// From the outermost one.
  llvm::SmallVector<unsigned> reductions;
  /// The reduction that the innermost one also walks, if both operands have the
  /// words of the two in a row.
  std::optional<unsigned> mergedReduction;
  /// Whether the innermost reduction walks words in a row in both operands.
  bool isContiguous;

  mlir::IntegerType getWordType() const {
    return llvm::cast<mlir::IntegerType>(broadcast.getType().getElementType());
  }
};

/// Where the next one of the `rows` is.
struct RowStep {
  /// The dimension of the operand, and by how much it is more there.
  unsigned dim;
  int64_t distance;
};

/// The step between rows of `contraction.broadcast`, if there are rows and that
/// is along one dimension.
std::optional<RowStep> getRowStep(const Contraction &contraction);

/// The roles in `op`, or failure if it is no popcount contraction or one whose
/// outputs lie in no lanes.
mlir::FailureOr<Contraction> matchContraction(mlir::linalg::GenericOp op);

/// Builds how often each loop runs: the innermost reduction as often as both of
/// those that are merged.
llvm::SmallVector<mlir::Value> buildSizes(mlir::ImplicitLocOpBuilder &b,
                                          const Contraction &contraction);

} // namespace quant_bnn::popcount

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H
