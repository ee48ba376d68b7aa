//===- VectorizeEmission.cpp - Emit vector loops --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "VectorizeLinalg.h"
#include "mlir/Dialect/Affine/Utils.h"
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
/// Values that a loop carries, by output.
using State = SmallVector<SmallVector<Value>>;

/// The values of the body that are the same in all lanes: as scalars, and
/// broadcast for the vector ops that use them.
struct Scope {
  IRMapping scalars;
  IRMapping vectors;
};

/// A step of the vector loop.
struct Step {
  /// The first element of each vector.
  SmallVector<Value> positions;
  /// The lanes that are in bounds; null: all.
  Value mask;
  bool nontemporal;
};

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

class Emitter {
public:
  Emitter(const Plan &plan, const Options &options)
      : plan(plan), options(options), op(plan.op), b(op.getLoc(), op) {}

  void emit();

private:
  // Index arithmetic.
  Value index(int64_t value);
  template <typename OpTy>
  Value fold(Value lhs, Value rhs);
  Value buildSize(const Loop &loop);

  // Memory.
  VectorType getVectorType(Type element);
  Value buildWordIndex(Value position, int64_t elementsPerWord);
  SmallVector<Value> buildIndices(const Access &access);
  Value loadScalar(const Access &access);
  VectorType getStoredType(const Access &access);
  Value getStoredMask(const Access &access, const Step &step);
  Value loadVector(const Access &access, const Step &step, int64_t part);
  void storeVector(Value value, const Access &access, const Step &step,
                   int64_t part);

  // The body.
  Value broadcast(Value scalar);
  void define(Scope &scope, Value original, Value scalar);
  void defineCaptures(Scope &scope);
  void emitUniform(Scope &scope);
  void emitVarying(const Scope &scope, IRMapping &vectors);
  State emitBody(const Scope &scope, const Step &step, State state);
  State emitInner(unsigned level, const Scope &scope, const Step &step,
                  State state);
  State emitStep(const Scope &scope, Value base, int64_t parts, Value mask,
                 bool nontemporal, State state);

  // The vector loop.
  State buildNeutralState(int64_t parts);
  void accumulateState(const State &state);
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
  SmallVector<Value>
  buildFor(Value lower, Value upper, Value step, ValueRange state,
           llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body,
           int64_t unrollHint = 1);
  void buildCarryingFor(Value lower, Value upper, Value step,
                        llvm::function_ref<void(Value)> body);
  void buildParallel(Value upper, Value step,
                     llvm::function_ref<void(Value)> body);
  void emitNest(unsigned level);
  void finish(unsigned output);

  const Plan &plan;
  const Options &options;
  linalg::LinalgOp op;
  ImplicitLocOpBuilder b;
  /// By loop.
  SmallVector<Value> sizes, ivs;
  /// By operand of the op: its memref over the loops of the plan.
  SmallVector<Value> bases;
  /// By output that is reduced, from where its accumulation starts.
  State carries;
  std::optional<Nontemporal> nontemporal;
};
} // namespace

static SmallVector<Value> flatten(const State &state) {
  SmallVector<Value> values;
  for (const SmallVector<Value> &group : state)
    values.append(group);
  return values;
}

static State unflatten(ValueRange values, const State &like) {
  State state;
  for (const SmallVector<Value> &group : like) {
    state.push_back(llvm::to_vector(values.take_front(group.size())));
    values = values.drop_front(group.size());
  }
  return state;
}

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value Emitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

template <typename OpTy>
Value Emitter::fold(Value lhs, Value rhs) {
  return b.createOrFold<OpTy>(lhs, rhs);
}

