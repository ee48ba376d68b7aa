//===- LinearView.h - Views by the loops that walk them ---------*- C++ -*-===//
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

/// A memref as a kernel sees it, with an index that each iteration of a loop
/// changes by the same number of elements.
struct LinearView {
  mlir::Value buffer;
  /// The index in the first iteration of all loops.
  mlir::Value offset;
  /// By loop.
  llvm::SmallVector<mlir::Value> steps;

  /// `index` after as many iterations of `loops` as `position` says.
  mlir::Value advance(mlir::ImplicitLocOpBuilder &builder, mlir::Value index,
                      mlir::ValueRange position,
                      llvm::ArrayRef<unsigned> loops) const;
};

/// Whether loops access elements by `map` as a linear view does.
bool isLinear(mlir::AffineMap map);

/// Builds the view of `memref` for such loops, in host code.
LinearView buildLinearView(mlir::ImplicitLocOpBuilder &builder,
                           mlir::Value memref, mlir::AffineMap map,
                           const Options &options);

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_LINEARVIEW_H
