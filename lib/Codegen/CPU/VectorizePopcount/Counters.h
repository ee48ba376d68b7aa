//===- Counters.h - Registers that count bits -------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A counter has stages. The first stage counts bits in narrow elements, of
// which a register holds many. Before these elements overflow, the next stage
// adds them to wider elements.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <functional>

namespace quant_bnn::vectorize_popcount {

/// A loop from 0 to `upper` that accumulates.
struct ReductionLoop {
  mlir::Value upper;
  int64_t step = 1;
  /// The maximum of `upper`, if known.
  std::optional<int64_t> maxSize = std::nullopt;
  /// The offset that is added to the positions of the loop, or null.
  mlir::Value offset = nullptr;

  /// Returns the maximum trip count, or nullopt if it is not known.
  std::optional<int64_t> getMaxTripCount() const;
};

/// One stage of a counter.
struct CounterStage {
  using Values = llvm::SmallVector<mlir::Value>;
  /// The number of steps that the stage can count, if there is a limit.
  std::optional<int64_t> maxSteps;
  llvm::SmallVector<mlir::Type> types;
  /// Adds the values of the stage before, or of one step, to a counter.
  std::function<Values(mlir::ImplicitLocOpBuilder &, mlir::ValueRange counter,
                       mlir::ValueRange counted)>
      add;
};

/// Returns the stage that counts the bits of vectors of type `words` in words,
/// for targets that can.
CounterStage getWordStage(mlir::VectorType words);
/// Returns the stage that counts the bits of vectors of type `words` in bytes.
CounterStage getByteStage(mlir::VectorType words);
/// Returns the stage that adds vectors of `type`, whose elements are at most
/// `most`.
CounterStage getSumStage(mlir::VectorType type, int64_t most);
/// Returns the stage that adds bytes whose nibbles are two counts, each of
/// which grows by at most `most` in a step. The stage has two vectors of sums
/// modulo 256: the sums of the bytes, and the sums of the high nibbles, where
/// each even byte also has 16 times the low nibbles of the odd byte after it.
CounterStage getNibbleStage(mlir::VectorType bytes, int64_t most);
/// Returns the stage that adds the counts of a nibble stage to 16-bit elements.
/// The stage has two vectors for each of the two counts: the sums of all bytes,
/// and the sums of the odd bytes.
CounterStage getHalfStage(mlir::VectorType bytes, int64_t most);
/// Returns the stage that adds the counts of a half stage of `lanes` bytes to
/// words of 32 bits, one vector for each of the two counts.
CounterStage getStageOfHalves(int64_t lanes, mlir::Type i32);
/// Returns the stage that adds the elements of type `narrow` in each of `lanes`
/// lanes to words of 32 bits.
CounterStage getLaneStage(mlir::VectorType narrow, int64_t lanes);
/// Returns the stage that adds all elements of vectors of type `narrow`.
CounterStage getTotalStage(mlir::VectorType narrow);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTERS_H
