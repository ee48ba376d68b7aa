//===- Extract.cpp - Expressions of SSA values ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Analysis/ScalarFunction/Extract.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/Analysis/ScalarFunction/Rounding.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace quant_bnn::scalar_function;

/// Limits on the number of ops and on their depth. Quantizers are small, and
/// the limits keep the work for a function linear in its size.
static constexpr unsigned maxOps = 192, maxDepth = 40;

static bool isSupported(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isF16() || element.isBF16() || element.isF32() ||
         element.isF64() || element.isInteger(1);
}

bool quant_bnn::scalar_function::hasOneElement(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.hasStaticShape() && tensor.getNumElements() == 1;
}

AffineMap quant_bnn::scalar_function::getElementMap(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics() ||
      op.getNumParallelLoops() != op.getNumLoops())
    return AffineMap();
  AffineMap map;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    AffineMap initMap = op.getMatchingIndexingMap(&init);
    if (!initMap.isPermutation() || (map && map != initMap))
      return AffineMap();
    map = initMap;
  }
  return map;
}

ArrayRef<Value> Extractor::getValues(const Expr *expr) const {
  auto it = values.find(expr);
  return it == values.end() ? ArrayRef<Value>() : ArrayRef<Value>(it->second);
}

const Expr *Extractor::get(Value value) {
  if (auto it = exprs.find(value); it != exprs.end())
    return it->second;
  const Expr *expr = compute(value);
  exprs[value] = expr;
  values[expr].push_back(value);
  return expr;
}

const Expr *Extractor::getUnknown(Value value) {
  return context.unknown(value.getAsOpaquePointer(),
                         getElementTypeOrSelf(value.getType()));
}

const Expr *Extractor::getConstant(Value value) {
  Attribute attribute;
  if (!matchPattern(value, m_Constant(&attribute)))
    return nullptr;
  if (auto dense = dyn_cast<DenseElementsAttr>(attribute);
      dense && dense.isSplat())
    attribute = dense.getSplatValue<Attribute>();
  if (auto number = dyn_cast<FloatAttr>(attribute))
    return context.constant(number.getType(), number.getValue());
  if (auto truth = dyn_cast<IntegerAttr>(attribute);
      truth && truth.getType().isInteger(1))
    return context.truth(value.getContext(), truth.getValue().isOne());
  return nullptr;
}

const Expr *Extractor::compute(Value value) {
  if (leaves)
    if (const Expr *leaf = leaves(value))
      return leaf;
  if (!isSupported(value.getType()))
    return getUnknown(value);
  if (const Expr *constant = getConstant(value))
    return constant;
  if (numOps == maxOps || depth == maxDepth)
    return getUnknown(value);
  ++numOps;
  llvm::SaveAndRestore nested(depth, depth + 1);
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    const Expr *expr = computeArgument(argument);
    return expr ? expr : getUnknown(value);
  }
  Operation *op = value.getDefiningOp();
  const Expr *expr = nullptr;
  if (auto structured = dyn_cast<linalg::LinalgOp>(op)) {
    if (getElementMap(structured))
      expr = get(structured.getBlock()->getTerminator()->getOperand(
          cast<OpResult>(value).getResultNumber()));
  } else if (isa<vector::BroadcastOp, tensor::SplatOp>(op)) {
    if (op->getOperand(0).getType().isIntOrFloat())
      expr = get(op->getOperand(0));
  } else if (isa<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(op)) {
    if (hasOneElement(op->getOperand(0).getType()))
      expr = get(op->getOperand(0));
  } else {
    expr = computeOp(op);
  }
  return expr ? expr : getUnknown(value);
}

const Expr *Extractor::computeArgument(BlockArgument argument) {
  auto structured =
      dyn_cast_or_null<linalg::LinalgOp>(argument.getOwner()->getParentOp());
  if (!structured || structured.getBlock() != argument.getOwner())
    return nullptr;
  OpOperand *operand = structured.getMatchingOpOperand(argument);
  Value source = operand->get();
  if (!structured.hasPureTensorSemantics())
    return nullptr;
  if (source.getType().isIntOrFloat())
    return get(source);
  if (const Expr *constant = getConstant(source))
    return constant;
  AffineMap map = structured.getMatchingIndexingMap(operand);
  // The producers of a tensor of one element have one element, too.
  if (hasOneElement(source.getType()) || map == getElementMap(structured))
    return get(source);
  // All elements of a fill are the same, so the map does not matter.
  if (auto fill = source.getDefiningOp<linalg::FillOp>())
    return get(fill.getInputs().front());
  return nullptr;
}

/// Returns the orders in which `predicate` holds, as bits of Order.
static uintptr_t getOrders(arith::CmpFPredicate predicate) {
  using arith::CmpFPredicate;
  constexpr uintptr_t unordered = static_cast<unsigned>(Order::unordered);
  switch (predicate) {
  case CmpFPredicate::AlwaysFalse:
    return 0;
  case CmpFPredicate::UNO:
    return unordered;
  case CmpFPredicate::AlwaysTrue:
    return 15;
  case CmpFPredicate::OEQ:
  case CmpFPredicate::OGT:
  case CmpFPredicate::OGE:
  case CmpFPredicate::OLT:
  case CmpFPredicate::OLE:
  case CmpFPredicate::ONE:
  case CmpFPredicate::ORD:
    return static_cast<uintptr_t>(predicate);
  default:
    // UEQ to UNE follow ORD as OEQ to ONE follow AlwaysFalse.
    return unordered | (static_cast<uintptr_t>(predicate) - 7);
  }
}

namespace {
/// A truth as a float: the number for true; false is 0.
struct TruthAsFloat {
  Value truth;
  double number;
};
} // namespace

