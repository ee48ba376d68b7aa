//===- EvaluateMath.cpp - Evaluation of math ------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

namespace {
/// A function and its properties.
struct MathFunction {
  double (*function)(ArrayRef<double>) = nullptr;
  /// Whether IEEE 754 requires the correctly rounded result.
  bool isExact = false;
  bool isSmooth = true;
  bool isMonotone = true;
};
} // namespace

static double round(ArrayRef<double> x) { return std::round(x[0]); }
static double roundEven(ArrayRef<double> x) { return std::nearbyint(x[0]); }

static MathFunction getMathFunction(Operation *op) {
  using V = ArrayRef<double>;
  using Result = MathFunction;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<math::AbsFOp>([](auto) {
        return Result{[](V x) { return std::abs(x[0]); }, true, false};
      })
      .Case<math::FloorOp>([](auto) {
        return Result{[](V x) { return std::floor(x[0]); }, true, false};
      })
      .Case<math::CeilOp>([](auto) {
        return Result{[](V x) { return std::ceil(x[0]); }, true, false};
      })
      .Case<math::TruncOp>([](auto) {
        return Result{[](V x) { return std::trunc(x[0]); }, true, false};
      })
      .Case<math::RoundOp>([](auto) { return Result{round, true, false}; })
      .Case<math::RoundEvenOp>(
          [](auto) { return Result{roundEven, true, false}; })
      .Case<math::CopySignOp>([](auto) {
        return Result{[](V x) { return std::copysign(x[0], x[1]); }, true,
                      false, false};
      })
      .Case<math::FmaOp>([](auto) {
        return Result{[](V x) { return std::fma(x[0], x[1], x[2]); }, true};
      })
      .Case<math::SqrtOp>([](auto) {
        return Result{[](V x) { return std::sqrt(x[0]); }, true};
      })
      .Case<math::RsqrtOp>([](auto) {
        return Result{[](V x) { return 1.0 / std::sqrt(x[0]); }};
      })
      .Case<math::ExpOp>(
          [](auto) { return Result{[](V x) { return std::exp(x[0]); }}; })
      .Case<math::Exp2Op>(
          [](auto) { return Result{[](V x) { return std::exp2(x[0]); }}; })
      .Case<math::ExpM1Op>(
          [](auto) { return Result{[](V x) { return std::expm1(x[0]); }}; })
      .Case<math::LogOp>(
          [](auto) { return Result{[](V x) { return std::log(x[0]); }}; })
      .Case<math::Log1pOp>(
          [](auto) { return Result{[](V x) { return std::log1p(x[0]); }}; })
      .Case<math::TanhOp>(
          [](auto) { return Result{[](V x) { return std::tanh(x[0]); }}; })
      .Case<math::ErfOp>(
          [](auto) { return Result{[](V x) { return std::erf(x[0]); }}; })
      .Case<math::AtanOp>(
          [](auto) { return Result{[](V x) { return std::atan(x[0]); }}; })
      .Case<math::SinOp>([](auto) {
        return Result{[](V x) { return std::sin(x[0]); }, false, true, false};
      })
      .Case<math::CosOp>([](auto) {
        return Result{[](V x) { return std::cos(x[0]); }, false, true, false};
      })
      .Default([](Operation *) { return Result(); });
}

bool quant_bnn::fuzz::evaluateMath(Evaluator &evaluator, Operation *op) {
  if (!isa<math::MathDialect>(op->getDialect()) || op->getNumResults() != 1)
    return false;
  Type type = getElementTypeOrSelf(op->getResult(0));
  if (isa<math::CtPopOp>(op)) {
    unsigned width = type.getIntOrFloatBitWidth();
    evaluator.map(op, [&](ArrayRef<Element> x) {
      return applyInteger(
          width,
          [&](ArrayRef<int64_t> x) {
            return APInt(64, x[0]).zextOrTrunc(width).popcount();
          },
          x);
    });
    return true;
  }
  MathFunction function = getMathFunction(op);
  auto floatType = dyn_cast<FloatType>(type);
  if (!function.function || !floatType)
    return false;
  evaluator.isSmooth &= function.isSmooth;
  evaluator.map(op, [&](ArrayRef<Element> x) {
    bool isExact = llvm::all_of(x, [](Element x) { return x.isExact(); });
    if (!function.isMonotone && !isExact)
      return Element::unknown();
    // The fma of f32 would be rounded twice in double. The fma of half types is
    // rounded in f32, or only once.
    if (isa<math::FmaOp>(op) && isExact && floatType.isF32())
      return Element::ofFloat(
          std::fma(float(x[0].value), float(x[1].value), float(x[2].value)));
    Element result = apply(floatType, function.function, x);
    evaluator.isSmooth &= !result.isKnown() || std::isfinite(result.value);
    if (!function.isExact && evaluator.mathError != 0 && result.isKnown()) {
      if (!std::isfinite(result.value))
        return result.isExact() ? result : Element::unknown();
      double smallest =
          APFloat::getSmallest(floatType.getFloatSemantics()).convertToDouble();
      result.error +=
          evaluator.mathError *
          (getEpsilon(floatType) * std::abs(result.value) + smallest);
      if (!std::isfinite(
              roundTo(floatType, std::abs(result.value) + result.error)))
        return Element::unknown();
    }
    return result;
  });
  return true;
}
