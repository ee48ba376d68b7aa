//===- LoopEmitter.cpp - Emit vector loops --------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoopEmitter.h"
#include "../LoopEmission/Reductions.h"
#include "NestEmitter.h"
#include "Tasks.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

/// Enough parallel iterations for any number of threads: further loops inside
/// are not shared.
static constexpr int64_t enoughIterations = 64;
/// The maximum number of rows that share what they load.
static constexpr int64_t maxRowsAtOnce = 4;
/// A task has a multiple of this many elements, so that two tasks do not store
/// to one line of the cache.
static constexpr int64_t elementsPerStep = 256;
/// The maximum number of outputs that a loop stores past the caches: processors
/// have few buffers that combine such stores to whole lines.
static constexpr int64_t maxNontemporalOutputs = 4;
/// Bytes that a step of vectors which do not fill a line stores past the
/// caches: several lines, so that memory switches less often from reads to
/// writes. A vector that fills a line is stored before the next one is loaded:
/// memory is up to an eighth faster on a Zen 5 where loads and stores
/// alternate.
static constexpr int64_t nontemporalStepBytes = 256;

namespace {
/// The shape of the steps of a loop: vectors per step, the unroll hint for
/// LLVM, and the alignment of stores that bypass the caches, or 0.
struct StepShape {
  int64_t parts;
  int64_t unrollHint;
  int64_t nontemporalAlignment;
};

/// The condition and the alignment of stores that bypass the caches.
struct Nontemporal {
  Value condition;
  /// The number of elements before the first aligned one.
  Value head;
  /// The size of a stored element in bytes.
  int64_t elementBytes;
  /// The alignment of stored vectors, in bytes.
  int64_t alignment;
};

class Emitter : public NestEmitter {
public:
  using NestEmitter::NestEmitter;

  void emit();

private:
  // Reduced outputs.
  int64_t getStepElements(int64_t parts) const;
  bool hasBlocks(const Output &output) const;
  bool hasRows(const Output &output) const;
  MutableArrayRef<Value> getCarry(unsigned output);
  SmallVector<Value> startReduction(const Output &output, Value initial);
  void finishBlock(unsigned output);
  SmallVector<unsigned> getReduced() const;
  void finishBlocksIf(Value condition, ArrayRef<unsigned> outputs);
  void finishRow();
  State takeAccumulators(int64_t parts);
  void returnAccumulators(const State &state);
  void rotateAccumulators(int64_t vectors);

  // The vector loop.
  Step buildStep(Value base, int64_t parts);
  void emitSteps(ArrayRef<Scope> rows, Value lower, Value upper,
                 const StepShape &shape);
  Value emitBlocks(ArrayRef<Scope> rows, Value lower, Value upper,
                   const StepShape &shape);
  void emitVector(ArrayRef<Scope> rows, Value base, Value upper, bool isWhole);
  void emitTail(ArrayRef<Scope> rows, Value lower, Value upper);
  void emitRange(ArrayRef<Scope> rows, Value lower, Value upper);
  void emitVectorLoop(ArrayRef<Positions> at);
  bool emitTasks(ArrayRef<Scope> rows);
  void emitBlocksOfTasks(ArrayRef<Scope> rows, Value count, Value grain);

  // Stores that bypass the caches.
  bool mayBypassCaches();
  void prepareNontemporal();
  Value emitNontemporal(ArrayRef<Scope> rows, Value lower, Value upper,
                        const Nontemporal &nontemporal);

  // The nest.
  int64_t getRowsAtOnce() const;
  void emitRows(const Positions &at, Value lower, Value upper);
  bool hasOneRow() const;
  int64_t getLeastIterations(unsigned count) const;
  unsigned countSharedLoops() const;
  Value buildPartSize(Value cost);
  void emitSharedLoops();
  void emitNest(unsigned level, const Positions &at);
  void finish(unsigned output, const Positions &at);

  /// The variants of the loop with such stores, one for each alignment of the
  /// outputs. The condition of at most one of them holds.
  SmallVector<Nontemporal> nontemporals;
  /// The part of the vector loop that a task has; none if it has all of it.
  std::optional<std::pair<Value, Value>> part;
};
} // namespace

