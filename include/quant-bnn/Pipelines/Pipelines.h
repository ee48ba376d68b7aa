//===- Pipelines.h - Pipelines of quant_bnn ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PIPELINES_PIPELINES_H
#define QUANT_BNN_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassOptions.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace llvm {
class Triple;
} // namespace llvm

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace quant_bnn {

/// How a function returns its tensors after bufferization.
enum class ResultConvention {
  /// A returned memref owns its buffer: free(allocated) frees it.
  Return,
  /// The caller passes a buffer for each result, after the arguments.
  OutParams
};

/// How tanh, exp, expm1 and log1p of f32 are computed.
enum class MathAccuracy {
  /// Vectorized polynomials, within a few units in the last place.
  Fast,
  /// Calls to the C math library.
  Libm
};

/// The memory that holds the memrefs of a public function when it is called.
enum class ArgumentMemory {
  /// Host memory: each call copies the memrefs to the device and back.
  Host,
  /// Device memory.
  Device
};

/// The format of compiled kernels.
enum class KernelFormat {
  /// Assembly text, which the driver compiles when it loads the text.
  Assembly,
  /// Machine code for one chip.
  Binary,
  /// Machine code and assembly text.
  Fatbin
};

/// How host code that launches kernels is lowered.
enum class HostCode {
  /// To the LLVM dialect, with calls to a runtime library.
  LLVM,
  /// Not at all: `gpu.launch_func` ops stay.
  Keep
};

/// Options of buildFusePipeline.
struct FuseFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit FuseFields(PassOptions *parent);

  PassOptions::Option<bool> checkExtents;
};

/// Options of buildBufferizePipeline.
struct BufferizeFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit BufferizeFields(PassOptions *parent);

  PassOptions::Option<ResultConvention> results;
};

/// Options of buildVectorizePipeline.
struct VectorizeFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit VectorizeFields(PassOptions *parent);

  PassOptions::Option<int64_t> vectorWidth;
  PassOptions::Option<int64_t> nontemporalThreshold;
  PassOptions::Option<bool> parallel;
  PassOptions::Option<int64_t> taskTime;
  PassOptions::Option<MathAccuracy> math;
  PassOptions::Option<PopcountAccumulation> popcount;
  PassOptions::Option<LookupInstructions> lookup;
  PassOptions::Option<bool> host;
};

/// The vector width and instructions that are fastest on a CPU.
struct VectorInstructions {
  int64_t vectorWidth;
  PopcountAccumulation popcount;
  LookupInstructions lookup;
  BF16Instruction bf16;
};

/// Returns the vector instructions of a CPU for `triple` that has the features
/// of LLVM for which `hasFeature` returns true.
VectorInstructions
getVectorInstructions(const llvm::Triple &triple,
                      llvm::function_ref<bool(llvm::StringRef)> hasFeature);

/// Returns the vector instructions of the CPU that this process runs on.
VectorInstructions getHostVectorInstructions();

/// Where the temporary buffers of a function for the CPU are.
struct MemoryFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit MemoryFields(PassOptions *parent);

  PassOptions::Option<Workspace> workspace;
};

/// What compiled code does where an assertion fails.
struct AssertionFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit AssertionFields(PassOptions *parent);

  PassOptions::Option<std::string> assertHandler;
};

/// The instruction that rounds f32 to bf16 on a CPU.
struct BF16Fields {
  using PassOptions = mlir::detail::PassOptions;
  explicit BF16Fields(PassOptions *parent);

  PassOptions::Option<BF16Instruction> bf16;
};

/// Options of buildFinalizeLLVMPipeline.
struct FinalizeLLVMFields : MemoryFields, AssertionFields, BF16Fields {
  using PassOptions = mlir::detail::PassOptions;
  explicit FinalizeLLVMFields(PassOptions *parent);

  PassOptions::Option<bool> parallel;
  /// The name that `parallel` had in version 0.1.
  PassOptions::Option<bool> openmp;
};

/// Options of buildMapToGPUPipeline.
struct MapToGPUFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit MapToGPUFields(PassOptions *parent);

  PassOptions::Option<int64_t> blockSize;
  PassOptions::Option<int64_t> vectorWidth;
  PassOptions::Option<ArgumentMemory> memory;
};

