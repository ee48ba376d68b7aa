//===- LowerToLLVM.cpp - From the dialect to the LLVM dialect -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/Transforms/RequestCWrappers.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"
#include "quant-bnn/Conversion/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/Canonicalizer.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Options
//===----------------------------------------------------------------------===//

FuseFields::FuseFields(PassOptions *parent)
    : checkExtents{*parent, "check-extents",
                   llvm::cl::desc("Abort, with a message, where dynamic "
                                  "extents that must agree do not"),
                   llvm::cl::init(false)} {}

BufferizeFields::BufferizeFields(PassOptions *parent)
    : results{*parent, "results",
              llvm::cl::desc("How functions return tensors"),
              llvm::cl::init(ResultConvention::Return),
              llvm::cl::values(
                  clEnumValN(ResultConvention::Return, "return",
                             "as memrefs that the caller frees"),
                  clEnumValN(ResultConvention::OutParams, "out-params",
                             "into buffers that the caller passes after the "
                             "arguments"))} {}

VectorizeFields::VectorizeFields(PassOptions *parent)
    : vectorWidth{*parent, "vector-width",
                  llvm::cl::desc("Bits of a vector register of the target"),
                  llvm::cl::init(512)},
      nontemporalThreshold{
          *parent, "nontemporal-threshold",
          llvm::cl::desc("Bytes moved by a loop above which the loop uses "
                         "nontemporal stores; 0 for never"),
          llvm::cl::init(int64_t(32) << 20)},
      parallel{*parent, "parallel",
               llvm::cl::desc("Run loops on threads, where that pays"),
               llvm::cl::init(false)},
      taskTime{*parent, "task-time",
               llvm::cl::desc("Nanoseconds that a task of a parallel loop "
                              "takes at least, by estimate; a loop of less "
                              "than five times as long is one task"),
               llvm::cl::init(4000)},
      math{*parent, "math",
           llvm::cl::desc("How tanh, exp, expm1 and log1p of f32 are computed"),
           llvm::cl::init(MathAccuracy::Fast),
           llvm::cl::values(clEnumValN(MathAccuracy::Fast, "fast",
                                       "by vectorized polynomials"),
                            clEnumValN(MathAccuracy::Libm, "libm",
                                       "by the C math library"))},
      popcount{*parent, "popcount",
               llvm::cl::desc("How binary matmuls count bits"),
               llvm::cl::init(PopcountAccumulation::Bytes),
               llvm::cl::values(
                   clEnumValN(PopcountAccumulation::Words, "words",
                              "in words, for targets with an instruction for "
                              "it, such as AVX512VPOPCNTDQ"),
                   clEnumValN(PopcountAccumulation::Bytes, "bytes",
                              "in bytes, for any target"),
                   clEnumValN(PopcountAccumulation::Table, "table",
                              "in bytes, by table lookups; see lookup"))},
      lookup{*parent, "lookup",
             llvm::cl::desc("Instruction set for table lookups"),
             llvm::cl::init(LookupInstructions::None),
             llvm::cl::values(
                 clEnumValN(LookupInstructions::None, "none", "unknown"),
                 clEnumValN(LookupInstructions::X86, "x86",
                            "SSSE3, AVX2 or AVX-512, by vector-width"))},
      host{*parent, "host",
           llvm::cl::desc("Choose vector-width, popcount and lookup, and bf16 "
                          "in the whole pipeline, if they are not given, for "
                          "the CPU of this machine"),
           llvm::cl::init(false)} {}

MemoryFields::MemoryFields(PassOptions *parent)
    : workspace{
          *parent, "workspace",
          llvm::cl::desc("Where the temporary buffers of a function are"),
          llvm::cl::init(Workspace::Call),
          llvm::cl::values(
              clEnumValN(Workspace::Call, "call",
                         "in memory that each call allocates once"),
              clEnumValN(Workspace::Thread, "thread",
                         "in memory that the thread keeps between calls, by "
                         "functions of the library quant_bnn_runtime"),
              clEnumValN(Workspace::Argument, "argument",
                         "in memory that the caller passes after the other "
                         "arguments"))} {}

