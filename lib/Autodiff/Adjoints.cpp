//===- Adjoints.cpp - Reverse mode over SSA -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Autodiff/Adjoints.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Cotangents
//===----------------------------------------------------------------------===//

void Cotangents::add(OpBuilder &builder, Location loc, Value value,
                     Value cotangent) {
  if (!cotangent)
    return;
  Value &sum = cotangents[value];
  sum = sum ? arith::AddFOp::create(builder, loc, sum, cotangent) : cotangent;
}

Value quant_bnn::buildZero(OpBuilder &builder, Location loc, Value like) {
  Type type = like.getType();
  auto tensorType = dyn_cast<RankedTensorType>(type);
  if (!tensorType)
    return arith::ConstantOp::create(builder, loc, builder.getZeroAttr(type));
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(tensorType.getElementType()));
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, like),
      tensorType.getElementType(), tensorType.getEncoding());
  return linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
}

bool quant_bnn::isZero(Value value) {
  if (matchPattern(value, m_AnyZeroFloat()))
    return true;
  auto fill = value.getDefiningOp<linalg::FillOp>();
  return fill && matchPattern(fill.getInputs().front(), m_AnyZeroFloat());
}

//===----------------------------------------------------------------------===//
// Assertions
//===----------------------------------------------------------------------===//

bool quant_bnn::isAssertion(Operation *op) {
  auto interface = dyn_cast<MemoryEffectOpInterface>(op);
  if (!interface || op->getNumResults() != 0 || op->getNumRegions() != 0)
    return false;
  SmallVector<MemoryEffects::EffectInstance> effects;
  interface.getEffects(effects);
  return !effects.empty() &&
         llvm::all_of(effects, [](const MemoryEffects::EffectInstance &effect) {
           return isa<MemoryEffects::Write>(effect.getEffect()) &&
                  !effect.getValue() && !effect.getSymbolRef();
         });
}

void quant_bnn::eraseAssertions(Operation *op) {
  op->walk([](Operation *nested) {
    if (isAssertion(nested))
      nested->erase();
  });
}

SmallVector<Operation *> quant_bnn::cloneOps(OpBuilder &builder, Block &block,
                                             IRMapping &mapping) {
  SmallVector<Operation *> ops;
  for (Operation &op : block.without_terminator()) {
    if (isAssertion(&op))
      continue;
    ops.push_back(builder.clone(op, mapping));
    eraseAssertions(ops.back());
  }
  return ops;
}

//===----------------------------------------------------------------------===//
// Activity
//===----------------------------------------------------------------------===//

SmallVector<Value> quant_bnn::getDifferentiatedValues(Operation *op) {
  SmallVector<Value> values(op->getOperands());
  llvm::SetVector<Value> captured;
  getUsedValuesDefinedAbove(op->getRegions(), captured);
  llvm::append_range(values, captured);
  return values;
}

StringRef quant_bnn::getWayOut(Operation *op) {
  Dialect *dialect = op->getDialect();
  if (isa_and_nonnull<QuantBNNDialect>(dialect))
    return "run quant-bnn-differentiate before passes that replace quantizers, "
           "such as quant-bnn-binarize";
  if (isa_and_nonnull<scf::SCFDialect>(dialect))
    return "of the ops of scf, 'scf.for' and 'scf.if' have gradients";
  return "convert it to ops of arith, math, linalg, scf and tensor first";
}

SmallVector<Operation *> quant_bnn::getOps(Block &block) {
  return llvm::map_to_vector(block.without_terminator(),
                             [](Operation &op) { return &op; });
}

/// Whether values of `type` carry gradients, or would if their ops had
/// gradients.
static bool carriesGradient(Type type) {
  Type element = getElementTypeOrSelf(type);
  return isa<FloatType, ComplexType>(element);
}

namespace {
/// Determines which results depend on which operands, and caches the answers
/// for functions.
struct Activity {
  bool isActive(FunctionOpInterface function);
  bool propagates(Operation *op, Value active, Type result);
  void propagate(ArrayRef<Operation *> ops, ActiveValues &active);

  llvm::DenseMap<Operation *, bool> functions;
};
} // namespace

