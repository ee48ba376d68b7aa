//===- VectorizeEmission.cpp - Emit vector loops --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorizeBody.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn::vectorize;

/// Whether iterations of `loop` have elements of their own: windows overlap.
static bool selectsDistinct(const Access &access, unsigned loop) {
  return llvm::any_of(access.indices, [&](AffineExpr index) {
    auto dim = dyn_cast<AffineDimExpr>(index);
    return dim && dim.getPosition() == loop;
  });
}

/// Elements of one task of a parallel loop: enough work to be worth it. It does
/// not depend on the number of threads, so neither do results.
static constexpr int64_t elementsPerTask = int64_t(1) << 16;
/// The same where every element is itself a reduction.
static constexpr int64_t columnsPerTask = 256;
/// Outputs that a loop stores past the caches at once: the buffers that combine
/// such stores to whole lines are few.
static constexpr int64_t maxNontemporalOutputs = 4;
/// Bytes to store past the caches at once: several lines, so that memory turns
/// less often from reading to writing.
static constexpr int64_t nontemporalStepBytes = 256;

namespace {
/// How the steps of a loop are made.
struct StepShape {
  int64_t parts;
  int64_t unrollHint;
  bool nontemporal;
};

/// When stores bypass the caches.
struct Nontemporal {
  Value condition;
  /// Elements up to the first aligned one.
  Value head;
  /// Of an element that is stored.
  int64_t elementBytes;
  /// Bytes to which what is stored is aligned.
  int64_t alignment;
};

class Emitter : public BodyEmitter {
public:
  Emitter(const Plan &plan, const Options &options)
      : BodyEmitter(plan), options(options) {}

  void emit();

private:
  // The vector loop.
  Step buildStep(Value base, int64_t parts);
  void emitSteps(const Scope &scope, Value lower, Value upper,
                 const StepShape &shape);
  Value emitBlocks(const Scope &scope, Value lower, Value upper,
                   const StepShape &shape);
  State emitMaskedStep(const Scope &scope, Value base, Value upper,
                       State state);
  void emitTail(const Scope &scope, Value lower, Value upper);
  void emitRange(const Scope &scope, Value lower, Value upper);
  void emitVectorLoop();
  void emitTasks(const Scope &scope, int64_t grain);

  // Stores that bypass the caches.
  bool mayBypassCaches();
  void prepareNontemporal();
  Value emitNontemporal(const Scope &scope, Value lower, Value upper);

  // The nest.
  void buildParallel(Value upper, Value step,
                     llvm::function_ref<void(Value)> body);
  void emitNest(unsigned level);
  void finish(unsigned output);

  const Options &options;
  std::optional<Nontemporal> nontemporal;
};
} // namespace

//===----------------------------------------------------------------------===//
// The vector loop
//===----------------------------------------------------------------------===//

/// The step of `parts` vectors from element `base`.
Step Emitter::buildStep(Value base, int64_t parts) {
  Step step;
  for (int64_t part = 0; part < parts; ++part)
    step.positions.push_back(
        fold<arith::AddIOp>(base, index(part * plan.lanes)));
  return step;
}

/// Emits whole steps over [lower, upper). The loop starts at 0: from elsewhere,
/// LLVM may not know how often it runs, and then unrolls it with its exits.
void Emitter::emitSteps(const Scope &scope, Value lower, Value upper,
                        const StepShape &shape) {
  State initial = buildNeutralState(shape.parts);
  SmallVector<Value> results = buildFor(
      index(0), fold<arith::SubIOp>(upper, lower),
      index(shape.parts * plan.lanes), flatten(initial),
      [&](Value iv, ValueRange values) {
        Step step = buildStep(fold<arith::AddIOp>(iv, lower), shape.parts);
        step.nontemporal = shape.nontemporal;
        // Without the alignment the store would be split into scalar ones.
        if (shape.nontemporal)
          step.storeAlignment = nontemporal->alignment;
        return flatten(emitStep(scope, step, unflatten(values, initial)));
      },
      shape.unrollHint);
  accumulateState(unflatten(results, initial));
}

/// Emits as many whole steps as fit into [lower, upper), and returns where they
/// end: in blocks that bound the rounding error of plain sums where there are
/// long ones.
Value Emitter::emitBlocks(const Scope &scope, Value lower, Value upper,
                          const StepShape &shape) {
  int64_t step = shape.parts * plan.lanes;
  Value rest =
      fold<arith::RemUIOp>(fold<arith::SubIOp>(upper, lower), index(step));
  Value end = fold<arith::SubIOp>(upper, rest);
  if (matchPattern(fold<arith::SubIOp>(end, lower), m_Zero()))
    return end;
  if (llvm::none_of(plan.outputs, [](const Output &output) {
        return output.kind == OutputKind::Reduced && output.compensated;
      })) {
    emitSteps(scope, lower, end, shape);
    return end;
  }
  Value block = index(stepsPerBlock * step);
  buildCarryingFor(lower, end, block, [&](Value iv) {
    Value blockEnd = fold<arith::MinUIOp>(fold<arith::AddIOp>(iv, block), end);
    emitSteps(scope, iv, blockEnd, shape);
  });
  return end;
}

