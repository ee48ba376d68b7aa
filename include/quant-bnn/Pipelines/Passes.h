//===- Passes.h - Passes that run pipelines ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PIPELINES_PASSES_H
#define QUANT_BNN_PIPELINES_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace quant_bnn {

#define GEN_PASS_DECL
#include "quant-bnn/Pipelines/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "quant-bnn/Pipelines/Passes.h.inc"

} // namespace quant_bnn

#endif // QUANT_BNN_PIPELINES_PASSES_H
