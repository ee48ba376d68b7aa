//===- GenerateScalars.cpp - Random math on scalars -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

/// Uses no function with special cases, so that differences approximate
/// gradients.
Value Generator::smoothOp(ArrayRef<Value> inputs) {
  Value x = random.pick(inputs), y = random.pick(inputs);
  switch (random.below(10)) {
  case 0:
    return arith::AddFOp::create(b, x, y);
  case 1:
    return arith::SubFOp::create(b, x, y);
  case 2:
  case 3:
    return arith::MulFOp::create(b, x, y);
  case 4:
    return math::TanhOp::create(b, x);
  case 5:
    return math::SinOp::create(b, x);
  case 6:
    return math::ExpOp::create(b, math::TanhOp::create(b, x));
  case 7: {
    Value square = arith::MulFOp::create(b, y, y);
    Value positive = arith::AddFOp::create(b, square, floatConstant(0.5));
    return random.oneIn(2)   ? arith::DivFOp::create(b, x, positive).getResult()
           : random.oneIn(2) ? math::SqrtOp::create(b, positive).getResult()
                             : math::LogOp::create(b, positive).getResult();
  }
  case 8:
    return arith::NegFOp::create(b, x);
  default:
    return arith::AddFOp::create(b, x, floatConstant(anyNumber()));
  }
}

Value Generator::scalarOp(ArrayRef<Value> inputs) {
  if (theme == Theme::Smooth)
    return smoothOp(inputs);
  Value x = random.pick(inputs), y = random.pick(inputs);
  switch (random.below(20)) {
  case 0:
  case 1:
    return arith::AddFOp::create(b, x, y);
  case 2:
    return arith::SubFOp::create(b, x, y);
  case 3:
  case 4:
    return arith::MulFOp::create(b, x, y);
  case 5:
    return arith::DivFOp::create(b, x, y);
  case 6:
    return arith::NegFOp::create(b, x);
  case 7:
    return arith::MaximumFOp::create(b, x, y);
  case 8:
    return arith::MinimumFOp::create(b, x, y);
  case 9:
    return arith::MaxNumFOp::create(b, x, y);
  case 10:
    return math::AbsFOp::create(b, x);
  case 11:
    return math::RoundEvenOp::create(b, x);
  case 12:
    return random.oneIn(2) ? math::FloorOp::create(b, x).getResult()
                           : math::CeilOp::create(b, x).getResult();
  case 13:
    return math::TanhOp::create(b, x);
  case 14: {
    auto predicate = arith::CmpFPredicate(1 + random.below(14));
    Value condition = arith::CmpFOp::create(b, predicate, x, y);
    if (random.oneIn(3))
      return arith::UIToFPOp::create(b, type, condition);
    return arith::SelectOp::create(b, condition, random.pick(inputs),
                                   random.pick(inputs));
  }
  case 15: {
    if (type.isF64())
      return arith::AddFOp::create(b, x, floatConstant(anyNumber()));
    Value wide = arith::ExtFOp::create(b, b.getF64Type(), x);
    return arith::TruncFOp::create(
        b, type, arith::MulFOp::create(b, wide, wide).getResult());
  }
  case 16:
    return arith::MulFOp::create(b, x, floatConstant(anyNumber()));
  default:
    return scalarQuantizer(x, y);
  }
}

Value Generator::scalarMath(ArrayRef<Value> inputs, unsigned numOps) {
  SmallVector<Value> values(inputs);
  if (random.oneIn(3))
    values.push_back(floatConstant(anyNumber()));
  for (unsigned i = 0; i < numOps; ++i)
    values.push_back(scalarOp(values));
  return values.back();
}

void Generator::addScalar() {
  Value inputs[] = {anyScalar(), anyScalar()};
  add(scalarMath(inputs, 1 + random.below(3)), {});
}
