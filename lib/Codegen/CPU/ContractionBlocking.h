//===- ContractionBlocking.h - Blocks of contractions -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONBLOCKING_H
#define QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONBLOCKING_H

#include "../LoopEmission/Plan.h"

namespace quant_bnn::vectorize {

/// The rows and columns of sums for which panels of a transposed operand pay.
/// The order in which products are added depends on these: see "Sums" in
/// docs/Semantics.md.
inline constexpr int64_t minRowsOfTransposedPanels = 16;
inline constexpr int64_t minColumnsOfTransposedPanels = 8;

/// A loop of which different iterations add to one element of the output, in
/// different rows.
struct Overlap {
  unsigned loop;
  /// Whether the iterations for an element come in descending order.
  bool descends;
};

/// The factor of a product that is one of two constants, as a bit says.
struct BitFactor {
  /// The factor, and the other one, which is the same in all lanes: values of
  /// the body.
  mlir::Value value;
  mlir::Value other;
  /// What the bit selects: the factor, or a narrower value that is extended.
  mlir::Value selected;
  mlir::FloatAttr ifClear;
  mlir::FloatAttr ifSet;
};

/// How a contraction is divided into blocks.
struct Blocking {
  /// The input that panels hold, of the plan for which the blocks are.
  const Access *packed;
  /// What the bits of the packed input select, if it has bits: panels hold this
  /// factor.
  std::optional<BitFactor> bitFactor;
  /// Whether there are tables of sums, instead of panels.
  bool looksUp = false;
  /// The loops outside of the vector loop. Rows are the iterations of those in
  /// which the packed input is the same; in one iteration of the others, each
  /// row has elements of the output of its own. The others select elements of
  /// the packed input, and groups of the output that are apart, unless they
  /// overlap.
  llvm::SmallVector<unsigned> rows;
  llvm::SmallVector<unsigned> groups;
  /// The overlapping loops, the outermost one first. Around all other loops,
  /// they add to each element in the order of the nest of the plan.
  llvm::SmallVector<Overlap> overlaps;
  /// The rows and vectors of a kernel, whose sums are in registers.
  int64_t kernelRows;
  int64_t kernelVectors;
  /// With fewer rows or columns than this, blocks cost more than they save.
  int64_t minRows;
  int64_t minColumns = 0;
  /// Whether there may be fewer.
  bool mayNotPay;
};

/// Returns the blocks of `plan` if it is a contraction and if they pay.
std::optional<Blocking> chooseBlocking(const Plan &plan,
                                       const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONBLOCKING_H
