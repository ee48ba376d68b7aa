//===- GenerateQuantizers.cpp - Random quantizers and gradients -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

namespace {
/// Random choices of attributes.
struct Attributes {
  Random &random;
  OpBuilder &b;
  FloatType type;

  FloatAttr f64(double value) { return b.getF64FloatAttr(value); }
  FloatAttr clip() {
    if (random.oneIn(3))
      return {};
    return f64(random.pick({1.0, 1.0, 0.5, 0.0, 1.3, double(HUGE_VAL)}));
  }
  FloatAttr threshold() {
    return f64(random.pick({1.0, 1.0, 0.5, 0.0, 2.5, double(HUGE_VAL)}));
  }
  ZeroMode zero() { return ZeroMode(random.oneIn(2) ? 0 : random.below(3)); }
  /// Chooses a value at NaN that the verifier allows together with `zero`.
  NanMode nan(ZeroMode zero) {
    unsigned modes = zero == ZeroMode::zero ? 4 : 3;
    return NanMode(random.oneIn(2) ? 0 : random.below(modes));
  }
  double beta() { return random.pick({5.0, 1.0, 0.3, 12.0}); }
  EDEAttr surrogate() {
    return EDEAttr::get(b.getContext(), f64(random.pick({1.0, 0.3, 10.0})));
  }
  int64_t bits(unsigned least = 1) {
    unsigned most = type.isBF16() ? 8 : type.isF16() ? 11 : 24;
    return random.oneIn(6) ? least + random.below(most - least + 1)
                           : least + random.below(4);
  }
  InputDoReFaGradient inputGradient() {
    return InputDoReFaGradient(random.below(2));
  }
  WeightDoReFaGradient weightGradient() {
    return WeightDoReFaGradient(random.below(3));
  }
};
} // namespace

Value Generator::quantizer(Value x) {
  Attributes any{random, b, type};
  Type t = x.getType();
  ZeroMode zero = any.zero();
  switch (random.below(12)) {
  case 0:
    return IdentityOp::create(b, t, x);
  case 1:
    return GradientCancellationOp::create(b, t, x, any.threshold());
  case 2:
    return ApproxSignOp::create(b, t, x, zero, any.nan(zero));
  case 3:
    return SwishSignOp::create(b, t, x, APFloat(any.beta()), zero,
                               any.nan(zero));
  case 4:
    return SteHeavisideOp::create(
        b, t, x, any.f64(random.oneIn(2) ? 0.0 : -1.0), any.clip());
  case 5:
  case 6:
    return InputDoReFaOp::create(b, t, x, any.bits(), any.inputGradient());
  case 7: {
    static const StringRef names[] = {"identity",      "sign",
                                      "approx_sign",   "swish_sign",
                                      "ste_heaviside", "input_dorefa"};
    StringRef name = random.pick(names);
    return QActivationOp::create(
        b, t, x, b.getStringAttr(name),
        random.oneIn(2) ? any.threshold() : FloatAttr(),
        name == "input_dorefa" ? b.getI64IntegerAttr(any.bits())
                               : IntegerAttr(),
        name == "swish_sign" && random.oneIn(2) ? any.f64(any.beta())
                                                : FloatAttr());
  }
  case 8: {
    bool isSigned = random.oneIn(2);
    return PactOp::create(
               b, TypeRange{t, type}, x, anyScalar(),
               b.getI64IntegerAttr(any.bits(isSigned ? 2 : 1)),
               PactModeAttr::get(b.getContext(), isSigned
                                                     ? PactMode::signed_
                                                     : PactMode::unsigned_),
               PactFormAttr::get(b.getContext(), PactForm(random.below(2))),
               PactGradientAttr::get(b.getContext(), PactGradient::full),
               random.oneIn(8) ? b.getUnitAttr() : UnitAttr())
        .getQ();
  }
  default:
    if (random.oneIn(4))
      return SurrogateSignOp::create(b, t, x, any.surrogate(), zero,
                                     any.nan(zero));
    return SignOp::create(b, t, x, any.clip(), zero, any.nan(zero));
  }
}

