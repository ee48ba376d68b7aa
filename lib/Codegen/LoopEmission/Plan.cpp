//===- Plan.cpp - Choose the loops of a linalg op -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Plan.h"
#include "Packing.h"
#include "Reductions.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-loop-emission"

using namespace mlir;
using namespace quant_bnn::vectorize;

bool Access::uses(unsigned loop) const {
  return llvm::any_of(
      indices, [&](AffineExpr index) { return index.isFunctionOfDim(loop); });
}

bool Access::selects(unsigned loop) const {
  return llvm::any_of(indices, [&](AffineExpr index) {
    auto dim = dyn_cast<AffineDimExpr>(index);
    return dim && dim.getPosition() == loop;
  });
}

Value Output::getYielded() const {
  Block *body = argument.getOwner();
  unsigned inputs =
      cast<linalg::LinalgOp>(body->getParentOp()).getNumDpsInputs();
  return body->getTerminator()->getOperand(argument.getArgNumber() - inputs);
}

bool Output::isChain() const {
  return kind == OutputKind::Lanes && combiner == vector::CombiningKind::ADD &&
         isa<FloatType>(getElementType());
}

bool Plan::isVarying(Operation *bodyOp) const {
  if (packing.contains(bodyOp))
    return false;
  return llvm::any_of(bodyOp->getResults(),
                      [&](Value result) { return varying.contains(result); });
}

bool Plan::isTransposed(const Access &input) const {
  return transposedLoop && input.uses(vectorLoop) &&
         input.uses(*transposedLoop) &&
         !input.indices.back().isFunctionOfDim(vectorLoop);
}

bool Plan::hasReduced() const {
  return llvm::any_of(outputs, [](const Output &output) {
    return output.kind == OutputKind::Reduced;
  });
}

bool Plan::hasPacked() const {
  auto isPacked = [](const Access &access) { return access.isPacked(); };
  return llvm::any_of(inputs, isPacked) || llvm::any_of(outputs, isPacked);
}

int64_t Plan::countRegisters(Type type, const Options &options) const {
  int64_t bits = lanes * type.getIntOrFloatBitWidth();
  return std::max<int64_t>(llvm::divideCeil(bits, options.vectorBits), 1);
}

SmallVector<unsigned> Plan::getNest() const {
  SmallVector<unsigned> nest = outer;
  nest.push_back(vectorLoop);
  nest.append(inner);
  return nest;
}

//===----------------------------------------------------------------------===//
// Operands and loops
//===----------------------------------------------------------------------===//

/// Whether elements of `type` in a memref can be loaded and stored as a vector.
/// (An i1 cannot: an i1 takes a byte in a memref, and a bit in a vector.)
static bool isVectorizableElement(Type type) {
  return type.isF16() || type.isBF16() || type.isF32() || type.isF64() ||
         type.isSignlessInteger(8) || type.isSignlessInteger(16) ||
         type.isSignlessInteger(32) || type.isSignlessInteger(64);
}

static bool hasVectorizableOperands(linalg::LinalgOp op) {
  return llvm::all_of(op->getOperands(), [](Value operand) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    return type ? isVectorizableElement(type.getElementType())
                : VectorType::isValidElementType(operand.getType());
  });
}

