//===- Dialect.cpp - C API: the dialect -----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn-c/Dialect.h"

#include "mlir/CAPI/Registration.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "quant-bnn/InitAll.h"

MLIR_DEFINE_CAPI_DIALECT_REGISTRATION(QuantBNN, quant_bnn,
                                      quant_bnn::QuantBNNDialect)

void quantBNNRegisterAllDialects(MlirDialectRegistry registry) {
  mlir::DialectRegistry &unwrapped = *unwrap(registry);
  mlir::registerAllDialects(unwrapped);
  mlir::registerAllExtensions(unwrapped);
  mlir::registerAllToLLVMIRTranslations(unwrapped);
  quant_bnn::registerAllDialects(unwrapped);
}