/// Emits a step of one vector from element `base`, whose lanes at and past
/// `upper` are masked off.
State Emitter::emitMaskedStep(const Scope &scope, Value base, Value upper,
                              State state) {
  Step step = buildStep(base, /*parts=*/1);
  maskTail(step, upper);
  return emitStep(scope, step, std::move(state));
}

/// Emits single vectors over [lower, upper), less than a step, the last one
/// masked.
void Emitter::emitTail(const Scope &scope, Value lower, Value upper) {
  std::optional<int64_t> length =
      getConstantIntValue(fold<arith::SubIOp>(upper, lower));
  if (length == 0)
    return;
  State initial = buildNeutralState(1);
  // Less than a vector needs no loop: where nothing is left, no lane is. It
  // does where loops inside would then run for nothing.
  if (plan.unrollFactor == 1 && plan.inner.empty())
    return accumulateState(emitMaskedStep(scope, lower, upper, initial));
  bool isWhole = length && *length % plan.lanes == 0;
  SmallVector<Value> results = buildFor(
      lower, upper, index(plan.lanes), flatten(initial),
      [&](Value iv, ValueRange values) {
        State state = unflatten(values, initial);
        return flatten(isWhole
                           ? emitStep(scope, buildStep(iv, /*parts=*/1), state)
                           : emitMaskedStep(scope, iv, upper, state));
      });
  accumulateState(unflatten(results, initial));
}

/// Emits the iterations [lower, upper).
void Emitter::emitRange(const Scope &scope, Value lower, Value upper) {
  lower = emitNontemporal(scope, lower, upper);
  Value end =
      emitBlocks(scope, lower, upper,
                 {plan.unrollFactor, plan.unrollHint, /*nontemporal=*/false});
  emitTail(scope, end, upper);
}

void Emitter::emitVectorLoop() {
  Scope scope;
  defineCaptures(scope);
  emitUniform(scope);
  prepareNontemporal();
  const Loop &loop = plan.loops[plan.vectorLoop];
  int64_t grain = plan.inner.empty() ? elementsPerTask : columnsPerTask;
  bool isOneTask = !ShapedType::isDynamic(loop.size) && loop.size <= grain;
  if (options.parallel && plan.outer.empty() && !isOneTask)
    return emitTasks(scope, grain);
  emitRange(scope, index(0), sizes[plan.vectorLoop]);
}

/// Emits the vector loop as parallel tasks of `grain` elements. Each reduction
/// leaves a partial result per task; these are then combined in order.
void Emitter::emitTasks(const Scope &scope, int64_t grain) {
  Value size = sizes[plan.vectorLoop];
  Value step = index(grain);
  Value count = fold<arith::CeilDivUIOp>(size, step);
  SmallVector<Value> partials(plan.outputs.size());
  for (auto [output, partial] : llvm::zip_equal(plan.outputs, partials))
    if (output.kind == OutputKind::Reduced)
      partial = memref::AllocOp::create(
          b, MemRefType::get({ShapedType::kDynamic}, output.getElementType()),
          count);

  State before = carries;
  buildParallel(size, step, [&](Value iv) {
    Value end = fold<arith::MinUIOp>(fold<arith::AddIOp>(iv, step), size);
    emitRange(scope, iv, end);
    Value task = fold<arith::DivUIOp>(iv, step);
    for (auto [output, partial, carry] :
         llvm::zip_equal(plan.outputs, partials, carries))
      if (partial)
        memref::StoreOp::create(b, reduceCarry(b, output, carry), partial,
                                task);
  });
  carries = before;
  for (auto [output, partial, carry] :
       llvm::zip_equal(plan.outputs, partials, carries))
    if (partial)
      carry = buildNeutralCarry(b, output, output.getElementType());
  if (flatten(carries).empty())
    return;
  buildCarryingFor(index(0), count, index(1), [&](Value iv) {
    for (auto [output, partial, carry] :
         llvm::zip_equal(plan.outputs, partials, carries))
      if (partial)
        carry = accumulate(b, output, carry,
                           memref::LoadOp::create(b, partial, iv));
  });
  for (Value partial : partials)
    if (partial)
      memref::DeallocOp::create(b, partial);
}

//===----------------------------------------------------------------------===//
// Stores that bypass the caches
//===----------------------------------------------------------------------===//

/// Words of bits are too few to matter.
static bool bypassesCaches(const Output &output) {
  return output.kind == OutputKind::Stored && !output.isPacked();
}

/// Whether stores may bypass the caches where enough is stored: the vector loop
/// is all there is, its outputs are aligned as one, and are only written.
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

