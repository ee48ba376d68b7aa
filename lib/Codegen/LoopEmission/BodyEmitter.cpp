//===- BodyEmitter.cpp - Emit the bodies of vector loops ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BodyEmitter.h"
#include "MaskedAccess.h"
#include "Reductions.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

SmallVector<Value> quant_bnn::vectorize::flatten(const State &state) {
  SmallVector<Value> values;
  for (const SmallVector<Value> &group : state)
    values.append(group);
  return values;
}

State quant_bnn::vectorize::unflatten(ValueRange values, const State &like) {
  State state;
  for (const SmallVector<Value> &group : like) {
    state.push_back(llvm::to_vector(values.take_front(group.size())));
    values = values.drop_front(group.size());
  }
  return state;
}

Scope Scope::enter(ArrayRef<unsigned> loops, ValueRange ivs) const {
  return {index_space::enter(at, loops, ivs), scalars, vectors};
}

//===----------------------------------------------------------------------===//
// Index arithmetic
//===----------------------------------------------------------------------===//

Value BodyEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

/// Builds the extent of `loop` from the sizes of operands along its dimensions.
Value BodyEmitter::buildSize(const Loop &loop) {
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

/// Returns the alignment of a vector of `type` where vectors of `bytes` bytes
/// are aligned to their size, or none if `bytes` is 0.
static llvm::MaybeAlign getAlignment(VectorType type, int64_t bytes) {
  if (bytes == 0)
    return {};
  int64_t size = type.getNumElements() * type.getElementTypeBitWidth() / 8;
  return llvm::MaybeAlign(std::min(size, bytes));
}

void BodyEmitter::collapseBases() {
  bases = llvm::to_vector(op->getOperands());
  auto collapse = [&](const Access &access) {
    Value &base = bases[access.operand->getOperandNumber()];
    if (!access.reassociation.empty())
      base = memref::CollapseShapeOp::create(b, base, access.reassociation);
  };
  llvm::for_each(plan.inputs, collapse);
  llvm::for_each(plan.outputs, collapse);
}

VectorType BodyEmitter::getVectorType(Type element) {
  return VectorType::get({plan.lanes}, element);
}

/// Builds the index of the word that begins with the bit of the element at
/// `position`. The terms of a sum are whole words, too. Each term is divided on
/// its own, so that LLVM sees that words follow each other.
Value BodyEmitter::buildWordIndex(Value position, int64_t elementsPerWord) {
  if (auto sum = position.getDefiningOp<arith::AddIOp>())
    return fold<arith::AddIOp>(buildWordIndex(sum.getLhs(), elementsPerWord),
                               buildWordIndex(sum.getRhs(), elementsPerWord));
  return fold<arith::DivUIOp>(position, index(elementsPerWord));
}

SmallVector<Value> BodyEmitter::buildIndices(const Access &access,
                                             const Positions &at) {
  SmallVector<Value> indices;
  for (AffineExpr expr : access.indices)
    indices.push_back(affine::expandAffineExpr(b, b.getLoc(), expr, at, {}));
  if (access.isPacked())
    indices.back() = buildWordIndex(indices.back(), access.elementsPerWord);
  return indices;
}

Value BodyEmitter::loadScalar(const Access &access, const Positions &at) {
  if (!access.getMemRefType())
    return access.getValue();
  return memref::LoadOp::create(b, bases[access.operand->getOperandNumber()],
                                buildIndices(access, at));
}

/// Returns the type in memory of one vector of lanes of `access`: an element
/// per lane, or the words that hold a bit per lane.
VectorType BodyEmitter::getStoredType(const Access &access) {
  return VectorType::get({plan.lanes / access.elementsPerWord},
                         access.getElementType());
}

/// Builds the mask of `step` for the elements of `getStoredType`. A word is in
/// bounds if its first lane is.
Value BodyEmitter::getStoredMask(const Access &access, const Step &step) {
  if (!access.isPacked())
    return step.mask;
  SmallVector<int64_t> firstLanes;
  for (int64_t lane = 0; lane < plan.lanes; lane += access.elementsPerWord)
    firstLanes.push_back(lane);
  return vector::ShuffleOp::create(b, step.mask, step.mask, firstLanes);
}

Value BodyEmitter::loadVector(const Access &access, const Positions &at,
                              const Step &step, int64_t part) {
  Positions first = enter(at, plan.vectorLoop, step.positions[part]);
  VectorType type = getStoredType(access);
  Value base = bases[access.operand->getOperandNumber()];
  Value value;
  if (step.mask) {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    value =
        vector::MaskedLoadOp::create(b, type, base, buildIndices(access, first),
                                     getStoredMask(access, step), zero);
  } else {
    value = vector::LoadOp::create(
        b, type, base, buildIndices(access, first), /*nontemporal=*/false,
        access.isPacked() ? llvm::MaybeAlign()
                          : getAlignment(type, step.loadAlignment));
  }
  if (!access.isPacked())
    return value;
  return vector::BitCastOp::create(b, getVectorType(b.getI1Type()), value);
}

SmallVector<Value> BodyEmitter::getLoadedValues(const Access &input) const {
  return input.isPacked() ? input.bits : SmallVector<Value>{input.argument};
}

void BodyEmitter::storeVector(Value value, const Access &access,
                              const Positions &at, const Step &step,
                              int64_t part) {
  Value base = bases[access.operand->getOperandNumber()];
  SmallVector<Value> indices =
      buildIndices(access, enter(at, plan.vectorLoop, step.positions[part]));
  if (access.isPacked()) {
    // The bits past the end stay as they are.
    if (step.mask)
      value = arith::AndIOp::create(b, value, step.mask);
    VectorType type = getStoredType(access);
    value = vector::BitCastOp::create(b, type, value);
    if (!access.isCleared) {
      Value mask = step.mask ? getStoredMask(access, step) : Value();
      value = arith::OrIOp::create(b, value,
                                   loadMasked(b, type, base, indices, mask));
    }
  }
  if (step.mask) {
    vector::MaskedStoreOp::create(b, base, indices, getStoredMask(access, step),
                                  value);
    return;
  }
  if (access.isPacked()) {
    vector::StoreOp::create(b, value, base, indices);
    return;
  }
  vector::StoreOp::create(
      b, value, base, indices, step.nontemporal,
      getAlignment(getStoredType(access), step.storeAlignment));
}

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

Value BodyEmitter::broadcast(Value scalar) {
  return broadcast(scalar, getVectorType(scalar.getType()));
}

Value BodyEmitter::broadcast(Value scalar, VectorType type) {
  Attribute constant;
  if (matchPattern(scalar, m_Constant(&constant)) &&
      isa<FloatAttr, IntegerAttr>(constant))
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, constant));
  return vector::BroadcastOp::create(b, type, scalar);
}

