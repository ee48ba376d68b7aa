//===- LowerToROCDL.cpp - From the dialect to AMD GPUs --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"

using namespace mlir;
using namespace quant_bnn;

ROCDLFields::ROCDLFields(PassOptions *parent)
    : chip{*parent, "chip", llvm::cl::desc("The GPU, such as gfx942"),
           llvm::cl::init("gfx942")},
      format{*parent, "format", llvm::cl::desc("Format of compiled kernels"),
             llvm::cl::init(KernelFormat::Assembly),
             llvm::cl::values(
                 clEnumValN(KernelFormat::Assembly, "isa",
                            "assembly text; needs no toolkit"),
                 clEnumValN(KernelFormat::Binary, "bin",
                            "a code object for the chip, by ROCm's lld"))},
      toolkit{*parent, "toolkit",
              llvm::cl::desc("Folder of ROCm, which has llvm/bin/ld.lld; if "
                             "empty, $ROCM_PATH")} {}

void quant_bnn::buildCompileROCDLKernelsPipeline(OpPassManager &pm,
                                                 const ROCDLFields &options) {
  GpuROCDLAttachTargetOptions target;
  target.chip = options.chip;
  target.optLevel = 3;
  pm.addPass(createGpuROCDLAttachTarget(target));
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createQuantBNNConvertMathToIntrinsicsPass());
  ConvertGpuOpsToROCDLOpsOptions convert;
  convert.chipset = options.chip;
  convert.useBarePtrCallConv = true;
  addConvertKernels(kernels, createConvertGpuOpsToROCDLOps(convert));
  GpuModuleToBinaryPassOptions binary;
  binary.compilationTarget =
      options.format == KernelFormat::Assembly ? "isa" : "bin";
  binary.toolkitPath = options.toolkit;
  pm.addPass(createGpuModuleToBinaryPass(binary));
}

void quant_bnn::buildLowerToROCDLPipeline(OpPassManager &pm,
                                          const LowerToROCDLOptions &options) {
  buildFusePipeline(pm, options);
  buildBufferizePipeline(pm, options, options.checkExtents);
  buildMapToGPUPipeline(pm, options, /*unboundedViews=*/true);
  buildCompileROCDLKernelsPipeline(pm, options);
  if (options.host == HostCode::LLVM)
    buildFinalizeGPUHostPipeline(pm);
  else
    addRefuseHostLeftovers(pm);
}