//===----------------------------------------------------------------------===//
// Reduced outputs
//===----------------------------------------------------------------------===//
//
// Term i of a row is added to accumulator i mod numAccumulators, whatever else
// the loop computes. The carry of an output is the vectors of its accumulators,
// the sum of the blocks before, the rounding errors if the sum is compensated,
// and the number of terms that the accumulators hold if blocks may go over
// several rows.

/// Returns the number of elements of which a loop with steps of `parts` vectors
/// covers a multiple.
int64_t Emitter::getStepElements(int64_t parts) const {
  return plan.hasReduced() ? numAccumulators : parts * plan.lanes;
}

/// Whether the accumulators of `output` are combined after each block of terms,
/// as those of float sums are.
bool Emitter::hasBlocks(const Output &output) const {
  return output.kind == OutputKind::Reduced &&
         output.combiner == vector::CombiningKind::ADD &&
         isa<FloatType>(output.getElementType());
}

/// Whether blocks of `output` may go over several runs of the vector loop.
bool Emitter::hasRows(const Output &output) const {
  return hasBlocks(output) && output.depth < plan.outer.size();
}

/// Returns the sum that output `number` carries besides its accumulators, and
/// the rounding errors if the sum is compensated.
MutableArrayRef<Value> Emitter::getCarry(unsigned number) {
  return MutableArrayRef(carries[number])
      .slice(plan.getAccumulatorVectors(),
             plan.outputs[number].compensated ? 2 : 1);
}

/// Builds the carry of `output` before the first term, with the sum `initial`.
SmallVector<Value> Emitter::startReduction(const Output &output,
                                           Value initial) {
  Type type = output.getElementType();
  SmallVector<Value> values(
      plan.getAccumulatorVectors(),
      buildNeutral(b, *output.combiner, getVectorType(type)));
  Carry carry = buildNeutralCarry(b, output, type);
  carry.front() = initial;
  values.append(carry);
  if (hasRows(output))
    values.push_back(index(0));
  return values;
}

/// Adds the combined accumulators of output `number` to its sum, and resets the
/// accumulators.
void Emitter::finishBlock(unsigned number) {
  const Output &output = plan.outputs[number];
  SmallVector<Value> &values = carries[number];
  auto accumulators =
      MutableArrayRef(values).take_front(plan.getAccumulatorVectors());
  Value sum = combineLanes(
      b, *output.combiner,
      combineAll(b, *output.combiner, SmallVector<Value>(accumulators)));
  llvm::copy(accumulate(b, output, Carry(getCarry(number)), sum),
             getCarry(number).begin());
  llvm::fill(accumulators,
             buildNeutral(b, *output.combiner, values.front().getType()));
  if (hasRows(output))
    values.back() = index(0);
}

SmallVector<unsigned> Emitter::getReduced() const {
  SmallVector<unsigned> reduced;
  for (auto [number, output] : llvm::enumerate(plan.outputs))
    if (output.kind == OutputKind::Reduced)
      reduced.push_back(number);
  return reduced;
}

