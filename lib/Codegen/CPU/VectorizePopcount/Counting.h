//===- Counting.h - Ways to count the bits that differ ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A blocked kernel meets a digit, which is a part of a word of the broadcast
// operand, with a vector of digits of the packed one. How it then counts the
// bits that differ depends on the instructions that there are.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTING_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTING_H

#include "Counters.h"
#include <memory>

namespace quant_bnn::popcount {
struct Contraction;
} // namespace quant_bnn::popcount

namespace quant_bnn::vectorize_popcount {

using popcount::Contraction;
struct Options;

/// Parts of words, each in an element of its own, from the lowest bits on.
struct Digits {
  /// Bits of a digit, and of its element.
  int64_t width;
  int64_t elementWidth;
  int64_t perWord;

  /// Whether words are other than their digits.
  bool areNotWords() const { return perWord > 1; }
  /// The digits in `elements`, an integer as wide as an element or a vector of
  /// such integers.
  llvm::SmallVector<mlir::Value> split(mlir::ImplicitLocOpBuilder &b,
                                       mlir::Value elements) const;
  /// The same of wider integers.
  llvm::SmallVector<mlir::Value> extract(mlir::ImplicitLocOpBuilder &b,
                                         mlir::Value words) const;
};

/// Rows and vectors of a block, whose counters are in registers.
struct BlockShape {
  int64_t rows;
  int64_t vectors;
};

class Counting {
public:
  virtual ~Counting() = default;

  /// Emits what is needed before all loops, and what ends that.
  virtual void begin(mlir::ImplicitLocOpBuilder &b) {}
  virtual void end(mlir::ImplicitLocOpBuilder &b) {}
  /// What is kept of digits of the broadcast operand: those of as many rows as
  /// are counted at once, or vectors of digits.
  virtual mlir::Value join(mlir::ImplicitLocOpBuilder &b,
                           mlir::ValueRange digits) {
    return digits.front();
  }
  /// What that is to all lanes.
  virtual mlir::Value spread(mlir::ImplicitLocOpBuilder &b,
                             mlir::Value joined) = 0;
  /// What the first stage of the counters takes.
  virtual mlir::Value compare(mlir::ImplicitLocOpBuilder &b, mlir::Value spread,
                              mlir::Value column) = 0;

  Digits digits;
  /// Rows that are counted at once, and bits of what is kept for a digit of
  /// those.
  int64_t rowsAtOnce = 1;
  int64_t joinedWidth;
  /// Digits of a vector.
  int64_t lanes;
  /// They end in vectors of 32 bits for each lane, one for each row.
  llvm::SmallVector<CounterStage> stages;
  BlockShape shape;
  /// Rows from which on copying the packed operand pays.
  int64_t minRows = 16;
};

/// Whether bits are counted in bytes. Narrow words are: few targets count the
/// bits of those.
bool countsInBytes(const Options &options, mlir::IntegerType word);

std::unique_ptr<Counting> chooseCounting(const Contraction &contraction,
                                         const Options &options);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTING_H