/// Whether a result of `op`, of type `result`, may depend on its `active`
/// operand. Integers do not carry gradients, except for the bits of a float.
bool Activity::propagates(Operation *op, Value active, Type result) {
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(
        op, call.getCalleeAttr());
    if (callee && !callee.isExternal() && !isActive(callee))
      return false;
  }
  return carriesGradient(result) || !carriesGradient(active.getType()) ||
         isa<arith::BitcastOp, tensor::BitcastOp>(op);
}

void Activity::propagate(ArrayRef<Operation *> ops, ActiveValues &active) {
  for (Operation *op : ops)
    for (Value value : getDifferentiatedValues(op)) {
      if (!active.contains(value))
        continue;
      for (Value result : op->getResults())
        if (propagates(op, value, result.getType()))
          active.insert(result);
    }
}

bool Activity::isActive(FunctionOpInterface function) {
  auto [it, isNew] = functions.try_emplace(function, true);
  Region &body = function.getFunctionBody();
  // Unstructured control flow is refused elsewhere.
  if (!isNew || !body.hasOneBlock())
    return it->second;
  ActiveValues active;
  for (Value argument : body.getArguments())
    if (isDifferentiable(argument.getType()))
      active.insert(argument);
  propagate(getOps(body.front()), active);
  return functions[function] = llvm::any_of(
             body.front().getTerminator()->getOperands(), [&](Value value) {
               return isDifferentiable(value.getType()) &&
                      active.contains(value);
             });
}

void quant_bnn::propagateActivity(ArrayRef<Operation *> ops,
                                  ActiveValues &active) {
  Activity().propagate(ops, active);
}

bool quant_bnn::isActive(FunctionOpInterface function) {
  return Activity().isActive(function);
}

bool quant_bnn::mayBeActive(Value value) {
  // A superfluous gradient costs less than a search of all values before each
  // value.
  constexpr unsigned limit = 1000;
  Activity activity;
  llvm::SetVector<Value> visited;
  visited.insert(value);
  for (unsigned i = 0; i < visited.size(); ++i) {
    if (i == limit)
      return true;
    Value current = visited[i];
    Operation *op = current.getDefiningOp();
    if (!op) {
      if (carriesGradient(current.getType()))
        return true;
      continue;
    }
    for (Value operand : getDifferentiatedValues(op))
      if (activity.propagates(op, operand, current.getType()))
        visited.insert(operand);
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Adjoints
//===----------------------------------------------------------------------===//

static LogicalResult buildAdjoint(OpBuilder &builder, Operation *op,
                                  const ActiveValues &active,
                                  Cotangents &cotangents) {
  SmallVector<Value> outer =
      llvm::map_to_vector(op->getResults(), [&](Value result) {
        return cotangents.lookup(result);
      });
  if (llvm::none_of(outer, [](Value cotangent) { return !!cotangent; }))
    return success();
  SmallVector<Value> values = getDifferentiatedValues(op);
  if (llvm::none_of(values,
                    [&](Value value) { return active.contains(value); }))
    return success();

  auto differentiable = dyn_cast<DifferentiableOpInterface>(op);
  if (!differentiable)
    return op->emitOpError("cannot be differentiated: it has no gradient; ")
           << getWayOut(op);
  FailureOr<SmallVector<Value>> gradients =
      differentiable.buildGradient(builder, op->getLoc(), outer);
  if (failed(gradients))
    return failure();
  if (gradients->size() != values.size())
    return op->emitOpError("returns ") << gradients->size() << " gradients for "
                                       << values.size() << " values";
  for (auto [value, gradient] : llvm::zip_equal(values, *gradients)) {
    if (!gradient || !active.contains(value) ||
        !isDifferentiable(value.getType()))
      continue;
    if (gradient.getType() != value.getType())
      return op->emitOpError("returns a gradient of type ")
             << gradient.getType() << " for a value of type "
             << value.getType();
    cotangents.add(builder, op->getLoc(), value, gradient);
  }
  return success();
}

LogicalResult quant_bnn::buildAdjoints(OpBuilder &builder,
                                       ArrayRef<Operation *> ops,
                                       ActiveValues &active,
                                       Cotangents &cotangents) {
  propagateActivity(ops, active);
  for (Operation *op : llvm::reverse(ops))
    if (failed(buildAdjoint(builder, op, active, cotangents)))
      return failure();
  return success();
}
