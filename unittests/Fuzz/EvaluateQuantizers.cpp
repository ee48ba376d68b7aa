//===- EvaluateQuantizers.cpp - Evaluation of quantizers and gradients ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "Reference/Reference.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

static reference::NanPolicy getPolicy(NanMode mode) {
  switch (mode) {
  case NanMode::positive:
    return reference::NanPolicy::positive;
  case NanMode::negative:
    return reference::NanPolicy::negative;
  case NanMode::propagate:
    return reference::NanPolicy::propagate;
  case NanMode::zero:
    return reference::NanPolicy::zero;
  }
  llvm_unreachable("not a mode");
}

static reference::ZeroPolicy getPolicy(ZeroMode mode) {
  switch (mode) {
  case ZeroMode::positive:
    return reference::ZeroPolicy::positive;
  case ZeroMode::negative:
    return reference::ZeroPolicy::negative;
  case ZeroMode::zero:
    return reference::ZeroPolicy::zero;
  }
  llvm_unreachable("not a mode");
}

/// Returns the largest finite number of `type`.
static double getLargest(FloatType type) {
  return APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
}

static std::optional<double> getDouble(std::optional<APFloat> value) {
  if (!value)
    return std::nullopt;
  return value->convertToDouble();
}

static reference::PactAttributes getAttributes(PactOp op) {
  return {int64_t(op.getBits()),
          op.getMode() == PactMode::signed_ ? reference::PactMode::signed_
                                            : reference::PactMode::unsigned_,
          op.getForm() == PactForm::level ? reference::PactForm::level
                                          : reference::PactForm::value,
          reference::PactGradient::full,
          op.getUnrounded(),
          getLargest(cast<FloatType>(op.getAlpha().getType()))};
}

/// Returns the math of one element in T, or an empty function.
template <typename T>
static std::function<double(ArrayRef<double>)> getMath(Operation *op) {
  using X = ArrayRef<double>;
  using Math = std::function<double(X)>;
  using namespace reference;
  auto window = [](std::optional<double> clip) -> Math {
    return [=](X x) { return windowGrad<T>(x[0], x[1], clip); };
  };
  auto signOf = [](NanMode nan, ZeroMode zero) -> Math {
    return [=](X x) { return sign<T>(x[0], getPolicy(nan), getPolicy(zero)); };
  };
  return llvm::TypeSwitch<Operation *, Math>(op)
      .template Case<IdentityOp, StraightThroughOp, GradientCancellationOp,
                     IdentityGradOp>(
          [](auto) { return [](X x) { return x[0]; }; })
      .template Case<SignOp, ApproxSignOp, SwishSignOp, SurrogateSignOp>(
          [&](auto op) { return signOf(op.getNan(), op.getZero()); })
      .Case([](SteHeavisideOp op) {
        double low = op.getLow().convertToDouble();
        return [=](X x) { return heaviside<T>(x[0], low); };
      })
      .Case([](InputDoReFaOp op) {
        int64_t bits = op.getBits();
        return [=](X x) { return inputDoReFa<T>(x[0], bits); };
      })
      .Case([](DequantizeOp) {
        return [](X x) { return dequantize<T>(x[0], x[1]); };
      })
      .template Case<SignGradOp, SteHeavisideGradOp, StraightThroughGradOp>(
          [&](auto op) { return window(getDouble(op.getClip())); })
      .Case([&](GradientCancellationGradOp op) {
        return window(op.getThreshold().convertToDouble());
      })
      .Case([](ApproxSignGradOp) {
        return [](X x) { return approxSignGrad<T>(x[0], x[1]); };
      })
      .Case([](InputDoReFaGradOp op) {
        bool isWindow = op.getGrad() == InputDoReFaGradient::window;
        return [=](X x) -> double {
          return isWindow ? inputDoReFaWindowGrad<T>(x[0], x[1]) : T(x[1]);
        };
      })
      .Case([](MinMaxGradOp) {
        return [](X x) { return minMaxGrad<T>(x[0], x[1]); };
      })
      .Default([](Operation *) { return Math(); });
}

