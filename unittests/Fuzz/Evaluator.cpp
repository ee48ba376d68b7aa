//===- Evaluator.cpp - Evaluation of functions without lowering -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

/// Limits on the number of evaluated ops and on the depth of calls.
static constexpr uint64_t maxNumSteps = 200000;
static constexpr unsigned maxDepth = 20;

//===----------------------------------------------------------------------===//
// Data
//===----------------------------------------------------------------------===//

Data::Data(Type type, ArrayRef<int64_t> shape, Element element)
    : type(type), shape(shape) {
  size_t size = 1;
  for (int64_t extent : shape)
    size *= extent;
  elements.assign(size, element);
}

Data Data::ofIndex(MLIRContext *context, int64_t value) {
  return Data(IndexType::get(context), Element::ofInteger(value));
}

std::optional<size_t> Data::getOffset(ArrayRef<int64_t> position) const {
  size_t offset = 0;
  for (auto [index, extent] : llvm::zip_equal(position, shape)) {
    if (index < 0 || index >= extent)
      return std::nullopt;
    offset = offset * extent + index;
  }
  return offset;
}

void quant_bnn::fuzz::visitPositions(
    ArrayRef<int64_t> shape,
    llvm::function_ref<void(ArrayRef<int64_t>)> visit) {
  if (llvm::is_contained(shape, 0))
    return;
  SmallVector<int64_t> position(shape.size(), 0);
  for (;;) {
    visit(position);
    size_t i = shape.size();
    while (i > 0 && ++position[i - 1] == shape[i - 1])
      position[--i] = 0;
    if (i == 0)
      return;
  }
}

//===----------------------------------------------------------------------===//
// Evaluator
//===----------------------------------------------------------------------===//

void Evaluator::setStop(Stop why, const Twine &what) {
  if (isStopped())
    return;
  stop = why;
  reason = what.str();
}

Data &Evaluator::get(Value value) {
  auto it = values.find(value);
  assert(it != values.end() && "an op is evaluated before its operands");
  return it->second;
}

int64_t Evaluator::getIndex(Value value) {
  const Element &element = get(value).elements.front();
  if (!element.isExact())
    setStop(Stop::Undefined, "an index is not known");
  return element.integer;
}

int64_t Evaluator::getIndex(OpFoldResult value) {
  if (auto constant = getConstantIntValue(value))
    return *constant;
  return getIndex(cast<Value>(value));
}

SmallVector<int64_t> Evaluator::getIndices(ArrayRef<OpFoldResult> values) {
  SmallVector<int64_t> indices;
  for (OpFoldResult value : values)
    indices.push_back(getIndex(value));
  return indices;
}

/// Whether `flags` exclude the value of `element`.
static bool isExcluded(arith::FastMathFlags flags, Type type,
                       const Element &element) {
  if (!isa<FloatType>(type) || !element.isKnown())
    return false;
  return (arith::bitEnumContainsAny(flags, arith::FastMathFlags::nnan) &&
          std::isnan(element.value)) ||
         (arith::bitEnumContainsAny(flags, arith::FastMathFlags::ninf) &&
          std::isinf(element.value));
}

void Evaluator::map(Operation *op,
                    llvm::function_ref<Element(ArrayRef<Element>)> function) {
  SmallVector<const Data *, 4> operands;
  const Data *shaped = nullptr;
  for (Value operand : op->getOperands()) {
    operands.push_back(&get(operand));
    if (!isa<ShapedType>(operand.getType()))
      continue;
    if (shaped && shaped->shape != operands.back()->shape)
      return setStop(Stop::Undefined, "operands of different shapes");
    shaped = operands.back();
  }
  Data result(getElementTypeOrSelf(op->getResult(0)),
              shaped ? ArrayRef(shaped->shape) : ArrayRef<int64_t>());
  auto flags = arith::FastMathFlags::none;
  if (auto fastMath = dyn_cast<arith::ArithFastMathInterface>(op))
    if (auto attribute = fastMath.getFastMathFlagsAttr())
      flags = attribute.getValue();
  SmallVector<Element, 4> elements(operands.size());
  for (size_t i = 0, end = result.elements.size(); i < end; ++i) {
    for (auto [element, operand, value] :
         llvm::zip_equal(elements, operands, op->getOperands()))
      element = operand->elements[isa<ShapedType>(value.getType()) ? i : 0];
    Element &element = result.elements[i];
    element = function(elements);
    bool isPoison = isExcluded(flags, result.type, element);
    for (auto [operand, input] : llvm::zip_equal(operands, elements))
      isPoison |= isExcluded(flags, operand->type, input);
    if (isPoison)
      element = Element::undefined();
  }
  set(op->getResult(0), std::move(result));
}

void Evaluator::evaluate(Operation *op) {
  if (++numSteps > maxNumSteps)
    return setStop(Stop::Limit, "too many steps");
  for (auto evaluateSome :
       {evaluateArith, evaluateMath, evaluateTensor, evaluateLinalg,
        evaluateControlFlow, evaluateQuantizer, evaluatePacked})
    if (evaluateSome(*this, op))
      return;
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = module.lookupSymbol<func::FuncOp>(call.getCallee());
    if (!callee || callee.isExternal())
      return setStop(Stop::Unsupported, "an external function");
    SmallVector<Data> arguments;
    for (Value operand : op->getOperands())
      arguments.push_back(get(operand));
    std::vector<Data> results = callFunction(callee, arguments);
    if (isStopped())
      return;
    for (auto [result, data] : llvm::zip_equal(op->getResults(), results))
      set(result, data);
    return;
  }
  setStop(Stop::Unsupported, op->getName().getStringRef());
}

SmallVector<Value> Evaluator::run(Block &block, ArrayRef<Data> arguments) {
  for (auto [argument, data] : llvm::zip_equal(block.getArguments(), arguments))
    set(argument, data);
  for (Operation &op : block) {
    if (op.hasTrait<OpTrait::IsTerminator>()) {
      if (op.getNumSuccessors() != 0)
        setStop(Stop::Unsupported, op.getName().getStringRef());
      return op.getOperands();
    }
    evaluate(&op);
    if (isStopped())
      return {};
  }
  return {};
}

/// Whether the shape of `data` agrees with the static extents of `type`.
static bool hasShapeOf(Type type, const Data &data) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped)
    return true;
  return shaped.hasRank() &&
         succeeded(verifyCompatibleShape(shaped.getShape(), data.shape));
}

std::vector<Data> Evaluator::callFunction(func::FuncOp function,
                                          ArrayRef<Data> arguments) {
  if (!function.getBody().hasOneBlock()) {
    setStop(Stop::Unsupported, "a function of several blocks");
    return {};
  }
  if (++depth > maxDepth) {
    setStop(Stop::Limit, "calls nested too deep");
    return {};
  }
  for (auto [type, data] :
       llvm::zip_equal(function.getArgumentTypes(), arguments))
    if (!hasShapeOf(type, data))
      setStop(Stop::Undefined, "an argument of another shape");
  SmallVector<Value> results = run(function.getBody().front(), arguments);
  --depth;
  std::vector<Data> data;
  if (isStopped())
    return data;
  for (Value result : results) {
    data.push_back(get(result));
    if (!hasShapeOf(result.getType(), data.back()))
      setStop(Stop::Undefined, "a result of another shape than its type");
  }
  return data;
}

std::optional<std::vector<Data>> Evaluator::call(func::FuncOp function,
                                                 ArrayRef<Data> arguments) {
  std::vector<Data> results = callFunction(function, arguments);
  if (isStopped())
    return std::nullopt;
  return results;
}
