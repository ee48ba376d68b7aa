//===- LookupEmitter.h - Contractions with bits by lookup -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_LOOKUPEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_LOOKUPEMITTER_H

#include "ContractionNestEmitter.h"

namespace quant_bnn::vectorize {

/// Emits a contraction of which one factor is one of two constants, by tables
/// of the sums of a few terms.
class LookupEmitter : public ContractionNestEmitter {
public:
  using ContractionNestEmitter::ContractionNestEmitter;

private:
  int64_t getTaskRows() const override;
  int64_t getTaskColumns() const override;
  void allocateBuffers() override;
  void emitTask(const Strip &task, mlir::Value lower,
                mlir::Value upper) override;

  int64_t getMostGroups() const;
  mlir::Value buildGroupCount(const Block &block);
  void emitGroups(const Block &block,
                  llvm::function_ref<void(mlir::Value, mlir::Value)> body);
  void clearRest(const Block &block, mlir::Value buffer);
  void emitTable(const Strip &task, const Block &block, mlir::Value row);
  void emitWords(const Strip &task, const Block &block, mlir::Value column,
                 bool isWhole);
  void emitNumbers(const Block &block, mlir::Value firstWord);
  void emitKernel(const Strip &strip, const Block &block, mlir::Value firstRow,
                  int64_t rows);
  int64_t getWordsOfLine() const;

  /// The other factors of the terms of a row.
  mlir::Value factors;
  /// By term: a cache line of its words.
  mlir::Value words;
  /// By row and group: the sums of a group for all values of its bits.
  mlir::Value tables;
  /// By group and lane: the number that the bits of a group are.
  mlir::Value numbers;
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_LOOKUPEMITTER_H