/// The extent of `loop`, from the operand that walks each of its dimensions.
Value Emitter::buildSize(const Loop &loop) {
  if (!ShapedType::isDynamic(loop.size))
    return index(loop.size);
  Value size;
  for (unsigned dim : loop.dims) {
    AffineExpr expr = b.getAffineDimExpr(dim);
    Value extent;
    for (OpOperand &operand : op->getOpOperands()) {
      ArrayRef<AffineExpr> results =
          op.getMatchingIndexingMap(&operand).getResults();
      const AffineExpr *position = llvm::find(results, expr);
      if (position == results.end())
        continue;
      extent = b.createOrFold<memref::DimOp>(
          operand.get(), int64_t(position - results.begin()));
      break;
    }
    size = size ? fold<arith::MulIOp>(size, extent) : extent;
  }
  return size;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

VectorType Emitter::getVectorType(Type element) {
  return VectorType::get({plan.lanes}, element);
}

/// The word that begins with the bit of the element at `position`: what it is
/// the sum of are whole words too. Divided one by one, LLVM sees that words
/// follow each other.
Value Emitter::buildWordIndex(Value position, int64_t elementsPerWord) {
  if (auto sum = position.getDefiningOp<arith::AddIOp>())
    return fold<arith::AddIOp>(buildWordIndex(sum.getLhs(), elementsPerWord),
                               buildWordIndex(sum.getRhs(), elementsPerWord));
  return fold<arith::DivUIOp>(position, index(elementsPerWord));
}

SmallVector<Value> Emitter::buildIndices(const Access &access) {
  SmallVector<Value> indices;
  for (AffineExpr expr : access.indices)
    indices.push_back(affine::expandAffineExpr(b, b.getLoc(), expr, ivs, {}));
  if (access.isPacked())
    indices.back() = buildWordIndex(indices.back(), access.elementsPerWord);
  return indices;
}

Value Emitter::loadScalar(const Access &access) {
  if (!access.getMemRefType())
    return access.getValue();
  return memref::LoadOp::create(b, bases[access.operand->getOperandNumber()],
                                buildIndices(access));
}

/// What of `access` belongs to one vector of lanes: an element each, or the
/// words that hold a bit each.
VectorType Emitter::getStoredType(const Access &access) {
  return VectorType::get({plan.lanes / access.elementsPerWord},
                         access.getElementType());
}

/// The mask of `step` by elements of `getStoredType`: a word is in bounds if
/// its first lane is.
Value Emitter::getStoredMask(const Access &access, const Step &step) {
  if (!access.isPacked())
    return step.mask;
  SmallVector<int64_t> firstLanes;
  for (int64_t lane = 0; lane < plan.lanes; lane += access.elementsPerWord)
    firstLanes.push_back(lane);
  return vector::ShuffleOp::create(b, step.mask, step.mask, firstLanes);
}

Value Emitter::loadVector(const Access &access, const Step &step,
                          int64_t part) {
  ivs[plan.vectorLoop] = step.positions[part];
  VectorType type = getStoredType(access);
  Value base = bases[access.operand->getOperandNumber()];
  Value value;
  if (step.mask) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    value = vector::MaskedLoadOp::create(b, type, base, buildIndices(access),
                                         getStoredMask(access, step), zero);
  } else {
    value = vector::LoadOp::create(b, type, base, buildIndices(access));
  }
  if (!access.isPacked())
    return value;
  return vector::BitCastOp::create(b, getVectorType(b.getI1Type()), value);
}

void Emitter::storeVector(Value value, const Access &access, const Step &step,
                          int64_t part) {
  ivs[plan.vectorLoop] = step.positions[part];
  Value base = bases[access.operand->getOperandNumber()];
  SmallVector<Value> indices = buildIndices(access);
  if (access.isPacked()) {
    // The bits past the end are 0.
    if (step.mask)
      value = arith::AndIOp::create(b, value, step.mask);
    value = vector::BitCastOp::create(b, getStoredType(access), value);
  }
  if (step.mask) {
    vector::MaskedStoreOp::create(b, base, indices, getStoredMask(access, step),
                                  value);
    return;
  }
  if (!step.nontemporal || access.isPacked()) {
    vector::StoreOp::create(b, value, base, indices);
    return;
  }
  // Without the alignment the store would be split into scalar ones.
  vector::StoreOp::create(b, value, base, indices, /*nontemporal=*/true,
                          llvm::MaybeAlign(nontemporal->alignment));
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

Value Emitter::broadcast(Value scalar) {
  VectorType type = getVectorType(scalar.getType());
  Attribute constant;
  if (matchPattern(scalar, m_Constant(&constant)) &&
      isa<FloatAttr, IntegerAttr>(constant))
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, constant));
  return vector::BroadcastOp::create(b, type, scalar);
}

void Emitter::define(Scope &scope, Value original, Value scalar) {
  scope.scalars.map(original, scalar);
  bool isUsedByVectors =
      llvm::any_of(original.getUsers(), [&](Operation *user) {
        return plan.isVarying(user) || plan.packing.contains(user) ||
               user->hasTrait<OpTrait::IsTerminator>();
      });
  if (isUsedByVectors)
    scope.vectors.map(original, broadcast(scalar));
}

/// Broadcasts what vector ops take from outside of the body.
void Emitter::defineCaptures(Scope &scope) {
  auto capture = [&](Value operand) {
    if (operand.getParentBlock() != plan.getBody() &&
        !scope.vectors.contains(operand))
      scope.vectors.map(operand, broadcast(operand));
  };
  for (Operation &op : *plan.getBody())
    if (plan.isVarying(&op) || op.hasTrait<OpTrait::IsTerminator>())
      llvm::for_each(op.getOperands(), capture);
  for (const Output &output : plan.outputs)
    if (output.isPacked())
      capture(output.packedBit);
}

