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
  /// Loops that access at least this many bytes store past the caches; no loop
  /// does if this is not positive.
  int64_t nontemporalThreshold;
  bool parallel;
  /// Whether to unroll steps, to hide latency. Where many threads hide the
  /// latency, unrolling would only use registers.
  bool unrolls = true;
  /// The nanoseconds that a parallel task takes at least, by estimate.
  int64_t taskNanoseconds = 0;
  /// Whether an instruction of x86 looks up each lane of `f32` in a vector of
  /// 16: AVX-512.
  bool looksUpFloats = false;
};

/// Bytes of a line of the caches.
inline constexpr int64_t cacheLineBytes = 64;

/// The order of additions is part of the semantics of the dialect: see "Sums"
/// in docs/Semantics.md. A reduced output has this many accumulators.
inline constexpr int64_t numAccumulators = 64;
/// The accumulators of a reduced output are combined after this many terms.
inline constexpr int64_t termsPerBlock = 256 * numAccumulators;
/// A sum that lanes accumulate is added to its total after this many terms.
inline constexpr int64_t termsPerChain = 256;

/// A loop of the nest. Adjacent dimensions of the op form one loop if every
/// operand accesses these dimensions contiguously, or not at all.
struct Loop {
  /// The dimensions of the op that the loop covers.
  llvm::SmallVector<unsigned> dims;
  /// The extent of the loop, or `ShapedType::kDynamic`.
  int64_t size;
};

/// An operand of the op.
struct Access {
  mlir::OpOperand *operand;
  /// The argument of the body for the operand.
  mlir::BlockArgument argument;
  /// The indices of an element in a memref, over the loops; empty for scalars.
  llvm::SmallVector<mlir::AffineExpr> indices;
  /// The groups of dimensions of the memref that collapse to one of `indices`
  /// each; empty where no dimensions collapse.
  llvm::SmallVector<mlir::ReassociationIndices> reassociation;
  /// The number of elements along the last of `indices` whose bits one word
  /// holds, or 1 if the operand is not packed. The index of the word is the
  /// last index divided by this number.
  int64_t elementsPerWord = 1;
  /// For a packed output: whether its words are 0 before the op, so that they
  /// need not be read.
  bool isCleared = false;
  /// For a packed input: the values of type i1 in the body that hold the bit of
  /// the current element.
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
  /// Whether iterations of `loop` access distinct elements: some index is
  /// `loop` alone. Windows overlap: their index is a sum of loops.
  bool selects(unsigned loop) const;
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
  /// The number of loops of the nest, from the outermost one, after which no
  /// loop selects another element: accumulation starts inside of these loops.
  unsigned depth;
  /// How values combine, for a reduced output, and for accumulating lanes if
  /// known.
  std::optional<mlir::vector::CombiningKind> combiner;
  /// The value that each element has before the op; null if it is in memory.
  mlir::Value initial;
  /// Whether the output is a compensated sum: a sum of floats that also
  /// accumulates its rounding errors.
  bool compensated = false;
  /// For a packed output: the i1 that becomes the bit of the current element.
  mlir::Value packedBit;

  mlir::Value getYielded() const;
  /// Whether lanes accumulate a sum of floats, of products or other terms; such
  /// a sum is added up in blocks.
  bool isChain() const;
};

/// The loops to emit for an op.
struct Plan {
  mlir::linalg::LinalgOp op;
  llvm::SmallVector<Loop> loops;
  llvm::SmallVector<Access> inputs;
  llvm::SmallVector<Output> outputs;
  /// The nest: the loops outside of the vector loop, the vector loop, and the
  /// loops inside of the vector loop.
  llvm::SmallVector<unsigned> outer;
  unsigned vectorLoop;
  llvm::SmallVector<unsigned> inner;
  /// Elements of one vector.
  int64_t lanes;
  /// Vectors of one step of the vector loop.
  int64_t unrollFactor;
  /// The factor by which LLVM should unroll the vector loop.
  int64_t unrollHint;
  /// The values of the body that differ from lane to lane.
  llvm::DenseSet<mlir::Value> varying;
  /// The operations of the body that extract bits from words and insert bits
  /// into words. These operations are not emitted: a vector of bits is cast to
  /// words.
  llvm::DenseSet<mlir::Operation *> packing;

  /// The loop along which the inputs lie that do not lie along the vector loop:
  /// squares of them are transposed. Only in plans of `buildTransposingPlan`
  /// and `buildTransposedProductPlan`.
  std::optional<unsigned> transposedLoop;

  bool isVarying(mlir::Operation *bodyOp) const;
  /// Whether `input` lies along the transposed loop, and not along the vector
  /// loop, which selects elements of it as well.
  bool isTransposed(const Access &input) const;
  /// Whether any output is reduced.
  bool hasReduced() const;
  /// Returns the number of vectors that hold the accumulators of a reduced
  /// output.
  int64_t getAccumulatorVectors() const { return numAccumulators / lanes; }
  /// Whether any operand is packed.
  bool hasPacked() const;
  /// Returns the number of registers that a vector of `type` elements takes.
  int64_t countRegisters(mlir::Type type, const Options &options) const;
  /// Returns all loops, from the outermost one to the innermost one.
  llvm::SmallVector<unsigned> getNest() const;
  mlir::Block *getBody() const { return &op->getRegion(0).front(); }
};

/// Plans the loops of `op`, or fails where vector code would be wrong or slow.
mlir::FailureOr<Plan> buildPlan(mlir::linalg::LinalgOp op,
                                const Options &options);

/// Plans the loops of `op` if its outputs lie along one loop, and some inputs
/// along another one, as those of a transposition do. All loops are parallel.
mlir::FailureOr<Plan> buildTransposingPlan(mlir::linalg::LinalgOp op,
                                           const Options &options);

/// Plans the loops of `op` if its output accumulates and lies along one loop,
/// and an input along the innermost reduced one, such as the second operand of
/// the product of a matrix and a transposed matrix. The plan is for an emitter
/// that transposes this input.
mlir::FailureOr<Plan> buildTransposedProductPlan(mlir::linalg::LinalgOp op,
                                                 const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_PLAN_H
