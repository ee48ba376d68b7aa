//===- BlockedEmitter.h - Blocks of outputs in registers --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_BLOCKEDEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_BLOCKEDEMITTER_H

#include "../ConstantMemory.h"
#include "Counting.h"
#include "KernelEmitter.h"

namespace quant_bnn::vectorize_popcount {

/// Returns the number of words of the innermost reduction that panels of
/// `width` outputs cover.
int64_t getPanelTile(const Contraction &contraction, const Digits &digits,
                     int64_t width, const Options &options);

/// Emits a kernel of blocks of outputs, with the outputs of a row in the lanes.
/// The kernel copies the packed operand so that it can be loaded in vectors,
/// which pays for many rows.
class BlockedEmitter : KernelEmitter {
public:
  BlockedEmitter(const KernelEmitter &nest, Counting &counting);
  void emit();

private:
  /// What the code of a task works on.
  struct Task {
    /// Digits of each panel, by position of the reductions and by lane; none if
    /// there are constant panels.
    llvm::SmallVector<mlir::Value> panels;
    /// The part of the windows, or of the rows if there are no windows; null if
    /// the task has all of them.
    mlir::Value lower, upper;
  };

  /// The outputs of a panel: vectors along the lanes.
  struct Outputs {
    /// The distance of the first output from the first one of the task.
    int64_t first;
    int64_t vectors;
    /// The number of valid outputs, for a panel of one vector; null if all are.
    mlir::Value valid = nullptr;
  };

  /// The part of the reductions that a panel covers: from position `lower` of
  /// the innermost reduction on, with the loops over words.
  struct Tile {
    const Task &task;
    mlir::Value panel;
    /// The first row of the panel that the tile covers.
    mlir::Value firstRow;
    Outputs outputs;
    mlir::Value lower;
    llvm::SmallVector<ReductionLoop> reductions;
    /// Whether nothing has been added to outputs yet.
    mlir::Value isFirst;
    /// Whether nothing will be added to them later.
    mlir::Value isLast;
    /// The lanes that are outputs; null if all are.
    mlir::Value mask;
  };

  // Digits of the broadcast operand.
  void findNextRow();
  llvm::SmallVector<mlir::Value>
  loadRows(llvm::ArrayRef<mlir::Value> from,
           llvm::function_ref<mlir::Value(llvm::ArrayRef<mlir::Value>)> load);
  void emitDigits();
  void emitDigitsOfWord(mlir::Value copy, llvm::ArrayRef<mlir::Value> from,
                        llvm::ArrayRef<mlir::Value> to);
  mlir::Value emitDigitsOfVectors(mlir::Value copy,
                                  llvm::ArrayRef<mlir::Value> outer);
  void emitDigitsOfRow(mlir::Value copy, llvm::ArrayRef<mlir::Value> outer);

  // Panels.
  llvm::SmallVector<mlir::Value> buildPanels();
  mlir::Value buildRow(llvm::ArrayRef<ReductionLoop> loops,
                       mlir::ValueRange positions);
  mlir::Value buildPackedRow(const Tile &tile, mlir::ValueRange positions);
  Positions atPackedWord(const Positions &at, const Tile &tile,
                         mlir::ValueRange positions);
  void buildOuterReductions(
      const Tile &tile,
      llvm::function_ref<void(llvm::ArrayRef<mlir::Value>)> body);
  void clearPanel(const Tile &tile);
  void emitPackingByWord(const Positions &at, const Tile &tile,
                         mlir::Value lower, mlir::Value count);
  llvm::SmallVector<mlir::Value> loadSquares(const Positions &at);
  void prefetchPanel(const Positions &at, const Tile &tile);
  void emitSquares(const Positions &at, const Tile &tile,
                   mlir::ValueRange positions, int64_t vector);
  mlir::Value emitPackingBySquare(const Positions &at, const Tile &tile);
  void emitPacking(const Positions &at, const Tile &tile);

  // Panels of a constant operand.
  std::optional<ConstantMemory> getConstantOperand() const;
  void appendConstantTile(const ConstantMemory &operand, int64_t column,
                          int64_t lower, std::vector<char> &data) const;
  void buildConstantPanels();
  mlir::Value buildConstantRow(const Positions &at, mlir::Value lower);

  // Blocks.
  llvm::SmallVector<ReductionLoop> getDigitLoops(const Tile &tile);
  Positions atBroadcastDigit(const Positions &at, const Tile &tile,
                             mlir::ValueRange positions);
  Positions atOutputs(const Positions &at, const Tile &tile);
  void emitBlock(const Positions &at, const Tile &tile, int64_t rows);
  void emitRows(const Positions &at, llvm::ArrayRef<Tile> tiles);
  void emitWindows(const Positions &at, llvm::ArrayRef<Tile> tiles);
  void emitPanels(const Positions &at, const Task &task,
                  llvm::ArrayRef<Outputs> panels);
  bool hasOnlyWholeTasks() const;
  void emitTask(const Positions &at, const Task &task);
  mlir::Value buildSplitSize();
  mlir::Value buildSplitStep();
  mlir::Value buildTaskCost();

  Counting &counting;
  const Digits digits;
  const BlockShape shape;
  /// The sums of which a word of the epilogue holds a bit each, or 1.
  int64_t sumsPerWord;
  /// The outputs of a panel, and those of a task: whole panels, and whole words
  /// if the epilogue packs.
  int64_t panelWidth, taskWidth;
  /// The words of the innermost reduction that the panels of a task cover.
  int64_t tileSize;
  /// The loop over the digits of a word, unless it is one with the loop over
  /// words.
  std::optional<unsigned> digitLoop;
  /// The position of the next row in the broadcast operand, if digits of two
  /// rows are joined: the dimension, the increment of the index there, and the
  /// last index.
  struct NextRow {
    unsigned dim;
    mlir::Value distance, last;
  };
  std::optional<NextRow> nextRow;
  /// All panels of a constant operand, one after another, or null; and the rows
  /// of one panel, and of one word of the innermost reduction.
  mlir::Value constantPanels;
  int64_t rowsPerPanel;
  int64_t rowsPerWord;
};

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_BLOCKEDEMITTER_H
