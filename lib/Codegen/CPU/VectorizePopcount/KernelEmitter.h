//===- KernelEmitter.h - Loops that count differing bits --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H

#include "../../LoopEmission/EpilogueEmitter.h"
#include "../../LoopEmission/IndexSpace.h"
#include "../../LoopEmission/PopcountContraction.h"
#include "Counters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include <memory>

namespace quant_bnn::vectorize_popcount {

using index_space::enter;
using index_space::Positions;
using popcount::Access;
using popcount::Contraction;
using vectorize::Epilogue;
using vectorize::EpilogueEmitter;
using vectorize::Sums;

struct Options {
  /// Bits of one vector: a power of two.
  int64_t vectorBits;
  PopcountAccumulation accumulation;
  /// The instructions that look up tables.
  LookupInstructions lookup;
  bool parallel;
  /// The nanoseconds that a parallel task takes at least, by estimate.
  int64_t taskNanoseconds = 0;
};

/// An operand as the loops access it.
struct View {
  mlir::Value base;
  /// The indices into `base`, over the loops and the symbol `size`.
  llvm::SmallVector<mlir::AffineExpr> indices;
  /// The size of the inner one of merged dimensions; null if none are merged.
  mlir::Value size;
};

/// Emits the code that kernels of any shape have in common. The emitter of a
/// kernel derives from this class and adds the nest.
class KernelEmitter {
public:
  virtual ~KernelEmitter() = default;

  /// Creates an emitter that inserts before the op of `contraction`. The kernel
  /// computes `epilogue`, too, unless that is null.
  KernelEmitter(Contraction contraction, const Epilogue *epilogue,
                const Options &options);

  /// Builds the condition that each packed word is used for `many` rows or
  /// more.
  mlir::Value buildHasManyRows(int64_t many);
  void buildIf(mlir::Value condition, llvm::function_ref<void()> then,
               llvm::function_ref<void()> otherwise);

protected:
  // Index arithmetic.
  mlir::Value index(int64_t value);
  template <typename OpTy>
  mlir::Value fold(mlir::Value lhs, mlir::Value rhs) {
    return b.createOrFold<OpTy>(lhs, rhs);
  }
  mlir::Value offset(mlir::Value base, int64_t distance) {
    return fold<mlir::arith::AddIOp>(base, index(distance));
  }
  /// Builds the greatest multiple of `factor` that is at most `value`.
  mlir::Value roundDown(mlir::Value value, int64_t factor);
  llvm::SmallVector<mlir::Value> getSizes(llvm::ArrayRef<unsigned> loops) const;
  /// Builds the positions of the row that is `distance` rows further than `at`.
  Positions atRow(const Positions &at, int64_t distance);
  /// Builds the indices of the element at `at` in the base of `view`.
  llvm::SmallVector<mlir::Value> buildIndices(const View &view,
                                              const Positions &at);

  // Loops. A loop that is known to run once is only its body.
  using BuildBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(
      mlir::Value, mlir::ValueRange)>;
  llvm::SmallVector<mlir::Value> buildFor(mlir::Value lower, mlir::Value upper,
                                          mlir::Value step,
                                          mlir::ValueRange carried,
                                          BuildBody body);
  llvm::SmallVector<mlir::Value> buildFor(mlir::Value lower, mlir::Value upper,
                                          int64_t step,
                                          mlir::ValueRange carried,
                                          BuildBody body);
  void buildFor(mlir::Value lower, mlir::Value upper, int64_t step,
                llvm::function_ref<void(mlir::Value)> body);
  /// Builds the nest of `loops` at `at`, around the code that `body` emits at
  /// the positions in the nest.
  void buildNest(const Positions &at, llvm::ArrayRef<unsigned> loops,
                 llvm::function_ref<void(const Positions &)> body);
  /// Builds loops at `at` over the rows from `lower` to `upper`, by blocks of
  /// at most `most` rows: of about equal size if the number of rows is known,
  /// or else by fewer, down to one, for the remaining rows. `body` emits a
  /// block of `rows` rows at the positions of its first row.
  void buildRowBlocks(
      const Positions &at, mlir::Value lower, mlir::Value upper, int64_t most,
      llvm::function_ref<void(const Positions &, int64_t rows)> body);
  /// Builds loops from 0 to `uppers`, which threads share if the options ask
  /// for that and if it pays: an iteration takes about `cost` picoseconds.
  void buildTasks(llvm::ArrayRef<mlir::Value> uppers,
                  llvm::ArrayRef<mlir::Value> steps, mlir::Value cost,
                  llvm::function_ref<void(mlir::ValueRange)> body);
  /// Builds the picoseconds that comparing `vectors` vectors for each word of
  /// the reductions takes, if one takes `picoseconds`.
  mlir::Value buildCost(mlir::Value vectors, int64_t picoseconds);

  mlir::VectorType getVectorType(mlir::Type element) const {
    return mlir::VectorType::get(lanes, element);
  }

  /// Returns the number of packed words in a cache line.
  int64_t getWordsPerLine() const;
  /// Emits prefetches of the packed words of the output at `at`, from `lower`
  /// to `upper` of the innermost reduction.
  void prefetchPacked(const Positions &at, mlir::Value lower,
                      mlir::Value upper);

  // Counters.
  /// Emits one step, and calls `count` with a value for each counter.
  using BuildStep = llvm::function_ref<void(
      mlir::ValueRange positions, llvm::function_ref<void(mlir::Value)> count)>;
  /// Emits `loops` around the code that `buildStep` emits, and returns the
  /// values of `count` counters in the last one of `stages`.
  llvm::SmallVector<mlir::Value> countBits(llvm::ArrayRef<ReductionLoop> loops,
                                           unsigned count,
                                           llvm::ArrayRef<CounterStage> stages,
                                           BuildStep buildStep);

  // Outputs.
  /// Prepares for epilogues of vectors of `elements` sums.
  void beginEpilogue(int64_t elements);
  /// Emits prefetches of the elements that only the epilogue of the sums at
  /// `at` reads. There must be an epilogue.
  void prefetchForEpilogue(const Positions &at);
  /// Builds the value of type `type` that the output at `indices` had before,
  /// in the lanes of `mask` unless that is null. `isFirst` is the condition
  /// that nothing has been added to the output yet.
  mlir::Value buildBefore(mlir::Type type, mlir::ValueRange indices,
                          mlir::Value mask, mlir::Value isFirst);
  /// Adds the factor of the contraction times `counts.value` to the output at
  /// `counts.at`. If `isLast`, nothing will be added later: the epilogue is
  /// computed.
  void addMultiple(const Sums &counts, mlir::Value isFirst, mlir::Value isLast);

  Contraction contraction;
  Options options;
  mlir::ImplicitLocOpBuilder b;
  /// Elements of one vector, which derived emitters choose.
  int64_t lanes = 1;
  /// By loop.
  llvm::SmallVector<mlir::Value> sizes;
  View broadcast, packed, output;

  /// What is computed from the sums, or null.
  const Epilogue *epilogue;

private:
  View buildView(const Access &access);
  void storeSums(mlir::Value sums, mlir::ValueRange indices, mlir::Value mask);

  std::shared_ptr<EpilogueEmitter> epilogueEmitter;
};

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H
