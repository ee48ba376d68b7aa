//===- LowerToSPIRV.cpp - Kernels to SPIR-V for Vulkan --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/GPUToSPIRV/GPUToSPIRVPass.h"
#include "mlir/Conversion/MathToSPIRV/MathToSPIRVPass.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVAttributes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Dialect/SPIRV/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/Canonicalizer.h"

using namespace mlir;
using namespace quant_bnn;

SPIRVFields::SPIRVFields(PassOptions *parent)
    : denormals{
          *parent, "denormals",
          llvm::cl::desc("How kernels treat subnormal numbers"),
          llvm::cl::init(Denormals::Preserve),
          llvm::cl::values(
              clEnumValN(Denormals::Preserve, "preserve", "preserve them"),
              clEnumValN(Denormals::Any, "any",
                         "preserve them or flush them to zero"))} {}

/// Returns a target with SPIR-V 1.3, which every device of Vulkan 1.1 accepts,
/// and with all capabilities that a kernel may need. Each module will declare
/// the capabilities that it needs.
static GpuSPIRVAttachTargetOptions getTarget() {
  GpuSPIRVAttachTargetOptions target;
  target.spirvVersion = "v1.3";
  target.spirvCapabilities = {"Shader",
                              "Float16",
                              "Float64",
                              "Int8",
                              "Int16",
                              "Int64",
                              "StorageBuffer8BitAccess",
                              "StorageBuffer16BitAccess",
                              "DenormPreserve",
                              "RoundingModeRTE",
                              "SignedZeroInfNanPreserve"};
  target.spirvExtensions = {"SPV_KHR_storage_buffer_storage_class",
                            "SPV_KHR_8bit_storage", "SPV_KHR_16bit_storage",
                            "SPV_KHR_float_controls"};
  target.clientApi = "Vulkan";
  target.deviceId = spirv::TargetEnvAttr::kUnknownDeviceID;
  return target;
}

void quant_bnn::buildCompileSPIRVKernelsPipeline(OpPassManager &pm,
                                                 const SPIRVFields &options) {
  pm.addPass(createQuantBNNConvertBF16KernelsToI16Pass());
  pm.addPass(createGpuSPIRVAttachTarget(getTarget()));
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createQuantBNNPrepareSPIRVKernelsPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createQuantBNNScalarizeVectorsPass());
  kernels.addPass(createQuantBNNCarryInVariablesPass());
  kernels.addPass(createQuantBNNExpandRoundEvenPass());
  kernels.addPass(createQuantBNNConvertPopcountToSPIRVPass());
  // The conversion of the gpu dialect does not include math.
  kernels.addPass(createConvertMathToSPIRVPass());
  kernels.addPass(createExactCanonicalizerPass());
  kernels.addPass(createCSEPass());
  pm.addPass(createConvertGPUToSPIRVPass());

  QuantBNNSetSPIRVFloatControlsPassOptions floats;
  floats.denormals = options.denormals;
  OpPassManager &modules = pm.nest<spirv::ModuleOp>();
  modules.addPass(spirv::createSPIRVLowerABIAttributesPass());
  modules.addPass(createQuantBNNSetSPIRVFloatControlsPass(floats));
  modules.addPass(createExactCanonicalizerPass());
  modules.addPass(createCSEPass());
  modules.addPass(spirv::createSPIRVUpdateVCEPass());
  pm.addPass(createQuantBNNNestSPIRVModulesPass());
  pm.addPass(createGpuModuleToBinaryPass());
}

void quant_bnn::buildLowerToSPIRVPipeline(OpPassManager &pm,
                                          const LowerToSPIRVOptions &options) {
  buildFusePipeline(pm, options);
  buildBufferizePipeline(pm, options, options.checkExtents);
  buildMapToGPUPipeline(pm, options, /*unboundedViews=*/false);
  buildCompileSPIRVKernelsPipeline(pm, options);
  addRefuseHostLeftovers(pm);
}
