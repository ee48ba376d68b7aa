//===- ContractionEmitter.h - Contractions by panels ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H

#include "ConstantMemory.h"
#include "ContractionNestEmitter.h"

namespace quant_bnn::vectorize {

/// Emits a contraction whose factors are copied to panels.
class ContractionEmitter : public ContractionNestEmitter {
public:
  using ContractionNestEmitter::ContractionNestEmitter;

private:
  int64_t getPanelWidth() const { return blocking.kernelVectors * plan.lanes; }
  mlir::Type getPanelType() const;
  int64_t getPanels() const;
  int64_t getPanelRows() const;
  int64_t getTaskRows() const override;
  int64_t getTaskColumns() const override {
    return getPanels() * getPanelWidth();
  }
  void allocateBuffers() override;
  void emitTask(const Strip &task, mlir::Value lower,
                mlir::Value upper) override;

  std::optional<ConstantMemory> getConstantInput() const;
  mlir::Value buildConstantPanels(const ConstantMemory &input);
  void emitPacking(const Strip &task, const Block &block, mlir::Value lower,
                   mlir::Value upper);
  llvm::SmallVector<mlir::Value>
  getPanelIndices(const Strip &strip, mlir::Value row, int64_t vector);
  void emitKernel(const Strip &strip, const Block &block, mlir::Value firstRow,
                  int64_t rows);
  void emitStrips(const Strip &task, mlir::Value lower, mlir::Value upper,
                  llvm::function_ref<void(const Strip &)> body);
  void emitSquare(const Positions &at, const Strip &strip, int64_t vector,
                  mlir::Value row, mlir::Value mask);
  void emitTransposedPacking(const Strip &task, const Block &block,
                             mlir::Value lower, mlir::Value upper);
  mlir::Value loadFactor(const Positions &at, const Step &step);
  mlir::Value loadVector(const Access &access, const Positions &at,
                         const Step &step, int64_t part) override;
  llvm::SmallVector<mlir::Value>
  getLoadedValues(const Access &input) const override;

  /// By panel, term and column: all panels of a constant input, or those of a
  /// task and a block.
  mlir::Value panels;
  bool hasConstantPanels = false;
  /// The first column and term in `panels` of a task and a block.
  mlir::Value panelsColumn;
  mlir::Value panelsTerm;
  /// The strip and the row of its panel that `loadVector` loads.
  const Strip *current = nullptr;
  mlir::Value panelRow;
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_CONTRACTIONEMITTER_H
