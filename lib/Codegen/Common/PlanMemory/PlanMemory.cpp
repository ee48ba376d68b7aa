//===- PlanMemory.cpp - Temporary buffers share one piece of memory -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../PrivateCopies.h"
#include "Arena.h"
#include "EntryValues.h"
#include "ResolveExtents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/ADT/SmallVectorExtras.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-plan-memory"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNPLANMEMORYPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::memory;

namespace {
struct QuantBNNPlanMemoryPass
    : quant_bnn::impl::QuantBNNPlanMemoryPassBase<QuantBNNPlanMemoryPass> {
  using QuantBNNPlanMemoryPassBase::QuantBNNPlanMemoryPassBase;

  void runOnOperation() override;
};

/// A function, its temporary buffers, and the arena in which they lie.
struct Plan {
  func::FuncOp function;
  SmallVector<Buffer, 0> buffers;
  Arena arena;
};
} // namespace

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static Plan makePlan(func::FuncOp function) {
  auto missed = [](memref::AllocOp alloc, StringRef why) {
    remark::missed(alloc.getLoc(),
                   getRemarkOpts("memory-planned", DEBUG_TYPE, alloc))
        << ("memory is allocated in each call: " + why).str();
  };
  Plan plan{function, findBuffers(function, missed), {}};
  plan.arena = placeBuffers(plan.buffers);
  LDBG() << function.getName() << ": " << plan.buffers.size() << " buffers in "
         << plan.arena.staticSize << " bytes and " << plan.arena.slots.size()
         << " slots";
  return plan;
}

static Value buildIndex(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

/// Builds the size of `slot`, a multiple of the alignment.
static Value buildSize(ImplicitLocOpBuilder &b, const Slot &slot,
                       func::FuncOp function, ValueRange numbers,
                       IRMapping &mapping) {
  Value largest;
  for (const Size &size : slot.sizes) {
    Value bytes = buildIndex(b, size.factor);
    for (Value extent : size.extents)
      bytes = arith::MulIOp::create(
          b, bytes, buildEntryValue(b, extent, function, numbers, mapping));
    largest = largest ? arith::MaxUIOp::create(b, largest, bytes) : bytes;
  }
  Value above =
      arith::AddIOp::create(b, largest, buildIndex(b, arenaAlignment - 1));
  return arith::AndIOp::create(b, above, buildIndex(b, -arenaAlignment));
}

/// Builds the offsets of the slots of `plan`, and the size of its arena after
/// them.
static SmallVector<Value> buildOffsets(ImplicitLocOpBuilder &b,
                                       const Plan &plan, ValueRange numbers) {
  IRMapping mapping;
  SmallVector<Value> offsets = {buildIndex(b, plan.arena.staticSize)};
  for (const Slot &slot : plan.arena.slots)
    offsets.push_back(arith::AddIOp::create(
        b, offsets.back(),
        buildSize(b, slot, plan.function, numbers, mapping)));
  return offsets;
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

static SmallVector<Value> buildEntryNumbers(ImplicitLocOpBuilder &b,
                                            func::FuncOp function) {
  SmallVector<Value> numbers;
  for (const EntryNumber &number : getEntryNumbers(function)) {
    Value argument = function.getArgument(number.argument);
    numbers.push_back(number.dim
                          ? memref::DimOp::create(b, argument, *number.dim)
                          : argument);
  }
  return numbers;
}

static void replaceBuffer(const Buffer &buffer, Value arena, Value offset) {
  OpBuilder builder(buffer.alloc);
  memref::AllocOp alloc = buffer.alloc;
  alloc.replaceAllUsesWith(
      memref::ViewOp::create(builder, alloc.getLoc(), alloc.getType(), arena,
                             offset, alloc.getDynamicSizes())
          .getResult());
  memref::DeallocOp(buffer.dealloc).erase();
  alloc.erase();
}

/// Replaces the buffers of `plan` by parts of `arena`. `slotOffsets` are those
/// of the slots.
static void replaceBuffers(ImplicitLocOpBuilder &b, const Plan &plan,
                           Value arena, ArrayRef<Value> slotOffsets) {
  SmallVector<std::pair<const Buffer *, Value>> offsets;
  for (auto [buffer, offset] : plan.arena.offsets)
    offsets.push_back({buffer, buildIndex(b, offset)});
  for (auto [slot, offset] : llvm::zip_equal(plan.arena.slots, slotOffsets))
    for (const Buffer *buffer : slot.buffers)
      offsets.push_back({buffer, offset});
  for (auto [buffer, offset] : offsets)
    replaceBuffer(*buffer, arena, offset);
}

/// Allocates the arena once in a call.
static void allocateArena(const Plan &plan) {
  if (plan.buffers.empty())
    return;
  func::FuncOp function = plan.function;
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &function.front());
  SmallVector<Value> offsets =
      buildOffsets(b, plan, buildEntryNumbers(b, function));
  bool isStatic = plan.arena.slots.empty();
  auto type = MemRefType::get(
      isStatic ? plan.arena.staticSize : ShapedType::kDynamic, b.getI8Type());
  Value arena =
      memref::AllocOp::create(b, type, isStatic ? ValueRange() : offsets.back(),
                              b.getI64IntegerAttr(arenaAlignment));
  replaceBuffers(b, plan, arena, ArrayRef(offsets).drop_back());
  function.walk([&](func::ReturnOp op) {
    OpBuilder builder(op);
    memref::DeallocOp::create(builder, op.getLoc(), arena);
  });
}

/// Asserts that `workspace` has `size` bytes and is aligned.
static void checkWorkspace(ImplicitLocOpBuilder &b, func::FuncOp function,
                           Value workspace, Value size) {
  std::string name = ("@" + function.getName()).str();
  Value bytes = memref::DimOp::create(b, workspace, 0);
  cf::AssertOp::create(
      b, arith::CmpIOp::create(b, arith::CmpIPredicate::uge, bytes, size),
      name + " requires a workspace of " + name + "_workspace_size bytes");
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, workspace);
  Value rest =
      arith::AndIOp::create(b, address, buildIndex(b, arenaAlignment - 1));
  cf::AssertOp::create(b,
                       arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest,
                                             buildIndex(b, 0)),
                       name + " requires a workspace that is aligned to " +
                           std::to_string(arenaAlignment) + " bytes");
}

