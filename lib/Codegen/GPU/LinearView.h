//===- LinearView.h - Views indexed by loop iterations ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_LINEARVIEW_H
#define QUANT_BNN_LIB_CODEGEN_GPU_LINEARVIEW_H

#include "Kernel.h"

namespace quant_bnn::map_to_gpu {

/// A memref as a kernel accesses it: a one-dimensional buffer, and an index to
/// which each iteration of a loop adds the same number of elements.
struct LinearView {
  mlir::Value buffer;
  /// The index in the first iteration of all loops.
  mlir::Value offset;
  /// The number of elements that an iteration adds to the index, by loop.
  llvm::SmallVector<mlir::Value> steps;

  /// Builds `index` plus `position[i]` iterations of `loops[i]`, for all i.
  mlir::Value advance(mlir::ImplicitLocOpBuilder &builder, mlir::Value index,
                      mlir::ValueRange position,
                      llvm::ArrayRef<unsigned> loops) const;
};

/// Whether all results of `map` are linear in the loops, as a linear view
/// needs.
bool isLinear(mlir::AffineMap map);

/// Builds the linear view of `memref`, which loops access by the linear `map`,
/// in host code.
LinearView buildLinearView(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Value memref, mlir::AffineMap map,
                           const Options &options);

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_LINEARVIEW_H
