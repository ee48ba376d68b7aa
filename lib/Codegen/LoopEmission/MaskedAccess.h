//===- MaskedAccess.h - Vectors in memory with an optional mask -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_MASKEDACCESS_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_MASKEDACCESS_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn {

/// Builds a load of a vector of `type`. With a `mask`, lanes that are masked
/// off are 0.
mlir::Value loadMasked(mlir::ImplicitLocOpBuilder &b, mlir::VectorType type,
                       mlir::Value base, mlir::ValueRange indices,
                       mlir::Value mask);

/// Builds a store of the vector `value`, in the lanes of `mask` unless that is
/// null.
void storeMasked(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                 mlir::Value base, mlir::ValueRange indices, mlir::Value mask);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_MASKEDACCESS_H
