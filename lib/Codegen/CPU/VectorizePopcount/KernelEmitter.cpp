//===- KernelEmitter.cpp - Loops that count differing bits ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "../../LoopEmission/MaskedAccess.h"
#include "../Tasks.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

KernelEmitter::KernelEmitter(Contraction contraction, const Epilogue *epilogue,
                             const Options &options)
    : contraction(contraction), options(options),
      b(contraction.op.getLoc(), contraction.op), epilogue(epilogue) {
  sizes = popcount::buildSizes(b, contraction);
  broadcast = buildView(contraction.broadcast);
  packed = buildView(contraction.packed);
  output = {contraction.output.memref,
            llvm::to_vector(contraction.output.map.getResults()), Value()};
}

/// Builds a view in which merged dimensions are one.
View KernelEmitter::buildView(const Access &access) {
  View view = {access.memref, {}, Value()};
  if (!contraction.mergedReduction) {
    view.indices = llvm::to_vector(access.map.getResults());
    return view;
  }
  MLIRContext *context = b.getContext();
  SmallVector<ReassociationIndices> reassociation;
  AffineExpr outer = getAffineDimExpr(*contraction.mergedReduction, context);
  for (auto [position, index] : llvm::enumerate(access.map.getResults())) {
    if (position != access.merged + 1) {
      reassociation.push_back({int64_t(position)});
      view.indices.push_back(index);
      continue;
    }
    reassociation.back().push_back(position);
    // The inner loop continues from one row of words to the next.
    AffineExpr rest = simplifyAffineExpr(view.indices.back() - outer,
                                         access.map.getNumDims(), 0);
    view.indices.back() = rest * getAffineSymbolExpr(0, context) + index;
  }
  view.size = b.createOrFold<memref::DimOp>(access.memref, access.merged + 1);
  view.base = memref::CollapseShapeOp::create(b, access.memref, reassociation);
  return view;
}

Value KernelEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value KernelEmitter::roundDown(Value value, int64_t factor) {
  return fold<arith::SubIOp>(value, fold<arith::RemUIOp>(value, index(factor)));
}

SmallVector<Value> KernelEmitter::getSizes(ArrayRef<unsigned> loops) const {
  return llvm::map_to_vector(loops, [&](unsigned loop) { return sizes[loop]; });
}

Value KernelEmitter::buildHasManyRows(int64_t many) {
  SmallVector<Value> rowSizes = getSizes(contraction.windows);
  if (contraction.rows)
    rowSizes.push_back(sizes[*contraction.rows]);
  // Where an unknown extent is 0, there is nothing to compute.
  if (popcount::getLeastRows(contraction) >= many)
    return arith::ConstantIntOp::create(b, 1, 1);
  Value rows = index_space::buildProduct(b, rowSizes);
  return b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, rows,
                                       index(many));
}

Positions KernelEmitter::atRow(const Positions &at, int64_t distance) {
  if (!contraction.rows)
    return at;
  unsigned rows = *contraction.rows;
  return enter(at, rows, offset(at[rows], distance));
}

SmallVector<Value> KernelEmitter::buildIndices(const View &view,
                                               const Positions &at) {
  SmallVector<Value> indices;
  for (AffineExpr expr : view.indices)
    indices.push_back(
        affine::expandAffineExpr(b, b.getLoc(), expr, at, view.size));
  return indices;
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

SmallVector<Value> KernelEmitter::buildFor(
    Value lower, Value upper, Value step, ValueRange carried,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  std::optional<int64_t> length =
      getConstantIntValue(fold<arith::SubIOp>(upper, lower));
  if (length && *length <= 0)
    return llvm::to_vector(carried);
  std::optional<int64_t> constantStep = getConstantIntValue(step);
  if (length && constantStep && *length <= *constantStep)
    return body(lower, carried);
  auto loop = scf::ForOp::create(
      b, lower, upper, step, carried,
      [&](OpBuilder &nested, Location, Value iv, ValueRange values) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(nested.saveInsertionPoint());
        scf::YieldOp::create(b, body(iv, values));
      });
  return llvm::to_vector_of<Value>(loop.getResults());
}

SmallVector<Value> KernelEmitter::buildFor(
    Value lower, Value upper, int64_t step, ValueRange carried,
    llvm::function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  return buildFor(lower, upper, index(step), carried, body);
}

