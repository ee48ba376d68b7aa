//===- SurrogateGradients.cpp - Gradients of binarizers as attributes -----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;

LogicalResult EDEAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              FloatAttr t) {
  if (!t.getType().isF64() || !t.getValue().isFinite() ||
      !(t.getValueAsDouble() > 0.0))
    return emitError() << "requires t to be a positive, finite f64, but got "
                       << t;
  return success();
}

Value EDEAttr::buildGradient(PayloadBuilder &builder, Value x, Value g) const {
  // With e = exp(-2 |t x|), 1 - tanh^2 is 4 e / (1 + e)^2: nothing cancels.
  double t = getT().getValueAsDouble();
  Value one = builder.constant(1.0), four = builder.constant(4.0);
  Value z = builder.abs(builder.mul(builder.constant(t), x));
  Value e = builder.exp(builder.mul(builder.constant(-2.0), z));
  Value d = builder.div(one, builder.add(one, e));
  Value sech = builder.mul(builder.mul(four, e), builder.mul(d, d));
  Value scale = builder.constant(std::max(1.0, t));
  Value infinity = builder.constant(std::numeric_limits<double>::infinity());
  return builder.select(builder.cmp(arith::CmpFPredicate::OEQ, z, infinity),
                        builder.constant(0.0),
                        builder.mul(g, builder.mul(scale, sech)));
}
