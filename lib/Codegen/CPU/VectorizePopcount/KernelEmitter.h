//===- KernelEmitter.h - Loops that count differing bits --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H

#include "../../LoopEmission/PopcountContraction.h"
#include "Counters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/CPU/Passes.h"

namespace quant_bnn::vectorize_popcount {

using popcount::Access;
using popcount::Contraction;

class Counting;

struct Options {
  /// Bits of one vector: a power of two.
  int64_t vectorBits;
  PopcountAccumulation accumulation;
  /// What tables are looked up with.
  LookupInstructions lookup;
  bool parallel;
};

/// An operand as the loops see it.
struct View {
  mlir::Value base;
  /// Where in `base`: over the loops, and the symbol `size`.
  llvm::SmallVector<mlir::AffineExpr> indices;
  /// The size of the inner one of merged dimensions, if they are merged.
  mlir::Value size;
};

/// Emits what kernels of any shape have in common. A kernel's emitter inherits
/// it and adds the nest.
class KernelEmitter {
public:
  virtual ~KernelEmitter() = default;

  /// Emits before the op of `contraction`.
  KernelEmitter(Contraction contraction, const Options &options);

  /// Whether each packed word is used for `many` rows or more.
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
  /// The multiple of `factor` that is next below `value`, or that itself.
  mlir::Value roundDown(mlir::Value value, int64_t factor);
  llvm::SmallVector<mlir::Value> getSizes(llvm::ArrayRef<unsigned> loops) const;
  /// Emits `body` with the `distance`th row from the one in `ivs` on there.
  void atRow(int64_t distance, llvm::function_ref<void()> body);
  /// Where the element at `ivs` lies in the base of `view`.
  llvm::SmallVector<mlir::Value> buildIndices(const View &view);

  // Loops. One that is known to run once is its body.
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
  /// Loops over `loops`, with `ivs` set, around what `body` emits.
  void buildNest(llvm::ArrayRef<unsigned> loops,
                 llvm::function_ref<void()> body);
  /// Loops over the rows from `lower` to `upper`, by `most` at once and by
  /// fewer, down to one, for what is left. Sets the first one in `ivs`.
  void buildRowBlocks(mlir::Value lower, mlir::Value upper, int64_t most,
                      llvm::function_ref<void(int64_t rows)> body);
  /// Loops over `uppers`, on threads if that is asked for.
  void buildTasks(llvm::ArrayRef<mlir::Value> uppers,
                  llvm::ArrayRef<mlir::Value> steps,
                  llvm::function_ref<void(mlir::ValueRange)> body);

  mlir::VectorType getVectorType(mlir::Type element) const {
    return mlir::VectorType::get(lanes, element);
  }

  /// Packed words of a cache line.
  int64_t getWordsPerLine() const;
  /// Fetches the packed words of the output at `ivs`, from `lower` to `upper`
  /// of the innermost reduction.
  void prefetchPacked(mlir::Value lower, mlir::Value upper);

  // Counters.
  /// Emits what is counted in one step, a value for each counter.
  using BuildStep = llvm::function_ref<void(
      mlir::ValueRange positions, llvm::function_ref<void(mlir::Value)> count)>;
  /// Emits `loops` around what `buildStep` emits, and returns what `count`
  /// counters have counted in the last one of `stages`.
  llvm::SmallVector<mlir::Value> countBits(llvm::ArrayRef<ReductionLoop> loops,
                                           unsigned count,
                                           llvm::ArrayRef<CounterStage> stages,
                                           BuildStep buildStep);

  // Outputs.
  /// What the output at `indices` was before, as `type` or where `mask` is set.
  /// `isFirst`: whether nothing was subtracted from it.
  mlir::Value buildBefore(mlir::Type type, mlir::ValueRange indices,
                          mlir::Value mask, mlir::Value isFirst);
  /// Subtracts twice the `count` from the output at `ivs`.
  void subtractTwice(mlir::Value count, mlir::Value mask, mlir::Value isFirst);

  Contraction contraction;
  Options options;
  mlir::ImplicitLocOpBuilder b;
  /// Elements of one vector, which derived emitters choose.
  int64_t lanes = 1;
  /// By loop.
  llvm::SmallVector<mlir::Value> sizes, ivs;
  View broadcast, packed, output;

private:
  View buildView(const Access &access);
};

/// Emits a kernel of blocks of outputs, with the outputs of a row in the lanes.
/// It copies the packed operand so that vectors of it can be loaded, which pays
/// for many rows.
void emitBlockedKernel(const KernelEmitter &nest, Counting &counting);

/// Emits a kernel with words of the innermost reduction in the lanes, which
/// must be contiguous: for few rows.
void emitDotKernel(const KernelEmitter &nest);

/// Emits loops for `contraction` before its op.
void emitKernel(const Contraction &contraction, const Options &options);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_KERNELEMITTER_H
