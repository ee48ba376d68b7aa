//===- BodyEmitter.h - Emit the bodies of vector loops ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_BODYEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_BODYEMITTER_H

#include "IndexSpace.h"
#include "Plan.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::vectorize {

using index_space::enter;
using index_space::Positions;

/// Values that a loop carries, by output.
using State = llvm::SmallVector<llvm::SmallVector<mlir::Value>>;

llvm::SmallVector<mlir::Value> flatten(const State &state);
State unflatten(mlir::ValueRange values, const State &like);

/// The positions in the loop nest, and the values of the body that are the same
/// in all lanes there: as scalars, and broadcast for the vector ops that use
/// them.
struct Scope {
  Positions at;
  mlir::IRMapping scalars;
  mlir::IRMapping vectors;

  /// Returns the scope inside of `loops`, in the iteration with the indices
  /// `ivs`.
  Scope enter(llvm::ArrayRef<unsigned> loops, mlir::ValueRange ivs) const;
};

/// A step of the vector loop.
struct Step {
  /// The first element of each vector.
  llvm::SmallVector<mlir::Value> positions;
  /// The lanes that are in bounds; null if all are.
  mlir::Value mask;
  /// The alignment of vectors in memory, in bytes; a shorter vector is aligned
  /// to its length. 0 if vectors are only aligned to their elements.
  int64_t loadAlignment = 0;
  int64_t storeAlignment = 0;
  bool nontemporal = false;
};

/// Emits one step of a loop nest of any shape. The emitter of a target derives
/// from this class and adds the nest.
class BodyEmitter {
public:
  virtual ~BodyEmitter() = default;

protected:
  /// Creates an emitter that inserts before the op of `plan`.
  explicit BodyEmitter(const Plan &plan)
      : plan(plan), op(plan.op), b(op.getLoc(), op) {}

  // Index arithmetic.
  mlir::Value index(int64_t value);
  template <typename OpTy>
  mlir::Value fold(mlir::Value lhs, mlir::Value rhs) {
    return b.createOrFold<OpTy>(lhs, rhs);
  }
  mlir::Value buildSize(const Loop &loop);

  // Memory.
  /// Makes `bases` the operands of the op, collapsed where the plan says so.
  void collapseBases();
  mlir::VectorType getVectorType(mlir::Type element);
  mlir::Value broadcast(mlir::Value scalar);
  mlir::Value broadcast(mlir::Value scalar, mlir::VectorType type);
  /// Builds the indices of the element at `at` in the base of `access`.
  virtual llvm::SmallVector<mlir::Value> buildIndices(const Access &access,
                                                      const Positions &at);
  mlir::Value loadScalar(const Access &access, const Positions &at);
  /// Loads vector number `part` of `step` at `at`, which is outside of the
  /// vector loop.
  virtual mlir::Value loadVector(const Access &access, const Positions &at,
                                 const Step &step, int64_t part);
  /// Returns the values of the body that `loadVector` loads for `input`: its
  /// element, or the bits of its words.
  virtual llvm::SmallVector<mlir::Value>
  getLoadedValues(const Access &input) const;
  /// Stores `value` as vector number `part` of `step` at `at`, which is outside
  /// of the vector loop.
  virtual void storeVector(mlir::Value value, const Access &access,
                           const Positions &at, const Step &step, int64_t part);

  // The body.
  void defineCaptures(Scope &scope);
  void emitUniform(Scope &scope);
  /// Emits the body of `step` in `rows`, whose positions are those of all loops
  /// but the vector loop. The values in `state` are by output, row and part.
  State emitBodies(llvm::ArrayRef<Scope> rows, const Step &step, State state);
  /// Emits `step`, with the loops inside of the vector loop, and returns
  /// `state` with the values of the step accumulated. If all outputs are lanes
  /// that accumulate, there may be several `rows`, iterations of a loop outside
  /// of the vector loop that share what they load.
  State emitStep(llvm::ArrayRef<Scope> rows, const Step &step, State state);
  /// Masks off the lanes at and past `upper` of `step`, which has one vector.
  void maskTail(Step &step, mlir::Value upper);

  // Accumulation.
  State buildNeutralState(int64_t parts);
  void accumulateState(const State &state);
  void storeTotal(const Output &output, mlir::Value total, const Positions &at);

  // Loops.
  llvm::SmallVector<mlir::Value>
  buildFor(mlir::Value lower, mlir::Value upper, mlir::Value step,
           mlir::ValueRange state,
           llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                             mlir::ValueRange)>
               body,
           int64_t unrollHint = 1);
  void buildCarryingFor(mlir::Value lower, mlir::Value upper, mlir::Value step,
                        llvm::function_ref<void(mlir::Value)> body,
                        int64_t unrollHint = 1);

  Plan plan;
  mlir::linalg::LinalgOp op;
  mlir::ImplicitLocOpBuilder b;
  /// By loop.
  llvm::SmallVector<mlir::Value> sizes;
  /// By operand of the op: its memref, as `buildIndices` indexes it.
  llvm::SmallVector<mlir::Value> bases;
  /// By output, for reduced outputs: the accumulators, from where accumulation
  /// starts.
  State carries;

private:
  mlir::Value buildWordIndex(mlir::Value position, int64_t elementsPerWord);
  mlir::VectorType getStoredType(const Access &access);
  mlir::Value getStoredMask(const Access &access, const Step &step);
  void define(Scope &scope, mlir::Value original, mlir::Value scalar);
  void emitVarying(const Scope &scope, mlir::IRMapping &vectors);
  State emitBody(const Scope &scope, const Step &step, State state,
                 int64_t first);
  State emitInner(unsigned level, llvm::ArrayRef<Scope> rows, const Step &step,
                  State state);

  // Chains: sums that lanes accumulate.
  bool hasLongChains() const;
  llvm::SmallVector<mlir::Value> startChain(const Output &output,
                                            mlir::ValueRange initial);
  llvm::SmallVector<mlir::Value>
  finishChain(const Output &output, mlir::ValueRange chain, int64_t parts);
  State finishBlock(State state, int64_t parts);
  State emitChainBlocks(llvm::ArrayRef<Scope> rows, const Step &step,
                        State state);

  /// The number of terms in the current block of chains; null unless several
  /// loops accumulate chains of several blocks.
  mlir::Value termsInBlock;
};

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_BODYEMITTER_H
