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

namespace {
/// The functions of a module that have a body, in an order in which a function
/// that another one uses comes before that one, except in recursions.
class Order {
public:
  Order(ModuleOp moduleOp, SymbolTable &symbols) : symbols(symbols) {
    for (auto function : moduleOp.getOps<func::FuncOp>()) {
      visit(function);
      while (!path.empty())
        step();
    }
  }
  ArrayRef<func::FuncOp> getFunctions() const {
    return functions.getArrayRef();
  }
  /// Whether a function may use itself, directly or through others.
  bool isRecursive(func::FuncOp function) const {
    return recursive.contains(function);
  }

private:
  void visit(func::FuncOp function);
  void step();

  SymbolTable &symbols;
  SetVector<func::FuncOp> functions;
  DenseSet<func::FuncOp> seen, recursive;
  /// Functions each of which the one before uses, with the functions that it
  /// uses and that have not been visited for it.
  SmallVector<std::pair<func::FuncOp, SmallVector<func::FuncOp>>> path;
};
} // namespace

/// Visits `function`, which the last one of the path uses.
void Order::visit(func::FuncOp function) {
  if (function.isDeclaration())
    return;
  if (seen.insert(function).second) {
    SmallVector<func::FuncOp> used;
    if (auto uses = SymbolTable::getSymbolUses(function))
      for (SymbolTable::SymbolUse use : *uses)
        if (auto other = symbols.lookup<func::FuncOp>(
                use.getSymbolRef().getRootReference()))
          used.push_back(other);
    std::reverse(used.begin(), used.end());
    path.push_back({function, std::move(used)});
    return;
  }
  // A cycle, or a function that leads to one: this may be the same.
  bool isOnPath = !functions.contains(function);
  if (isOnPath || isRecursive(function))
    for (auto &entry : llvm::reverse(path)) {
      recursive.insert(entry.first);
      if (entry.first == function)
        break;
    }
}

void Order::step() {
  SmallVector<func::FuncOp> &used = path.back().second;
  if (!used.empty())
    return visit(used.pop_back_val());
  functions.insert(path.back().first);
  path.pop_back();
}

SmallVector<Callee, 0> quant_bnn::memory::orderByCalls(ModuleOp moduleOp) {
  SmallVector<Callee, 0> callees;
  if (!hasCalls(moduleOp) || findHiddenUses(moduleOp)) {
    for (auto function : moduleOp.getOps<func::FuncOp>())
      if (!function.isDeclaration())
        callees.push_back({function});
    return callees;
  }
  SymbolTableCollection tables;
  Order order(moduleOp, tables.getSymbolTable(moduleOp));
  DenseMap<func::FuncOp, unsigned> positions;
  for (auto [i, function] : llvm::enumerate(order.getFunctions()))
    positions[function] = i;
  SymbolUserMap users(tables, moduleOp);
  for (func::FuncOp function : order.getFunctions()) {
    unsigned i = positions[function];
    Callee &callee = callees.emplace_back(Callee{function});
    callee.hasOnlyCalls = function.isPrivate();
    callee.mayCallItself = order.isRecursive(function);
    for (Operation *user : users.getUsers(function)) {
      auto call = dyn_cast<func::CallOp>(user);
      auto caller = user->getParentOfType<func::FuncOp>();
      auto position = positions.find(caller);
      bool isInner = position != positions.end() && position->second <= i;
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
