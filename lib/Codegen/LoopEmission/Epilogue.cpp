//===- Epilogue.cpp - What is computed from sums at once ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "Aliases.h"
#include "Packing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-epilogue"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

Producer::Producer(linalg::LinalgOp op, unsigned lanes) : op(op), lanes(lanes) {
  for (unsigned dim : llvm::seq(op.getNumLoops()))
    loops.push_back({dim});
}

Value Producer::getSums() const {
  linalg::LinalgOp linalg = op;
  return linalg.getDpsInitOperand(0)->get();
}

AffineMap Producer::getSumsMap() const {
  linalg::LinalgOp linalg = op;
  return linalg.getMatchingIndexingMap(linalg.getDpsInitOperand(0));
}

SmallVector<Value> Producer::getInputs() const {
  linalg::LinalgOp linalg = op;
  return linalg.getDpsInputs();
}

Producer::Producer(const Plan &plan) : op(plan.op), lanes(plan.vectorLoop) {
  for (const Loop &loop : plan.loops)
    loops.push_back(loop.dims);
}

/// Whether `user`, which has the memref `name` as an operand, only reads and
/// writes it: no other value names its memory then.
static bool onlyAccesses(Operation *user, Value name) {
  if (isa<memref::DimOp>(user))
    return true;
  SmallVector<MemoryEffects::EffectInstance> effects;
  if (auto op = dyn_cast<MemoryEffectOpInterface>(user))
    op.getEffectsOnValue(name, effects);
  return !effects.empty() &&
         llvm::none_of(user->getResultTypes(),
                       llvm::IsaPred<TensorType, BaseMemRefType>);
}

/// Whether an op other than `epilogue` and the producer may read the sums after
/// the producer.
static bool hasOtherReaders(const Producer &producer,
                            linalg::LinalgOp epilogue) {
  Value sums = producer.getSums();
  auto isSums = [&](OpOperand &operand) { return operand.get() == sums; };
  if (llvm::any_of(epilogue.getDpsInitsMutable(), isSums))
    return false;
  auto alloc = getBase(sums).getDefiningOp<memref::AllocOp>();
  Operation *own = producer.op;
  if (!alloc || alloc->getBlock() != own->getBlock())
    return true;
  // All names of the memory.
  SmallVector<Value> names = {alloc};
  auto mayRead = [&](Operation *user, Value name) {
    if (user == own || user == epilogue || isa<memref::DeallocOp>(user))
      return false;
    auto view = dyn_cast<ViewLikeOpInterface>(user);
    if (view && isa<BaseMemRefType>(view.getViewDest().getType())) {
      names.push_back(view.getViewDest());
      return false;
    }
    if (!onlyAccesses(user, name))
      return true;
    // The user may be in another block.
    Operation *inBlock = own->getBlock()->findAncestorOpInBlock(*user);
    return !inBlock || !inBlock->isBeforeInBlock(own);
  };
  for (size_t i = 0; i != names.size(); ++i)
    if (Value name = names[i]; llvm::any_of(
            name.getUsers(), [&](Operation *op) { return mayRead(op, name); }))
      return true;
  return false;
}

//===----------------------------------------------------------------------===//
// Positions
//===----------------------------------------------------------------------===//

Epilogue::Epilogue(const Producer &producer, Plan epiloguePlan,
                   ArrayRef<unsigned> dims, PackingSupport packing)
    : plan(std::move(epiloguePlan)), sums(producer.getSums()), packing(packing),
      storesSums(hasOtherReaders(producer, plan.op)) {
  AffineMap map = producer.getSumsMap();
  for (ArrayRef<unsigned> loop : producer.loops) {
    SmallVector<unsigned> &ofLoop = sumDims.emplace_back();
    for (unsigned dim : loop)
      if (std::optional<unsigned> position =
              map.getResultPosition(getAffineDimExpr(dim, map.getContext())))
        ofLoop.push_back(*position);
  }
  for (const Loop &loop : plan.loops) {
    auto merged =
        llvm::map_to_vector(loop.dims, [&](unsigned dim) { return dims[dim]; });
    SmallVector<Index> &ofLoop = indices.emplace_back();
    for (ArrayRef<unsigned> rest = merged; !rest.empty();) {
      const auto *found =
          llvm::find_if(producer.loops, [&](ArrayRef<unsigned> l) {
            return llvm::is_contained(l, rest.front());
          });
      unsigned number = found - producer.loops.begin();
      ArrayRef<unsigned> whole = *found;
      bool isWhole = rest.take_front(whole.size()) == whole;
      if (isWhole)
        ofLoop.push_back({number, std::nullopt});
      else
        ofLoop.push_back({number, unsigned(llvm::find(whole, rest.front()) -
                                           whole.begin())});
      rest = rest.drop_front(isWhole ? whole.size() : 1);
    }
  }
}