AssertionFields::AssertionFields(PassOptions *parent)
    : assertHandler{*parent, "assert-handler",
                    llvm::cl::desc("A function to call with the message of an "
                                   "assertion that fails, instead of printing "
                                   "it and aborting")} {}

BF16Fields::BF16Fields(PassOptions *parent)
    : bf16{*parent, "bf16",
           llvm::cl::desc("The instruction of the target that rounds f32 to "
                          "bf16"),
           llvm::cl::init(BF16Instruction::None),
           llvm::cl::values(
               clEnumValN(BF16Instruction::None, "none", "unknown"),
               clEnumValN(BF16Instruction::AVX512, "avx512",
                          "vcvtneps2bf16 of AVX512_BF16, where it is "
                          "exact"))} {}

FinalizeLLVMFields::FinalizeLLVMFields(PassOptions *parent)
    : MemoryFields(parent), AssertionFields(parent), BF16Fields(parent),
      parallel{*parent, "parallel",
               llvm::cl::desc("Run parallel loops on threads, by functions of "
                              "the library quant_bnn_runtime"),
               llvm::cl::init(false)},
      openmp{*parent, "openmp",
             llvm::cl::desc("The earlier name of parallel, until 0.3"),
             llvm::cl::init(false)} {}

//===----------------------------------------------------------------------===//
// Pipelines
//===----------------------------------------------------------------------===//

void quant_bnn::buildFusePipeline(OpPassManager &pm,
                                  const FuseFields &options) {
  // First, so that fusion sees the loops over words.
  pm.addPass(createQuantBNNMaterializePackedLayoutPass());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createConvertQuantBNNToLinalgPass());
  functions.addPass(createQuantBNNReplaceEmptyTensorsPass());
  if (options.checkExtents)
    functions.addPass(createQuantBNNCheckExtentsPass());
  // Before fusion, so that the choices of fusion do not affect rounding.
  functions.addPass(createQuantBNNWidenAccumulatorsPass());
  // MLIR 22.1's fusion makes invalid IR of a padding whose amounts are operands
  // that are constants.
  functions.addPass(createExactCanonicalizerPass());
  functions.addPass(createLinalgElementwiseOpFusionPass());
  // After upstream's fusion, which would expand readers of a collapsed tensor
  // again.
  functions.addPass(createQuantBNNFlattenElementwisePass());
  functions.addPass(createQuantBNNRecomputeProducersPass());
  functions.addPass(createQuantBNNFuseSiblingsPass());
  addCleanup(functions);
}

/// Adds passes that free the buffers that are not returned. These are the
/// passes of the upstream pipeline, without those for ops that bufferization
/// does not create here.
static void addDeallocation(OpPassManager &pm) {
  pm.addPass(bufferization::createOwnershipBasedBufferDeallocationPass());
  pm.addPass(createExactCanonicalizerPass());
  pm.addPass(bufferization::createBufferDeallocationSimplificationPass());
  pm.addPass(bufferization::createLowerDeallocationsPass());
  addCleanup(pm);
  pm.addPass(createConvertBufferizationToMemRefPass());
}

void quant_bnn::buildBufferizePipeline(OpPassManager &pm,
                                       const BufferizeFields &options,
                                       bool checkExtents) {
  // Bufferization would keep packed tensors as bytes.
  pm.addPass(createQuantBNNMaterializePackedLayoutPass());
  // Fusion may have found extents of 0.
  pm.addNestedPass<func::FuncOp>(createQuantBNNReplaceEmptyTensorsPass());
  if (options.results == ResultConvention::OutParams) {
    QuantBNNConvertResultsToOutParamsPassOptions convert;
    convert.checkExtents = checkExtents;
    pm.addPass(createQuantBNNConvertResultsToOutParamsPass(convert));
  }
  pm.addNestedPass<func::FuncOp>(createQuantBNNAnnotateFunctionsPass());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  bufferization::OneShotBufferizePassOptions bufferize;
  bufferize.bufferizeFunctionBoundaries = true;
  // A loop may carry a tensor that each iteration computes anew.
  bufferize.allowReturnAllocsFromLoops = true;
  bufferize.functionBoundaryTypeConversion =
      bufferization::LayoutMapOption::IdentityLayoutMap;
  pm.addPass(bufferization::createOneShotBufferizePass(bufferize));
  OpPassManager &functions = pm.nest<func::FuncOp>();
  addCleanup(functions);
  functions.addPass(createQuantBNNSeparateResultsPass());
  addDeallocation(pm);
}

