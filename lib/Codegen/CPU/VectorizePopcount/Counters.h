//===- Counters.h - Registers that count bits -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bits are counted in narrow elements first, of which a register holds many.
// Before those overflow, they are added to wider ones: a counter has stages.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <functional>

namespace quant_bnn::vectorize_popcount {

/// A loop that accumulates, from 0.
struct ReductionLoop {
  mlir::Value upper;
  int64_t step = 1;
  /// The greatest size that `upper` can have, if that is known.
  std::optional<int64_t> maxSize = std::nullopt;
  /// What is added to its positions, if anything.
  mlir::Value offset = nullptr;

  /// How often it runs at most, if that is known.
  std::optional<int64_t> getMaxTripCount() const;
};

/// What a counter is for a while.
struct CounterStage {
  using Values = llvm::SmallVector<mlir::Value>;
  /// Steps whose bits it can count, if there is a limit.
  std::optional<int64_t> maxSteps;
  llvm::SmallVector<mlir::Type> types;
  /// Adds to a counter what the stage before has counted, or one step.
  std::function<Values(mlir::ImplicitLocOpBuilder &, mlir::ValueRange counter,
                       mlir::ValueRange counted)>
      add;
};

/// Counts the bits of vectors of type `words` in words, for targets that do.
CounterStage getWordStage(mlir::VectorType words);
/// Counts the bits of vectors of type `words` in bytes.
CounterStage getByteStage(mlir::VectorType words);
/// Adds vectors, whose elements are at most `most`.
CounterStage getSumStage(mlir::VectorType type, int64_t most);
/// Adds bytes whose nibbles are two counts. Has two vectors of bytes, which are
/// sums modulo 256: of those bytes, and of the high nibbles, with in each even
/// byte 16 times the low nibbles of the odd one after it. A nibble counts
/// `most` at most in a step.
CounterStage getNibbleStage(mlir::VectorType bytes, int64_t most);
/// Adds what a nibble stage has counted to 16-bit elements. Has two vectors for
/// each of both counts: sums of all bytes, and of the odd ones.
CounterStage getHalfStage(mlir::VectorType bytes, int64_t most);
/// Adds what a half stage of `lanes` bytes has counted to words of 32 bits, a
/// vector of them for each of both counts.
CounterStage getStageOfHalves(int64_t lanes, mlir::Type i32);
/// Adds the `narrow` elements of each of `lanes` words of 32 bits.
CounterStage getLaneStage(mlir::VectorType narrow, int64_t lanes);
/// Adds all elements of vectors of type `narrow`.
CounterStage getTotalStage(mlir::VectorType narrow);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H
