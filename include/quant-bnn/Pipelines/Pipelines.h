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
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace mlir {
class OpPassManager;
} // namespace mlir

namespace quant_bnn {

/// How a function returns its tensors once they are buffers.
enum class ResultConvention {
  /// A returned memref owns its buffer: free(allocated) frees it.
  Return,
  /// The caller passes a buffer for each result, after the arguments.
  OutParams
};

/// How tanh and exp are computed in f32.
enum class MathAccuracy {
  /// Vectorized polynomials, within a few units in the last place.
  Fast,
  /// Calls of the C math library.
  Libm
};

/// Where the memrefs of public functions are when they are called.
enum class ArgumentMemory {
  /// In memory of the host: a call copies them to the device and back.
  Host,
  /// In memory of the device.
  Device
};

/// What kernels are compiled to.
enum class KernelFormat {
  /// Text that the driver compiles when it loads it.
  Assembly,
  /// Code for one chip.
  Binary,
  /// Both.
  Fatbin
};

/// What becomes of host code that launches kernels.
enum class HostCode {
  /// The LLVM dialect, with calls of the functions of a runtime.
  LLVM,
  /// Nothing: launches stay.
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
  PassOptions::Option<MathAccuracy> math;
  PassOptions::Option<PopcountAccumulation> popcount;
  PassOptions::Option<LookupInstructions> lookup;
  PassOptions::Option<bool> host;
};

/// What a CPU computes with best.
struct VectorInstructions {
  int64_t vectorWidth;
  PopcountAccumulation popcount;
  LookupInstructions lookup;
};

/// The vector instructions of the CPU that this runs on.
VectorInstructions getHostVectorInstructions();

/// Options of buildFinalizeLLVMPipeline.
struct FinalizeLLVMFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit FinalizeLLVMFields(PassOptions *parent);

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

/// What becomes of the host code around kernels.
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
                            VectorizeFields {
  LowerToLLVMOptions()
      : FuseFields(this), BufferizeFields(this), VectorizeFields(this) {}
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

/// A network for inference, where no gradient will be taken: gradients go,
/// products of signs are computed on packed bits, which stay packed from one to
/// the next, and what is computed of their sums in between becomes thresholds.
void buildBinaryInferencePipeline(mlir::OpPassManager &pm,
                                  const BinaryInferenceOptions &options);

/// quant_bnn and elementwise ops on tensors to fused linalg.
void buildFusePipeline(mlir::OpPassManager &pm, const FuseFields &options);

/// Tensors to buffers, with functions that return as the options say.
void buildBufferizePipeline(mlir::OpPassManager &pm,
                            const BufferizeFields &options);

/// linalg on buffers to loops over vectors, with every quant_bnn op expanded.
void buildVectorizePipeline(mlir::OpPassManager &pm,
                            const VectorizeFields &options);

/// Loops, vectors, math and buffers to the LLVM dialect.
void buildFinalizeLLVMPipeline(mlir::OpPassManager &pm,
                               const FinalizeLLVMFields &options);

/// All of the above: quant_bnn to the LLVM dialect for the CPU.
void buildLowerToLLVMPipeline(mlir::OpPassManager &pm,
                              const LowerToLLVMOptions &options);

/// linalg on buffers to kernels in gpu modules, and host code that launches
/// them. With `unboundedViews`, kernels take buffers as bare pointers. Matrices
/// of bits are multiplied by `bitMMA`.
void buildMapToGPUPipeline(mlir::OpPassManager &pm,
                           const MapToGPUFields &options, bool unboundedViews,
                           BitMMA bitMMA = BitMMA::None);

/// GPU modules to binaries for CUDA.
void buildCompileNVVMKernelsPipeline(mlir::OpPassManager &pm,
                                     const NVVMFields &options);

/// GPU modules to binaries for AMD's driver. Kernels take buffers as bare
/// pointers. Math other than what bnn-codegen-convert-math-to-intrinsics
/// converts would be a call of ROCm's device libraries.
void buildCompileROCDLKernelsPipeline(mlir::OpPassManager &pm,
                                      const ROCDLFields &options);

/// GPU modules to SPIR-V for Vulkan. A kernel has a known_block_size, and takes
/// buffers of one dimension, and scalars: an argument is the storage buffer of
/// its number in set 0, a scalar that of one element. An index has 32 bits
/// there: none may exceed 2^31 - 1, also not a loop's after its last step.
void buildCompileSPIRVKernelsPipeline(mlir::OpPassManager &pm,
                                      const SPIRVFields &options);

/// Host code that launches kernels to the LLVM dialect, with calls of the
/// functions of a runtime.
void buildFinalizeGPUHostPipeline(mlir::OpPassManager &pm);

/// quant_bnn to CUDA.
void buildLowerToNVVMPipeline(mlir::OpPassManager &pm,
                              const LowerToNVVMOptions &options);

/// quant_bnn to AMD GPUs.
void buildLowerToROCDLPipeline(mlir::OpPassManager &pm,
                               const LowerToROCDLOptions &options);

/// quant_bnn to shaders for Vulkan, and host code that launches them.
void buildLowerToSPIRVPipeline(mlir::OpPassManager &pm,
                               const LowerToSPIRVOptions &options);

/// Registers the pipelines by name.
void registerQuantBNNPipelines();

/// Registers passes that were renamed under their names in version 0.1 too, for
/// one release.
void registerEarlierPassNames();

} // namespace quant_bnn

#endif // QUANT_BNN_PIPELINES_PIPELINES_H
