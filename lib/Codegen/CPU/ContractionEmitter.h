//===- ContractionEmitter.h - Contractions by blocks ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H

#include "ContractionBlocking.h"
#include "NestEmitter.h"

namespace quant_bnn::vectorize {

/// Emits a contraction by blocks.
class ContractionEmitter : public NestEmitter {
public:
  ContractionEmitter(const Plan &plan, const Blocking &blocking,
                     const Options &options, const Epilogue *epilogue)
      : NestEmitter(plan, options, epilogue), blocking(blocking) {}

  void emit();

private:
  /// A part of the sums of a group: as many vectors as a kernel has, in the
  /// rows of a task.
  struct Strip {
    Positions at;
    mlir::Value firstRow;
    mlir::Value lastRow;
    /// By vector.
    llvm::SmallVector<Step> vectors;
  };
  /// The terms of a panel.
  struct Block {
    mlir::Value lower;
    mlir::Value upper;
    /// Whether there are no terms after it.
    mlir::Value isLast;
  };
  using BuildBody = llvm::function_ref<State(const Positions &at,
                                             mlir::Value row, State state)>;

  bool hasOneBlock() const;
  bool hasWholeRuns() const;
  int64_t getPanelWidth() const { return blocking.kernelVectors * plan.lanes; }
  int64_t getTaskRows() const;
  bool keepsTotals() const;
  const Output &getOutput() const { return plan.outputs.front(); }

  State emitTerms(const Positions &at, const Block &block, State state,
                  BuildBody body);
  void emitPacking(const Strip &strip, const Block &block);
  llvm::SmallVector<Positions> buildRows(const Positions &at, mlir::Value first,
                                         int64_t count);
  void emitKernel(const Strip &strip, const Block &block, mlir::Value firstRow,
                  int64_t rows);
  void emitRows(const Strip &strip, const Block &block);
  void emitInitialTotals(const Strip &strip);
  void emitStrip(const Strip &strip);
  Strip buildStrip(const Strip &task, mlir::Value first, int64_t vectors,
                   bool isWhole);
  void emitColumns(const Strip &task, mlir::Value lower, mlir::Value upper);
  void allocate();
  void emitTasks(const Positions &at);
  void emitOverlaps(unsigned level, const Positions &at);

  llvm::SmallVector<mlir::Value>
  getTotalIndices(const Strip &strip, mlir::Value row, int64_t vector);
  mlir::Value loadTotal(const Strip &strip, const Positions &at,
                        mlir::Value row, int64_t vector);
  void storeTotals(const Strip &strip, llvm::ArrayRef<Positions> rows,
                   mlir::Value firstRow, llvm::ArrayRef<mlir::Value> totals);
  mlir::Value loadVector(const Access &access, const Positions &at,
                         const Step &step, int64_t part) override;

  const Blocking &blocking;
  /// The numbers of rows and of terms.
  mlir::Value rowCount;
  mlir::Value termCount;
  mlir::Value panel;
  /// The totals of a task before the last block, if the op does not store sums.
  mlir::Value totals;
  /// The row of the panel that `loadVector` loads.
  mlir::Value panelRow;
};

/// Emits the loops of `plan` before its op by blocks, if `plan` is a
/// contraction and if that pays. The loops compute `epilogue`, too, unless that
/// is null. Returns whether nothing is left to emit. Otherwise, loops without
/// blocks are to be emitted before the op, which is in a branch then if it
/// depends on dynamic extents whether blocks pay.
bool emitContraction(const Plan &plan, const Options &options,
                     const Epilogue *epilogue);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H