/// Evaluates a gradient that is the cotangent times a factor of magnitude
/// `largest` at most, with its absolute error bound.
template <typename T, typename Function>
static void evaluateSmoothGrad(Evaluator &evaluator, Operation *op,
                               FloatType type, double largest,
                               Function function) {
  evaluator.map(op, [&](ArrayRef<Element> x) {
    if (!x[0].isExact() || !x[1].isExact())
      return x[0].isUndefined() ? x[0] : Element::unknown();
    double value = roundTo(type, function(T(x[0].value), T(x[1].value)));
    double bound =
        reference::swishSignGradError *
        (getEpsilon(type) * std::abs(largest * x[1].value) +
         APFloat::getSmallest(type.getFloatSemantics()).convertToDouble());
    if (std::isnan(value) && !std::isinf(x[1].value))
      return Element::ofFloat(value);
    if (!std::isfinite(value) || !std::isfinite(bound))
      return Element::unknown();
    return Element::ofFloat(value, bound);
  });
}

//===----------------------------------------------------------------------===//
// Reducing ops
//===----------------------------------------------------------------------===//

/// Returns the elements in T, or nullopt if an element is unknown.
template <typename T>
static std::optional<std::vector<T>> getVector(const Data &data) {
  std::vector<T> values;
  for (const Element &element : data.elements) {
    if (!element.isExact())
      return std::nullopt;
    values.push_back(T(element.value));
  }
  return values;
}

template <typename T>
static Data toData(FloatType type, ArrayRef<int64_t> shape,
                   const std::vector<T> &values) {
  Data data(type, shape);
  for (auto [element, value] : llvm::zip_equal(data.elements, values))
    element = Element::ofFloat(roundTo(type, value));
  return data;
}

/// Sets all results of `op` to unknown.
static void setUnknown(Evaluator &evaluator, Operation *op) {
  const Data &first = evaluator.get(op->getOperand(0));
  for (Value result : op->getResults()) {
    bool isShaped = isa<ShapedType>(result.getType());
    evaluator.set(result,
                  Data(getElementTypeOrSelf(result),
                       isShaped ? ArrayRef(first.shape) : ArrayRef<int64_t>(),
                       Element::unknown()));
  }
}

template <typename T>
static Data toData(FloatType type, reference::Sum<T> sum) {
  double value = roundTo(type, sum.value);
  double bound = reference::sumError * getEpsilon(type) * sum.absoluteTerms;
  if (!std::isfinite(roundTo(type, sum.absoluteTerms)) ||
      !std::isfinite(roundTo(type, std::abs(value) + bound)))
    return Data(type, std::isnan(value) ? Element::ofFloat(value)
                                        : Element::unknown());
  return Data(type, Element::ofFloat(value, bound));
}

template <typename T>
static void evaluateWeightDoReFa(Evaluator &evaluator, WeightDoReFaOp op,
                                 FloatType type) {
  const Data &w = evaluator.get(op.getW());
  auto values = getVector<T>(w);
  if (!values)
    return setUnknown(evaluator, op);
  std::vector<T> y(values->size());
  std::vector<double> preRounding(values->size());
  int64_t bits = op.getBits();
  reference::weightDoReFa(values->data(), y.data(), y.size(), bits);
  reference::weightDoReFaPreRounding(values->data(), preRounding.data(),
                                     y.size(), bits);
  Data result = toData(type, w.shape, y);
  double n = std::ldexp(1.0, int(bits)) - 1;
  double bound = reference::weightDoReFaPreRoundingError * n *
                 getEpsilon(getComputeType(type));
  for (auto [element, v] : llvm::zip_equal(result.elements, preRounding))
    if (std::abs(std::abs(v - std::floor(v)) - 0.5) <= bound)
      element.error = 2 / n * (1 + bound) + 2 * getEpsilon(type);
  evaluator.set(op, std::move(result));
}

