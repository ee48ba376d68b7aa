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

namespace quant_bnn::vectorize {

/// An op that accumulates sums, or other values, in registers. It has one
/// output, whose indices are dimensions of the op.
struct Producer {
  mlir::linalg::LinalgOp op;
  /// The dimensions of the op that each loop of its kernel covers.
  llvm::SmallVector<llvm::SmallVector<unsigned>> loops;
  /// The loop along which a vector holds sums.
  unsigned lanes;

  Producer(mlir::linalg::LinalgOp op, unsigned lanes);
  explicit Producer(const Plan &plan);

  mlir::Value getSums() const;
  mlir::AffineMap getSumsMap() const;
  llvm::SmallVector<mlir::Value> getInputs() const;
};

/// What a kernel can do with outputs of an epilogue that are bits of words.
enum class PackingSupport {
  None,
  /// A kernel has all sums of a word at once.
  Words,
  /// A kernel adds the bits of a few sums to a word in memory, one after
  /// another in one thread.
  PartsOfWords,
};

/// An elementwise op after a producer that reads each of its sums once, so that
/// a kernel can compute it from the sums in registers.
class Epilogue {
public:
  /// Creates the epilogue that `plan` is. `dims` are the dimensions of the
  /// producer by dimension of the op of `plan`.
  Epilogue(const Producer &producer, Plan plan, llvm::ArrayRef<unsigned> dims,
           PackingSupport packing);

  /// Returns the number of sums along the lanes that a word of an output holds
  /// as bits, or 1 if no output is packed.
  int64_t getSumsPerWord() const;

  /// Returns the positions in the loops of `plan` of the sum that is at `at` in
  /// the loops of the producer, whose extents are `sizes`.
  index_space::Positions getPositions(mlir::ImplicitLocOpBuilder &b,
                                      const index_space::Positions &at,
                                      llvm::ArrayRef<mlir::Value> sizes) const;

  Plan plan;
  /// The output of the producer, an operand of the op.
  mlir::Value sums;
  PackingSupport packing;
  /// Whether other ops read the sums, too.
  bool storesSums;

private:
  /// A loop of the producer, or one of several dimensions that the loop covers.
  struct Index {
    unsigned loop;
    std::optional<unsigned> dim;
  };

  /// By loop of `plan`: the indices that it merges, from the outermost one.
  llvm::SmallVector<llvm::SmallVector<Index>> indices;
  /// By loop of the producer: the dimensions of the memref of sums.
  llvm::SmallVector<llvm::SmallVector<unsigned>> sumDims;
};

/// Whether several iterations of `op` access one element of an output.
bool accumulates(mlir::linalg::LinalgOp op);

/// Emits a remark of `pass` at the op that reads the sums of `op`, if `op` is a
/// product and there is one, that the sums are stored.
void remarkIfRead(mlir::linalg::LinalgOp op, llvm::StringRef pass,
                  llvm::StringRef why);

/// Returns the epilogue of `producer`, if there is one, and moves the op of the
/// producer to it, past ops that do not depend on the sums. Remarks are of
/// `pass`.
std::optional<Epilogue> takeEpilogue(const Producer &producer,
                                     const Options &options,
                                     llvm::StringRef pass,
                                     PackingSupport packing);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUE_H
