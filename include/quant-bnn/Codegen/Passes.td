//===- Passes.td - All passes of code generation -----------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_PASSES
#define QUANT_BNN_CODEGEN_PASSES

include "quant-bnn/Codegen/CPU/Passes.td"
include "quant-bnn/Codegen/Common/Passes.td"
include "quant-bnn/Codegen/GPU/Passes.td"
include "quant-bnn/Codegen/LLVM/Passes.td"
include "quant-bnn/Codegen/SPIRV/Passes.td"
include "quant-bnn/Codegen/Workarounds/Passes.td"

#endif // QUANT_BNN_CODEGEN_PASSES