/// Returns the static extent of dimension `dim` of `op`, or
/// `ShapedType::kDynamic`, or nullopt if no operand determines the extent.
static std::optional<int64_t> getDimSize(linalg::LinalgOp op, unsigned dim) {
  std::optional<int64_t> size;
  AffineExpr expr = getAffineDimExpr(dim, op.getContext());
  for (OpOperand &operand : op->getOpOperands())
    for (auto [index, result] :
         llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
      if (result == expr) {
        int64_t extent =
            cast<MemRefType>(operand.get().getType()).getDimSize(index);
        if (!size || !ShapedType::isDynamic(extent))
          size = extent;
      }
  return size;
}

/// Whether dimensions `dim` and `dim + 1` of `type` are known to be contiguous
/// in memory. `memref.collapse_shape` accepts any stride of a dimension of size
/// 1; the collapsed dimension may then have another stride than the inner one,
/// or may not collapse with a third one.
static bool isContiguous(MemRefType type, unsigned dim) {
  if (type.getLayout().isIdentity())
    return true;
  SmallVector<int64_t> strides;
  int64_t offset;
  if (failed(type.getStridesAndOffset(strides, offset)))
    return false;
  int64_t outer = strides[dim], inner = strides[dim + 1],
          size = type.getDimSize(dim + 1);
  return ShapedType::isStaticShape({outer, inner, size}) &&
         outer == size * inner;
}

/// Whether `operand` accesses dimensions `dim` and `dim + 1` of the op as one
/// contiguous dimension, or accesses neither.
static bool walksAsOne(linalg::LinalgOp op, OpOperand &operand, unsigned dim) {
  MLIRContext *context = op.getContext();
  AffineExpr first = getAffineDimExpr(dim, context);
  AffineExpr second = getAffineDimExpr(dim + 1, context);
  ArrayRef<AffineExpr> results =
      op.getMatchingIndexingMap(&operand).getResults();
  auto usesEither = [&](AffineExpr expr) {
    return expr.isFunctionOfDim(dim) || expr.isFunctionOfDim(dim + 1);
  };
  unsigned uses = llvm::count_if(results, usesEither);
  if (uses == 0)
    return true;
  const AffineExpr *position = llvm::find(results, first);
  if (uses != 2 || position == results.end() ||
      std::next(position) == results.end())
    return false;
  AffineExpr next = *std::next(position);
  // Rows of whole words can be packed as one row.
  if (std::optional<int64_t> perWord = matchPackedIndex(next);
      perWord && position + 2 == results.end()) {
    std::optional<int64_t> size = getDimSize(op, dim + 1);
    if (!size || ShapedType::isDynamic(*size) || *size % *perWord != 0)
      return false;
    next = cast<AffineBinaryOpExpr>(next).getLHS();
  }
  if (next != second)
    return false;
  unsigned merged = position - results.begin();
  return isContiguous(cast<MemRefType>(operand.get().getType()), merged);
}

static LogicalResult collectLoops(Plan &plan) {
  linalg::LinalgOp op = plan.op;
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim) {
    std::optional<int64_t> size = getDimSize(op, dim);
    if (!size)
      return failure();
    bool merges =
        dim > 0 && llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
          return walksAsOne(op, operand, dim - 1);
        });
    if (!merges) {
      plan.loops.push_back({{dim}, *size});
      continue;
    }
    Loop &loop = plan.loops.back();
    loop.dims.push_back(dim);
    bool isStatic =
        !ShapedType::isDynamic(loop.size) && !ShapedType::isDynamic(*size);
    loop.size = isStatic ? loop.size * *size : ShapedType::kDynamic;
  }
  return success();
}

static Access buildAccess(const Plan &plan, OpOperand &operand) {
  linalg::LinalgOp op = plan.op;
  Access access;
  access.operand = &operand;
  access.argument = op.getMatchingBlockArgument(&operand);
  if (!access.getMemRefType())
    return access;

  SmallVector<AffineExpr> loopOfDim(op.getNumLoops());
  llvm::SmallBitVector continues(op.getNumLoops());
  for (auto [index, loop] : llvm::enumerate(plan.loops))
    for (unsigned dim : loop.dims) {
      loopOfDim[dim] = getAffineDimExpr(index, op.getContext());
      continues[dim] = dim != loop.dims.front();
    }
  bool collapses = false;
  auto results =
      llvm::to_vector(op.getMatchingIndexingMap(&operand).getResults());
  size_t rank = results.size();
  for (auto [index, result] : llvm::enumerate(results)) {
    if (std::optional<int64_t> perWord = matchPackedIndex(result);
        perWord && index + 1 == rank) {
      access.elementsPerWord = *perWord;
      result = cast<AffineBinaryOpExpr>(result).getLHS();
    }
    auto dim = dyn_cast<AffineDimExpr>(result);
    if (dim && continues[dim.getPosition()]) {
      access.reassociation.back().push_back(index);
      collapses = true;
      continue;
    }
    access.reassociation.push_back({static_cast<int64_t>(index)});
    access.indices.push_back(result.replaceDims(loopOfDim));
  }
  if (!collapses)
    access.reassociation.clear();
  return access;
}

