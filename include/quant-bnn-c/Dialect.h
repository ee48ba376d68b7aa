/*===- Dialect.h - C API: the dialect -----------------------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_C_DIALECT_H
#define QUANT_BNN_C_DIALECT_H

#include "mlir-c/IR.h"

#ifdef __cplusplus
extern "C" {
#endif

MLIR_DECLARE_CAPI_DIALECT_REGISTRATION(QuantBNN, quant_bnn);

/** Adds to `registry` what the passes and the compiler of this project need:
 *  the dialect, the dialects of MLIR with their extensions, the gradients of
 *  their ops, and the translations to LLVM IR. */
MLIR_CAPI_EXPORTED void
quantBNNRegisterAllDialects(MlirDialectRegistry registry);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_C_DIALECT_H */
