//===- Epilogue.cpp - What is computed from sums at once ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Epilogue.h"
#include "Packing.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "quant-bnn/Support/FunctionAttributes.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-epilogue"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::popcount;

index_space::Positions Epilogue::getPositions(ImplicitLocOpBuilder &b,
                                              const index_space::Positions &at,
                                              ArrayRef<Value> sizes) const {
  index_space::Positions positions;
  for (const vectorize::Loop &loop : plan.loops) {
    Value position;
    for (unsigned dim : loop.dims) {
      if (position)
        position = b.createOrFold<arith::AddIOp>(
            b.createOrFold<arith::MulIOp>(position, sizes[loops[dim]]),
            at[loops[dim]]);
      else
        position = at[loops[dim]];
    }
    positions.push_back(position);
  }
  return positions;
}

int64_t Epilogue::getSumsPerWord() const {
  int64_t sums = 1;
  for (const vectorize::Output &output : plan.outputs)
    sums = std::max(sums, output.elementsPerWord);
  return sums;
}

//===----------------------------------------------------------------------===//
// Aliases
//===----------------------------------------------------------------------===//

static Value getBase(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref;
}

/// Returns the function of which `value` is an argument.
static FunctionOpInterface getFunctionOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || !argument.getOwner()->isEntryBlock())
    return {};
  return dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
}

/// Whether `value` is an argument of a function that was a tensor, whose memory
/// no other argument shares unless both are only read.
static bool wasTensor(Value value) {
  FunctionOpInterface function = getFunctionOf(value);
  if (!function)
    return false;
  auto signature = function->getAttrOfType<TypeAttr>(signatureAttrName);
  auto type =
      signature ? dyn_cast<FunctionType>(signature.getValue()) : FunctionType();
  unsigned number = cast<BlockArgument>(value).getArgNumber();
  return type && number < type.getNumInputs() &&
         isa<TensorType>(type.getInput(number));
}

static bool isConstantGlobal(Value value) {
  auto get = value.getDefiningOp<memref::GetGlobalOp>();
  auto global = get ? SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
                          get, get.getNameAttr())
                    : memref::GlobalOp();
  return global && global.getConstant();
}

/// Whether a write to one of two memrefs may change the other.
static bool mayAlias(Value a, Value b) {
  a = getBase(a);
  b = getBase(b);
  if (a == b)
    return true;
  auto isOwn = [](Value value) {
    return isa_and_nonnull<memref::AllocOp, memref::AllocaOp>(
        value.getDefiningOp());
  };
  auto isKnown = [&](Value value) {
    return isOwn(value) || getFunctionOf(value) || isConstantGlobal(value);
  };
  if (!isKnown(a) || !isKnown(b))
    return true;
  // Nothing writes a constant, and only arguments can share their memory.
  return getFunctionOf(a) && getFunctionOf(b) && !wasTensor(a) && !wasTensor(b);
}

//===----------------------------------------------------------------------===//
// The op
//===----------------------------------------------------------------------===//

/// Returns the loops of the contraction by dimension of `op`, if `op` accesses
/// each of the sums in one iteration.
static std::optional<SmallVector<unsigned>>
matchLoops(const Contraction &contraction, linalg::LinalgOp op) {
  std::optional<SmallVector<unsigned>> loops;
  for (OpOperand &operand : op->getOpOperands()) {
    if (operand.get() != contraction.output.memref)
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (!map.isPermutation())
      return std::nullopt;
    SmallVector<unsigned> found(op.getNumLoops());
    for (unsigned i = 0; i < map.getNumResults(); ++i)
      found[map.getDimPosition(i)] = contraction.output.map.getDimPosition(i);
    if (loops && *loops != found)
      return std::nullopt;
    loops = found;
  }
  return loops;
}

/// Returns why a kernel cannot compute `plan`, or an empty string.
static StringRef explainPlan(const Contraction &contraction,
                             const vectorize::Plan &plan,
                             ArrayRef<unsigned> loops, bool canPack) {
  auto isPacked = [](const vectorize::Access &access) {
    return access.isPacked();
  };
  if (loops[plan.loops[plan.vectorLoop].dims.back()] != contraction.lanes)
    return "its results lie along another dimension";
  if (llvm::any_of(plan.inputs, isPacked))
    return "it reads bits of words";
  // Each iteration has an element, or a bit, of each output of its own.
  auto isOwn = [&](const vectorize::Output &output) {
    return output.kind == vectorize::OutputKind::Stored &&
           llvm::all_of(plan.getNest(),
                        [&](unsigned loop) { return output.selects(loop); });
  };
  if (!llvm::all_of(plan.outputs, isOwn))
    return "a result depends on several sums";
  if (!canPack && llvm::any_of(plan.outputs, isPacked))
    return "a block has too few of the bits of a word, or an unknown number";
  return "";
}

