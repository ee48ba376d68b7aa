//===- Plan.h - Plans of vector loops for linalg ops ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PLAN_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PLAN_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace quant_bnn::vectorize {

struct Options {
  /// Bits of one vector: a power of two.
  int64_t vectorBits;
  /// Bytes from which on stores bypass the caches; not positive: never.
  int64_t nontemporalThreshold;
  bool parallel;
  /// Whether steps repeat to hide how long they take. Where many threads do, it
  /// would only take registers.
  bool unrolls = true;
};

/// The order of additions is part of the semantics of the dialect: "Sums" in
/// docs/Semantics.md. What is reduced has so many accumulators,
inline constexpr int64_t numAccumulators = 64;
/// which are combined after so many terms,
inline constexpr int64_t termsPerBlock = 256 * numAccumulators;
/// and what lanes accumulate is combined with the rest after so many.
inline constexpr int64_t termsPerChain = 256;

/// A loop of the nest: adjacent dimensions of the op that every operand walks
/// contiguously, or not at all, are one loop.
struct Loop {
  /// The dimensions of the op that it covers.
  llvm::SmallVector<unsigned> dims;
  /// Its extent, or dynamic.
  int64_t size;
};

/// An operand of the op.
struct Access {
  mlir::OpOperand *operand;
  /// The argument of the body.
  mlir::BlockArgument argument;
  /// Where in a memref: over the loops. Unused by scalars.
  llvm::SmallVector<mlir::AffineExpr> indices;
  /// How dimensions of the memref form those of `indices`; empty where they are
  /// the same.
  llvm::SmallVector<mlir::ReassociationIndices> reassociation;
  /// Of words that hold bits of elements along the last of `indices`: how many
  /// each, else 1. The index of the word is the last index divided by this.
  int64_t elementsPerWord = 1;
  /// Packed inputs: the bits in the body, each an i1, of the element at hand.
  llvm::SmallVector<mlir::Value> bits;

  bool isPacked() const { return elementsPerWord > 1; }
  mlir::Value getValue() const { return operand->get(); }
  mlir::MemRefType getMemRefType() const {
    return mlir::dyn_cast<mlir::MemRefType>(getValue().getType());
  }
  mlir::Type getElementType() const {
    return mlir::getElementTypeOrSelf(getValue().getType());
  }
  bool uses(unsigned loop) const;
};

/// How an output gets its values.
enum class OutputKind {
  /// Each iteration writes its own element.
  Stored,
  /// Each lane accumulates over the loops inside the vector loop.
  Lanes,
  /// Lanes accumulate, and are then combined into one element.
  Reduced,
};

struct Output : Access {
  OutputKind kind;
  /// The position in the nest, from the outermost loop, from which on no loop
  /// selects another element: where accumulation starts.
  unsigned depth;
  /// Reduced, and accumulating lanes whose combiner is known: how.
  std::optional<mlir::vector::CombiningKind> combiner;
  /// A sum of floats, whose rounding errors are carried along.
  bool compensated = false;
  /// Packed: the i1 that becomes the bit of the element at hand.
  mlir::Value packedBit;

  mlir::Value getYielded() const;
  /// Whether lanes accumulate a sum of floats, of products or other terms: in
  /// blocks.
  bool isChain() const;
};

/// What loops to emit for an op.
struct Plan {
  mlir::linalg::LinalgOp op;
  llvm::SmallVector<Loop> loops;
  llvm::SmallVector<Access> inputs;
  llvm::SmallVector<Output> outputs;
  /// The nest: loops outside of the vector loop, it, and loops inside of it.
  llvm::SmallVector<unsigned> outer;
  unsigned vectorLoop;
  llvm::SmallVector<unsigned> inner;
  /// Elements of one vector.
  int64_t lanes;
  /// Vectors of one step of the vector loop.
  int64_t unrollFactor;
  /// Steps that LLVM should unroll the vector loop by.
  int64_t unrollHint;
  /// The values of the body that differ from lane to lane.
  llvm::DenseSet<mlir::Value> varying;
  /// The operations of the body that find and place bits in words: a vector of
  /// bits is words as it is.
  llvm::DenseSet<mlir::Operation *> packing;

  bool isVarying(mlir::Operation *bodyOp) const;
  /// Whether any output is reduced.
  bool hasReduced() const;
  /// Vectors that hold the accumulators of an output that is reduced.
  int64_t getAccumulatorVectors() const { return numAccumulators / lanes; }
  /// Whether any operand is packed.
  bool hasPacked() const;
  /// All loops, from the outermost one.
  llvm::SmallVector<unsigned> getNest() const;
  mlir::Block *getBody() const { return &op->getRegion(0).front(); }
};

/// Plans the loops of `op`, or fails where vector code would be wrong or slow.
mlir::FailureOr<Plan> buildPlan(mlir::linalg::LinalgOp op,
                                const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PLAN_H
