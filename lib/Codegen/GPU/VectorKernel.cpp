//===- VectorKernel.cpp - GPU kernels that use vectors --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The threads of a kernel share the vectors of all rows; a row is the vector
// loop in one iteration of the loops outside of it. Where rows are not aligned
// to vectors, and at the ends of rows, the threads share elements instead.
//
// In a reduction, each thread accumulates values, and the threads of a block
// combine these values in a tree. If several blocks share a reduction, one
// block of a second kernel combines their results. The order of additions
// depends on sizes and options only.
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/BodyEmitter.h"
#include "../LoopEmission/Reductions.h"
#include "Kernel.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace quant_bnn;
using vectorize::Access;
using vectorize::enter;
using vectorize::Output;
using vectorize::OutputKind;
using vectorize::Plan;
using vectorize::Positions;
using vectorize::Scope;
using vectorize::State;
using vectorize::Step;

/// The longest access of a thread to memory, in bytes.
static constexpr int64_t accessBytes = 16;
/// Bytes that a thread loads before it uses them, to hide the latency of
/// memory.
static constexpr int64_t bytesInFlight = 64;
/// The maximum number of blocks that share one reduction: enough to occupy a
/// device, and few enough for one block to combine their results.
static constexpr int64_t reductionBlocks = 1024;

namespace {
class VectorKernel : public vectorize::BodyEmitter {
public:
  VectorKernel(const Plan &plan, const map_to_gpu::Options &options)
      : BodyEmitter(plan), options(options) {}
  void emit();

protected:
  SmallVector<Value> buildIndices(const Access &access,
                                  const Positions &at) override;

private:
  using Thread = map_to_gpu::Thread;
  /// Every `stride`-th item from `first` on.
  struct Share {
    Value first, stride;
  };
  /// Emits one item of work of the row at the given positions, given its number
  /// in the row.
  using EmitItem = llvm::function_ref<void(const Positions &, Value)>;

  // Host code.
  bool isAlongVectors(const Access &access) const;
  Value buildIsAligned();
  void prepare();
  Value buildBlocks(Value elements, int64_t elementsPerThread, int64_t upper);

  // Work of the threads.
  ArrayRef<unsigned> getRowLoops(unsigned depth) const;
  Value buildRows(unsigned depth);
  void shareItems(const Positions &at, unsigned depth, Value itemsPerRow,
                  Share share, EmitItem emitItem);
  void emitStepAt(const Scope &scope, Step step);
  Share getShare(const Thread &thread, unsigned depth);
  Value emitTiles(const Scope &scope, const Thread &thread);
  void emitVectors(const Thread &thread, unsigned depth, const Positions &at);
  void emitRest(const Thread &thread, unsigned depth, const Positions &at);

  // Reductions.
  SmallVector<Type> getWorkgroupTypes();
  void startCarries();
  SmallVector<Value> takeTotals();
  SmallVector<Value> emitAccumulation(const Thread &thread, unsigned depth,
                                      const Positions &at);
  void combineBlock(const Thread &thread, ValueRange memories,
                    ArrayRef<Value> totals,
                    llvm::function_ref<void(ArrayRef<Value>)> consume);
  void storeTotals(ArrayRef<Value> totals, const Positions &at);

  // Kernels.
  void emitElementwise();
  void emitReductionOfAll();
  void emitReductionByElement(unsigned depth);

  const map_to_gpu::Options &options;
  SmallVector<map_to_gpu::View> views;
  /// The numbers of the outputs that are reduced.
  SmallVector<unsigned> reduced;
  /// The number of whole vectors in a row, 0 where rows are not aligned, and
  /// the number of elements after these vectors.
  Value vectors, rest;
  /// The number of vectors that a thread loads in one step.
  int64_t parts;
};
} // namespace

//===----------------------------------------------------------------------===//
// Host code
//===----------------------------------------------------------------------===//

SmallVector<Value> VectorKernel::buildIndices(const Access &access,
                                              const Positions &at) {
  const map_to_gpu::View &view = views[access.operand->getOperandNumber()];
  return {view.linearize(b, BodyEmitter::buildIndices(access, at))};
}

/// Whether the lanes of a vector are consecutive elements of `access` in
/// memory.
bool VectorKernel::isAlongVectors(const Access &access) const {
  return access.getMemRefType() && access.uses(plan.vectorLoop) &&
         !access.isPacked();
}

static int64_t getBytes(const Access &access) {
  return access.getElementType().getIntOrFloatBitWidth() / 8;
}