void Emitter::finishBlocksIf(Value condition, ArrayRef<unsigned> outputs) {
  State before = carries;
  auto branch = scf::IfOp::create(b, ValueRange(flatten(before)).getTypes(),
                                  condition, /*addThenBlock=*/true,
                                  /*addElseBlock=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, flatten(before));
  b.setInsertionPointToStart(branch.thenBlock());
  llvm::for_each(outputs, [&](unsigned number) { finishBlock(number); });
  scf::YieldOp::create(b, flatten(carries));
  carries = unflatten(branch.getResults(), before);
}

/// Ends a run of the vector loop: combines the accumulators if they hold at
/// least a block of terms.
void Emitter::finishRow() {
  Value size = sizes[plan.vectorLoop];
  Value block = index(termsPerBlock);
  Value hasBlocks =
      b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, size, block);
  for (unsigned number : getReduced()) {
    if (!hasRows(plan.outputs[number]))
      continue;
    Value &terms = carries[number].back();
    Value kept = b.createOrFold<arith::SelectOp>(hasBlocks, index(0), terms);
    terms = fold<arith::AddIOp>(kept, fold<arith::RemUIOp>(size, block));
    finishBlocksIf(
        b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, terms, block),
        number);
  }
}

/// Returns the first `parts` vectors of the accumulators, by output.
State Emitter::takeAccumulators(int64_t parts) {
  State state;
  for (auto [output, values] : llvm::zip_equal(plan.outputs, carries)) {
    SmallVector<Value> &taken = state.emplace_back();
    if (output.kind == OutputKind::Reduced)
      taken.append(values.begin(), values.begin() + parts);
  }
  return state;
}

/// Puts the vectors that `takeAccumulators` has taken back, behind the others.
void Emitter::returnAccumulators(const State &state) {
  for (auto [values, taken] : llvm::zip_equal(carries, state)) {
    llvm::copy(taken, values.begin());
    if (!taken.empty())
      std::rotate(values.begin(), values.begin() + taken.size(),
                  values.begin() + plan.getAccumulatorVectors());
  }
}

void Emitter::rotateAccumulators(int64_t vectors) {
  returnAccumulators(takeAccumulators(vectors));
}

//===----------------------------------------------------------------------===//
// The vector loop
//===----------------------------------------------------------------------===//

/// Returns the step of `parts` vectors from element `base` on.
Step Emitter::buildStep(Value base, int64_t parts) {
  Step step;
  for (int64_t part = 0; part < parts; ++part)
    step.positions.push_back(
        fold<arith::AddIOp>(base, index(part * plan.lanes)));
  return step;
}

/// Emits whole steps over [lower, upper). The loop starts at 0: with another
/// lower bound, LLVM may not know the trip count, and then unrolls the loop
/// with its exits.
void Emitter::emitSteps(ArrayRef<Scope> rows, Value lower, Value upper,
                        const StepShape &shape) {
  buildCarryingFor(
      index(0), fold<arith::SubIOp>(upper, lower),
      index(shape.parts * plan.lanes),
      [&](Value iv) {
        Step step = buildStep(fold<arith::AddIOp>(iv, lower), shape.parts);
        // Without the alignment, the store would be split into scalar stores.
        step.nontemporal = shape.nontemporalAlignment != 0;
        step.storeAlignment = shape.nontemporalAlignment;
        returnAccumulators(emitStep(rows, step, takeAccumulators(shape.parts)));
      },
      shape.unrollHint);
}

/// Emits as many whole steps as fit into [lower, upper), and returns the end of
/// the last step. If there are reduced outputs, the end is after a multiple of
/// `numAccumulators` terms.
Value Emitter::emitBlocks(ArrayRef<Scope> rows, Value lower, Value upper,
                          const StepShape &shape) {
  Value rest = fold<arith::RemUIOp>(fold<arith::SubIOp>(upper, lower),
                                    index(getStepElements(shape.parts)));
  Value end = fold<arith::SubIOp>(upper, rest);
  std::optional<int64_t> length =
      getConstantIntValue(fold<arith::SubIOp>(end, lower));
  if (length == 0)
    return end;
  SmallVector<unsigned> outputs;
  for (auto [number, output] : llvm::enumerate(plan.outputs))
    if (hasBlocks(output))
      outputs.push_back(number);
  if (outputs.empty() || (length && *length < termsPerBlock)) {
    emitSteps(rows, lower, end, shape);
    return end;
  }
  Value block = index(termsPerBlock);
  buildCarryingFor(lower, end, block, [&](Value iv) {
    Value blockEnd = fold<arith::AddIOp>(iv, block);
    emitSteps(rows, iv, fold<arith::MinUIOp>(blockEnd, end), shape);
    finishBlocksIf(
        b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::ule, blockEnd, end),
        outputs);
  });
  return end;
}

/// Emits a step of one vector from element `base` on. Unless `isWhole`, the
/// lanes at and past `upper` are masked off.
void Emitter::emitVector(ArrayRef<Scope> rows, Value base, Value upper,
                         bool isWhole) {
  Step step = buildStep(base, /*parts=*/1);
  if (!isWhole)
    maskTail(step, upper);
  returnAccumulators(emitStep(rows, step, takeAccumulators(1)));
}