/// Creates the function that computes the size of the arena of `plan` from the
/// entry numbers.
static LogicalResult createSizeFunction(const Plan &plan,
                                        SymbolTable &symbols) {
  func::FuncOp function = plan.function;
  std::string name = (function.getName() + "_workspace_size").str();
  if (symbols.lookup(name))
    return function.emitError("cannot have a workspace: there is a symbol '@")
           << name << "'";
  Type index = IndexType::get(function.getContext());
  SmallVector<Type> inputs(getEntryNumbers(function).size(), index);
  OpBuilder builder(function.getContext());
  auto sizeFunction = func::FuncOp::create(
      builder, function.getLoc(), name, builder.getFunctionType(inputs, index));
  Block *block = sizeFunction.addEntryBlock();
  auto b = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), block);
  Value size = buildOffsets(b, plan, block->getArguments()).back();
  func::ReturnOp::create(b, size);
  symbols.insert(sizeFunction, std::next(function->getIterator()));
  return success();
}

/// Takes the arena as the last argument.
static LogicalResult takeWorkspace(const Plan &plan, SymbolTable &symbols) {
  if (failed(createSizeFunction(plan, symbols)))
    return failure();
  func::FuncOp function = plan.function;
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &function.front());
  SmallVector<Value> offsets =
      buildOffsets(b, plan, buildEntryNumbers(b, function));
  auto type = MemRefType::get(ShapedType::kDynamic, b.getI8Type());
  if (failed(function.insertArgument(function.getNumArguments(), type, {},
                                     function.getLoc())))
    return failure();
  Value workspace = function.getArguments().back();
  if (!plan.buffers.empty())
    checkWorkspace(b, function, workspace, offsets.back());
  replaceBuffers(b, plan, workspace, ArrayRef(offsets).drop_back());
  return success();
}

void QuantBNNPlanMemoryPass::runOnOperation() {
  if (failed(resolveExtents(getOperation())))
    return signalPassFailure();
  auto takesWorkspace = [&](func::FuncOp function) {
    return workspace == Workspace::Argument && function.isPublic();
  };
  auto getFunctions = [&] {
    return llvm::filter_to_vector(
        getOperation().getOps<func::FuncOp>(),
        [](func::FuncOp function) { return !function.isDeclaration(); });
  };
  if (workspace == Workspace::Argument &&
      failed(redirectCallers(
          llvm::filter_to_vector(getFunctions(), takesWorkspace),
          getOperation())))
    return signalPassFailure();
  SymbolTable symbols(getOperation());
  for (func::FuncOp function : getFunctions()) {
    Plan plan = makePlan(function);
    if (!takesWorkspace(function))
      allocateArena(plan);
    else if (failed(takeWorkspace(plan, symbols)))
      return signalPassFailure();
  }
}