static void collectAccesses(Plan &plan) {
  for (OpOperand *operand : plan.op.getDpsInputOperands())
    plan.inputs.push_back(buildAccess(plan, *operand));
  for (OpOperand &operand : plan.op.getDpsInitsMutable()) {
    Output &output = plan.outputs.emplace_back();
    static_cast<Access &>(output) = buildAccess(plan, operand);
  }
}

//===----------------------------------------------------------------------===//
// The vector loop
//===----------------------------------------------------------------------===//

/// Whether consecutive iterations of `loop` access consecutive elements, or all
/// iterations access the same element.
static bool isUnitStrideOrInvariant(const Access &access, unsigned loop) {
  // A packed operand needs lanes that are bits of whole words.
  if (!access.uses(loop))
    return !access.isPacked();
  auto last = dyn_cast<AffineDimExpr>(access.indices.back());
  if (!last || last.getPosition() != loop ||
      llvm::any_of(ArrayRef(access.indices).drop_back(), [&](AffineExpr index) {
        return index.isFunctionOfDim(loop);
      }))
    return false;
  return access.getMemRefType().isLastDimUnitStride();
}

/// Chooses the loop along which most outputs lie, and of several such loops the
/// innermost one. Fails if no loop suits every operand.
static LogicalResult chooseVectorLoop(Plan &plan) {
  int best = -1;
  for (unsigned loop = 0; loop < plan.loops.size(); ++loop) {
    auto fits = [&](const Access &access) {
      return isUnitStrideOrInvariant(access, loop);
    };
    if (!llvm::all_of(plan.inputs, fits) || !llvm::all_of(plan.outputs, fits))
      continue;
    int along = llvm::count_if(
        plan.outputs, [&](const Output &output) { return output.uses(loop); });
    if (along < best)
      continue;
    best = along;
    plan.vectorLoop = loop;
  }
  return success(best >= 0);
}

/// Chooses the loop along which all outputs lie, and the one along which all
/// inputs lie that do not lie along the first one. Fails if there are no two
/// such loops.
static LogicalResult chooseTransposition(Plan &plan) {
  auto liesAlong = [](const Access &access, unsigned loop) {
    return access.uses(loop) && isUnitStrideOrInvariant(access, loop);
  };
  auto isPacked = [](const Access &access) { return access.isPacked(); };
  AffineExpr last = plan.outputs.front().indices.empty()
                        ? AffineExpr()
                        : plan.outputs.front().indices.back();
  auto dim = dyn_cast_if_present<AffineDimExpr>(last);
  if (!dim || llvm::any_of(plan.inputs, isPacked) ||
      llvm::any_of(plan.outputs, isPacked))
    return failure();
  plan.vectorLoop = dim.getPosition();
  for (const Output &output : plan.outputs)
    if (!liesAlong(output, plan.vectorLoop))
      return failure();
  for (const Access &input : plan.inputs) {
    if (isUnitStrideOrInvariant(input, plan.vectorLoop))
      continue;
    auto along = dyn_cast<AffineDimExpr>(input.indices.back());
    if (!along || !liesAlong(input, along.getPosition()) ||
        plan.transposedLoop.value_or(along.getPosition()) !=
            along.getPosition())
      return failure();
    plan.transposedLoop = along.getPosition();
  }
  return success(plan.transposedLoop.has_value());
}