/// Emits single vectors over [lower, upper), which is less than a step. The
/// last vector is masked unless it is known to be whole.
void Emitter::emitTail(ArrayRef<Scope> rows, Value lower, Value upper) {
  Value size = fold<arith::SubIOp>(upper, lower);
  std::optional<int64_t> length = getConstantIntValue(size);
  if (length == 0)
    return;
  int64_t vectorsPerStep = getStepElements(plan.unrollFactor) / plan.lanes;
  // Less than a vector needs no loop: if no element is left, all lanes are
  // masked off. Loops inside of the vector loop would then run for nothing, so
  // with such loops there is a loop here, too.
  if (vectorsPerStep == 1 && plan.inner.empty())
    return emitVector(rows, lower, upper, /*isWhole=*/false);
  bool isWhole = length && *length % plan.lanes == 0;
  buildCarryingFor(lower, upper, index(plan.lanes),
                   [&](Value iv) { emitVector(rows, iv, upper, isWhole); });
  if (!plan.hasReduced())
    return;
  // Rotate the accumulators back to where they were.
  if (length)
    return rotateAccumulators(vectorsPerStep -
                              llvm::divideCeil(*length, plan.lanes));
  Value vectors = fold<arith::CeilDivUIOp>(size, index(plan.lanes));
  buildCarryingFor(vectors, index(vectorsPerStep), index(1),
                   [&](Value) { rotateAccumulators(1); });
}

/// Emits the iterations [lower, upper).
void Emitter::emitRange(ArrayRef<Scope> rows, Value lower, Value upper) {
  for (const Nontemporal &nontemporal : nontemporals)
    lower = emitNontemporal(rows, lower, upper, nontemporal);
  Value end = emitBlocks(
      rows, lower, upper,
      {plan.unrollFactor, plan.unrollHint, /*nontemporalAlignment=*/0});
  emitTail(rows, end, upper);
}

void Emitter::emitVectorLoop(ArrayRef<Positions> at) {
  SmallVector<Scope> rows;
  for (const Positions &positions : at) {
    Scope &scope = rows.emplace_back(Scope{positions, {}, {}});
    defineCaptures(scope);
    emitUniform(scope);
  }
  prepareNontemporal();
  if (options.parallel && hasOneRow() && emitTasks(rows))
    return;
  if (part)
    return emitRange(rows, part->first, part->second);
  emitRange(rows, index(0), sizes[plan.vectorLoop]);
  finishRow();
}

/// Emits the vector loop as parallel tasks, or returns false if it is known to
/// be one.
bool Emitter::emitTasks(ArrayRef<Scope> rows) {
  Value size = sizes[plan.vectorLoop];
  Value step = index(plan.hasReduced() ? termsPerBlock : elementsPerStep);
  Value count = fold<arith::CeilDivUIOp>(size, step);
  Value cost = fold<arith::MulIOp>(buildCost(plan.inner), step);
  Value grain = tasks::buildGrain(b, count, cost, options.taskNanoseconds);
  if (tasks::isOneTask(count, grain))
    return false;
  if (plan.hasReduced()) {
    emitBlocksOfTasks(rows, count, grain);
    return true;
  }
  tasks::buildRanges(
      b, size, fold<arith::MulIOp>(grain, step),
      [&](Value lower, Value upper) { emitRange(rows, lower, upper); });
  return true;
}