/// Whether `memref`, which an op reads or also writes, is apart from what the
/// contraction writes, or also from what it reads.
static bool isApart(const Contraction &contraction, Value memref, bool isRead) {
  return !mayAlias(memref, contraction.output.memref) &&
         (isRead || (!mayAlias(memref, contraction.broadcast.memref) &&
                     !mayAlias(memref, contraction.packed.memref)));
}

/// Whether the memory of `op`, other than the sums, is apart from that of the
/// contraction.
static bool keepsApart(const Contraction &contraction, linalg::LinalgOp op) {
  return llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
    return !isa<MemRefType>(operand.get().getType()) ||
           operand.get() == contraction.output.memref ||
           isApart(contraction, operand.get(), op.isDpsInput(&operand));
  });
}

/// Whether the op of the contraction can move past `op`.
static bool canMovePast(const Contraction &contraction, Operation *op) {
  if (isMemoryEffectFree(op))
    return true;
  std::optional<SmallVector<MemoryEffects::EffectInstance>> effects =
      getEffectsRecursively(op);
  return effects &&
         llvm::all_of(*effects, [&](const MemoryEffects::EffectInstance &it) {
           if (isa<MemoryEffects::Allocate>(it.getEffect()))
             return true;
           Value memref = it.getValue();
           return memref && isa<MemRefType>(memref.getType()) &&
                  isApart(contraction, memref,
                          isa<MemoryEffects::Read>(it.getEffect()));
         });
}

/// Whether an op other than `epilogue` and the contraction may read the sums
/// after the contraction.
static bool hasOtherReaders(const Contraction &contraction,
                            Operation *epilogue) {
  Value sums = contraction.output.memref;
  auto isSums = [&](OpOperand &operand) { return operand.get() == sums; };
  if (auto op = cast<linalg::LinalgOp>(epilogue);
      llvm::any_of(op.getDpsInitsMutable(), isSums))
    return false;
  auto alloc = sums.getDefiningOp<memref::AllocOp>();
  Operation *own = contraction.op;
  if (!alloc || alloc->getBlock() != own->getBlock())
    return true;
  return llvm::any_of(sums.getUsers(), [&](Operation *user) {
    if (user == own || user == epilogue || isa<memref::DeallocOp>(user))
      return false;
    // Another name.
    if (llvm::any_of(user->getResultTypes(), llvm::IsaPred<BaseMemRefType>))
      return true;
    Operation *inBlock = own->getBlock()->findAncestorOpInBlock(*user);
    return !inBlock->isBeforeInBlock(own);
  });
}

void quant_bnn::popcount::remarkUnfused(linalg::LinalgOp op, StringRef pass,
                                        StringRef why) {
  remark::missed(op.getLoc(), getRemarkOpts("epilogue-fused", pass, op))
      << ("the sums of the product are stored, and read here: " + why).str();
}

linalg::LinalgOp
quant_bnn::popcount::findReader(const Contraction &contraction,
                                SmallVectorImpl<memref::DeallocOp> &deallocs) {
  Value sums = contraction.output.memref;
  for (Operation *op = contraction.op->getNextNode(); op;
       op = op->getNextNode()) {
    if (llvm::is_contained(op->getOperands(), sums))
      return dyn_cast<linalg::LinalgOp>(op);
    auto dealloc = dyn_cast<memref::DeallocOp>(op);
    if (dealloc && !mayAlias(dealloc.getMemref(), sums))
      deallocs.push_back(dealloc);
    else if (!canMovePast(contraction, op))
      return {};
  }
  return {};
}

std::optional<Epilogue>
quant_bnn::popcount::takeEpilogue(const Contraction &contraction,
                                  const vectorize::Options &options,
                                  bool canPack) {
  SmallVector<memref::DeallocOp> deallocs;
  linalg::LinalgOp op = findReader(contraction, deallocs);
  if (!op)
    return std::nullopt;
  auto refuse = [&](StringRef why) {
    remarkUnfused(op, "bnn-codegen-vectorize-popcount", why);
    return std::nullopt;
  };
  std::optional<SmallVector<unsigned>> loops = matchLoops(contraction, op);
  if (!loops)
    return refuse("it reads a sum at several positions");
  if (!keepsApart(contraction, op))
    return refuse("its results may overlap operands of the product");
  FailureOr<vectorize::Plan> plan = vectorize::buildPlan(op, options);
  if (failed(plan))
    return refuse("it has no form on vectors");
  StringRef why = explainPlan(contraction, *plan, *loops, canPack);
  if (!why.empty())
    return refuse(why);
  bool storesSums = hasOtherReaders(contraction, op);
  // Before the op of the contraction comes in between.
  vectorize::dropOverwrittenFills(op, options);
  plan = vectorize::buildPlan(op, options);
  assert(succeeded(plan) && "an op without its fill has the same loops");
  Operation *own = contraction.op;
  own->moveBefore(op);
  for (memref::DeallocOp dealloc : deallocs)
    dealloc->moveAfter(op);
  LDBG() << op.getLoc() << " is computed with the sums";
  return Epilogue{*plan, contraction.output.memref, *loops, storesSums};
}
