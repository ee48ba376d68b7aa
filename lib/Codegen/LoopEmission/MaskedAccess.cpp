//===- MaskedAccess.cpp - Vectors in memory with an optional mask ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MaskedAccess.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

Value quant_bnn::loadMasked(ImplicitLocOpBuilder &b, VectorType type,
                            Value base, ValueRange indices, Value mask) {
  if (!mask)
    return vector::LoadOp::create(b, type, base, indices);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, type, base, indices, mask, zero);
}

void quant_bnn::storeMasked(ImplicitLocOpBuilder &b, Value value, Value base,
                            ValueRange indices, Value mask) {
  if (mask)
    vector::MaskedStoreOp::create(b, base, indices, mask, value);
  else
    vector::StoreOp::create(b, value, base, indices);
}