/// Emits the `count` blocks of the vector loop as parallel tasks of `grain`
/// blocks. Each block of a reduced output stores its sum; the sums are then
/// combined in order, so they do not depend on the tasks.
void Emitter::emitBlocksOfTasks(ArrayRef<Scope> rows, Value count,
                                Value grain) {
  Value size = sizes[plan.vectorLoop];
  Value block = index(termsPerBlock);
  SmallVector<Value> partials(plan.outputs.size());
  for (auto [output, partial] : llvm::zip_equal(plan.outputs, partials))
    if (output.kind == OutputKind::Reduced)
      partial = memref::AllocOp::create(
          b, MemRefType::get({ShapedType::kDynamic}, output.getElementType()),
          count);

  State before = carries;
  tasks::buildLoop(b, count, grain, [&](Value position) {
    Value first = fold<arith::MulIOp>(position, block);
    Value end = fold<arith::MinUIOp>(fold<arith::AddIOp>(first, block), size);
    carries.assign(plan.outputs.size(), {});
    for (unsigned number : getReduced()) {
      const Output &output = plan.outputs[number];
      carries[number] = startReduction(
          output, buildNeutral(b, *output.combiner, output.getElementType()));
    }
    emitRange(rows, first, end);
    for (unsigned number : getReduced()) {
      finishBlock(number);
      memref::StoreOp::create(b, getCarry(number).front(), partials[number],
                              position);
    }
  });
  carries = before;
  buildCarryingFor(index(0), count, index(1), [&](Value iv) {
    for (unsigned number : getReduced()) {
      Value sum = memref::LoadOp::create(b, partials[number], iv);
      llvm::copy(
          accumulate(b, plan.outputs[number], Carry(getCarry(number)), sum),
          getCarry(number).begin());
    }
  });
  for (Value partial : partials)
    if (partial)
      memref::DeallocOp::create(b, partial);
}

//===----------------------------------------------------------------------===//
// Stores that bypass the caches
//===----------------------------------------------------------------------===//

/// Whether stores to `output` may bypass the caches. Packed words are too few
/// to matter.
static bool bypassesCaches(const Output &output) {
  return output.kind == OutputKind::Stored && !output.isPacked();
}

/// Whether stores may bypass the caches if the loop is long enough: the vector
/// loop is the only loop, and its outputs are contiguous, have elements of one
/// width, and are only written.
bool Emitter::mayBypassCaches() {
  if (options.nontemporalThreshold <= 0 || !plan.outer.empty() ||
      !plan.inner.empty())
    return false;
  Type element;
  int64_t stored = 0;
  for (const Output &output : plan.outputs) {
    if (!bypassesCaches(output))
      continue;
    ++stored;
    Type type = output.getElementType();
    if (!output.argument.use_empty() ||
        !output.getMemRefType().getLayout().isIdentity() ||
        (element &&
         element.getIntOrFloatBitWidth() != type.getIntOrFloatBitWidth()))
      return false;
    for (const Access &input : plan.inputs)
      if (input.getValue() == output.getValue())
        return false;
    element = type;
  }
  return stored > 0 && stored <= maxNontemporalOutputs;
}

