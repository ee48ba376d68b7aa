//===- EvaluateArith.cpp - Evaluation of arith ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

static double minimum(double a, double b) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<double>::quiet_NaN();
  return a < b || (a == b && std::signbit(a)) ? a : b;
}

static double maximum(double a, double b) { return -minimum(-a, -b); }

using Function = double (*)(ArrayRef<double>);

/// Returns the function of an op on floats, or null. In a double, products and
/// sums of floats of at most 24 bits are exact or rounded once more without
/// effect, since a double has more than twice the bits.
static Function getFloatFunction(Operation *op) {
  using X = ArrayRef<double>;
  return llvm::TypeSwitch<Operation *, Function>(op)
      .Case<arith::AddFOp>(
          [](auto) { return +[](X x) { return x[0] + x[1]; }; })
      .Case<arith::SubFOp>(
          [](auto) { return +[](X x) { return x[0] - x[1]; }; })
      .Case<arith::MulFOp>(
          [](auto) { return +[](X x) { return x[0] * x[1]; }; })
      .Case<arith::DivFOp>(
          [](auto) { return +[](X x) { return x[0] / x[1]; }; })
      .Case<arith::NegFOp>([](auto) { return +[](X x) { return -x[0]; }; })
      .Case<arith::MinimumFOp>(
          [](auto) { return +[](X x) { return minimum(x[0], x[1]); }; })
      .Case<arith::MaximumFOp>(
          [](auto) { return +[](X x) { return maximum(x[0], x[1]); }; })
      .Case<arith::MinNumFOp>([](auto) {
        return +[](X x) {
          return std::isnan(x[0])   ? x[1]
                 : std::isnan(x[1]) ? x[0]
                                    : minimum(x[0], x[1]);
        };
      })
      .Case<arith::MaxNumFOp>([](auto) {
        return +[](X x) {
          return std::isnan(x[0])   ? x[1]
                 : std::isnan(x[1]) ? x[0]
                                    : maximum(x[0], x[1]);
        };
      })
      .Case<arith::ExtFOp, arith::TruncFOp>(
          [](auto) { return +[](X x) { return x[0]; }; })
      .Default([](Operation *) { return Function(); });
}

