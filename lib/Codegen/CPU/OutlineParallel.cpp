//===- OutlineParallel.cpp - Move parallel loops to tasks of threads ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/IndexSpace.h"
#include "Outlining.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Support/DebugStringHelper.h"
#include "mlir/Transforms/RegionUtils.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Support/Remarks.h"

#define DEBUG_TYPE "bnn-codegen-outline-parallel"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNOUTLINEPARALLELPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// The function of the runtime library that runs tasks.
static constexpr StringLiteral runtimeName = "quant_bnn_parallel_for";

namespace {

class Outliner {
public:
  Outliner(ModuleOp moduleOp)
      : moduleOp(moduleOp), symbols(moduleOp), converter(moduleOp.getContext()),
        pointer(LLVM::LLVMPointerType::get(moduleOp.getContext())),
        i64(IntegerType::get(moduleOp.getContext(), 64)),
        none(LLVM::LLVMVoidType::get(moduleOp.getContext())) {}

  /// Whether `loop` can be moved to a task; otherwise a remark says why not.
  bool check(scf::ParallelOp loop);
  LogicalResult outline(scf::ParallelOp loop);

private:
  FailureOr<LLVM::LLVMFuncOp> declareRuntime(scf::ParallelOp loop);
  Value linearize(scf::ParallelOp loop);
  func::FuncOp createTask(scf::ParallelOp loop, func::FuncOp parent);
  func::FuncOp createEntry(func::FuncOp task, Type context);
  Value storeContext(scf::ParallelOp loop, func::FuncOp parent,
                     ArrayRef<Value> captures, Type context);

  ModuleOp moduleOp;
  SymbolTable symbols;
  LLVMTypeConverter converter;
  Type pointer, i64, none;
};

struct QuantBNNOutlineParallelPass
    : quant_bnn::impl::QuantBNNOutlineParallelPassBase<
          QuantBNNOutlineParallelPass> {
  void runOnOperation() override {
    Outliner outliner(getOperation());
    SmallVector<scf::ParallelOp> loops;
    getOperation()->walk<WalkOrder::PreOrder>([&](scf::ParallelOp loop) {
      if (!outliner.check(loop))
        return WalkResult::advance();
      loops.push_back(loop);
      // The loops in it are part of its tasks.
      return WalkResult::skip();
    });
    if (loops.empty())
      return markAllAnalysesPreserved();
    for (scf::ParallelOp loop : loops)
      if (failed(outliner.outline(loop)))
        return signalPassFailure();
  }
};

} // namespace

/// Returns the declaration of the runtime's function. Emits an error at `loop`
/// if the module has another symbol of its name.
FailureOr<LLVM::LLVMFuncOp> Outliner::declareRuntime(scf::ParallelOp loop) {
  auto type = LLVM::LLVMFunctionType::get(none, {pointer, pointer, i64});
  if (Operation *found = symbols.lookup(runtimeName)) {
    auto function = dyn_cast<LLVM::LLVMFuncOp>(found);
    if (function && function.isExternal() && function.getFunctionType() == type)
      return function;
    loop.emitError("cannot run on threads: there is a symbol '@")
        << runtimeName << "'";
    return failure();
  }
  OpBuilder builder(moduleOp.getContext());
  auto function =
      LLVM::LLVMFuncOp::create(builder, moduleOp.getLoc(), runtimeName, type);
  symbols.insert(function);
  return function;
}

/// Replaces the indices of the iterations of `loop` by ones that the body
/// computes from the number of the iteration, a new argument. Returns the
/// number of iterations.
Value Outliner::linearize(scf::ParallelOp loop) {
  ImplicitLocOpBuilder b(loop.getLoc(), loop);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  SmallVector<Value> counts;
  for (auto [lower, upper, step] : llvm::zip_equal(
           loop.getLowerBound(), loop.getUpperBound(), loop.getStep())) {
    Value length = b.createOrFold<arith::SubIOp>(upper, lower);
    length = b.createOrFold<arith::MaxSIOp>(length, zero);
    counts.push_back(b.createOrFold<arith::CeilDivUIOp>(length, step));
  }
  Value count = index_space::buildProduct(b, counts);

  Block *body = loop.getBody();
  b.setInsertionPointToStart(body);
  unsigned numLoops = body->getNumArguments();
  Value number = body->addArgument(b.getIndexType(), loop.getLoc());
  SmallVector<Value> position = index_space::delinearize(b, number, counts);
  for (auto [iv, i, lower, step] :
       llvm::zip_equal(body->getArguments().drop_back(), position,
                       loop.getLowerBound(), loop.getStep())) {
    Value offset = b.createOrFold<arith::MulIOp>(i, step);
    iv.replaceAllUsesWith(b.createOrFold<arith::AddIOp>(lower, offset));
  }
  body->eraseArguments(0, numLoops);
  return count;
}