template <typename T>
static void evaluateWeightDoReFaGrad(Evaluator &evaluator,
                                     WeightDoReFaGradOp op, FloatType type) {
  const Data &w = evaluator.get(op.getW());
  auto values = getVector<T>(w);
  auto g = getVector<T>(evaluator.get(op.getG()));
  std::optional<T> max;
  bool isKnown = values && g;
  if (op.getMax()) {
    const Element &element = evaluator.get(op.getMax()).elements.front();
    isKnown &= element.isExact();
    max = T(element.value);
  }
  if (!isKnown)
    return setUnknown(evaluator, op);
  if (values->size() != g->size())
    return evaluator.setStop(Evaluator::Stop::Undefined,
                             "operands of different shapes");
  auto gradient = op.getGrad() == WeightDoReFaGradient::identity
                      ? reference::WeightDoReFaGradient::identity
                  : op.getGrad() == WeightDoReFaGradient::tanh
                      ? reference::WeightDoReFaGradient::tanh
                      : reference::WeightDoReFaGradient::zero;
  std::vector<T> dw(g->size());
  reference::weightDoReFaGrad(values->data(), g->data(), dw.data(), dw.size(),
                              gradient, max);
  Data result = toData(type, w.shape, dw);
  if (op.getGrad() == WeightDoReFaGradient::tanh) {
    double m = max.value_or(0);
    if (!max)
      for (T value : *values)
        m = std::fmax(m, std::tanh(std::abs(double(value))));
    for (auto [element, gi] : llvm::zip_equal(result.elements, *g)) {
      double bound = reference::weightDoReFaGradError * getEpsilon(type) *
                     std::abs(double(gi) / m);
      if (m != 0 && !std::isfinite(element.value + bound))
        element = std::isnan(element.value) && std::isfinite(gi)
                      ? element
                      : Element::unknown();
      else if (m != 0)
        element.error = bound;
    }
  }
  evaluator.set(op, std::move(result));
}

template <typename T>
static void evaluateMinMax(Evaluator &evaluator, MinMaxOp op, FloatType type) {
  const Data &x = evaluator.get(op.getX());
  auto values = getVector<T>(x);
  if (!values)
    return setUnknown(evaluator, op);
  std::vector<T> q(values->size());
  T s = reference::minMax(values->data(), q.data(), q.size(), op.getBits(),
                          op.getUnrounded(), getLargest(type));
  Data result = toData(type, x.shape, q);
  evaluator.set(op.getQ(), std::move(result));
  evaluator.set(op.getS(), Data(type, Element::ofFloat(roundTo(type, s))));
}

template <typename T>
static void evaluatePact(Evaluator &evaluator, PactOp op, FloatType type) {
  Data x = evaluator.get(op.getX());
  const Element alpha = evaluator.get(op.getAlpha()).elements.front();
  reference::PactAttributes attributes = getAttributes(op);
  auto scale = [&](ArrayRef<double> alpha) -> double {
    return reference::pactScale<T>(alpha[0], attributes);
  };
  for (Element &element : x.elements)
    element = apply(type,
                    [&](ArrayRef<double> x) -> double {
                      return reference::pact<T>(x[0], x[1], attributes);
                    },
                    {element, alpha});
  evaluator.set(op.getQ(), std::move(x));
  evaluator.set(op.getS(), Data(type, apply(type, scale, alpha)));
}

template <typename T>
static void evaluatePactGrad(Evaluator &evaluator, PactGradOp op,
                             FloatType type) {
  const Data &x = evaluator.get(op.getX());
  auto values = getVector<T>(x), g = getVector<T>(evaluator.get(op.getG()));
  auto alpha = getVector<T>(evaluator.get(op.getAlpha()));
  std::optional<std::vector<T>> gs = std::vector<T>(1);
  if (op.getScaleGradient())
    gs = getVector<T>(evaluator.get(op.getScaleGradient()));
  if (!values || !g || !alpha || !gs)
    return setUnknown(evaluator, op);
  if (values->size() != g->size())
    return evaluator.setStop(Evaluator::Stop::Undefined,
                             "operands of different shapes");
  reference::PactAttributes attributes{
      int64_t(op.getBits()),
      op.getMode() == PactMode::signed_ ? reference::PactMode::signed_
                                        : reference::PactMode::unsigned_,
      op.getForm() == PactForm::level ? reference::PactForm::level
                                      : reference::PactForm::value,
      op.getGrad() == PactGradient::full ? reference::PactGradient::full
                                         : reference::PactGradient::compat};
  attributes.largestScale = getLargest(type);
  std::vector<T> dx(g->size());
  reference::Sum<T> sum = reference::pactGrad<T>(
      values->data(), alpha->front(), g->data(),
      op.getScaleGradient() ? std::optional<T>(gs->front()) : std::nullopt,
      dx.data(), dx.size(), attributes);
  Data result = toData(type, x.shape, dx);
  evaluator.set(op.getDx(), std::move(result));
  evaluator.set(op.getDalpha(), toData(type, sum));
}

