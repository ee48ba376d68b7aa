//===- ConstantMemory.h - Memory that is known when compiling ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A kernel that copies an operand to another layout, such as panels, can have a
// constant operand in that layout from the start.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_CONSTANTMEMORY_H
#define QUANT_BNN_LIB_CODEGEN_CPU_CONSTANTMEMORY_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include <optional>

namespace quant_bnn {

/// The elements of a constant global, as loops access them.
class ConstantMemory {
public:
  /// Returns the elements of `memref`, if it is a constant global with elements
  /// of whole bytes, or its dimensions collapsed or expanded. `indices` are
  /// those of an element, sums of multiples of `loops` loops.
  static std::optional<ConstantMemory>
  get(mlir::Value memref, llvm::ArrayRef<mlir::AffineExpr> indices,
      unsigned loops);

  /// Returns the bytes of the element in the iterations `ivs` of the loops, in
  /// the order of the host.
  llvm::ArrayRef<char> getElement(llvm::ArrayRef<int64_t> ivs) const;

private:
  llvm::ArrayRef<char> data;
  bool isSplat = false;
  int64_t bytesPerElement;
  /// The position of an element in row-major order: a constant, plus a factor
  /// by loop.
  llvm::SmallVector<int64_t> factors;
  int64_t constant = 0;
};

/// Builds a memref of `shape` that holds `data`, in row-major order, and that
/// is never written. `bnn-codegen-create-globals` makes a global of it.
mlir::Value buildConstantMemory(mlir::ImplicitLocOpBuilder &b,
                                llvm::ArrayRef<int64_t> shape,
                                mlir::Type element, llvm::ArrayRef<char> data);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_CPU_CONSTANTMEMORY_H