/// Matches conversions of an i1 to a float, also by way of wider integers.
static std::optional<TruthAsFloat> matchTruthAsFloat(Operation *op) {
  if (!isa<arith::UIToFPOp, arith::SIToFPOp>(op))
    return std::nullopt;
  SmallVector<Operation *> extensions;
  Value value = op->getOperand(0);
  while (!getElementTypeOrSelf(value).isInteger(1)) {
    Operation *extension = value.getDefiningOp();
    if (!isa_and_present<arith::ExtUIOp, arith::ExtSIOp>(extension))
      return std::nullopt;
    extensions.push_back(extension);
    value = extension->getOperand(0);
  }
  // Read as signed, true is -1 until it is extended as unsigned.
  bool isNegative = true;
  for (Operation *extension : llvm::reverse(extensions)) {
    if (isa<arith::ExtSIOp>(extension))
      continue;
    if (isNegative && extension != extensions.back())
      return std::nullopt;
    isNegative = false;
  }
  if (isa<arith::SIToFPOp>(op))
    return TruthAsFloat{value, isNegative ? -1.0 : 1.0};
  // The largest integer of a wider type.
  if (isNegative && !extensions.empty())
    return std::nullopt;
  return TruthAsFloat{value, 1.0};
}

const Expr *Extractor::computeOp(Operation *op) {
  if (std::optional<TruthAsFloat> truth = matchTruthAsFloat(op)) {
    Type type = getElementTypeOrSelf(op->getResult(0).getType());
    return context.get(Opcode::select, type,
                       {get(truth->truth),
                        context.constant(type, truth->number),
                        context.constant(type, 0.0)});
  }
  if (op->getNumResults() != 1 || op->getNumRegions() != 0 ||
      !llvm::all_of(op->getOperandTypes(), isSupported))
    return nullptr;
  arith::FastMathFlags flags = arith::FastMathFlags::none;
  if (auto flagged = dyn_cast<arith::ArithFastMathInterface>(op))
    if (arith::FastMathFlagsAttr attribute = flagged.getFastMathFlagsAttr())
      flags = attribute.getValue();
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  auto node = [&](Opcode opcode, uintptr_t payload = 0) {
    SmallVector<const Expr *, 3> operands;
    for (Value operand : op->getOperands())
      operands.push_back(get(operand));
    return context.get(opcode, type, operands, flags, payload);
  };
  using Case = std::optional<Opcode>;
  Case opcode = llvm::TypeSwitch<Operation *, Case>(op)
                    .Case([](arith::NegFOp) { return Opcode::neg; })
                    .Case([](math::AbsFOp) { return Opcode::abs; })
                    .Case([](arith::AddFOp) { return Opcode::add; })
                    .Case([](arith::MulFOp) { return Opcode::mul; })
                    .Case([](arith::DivFOp) { return Opcode::div; })
                    .Case([](math::FmaOp) { return Opcode::fma; })
                    .Case([](arith::MinimumFOp) { return Opcode::minimum; })
                    .Case([](arith::MaximumFOp) { return Opcode::maximum; })
                    .Case([](arith::MinNumFOp) { return Opcode::minnum; })
                    .Case([](arith::MaxNumFOp) { return Opcode::maxnum; })
                    .Case([](math::CopySignOp) { return Opcode::copysign; })
                    .Case([](math::RoundEvenOp) { return Opcode::roundeven; })
                    .Case([](math::RoundOp) { return Opcode::round; })
                    .Case([](math::FloorOp) { return Opcode::floor; })
                    .Case([](math::CeilOp) { return Opcode::ceil; })
                    .Case([](math::TruncOp) { return Opcode::trunc; })
                    .Case([](math::TanhOp) { return Opcode::tanh; })
                    .Case([](arith::ExtFOp) { return Opcode::extend; })
                    .Case([](arith::TruncFOp) { return Opcode::truncate; })
                    .Case([](arith::SelectOp) { return Opcode::select; })
                    .Default([](Operation *) { return Case(); });
  if (auto truncation = dyn_cast<arith::TruncFOp>(op))
    if (truncation.getRoundingmode().value_or(
            arith::RoundingMode::to_nearest_even) !=
        arith::RoundingMode::to_nearest_even)
      return nullptr;
  if (opcode) {
    const Expr *expr = node(*opcode);
    if (const Expr *rounded = matchRoundEven(context, expr))
      return context.get(Opcode::roundeven, type, rounded);
    return expr;
  }
  if (auto difference = dyn_cast<arith::SubFOp>(op)) {
    const Expr *subtrahend = get(difference.getRhs());
    const Expr *negated = subtrahend->isConstant()
                              ? context.constant(type, neg(*subtrahend->value))
                              : context.get(Opcode::neg, type, subtrahend);
    return context.get(Opcode::add, type, {get(difference.getLhs()), negated},
                       flags);
  }
  if (auto comparison = dyn_cast<arith::CmpFOp>(op))
    return node(Opcode::compare, getOrders(comparison.getPredicate()));
  if (type.isInteger(1)) {
    if (isa<arith::AndIOp>(op))
      return node(Opcode::andi);
    if (isa<arith::OrIOp>(op))
      return node(Opcode::ori);
    if (isa<arith::XOrIOp>(op))
      return node(Opcode::xori);
    return nullptr;
  }
  // exp and similar functions.
  if (isa_and_present<math::MathDialect>(op->getDialect()) &&
      isa<FloatType>(type) &&
      op->hasTrait<OpTrait::SameOperandsAndResultType>())
    return node(Opcode::call, reinterpret_cast<uintptr_t>(
                                  op->getName().getAsOpaquePointer()));
  return nullptr;
}