index_space::Positions Epilogue::getPositions(ImplicitLocOpBuilder &b,
                                              const index_space::Positions &at,
                                              ArrayRef<Value> sizes) const {
  auto buildIndex = [&](const Index &index) -> std::pair<Value, Value> {
    if (!index.dim)
      return {at[index.loop], sizes[index.loop]};
    SmallVector<Value> extents;
    for (unsigned dim : sumDims[index.loop])
      extents.push_back(b.createOrFold<memref::DimOp>(sums, int64_t(dim)));
    return {index_space::delinearize(b, at[index.loop], extents)[*index.dim],
            extents[*index.dim]};
  };
  index_space::Positions positions;
  for (ArrayRef<Index> merged : indices) {
    auto [position, outermost] = buildIndex(merged.front());
    for (const Index &index : merged.drop_front()) {
      auto [inner, size] = buildIndex(index);
      position = b.createOrFold<arith::AddIOp>(
          b.createOrFold<arith::MulIOp>(position, size), inner);
    }
    positions.push_back(position);
  }
  return positions;
}

int64_t Epilogue::getSumsPerWord() const {
  int64_t sums = 1;
  for (const Output &output : plan.outputs)
    sums = std::max(sums, output.elementsPerWord);
  return sums;
}

//===----------------------------------------------------------------------===//
// The op
//===----------------------------------------------------------------------===//

/// Returns the dimensions of the producer by dimension of `op`, if `op`
/// accesses each of the sums in one iteration.
static std::optional<SmallVector<unsigned>> matchDims(const Producer &producer,
                                                      linalg::LinalgOp op) {
  AffineMap sums = producer.getSumsMap();
  std::optional<SmallVector<unsigned>> dims;
  for (OpOperand &operand : op->getOpOperands()) {
    if (operand.get() != producer.getSums())
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isPermutation())
      return std::nullopt;
    SmallVector<unsigned> found(op.getNumLoops());
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      found[map.getDimPosition(i)] = sums.getDimPosition(i);
    if (dims && *dims != found)
      return std::nullopt;
    dims = found;
  }
  return dims;
}

/// Returns why a kernel cannot compute `plan`, or an empty string. `dims` are
/// the dimensions of the producer by dimension of the op of `plan`.
static StringRef explainPlan(const Producer &producer, const Plan &plan,
                             ArrayRef<unsigned> dims, PackingSupport packing) {
  auto isPacked = [](const Access &access) { return access.isPacked(); };
  auto along = llvm::map_to_vector(plan.loops[plan.vectorLoop].dims,
                                   [&](unsigned dim) { return dims[dim]; });
  ArrayRef<unsigned> lanes = producer.loops[producer.lanes];
  if (along.size() < lanes.size() ||
      ArrayRef(along).take_back(lanes.size()) != lanes)
    return "its results lie along another dimension";
  if (llvm::any_of(plan.inputs, isPacked))
    return "it reads bits of words";
  // Each iteration has an element, or a bit, of each output of its own.
  auto isOwn = [&](const Output &output) {
    return output.kind == OutputKind::Stored &&
           llvm::all_of(plan.getNest(),
                        [&](unsigned loop) { return output.selects(loop); });
  };
  if (!llvm::all_of(plan.outputs, isOwn))
    return "a result depends on several sums";
  if (packing == PackingSupport::None && llvm::any_of(plan.outputs, isPacked))
    return "a block has too few of the bits of a word, or an unknown number";
  return "";
}

/// Whether `memref`, which an op reads or also writes, is apart from what the
/// producer writes, or also from what it reads.
static bool isApart(const Producer &producer, Value memref, bool isRead) {
  return !mayAlias(memref, producer.getSums()) &&
         (isRead || llvm::none_of(producer.getInputs(), [&](Value input) {
            return isa<MemRefType>(input.getType()) && mayAlias(memref, input);
          }));
}