/// Orders the nest. Loops that select elements of outputs are outside of the
/// vector loop. If the lanes of the vector loop are elements of an output,
/// loops that only accumulate are inside of the vector loop, so that the
/// accumulators stay in registers; otherwise these loops are outside, too.
static void orderNest(Plan &plan) {
  bool isAlongOutput = llvm::any_of(plan.outputs, [&](const Output &output) {
    return output.uses(plan.vectorLoop);
  });
  SmallVector<unsigned> accumulating;
  for (unsigned loop = 0; loop < plan.loops.size(); ++loop) {
    if (loop == plan.vectorLoop)
      continue;
    bool selects = llvm::any_of(
        plan.outputs, [&](const Output &output) { return output.uses(loop); });
    (selects ? plan.outer : accumulating).push_back(loop);
  }
  (isAlongOutput ? plan.inner : plan.outer).append(accumulating);
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

static LogicalResult classifyOutput(Plan &plan, Output &output,
                                    ArrayRef<unsigned> nest) {
  output.depth = nest.size();
  while (output.depth > 0 && !output.uses(nest[output.depth - 1]))
    --output.depth;
  bool selectsAll =
      llvm::all_of(nest, [&](unsigned loop) { return output.uses(loop); });
  // The value of an element that several iterations overwrite would depend on
  // the order of these iterations.
  if (!selectsAll && output.argument.use_empty())
    return failure();
  // All bits of a word are written at once.
  if (output.isPacked() && (!selectsAll || !plan.inner.empty()))
    return failure();
  unsigned number = output.argument.getArgNumber() - plan.inputs.size();
  bool isLane = output.uses(plan.vectorLoop);
  if (isLane && plan.inner.empty()) {
    output.kind = OutputKind::Stored;
    return success();
  }
  output.kind = isLane ? OutputKind::Lanes : OutputKind::Reduced;
  output.combiner = matchCombiner(plan.op, number);
  output.compensated =
      isFloatSum(plan.op, number) && !matchFusedProduct(plan.op, number);
  return success(isLane || output.combiner);
}

static LogicalResult classifyOutputs(Plan &plan) {
  SmallVector<unsigned> nest = plan.getNest();
  return success(llvm::all_of(plan.outputs, [&](Output &output) {
    return succeeded(classifyOutput(plan, output, nest));
  }));
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

/// Marks the values that differ from lane to lane. Fails if they cannot be
/// computed on vectors; masked-off lanes compute, too, so no op may trap.
static LogicalResult analyzeBody(Plan &plan) {
  for (const Access &input : plan.inputs) {
    if (input.uses(plan.vectorLoop) && !input.isPacked())
      plan.varying.insert(input.argument);
    plan.varying.insert_range(input.bits);
  }
  for (const Output &output : plan.outputs)
    if (!output.isPacked())
      plan.varying.insert(output.argument);
  for (Operation &op : plan.getBody()->without_terminator()) {
    if (plan.packing.contains(&op))
      continue;
    // The index of a dimension of the op has no meaning in other loops.
    if (!isPure(&op) || op.getNumRegions() != 0 || isa<linalg::IndexOp>(op))
      return failure();
    if (llvm::none_of(op.getOperands(), [&](Value operand) {
          return plan.varying.contains(operand);
        }))
      continue;
    if (!mlir::OpTrait::hasElementwiseMappableTraits(&op) ||
        !llvm::all_of(op.getOperandTypes(), VectorType::isValidElementType) ||
        !llvm::all_of(op.getResultTypes(), VectorType::isValidElementType))
      return failure();
    plan.varying.insert_range(op.getResults());
  }
  return success();
}

/// Returns the number of bits of `type` in a register.
static int64_t getBits(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

/// Returns the number of bits of a lane: at least the bits of an element in
/// memory, so that its vector fits in a register, and at least half the bits of
/// a computed value. Narrow floats have no arithmetic: they are computed in
/// f32.
static int64_t getLaneBits(const Plan &plan) {
  bool computes = llvm::any_of(
      *plan.getBody(), [&](Operation &op) { return plan.isVarying(&op); });
  int64_t widest = 8;
  auto includeComputed = [&](Type type) {
    int64_t bits = getBits(type);
    if (isa<FloatType>(type) && computes)
      bits = std::max<int64_t>(bits, 32);
    widest = std::max(widest, bits / 2);
  };
  auto includeAccess = [&](const Access &access) {
    if (access.uses(plan.vectorLoop) && !access.isPacked())
      widest = std::max(widest, getBits(access.getElementType()));
  };
  for (Value value : plan.varying)
    includeComputed(value.getType());
  for (Operation &op : *plan.getBody())
    if (plan.isVarying(&op))
      llvm::for_each(op.getOperandTypes(), includeComputed);
  llvm::for_each(plan.inputs, includeAccess);
  llvm::for_each(plan.outputs, includeAccess);
  return llvm::PowerOf2Ceil(widest);
}

/// Registers for the sums of a step that reads a matrix for one row of sums, of
/// 32 registers.
static constexpr int64_t registersOfOneRow = 16;

/// Returns how many vectors a step has that accumulates one row, at least
/// `factor`: a line of each row of a matrix is too little to read at once. Few
/// vectors are left at the end.
static int64_t chooseVectorsOfOneRow(const Plan &plan, const Options &options,
                                     int64_t factor) {
  int64_t length = plan.loops[plan.vectorLoop].size;
  bool hasOneRow = llvm::all_of(
      plan.outer, [&](unsigned loop) { return plan.loops[loop].size == 1; });
  if (!hasOneRow || ShapedType::isDynamic(length) || options.vectorBits < 512)
    return factor;
  int64_t registers = 0;
  for (const Output &output : plan.outputs)
    registers += plan.countRegisters(output.getElementType(), options);
  int64_t vectors = registersOfOneRow / registers;
  while (vectors > factor && length / plan.lanes % vectors > vectors / 4)
    vectors /= 2;
  return std::max(vectors, factor);
}

/// Unrolls the computation, to hide its latency. An output that accumulates
/// needs registers for each vector; a reduced output has a fixed number of
/// accumulators, whether a step uses one of their vectors or all. For other
/// outputs, LLVM unrolls the loop. If the body is so long that only
/// interleaving helps, vectors span four registers and LLVM splits them, so
/// that there are a quarter of the operations before that.
static void chooseUnrolling(Plan &plan, const Options &options) {
  plan.unrollFactor = plan.unrollHint = 1;
  if (!options.unrolls)
    return;
  int64_t size = llvm::count_if(*plan.getBody(), [&](Operation &bodyOp) {
    return plan.isVarying(&bodyOp);
  });
  int64_t factor = size <= 6 ? 4 : 2;
  bool isLong = size > 24;
  bool accumulates = llvm::any_of(plan.outputs, [](const Output &output) {
    return output.kind != OutputKind::Stored;
  });
  // The bits of several vectors are moved at once, and stored as one word. More
  // bits than fill half a register as bytes are no faster, and have a longer
  // tail.
  int64_t length = plan.loops[plan.vectorLoop].size;
  int64_t packedLanes = std::min(plan.lanes * factor, options.vectorBits / 16);
  bool packsLong =
      llvm::any_of(plan.outputs,
                   [](const Output &output) { return output.isPacked(); }) &&
      packedLanes > plan.lanes &&
      (ShapedType::isDynamic(length) || length >= packedLanes);
  if (plan.hasReduced()) {
    plan.lanes = std::min(plan.lanes, numAccumulators);
    plan.unrollFactor = isLong ? 1 : plan.getAccumulatorVectors();
  } else if (accumulates) {
    plan.unrollFactor =
        isLong ? 1 : chooseVectorsOfOneRow(plan, options, factor);
  } else if (isLong) {
    plan.lanes *= 4;
  } else if (packsLong) {
    plan.unrollHint = factor * plan.lanes / packedLanes;
    plan.lanes = packedLanes;
  } else {
    plan.unrollHint = factor;
  }
}

/// The largest number of rows and columns of a square that is transposed.
static constexpr int64_t maxSquareSize = 16;

/// Begins the plan of an op with a transposed operand.
static FailureOr<Plan> beginTransposition(linalg::LinalgOp op,
                                          const Options &options) {
  if (!op.hasPureBufferSemantics() || !hasVectorizableOperands(op) ||
      op.getNumDpsInits() == 0)
    return failure();
  Plan plan;
  plan.op = op;
  if (failed(collectLoops(plan)))
    return failure();
  collectAccesses(plan);
  if (failed(chooseTransposition(plan)) || failed(analyzeBody(plan)))
    return failure();
  plan.lanes = std::clamp<int64_t>(options.vectorBits / getLaneBits(plan), 1,
                                   maxSquareSize);
  plan.unrollFactor = plan.unrollHint = 1;
  return plan;
}

FailureOr<Plan>
quant_bnn::vectorize::buildTransposingPlan(linalg::LinalgOp op,
                                           const Options &options) {
  if (op.getNumParallelLoops() != op.getNumLoops())
    return failure();
  FailureOr<Plan> plan = beginTransposition(op, options);
  if (failed(plan))
    return failure();
  // LLVM does better on few rows or columns, whose loops it unrolls.
  for (unsigned loop : {plan->vectorLoop, *plan->transposedLoop})
    if (int64_t size = plan->loops[loop].size;
        !ShapedType::isDynamic(size) && size <= plan->lanes / 2)
      return failure();
  for (unsigned loop = 0; loop < plan->loops.size(); ++loop)
    if (loop != plan->vectorLoop)
      plan->outer.push_back(loop);
  if (failed(classifyOutputs(*plan)) ||
      !llvm::all_of(plan->outputs, [](const Output &output) {
        return output.kind == OutputKind::Stored;
      }))
    return failure();
  LDBG() << op.getLoc() << ": squares of " << plan->lanes << ", from loop "
         << *plan->transposedLoop << " to " << plan->vectorLoop;
  return plan;
}

FailureOr<Plan>
quant_bnn::vectorize::buildTransposedProductPlan(linalg::LinalgOp op,
                                                 const Options &options) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() == 0)
    return failure();
  FailureOr<Plan> plan = beginTransposition(op, options);
  if (failed(plan))
    return failure();
  orderNest(*plan);
  if (plan->inner.empty() || plan->inner.back() != *plan->transposedLoop ||
      failed(classifyOutputs(*plan)))
    return failure();
  LDBG() << op.getLoc() << ": panels of squares of " << plan->lanes
         << ", from loop " << *plan->transposedLoop << " to "
         << plan->vectorLoop;
  return plan;
}

FailureOr<Plan> quant_bnn::vectorize::buildPlan(linalg::LinalgOp op,
                                                const Options &options) {
  auto refuse = [&](StringRef reason) {
    LDBG() << op.getLoc() << ": no vectors: " << reason;
    return failure();
  };
  if (!op.hasPureBufferSemantics() || !hasVectorizableOperands(op))
    return refuse("operands that are no memrefs of numbers");
  Plan plan;
  plan.op = op;
  if (failed(collectLoops(plan)))
    return refuse("loops of unknown extent");
  collectAccesses(plan);
  if (failed(chooseVectorLoop(plan)))
    return refuse("no loop walks every operand contiguously, or not at all");
  if (failed(analyzePacking(plan)))
    return refuse("bits of words are used in another way");
  if (failed(analyzeBody(plan)))
    return refuse("an op of the body has no form on vectors");
  plan.lanes = std::max<int64_t>(options.vectorBits / getLaneBits(plan), 1);
  // A vector has whole words. Both numbers are powers of two.
  for (const Access &input : plan.inputs)
    plan.lanes = std::max(plan.lanes, input.elementsPerWord);
  for (const Output &output : plan.outputs)
    plan.lanes = std::max(plan.lanes, output.elementsPerWord);
  orderNest(plan);
  if (failed(classifyOutputs(plan)))
    return refuse("an output is neither stored nor combined");
  chooseUnrolling(plan, options);
  assert(llvm::isPowerOf2_64(plan.lanes) && plan.unrollFactor > 0 &&
         "a step is a number of whole vectors");
  LDBG() << op.getLoc() << ": loop " << plan.vectorLoop << " of "
         << plan.loops.size() << " in vectors of " << plan.lanes << ", "
         << plan.unrollFactor << " a step";
  return plan;
}