/// Emits what is the same in all lanes, as far as the loops around the
/// insertion point determine it.
void Emitter::emitUniform(Scope &scope) {
  for (const Access &input : plan.inputs) {
    bool isDetermined = true;
    for (auto [loop, iv] : llvm::enumerate(ivs))
      isDetermined &= iv || !input.uses(loop);
    if (isDetermined && !input.argument.use_empty() &&
        !scope.scalars.contains(input.argument))
      define(scope, input.argument, loadScalar(input));
  }
  for (Operation &op : plan.getBody()->without_terminator()) {
    bool isReady = llvm::all_of(op.getOperands(), [&](Value operand) {
      return operand.getParentBlock() != plan.getBody() ||
             scope.scalars.contains(operand);
    });
    if (!isReady || plan.isVarying(&op) || plan.packing.contains(&op) ||
        op.getNumResults() == 0 || scope.scalars.contains(op.getResult(0)))
      continue;
    Operation *clone = b.clone(op, scope.scalars);
    for (auto [original, scalar] :
         llvm::zip_equal(op.getResults(), clone->getResults()))
      define(scope, original, scalar);
  }
}

void Emitter::emitVarying(const Scope &scope, IRMapping &vectors) {
  for (Operation &op : plan.getBody()->without_terminator()) {
    if (!plan.isVarying(&op))
      continue;
    OperationState state(op.getLoc(), op.getName());
    for (Value operand : op.getOperands())
      state.operands.push_back(vectors.lookup(operand));
    // One condition for all lanes needs no mask.
    if (isa<arith::SelectOp>(op) && scope.scalars.contains(op.getOperand(0)))
      state.operands[0] = scope.scalars.lookup(op.getOperand(0));
    for (Type type : op.getResultTypes())
      state.types.push_back(getVectorType(type));
    state.attributes = op.getDiscardableAttrDictionary().getValue();
    state.propertiesAttr = op.getPropertiesAsAttribute();
    Operation *clone = b.create(state);
    vectors.map(op.getResults(), clone->getResults());
  }
}

State Emitter::emitBody(const Scope &outerScope, const Step &step,
                        State state) {
  Scope scope = outerScope;
  emitUniform(scope);
  int64_t parts = step.positions.size();
  SmallVector<IRMapping> vectors(parts, scope.vectors);
  // Everything is loaded before anything is stored: an output may be an input.
  for (int64_t part = 0; part < parts; ++part) {
    for (const Access &input : plan.inputs) {
      if (!input.uses(plan.vectorLoop) || input.argument.use_empty())
        continue;
      Value value = loadVector(input, step, part);
      if (!input.isPacked())
        vectors[part].map(input.argument, value);
      for (Value bit : input.bits)
        vectors[part].map(bit, value);
    }
    for (const Output &output : plan.outputs)
      if (output.kind == OutputKind::Stored && !output.isPacked() &&
          !output.argument.use_empty())
        vectors[part].map(output.argument, loadVector(output, step, part));
  }
  ivs[plan.vectorLoop] = nullptr;
  for (int64_t part = 0; part < parts; ++part) {
    for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
      if (!values.empty())
        vectors[part].map(output.argument, values[part]);
    emitVarying(scope, vectors[part]);
  }
  for (int64_t part = 0; part < parts; ++part)
    for (auto [output, values] : llvm::zip_equal(plan.outputs, state)) {
      Value value = vectors[part].lookup(
          output.isPacked() ? output.packedBit : output.getYielded());
      if (output.kind == OutputKind::Stored)
        storeVector(value, output, step, part);
      else if (output.kind == OutputKind::Reduced && step.mask)
        values[part] =
            arith::SelectOp::create(b, step.mask, value, values[part]);
      else
        values[part] = value;
    }
  ivs[plan.vectorLoop] = nullptr;
  return state;
}

State Emitter::emitInner(unsigned level, const Scope &scope, const Step &step,
                         State state) {
  if (level == plan.inner.size())
    return emitBody(scope, step, state);
  unsigned loop = plan.inner[level];
  SmallVector<Value> results =
      buildFor(index(0), sizes[loop], index(1), flatten(state),
               [&](Value iv, ValueRange values) {
                 ivs[loop] = iv;
                 return flatten(emitInner(level + 1, scope, step,
                                          unflatten(values, state)));
               });
  ivs[loop] = nullptr;
  return unflatten(results, state);
}

/// Emits a step of `parts` vectors from element `base`.
State Emitter::emitStep(const Scope &scope, Value base, int64_t parts,
                        Value mask, bool nontemporal, State state) {
  Step step{{}, mask, nontemporal};
  for (int64_t part = 0; part < parts; ++part)
    step.positions.push_back(
        fold<arith::AddIOp>(base, index(part * plan.lanes)));
  for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
    if (output.kind == OutputKind::Lanes)
      for (int64_t part = 0; part < parts; ++part)
        values.push_back(loadVector(output, step, part));
  ivs[plan.vectorLoop] = nullptr;
  state = emitInner(0, scope, step, state);
  for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
    if (output.kind == OutputKind::Lanes) {
      for (int64_t part = 0; part < parts; ++part)
        storeVector(values[part], output, step, part);
      values.clear();
    }
  ivs[plan.vectorLoop] = nullptr;
  return state;
}