/// Whether the memory of `op`, other than the sums, is apart from that of the
/// producer.
static bool keepsApart(const Producer &producer, linalg::LinalgOp op) {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    return !isa<MemRefType>(operand.get().getType()) ||
           operand.get() == producer.getSums() ||
           isApart(producer, operand.get(), op.isDpsInput(&operand));
  });
}

/// Whether the op of the producer can move past `op`.
static bool canMovePast(const Producer &producer, Operation *op) {
  return !mayAccess(op, [&](Value memref, bool isRead) {
    return !isApart(producer, memref, isRead);
  });
}

/// Emits a remark of `pass` that the sums that `op` reads are stored.
static void remarkUnfused(linalg::LinalgOp op, StringRef pass, StringRef why) {
  remark::missed(op.getLoc(), getRemarkOpts("epilogue-fused", pass, op))
      << ("accumulated values are stored, and read here: " + why).str();
}

/// Returns the first op after the producer that accesses its sums, if it is a
/// linalg op and the producer can move there. `deallocs` are those in between.
static linalg::LinalgOp
findReader(const Producer &producer,
           SmallVectorImpl<memref::DeallocOp> &deallocs) {
  Value sums = producer.getSums();
  Operation *own = producer.op;
  Operation *reader = nullptr;
  for (Operation *user : sums.getUsers())
    if (user->getBlock() == own->getBlock() && own->isBeforeInBlock(user) &&
        (!reader || user->isBeforeInBlock(reader)))
      reader = user;
  if (!isa_and_present<linalg::LinalgOp>(reader))
    return {};
  for (Operation *op = own->getNextNode(); op != reader;
       op = op->getNextNode()) {
    auto dealloc = dyn_cast<memref::DeallocOp>(op);
    if (dealloc && !mayAlias(dealloc.getMemref(), sums))
      deallocs.push_back(dealloc);
    else if (!canMovePast(producer, op))
      return {};
  }
  return cast<linalg::LinalgOp>(reader);
}

bool quant_bnn::vectorize::accumulates(linalg::LinalgOp op) {
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &output) {
    AffineMap map = op.getMatchingIndexingMap(&output);
    return !llvm::all_of(llvm::seq(map.getNumDims()), [&](unsigned dim) {
      return map.isFunctionOfDim(dim);
    });
  });
}

void quant_bnn::vectorize::remarkIfRead(linalg::LinalgOp op, StringRef pass,
                                        StringRef why) {
  if (!op->getContext()->getRemarkEngine() || op.getNumDpsInputs() < 2 ||
      op.getNumDpsInits() != 1 || !accumulates(op))
    return;
  SmallVector<memref::DeallocOp> deallocs;
  if (linalg::LinalgOp reader = findReader(Producer(op, /*lanes=*/0), deallocs))
    remarkUnfused(reader, pass, why);
}

std::optional<Epilogue>
quant_bnn::vectorize::takeEpilogue(const Producer &producer,
                                   const Options &options, StringRef pass,
                                   PackingSupport packing) {
  SmallVector<memref::DeallocOp> deallocs;
  linalg::LinalgOp op = findReader(producer, deallocs);
  if (!op)
    return std::nullopt;
  auto refuse = [&](StringRef why) {
    remarkUnfused(op, pass, why);
    return std::nullopt;
  };
  std::optional<SmallVector<unsigned>> dims = matchDims(producer, op);
  if (!dims)
    return refuse("it reads a sum at several positions");
  // The op may take the place of sums that the producer would read.
  if (llvm::is_contained(producer.getInputs(), producer.getSums()))
    return std::nullopt;
  if (!keepsApart(producer, op))
    return refuse("its results may overlap operands of the product");
  FailureOr<Plan> plan = buildPlan(op, options);
  if (failed(plan))
    return refuse("it has no form on vectors");
  StringRef why = explainPlan(producer, *plan, *dims, packing);
  if (!why.empty())
    return refuse(why);
  if (packing == PackingSupport::Words) {
    // Before the op of the producer comes in between.
    dropOverwrittenFills(op, options);
    plan = buildPlan(op, options);
    assert(succeeded(plan) && "an op without its fill has the same loops");
  }
  Epilogue epilogue(producer, *plan, *dims, packing);
  Operation *own = producer.op;
  own->moveBefore(op);
  for (memref::DeallocOp dealloc : deallocs)
    dealloc->moveAfter(op);
  LDBG() << op.getLoc() << " is computed with the sums";
  return epilogue;
}
