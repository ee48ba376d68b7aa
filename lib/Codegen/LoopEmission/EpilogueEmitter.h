//===- EpilogueEmitter.h - Emit an epilogue in a kernel ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUEEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUEEMITTER_H

#include "BodyEmitter.h"
#include "Epilogue.h"

namespace quant_bnn::vectorize {

/// Sums of which an epilogue is emitted.
struct Sums {
  /// One sum, or a vector of sums.
  mlir::Value value;
  /// The lanes that have a sum; null if all have.
  mlir::Value mask;
  /// Where the sums are in the loops of the producer.
  index_space::Positions at;
  /// The row of the block. Vectors of a row that are bits of one word are
  /// emitted in their order, in one basic block, before the next word of the
  /// row.
  int64_t row = 0;
};

/// Emits an epilogue of sums that are in registers.
class EpilogueEmitter : BodyEmitter {
public:
  /// Creates an emitter of vectors of `lanes` sums for code inside of the loops
  /// that begin where `kernel` is. `sizes` are the extents of the loops of the
  /// producer.
  EpilogueEmitter(const Epilogue &epilogue, int64_t lanes,
                  llvm::ArrayRef<mlir::Value> sizes,
                  mlir::ImplicitLocOpBuilder &kernel);

  /// Emits the epilogue of `sums` where `kernel` is.
  void emit(mlir::ImplicitLocOpBuilder &kernel, const Sums &sums);

  /// Emits prefetches, where `kernel` is, of the elements that only the
  /// epilogue of the sums at `at` reads.
  void prefetch(mlir::ImplicitLocOpBuilder &kernel,
                const index_space::Positions &at);

private:
  /// A word of a packed output of which not all bits are known.
  struct Word {
    mlir::Value bits;
    llvm::SmallVector<mlir::Value> indices;
    /// Whether the word exists, a vector of one; null if it does.
    mlir::Value mask;
    int64_t numBits = 0;
  };

  mlir::Value loadVector(const Access &access, const index_space::Positions &at,
                         const Step &step, int64_t part) override;
  void storeVector(mlir::Value value, const Access &access,
                   const index_space::Positions &at, const Step &step,
                   int64_t part) override;

  void addBits(Word &word, mlir::Value bits, mlir::Value distance);

  const Epilogue &epilogue;
  const llvm::SmallVector<mlir::Value> sizes;
  /// The sums that are emitted.
  mlir::Value current;
  int64_t row = 0;
  /// By the number of the operand, and by row.
  llvm::DenseMap<std::pair<unsigned, int64_t>, Word> words;
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_EPILOGUEEMITTER_H
