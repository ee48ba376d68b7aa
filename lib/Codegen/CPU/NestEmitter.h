//===- NestEmitter.h - What nests of vector loops share ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_NESTEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_NESTEMITTER_H

#include "../LoopEmission/EpilogueEmitter.h"

namespace quant_bnn::vectorize {

/// Emits a nest of loops for a CPU, with an epilogue of its sums.
class NestEmitter : public BodyEmitter {
public:
  /// Creates an emitter that inserts before the op of `plan`. `epilogue` may be
  /// null.
  NestEmitter(const Plan &plan, const Options &options,
              const Epilogue *epilogue)
      : BodyEmitter(plan), options(options), epilogue(epilogue) {}

protected:
  /// Emits what is needed outside of all loops.
  void prepare();

  llvm::SmallVector<mlir::Value> getSizes(llvm::ArrayRef<unsigned> loops) const;

  /// Returns the time that an iteration of the innermost loop takes for an
  /// element.
  int64_t estimateElement() const;
  /// Builds the time that all iterations of `loops` take for an element.
  mlir::Value buildCost(llvm::ArrayRef<unsigned> loops);
  /// Emits `count` iterations, in parallel tasks if the options say so. `body`
  /// emits those from the first value to the second one, and `buildCostOfOne`
  /// builds the time that one takes.
  void buildTasks(mlir::Value count,
                  llvm::function_ref<mlir::Value()> buildCostOfOne,
                  llvm::function_ref<void(mlir::Value, mlir::Value)> body);

  /// Emits the epilogue of the sums `value`, and stores them if anything else
  /// reads them.
  void storeVector(mlir::Value value, const Access &access, const Positions &at,
                   const Step &step, int64_t part) override;

  const Options &options;
  /// What is computed from the sums, or null.
  const Epilogue *epilogue;

private:
  std::optional<EpilogueEmitter> epilogueEmitter;
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_NESTEMITTER_H
