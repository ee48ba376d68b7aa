//===- ContractionNestEmitter.h - Blocks of contractions --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONNESTEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONNESTEMITTER_H

#include "ContractionBlocking.h"
#include "NestEmitter.h"

namespace quant_bnn::vectorize {

/// What emitters of contractions by blocks share: the loops over rows, over
/// blocks of terms and over their terms, and the totals of the blocks.
class ContractionNestEmitter : public NestEmitter {
public:
  ContractionNestEmitter(const Plan &plan, const Blocking &blocking,
                         const Options &options, const Epilogue *epilogue)
      : NestEmitter(plan, options, epilogue), blocking(blocking) {}

  void emit();

protected:
  /// A part of the sums of a group: a few vectors in the rows of a task.
  struct Strip {
    Positions at;
    mlir::Value firstRow;
    mlir::Value lastRow;
    /// The column of `totals` in which the first vector is.
    mlir::Value totalsColumn;
    /// By vector.
    llvm::SmallVector<Step> vectors;
  };
  /// The terms that are added up before the total.
  struct Block {
    mlir::Value lower;
    mlir::Value upper;
    /// Whether there are no terms after it; null if there is one block only.
    mlir::Value isLast;
  };
  using BuildBody = llvm::function_ref<State(const Positions &at,
                                             mlir::Value term, State state)>;

  /// Returns the most rows and columns of a task. There are whole kernels of
  /// rows, and whole strips of columns, unless the task is a last one. A task
  /// has all sums whose bits an epilogue puts into a word.
  virtual int64_t getTaskRows() const = 0;
  virtual int64_t getTaskColumns() const = 0;
  /// Allocates the memory of a task.
  virtual void allocateBuffers() = 0;
  /// Emits the columns of `task` from `lower` to `upper`.
  virtual void emitTask(const Strip &task, mlir::Value lower,
                        mlir::Value upper) = 0;

  const Output &getOutput() const { return plan.outputs.front(); }
  bool hasOneBlock() const;
  int64_t getMostTerms() const;
  bool keepsTotals() const;

  void emitBlocks(llvm::function_ref<void(const Block &)> body);
  /// `body` emits a run: terms that are in one iteration of all reduced loops
  /// but the innermost one, from `lower` to `upper` there. The number of a term
  /// in the block is `first` plus its position in the innermost loop.
  using BuildRun = llvm::function_ref<State(
      const Positions &at, mlir::Value lower, mlir::Value upper,
      mlir::Value first, State state)>;
  State emitRuns(const Positions &at, const Block &block, State state,
                 BuildRun body);
  State emitTerms(const Positions &at, const Block &block, State state,
                  BuildBody body);
  void emitColumns(mlir::Value lower, mlir::Value upper, int64_t width,
                   int64_t rest,
                   llvm::function_ref<void(mlir::Value, bool)> body);
  Strip buildStrip(const Strip &task, mlir::Value first, int64_t vectors,
                   bool isWhole);
  llvm::SmallVector<Positions> buildRows(const Positions &at, mlir::Value first,
                                         int64_t count);
  void emitRows(const Strip &strip,
                llvm::function_ref<void(mlir::Value, int64_t)> emitKernel);
  mlir::Value allocate(llvm::ArrayRef<int64_t> shape, mlir::Type element);
  void emitInitialTotals(const Strip &strip);
  void finishBlock(const Strip &strip, const Block &block,
                   llvm::ArrayRef<Positions> rows, mlir::Value firstRow,
                   llvm::ArrayRef<mlir::Value> sums);

  const Blocking &blocking;
  /// The numbers of rows and of terms.
  mlir::Value rowCount;
  mlir::Value termCount;
  /// The totals of a task before the last block, if the op does not store sums.
  mlir::Value totals;
  /// What `allocate` has allocated for a task.
  llvm::SmallVector<mlir::Value> buffers;

private:
  bool hasWholeRuns() const;
  State buildLoop(mlir::Value lower, mlir::Value upper, const State &state,
                  llvm::function_ref<State(mlir::Value, State)> body);
  void emitTasks(const Positions &at);
  void emitOverlaps(unsigned level, const Positions &at);
  llvm::SmallVector<mlir::Value>
  getTotalIndices(const Strip &strip, mlir::Value row, int64_t vector);
  mlir::Value loadTotal(const Strip &strip, const Positions &at,
                        mlir::Value row, int64_t vector);
  void storeTotals(const Strip &strip, llvm::ArrayRef<Positions> rows,
                   mlir::Value firstRow, llvm::ArrayRef<mlir::Value> values);
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONNESTEMITTER_H