/// Emits the condition on which stores bypass the caches.
void Emitter::prepareNontemporal() {
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
  // In place, the line is in the cache already.
  for (Value output : outputs)
    for (Value input : inputs)
      require(compare(arith::CmpIPredicate::ne, output, input));
  int64_t alignedBytes = std::min<int64_t>(plan.lanes * elementBytes, 64);
  // Elements whose bits share a word cannot be left to a step before. What
  // allocators align to is enough for 16 bytes at once.
  bool hasHead = !plan.hasPacked();
  if (!hasHead)
    alignedBytes = std::min<int64_t>(alignedBytes, 16);
  Value alignment = index(alignedBytes);
  Value offset = fold<arith::RemUIOp>(outputs.front(), alignment);
  for (Value output : ArrayRef(outputs).drop_front())
    require(compare(arith::CmpIPredicate::eq,
                    fold<arith::RemUIOp>(output, alignment), offset));
  Value misalignment = fold<arith::RemUIOp>(
      offset, index(hasHead ? elementBytes : alignedBytes));
  require(compare(arith::CmpIPredicate::eq, misalignment, index(0)));
  Value bytes =
      fold<arith::RemUIOp>(fold<arith::SubIOp>(alignment, offset), alignment);
  Value head =
      hasHead ? fold<arith::DivUIOp>(bytes, index(elementBytes)) : index(0);
  nontemporal = {condition, head, elementBytes, alignedBytes};
}

/// Emits whole steps of [lower, upper) that bypass the caches, if that is to
/// be, and returns where they end.
Value Emitter::emitNontemporal(const Scope &scope, Value lower, Value upper) {
  if (!nontemporal)
    return lower;
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
  auto branch = scf::IfOp::create(b, types, nontemporal->condition,
                                  /*addThenBlock=*/true, /*addElseBlock=*/true);
  {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    Value start = fold<arith::MinUIOp>(
        fold<arith::AddIOp>(lower, nontemporal->head), upper);
    emitTail(scope, lower, start);
    int64_t parts = std::max(plan.unrollFactor,
                             nontemporalStepBytes /
                                 (plan.lanes * nontemporal->elementBytes));
    Value end = emitBlocks(scope, start, upper,
                           {parts, /*unrollHint=*/1, /*nontemporal=*/true});
    // These stores are not ordered with later ones, such as one that tells
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

void Emitter::buildParallel(Value upper, Value step,
                            llvm::function_ref<void(Value)> body) {
  scf::ParallelOp::create(
      b, ValueRange{index(0)}, ValueRange{upper}, ValueRange{step},
      [&](OpBuilder &nested, Location, ValueRange ivs) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(nested.saveInsertionPoint());
        body(ivs.front());
      });
}

/// Emits the nest from loop `level` of those outside of the vector loop.
void Emitter::emitNest(unsigned level) {
  for (auto [output, carry] : llvm::zip_equal(plan.outputs, carries))
    if (output.kind == OutputKind::Reduced && output.depth == level)
      carry =
          buildNeutralCarry(b, output, getVectorType(output.getElementType()));
  if (level == plan.outer.size()) {
    emitVectorLoop();
  } else {
    unsigned loop = plan.outer[level];
    auto body = [&](Value iv) {
      ivs[loop] = iv;
      emitNest(level + 1);
    };
    bool isParallel = options.parallel && level == 0 &&
                      llvm::all_of(plan.outputs, [&](const Output &output) {
                        return selectsDistinct(output, loop);
                      });
    if (isParallel)
      buildParallel(sizes[loop], index(1), body);
    else
      buildCarryingFor(index(0), sizes[loop], index(1), body);
    ivs[loop] = nullptr;
  }
  for (unsigned output = 0; output < plan.outputs.size(); ++output)
    if (plan.outputs[output].kind == OutputKind::Reduced &&
        plan.outputs[output].depth == level)
      finish(output);
}

void Emitter::finish(unsigned number) {
  const Output &output = plan.outputs[number];
  storeTotal(output, reduceCarry(b, output, carries[number]));
  carries[number].clear();
}

void Emitter::emit() {
  for (const Loop &loop : plan.loops)
    sizes.push_back(buildSize(loop));
  ivs.resize(plan.loops.size());
  carries.resize(plan.outputs.size());
  bases = llvm::to_vector(op->getOperands());
  auto collapse = [&](const Access &access) {
    Value &base = bases[access.operand->getOperandNumber()];
    if (!access.reassociation.empty())
      base = memref::CollapseShapeOp::create(b, base, access.reassociation);
  };
  llvm::for_each(plan.inputs, collapse);
  llvm::for_each(plan.outputs, collapse);
  emitNest(0);
}

void quant_bnn::vectorize::emitLoops(const Plan &plan, const Options &options) {
  Emitter(plan, options).emit();
}