template <typename T>
static void evaluateDequantizeGrad(Evaluator &evaluator, DequantizeGradOp op,
                                   FloatType type) {
  const Data &q = evaluator.get(op.getQ());
  auto values = getVector<T>(q), g = getVector<T>(evaluator.get(op.getG()));
  auto s = getVector<T>(evaluator.get(op.getS()));
  if (!values || !g || !s)
    return setUnknown(evaluator, op);
  if (values->size() != g->size())
    return evaluator.setStop(Evaluator::Stop::Undefined,
                             "operands of different shapes");
  std::vector<T> dq(g->size());
  reference::Sum<T> sum = reference::dequantizeGrad<T>(
      values->data(), s->front(), g->data(), dq.data(), dq.size());
  Data result = toData(type, q.shape, dq);
  evaluator.set(op.getDq(), std::move(result));
  evaluator.set(op.getDs(), toData(type, sum));
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

/// Evaluates the quantizer that `op` names.
static void evaluateQActivation(Evaluator &evaluator, QActivationOp op);

template <typename T>
static bool evaluateIn(Evaluator &evaluator, Operation *op, FloatType type) {
  if (auto math = getMath<T>(op)) {
    evaluator.map(op,
                  [&](ArrayRef<Element> x) { return apply(type, math, x); });
    return true;
  }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](SwishSignGradOp op) {
        double beta = op.getBeta().convertToDouble();
        evaluateSmoothGrad<T>(evaluator, op, type, beta, [&](T x, T g) {
          return reference::swishSignGrad(x, g, beta);
        });
        return true;
      })
      .Case([&](SurrogateGradOp op) {
        auto ede = dyn_cast<EDEAttr>(op.getGradient());
        if (!ede)
          return false;
        double t = ede.getT().getValueAsDouble();
        evaluateSmoothGrad<T>(
            evaluator, op, type, std::max(1.0, t),
            [&](T x, T g) { return reference::edeGrad(x, g, t); });
        return true;
      })
      .Case([&](WeightDoReFaOp op) {
        evaluateWeightDoReFa<T>(evaluator, op, type);
        return true;
      })
      .Case([&](WeightDoReFaGradOp op) {
        evaluateWeightDoReFaGrad<T>(evaluator, op, type);
        return true;
      })
      .Case([&](MinMaxOp op) {
        evaluateMinMax<T>(evaluator, op, type);
        return true;
      })
      .Case([&](PactOp op) {
        evaluatePact<T>(evaluator, op, type);
        return true;
      })
      .Case([&](PactGradOp op) {
        evaluatePactGrad<T>(evaluator, op, type);
        return true;
      })
      .Case([&](DequantizeGradOp op) {
        evaluateDequantizeGrad<T>(evaluator, op, type);
        return true;
      })
      .Case([&](QActivationOp op) {
        evaluateQActivation(evaluator, op);
        return true;
      })
      .Default([](Operation *) { return false; });
}

static void evaluateQActivation(Evaluator &evaluator, QActivationOp op) {
  auto type = cast<FloatType>(getElementTypeOrSelf(op.getType()));
  OperationState state(op.getLoc(), ("quant_bnn." + op.getQuantizer()).str());
  state.addOperands(op.getX());
  state.addTypes(op.getType());
  if (op.getBitsAttr())
    state.addAttribute("bits", op.getBitsAttr());
  if (op.getBetaAttr())
    state.addAttribute("beta", op.getBetaAttr());
  Operation *quantizer = Operation::create(state);
  bool isKnown = type.isF64() ? evaluateIn<double>(evaluator, quantizer, type)
                              : evaluateIn<float>(evaluator, quantizer, type);
  Data result = isKnown && !evaluator.isStopped()
                    ? evaluator.get(quantizer->getResult(0))
                    : Data();
  evaluator.erase(quantizer->getResult(0));
  quantizer->destroy();
  evaluator.set(op, std::move(result));
}

bool quant_bnn::fuzz::evaluateQuantizer(Evaluator &evaluator, Operation *op) {
  if (!isa<QuantBNNDialect>(op->getDialect()) || op->getNumResults() == 0)
    return false;
  auto type = dyn_cast<FloatType>(getElementTypeOrSelf(op->getResult(0)));
  if (!type || isa<UnpackOp>(op))
    return false;
  evaluator.isSmooth = false;
  return type.isF64() ? evaluateIn<double>(evaluator, op, type)
                      : evaluateIn<float>(evaluator, op, type);
}