Value Generator::gradient(Value x, Value g) {
  Attributes any{random, b, type};
  Type t = x.getType();
  switch (random.below(9)) {
  case 0:
    return SignGradOp::create(b, t, x, g, any.clip());
  case 1:
    return ApproxSignGradOp::create(b, t, x, g);
  case 2:
    return SwishSignGradOp::create(b, t, x, g, any.f64(any.beta()));
  case 3:
    return SteHeavisideGradOp::create(b, t, x, g, any.clip());
  case 4:
    return InputDoReFaGradOp::create(b, t, x, g, any.inputGradient());
  case 5:
    return StraightThroughGradOp::create(b, t, x, g, any.clip());
  case 6:
    return IdentityGradOp::create(b, t, g);
  case 7:
    return SurrogateGradOp::create(b, t, x, g, any.surrogate());
  default:
    return GradientCancellationGradOp::create(b, t, x, g, any.threshold());
  }
}

Value Generator::scalarQuantizer(Value x, Value g) {
  Attributes any{random, b, type};
  if (random.oneIn(4))
    return gradient(x, g);
  if (random.oneIn(8))
    return StraightThroughOp::create(b, type, g, x, any.clip());
  if (random.oneIn(8))
    return DequantizeOp::create(b, type, x, g);
  return quantizer(x);
}

void Generator::addQuantizer() {
  Entry x = anyTensor();
  Attributes any{random, b, type};
  if (random.oneIn(10))
    return add(StraightThroughOp::create(b, x.value.getType(), sameAs(x),
                                         x.value, any.clip()),
               x.extents);
  if (random.oneIn(10))
    return add(DequantizeOp::create(b, x.value.getType(), x.value, anyScalar()),
               x.extents);
  add(quantizer(x.value), x.extents);
}

void Generator::addGradient() {
  Entry x = anyTensor();
  if (random.oneIn(10))
    return add(MinMaxGradOp::create(b, x.value.getType(), anyScalar(), x.value),
               x.extents);
  add(gradient(x.value, sameAs(x)), x.extents);
}

void Generator::addReducingQuantizer() {
  Entry x = anyTensor();
  Attributes any{random, b, type};
  Type t = x.value.getType();
  switch (random.below(3)) {
  case 0:
    return add(
        WeightDoReFaOp::create(b, t, x.value, any.bits(), any.weightGradient()),
        x.extents);
  case 1: {
    auto op = MinMaxOp::create(b, TypeRange{t, type}, x.value,
                               uint64_t(any.bits(2)), random.oneIn(6));
    add(op.getS(), {});
    return add(op.getQ(), x.extents);
  }
  default: {
    bool isSigned = random.oneIn(2), isValue = random.oneIn(2);
    auto op = PactOp::create(b, TypeRange{t, type}, x.value, anyScalar(),
                             uint64_t(any.bits(isSigned ? 2 : 1)),
                             isSigned ? PactMode::signed_ : PactMode::unsigned_,
                             isValue ? PactForm::value : PactForm::level,
                             isValue || random.oneIn(2) ? PactGradient::full
                                                        : PactGradient::compat,
                             random.oneIn(8));
    add(op.getS(), {});
    return add(op.getQ(), x.extents);
  }
  }
}

void Generator::addReducingGradient() {
  Entry x = anyTensor();
  Value g = sameAs(x);
  Attributes any{random, b, type};
  Type t = x.value.getType();
  switch (random.below(3)) {
  case 0:
    return add(WeightDoReFaGradOp::create(
                   b, t, x.value, g, random.oneIn(2) ? anyScalar() : Value(),
                   any.weightGradient()),
               x.extents);
  case 1: {
    auto op = DequantizeGradOp::create(b, TypeRange{t, type}, x.value,
                                       anyScalar(), g);
    add(op.getDs(), {});
    return add(op.getDq(), x.extents);
  }
  default: {
    bool isSigned = random.oneIn(2), isValue = random.oneIn(2);
    auto op = PactGradOp::create(
        b, TypeRange{t, type}, x.value, anyScalar(), g,
        random.oneIn(2) ? anyScalar() : Value(),
        uint64_t(any.bits(isSigned ? 2 : 1)),
        isSigned ? PactMode::signed_ : PactMode::unsigned_,
        isValue ? PactForm::value : PactForm::level,
        isValue || random.oneIn(2) ? PactGradient::full : PactGradient::compat);
    add(op.getDalpha(), {});
    return add(op.getDx(), x.extents);
  }
  }
}
