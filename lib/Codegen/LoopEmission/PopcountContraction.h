//===- PopcountContraction.h - Popcount contractions ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A popcount contraction adds to each element of its output a constant multiple
// of the number of bits in which two rows of words differ. If the output held
// the number of bits before, and the constant is -2, the output then holds the
// dot product of the signs of the rows. If the output held 0, and the constant
// is 1, the output then holds the Hamming distance of the rows.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::popcount {

/// An operand, and the indexing map by which loops access it.
struct Access {
  mlir::Value memref;
  mlir::AffineMap map;
  /// The dimension of the memref that is merged with the next one, if the two
  /// innermost reductions are one loop.
  unsigned merged = 0;

  mlir::MemRefType getType() const {
    return llvm::cast<mlir::MemRefType>(memref.getType());
  }
};

/// The roles of the operands and of the loops of a popcount contraction. The
/// number of a loop is the number of the op's dimension.
struct Contraction {
  mlir::linalg::GenericOp op;
  /// The operand whose words are the same in all lanes.
  Access broadcast;
  /// The operand whose words differ from lane to lane.
  Access packed;
  Access output;
  /// The constant by which the number of differing bits is multiplied, modulo
  /// 2^32.
  int64_t factor;
  /// The fill that sets the output before the op, or null. With a fill, a
  /// kernel need not read the output.
  mlir::linalg::FillOp fill;
  /// The loop along which outputs are contiguous.
  unsigned lanes;
  /// The innermost loop over rows of `broadcast` for the same `packed` words.
  std::optional<unsigned> rows;
  /// The other parallel loops: those that select words of `packed`, and the
  /// rest.
  llvm::SmallVector<unsigned> batches;
  llvm::SmallVector<unsigned> windows;
  /// The reduction loops, from the outermost one.
  llvm::SmallVector<unsigned> reductions;
  /// The reduction loop that is merged into the innermost one, if the words of
  /// the two loops are contiguous in both operands.
  std::optional<unsigned> mergedReduction;
  /// Whether the innermost reduction loop accesses contiguous words of both
  /// operands.
  bool isContiguous;

  mlir::IntegerType getWordType() const {
    return llvm::cast<mlir::IntegerType>(broadcast.getType().getElementType());
  }
};

/// The distance between consecutive rows of the broadcast operand.
struct RowStep {
  /// The dimension of the operand, and the increment of the index there.
  unsigned dim;
  int64_t distance;
};

/// Returns the step between rows of `contraction.broadcast`, or nullopt if
/// there are no rows, or if the step is not a nonnegative constant along one
/// dimension.
std::optional<RowStep> getRowStep(const Contraction &contraction);

/// Returns the roles in `op`, or failure if `op` is not a popcount contraction
/// or if its outputs are not contiguous along a loop for lanes.
mlir::FailureOr<Contraction> matchContraction(mlir::linalg::GenericOp op);

/// Returns the least number of rows of the broadcast operand for the same
/// packed words, unless there are none.
int64_t getLeastRows(const Contraction &contraction);

/// Builds the trip count of each loop. If two reductions are merged, the
/// innermost one has the trip count of both.
llvm::SmallVector<mlir::Value> buildSizes(mlir::ImplicitLocOpBuilder &b,
                                          const Contraction &contraction);

} // namespace quant_bnn::popcount

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_POPCOUNTCONTRACTION_H