/// Emits the conditions under which stores bypass the caches.
void Emitter::prepareNontemporal() {
  nontemporals.clear();
  if (!mayBypassCaches())
    return;
  int64_t bytesPerElement = 0;
  SmallVector<Value> inputs, outputs;
  auto getPointer = [&](const Access &access) -> Value {
    return memref::ExtractAlignedPointerAsIndexOp::create(
        b, bases[access.operand->getOperandNumber()]);
  };
  auto include = [&](const Access &access) {
    bytesPerElement += access.getElementType().getIntOrFloatBitWidth() / 8;
  };
  int64_t elementBytes = 1;
  const Loop &loop = plan.loops[plan.vectorLoop];
  for (const Access &input : plan.inputs)
    if (input.uses(plan.vectorLoop) && !input.isPacked())
      include(input);
  for (const Output &output : plan.outputs)
    if (bypassesCaches(output)) {
      include(output);
      elementBytes = output.getElementType().getIntOrFloatBitWidth() / 8;
    }
  int64_t enough =
      llvm::divideCeil(options.nontemporalThreshold, bytesPerElement);
  if (!ShapedType::isDynamic(loop.size) && loop.size < enough)
    return;

  for (const Access &input : plan.inputs)
    if (input.uses(plan.vectorLoop) && !input.isPacked())
      inputs.push_back(getPointer(input));
  for (const Output &output : plan.outputs)
    if (bypassesCaches(output))
      outputs.push_back(getPointer(output));
  auto compare = [&](arith::CmpIPredicate predicate, Value lhs, Value rhs) {
    return b.createOrFold<arith::CmpIOp>(predicate, lhs, rhs);
  };
  Value condition =
      compare(arith::CmpIPredicate::uge, sizes[plan.vectorLoop], index(enough));
  auto require = [&](Value other) {
    condition = fold<arith::AndIOp>(condition, other);
  };
  // If input and output are the same, the line is in the cache already.
  for (Value output : outputs)
    for (Value input : inputs)
      require(compare(arith::CmpIPredicate::ne, output, input));
  int64_t storeBytes = std::min(plan.lanes * elementBytes, cacheLineBytes);
  Value line = index(storeBytes);
  auto getOffset = [&](Value output) {
    return fold<arith::RemUIOp>(output, line);
  };
  Value offset = getOffset(outputs.front());
  for (Value output : ArrayRef(outputs).drop_front())
    require(compare(arith::CmpIPredicate::eq, getOffset(output), offset));
  auto isMultiple = [&](int64_t bytes) {
    return compare(arith::CmpIPredicate::eq,
                   fold<arith::RemUIOp>(offset, index(bytes)), index(0));
  };
  if (!plan.hasPacked() && !plan.hasReduced()) {
    require(isMultiple(elementBytes));
    Value bytes = fold<arith::RemUIOp>(fold<arith::SubIOp>(line, offset), line);
    Value head = fold<arith::DivUIOp>(bytes, index(elementBytes));
    nontemporals = {{condition, head, elementBytes, storeBytes}};
    return;
  }
  // A head of single elements is not possible if the bits of elements share a
  // word, or if outputs are reduced: their terms have fixed accumulators,
  // wherever the data lies. Where the outputs do not begin with a line, the
  // alignment of allocators is enough to store 16 bytes at once.
  constexpr int64_t allocatorBytes = 16;
  Value beginsLine = compare(arith::CmpIPredicate::eq, offset, index(0));
  nontemporals = {{fold<arith::AndIOp>(condition, beginsLine), index(0),
                   elementBytes, storeBytes}};
  if (storeBytes <= allocatorBytes)
    return;
  require(compare(arith::CmpIPredicate::ne, offset, index(0)));
  require(isMultiple(allocatorBytes));
  nontemporals.push_back({condition, index(0), elementBytes, allocatorBytes});
}

/// Emits whole steps of [lower, upper) with stores that bypass the caches,
/// where the condition holds, and returns the end of the last step, or `lower`.
Value Emitter::emitNontemporal(ArrayRef<Scope> rows, Value lower, Value upper,
                               const Nontemporal &nontemporal) {
  State before = carries;
  SmallVector<Type> types = {b.getIndexType()};
  for (Value value : flatten(carries))
    types.push_back(value.getType());
  auto yield = [&](Value end) {
    SmallVector<Value> values = {end};
    values.append(flatten(carries));
    scf::YieldOp::create(b, values);
    carries = before;
  };
  auto branch = scf::IfOp::create(b, types, nontemporal.condition,
                                  /*addThenBlock=*/true, /*addElseBlock=*/true);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    Value start = lower;
    if (getConstantIntValue(nontemporal.head) != 0) {
      start = fold<arith::MinUIOp>(fold<arith::AddIOp>(lower, nontemporal.head),
                                   upper);
      emitTail(rows, lower, start);
    }
    int64_t bytes = plan.lanes * nontemporal.elementBytes;
    int64_t parts =
        std::max(plan.unrollFactor,
                 bytes < cacheLineBytes ? nontemporalStepBytes / bytes : 1);
    if (plan.hasReduced())
      parts = std::min(parts, plan.getAccumulatorVectors());
    Value end = emitBlocks(rows, start, upper,
                           {parts, /*unrollHint=*/1, nontemporal.alignment});
    // Such stores are not ordered with later stores, such as a store that tells
    // another thread that the data is there.
    LLVM::FenceOp::create(b, LLVM::AtomicOrdering::seq_cst);
    yield(end);
    b.setInsertionPointToStart(branch.elseBlock());
    yield(lower);
  }
  carries = unflatten(branch.getResults().drop_front(), before);
  return branch.getResult(0);
}