/// Moves the body of `loop`, which uses nothing from outside, to a function.
func::FuncOp Outliner::createTask(scf::ParallelOp loop, func::FuncOp parent) {
  OpBuilder builder(moduleOp.getContext());
  func::FuncOp task = outlining::createFunction(
      symbols, parent, parent.getName() + "_task",
      builder.getFunctionType(loop.getRegion().getArgumentTypes(), {}));
  task.getBody().takeBody(loop.getRegion());
  Operation *terminator = task.front().getTerminator();
  builder.setInsertionPoint(terminator);
  func::ReturnOp::create(builder, terminator->getLoc());
  terminator->erase();
  return task;
}

/// Creates the function that the runtime calls, which reads the captures of
/// `task` from a struct of type `context`.
func::FuncOp Outliner::createEntry(func::FuncOp task, Type context) {
  ImplicitLocOpBuilder b(task.getLoc(), moduleOp.getContext());
  func::FuncOp entry =
      outlining::createFunction(symbols, task, task.getName() + "_entry",
                                b.getFunctionType({pointer, i64}, {}));
  b.setInsertionPointToStart(entry.addEntryBlock());
  auto cast = [&](Value value, Type type) -> Value {
    if (value.getType() == type)
      return value;
    return UnrealizedConversionCastOp::create(b, type, value).getResult(0);
  };
  ArrayRef<Type> types = task.getFunctionType().getInputs();
  SmallVector<Value> operands = {cast(entry.getArgument(1), types.front())};
  Value values = LLVM::LoadOp::create(b, context, entry.getArgument(0));
  for (auto [i, type] : llvm::enumerate(types.drop_front()))
    operands.push_back(
        cast(LLVM::ExtractValueOp::create(b, values, int64_t(i)), type));
  func::CallOp::create(b, task, operands);
  func::ReturnOp::create(b);
  return entry;
}

/// Stores `captures` before `loop`, as the struct `context` in a slot of the
/// stack frame of `parent`.
Value Outliner::storeContext(scf::ParallelOp loop, func::FuncOp parent,
                             ArrayRef<Value> captures, Type context) {
  auto b = ImplicitLocOpBuilder::atBlockBegin(loop.getLoc(), &parent.front());
  Value one = LLVM::ConstantOp::create(b, i64, b.getI64IntegerAttr(1));
  Value slot = LLVM::AllocaOp::create(b, pointer, context, one);
  b.setInsertionPoint(loop);
  Value values = LLVM::PoisonOp::create(b, context);
  for (auto [i, capture] : llvm::enumerate(captures)) {
    Type type = converter.convertType(capture.getType());
    Value value = capture;
    if (type != capture.getType())
      value = UnrealizedConversionCastOp::create(b, type, capture).getResult(0);
    values = LLVM::InsertValueOp::create(b, values, value, int64_t(i));
  }
  LLVM::StoreOp::create(b, values, slot);
  return slot;
}

bool Outliner::check(scf::ParallelOp loop) {
  auto missed = [&](const Twine &why) {
    remark::missed(loop.getLoc(),
                   getRemarkOpts("parallel-outlined", DEBUG_TYPE, loop))
        << ("the loop runs on one thread: " + why).str();
    return false;
  };
  auto parent = dyn_cast_if_present<func::FuncOp>(
      loop->getParentWithTrait<OpTrait::IsIsolatedFromAbove>());
  if (!parent || parent->getParentOp() != moduleOp)
    return missed("it is not in a function of the module");
  if (loop->getNumResults() != 0)
    return missed("it has a reduction");
  SetVector<Value> used;
  getUsedValuesDefinedAbove(loop.getRegion(), used);
  for (Value value : used)
    if (!converter.convertType(value.getType()))
      return missed("it uses a value of type " + debugString(value.getType()));
  return true;
}

LogicalResult Outliner::outline(scf::ParallelOp loop) {
  FailureOr<LLVM::LLVMFuncOp> runtime = declareRuntime(loop);
  if (failed(runtime))
    return failure();
  auto parent = loop->getParentOfType<func::FuncOp>();
  Value count = linearize(loop);
  SetVector<Value> used;
  getUsedValuesDefinedAbove(loop.getRegion(), used);
  SmallVector<Value> captures =
      outlining::isolate(loop.getRegion(), used.getArrayRef());
  SmallVector<Type> types;
  if (failed(converter.convertTypes(ValueRange(captures).getTypes(), types)))
    llvm_unreachable("`check` has converted the types");
  auto context = LLVM::LLVMStructType::getLiteral(moduleOp.getContext(), types);
  Value stored = storeContext(loop, parent, captures, context);
  func::FuncOp entry = createEntry(createTask(loop, parent), context);
  ImplicitLocOpBuilder b(loop.getLoc(), loop);
  Value function =
      func::ConstantOp::create(b, entry.getFunctionType(), entry.getSymName());
  Value address =
      UnrealizedConversionCastOp::create(b, pointer, function).getResult(0);
  Value tasks = UnrealizedConversionCastOp::create(b, i64, count).getResult(0);
  LLVM::CallOp::create(b, *runtime, ValueRange{address, stored, tasks});
  loop.erase();
  return success();
}
