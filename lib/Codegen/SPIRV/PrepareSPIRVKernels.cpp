//===- PrepareSPIRVKernels.cpp - Prepare kernels for conversion to SPIR-V -===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/TargetAndABI.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNPREPARESPIRVKERNELSPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Sets the attribute from which the conversion reads the workgroup size of
/// `kernel`. Fails if `kernel` does not state this size.
static LogicalResult setEntryPoint(gpu::GPUFuncOp kernel) {
  std::optional<ArrayRef<int32_t>> size = kernel.getKnownBlockSize();
  if (!size)
    return kernel.emitOpError("requires 'known_block_size', because the size "
                              "of a workgroup is part of a SPIR-V kernel");
  kernel->setAttr(spirv::getEntryPointABIAttrName(),
                  spirv::getEntryPointABIAttr(kernel.getContext(), *size));
  return success();
}

/// Replaces workgroup attributions of `kernel`, which the conversion does not
/// support, by allocations of workgroup memory at its beginning.
static void allocateWorkgroupMemory(gpu::GPUFuncOp kernel) {
  OpBuilder builder(kernel.getBody());
  auto space = spirv::StorageClassAttr::get(builder.getContext(),
                                            spirv::StorageClass::Workgroup);
  for (BlockArgument memory : kernel.getWorkgroupAttributions()) {
    MemRefType type = MemRefType::Builder(cast<MemRefType>(memory.getType()))
                          .setMemorySpace(space);
    memory.replaceAllUsesWith(
        memref::AllocOp::create(builder, memory.getLoc(), type));
  }
  kernel.getBody().front().eraseArguments(
      kernel.getFirstWorkgroupAttributionIndex(),
      kernel.getNumWorkgroupAttributions());
  kernel->setAttr(kernel.getNumWorkgroupAttributionsAttrName(),
                  builder.getI64IntegerAttr(0));
  kernel.removeWorkgroupAttribAttrsAttr();
}

namespace {
struct QuantBNNPrepareSPIRVKernelsPass
    : quant_bnn::impl::QuantBNNPrepareSPIRVKernelsPassBase<
          QuantBNNPrepareSPIRVKernelsPass> {
  void runOnOperation() override {
    gpu::GPUModuleOp module = getOperation();
    if (ArrayAttr targets = module.getTargetsAttr())
      for (Attribute target : targets)
        if (isa<spirv::TargetEnvAttr>(target))
          module->setAttr(spirv::getTargetEnvAttrName(), target);
    for (auto kernel : module.getOps<gpu::GPUFuncOp>()) {
      if (!kernel.isKernel())
        continue;
      if (failed(setEntryPoint(kernel)))
        return signalPassFailure();
      allocateWorkgroupMemory(kernel);
    }
  }
};
} // namespace