void KernelEmitter::buildFor(Value lower, Value upper, int64_t step,
                             llvm::function_ref<void(Value)> body) {
  buildFor(lower, upper, step, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

void KernelEmitter::buildNest(
    const Positions &at, ArrayRef<unsigned> loops,
    llvm::function_ref<void(const Positions &)> body) {
  if (loops.empty())
    return body(at);
  buildFor(index(0), sizes[loops.front()], 1, [&](Value iv) {
    buildNest(enter(at, loops.front(), iv), loops.drop_front(), body);
  });
}

/// Returns the sizes of blocks of `count` rows, of `most` rows at most: equal
/// ones and a rest, or else halves.
static SmallVector<int64_t> getBlocks(std::optional<int64_t> count,
                                      int64_t most) {
  SmallVector<int64_t> blocks;
  if (!count) {
    for (; most > 0; most /= 2)
      blocks.push_back(most);
  } else if (*count > 0) {
    int64_t number = llvm::divideCeil(*count, most);
    blocks.push_back(llvm::divideCeil(*count, number));
    if (int64_t rest = *count % blocks.front())
      blocks.push_back(rest);
  }
  return blocks;
}

void KernelEmitter::buildRowBlocks(
    const Positions &at, Value lower, Value upper, int64_t most,
    llvm::function_ref<void(const Positions &, int64_t rows)> body) {
  std::optional<int64_t> count =
      getConstantIntValue(fold<arith::SubIOp>(upper, lower));
  for (int64_t rows : getBlocks(count, most)) {
    Value rest = fold<arith::SubIOp>(upper, lower);
    Value end = fold<arith::AddIOp>(lower, roundDown(rest, rows));
    buildFor(lower, end, rows,
             [&](Value iv) { body(enter(at, *contraction.rows, iv), rows); });
    lower = end;
  }
}

void KernelEmitter::buildTasks(ArrayRef<Value> uppers, ArrayRef<Value> steps,
                               Value cost,
                               llvm::function_ref<void(ValueRange)> body) {
  SmallVector<Value> task;
  auto buildLoops = [&](auto &self) -> void {
    unsigned level = task.size();
    if (level == uppers.size())
      return body(task);
    buildFor(index(0), uppers[level], steps[level], ValueRange(),
             [&](Value iv, ValueRange) {
               task.push_back(iv);
               self(self);
               task.pop_back();
               return SmallVector<Value>();
             });
  };
  if (!options.parallel)
    return buildLoops(buildLoops);
  SmallVector<Value> counts;
  for (auto [upper, step] : llvm::zip_equal(uppers, steps))
    counts.push_back(fold<arith::CeilDivUIOp>(upper, step));
  Value count = index_space::buildProduct(b, counts);
  Value grain = tasks::buildGrain(b, count, cost, options.taskNanoseconds);
  if (tasks::isOneTask(count, grain))
    return buildLoops(buildLoops);
  tasks::buildLoop(b, count, grain, [&](Value number) {
    SmallVector<Value> position = index_space::delinearize(b, number, counts);
    for (auto [i, step] : llvm::zip_equal(position, steps))
      i = fold<arith::MulIOp>(i, step);
    body(position);
  });
}

Value KernelEmitter::buildCost(Value vectors, int64_t picoseconds) {
  Value words = index_space::buildProduct(b, getSizes(contraction.reductions));
  return fold<arith::MulIOp>(fold<arith::MulIOp>(words, vectors),
                             index(picoseconds));
}

void KernelEmitter::buildIf(Value condition, llvm::function_ref<void()> then,
                            llvm::function_ref<void()> otherwise) {
  if (std::optional<int64_t> constant = getConstantIntValue(condition))
    return *constant ? then() : otherwise();
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  then();
  b.setInsertionPointToStart(branch.elseBlock());
  otherwise();
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

int64_t KernelEmitter::getWordsPerLine() const {
  return vectorize::cacheLineBytes * 8 / contraction.getWordType().getWidth();
}

void KernelEmitter::prefetchPacked(const Positions &at, Value lower,
                                   Value upper) {
  ArrayRef<unsigned> loops = contraction.reductions;
  buildNest(at, loops.drop_back(), [&](const Positions &row) {
    buildFor(lower, upper, getWordsPerLine(), [&](Value iv) {
      Positions word = enter(row, loops.back(), iv);
      memref::PrefetchOp::create(b, packed.base, buildIndices(packed, word),
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
    });
  });
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

Value KernelEmitter::buildBefore(Type type, ValueRange indices, Value mask,
                                 Value isFirst) {
  auto load = [&]() -> Value {
    if (!isa<VectorType>(type))
      return memref::LoadOp::create(b, output.base, indices);
    return loadMasked(b, cast<VectorType>(type), output.base, indices, mask);
  };
  if (!contraction.fill)
    return load();
  Value filled = contraction.fill.getInputs().front();
  if (isa<VectorType>(type))
    filled = vector::BroadcastOp::create(b, type, filled);
  if (std::optional<int64_t> constant = getConstantIntValue(isFirst))
    return *constant ? filled : load();
  auto branch = scf::IfOp::create(b, type, isFirst, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, filled);
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, load());
  return branch.getResult(0);
}

void KernelEmitter::storeSums(Value sums, ValueRange indices, Value mask) {
  if (isa<VectorType>(sums.getType()))
    storeMasked(b, sums, output.base, indices, mask);
  else
    memref::StoreOp::create(b, sums, output.base, indices);
}

void KernelEmitter::beginEpilogue(int64_t elements) {
  if (epilogue)
    epilogueEmitter =
        std::make_shared<EpilogueEmitter>(*epilogue, elements, sizes, b);
}

void KernelEmitter::prefetchForEpilogue(const Positions &at) {
  epilogueEmitter->prefetch(b, at);
}

void KernelEmitter::addMultiple(const Sums &counts, Value isFirst,
                                Value isLast) {
  Type type = counts.value.getType();
  SmallVector<Value> indices = buildIndices(output, counts.at);
  Value before = buildBefore(type, indices, counts.mask, isFirst);
  Value factor =
      createScalarOrSplatConstant(b, b.getLoc(), type, contraction.factor);
  Sums sums = counts;
  sums.value = arith::AddIOp::create(b, before,
                                     fold<arith::MulIOp>(counts.value, factor));
  auto store = [&] { storeSums(sums.value, indices, sums.mask); };
  if (!epilogue)
    return store();
  buildIf(
      isLast,
      [&] {
        if (epilogue->storesSums)
          store();
        epilogueEmitter->emit(b, sums);
      },
      store);
}
