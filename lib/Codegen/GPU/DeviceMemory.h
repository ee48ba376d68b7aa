//===- DeviceMemory.h - Find memrefs in device memory -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_DEVICEMEMORY_H
#define QUANT_BNN_LIB_CODEGEN_GPU_DEVICEMEMORY_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/EquivalenceClasses.h"

namespace quant_bnn::map_to_gpu {

/// Finds the memrefs of host code that are in the memory of the device: the
/// memrefs that are used by a kernel, by a caller outside of the module, or by
/// an op that is not known to use host memory, and all memrefs that may alias
/// these. Other memrefs are in host memory, such as the lists of buffers that
/// deallocation compares.
class DeviceMemory {
public:
  explicit DeviceMemory(mlir::ModuleOp module);

  bool contains(mlir::Value memref) const;

private:
  void join(mlir::Value lhs, mlir::Value rhs);
  void joinAll(mlir::ValueRange lhs, mlir::ValueRange rhs);
  void visit(mlir::Operation *op);
  void visitRegions(mlir::Operation *op);
  void visitCall(mlir::Operation *op);

  llvm::EquivalenceClasses<void *> buffers;
};

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_DEVICEMEMORY_H
