//===- NumPyTypes.cpp - NumPy's element types -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"

#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace quant_bnn;

std::optional<NpyElementType> quant_bnn::getNpyElementType(Type type) {
  if (type.isBF16())
    return NpyElementType{'V', 2};
  if (type.isF16() || type.isF32() || type.isF64())
    return NpyElementType{'f', type.getIntOrFloatBitWidth() / 8};
  if (type.isIndex())
    return NpyElementType{'i', 8};
  if (type.isSignlessInteger(1))
    return NpyElementType{'b', 1};
  if (auto integer = dyn_cast<IntegerType>(type))
    for (unsigned size : {1, 2, 4, 8})
      if (integer.getWidth() == 8 * size)
        return NpyElementType{integer.isUnsigned() ? 'u' : 'i', size};
  return std::nullopt;
}
