//===- Consumer.cpp - A quantizer outside quant-bnn -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Consumer.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include "ConsumerDialect.cpp.inc"

using namespace mlir;
using namespace consumer;
using quant_bnn::PayloadBuilder;

void ConsumerDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "ConsumerOps.cpp.inc"
      >();
}

Operation *ConsumerDialect::materializeConstant(OpBuilder &builder,
                                                Attribute value, Type type,
                                                Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

Value HardSignOp::buildForward(PayloadBuilder &builder, ValueRange operands) {
  Value isNegative = builder.cmp(arith::CmpFPredicate::OLT, operands.front(),
                                 builder.constant(0.0));
  return builder.select(isNegative, builder.constant(-1.0),
                        builder.constant(1.0));
}

unsigned HardSignOp::getBitWidth() { return 1; }

FailureOr<SmallVector<Value>> HardSignOp::buildGradient(OpBuilder &builder,
                                                        Location loc,
                                                        ValueRange cotangents) {
  Value g = cotangents.front();
  if (!g)
    return SmallVector<Value>{nullptr};
  return SmallVector<Value>{HardSignGradOp::create(builder, loc, getX(), g)};
}

Value HardSignGradOp::buildForward(PayloadBuilder &builder,
                                   ValueRange operands) {
  Value height = builder.sub(builder.constant(1.0), builder.abs(operands[0]));
  Value zero = builder.constant(0.0);
  Value isInside = builder.cmp(arith::CmpFPredicate::OGT, height, zero);
  return builder.select(isInside, builder.mul(operands[1], height), zero);
}

SmallVector<quant_bnn::RaiseForm> HardSignGradOp::getRaiseForms(MLIRContext *) {
  using quant_bnn::RaiseOperand;
  quant_bnn::RaiseForm form{200, {RaiseOperand::x, RaiseOperand::cotangent}};
  form.hasEstimator = false;
  return {form};
}

#define GET_OP_CLASSES
#include "ConsumerOps.cpp.inc"
