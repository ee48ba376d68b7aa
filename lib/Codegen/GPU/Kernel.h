//===- Kernel.h - Kernels over linalg on memrefs ----------------*- C++ -*-===//
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
  /// Whether a kernel's arguments are buffers without a size.
  bool unboundedViews;
  /// What multiplies matrices of bits.
  BitMMA bitMMA = BitMMA::None;

  /// How loops are found for these.
  vectorize::Options forVectors() const {
    return {vectorBits, /*nontemporalThreshold=*/0, /*parallel=*/false,
            /*unrolls=*/false};
  }
};

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

/// A memref as a kernel sees it: a buffer of elements, and where they lie in
/// it. Offset and strides are in elements.
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

/// Blocks of a launch at most: all targets allow as many.
inline constexpr int64_t maxBlocks = 65535;

/// `blocks`, but at most `limit`.
mlir::Value limitBlocks(mlir::ImplicitLocOpBuilder &builder, mlir::Value blocks,
                        int64_t limit = maxBlocks);

/// Where a thread is, as indices.
struct Thread {
  mlir::Value block, blocks, thread;
  /// Among all threads, and how many there are.
  mlir::Value id, count;
};

/// Launches `blocks` blocks whose threads run what `body` emits. It gets the
/// workgroup memory of `workgroupTypes`. A launch of no blocks does nothing.
void buildLaunch(
    mlir::ImplicitLocOpBuilder &builder, const Options &options,
    mlir::Value blocks, llvm::ArrayRef<mlir::Type> workgroupTypes,
    llvm::function_ref<void(const Thread &, mlir::ValueRange)> body);

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

/// Maps `op` to kernels over vectors, or fails, with nothing emitted, where
/// they would be wrong or slow.
llvm::LogicalResult emitVectorKernels(mlir::linalg::LinalgOp op,
                                      const Options &options);

/// Maps `contraction`, with its fill, to a kernel on tensor cores, or fails,
/// with nothing emitted, where there is no instruction for that.
llvm::LogicalResult
emitBitMatrixKernel(const popcount::Contraction &contraction,
                    const Options &options);

/// Maps any `op` to a kernel with a thread for each iteration of its parallel
/// loops.
void emitScalarKernel(mlir::linalg::LinalgOp op, const Options &options);

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_KERNEL_H
