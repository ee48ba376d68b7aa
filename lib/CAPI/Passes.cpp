//===- Passes.cpp - C API: the passes -------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn-c/Passes.h"

#include "mlir/InitAllPasses.h"
#include "quant-bnn/InitAll.h"

void quantBNNRegisterAllPasses() {
  mlir::registerAllPasses();
  quant_bnn::registerAllPasses();
}