void BodyEmitter::define(Scope &scope, Value original, Value scalar) {
  scope.scalars.map(original, scalar);
  bool isUsedByVectors =
      llvm::any_of(original.getUsers(), [&](Operation *user) {
        return plan.isVarying(user) || plan.packing.contains(user) ||
               user->hasTrait<OpTrait::IsTerminator>();
      });
  if (isUsedByVectors)
    scope.vectors.map(original, broadcast(scalar));
}

/// Broadcasts the values that vector ops use from outside of the body.
void BodyEmitter::defineCaptures(Scope &scope) {
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

/// Emits the values that are the same in all lanes, as far as the positions of
/// `scope` determine these values.
void BodyEmitter::emitUniform(Scope &scope) {
  for (const Access &input : plan.inputs) {
    bool isDetermined = true;
    for (auto [loop, iv] : llvm::enumerate(scope.at))
      isDetermined &= iv || !input.uses(loop);
    if (isDetermined && !input.argument.use_empty() &&
        !scope.scalars.contains(input.argument))
      define(scope, input.argument, loadScalar(input, scope.at));
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

/// Whether the results of `op` are loaded.
static bool isLoaded(Operation &op, const IRMapping &vectors) {
  return op.getNumResults() > 0 &&
         llvm::all_of(op.getResults(),
                      [&](Value result) { return vectors.contains(result); });
}

void BodyEmitter::emitVarying(const Scope &scope, IRMapping &vectors) {
  for (Operation &op : plan.getBody()->without_terminator()) {
    if (!plan.isVarying(&op) || isLoaded(op, vectors))
      continue;
    OperationState state(op.getLoc(), op.getName());
    for (Value operand : op.getOperands())
      state.operands.push_back(vectors.lookup(operand));
    // A condition that is the same in all lanes stays a scalar.
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

/// Emits the body in one row, whose values in `state` are those from `first`
/// on.
State BodyEmitter::emitBody(const Scope &outerScope, const Step &step,
                            State state, int64_t first) {
  Scope scope = outerScope;
  emitUniform(scope);
  int64_t parts = step.positions.size();
  SmallVector<IRMapping> vectors(parts, scope.vectors);
  // Everything is loaded before anything is stored: an output may be an input.
  for (int64_t part = 0; part < parts; ++part) {
    for (const Access &input : plan.inputs) {
      if (!input.uses(plan.vectorLoop) || input.argument.use_empty())
        continue;
      Value value = loadVector(input, scope.at, step, part);
      for (Value loaded : getLoadedValues(input))
        vectors[part].map(loaded, value);
    }
    for (const Output &output : plan.outputs)
      if (output.kind == OutputKind::Stored && !output.isPacked() &&
          !output.argument.use_empty())
        vectors[part].map(output.argument,
                          loadVector(output, scope.at, step, part));
  }
  for (int64_t part = 0; part < parts; ++part) {
    for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
      if (!values.empty())
        vectors[part].map(output.argument, values[first + part]);
    emitVarying(scope, vectors[part]);
  }
  for (int64_t part = 0; part < parts; ++part)
    for (auto [output, values] : llvm::zip_equal(plan.outputs, state)) {
      Value value = vectors[part].lookup(
          output.isPacked() ? output.packedBit : output.getYielded());
      if (output.kind == OutputKind::Stored)
        storeVector(value, output, scope.at, step, part);
      else if (output.kind == OutputKind::Reduced && step.mask)
        values[first + part] =
            arith::SelectOp::create(b, step.mask, value, values[first + part]);
      else
        values[first + part] = value;
    }
  return state;
}

State BodyEmitter::emitBodies(ArrayRef<Scope> rows, const Step &step,
                              State state) {
  int64_t first = 0;
  for (const Scope &scope : rows) {
    state = emitBody(scope, step, state, first);
    first += step.positions.size();
  }
  return state;
}

/// Returns `rows` in the iteration `iv` of `loop`.
static SmallVector<Scope> enterAll(ArrayRef<Scope> rows, unsigned loop,
                                   Value iv) {
  return llvm::map_to_vector(
      rows, [&](const Scope &scope) { return scope.enter(loop, iv); });
}

State BodyEmitter::emitInner(unsigned level, ArrayRef<Scope> rows,
                             const Step &step, State state) {
  if (level == plan.inner.size())
    return emitBodies(rows, step, state);
  if (level + 1 == plan.inner.size() && hasLongChains())
    return emitChainBlocks(rows, step, state);
  unsigned loop = plan.inner[level];
  SmallVector<Value> values = flatten(state);
  if (termsInBlock)
    values.push_back(termsInBlock);
  SmallVector<Value> results = buildFor(
      index(0), sizes[loop], index(1), values, [&](Value iv, ValueRange args) {
        if (termsInBlock)
          termsInBlock = args.back();
        SmallVector<Value> next = flatten(emitInner(
            level + 1, enterAll(rows, loop, iv), step, unflatten(args, state)));
        if (termsInBlock)
          next.push_back(termsInBlock);
        return next;
      });
  if (termsInBlock)
    termsInBlock = results.back();
  return unflatten(results, state);
}

State BodyEmitter::emitStep(ArrayRef<Scope> rows, const Step &step,
                            State state) {
  int64_t parts = step.positions.size();
  for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
    if (output.kind == OutputKind::Lanes) {
      for (const Scope &scope : rows)
        for (int64_t part = 0; part < parts; ++part)
          values.push_back(output.initial
                               ? broadcast(output.initial)
                               : loadVector(output, scope.at, step, part));
      if (output.isChain())
        values = startChain(output, values);
    }
  termsInBlock = hasLongChains() && plan.inner.size() > 1 ? index(0) : nullptr;
  state = emitInner(0, rows, step, state);
  termsInBlock = nullptr;
  for (auto [output, values] : llvm::zip_equal(plan.outputs, state))
    if (output.kind == OutputKind::Lanes) {
      if (output.isChain())
        values = finishChain(output, values, rows.size() * parts);
      auto value = values.begin();
      for (const Scope &scope : rows)
        for (int64_t part = 0; part < parts; ++part)
          storeVector(*value++, output, scope.at, step, part);
      values.clear();
    }
  return state;
}

//===----------------------------------------------------------------------===//
// Chains
//===----------------------------------------------------------------------===//
//
// A sum that lanes accumulate is added up in blocks of consecutive terms. The
// values of an output are, each by row and part: the sums of the current block,
// the sums of the blocks before, and for a compensated sum the rounding errors.

/// Whether chains may be longer than a block.
bool BodyEmitter::hasLongChains() const {
  if (llvm::none_of(plan.outputs,
                    [](const Output &output) { return output.isChain(); }))
    return false;
  int64_t terms = 1;
  for (unsigned loop : plan.inner) {
    int64_t size = plan.loops[loop].size;
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(terms, size, terms))
      return true;
  }
  return terms > termsPerChain;
}

SmallVector<Value> BodyEmitter::startChain(const Output &output,
                                           ValueRange initial) {
  Value neutral = buildNeutral(b, *output.combiner, initial.front().getType());
  SmallVector<Value> chain(initial.size(), neutral);
  chain.append(initial.begin(), initial.end());
  if (output.compensated)
    chain.append(initial.size(), neutral);
  return chain;
}

/// Adds the current block of every chain to the blocks before it.
State BodyEmitter::finishBlock(State state, int64_t parts) {
  for (auto [output, values] : llvm::zip_equal(plan.outputs, state)) {
    if (!output.isChain())
      continue;
    for (int64_t part = 0; part < parts; ++part) {
      Carry carry = {values[parts + part]};
      if (output.compensated)
        carry.push_back(values[2 * parts + part]);
      carry = accumulate(b, output, carry, values[part]);
      values[part] = buildNeutral(b, *output.combiner, values[part].getType());
      for (auto [i, value] : llvm::enumerate(carry))
        values[(i + 1) * parts + part] = value;
    }
  }
  return state;
}

SmallVector<Value> BodyEmitter::finishChain(const Output &output,
                                            ValueRange chain, int64_t parts) {
  SmallVector<Value> sums;
  for (int64_t part = 0; part < parts; ++part) {
    Carry carry = {chain[parts + part]};
    if (output.compensated)
      carry.push_back(chain[2 * parts + part]);
    carry = accumulate(b, output, carry, chain[part]);
    sums.push_back(finishCarry(b, output, carry));
  }
  return sums;
}

/// Emits the innermost loop in pieces that end where blocks of chains end.
State BodyEmitter::emitChainBlocks(ArrayRef<Scope> rows, const Step &step,
                                   State state) {
  int64_t parts = rows.size() * step.positions.size();
  unsigned loop = plan.inner.back();
  Value block = index(termsPerChain);
  Value before = termsInBlock ? termsInBlock : index(0);
  Value end = fold<arith::AddIOp>(before, sizes[loop]);
  SmallVector<Value> results = buildFor(
      index(0), end, block, flatten(state), [&](Value iv, ValueRange values) {
        Value next = fold<arith::AddIOp>(iv, block);
        auto getPosition = [&](Value term) {
          return fold<arith::SubIOp>(term, before);
        };
        Value lower = getPosition(fold<arith::MaxUIOp>(iv, before));
        Value upper = getPosition(fold<arith::MinUIOp>(next, end));
        State old = unflatten(buildFor(lower, upper, index(1), values,
                                       [&](Value position, ValueRange inBlock) {
                                         return flatten(emitBodies(
                                             enterAll(rows, loop, position),
                                             step, unflatten(inBlock, state)));
                                       }),
                              state);
        SmallVector<Value> finished = flatten(finishBlock(old, parts));
        if (!termsInBlock)
          return finished;
        // The block may continue in the next iteration of the loops outside.
        Value isWhole =
            b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::ule, next, end);
        for (auto [value, unfinished] : llvm::zip_equal(finished, flatten(old)))
          value = b.createOrFold<arith::SelectOp>(isWhole, value, unfinished);
        return finished;
      });
  if (termsInBlock)
    termsInBlock = fold<arith::RemUIOp>(end, block);
  return unflatten(results, state);
}

//===----------------------------------------------------------------------===//
// Accumulation
//===----------------------------------------------------------------------===//

State BodyEmitter::buildNeutralState(int64_t parts) {
  State state;
  for (const Output &output : plan.outputs) {
    SmallVector<Value> &values = state.emplace_back();
    if (output.kind == OutputKind::Reduced)
      values.assign(parts,
                    buildNeutral(b, *output.combiner,
                                 getVectorType(output.getElementType())));
  }
  return state;
}

void BodyEmitter::accumulateState(const State &state) {
  for (auto [output, values, carry] :
       llvm::zip_equal(plan.outputs, state, carries))
    if (output.kind == OutputKind::Reduced)
      carry =
          accumulate(b, output, carry, combineAll(b, *output.combiner, values));
}

/// Stores `total`, combined with the old value in memory.
void BodyEmitter::storeTotal(const Output &output, Value total,
                             const Positions &at) {
  Value sum = combineAll(b, *output.combiner, {loadScalar(output, at), total});
  memref::StoreOp::create(b, sum, bases[output.operand->getOperandNumber()],
                          buildIndices(output, at));
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// The name of the attribute that an LLVM branch back has for its loop.
/// Conversions keep an attribute of the LLVM dialect on a loop, and pass it on
/// to the branch back.
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

SmallVector<Value> BodyEmitter::buildFor(
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

/// Builds a loop that carries the accumulators of reduced outputs.
void BodyEmitter::buildCarryingFor(Value lower, Value upper, Value step,
                                   llvm::function_ref<void(Value)> body,
                                   int64_t unrollHint) {
  State before = carries;
  SmallVector<Value> results = buildFor(
      lower, upper, step, flatten(before),
      [&](Value iv, ValueRange values) {
        carries = unflatten(values, before);
        body(iv);
        return flatten(carries);
      },
      unrollHint);
  carries = unflatten(results, before);
}

void BodyEmitter::maskTail(Step &step, Value upper) {
  // The comparison is on i32, whose lanes are no wider than most elements.
  auto type = getVectorType(b.getI32Type());
  Value left = fold<arith::MinUIOp>(
      fold<arith::SubIOp>(upper, step.positions.front()), index(plan.lanes));
  left = b.createOrFold<arith::IndexCastUIOp>(b.getI32Type(), left);
  auto lanes = llvm::to_vector(llvm::seq<int32_t>(plan.lanes));
  Value lane = arith::ConstantOp::create(b, b.getI32VectorAttr(lanes));
  step.mask = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, lane,
                                    vector::BroadcastOp::create(b, type, left));
}
