//===- MapToGPU.cpp - From buffers to kernels and their host code ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/RequestCWrappers.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"

using namespace mlir;
using namespace quant_bnn;

MapToGPUFields::MapToGPUFields(PassOptions *parent)
    : blockSize{*parent, "block-size", llvm::cl::desc("Threads per block"),
                llvm::cl::init(256)},
      vectorWidth{*parent, "vector-width",
                  llvm::cl::desc("Bits that a thread loads at once"),
                  llvm::cl::init(128)},
      memory{*parent, "memory",
             llvm::cl::desc("Memory that holds the arguments and results of "
                            "public functions"),
             llvm::cl::init(ArgumentMemory::Host),
             llvm::cl::values(clEnumValN(ArgumentMemory::Host, "host",
                                         "host memory: each call copies them"),
                              clEnumValN(ArgumentMemory::Device, "device",
                                         "device memory of the caller"))} {}

HostCodeFields::HostCodeFields(PassOptions *parent)
    : host{*parent, "host", llvm::cl::desc("How host code is lowered"),
           llvm::cl::init(HostCode::LLVM),
           llvm::cl::values(
               clEnumValN(HostCode::LLVM, "llvm",
                          "to the LLVM dialect, with calls to a runtime"),
               clEnumValN(HostCode::Keep, "keep",
                          "not at all: launches stay"))} {}

void quant_bnn::buildMapToGPUPipeline(OpPassManager &pm,
                                      const MapToGPUFields &options,
                                      bool unboundedViews, BitMMA bitMMA) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createQuantBNNExpandStridedCopiesPass());
  // For functions that are on buffers from the start.
  functions.addPass(createQuantBNNWidenAccumulatorsPass());
  functions.addPass(createConvertQuantBNNToArithPass());
  functions.addPass(createQuantBNNCompareNarrowFloatsPass());
  addExtendMath(functions);
  functions.addPass(createQuantBNNApproximateMathPass());
  functions.addPass(createQuantBNNConvertMathToArithPass());
  QuantBNNMapToGPUPassOptions map;
  map.blockSize = options.blockSize;
  map.vectorWidth = options.vectorWidth;
  map.unboundedViews = unboundedViews;
  map.bitMMA = bitMMA;
  functions.addPass(createQuantBNNMapToGPUPass(map));
  QuantBNNAllocateOnGPUPassOptions allocate;
  allocate.unboundedViews = unboundedViews;
  pm.addPass(createQuantBNNAllocateOnGPUPass(allocate));
  if (options.memory == ArgumentMemory::Host)
    pm.addPass(createQuantBNNCopyHostArgumentsPass());
  OpPassManager &mapped = pm.nest<func::FuncOp>();
  addExpansion(mapped);
  addCleanup(mapped);
  // Sinks constants, which would otherwise become kernel arguments.
  mapped.addPass(createGpuLaunchSinkIndexComputationsPass());
  pm.addPass(createGpuKernelOutliningPass());
  addCleanup(pm);
}

void quant_bnn::buildFinalizeGPUHostPipeline(OpPassManager &pm) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(LLVM::createLLVMRequestCWrappersPass());
  functions.addPass(createGpuAsyncRegionPass());
  functions.addPass(createQuantBNNConvertSCFToCFPass());
  GpuToLLVMConversionPassOptions host;
  host.kernelBarePtrCallConv = true;
  pm.addPass(createGpuToLLVMConversionPass(host));
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createQuantBNNBF16ToI16Pass());
  // The translation to LLVM IR handles binaries and launches of the gpu
  // dialect.
  addRefuseLeftovers(pm, {"llvm", "gpu"});
}

void quant_bnn::addRefuseHostLeftovers(OpPassManager &pm) {
  // `builtin`: a buffer of bf16 is cast to a buffer of i16 for a shader.
  addRefuseLeftovers(pm, {"affine", "arith", "builtin", "cf", "func", "gpu",
                          "index", "llvm", "math", "memref", "scf", "ub",
                          "vector"});
}