/// Options of buildCompileNVVMKernelsPipeline.
struct NVVMFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit NVVMFields(PassOptions *parent);

  PassOptions::Option<std::string> chip;
  PassOptions::Option<std::string> features;
  PassOptions::Option<KernelFormat> format;
};

/// Options of the lowering of the host code that launches kernels.
struct HostCodeFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit HostCodeFields(PassOptions *parent);

  PassOptions::Option<HostCode> host;
};

/// Options of buildCompileROCDLKernelsPipeline.
struct ROCDLFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit ROCDLFields(PassOptions *parent);

  PassOptions::Option<std::string> chip;
  PassOptions::Option<KernelFormat> format;
  PassOptions::Option<std::string> toolkit;
};

/// Options of buildCompileSPIRVKernelsPipeline.
struct SPIRVFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit SPIRVFields(PassOptions *parent);

  PassOptions::Option<Denormals> denormals;
};

struct BinaryInferenceOptions
    : mlir::PassPipelineOptions<BinaryInferenceOptions> {
  BinaryInferenceOptions();

  Option<int64_t> wordWidth;
  Option<RewriteMode> mode;
  Option<bool> assumeNoZeros;
  Option<bool> assumeNoNaNs;
};

struct FuseOptions : mlir::PassPipelineOptions<FuseOptions>, FuseFields {
  FuseOptions() : FuseFields(this) {}
};

struct BufferizeOptions : mlir::PassPipelineOptions<BufferizeOptions>,
                          BufferizeFields {
  BufferizeOptions() : BufferizeFields(this) {}
};

struct VectorizeOptions : mlir::PassPipelineOptions<VectorizeOptions>,
                          VectorizeFields {
  VectorizeOptions() : VectorizeFields(this) {}
};

struct FinalizeLLVMOptions : mlir::PassPipelineOptions<FinalizeLLVMOptions>,
                             FinalizeLLVMFields {
  FinalizeLLVMOptions() : FinalizeLLVMFields(this) {}
};

struct LowerToLLVMOptions : mlir::PassPipelineOptions<LowerToLLVMOptions>,
                            FuseFields,
                            BufferizeFields,
                            VectorizeFields,
                            MemoryFields,
                            AssertionFields,
                            BF16Fields {
  LowerToLLVMOptions()
      : FuseFields(this), BufferizeFields(this), VectorizeFields(this),
        MemoryFields(this), AssertionFields(this), BF16Fields(this) {}
};

struct MapToGPUOptions : mlir::PassPipelineOptions<MapToGPUOptions>,
                         MapToGPUFields {
  MapToGPUOptions() : MapToGPUFields(this) {}
};

struct LowerToNVVMOptions : mlir::PassPipelineOptions<LowerToNVVMOptions>,
                            FuseFields,
                            BufferizeFields,
                            MapToGPUFields,
                            NVVMFields,
                            HostCodeFields {
  LowerToNVVMOptions()
      : FuseFields(this), BufferizeFields(this), MapToGPUFields(this),
        NVVMFields(this), HostCodeFields(this) {}
};

struct LowerToROCDLOptions : mlir::PassPipelineOptions<LowerToROCDLOptions>,
                             FuseFields,
                             BufferizeFields,
                             MapToGPUFields,
                             ROCDLFields,
                             HostCodeFields {
  LowerToROCDLOptions()
      : FuseFields(this), BufferizeFields(this), MapToGPUFields(this),
        ROCDLFields(this), HostCodeFields(this) {}
};

struct LowerToSPIRVOptions : mlir::PassPipelineOptions<LowerToSPIRVOptions>,
                             FuseFields,
                             BufferizeFields,
                             MapToGPUFields,
                             SPIRVFields {
  LowerToSPIRVOptions()
      : FuseFields(this), BufferizeFields(this), MapToGPUFields(this),
        SPIRVFields(this) {}
};

struct CompileROCDLKernelsOptions
    : mlir::PassPipelineOptions<CompileROCDLKernelsOptions>,
      ROCDLFields {
  CompileROCDLKernelsOptions() : ROCDLFields(this) {}
};

struct CompileSPIRVKernelsOptions
    : mlir::PassPipelineOptions<CompileSPIRVKernelsOptions>,
      SPIRVFields {
  CompileSPIRVKernelsOptions() : SPIRVFields(this) {}
};

