//===- LowerToNVVM.cpp - From the dialect to CUDA -------------------------===//
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

NVVMFields::NVVMFields(PassOptions *parent)
    : chip{*parent, "chip", llvm::cl::desc("The GPU, such as sm_90"),
           llvm::cl::init("sm_80")},
      features{*parent, "features",
               llvm::cl::desc("Features of the target, such as +ptx80; if "
                              "empty, the oldest PTX that kernels can use")},
      format{*parent, "format", llvm::cl::desc("Format of compiled kernels"),
             llvm::cl::init(KernelFormat::Assembly),
             llvm::cl::values(
                 clEnumValN(KernelFormat::Assembly, "isa",
                            "PTX, which the driver compiles; needs no toolkit"),
                 clEnumValN(KernelFormat::Binary, "bin",
                            "a cubin for the chip, by ptxas"),
                 clEnumValN(KernelFormat::Fatbin, "fatbin",
                            "a cubin and PTX, by ptxas and fatbinary"))} {}

/// Whether `features` allow PTX 7.0, the first version with instructions that
/// multiply matrices of bits.
static bool allowPTX70(StringRef features) {
  unsigned version;
  StringRef name = features.split("+ptx").second;
  return features.empty() ||
         (!name.consumeInteger(10, version) && version >= 70);
}

/// Returns the instruction by which the hardware of the chip multiplies
/// matrices of bits. sm_90 emulates the xor form, and newer chips emulate both
/// forms.
static BitMMA getBitMMA(const NVVMFields &options) {
  StringRef chip = options.chip.getValue();
  unsigned number;
  if (!chip.consume_front("sm_") || chip.consumeInteger(10, number))
    return BitMMA::None;
  if (number == 75 && allowPTX70(options.features))
    return BitMMA::XorM8N8K128;
  if (number >= 80 && number < 90)
    return BitMMA::XorM16N8K256;
  return number == 90 ? BitMMA::AndM16N8K256 : BitMMA::None;
}

static StringRef getFormatName(KernelFormat format) {
  switch (format) {
  case KernelFormat::Assembly:
    return "isa";
  case KernelFormat::Binary:
    return "bin";
  case KernelFormat::Fatbin:
    return "fatbin";
  }
  llvm_unreachable("unknown format");
}

void quant_bnn::buildCompileNVVMKernelsPipeline(OpPassManager &pm,
                                                const NVVMFields &options) {
  GpuNVVMAttachTargetOptions target;
  target.chip = options.chip;
  target.features = options.features;
  // Without features, the PTX version would be the oldest that supports the
  // chip.
  if (options.features.empty() && getBitMMA(options) == BitMMA::XorM8N8K128)
    target.features = "+ptx70";
  target.optLevel = 3;
  pm.addPass(createGpuNVVMAttachTarget(target));
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createQuantBNNConvertMathToIntrinsicsPass());
  ConvertGpuOpsToNVVMOpsOptions convert;
  convert.useBarePtrCallConv = true;
  addConvertKernels(kernels, createConvertGpuOpsToNVVMOps(convert));
  GpuModuleToBinaryPassOptions binary;
  binary.compilationTarget = getFormatName(options.format);
  pm.addPass(createGpuModuleToBinaryPass(binary));
}

void quant_bnn::buildLowerToNVVMPipeline(OpPassManager &pm,
                                         const LowerToNVVMOptions &options) {
  buildFusePipeline(pm, options);
  buildBufferizePipeline(pm, options, options.checkExtents);
  buildMapToGPUPipeline(pm, options, /*unboundedViews=*/true,
                        getBitMMA(options));
  buildCompileNVVMKernelsPipeline(pm, options);
  if (options.host == HostCode::LLVM)
    buildFinalizeGPUHostPipeline(pm);
  else
    addRefuseHostLeftovers(pm);
}
