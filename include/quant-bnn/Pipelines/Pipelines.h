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
};

/// Options of buildFinalizeLLVMPipeline.
struct FinalizeLLVMFields {
  using PassOptions = mlir::detail::PassOptions;
  explicit FinalizeLLVMFields(PassOptions *parent);

  PassOptions::Option<bool> openmp;
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
                            BufferizeFields,
                            VectorizeFields {
  LowerToLLVMOptions() : BufferizeFields(this), VectorizeFields(this) {}
};

/// quant_bnn and elementwise ops on tensors to fused linalg.
void buildFusePipeline(mlir::OpPassManager &pm);

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

/// Registers the pipelines by name.
void registerQuantBNNPipelines();

} // namespace quant_bnn

#endif // QUANT_BNN_PIPELINES_PIPELINES_H