/// Builds the condition that each vector of each row begins at an address that
/// is aligned for loads and stores of vectors.
Value VectorKernel::buildIsAligned() {
  Value isAligned = arith::ConstantIntOp::create(b, 1, 1);
  auto check = [&](const Access &access) {
    if (!isAlongVectors(access))
      return;
    int64_t bytes = getBytes(access);
    Value alignment = index(std::min(accessBytes, plan.lanes * bytes));
    auto require = [&](Value address) {
      Value isMultiple = b.createOrFold<arith::CmpIOp>(
          arith::CmpIPredicate::eq, fold<arith::RemUIOp>(address, alignment),
          index(0));
      isAligned = fold<arith::AndIOp>(isAligned, isMultiple);
    };
    const map_to_gpu::View &view = views[access.operand->getOperandNumber()];
    Value pointer =
        memref::ExtractAlignedPointerAsIndexOp::create(b, view.buffer);
    require(fold<arith::AddIOp>(
        pointer, fold<arith::MulIOp>(view.offset, index(bytes))));
    for (Value stride : ArrayRef(view.strides).drop_back())
      require(fold<arith::MulIOp>(stride, index(bytes)));
  };
  llvm::for_each(plan.inputs, check);
  llvm::for_each(plan.outputs, check);
  return isAligned;
}

/// Returns how many vectors a thread loads in one step, from 1 to 4, to have
/// `bytesInFlight` bytes in flight.
static int64_t getParts(const Plan &plan) {
  // Tiles follow each other in memory only if there is a single row.
  if (!plan.outer.empty() || !plan.inner.empty())
    return 1;
  int64_t bytes = 0;
  for (const Access &input : plan.inputs)
    if (input.getMemRefType() && input.uses(plan.vectorLoop))
      bytes += plan.lanes * getBytes(input) / input.elementsPerWord;
  return std::clamp<int64_t>(bytesInFlight / std::max<int64_t>(bytes, 1), 1, 4);
}

void VectorKernel::prepare() {
  for (const vectorize::Loop &loop : plan.loops)
    sizes.push_back(buildSize(loop));
  bases = llvm::to_vector(op->getOperands());
  views.resize(bases.size());
  auto view = [&](const Access &access) {
    if (!access.getMemRefType())
      return;
    unsigned number = access.operand->getOperandNumber();
    Value memref = bases[number];
    if (!access.reassociation.empty())
      memref = memref::CollapseShapeOp::create(b, memref, access.reassociation);
    views[number] = map_to_gpu::buildView(b, memref, options);
    bases[number] = views[number].buffer;
  };
  llvm::for_each(plan.inputs, view);
  llvm::for_each(plan.outputs, view);

  Value size = sizes[plan.vectorLoop];
  Value whole = fold<arith::DivUIOp>(size, index(plan.lanes));
  vectors = b.createOrFold<arith::SelectOp>(buildIsAligned(), whole, index(0));
  parts = getParts(plan);
  rest = fold<arith::SubIOp>(size,
                             fold<arith::MulIOp>(vectors, index(plan.lanes)));
}

/// Builds the number of blocks that process `elements` at `elementsPerThread`
/// elements per thread, at most `upper`.
Value VectorKernel::buildBlocks(Value elements, int64_t elementsPerThread,
                                int64_t upper) {
  Value perBlock = index(options.blockSize * elementsPerThread);
  return map_to_gpu::limitBlocks(
      b, fold<arith::CeilDivUIOp>(elements, perBlock), upper);
}

//===----------------------------------------------------------------------===//
// Work of the threads
//===----------------------------------------------------------------------===//

/// Returns the loops that select a row once the first `depth` loops are fixed.
ArrayRef<unsigned> VectorKernel::getRowLoops(unsigned depth) const {
  return ArrayRef(plan.outer).drop_front(depth);
}

Value VectorKernel::buildRows(unsigned depth) {
  return index_space::buildProduct(
      b, llvm::map_to_vector(getRowLoops(depth),
                             [&](unsigned loop) { return sizes[loop]; }));
}

/// Returns the share of `thread` in the rows that the loops from `depth` on
/// select. If there are loops before `depth`, each of their iterations belongs
/// to one block, and the threads of this block share the rows.
VectorKernel::Share VectorKernel::getShare(const Thread &thread,
                                           unsigned depth) {
  if (depth > 0)
    return {thread.thread, index(options.blockSize)};
  return {thread.id, thread.count};
}

