//===- Calls.cpp - Memory that a function gets from its callers -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calls.h"
#include "../PrivateCopies.h"
#include "EntryValues.h"
#include "mlir/Analysis/CallGraph.h"
#include "llvm/ADT/PostOrderIterator.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::memory;

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

static bool hasCalls(ModuleOp moduleOp) {
  return moduleOp->walk([](func::CallOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

/// Returns the functions that have a body. A function that is called comes
/// before its callers, except in recursions.
static SetVector<func::FuncOp> orderFunctions(ModuleOp moduleOp) {
  SetVector<func::FuncOp> functions;
  CallGraph graph(moduleOp);
  for (const CallGraphNode *node :
       llvm::post_order(static_cast<const CallGraph *>(&graph)))
    if (!node->isExternal())
      if (auto function =
              dyn_cast<func::FuncOp>(node->getCallableRegion()->getParentOp()))
        if (function->getParentOp() == moduleOp)
          functions.insert(function);
  // What nothing calls.
  for (auto function : moduleOp.getOps<func::FuncOp>())
    if (!function.isDeclaration())
      functions.insert(function);
  return functions;
}

SmallVector<Callee, 0> quant_bnn::memory::orderByCalls(ModuleOp moduleOp) {
  SmallVector<Callee, 0> callees;
  if (!hasCalls(moduleOp) || findHiddenUses(moduleOp)) {
    for (auto function : moduleOp.getOps<func::FuncOp>())
      if (!function.isDeclaration())
        callees.push_back({function});
    return callees;
  }
  SetVector<func::FuncOp> functions = orderFunctions(moduleOp);
  DenseMap<func::FuncOp, unsigned> positions;
  for (auto [i, function] : llvm::enumerate(functions))
    positions[function] = i;
  SymbolTableCollection tables;
  SymbolUserMap users(tables, moduleOp);
  for (func::FuncOp function : functions) {
    unsigned i = positions[function];
    Callee &callee = callees.emplace_back(Callee{function});
    callee.hasOnlyCalls = function.isPrivate();
    callee.mayCallItself = false;
    for (Operation *user : users.getUsers(function)) {
      auto call = dyn_cast<func::CallOp>(user);
      auto caller = user->getParentOfType<func::FuncOp>();
      auto position = positions.find(caller);
      bool isInner = position != positions.end() && position->second <= i;
      callee.mayCallItself |= isInner;
      callee.hasOnlyCalls &= call && position != positions.end() && !isInner;
      if (call)
        callee.calls.push_back(call);
    }
    if (!callee.hasOnlyCalls)
      callee.calls.clear();
  }
  return callees;
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Returns the op that allocates result `i` of `function` if the callers can
/// allocate it.
static memref::AllocOp findResultBuffer(func::FuncOp function,
                                        func::ReturnOp returnOp, unsigned i) {
  Value result = returnOp.getOperand(i);
  auto alloc = result.getDefiningOp<memref::AllocOp>();
  if (!alloc || alloc->getBlock() != returnOp->getBlock() ||
      !alloc.getType().getLayout().isIdentity() ||
      llvm::count(returnOp.getOperands(), result) != 1 ||
      llvm::any_of(result.getUsers(), llvm::IsaPred<memref::DeallocOp>) ||
      !llvm::all_of(alloc.getDynamicSizes(), [&](Value extent) {
        return isKnownAtEntry(extent, function);
      }))
    return {};
  return alloc;
}

/// Makes `call` allocate `buffers`, which are arguments of `function` after the
/// operands of the call.
static func::CallOp allocateResults(func::CallOp call, func::FuncOp function,
                                    ArrayRef<memref::AllocOp> buffers,
                                    const BitVector &erased) {
  ImplicitLocOpBuilder b(call.getLoc(), call);
  SmallVector<Value> numbers = buildNumbers(b, function, call.getOperands());
  SmallVector<Value> operands(call.getOperands()), allocated;
  IRMapping mapping;
  for (memref::AllocOp buffer : buffers) {
    SmallVector<Value> extents =
        llvm::map_to_vector(buffer.getDynamicSizes(), [&](Value extent) {
          return buildEntryValue(b, extent, function, numbers, mapping);
        });
    allocated.push_back(memref::AllocOp::create(b, buffer.getType(), extents,
                                                buffer.getAlignmentAttr()));
  }
  llvm::append_range(operands, allocated);
  SmallVector<Type> types;
  for (auto [i, type] : llvm::enumerate(call.getResultTypes()))
    if (!erased.test(i))
      types.push_back(type);
  auto newCall = func::CallOp::create(b, call.getCallee(), types, operands);
  newCall->setDiscardableAttrs(call->getDiscardableAttrDictionary());
  newCall.setNoInline(call.getNoInline());
  auto nextResult = newCall.result_begin();
  auto nextBuffer = allocated.begin();
  for (auto [i, result] : llvm::enumerate(call.getResults()))
    result.replaceAllUsesWith(erased.test(i) ? *nextBuffer++
                                             : Value(*nextResult++));
  call.erase();
  return newCall;
}

void quant_bnn::memory::takeResultBuffers(Callee &callee) {
  func::FuncOp function = callee.function;
  auto returnOp = dyn_cast<func::ReturnOp>(function.front().back());
  if (!callee.hasOnlyCalls || !returnOp || !function.getBody().hasOneBlock())
    return;
  SmallVector<memref::AllocOp> buffers;
  BitVector erased(returnOp.getNumOperands());
  for (unsigned i = 0; i < returnOp.getNumOperands(); ++i)
    if (memref::AllocOp alloc = findResultBuffer(function, returnOp, i)) {
      buffers.push_back(alloc);
      erased.set(i);
    }
  if (buffers.empty())
    return;
  for (func::CallOp &call : callee.calls)
    call = allocateResults(call, function, buffers, erased);
  returnOp->eraseOperands(erased);
  (void)function.eraseResults(erased);
  for (memref::AllocOp buffer : buffers) {
    (void)function.insertArgument(function.getNumArguments(), buffer.getType(),
                                  {}, buffer.getLoc());
    buffer.replaceAllUsesWith(Value(function.getArguments().back()));
    buffer.erase();
  }
}

//===----------------------------------------------------------------------===//
// Arenas
//===----------------------------------------------------------------------===//

void quant_bnn::memory::takeArena(const Plan &plan, const Callee &callee) {
  for (func::CallOp call : callee.calls) {
    ImplicitLocOpBuilder b(call.getLoc(), call);
    Value arena = allocateArena(
        b, plan, buildNumbers(b, plan.function, call.getOperands()));
    // An attribute for each operand would be needed, also for the arena.
    call.removeArgAttrsAttr();
    call.getOperandsMutable().append(arena);
    b.setInsertionPointAfter(call);
    memref::DeallocOp::create(b, arena);
  }
  func::FuncOp function = plan.function;
  (void)function.insertArgument(function.getNumArguments(), getArenaType(plan),
                                {}, function.getLoc());
  replaceBuffers(plan, function.getArguments().back());
}
