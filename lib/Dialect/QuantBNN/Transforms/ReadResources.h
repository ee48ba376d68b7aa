//===- ReadResources.h - The data of dense resources ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_READRESOURCES_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_READRESOURCES_H

#include "mlir/IR/BuiltinAttributes.h"

namespace quant_bnn {

/// Returns the elements of `resource`, or null if it has no data of its type.
mlir::DenseElementsAttr readElements(mlir::DenseResourceElementsAttr resource);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_READRESOURCES_H