//===----------------------------------------------------------------------===//
// The nest
//===----------------------------------------------------------------------===//

/// Returns how many iterations of the innermost one of the outer loops share
/// what they load: with several, a vector of weights is used more than once.
/// The order in which an output accumulates stays as it is.
int64_t Emitter::getRowsAtOnce() const {
  if (plan.outer.empty() || plan.inner.empty())
    return 1;
  unsigned loop = plan.outer.back();
  int64_t registers = 0;
  for (const Output &output : plan.outputs) {
    if (output.kind != OutputKind::Lanes || !output.selects(loop))
      return 1;
    for (const Access &input : plan.inputs)
      if (input.getValue() == output.getValue())
        return 1;
    registers += plan.unrollFactor *
                 plan.countRegisters(output.getElementType(), options);
  }
  bool isShared = llvm::any_of(plan.inputs, [&](const Access &input) {
    return input.uses(plan.vectorLoop) && !input.uses(loop);
  });
  if (!isShared)
    return 1;
  // Targets with registers of 512 bits have 32 of them, others 16: half of them
  // accumulate.
  int64_t most = (options.vectorBits >= 512 ? 16 : 8) / registers;
  if (!ShapedType::isDynamic(plan.loops[loop].size))
    most = std::min(most, plan.loops[loop].size);
  return most < 1 ? 1
                  : llvm::bit_floor(uint64_t(std::min(most, maxRowsAtOnce)));
}

/// Emits the iterations from `lower` to `upper` of the innermost one of the
/// outer loops.
void Emitter::emitRows(const Positions &at, Value lower, Value upper) {
  unsigned loop = plan.outer.back();
  int64_t count = getRowsAtOnce();
  Value rest =
      fold<arith::RemUIOp>(fold<arith::SubIOp>(upper, lower), index(count));
  Value end = fold<arith::SubIOp>(upper, rest);
  buildCarryingFor(lower, end, index(count), [&](Value iv) {
    SmallVector<Positions> rows;
    for (int64_t row = 0; row < count; ++row)
      rows.push_back(enter(at, loop, fold<arith::AddIOp>(iv, index(row))));
    emitVectorLoop(rows);
  });
  if (getConstantIntValue(rest) != 0)
    buildCarryingFor(end, upper, index(1),
                     [&](Value iv) { emitVectorLoop(enter(at, loop, iv)); });
}

/// Whether all loops outside of the vector loop are known to have one
/// iteration.
bool Emitter::hasOneRow() const {
  return llvm::all_of(
      plan.outer, [&](unsigned loop) { return plan.loops[loop].size == 1; });
}

/// Returns how many iterations the outermost `count` loops have at least,
/// unless a dynamic extent is 0.
int64_t Emitter::getLeastIterations(unsigned count) const {
  int64_t iterations = 1;
  for (unsigned loop : ArrayRef(plan.outer).take_front(count))
    if (!ShapedType::isDynamic(plan.loops[loop].size))
      iterations *= plan.loops[loop].size;
  return iterations;
}

/// Returns how many of the outermost loops threads share: loops of which each
/// iteration has outputs of its own, until there are enough iterations. In one
/// row, threads share the vector loop.
unsigned Emitter::countSharedLoops() const {
  if (!options.parallel || hasOneRow())
    return 0;
  unsigned count = 0;
  for (unsigned loop : plan.outer) {
    if (getLeastIterations(count) >= enoughIterations ||
        !llvm::all_of(plan.outputs, [&](const Output &output) {
          return output.selects(loop);
        }))
      break;
    ++count;
  }
  return count;
}

/// Builds how many elements of the vector loop are worth a task, where one
/// iteration of the shared loops takes `cost`. Returns null if threads need not
/// share the vector loop: if there are enough other iterations, or few
/// elements.
Value Emitter::buildPartSize(Value cost) {
  if (plan.hasReduced() ||
      getLeastIterations(countSharedLoops()) >= enoughIterations)
    return {};
  Value length = sizes[plan.vectorLoop];
  Value steps = fold<arith::CeilDivUIOp>(length, index(elementsPerStep));
  Value ofStep =
      fold<arith::DivUIOp>(cost, fold<arith::MaxUIOp>(steps, index(1)));
  Value least = tasks::buildLeast(b, ofStep, options.taskNanoseconds);
  Value size = fold<arith::MulIOp>(least, index(elementsPerStep));
  return tasks::isOneTask(length, size) ? Value() : size;
}

