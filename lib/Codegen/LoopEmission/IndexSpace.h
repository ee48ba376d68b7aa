//===- IndexSpace.h - Index arithmetic over several sizes -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H
#define QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::index_space {

/// The product of `sizes`, 1 of none.
mlir::Value buildProduct(mlir::ImplicitLocOpBuilder &builder,
                         llvm::ArrayRef<mlir::Value> sizes);

/// The position `linear` in a space of `sizes`, in row-major order.
llvm::SmallVector<mlir::Value> delinearize(mlir::ImplicitLocOpBuilder &builder,
                                           mlir::Value linear,
                                           llvm::ArrayRef<mlir::Value> sizes);

} // namespace quant_bnn::index_space

#endif // QUANT_BNN_LIB_CODEGEN_LOOPEMISSION_INDEXSPACE_H