/// Returns the value of `option`. With `host`, an option that is not given is
/// chosen for the host.
template <typename T>
static T chooseForHost(const detail::PassOptions::Option<T> &option, bool host,
                       T VectorInstructions::*member) {
  return host && !option.hasValue() ? getHostVectorInstructions().*member
                                    : option.getValue();
}

void quant_bnn::buildVectorizePipeline(OpPassManager &pm,
                                       const VectorizeFields &options) {
  OpPassManager &functions = pm.nest<func::FuncOp>();
  functions.addPass(createQuantBNNFillBordersPass());
  functions.addPass(createQuantBNNExpandStridedCopiesPass());
  // For functions that are on buffers from the start.
  functions.addPass(createQuantBNNWidenAccumulatorsPass());
  // Expands quant_bnn first, so that the passes below see bodies of full
  // length.
  functions.addPass(createConvertQuantBNNToArithPass());
  functions.addPass(createQuantBNNCompareNarrowFloatsPass());
  addExtendMath(functions);
  if (options.math == MathAccuracy::Fast)
    functions.addPass(createQuantBNNApproximateMathPass());
  QuantBNNVectorizePopcountPassOptions count;
  count.vectorWidth = chooseForHost(options.vectorWidth, options.host,
                                    &VectorInstructions::vectorWidth);
  count.popcount = chooseForHost(options.popcount, options.host,
                                 &VectorInstructions::popcount);
  count.lookup =
      chooseForHost(options.lookup, options.host, &VectorInstructions::lookup);
  count.parallel = options.parallel;
  count.taskTime = options.taskTime;
  functions.addPass(createQuantBNNVectorizePopcountPass(count));
  QuantBNNVectorizeLinalgPassOptions vectorize;
  vectorize.vectorWidth = count.vectorWidth;
  vectorize.nontemporalThreshold = options.nontemporalThreshold;
  vectorize.parallel = options.parallel;
  vectorize.taskTime = options.taskTime;
  vectorize.lookup = count.lookup;
  vectorize.lowersOthers = true;
  functions.addPass(createQuantBNNVectorizeLinalgPass(vectorize));
  addCleanup(functions);
  pm.addPass(createQuantBNNCreateGlobalsPass());
}

void quant_bnn::buildFinalizeLLVMPipeline(OpPassManager &pm,
                                          const FinalizeLLVMFields &options) {
  // Not for the functions that the next passes create.
  pm.addNestedPass<func::FuncOp>(LLVM::createLLVMRequestCWrappersPass());
  if (options.parallel || options.openmp)
    pm.addPass(createQuantBNNOutlineParallelPass());
  QuantBNNPlanMemoryPassOptions plan;
  plan.workspace = options.workspace;
  pm.addPass(createQuantBNNPlanMemoryPass(plan));
  pm.addPass(createQuantBNNOutlineLoopsPass());
  OpPassManager &functions = pm.nest<func::FuncOp>();
  addExpansion(functions, options.bf16);
  functions.addPass(createQuantBNNStoreKnownLanesPass());
  functions.addPass(createQuantBNNConvertSCFToCFPass());
  functions.addPass(createQuantBNNConvertVectorToLLVMPass());
  pm.addPass(createQuantBNNRefuseMathNamesPass());
  pm.addPass(createQuantBNNConvertMathToLLVMPass());
  QuantBNNConvertAssertToLLVMPassOptions convertAssert;
  convertAssert.handler = options.assertHandler;
  pm.addPass(createQuantBNNConvertAssertToLLVMPass(convertAssert));
  // Converts all other ops at once. The mode of the driver without rollback
  // builds the descriptor of a memref again for each use, but with rollback,
  // memref.reshape is not converted in MLIR 22.1.
  pm.addPass(createQuantBNNRunIfPresentPass(
      ModuleOp::getOperationName(), StringRef("memref.reshape"),
      [](OpPassManager &reshapes) {
        ConvertToLLVMPassOptions convert;
        convert.allowPatternRollback = false;
        reshapes.addPass(createConvertToLLVMPass(convert));
      }));
  pm.addPass(createConvertToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createQuantBNNBF16ToI16Pass());
  pm.addNestedPass<LLVM::LLVMFuncOp>(createQuantBNNFenceNontemporalPass());
  addRefuseLeftovers(pm, {"llvm", "omp"});
}

