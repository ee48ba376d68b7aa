//===- NestSPIRVModules.cpp - Move SPIR-V modules to GPU modules ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNNESTSPIRVMODULESPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNNestSPIRVModulesPass
    : quant_bnn::impl::QuantBNNNestSPIRVModulesPassBase<
          QuantBNNNestSPIRVModulesPass> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    for (auto kernels : module.getOps<gpu::GPUModuleOp>())
      // The conversion to SPIR-V gives this name to the module that it creates.
      if (auto converted = module.lookupSymbol<spirv::ModuleOp>(
              ("__spv__" + kernels.getName()).str()))
        converted->moveBefore(kernels.getBody(), kernels.getBody()->begin());
  }
};
} // namespace