/// Emits the items in `share` with `emitItem`, counted over all rows at `at`,
/// each of which has `itemsPerRow` items.
void VectorKernel::shareItems(const Positions &at, unsigned depth,
                              Value itemsPerRow, Share share,
                              EmitItem emitItem) {
  ArrayRef<unsigned> rowLoops = getRowLoops(depth);
  SmallVector<Value> space =
      llvm::map_to_vector(rowLoops, [&](unsigned loop) { return sizes[loop]; });
  space.push_back(itemsPerRow);
  Value items = index_space::buildProduct(b, space);
  if (matchPattern(items, m_Zero()))
    return;
  buildCarryingFor(share.first, items, share.stride, [&](Value iv) {
    SmallVector<Value> position = index_space::delinearize(b, iv, space);
    Value item = position.pop_back_val();
    emitItem(enter(at, rowLoops, position), item);
  });
}

/// Emits `step` and accumulates its values of the reduced outputs.
void VectorKernel::emitStepAt(const Scope &scope, Step step) {
  accumulateState(
      emitStep(scope, step, buildNeutralState(step.positions.size())));
}

/// Emits the whole tiles of the only row, and returns the number of vectors in
/// these tiles. In a tile, each thread processes `parts` vectors.
Value VectorKernel::emitTiles(const Scope &scope, const Thread &thread) {
  Value perTile = index(parts * options.blockSize);
  Value tiles = fold<arith::DivUIOp>(vectors, perTile);
  buildCarryingFor(thread.block, tiles, thread.blocks, [&](Value tile) {
    Step step;
    step.loadAlignment = step.storeAlignment = accessBytes;
    Value first =
        fold<arith::AddIOp>(fold<arith::MulIOp>(tile, perTile), thread.thread);
    for (int64_t part = 0; part < parts; ++part)
      step.positions.push_back(fold<arith::MulIOp>(
          fold<arith::AddIOp>(first, index(part * options.blockSize)),
          index(plan.lanes)));
    emitStepAt(scope, step);
  });
  return fold<arith::MulIOp>(tiles, perTile);
}

/// Emits the share of `thread` in the whole vectors of all rows at `at`.
void VectorKernel::emitVectors(const Thread &thread, unsigned depth,
                               const Positions &at) {
  Scope scope{at, {}, {}};
  defineCaptures(scope);
  emitUniform(scope);
  Share share = getShare(thread, depth);
  if (parts > 1)
    share.first = fold<arith::AddIOp>(share.first, emitTiles(scope, thread));
  shareItems(
      at, depth, vectors, share, [&](const Positions &row, Value vector) {
        Step step;
        step.loadAlignment = step.storeAlignment = accessBytes;
        step.positions = {fold<arith::MulIOp>(vector, index(plan.lanes))};
        emitStepAt({row, scope.scalars, scope.vectors}, step);
      });
}