static bool compare(arith::CmpFPredicate predicate, double a, double b) {
  using P = arith::CmpFPredicate;
  bool isUnordered = std::isnan(a) || std::isnan(b);
  switch (predicate) {
  case P::AlwaysFalse:
    return false;
  case P::OEQ:
    return a == b;
  case P::OGT:
    return a > b;
  case P::OGE:
    return a >= b;
  case P::OLT:
    return a < b;
  case P::OLE:
    return a <= b;
  case P::ONE:
    return !isUnordered && a != b;
  case P::ORD:
    return !isUnordered;
  case P::UEQ:
    return isUnordered || a == b;
  case P::UGT:
    return isUnordered || a > b;
  case P::UGE:
    return isUnordered || a >= b;
  case P::ULT:
    return isUnordered || a < b;
  case P::ULE:
    return isUnordered || a <= b;
  case P::UNE:
    return isUnordered || a != b;
  case P::UNO:
    return isUnordered;
  case P::AlwaysTrue:
    return true;
  }
  llvm_unreachable("not a predicate");
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

static unsigned getWidth(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
}

static uint64_t zeroExtended(int64_t value, unsigned width) {
  return width == 64 ? value : value & ((uint64_t(1) << width) - 1);
}

static bool compare(arith::CmpIPredicate predicate, int64_t a, int64_t b) {
  using P = arith::CmpIPredicate;
  uint64_t ua = a, ub = b;
  switch (predicate) {
  case P::eq:
    return a == b;
  case P::ne:
    return a != b;
  case P::slt:
    return a < b;
  case P::sle:
    return a <= b;
  case P::sgt:
    return a > b;
  case P::sge:
    return a >= b;
  // Sign extension preserves the unsigned order of integers.
  case P::ult:
    return ua < ub;
  case P::ule:
    return ua <= ub;
  case P::ugt:
    return ua > ub;
  case P::uge:
    return ua >= ub;
  }
  llvm_unreachable("not a predicate");
}

/// Returns the result of an op on integers of `width` bits, or nullopt if it is
/// undefined.
static std::optional<int64_t> evaluateInteger(Operation *op, unsigned width,
                                              ArrayRef<int64_t> x) {
  bool overflows =
      x.size() == 2 && x[1] == -1 && width > 1 && x[0] == llvm::minIntN(width);
  auto u = [&](size_t i) { return zeroExtended(x[i], width); };
  using Result = std::optional<int64_t>;
  auto divide = [&](auto function) -> Result {
    if (x[1] == 0 || overflows)
      return std::nullopt;
    return function();
  };
  auto shift = [&](auto function) -> Result {
    if (u(1) >= width)
      return std::nullopt;
    return function();
  };
  int64_t quotientSign = x.size() == 2 && (x[0] < 0) != (x[1] < 0) ? -1 : 1;
  return llvm::TypeSwitch<Operation *, Result>(op)
      .Case<arith::AddIOp>([&](auto) { return int64_t(u(0) + u(1)); })
      .Case<arith::SubIOp>([&](auto) { return int64_t(u(0) - u(1)); })
      .Case<arith::MulIOp>([&](auto) { return int64_t(u(0) * u(1)); })
      .Case<arith::AndIOp>([&](auto) { return x[0] & x[1]; })
      .Case<arith::OrIOp>([&](auto) { return x[0] | x[1]; })
      .Case<arith::XOrIOp>([&](auto) { return x[0] ^ x[1]; })
      .Case<arith::MinSIOp>([&](auto) { return std::min(x[0], x[1]); })
      .Case<arith::MaxSIOp>([&](auto) { return std::max(x[0], x[1]); })
      .Case<arith::MinUIOp>([&](auto) { return int64_t(std::min(u(0), u(1))); })
      .Case<arith::MaxUIOp>([&](auto) { return int64_t(std::max(u(0), u(1))); })
      .Case<arith::DivSIOp>(
          [&](auto) { return divide([&] { return x[0] / x[1]; }); })
      .Case<arith::RemSIOp>(
          [&](auto) { return divide([&] { return x[0] % x[1]; }); })
      .Case<arith::DivUIOp>([&](auto) -> Result {
        return u(1) ? Result(u(0) / u(1)) : std::nullopt;
      })
      .Case<arith::RemUIOp>([&](auto) -> Result {
        return u(1) ? Result(u(0) % u(1)) : std::nullopt;
      })
      .Case<arith::CeilDivUIOp>([&](auto) -> Result {
        return u(1) ? Result(u(0) / u(1) + (u(0) % u(1) != 0)) : std::nullopt;
      })
      .Case<arith::FloorDivSIOp>([&](auto) {
        return divide([&] {
          return x[0] / x[1] - (x[0] % x[1] != 0 && quotientSign < 0);
        });
      })
      .Case<arith::CeilDivSIOp>([&](auto) {
        return divide([&] {
          return x[0] / x[1] + (x[0] % x[1] != 0 && quotientSign > 0);
        });
      })
      .Case<arith::ShLIOp>(
          [&](auto) { return shift([&] { return int64_t(u(0) << u(1)); }); })
      .Case<arith::ShRUIOp>(
          [&](auto) { return shift([&] { return int64_t(u(0) >> u(1)); }); })
      .Case<arith::ShRSIOp>(
          [&](auto) { return shift([&] { return x[0] >> u(1); }); })
      .Default([](Operation *) { return std::nullopt; });
}

static bool isInteger(Operation *op) {
  return isa<arith::AddIOp, arith::SubIOp, arith::MulIOp, arith::AndIOp,
             arith::OrIOp, arith::XOrIOp, arith::MinSIOp, arith::MaxSIOp,
             arith::MinUIOp, arith::MaxUIOp, arith::DivSIOp, arith::RemSIOp,
             arith::DivUIOp, arith::RemUIOp, arith::CeilDivUIOp,
             arith::FloorDivSIOp, arith::CeilDivSIOp, arith::ShLIOp,
             arith::ShRUIOp, arith::ShRSIOp>(op);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// Converts a float to an integer, which is undefined if the float is out of
/// range.
static Element toInteger(const Element &x, unsigned width, bool isSigned) {
  if (!x.isKnown())
    return x;
  double low = std::trunc(x.value - x.error);
  double high = std::trunc(x.value + x.error);
  double least = isSigned ? -std::ldexp(1.0, width - 1) : 0.0;
  double end = std::ldexp(1.0, isSigned ? width - 1 : width);
  if (!(low >= least && high < end))
    return Element::undefined();
  if (low != high)
    return Element::unknown();
  uint64_t bits = isSigned ? uint64_t(int64_t(low)) : uint64_t(low);
  return Element::ofInteger(llvm::SignExtend64(bits, width));
}

static APFloat toAPFloat(FloatType type, double value) {
  bool losesInfo;
  APFloat result(value);
  result.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return result;
}

/// Converts an integer to `type`, rounded once.
static double fromInteger(FloatType type, int64_t value, unsigned width,
                          bool isSigned) {
  APFloat result(type.getFloatSemantics());
  APInt bits(64, isSigned ? uint64_t(value) : zeroExtended(value, width));
  result.convertFromAPInt(bits, isSigned, APFloat::rmNearestTiesToEven);
  return result.convertToDouble();
}

static Element bitcast(Type from, Type to, const Element &x) {
  if (from == to)
    return x;
  if (!x.isExact())
    return x.isUndefined() ? x : Element::unknown();
  auto source = dyn_cast<FloatType>(from);
  // The payload of a NaN is unknown.
  if (source && std::isnan(x.value))
    return Element::unknown();
  APInt bits = source ? toAPFloat(source, x.value).bitcastToAPInt()
                      : APInt(64, x.integer).zextOrTrunc(getWidth(from));
  if (auto target = dyn_cast<FloatType>(to))
    return Element::ofFloat(
        APFloat(target.getFloatSemantics(), bits).convertToDouble());
  return Element::ofInteger(bits.getSExtValue());
}

static Data getConstant(Attribute attribute, Type type) {
  auto getElement = [](Attribute value) {
    if (auto number = dyn_cast<FloatAttr>(value)) {
      APFloat wide = number.getValue();
      bool losesInfo;
      wide.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                   &losesInfo);
      return Element::ofFloat(wide.convertToDouble());
    }
    if (auto number = dyn_cast<IntegerAttr>(value))
      return Element::ofInteger(number.getValue().getSExtValue());
    return Element::undefined();
  };
  auto shaped = dyn_cast<ShapedType>(type);
  if (!shaped)
    return Data(type, getElement(attribute));
  Data data(shaped.getElementType(), shaped.getShape());
  if (auto elements = dyn_cast<DenseElementsAttr>(attribute))
    for (auto [element, value] :
         llvm::zip(data.elements, elements.getValues<Attribute>()))
      element = getElement(value);
  return data;
}

/// Selects `a` or `b`. If the condition is unknown, the result is known only if
/// `a` and `b` are equal.
static Element select(const Element &condition, const Element &a,
                      const Element &b) {
  if (condition.isUndefined())
    return condition;
  if (condition.isExact())
    return condition.integer ? a : b;
  return a.isExact() && b.isExact() && a.value == b.value &&
                 a.integer == b.integer
             ? a
             : Element::unknown();
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

static bool evaluateAffine(Evaluator &evaluator, Operation *op) {
  if (!isa<affine::AffineApplyOp, affine::AffineMinOp, affine::AffineMaxOp>(op))
    return false;
  AffineMap map = cast<AffineMapAttr>(op->getAttr("map")).getValue();
  SmallVector<Attribute> operands;
  Builder builder(op->getContext());
  for (Value operand : op->getOperands())
    operands.push_back(builder.getIndexAttr(evaluator.getIndex(operand)));
  if (evaluator.isStopped())
    return true;
  SmallVector<int64_t> results;
  (void)map.partialConstantFold(operands, &results);
  if (results.empty()) {
    evaluator.setStop(Evaluator::Stop::Undefined, "an affine expression");
    return true;
  }
  int64_t result = isa<affine::AffineMaxOp>(op)
                       ? *std::max_element(results.begin(), results.end())
                       : *std::min_element(results.begin(), results.end());
  evaluator.set(op->getResult(0), Data::ofIndex(op->getContext(), result));
  return true;
}

bool quant_bnn::fuzz::evaluateArith(Evaluator &evaluator, Operation *op) {
  if (evaluateAffine(evaluator, op))
    return true;
  if (op->getNumResults() != 1 || !isa<arith::ArithDialect>(op->getDialect()))
    return false;
  Type type = getElementTypeOrSelf(op->getResult(0));
  Type from =
      op->getNumOperands() ? getElementTypeOrSelf(op->getOperand(0)) : type;
  auto floatType = dyn_cast<FloatType>(type);
  using Elements = ArrayRef<Element>;

  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    evaluator.set(constant,
                  getConstant(constant.getValue(), constant.getType()));
    return true;
  }
  if (Function function = getFloatFunction(op)) {
    evaluator.map(op, [&](Elements x) {
      Element result = apply(floatType, function, x);
      // What is not finite has no gradient, even if a select drops it: 0 times
      // infinity is NaN.
      evaluator.isSmooth &= !result.isKnown() || std::isfinite(result.value);
      return result;
    });
    return true;
  }
  if (auto compareOp = dyn_cast<arith::CmpFOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      return applyCondition(
          [&](ArrayRef<double> values) {
            return compare(compareOp.getPredicate(), values[0], values[1]);
          },
          x);
    });
    return true;
  }
  if (auto compareOp = dyn_cast<arith::CmpIOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      return applyInteger(
          1,
          [&](ArrayRef<int64_t> values) {
            return compare(compareOp.getPredicate(), values[0], values[1]);
          },
          x);
    });
    return true;
  }
  if (isa<arith::SelectOp>(op)) {
    evaluator.map(op, [&](Elements x) { return select(x[0], x[1], x[2]); });
    return true;
  }
  if (isInteger(op)) {
    evaluator.map(op, [&](Elements x) {
      unsigned width = getWidth(type);
      bool isDefined = true;
      Element result = applyInteger(
          width,
          [&](ArrayRef<int64_t> values) {
            auto value = evaluateInteger(op, width, values);
            isDefined = value.has_value();
            return value.value_or(0);
          },
          x);
      return isDefined ? result : Element::undefined();
    });
    return true;
  }
  if (isa<arith::IndexCastOp, arith::ExtSIOp, arith::TruncIOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      return applyInteger(getWidth(type), [](auto x) { return x[0]; }, x);
    });
    return true;
  }
  if (isa<arith::IndexCastUIOp, arith::ExtUIOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      return applyInteger(
          getWidth(type),
          [&](auto x) { return zeroExtended(x[0], getWidth(from)); }, x);
    });
    return true;
  }
  if (isa<arith::SIToFPOp, arith::UIToFPOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      if (!x[0].isExact())
        return x[0];
      return Element::ofFloat(fromInteger(
          floatType, x[0].integer, getWidth(from), isa<arith::SIToFPOp>(op)));
    });
    return true;
  }
  if (isa<arith::FPToSIOp, arith::FPToUIOp>(op)) {
    evaluator.map(op, [&](Elements x) {
      return toInteger(x[0], getWidth(type), isa<arith::FPToSIOp>(op));
    });
    return true;
  }
  if (isa<arith::BitcastOp>(op)) {
    evaluator.map(op, [&](Elements x) { return bitcast(from, type, x[0]); });
    return true;
  }
  return false;
}
