/*===- Passes.h - C API: the passes -------------------------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_C_PASSES_H
#define QUANT_BNN_C_PASSES_H

#include "mlir-c/Support.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Registers every pass and pipeline of this project and of MLIR, so that
 *  mlirParsePassPipeline and mlirOpPassManagerAddPipeline find them by name. */
MLIR_CAPI_EXPORTED void quantBNNRegisterAllPasses(void);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_C_PASSES_H */
