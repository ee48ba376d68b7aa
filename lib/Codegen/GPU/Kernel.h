//===- Kernel.h - GPU kernels for linalg on memrefs -------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_KERNEL_H
#define QUANT_BNN_LIB_CODEGEN_GPU_KERNEL_H

#include "../LoopEmission/Plan.h"
#include "../LoopEmission/PopcountContraction.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/GPU/Passes.h"

namespace quant_bnn::map_to_gpu {

struct Options {
  /// Threads of a block: a power of two.
  int64_t blockSize;
  /// Bits of a vector: a power of two.
  int64_t vectorBits;
  /// Whether buffers are passed to kernels as memrefs of a static, unreachable
  /// size.
  bool unboundedViews;
  /// The tensor core instruction for matrix products of bits.
  BitMMA bitMMA = BitMMA::None;

  /// Returns the options with which the loops of an op are planned.
  vectorize::Options forVectors() const {
    return {vectorBits, /*nontemporalThreshold=*/0, /*parallel=*/false,
            /*unrolls=*/false};
  }
};

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// A memref as a kernel accesses it: a one-dimensional buffer, and the offset
/// and strides of the memref in this buffer, in elements.
struct View {
  mlir::Value buffer;
  mlir::Value offset;
  llvm::SmallVector<mlir::Value> strides;

  mlir::Value linearize(mlir::ImplicitLocOpBuilder &builder,
                        mlir::ValueRange indices) const;
};

/// Builds the view of `memref`, in host code.
View buildView(mlir::ImplicitLocOpBuilder &builder, mlir::Value memref,
               const Options &options);

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

/// The maximum number of blocks of a launch; all targets allow this number.
inline constexpr int64_t maxBlocks = 65535;

/// Builds the minimum of `blocks` and `limit`.
mlir::Value limitBlocks(mlir::ImplicitLocOpBuilder &builder, mlir::Value blocks,
                        int64_t limit = maxBlocks);

/// The position of a thread, as indices: the number of its block, the number of
/// blocks, and the number of the thread in its block.
struct Thread {
  mlir::Value block, blocks, thread;
  /// The number of the thread among all threads, and the number of all threads.
  mlir::Value id, count;
};

/// Builds a launch of `blocks` blocks whose threads run the code that `body`
/// emits. `body` gets the workgroup memory of `workgroupTypes`. A launch of no
/// blocks does nothing.
void buildLaunch(
    mlir::ImplicitLocOpBuilder &builder, const Options &options,
    mlir::Value blocks, llvm::ArrayRef<mlir::Type> workgroupTypes,
    llvm::function_ref<void(const Thread &, mlir::ValueRange)> body);

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Maps `op` to kernels that use vectors, or fails, with nothing emitted, where
/// such kernels would be wrong or slow.
llvm::LogicalResult emitVectorKernels(mlir::linalg::LinalgOp op,
                                      const Options &options);

/// Maps `contraction`, with its fill, to a kernel on tensor cores, or fails,
/// with nothing emitted, where no tensor core instruction applies.
llvm::LogicalResult
emitBitMatrixKernel(const popcount::Contraction &contraction,
                    const Options &options);

/// Maps any `op` to a kernel with a thread for each iteration of its parallel
/// loops.
void emitScalarKernel(mlir::linalg::LinalgOp op, const Options &options);

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_KERNEL_H