void quant_bnn::buildLowerToLLVMPipeline(OpPassManager &pm,
                                         const LowerToLLVMOptions &options) {
  buildFusePipeline(pm, options);
  pm.addNestedPass<func::FuncOp>(createQuantBNNFoldTranspositionsPass());
  buildBufferizePipeline(pm, options, options.checkExtents);
  buildVectorizePipeline(pm, options);
  FinalizeLLVMOptions finalize;
  finalize.workspace = options.workspace;
  finalize.parallel = options.parallel;
  finalize.assertHandler = options.assertHandler.getValue();
  finalize.bf16 =
      chooseForHost(options.bf16, options.host, &VectorInstructions::bf16);
  buildFinalizeLLVMPipeline(pm, finalize);
}

void quant_bnn::registerQuantBNNPipelines() {
  PassPipelineRegistration<BinaryInferenceOptions>(
      "quant-bnn-binary-inference-pipeline",
      "bipolar matmuls and convolutions to packed bits, which stay packed in "
      "between; no gradients",
      buildBinaryInferencePipeline);
  PassPipelineRegistration<FuseOptions>(
      "quant-bnn-fuse-pipeline",
      "quant_bnn and elementwise ops on tensors to fused linalg",
      buildFusePipeline);
  PassPipelineRegistration<BufferizeOptions>(
      "quant-bnn-bufferize-pipeline",
      "tensors to buffers; arguments are never written",
      [](OpPassManager &pm, const BufferizeOptions &options) {
        buildBufferizePipeline(pm, options);
      });
  PassPipelineRegistration<VectorizeOptions>(
      "quant-bnn-vectorize-pipeline",
      "linalg on buffers to loops over vectors, with quant_bnn expanded",
      buildVectorizePipeline);
  PassPipelineRegistration<FinalizeLLVMOptions>(
      "quant-bnn-finalize-llvm-pipeline",
      "loops, vectors, math and buffers to the LLVM dialect",
      buildFinalizeLLVMPipeline);
  PassPipelineRegistration<LowerToLLVMOptions>(
      "quant-bnn-lower-to-llvm-pipeline",
      "quant_bnn and the other ops of a network to the LLVM dialect, for the "
      "CPU: fuse, bufferize, vectorize and finalize in turn",
      buildLowerToLLVMPipeline);
  PassPipelineRegistration<MapToGPUOptions>(
      "quant-bnn-map-to-gpu-pipeline",
      "linalg on buffers to GPU kernels, with quant_bnn expanded",
      [](OpPassManager &pm, const MapToGPUOptions &options) {
        buildMapToGPUPipeline(pm, options, /*unboundedViews=*/false);
      });
  PassPipelineRegistration<CompileROCDLKernelsOptions>(
      "quant-bnn-compile-rocdl-kernels-pipeline",
      "GPU modules to binaries for AMD's driver",
      buildCompileROCDLKernelsPipeline);
  PassPipelineRegistration<CompileSPIRVKernelsOptions>(
      "quant-bnn-compile-spirv-kernels-pipeline",
      "GPU modules to SPIR-V for Vulkan", buildCompileSPIRVKernelsPipeline);
  PassPipelineRegistration<LowerToNVVMOptions>(
      "quant-bnn-lower-to-nvvm-pipeline",
      "quant_bnn and the other ops of a network to CUDA kernels and the host "
      "code that launches them",
      buildLowerToNVVMPipeline);
  PassPipelineRegistration<LowerToROCDLOptions>(
      "quant-bnn-lower-to-rocdl-pipeline",
      "quant_bnn and the other ops of a network to kernels for AMD GPUs and "
      "the host code that launches them",
      buildLowerToROCDLPipeline);
  PassPipelineRegistration<LowerToSPIRVOptions>(
      "quant-bnn-lower-to-spirv-pipeline",
      "quant_bnn and the other ops of a network to shaders for Vulkan and "
      "host code that launches them",
      buildLowerToSPIRVPipeline);
}
