//===- Transposition.h - Transposition in registers ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_TRANSPOSITION_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_TRANSPOSITION_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn {

/// Transposes the squares that are the parts of `rows`, vectors whose number is
/// a power of two: part i of each row becomes row i of a square's
/// transposition. A row has one part or several of as many elements as there
/// are rows.
void transposeParts(mlir::ImplicitLocOpBuilder &b,
                    llvm::SmallVector<mlir::Value> &rows);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_TRANSPOSITION_H