//===----------------------------------------------------------------------===//
// The vector loop
//===----------------------------------------------------------------------===//

State Emitter::buildNeutralState(int64_t parts) {
  State state;
  for (const Output &output : plan.outputs) {
    SmallVector<Value> &values = state.emplace_back();
    if (output.kind == OutputKind::Reduced)
      values.assign(parts,
                    buildNeutral(b, output.combiner,
                                 getVectorType(output.getElementType())));
  }
  return state;
}

void Emitter::accumulateState(const State &state) {
  for (auto [output, values, carry] :
       llvm::zip_equal(plan.outputs, state, carries))
    if (output.kind == OutputKind::Reduced)
      carry =
          accumulate(b, output, carry, combineAll(b, output.combiner, values));
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
        return flatten(emitStep(scope, fold<arith::AddIOp>(iv, lower),
                                shape.parts, /*mask=*/nullptr,
                                shape.nontemporal, unflatten(values, initial)));
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
  // Compared as i32, whose lanes are no wider than most elements.
  auto type = getVectorType(b.getI32Type());
  Value left =
      fold<arith::MinUIOp>(fold<arith::SubIOp>(upper, base), index(plan.lanes));
  left = b.createOrFold<arith::IndexCastUIOp>(b.getI32Type(), left);
  auto lanes = llvm::to_vector(llvm::seq<int32_t>(plan.lanes));
  Value lane = arith::ConstantOp::create(b, b.getI32VectorAttr(lanes));
  Value mask =
      arith::CmpIOp::create(b, arith::CmpIPredicate::ult, lane,
                            vector::BroadcastOp::create(b, type, left));
  return emitStep(scope, base, /*parts=*/1, mask, /*nontemporal=*/false,
                  std::move(state));
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
                           ? emitStep(scope, iv, /*parts=*/1, /*mask=*/nullptr,
                                      /*nontemporal=*/false, state)
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

/// An attribute of the LLVM dialect stays with a loop until its branch back,
/// whose own one has this name.
static constexpr StringLiteral loopAnnotation = "loop_annotation";

static LLVM::LoopAnnotationAttr buildUnrollAnnotation(Builder &builder,
                                                      int64_t count) {
  auto unroll = LLVM::LoopUnrollAttr::get(
      builder.getContext(), /*disable=*/{}, builder.getI32IntegerAttr(count),
      /*runtimeDisable=*/{}, /*full=*/{}, /*followupUnrolled=*/{},
      /*followupRemainder=*/{}, /*followupAll=*/{});
  return LLVM::LoopAnnotationAttr::get(
      builder.getContext(), /*disableNonforced=*/{}, /*vectorize=*/{},
      /*interleave=*/{}, unroll, /*unrollAndJam=*/{}, /*licm=*/{},
      /*distribute=*/{}, /*pipeline=*/{}, /*peeled=*/{}, /*unswitch=*/{},
      /*mustProgress=*/{}, /*isVectorized=*/{}, /*startLoc=*/{}, /*endLoc=*/{},
      /*parallelAccesses=*/{});
}

SmallVector<Value> Emitter::buildFor(
    Value lower, Value upper, Value step, ValueRange state,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body,
    int64_t unrollHint) {
  auto loop = scf::ForOp::create(
      b, lower, upper, step, state,
      [&](OpBuilder &nested, Location, Value iv, ValueRange values) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(nested.saveInsertionPoint());
        scf::YieldOp::create(b, body(iv, values));
      });
  if (unrollHint > 1)
    loop->setAttr(loopAnnotation, buildUnrollAnnotation(b, unrollHint));
  return llvm::to_vector_of<Value>(loop.getResults());
}

/// A loop that carries what is being reduced.
void Emitter::buildCarryingFor(Value lower, Value upper, Value step,
                               llvm::function_ref<void(Value)> body) {
  State before = carries;
  SmallVector<Value> results = buildFor(lower, upper, step, flatten(before),
                                        [&](Value iv, ValueRange values) {
                                          carries = unflatten(values, before);
                                          body(iv);
                                          return flatten(carries);
                                        });
  carries = unflatten(results, before);
}

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

/// Combines what was reduced with the old value in memory.
void Emitter::finish(unsigned number) {
  const Output &output = plan.outputs[number];
  Value total = reduceCarry(b, output, carries[number]);
  Value sum = combineAll(b, output.combiner, {loadScalar(output), total});
  memref::StoreOp::create(b, sum, bases[output.operand->getOperandNumber()],
                          buildIndices(output));
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