/// Emits the share of `thread` in the ends of all rows at `at`, after the whole
/// vectors: elements, or words of bits if an operand is packed.
void VectorKernel::emitRest(const Thread &thread, unsigned depth,
                            const Positions &at) {
  Value start = fold<arith::MulIOp>(vectors, index(plan.lanes));
  bool hasPacked = plan.hasPacked();
  llvm::SaveAndRestore lanes(plan.lanes, hasPacked ? plan.lanes : 1);
  Scope scope{at, {}, {}};
  defineCaptures(scope);
  emitUniform(scope);
  startCarries();
  Value items = fold<arith::CeilDivUIOp>(rest, index(plan.lanes));
  Share share = getShare(thread, depth);
  shareItems(at, depth, items, share, [&](const Positions &row, Value item) {
    Step step;
    step.positions = {fold<arith::AddIOp>(
        start, fold<arith::MulIOp>(item, index(plan.lanes)))};
    if (hasPacked)
      maskTail(step, sizes[plan.vectorLoop]);
    emitStepAt({row, scope.scalars, scope.vectors}, step);
  });
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

void VectorKernel::emitElementwise() {
  Value elements = fold<arith::MulIOp>(buildRows(0), sizes[plan.vectorLoop]);
  Value blocks =
      buildBlocks(elements, parts * plan.lanes, map_to_gpu::maxBlocks);
  Positions start(plan.loops.size());
  map_to_gpu::buildLaunch(b, options, blocks, /*workgroupTypes=*/{},
                          [&](const Thread &thread, ValueRange) {
                            emitVectors(thread, /*depth=*/0, start);
                            emitRest(thread, /*depth=*/0, start);
                          });
}

SmallVector<Type> VectorKernel::getWorkgroupTypes() {
  auto space = gpu::AddressSpaceAttr::get(
      b.getContext(), gpu::GPUDialect::getWorkgroupAddressSpace());
  return llvm::map_to_vector(reduced, [&](unsigned number) -> Type {
    return MemRefType::get({options.blockSize},
                           plan.outputs[number].getElementType(),
                           MemRefLayoutAttrInterface(), space);
  });
}

void VectorKernel::startCarries() {
  for (unsigned number : reduced) {
    const Output &output = plan.outputs[number];
    carries[number] = vectorize::buildNeutralCarry(
        b, output, getVectorType(output.getElementType()));
  }
}

/// Returns the values that this thread has accumulated, as scalars, and clears
/// the carries.
SmallVector<Value> VectorKernel::takeTotals() {
  SmallVector<Value> totals;
  for (unsigned number : reduced) {
    totals.push_back(
        vectorize::reduceCarry(b, plan.outputs[number], carries[number]));
    carries[number].clear();
  }
  return totals;
}

/// Emits the accumulation of the share of `thread` in the rows at `at`, and
/// returns its totals.
SmallVector<Value> VectorKernel::emitAccumulation(const Thread &thread,
                                                  unsigned depth,
                                                  const Positions &at) {
  startCarries();
  emitVectors(thread, depth, at);
  SmallVector<Value> totals = takeTotals();
  emitRest(thread, depth, at);
  for (auto [number, total, restTotal] :
       llvm::zip_equal(reduced, totals, takeTotals()))
    total = vectorize::combineAll(b, *plan.outputs[number].combiner,
                                  {total, restTotal});
  return totals;
}

/// Combines `totals` of all threads of a block in `memories`. The first thread
/// of the block runs the code that `consume` emits for the results.
void VectorKernel::combineBlock(
    const Thread &thread, ValueRange memories, ArrayRef<Value> totals,
    llvm::function_ref<void(ArrayRef<Value>)> consume) {
  auto buildIfBelow = [&](int64_t count, llvm::function_ref<void()> body) {
    Value isBelow = arith::CmpIOp::create(b, arith::CmpIPredicate::ult,
                                          thread.thread, index(count));
    auto branch = scf::IfOp::create(b, isBelow);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(branch.thenBlock());
    body();
  };
  for (auto [memory, total] : llvm::zip_equal(memories, totals))
    memref::StoreOp::create(b, total, memory, thread.thread);
  for (int64_t half = options.blockSize / 2; half > 0; half /= 2) {
    gpu::BarrierOp::create(b);
    buildIfBelow(half, [&] {
      Value other = arith::AddIOp::create(b, thread.thread, index(half));
      for (auto [memory, number] : llvm::zip_equal(memories, reduced)) {
        Value lhs = memref::LoadOp::create(b, memory, thread.thread);
        Value rhs = memref::LoadOp::create(b, memory, other);
        Value sum = vectorize::combineAll(b, *plan.outputs[number].combiner,
                                          {lhs, rhs});
        memref::StoreOp::create(b, sum, memory, thread.thread);
      }
    });
  }
  // The first thread itself has written the values that it reads here.
  buildIfBelow(1, [&] {
    consume(llvm::map_to_vector(memories, [&](Value memory) -> Value {
      return memref::LoadOp::create(b, memory, thread.thread);
    }));
  });
}

void VectorKernel::storeTotals(ArrayRef<Value> totals, const Positions &at) {
  for (auto [number, total] : llvm::zip_equal(reduced, totals))
    storeTotal(plan.outputs[number], total, at);
}

/// Emits a kernel that reduces all elements, and if it has several blocks, a
/// second kernel that combines the results of these blocks.
void VectorKernel::emitReductionOfAll() {
  Value elements = fold<arith::MulIOp>(buildRows(0), sizes[plan.vectorLoop]);
  Value blocks = buildBlocks(elements, parts * plan.lanes, reductionBlocks);
  // A reduction of no elements has a result, too.
  blocks = fold<arith::MaxUIOp>(blocks, index(1));
  SmallVector<Type> workgroupTypes = getWorkgroupTypes();
  bool isOneBlock = matchPattern(blocks, m_One());
  Positions start(plan.loops.size());
  SmallVector<Value> partials;
  SmallVector<map_to_gpu::View> partialViews;
  if (!isOneBlock)
    for (unsigned number : reduced) {
      auto type = MemRefType::get({ShapedType::kDynamic},
                                  plan.outputs[number].getElementType());
      partials.push_back(memref::AllocOp::create(b, type, blocks));
      partialViews.push_back(
          map_to_gpu::buildView(b, partials.back(), options));
    }
  map_to_gpu::buildLaunch(
      b, options, blocks, workgroupTypes,
      [&](const Thread &thread, ValueRange memories) {
        SmallVector<Value> totals =
            emitAccumulation(thread, /*depth=*/0, start);
        combineBlock(thread, memories, totals, [&](ArrayRef<Value> results) {
          if (isOneBlock)
            return storeTotals(results, start);
          for (auto [view, result] : llvm::zip_equal(partialViews, results))
            memref::StoreOp::create(b, result, view.buffer, thread.block);
        });
      });
  if (isOneBlock)
    return;

  map_to_gpu::buildLaunch(
      b, options, index(1), workgroupTypes,
      [&](const Thread &thread, ValueRange memories) {
        for (unsigned number : reduced)
          carries[number] = vectorize::buildNeutralCarry(
              b, plan.outputs[number], plan.outputs[number].getElementType());
        buildCarryingFor(
            thread.thread, blocks, index(options.blockSize), [&](Value iv) {
              for (auto [number, view] : llvm::zip_equal(reduced, partialViews))
                carries[number] = vectorize::accumulate(
                    b, plan.outputs[number], carries[number],
                    memref::LoadOp::create(b, view.buffer, iv));
            });
        SmallVector<Value> totals = takeTotals();
        combineBlock(thread, memories, totals, [&](ArrayRef<Value> results) {
          storeTotals(results, start);
        });
      });
  for (Value partial : partials)
    memref::DeallocOp::create(b, partial);
}

/// Emits a kernel with a block for each element of the reduced outputs, which
/// the first `depth` loops select.
void VectorKernel::emitReductionByElement(unsigned depth) {
  ArrayRef<unsigned> loops = ArrayRef(plan.outer).take_front(depth);
  SmallVector<Value> space =
      llvm::map_to_vector(loops, [&](unsigned loop) { return sizes[loop]; });
  Value count = index_space::buildProduct(b, space);
  map_to_gpu::buildLaunch(
      b, options, map_to_gpu::limitBlocks(b, count), getWorkgroupTypes(),
      [&](const Thread &thread, ValueRange memories) {
        buildCarryingFor(thread.block, count, thread.blocks, [&](Value iv) {
          Positions element = enter(Positions(plan.loops.size()), loops,
                                    index_space::delinearize(b, iv, space));
          SmallVector<Value> totals = emitAccumulation(thread, depth, element);
          combineBlock(thread, memories, totals, [&](ArrayRef<Value> results) {
            storeTotals(results, element);
          });
          // The values of the next element overwrite the memory that is read
          // here.
          gpu::BarrierOp::create(b);
        });
      });
}

void VectorKernel::emit() {
  prepare();
  carries.resize(plan.outputs.size());
  for (auto [number, output] : llvm::enumerate(plan.outputs))
    if (output.kind == OutputKind::Reduced)
      reduced.push_back(number);
  if (reduced.empty())
    return emitElementwise();
  if (unsigned depth = plan.outputs[reduced.front()].depth)
    return emitReductionByElement(depth);
  emitReductionOfAll();
}

/// Whether `op` is a popcount contraction with a reduced output. Its rows have
/// few words, too few for all threads of a block.
static bool reducesFewWords(linalg::LinalgOp op, const Plan &plan) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  return generic && plan.hasReduced() &&
         succeeded(popcount::matchContraction(generic));
}

/// Whether all reduced outputs are reduced over the same loops.
static bool reducesAlike(const Plan &plan) {
  std::optional<unsigned> depth;
  return llvm::all_of(plan.outputs, [&](const Output &output) {
    if (output.kind != OutputKind::Reduced)
      return true;
    if (!depth)
      depth = output.depth;
    return output.depth == *depth;
  });
}

LogicalResult quant_bnn::map_to_gpu::emitVectorKernels(linalg::LinalgOp op,
                                                       const Options &options) {
  FailureOr<Plan> plan = vectorize::buildPlan(op, options.forVectors());
  if (failed(plan) || !reducesAlike(*plan) || reducesFewWords(op, *plan))
    return failure();
  VectorKernel(*plan, options).emit();
  return success();
}
