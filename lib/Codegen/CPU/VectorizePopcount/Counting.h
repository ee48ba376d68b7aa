//===- Counting.h - Ways to count differing bits ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A blocked kernel compares a digit, which is a part of a word of the broadcast
// operand, with a vector of digits of the packed operand. How the kernel then
// counts the differing bits depends on the instructions of the target.
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

/// Digits: parts of words, each in its own element, from the lowest bits on.
struct Digits {
  /// Bits of a digit, and of its element.
  int64_t width;
  int64_t elementWidth;
  int64_t perWord;

  /// Whether a word has more than one digit.
  bool areNotWords() const { return perWord > 1; }
  /// Builds the digits in `elements`, an integer as wide as an element or a
  /// vector of such integers.
  llvm::SmallVector<mlir::Value> split(mlir::ImplicitLocOpBuilder &b,
                                       mlir::Value elements) const;
  /// Builds the digits in `words`, an integer at least as wide as an element or
  /// a vector of such integers.
  llvm::SmallVector<mlir::Value> extract(mlir::ImplicitLocOpBuilder &b,
                                         mlir::Value words) const;
};

/// The rows and vectors of a block of outputs, whose counters are in registers.
struct BlockShape {
  int64_t rows;
  int64_t vectors;
};

class Counting {
public:
  virtual ~Counting() = default;

  /// `begin` emits code before all loops, and `end` emits code after them.
  virtual void begin(mlir::ImplicitLocOpBuilder &b) {}
  virtual void end(mlir::ImplicitLocOpBuilder &b) {}
  /// Builds the stored form of `digits` of the broadcast operand, which are a
  /// digit, or a vector of digits, of each of `rowsAtOnce` rows.
  virtual mlir::Value join(mlir::ImplicitLocOpBuilder &b,
                           mlir::ValueRange digits) {
    return digits.front();
  }
  /// Builds the form of a `joined` value that all lanes compare with.
  virtual mlir::Value spread(mlir::ImplicitLocOpBuilder &b,
                             mlir::Value joined) = 0;
  /// Builds the input of the first stage of the counters.
  virtual mlir::Value compare(mlir::ImplicitLocOpBuilder &b, mlir::Value spread,
                              mlir::Value column) = 0;

  Digits digits;
  /// The number of rows that are counted at once, and the bits of the joined
  /// digits of these rows.
  int64_t rowsAtOnce = 1;
  int64_t joinedWidth;
  /// Digits of a vector.
  int64_t lanes;
  /// The stages of the counters. The last stage has vectors of 32 bits per
  /// lane, one for each row that is counted at once.
  llvm::SmallVector<CounterStage> stages;
  BlockShape shape;
  /// The number of rows from which on it pays to copy the packed operand.
  int64_t minRows = 16;
};

/// Whether bits are counted in bytes. Bits of narrow words are, since few
/// targets count bits of such words.
bool countsInBytes(const Options &options, mlir::IntegerType word);

std::unique_ptr<Counting> chooseCounting(const Contraction &contraction,
                                         const Options &options);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_COUNTING_H
