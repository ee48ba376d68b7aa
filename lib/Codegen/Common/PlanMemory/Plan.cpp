//===- Plan.cpp - A function and the arena of its buffers -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Plan.h"
#include "EntryValues.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-plan-memory"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::memory;

Plan quant_bnn::memory::makePlan(func::FuncOp function) {
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

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

static Value buildIndex(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

SmallVector<Value> quant_bnn::memory::buildNumbers(ImplicitLocOpBuilder &b,
                                                   func::FuncOp function,
                                                   ValueRange arguments) {
  SmallVector<Value> numbers;
  for (const EntryNumber &number : getEntryNumbers(function)) {
    Value argument = arguments[number.argument];
    numbers.push_back(
        number.dim ? memref::DimOp::create(b, argument, *number.dim).getResult()
                   : argument);
  }
  return numbers;
}

/// Builds the size of `slot`, a multiple of the alignment.
static Value buildSize(ImplicitLocOpBuilder &b, const Slot &slot,
                       func::FuncOp function, ValueRange numbers,
                       IRMapping &mapping) {
  Value largest;
  for (const Size &size : slot.sizes) {
    Value bytes = buildIndex(b, size.factor);
    for (Value extent : size.extents) {
      Value known = buildEntryValue(b, extent, function, numbers, mapping);
      // In a loop without iterations, what is computed may be negative.
      if (!extent.getDefiningOp<memref::DimOp>())
        known = arith::MaxSIOp::create(b, known, buildIndex(b, 0));
      bytes = arith::MulIOp::create(b, bytes, known);
    }
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
// Arenas
//===----------------------------------------------------------------------===//

MemRefType quant_bnn::memory::getArenaType(const Plan &plan) {
  func::FuncOp function = plan.function;
  return MemRefType::get(plan.isStatic() ? plan.arena.staticSize
                                         : ShapedType::kDynamic,
                         IntegerType::get(function.getContext(), 8));
}

Value quant_bnn::memory::buildArenaSize(ImplicitLocOpBuilder &b,
                                        const Plan &plan, ValueRange numbers) {
  return buildOffsets(b, plan, numbers).back();
}

Value quant_bnn::memory::allocateArena(ImplicitLocOpBuilder &b,
                                       const Plan &plan, ValueRange numbers) {
  SmallVector<Value, 1> extents;
  if (!plan.isStatic())
    extents.push_back(buildArenaSize(b, plan, numbers));
  return memref::AllocOp::create(b, getArenaType(plan), extents,
                                 b.getI64IntegerAttr(arenaAlignment));
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

void quant_bnn::memory::replaceBuffers(const Plan &plan, Value arena) {
  func::FuncOp function = plan.function;
  ImplicitLocOpBuilder b(function.getLoc(), function.getContext());
  b.setInsertionPointAfterValue(arena);
  SmallVector<Value> slotOffsets =
      buildOffsets(b, plan, buildNumbers(b, function, function.getArguments()));
  slotOffsets.pop_back();
  SmallVector<std::pair<const Buffer *, Value>> offsets;
  for (auto [buffer, offset] : plan.arena.offsets)
    offsets.push_back({buffer, buildIndex(b, offset)});
  for (auto [slot, offset] : llvm::zip_equal(plan.arena.slots, slotOffsets))
    for (const Buffer *buffer : slot.buffers)
      offsets.push_back({buffer, offset});
  for (auto [buffer, offset] : offsets)
    replaceBuffer(*buffer, arena, offset);
}
