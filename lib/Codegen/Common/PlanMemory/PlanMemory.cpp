//===- PlanMemory.cpp - Temporary buffers share one piece of memory -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../PrivateCopies.h"
#include "Calls.h"
#include "EntryValues.h"
#include "ResolveExtents.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "llvm/ADT/SmallVectorExtras.h"

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
} // namespace

//===----------------------------------------------------------------------===//
// Call and thread
//===----------------------------------------------------------------------===//

/// Gets an arena for `plan` at the entry of its function from `get`, and hands
/// it to `release` before each return.
static void
useArenaInCall(const Plan &plan,
               function_ref<Value(ImplicitLocOpBuilder &, ValueRange)> get,
               function_ref<void(ImplicitLocOpBuilder &, Value)> release) {
  func::FuncOp function = plan.function;
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &function.front());
  Value arena = get(b, buildNumbers(b, function, function.getArguments()));
  replaceBuffers(plan, arena);
  function.walk([&](func::ReturnOp op) {
    ImplicitLocOpBuilder atReturn(op.getLoc(), op);
    release(atReturn, arena);
  });
}

/// Allocates the arena once in a call.
static void allocateInCall(const Plan &plan) {
  useArenaInCall(
      plan,
      [&](ImplicitLocOpBuilder &b, ValueRange numbers) {
        return allocateArena(b, plan, numbers);
      },
      [](ImplicitLocOpBuilder &b, Value arena) {
        memref::DeallocOp::create(b, arena);
      });
}

/// Arenas that are not larger may be in a stack frame.
static constexpr int64_t maxStackBytes = 64 * 1024;

/// Allocates the arena in the stack frame.
static void allocateOnStack(const Plan &plan) {
  useArenaInCall(
      plan,
      [&](ImplicitLocOpBuilder &b, ValueRange) {
        return memref::AllocaOp::create(b, getArenaType(plan),
                                        b.getI64IntegerAttr(arenaAlignment));
      },
      [](ImplicitLocOpBuilder &, Value) {});
}

/// Returns the function `name` of the runtime library. Emits an error for
/// `user` if the module has another symbol of this name.
static FailureOr<func::FuncOp> declareRuntime(StringRef name, FunctionType type,
                                              SymbolTable &symbols,
                                              func::FuncOp user) {
  if (Operation *found = symbols.lookup(name)) {
    auto function = dyn_cast<func::FuncOp>(found);
    if (function && function.isDeclaration() &&
        function.getFunctionType() == type)
      return function;
    user.emitError("cannot have a workspace: there is a symbol '@")
        << name << "'";
    return failure();
  }
  OpBuilder builder(user.getContext());
  auto function = func::FuncOp::create(builder, user.getLoc(), name, type);
  function.setPrivate();
  function->setAttr(LLVM::LLVMDialect::getEmitCWrapperAttrName(),
                    builder.getUnitAttr());
  symbols.insert(function);
  return function;
}

/// Takes the arena of the thread.
static LogicalResult takeFromThread(const Plan &plan, SymbolTable &symbols) {
  MLIRContext *context = symbols.getOp()->getContext();
  Type size = IndexType::get(context);
  Type memory =
      MemRefType::get(ShapedType::kDynamic, IntegerType::get(context, 8));
  FailureOr<func::FuncOp> take = declareRuntime(
      "quant_bnn_take_workspace", FunctionType::get(context, size, memory),
      symbols, plan.function);
  FailureOr<func::FuncOp> giveBack = declareRuntime(
      "quant_bnn_return_workspace", FunctionType::get(context, memory, {}),
      symbols, plan.function);
  if (failed(take) || failed(giveBack))
    return failure();
  useArenaInCall(
      plan,
      [&](ImplicitLocOpBuilder &b, ValueRange numbers) -> Value {
        Value bytes = buildArenaSize(b, plan, numbers);
        return func::CallOp::create(b, *take, bytes).getResult(0);
      },
      [&](ImplicitLocOpBuilder &b, Value arena) {
        func::CallOp::create(b, *giveBack, arena);
      });
  return success();
}

//===----------------------------------------------------------------------===//
// Argument
//===----------------------------------------------------------------------===//