/// Builds a pipeline for inference, where no gradient will be taken. The
/// pipeline strips gradients, evaluates constants, raises quantizers that are
/// written out, moves the channels of images last where sums may be rounded
/// differently, computes bipolar matmuls and convolutions on packed bits, keeps
/// tensors packed between these ops, and folds the math on their integer sums
/// to thresholds.
void buildBinaryInferencePipeline(mlir::OpPassManager &pm,
                                  const BinaryInferenceOptions &options);

/// Builds the pipeline that lowers quant_bnn and elementwise ops on tensors to
/// fused linalg.
void buildFusePipeline(mlir::OpPassManager &pm, const FuseFields &options);

/// Builds the pipeline that bufferizes tensors. Functions return tensors as
/// `options.results` says. With `checkExtents`, they abort if a buffer that
/// they get for a result has other extents than the result.
void buildBufferizePipeline(mlir::OpPassManager &pm,
                            const BufferizeFields &options,
                            bool checkExtents = false);

/// Builds the pipeline that lowers linalg on buffers to loops over vectors, and
/// expands every quant_bnn op.
void buildVectorizePipeline(mlir::OpPassManager &pm,
                            const VectorizeFields &options);

/// Builds the pipeline that lowers loops, vectors, math and buffers to the LLVM
/// dialect.
void buildFinalizeLLVMPipeline(mlir::OpPassManager &pm,
                               const FinalizeLLVMFields &options);

/// Builds the pipeline that lowers quant_bnn to the LLVM dialect for the CPU:
/// fuse, bufferize, vectorize and finalize, in this order.
void buildLowerToLLVMPipeline(mlir::OpPassManager &pm,
                              const LowerToLLVMOptions &options);

/// Builds the pipeline that maps linalg on buffers to kernels in GPU modules,
/// and to host code that launches the kernels. With `unboundedViews`, kernels
/// take buffers as bare pointers. `bitMMA` is the tensor core instruction that
/// multiplies matrices of bits.
void buildMapToGPUPipeline(mlir::OpPassManager &pm,
                           const MapToGPUFields &options, bool unboundedViews,
                           BitMMA bitMMA = BitMMA::None);

/// Builds the pipeline that compiles GPU modules to binaries for CUDA.
void buildCompileNVVMKernelsPipeline(mlir::OpPassManager &pm,
                                     const NVVMFields &options);

/// Builds the pipeline that compiles GPU modules to binaries for AMD's driver.
/// Kernels take buffers as bare pointers. The pipeline refuses math that
/// `bnn-codegen-convert-math-to-intrinsics` does not convert, since such math
/// would become calls to ROCm's device libraries.
void buildCompileROCDLKernelsPipeline(mlir::OpPassManager &pm,
                                      const ROCDLFields &options);

/// Builds the pipeline that compiles GPU modules to SPIR-V for Vulkan. A kernel
/// must have a known_block_size, and its arguments must be 1-D buffers and
/// scalars. Argument i is bound to storage buffer i of set 0; a scalar is a
/// storage buffer of one element. An index has 32 bits in SPIR-V: no index may
/// exceed 2^31 - 1, including the induction variable of a loop after its last
/// step.
void buildCompileSPIRVKernelsPipeline(mlir::OpPassManager &pm,
                                      const SPIRVFields &options);

/// Builds the pipeline that lowers host code with kernel launches to the LLVM
/// dialect, with calls to a runtime library.
void buildFinalizeGPUHostPipeline(mlir::OpPassManager &pm);

/// Builds the pipeline that lowers quant_bnn to CUDA.
void buildLowerToNVVMPipeline(mlir::OpPassManager &pm,
                              const LowerToNVVMOptions &options);

/// Builds the pipeline that lowers quant_bnn to AMD GPUs.
void buildLowerToROCDLPipeline(mlir::OpPassManager &pm,
                               const LowerToROCDLOptions &options);

/// Builds the pipeline that lowers quant_bnn to shaders for Vulkan and host
/// code that launches them.
void buildLowerToSPIRVPipeline(mlir::OpPassManager &pm,
                               const LowerToSPIRVOptions &options);

/// Registers the pipelines by name.
void registerQuantBNNPipelines();

/// Registers each renamed pass under its name in version 0.1 as well, for one
/// release.
void registerEarlierPassNames();

} // namespace quant_bnn

#endif // QUANT_BNN_PIPELINES_PIPELINES_H