/// Emits the outermost loops, which threads share, and the nest in them.
void Emitter::emitSharedLoops() {
  ArrayRef<unsigned> shared =
      ArrayRef(plan.outer).take_front(countSharedLoops());
  SmallVector<Value> extents = getSizes(shared);
  SmallVector<unsigned> rest(plan.outer.begin() + shared.size(),
                             plan.outer.end());
  rest.push_back(plan.vectorLoop);
  llvm::append_range(rest, plan.inner);
  int64_t rows = shared.size() == plan.outer.size() ? getRowsAtOnce() : 1;
  Value size = extents.back();
  Value cost = fold<arith::MulIOp>(buildCost(rest), index(rows));
  extents.back() = fold<arith::CeilDivUIOp>(size, index(rows));
  Value partSize = buildPartSize(cost);
  Value length = sizes[plan.vectorLoop];
  if (partSize) {
    Value parts = fold<arith::CeilDivUIOp>(length, partSize);
    extents.push_back(parts);
    cost = fold<arith::DivUIOp>(cost, fold<arith::MaxUIOp>(parts, index(1)));
  }
  Value count = index_space::buildProduct(b, extents);
  Value grain = tasks::buildGrain(b, count, cost, options.taskNanoseconds);
  tasks::buildLoop(b, count, grain, [&](Value iv) {
    SmallVector<Value> position = index_space::delinearize(b, iv, extents);
    if (partSize) {
      Value begin = fold<arith::MulIOp>(position.pop_back_val(), partSize);
      Value end = fold<arith::AddIOp>(begin, partSize);
      part = {begin, fold<arith::MinUIOp>(end, length)};
    }
    Positions at = enter(Positions(plan.loops.size()), shared, position);
    if (rows == 1)
      return emitNest(shared.size(), at);
    Value lower = fold<arith::MulIOp>(position.back(), index(rows));
    Value upper = fold<arith::AddIOp>(lower, index(rows));
    emitRows(at, lower, fold<arith::MinUIOp>(upper, size));
  });
}

/// Emits the nest at `at` from loop `level` of the loops outside of the vector
/// loop on.
void Emitter::emitNest(unsigned level, const Positions &at) {
  for (auto [output, carry] : llvm::zip_equal(plan.outputs, carries))
    if (output.kind == OutputKind::Reduced && output.depth == level)
      carry = startReduction(output, output.initial ? output.initial
                                                    : loadScalar(output, at));
  if (level == plan.outer.size()) {
    emitVectorLoop(at);
  } else if (level + 1 == plan.outer.size() && getRowsAtOnce() > 1) {
    emitRows(at, index(0), sizes[plan.outer.back()]);
  } else {
    unsigned loop = plan.outer[level];
    buildCarryingFor(index(0), sizes[loop], index(1), [&](Value iv) {
      emitNest(level + 1, enter(at, loop, iv));
    });
  }
  for (unsigned output = 0; output < plan.outputs.size(); ++output)
    if (plan.outputs[output].kind == OutputKind::Reduced &&
        plan.outputs[output].depth == level)
      finish(output, at);
}

void Emitter::finish(unsigned number, const Positions &at) {
  const Output &output = plan.outputs[number];
  finishBlock(number);
  memref::StoreOp::create(b, finishCarry(b, output, Carry(getCarry(number))),
                          bases[output.operand->getOperandNumber()],
                          buildIndices(output, at));
  carries[number].clear();
}

void Emitter::emit() {
  prepare();
  carries.resize(plan.outputs.size());
  if (countSharedLoops())
    return emitSharedLoops();
  emitNest(0, Positions(plan.loops.size()));
}

void quant_bnn::vectorize::emitLoops(const Plan &plan, const Options &options,
                                     const Epilogue *epilogue) {
  Emitter(plan, options, epilogue).emit();
}
