//===- Element.cpp - Numbers with error bounds ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Element.h"
#include "llvm/ADT/APFloat.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

double quant_bnn::fuzz::roundTo(FloatType type, double value) {
  if (type.isF64() || std::isnan(value))
    return value;
  if (type.isF32())
    return float(value);
  bool losesInfo;
  APFloat rounded(value);
  rounded.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
  return rounded.convertToDouble();
}

double quant_bnn::fuzz::getEpsilon(FloatType type) {
  return std::ldexp(1.0, 1 - int(type.getFPMantissaWidth()));
}

FloatType quant_bnn::fuzz::getComputeType(FloatType type) {
  return type.isF64() ? type : Float32Type::get(type.getContext());
}

/// Calls `visit` with all combinations of the ends of the intervals of
/// `operands`.
static void visitCorners(ArrayRef<Element> operands,
                         llvm::function_ref<void(ArrayRef<double>)> visit) {
  SmallVector<double, 4> corner(operands.size());
  for (unsigned bits = 0, end = 1u << operands.size(); bits < end; ++bits) {
    bool isNew = true;
    for (auto [i, operand] : llvm::enumerate(operands)) {
      bool isHigh = bits >> i & 1;
      isNew &= !isHigh || !operand.isExact();
      corner[i] = operand.isExact() ? operand.value
                  : isHigh          ? operand.value + operand.error
                                    : operand.value - operand.error;
    }
    if (isNew)
      visit(corner);
  }
}

static SmallVector<double, 4> getValues(ArrayRef<Element> operands) {
  SmallVector<double, 4> values;
  for (const Element &operand : operands)
    values.push_back(operand.value);
  return values;
}

Element quant_bnn::fuzz::apply(FloatType type, FloatFunction function,
                               ArrayRef<Element> operands) {
  if (llvm::any_of(operands, [](const Element &x) { return x.isUndefined(); }))
    return Element::undefined();
  if (llvm::any_of(operands, [](const Element &x) { return !x.isKnown(); }))
    return Element::unknown();
  double value = roundTo(type, function(getValues(operands)));
  if (llvm::all_of(operands, [](const Element &x) { return x.isExact(); }))
    return Element::ofFloat(value);
  if (!std::isfinite(value))
    return Element::unknown();
  double error = 0;
  visitCorners(operands, [&](ArrayRef<double> corner) {
    double distance = std::abs(roundTo(type, function(corner)) - value);
    error = distance <= error ? error : distance;
  });
  // Values between the corners are rounded as well.
  if (error > 0)
    error += 2 * getEpsilon(type) * (std::abs(value) + error);
  if (!std::isfinite(error) ||
      !std::isfinite(roundTo(type, std::abs(value) + error)))
    return Element::unknown();
  return Element::ofFloat(value, error);
}

Element quant_bnn::fuzz::applyInteger(
    unsigned width, llvm::function_ref<int64_t(ArrayRef<int64_t>)> function,
    ArrayRef<Element> operands) {
  SmallVector<int64_t, 4> integers;
  for (const Element &operand : operands) {
    if (!operand.isExact())
      return operand.isUndefined() ? operand : Element::unknown();
    integers.push_back(operand.integer);
  }
  uint64_t result = function(integers);
  return Element::ofInteger(llvm::SignExtend64(result, width));
}

Element quant_bnn::fuzz::applyCondition(
    llvm::function_ref<bool(ArrayRef<double>)> function,
    ArrayRef<Element> operands) {
  for (const Element &operand : operands)
    if (!operand.isKnown())
      return operand;
  bool result = function(getValues(operands));
  bool isSame = true;
  visitCorners(operands, [&](ArrayRef<double> corner) {
    isSame &= function(corner) == result;
  });
  return isSame ? Element::ofInteger(-int64_t(result)) : Element::unknown();
}

bool quant_bnn::fuzz::agrees(Type type, const Element &expected,
                             const Element &actual) {
  if (!expected.isKnown())
    return true;
  if (!actual.isKnown())
    return !actual.isUndefined();
  if (!isa<FloatType>(type))
    return expected.integer == actual.integer;
  if (std::isnan(expected.value) || std::isnan(actual.value))
    return std::isnan(expected.value) && std::isnan(actual.value);
  return expected.value == actual.value ||
         std::abs(expected.value - actual.value) <=
             expected.error + actual.error;
}
