//===- DeviceBuffers.h - Buffers of a GPU in host code ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_DEVICEBUFFERS_H
#define QUANT_BNN_LIB_CODEGEN_GPU_DEVICEBUFFERS_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace quant_bnn::map_to_gpu {

/// Builds the allocation of a device buffer of `type` with the dynamic sizes
/// `sizes`.
inline mlir::Value buildDeviceAlloc(mlir::ImplicitLocOpBuilder &builder,
                                    mlir::MemRefType type,
                                    mlir::ValueRange sizes = {}) {
  return mlir::gpu::AllocOp::create(builder, type, /*asyncToken=*/mlir::Type(),
                                    /*asyncDependencies=*/mlir::ValueRange(),
                                    sizes,
                                    /*symbolOperands=*/mlir::ValueRange())
      .getMemref();
}

/// Builds a copy from `source` to `target`, either of which may be on the host.
inline void buildDeviceCopy(mlir::ImplicitLocOpBuilder &builder,
                            mlir::Value target, mlir::Value source) {
  mlir::gpu::MemcpyOp::create(builder, /*asyncToken=*/mlir::Type(),
                              /*asyncDependencies=*/mlir::ValueRange(), target,
                              source);
}

inline void buildDeviceDealloc(mlir::ImplicitLocOpBuilder &builder,
                               mlir::Value memref) {
  mlir::gpu::DeallocOp::create(builder, /*asyncToken=*/mlir::Type(),
                               /*asyncDependencies=*/mlir::ValueRange(),
                               memref);
}

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_DEVICEBUFFERS_H