/// Asserts that `workspace` has `size` bytes and is aligned.
static void checkWorkspace(ImplicitLocOpBuilder &b, func::FuncOp function,
                           Value workspace, Value size) {
  std::string name = ("@" + function.getName()).str();
  Value bytes = memref::DimOp::create(b, workspace, 0);
  cf::AssertOp::create(
      b, arith::CmpIOp::create(b, arith::CmpIPredicate::uge, bytes, size),
      name + " requires a workspace of " + name + "_workspace_size bytes");
  Value address = memref::ExtractAlignedPointerAsIndexOp::create(b, workspace);
  Value rest = arith::AndIOp::create(
      b, address, arith::ConstantIndexOp::create(b, arenaAlignment - 1));
  cf::AssertOp::create(
      b,
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, rest,
                            arith::ConstantIndexOp::create(b, 0)),
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
  StringRef wrapper = LLVM::LLVMDialect::getEmitCWrapperAttrName();
  if (Attribute requested = function->getAttr(wrapper))
    sizeFunction->setAttr(wrapper, requested);
  Block *block = sizeFunction.addEntryBlock();
  auto b = ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), block);
  func::ReturnOp::create(b, buildArenaSize(b, plan, block->getArguments()));
  symbols.insert(sizeFunction, std::next(function->getIterator()));
  return success();
}

/// Takes the arena as the last argument.
static LogicalResult takeWorkspace(const Plan &plan, SymbolTable &symbols) {
  if (failed(createSizeFunction(plan, symbols)))
    return failure();
  func::FuncOp function = plan.function;
  auto type = MemRefType::get(ShapedType::kDynamic,
                              IntegerType::get(function.getContext(), 8));
  if (failed(function.insertArgument(function.getNumArguments(), type, {},
                                     function.getLoc())))
    return failure();
  if (plan.buffers.empty())
    return success();
  Value workspace = function.getArguments().back();
  replaceBuffers(plan, workspace);
  auto b =
      ImplicitLocOpBuilder::atBlockBegin(function.getLoc(), &function.front());
  SmallVector<Value> numbers =
      buildNumbers(b, function, function.getArguments());
  checkWorkspace(b, function, workspace, buildArenaSize(b, plan, numbers));
  return success();
}

//===----------------------------------------------------------------------===//
// Pass
//===----------------------------------------------------------------------===//

/// Gives the function of `callee` its arena.
static LogicalResult provideArena(const Callee &callee, Workspace workspace,
                                  SymbolTable &symbols) {
  Plan plan = makePlan(callee.function);
  if (workspace == Workspace::Argument && plan.function.isPublic())
    return takeWorkspace(plan, symbols);
  if (plan.buffers.empty())
    return success();
  bool fitsStack = plan.isStatic() && plan.arena.staticSize <= maxStackBytes;
  if (callee.hasOnlyCalls)
    takeArena(plan, callee);
  else if (plan.function.isPrivate() && !callee.mayCallItself && fitsStack)
    allocateOnStack(plan);
  else if (workspace == Workspace::Thread)
    return takeFromThread(plan, symbols);
  else
    allocateInCall(plan);
  return success();
}

static bool allocatesMemory(Operation *root) {
  return root->walk([](memref::AllocOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

void QuantBNNPlanMemoryPass::runOnOperation() {
  if (!allocatesMemory(getOperation()) && workspace != Workspace::Argument)
    return markAllAnalysesPreserved();
  if (workspace != Workspace::Call) {
    auto functions = llvm::filter_to_vector(
        getOperation().getOps<func::FuncOp>(), [](func::FuncOp function) {
          return function.isPublic() && !function.isDeclaration();
        });
    if (failed(redirectCallers(functions, getOperation())))
      return signalPassFailure();
  }
  SymbolTable symbols(getOperation());
  for (Callee &callee : orderByCalls(getOperation())) {
    if (allocatesMemory(callee.function)) {
      if (failed(resolveExtents(callee.function)))
        return signalPassFailure();
      takeResultBuffers(callee);
    }
    if (failed(provideArena(callee, workspace, symbols)))
      return signalPassFailure();
  }
}
