//===- BitSums.h - Counts of bits in the registers of a warp ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_BITSUMS_H
#define QUANT_BNN_LIB_CODEGEN_GPU_BITSUMS_H

#include "BitMMA.h"

namespace quant_bnn::map_to_gpu {

/// In how many bits rows differ from columns, as a warp counts them. A thread
/// of group g has rows g, g + 8 and so on, and bits of columns with these
/// numbers.
class BitSums {
public:
  using Piece = BitMMAInstruction::Piece;
  /// Rows and columns of a warp, and those that a thread has bits of.
  static constexpr int64_t rows = 64;
  static constexpr int64_t columns = 32;
  static constexpr int64_t rowPieces = rows / BitMMAInstruction::groups;
  static constexpr int64_t columnPieces = columns / BitMMAInstruction::groups;

  /// Of no bits.
  BitSums(mlir::ImplicitLocOpBuilder &b, BitMMA kind);

  /// Adds what differs in a piece of each row and column.
  void accumulate(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Piece> rows,
                  llvm::ArrayRef<Piece> columns);

  /// In how many bits row 8 `row` + g differs from column 8 `column` + 2 m +
  /// `part`, for member m of group g.
  mlir::Value buildDistance(mlir::ImplicitLocOpBuilder &b, int64_t row,
                            int64_t column, int64_t part) const;

  // For loops that carry them.
  llvm::SmallVector<mlir::Value> getValues() const;
  void setValues(mlir::ValueRange values);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  BitMMAInstruction mma;
  /// A thread's values of each instruction: by row, then by column.
  llvm::SmallVector<Values> products;
  /// Of all bits of rows and of columns, where `products` are of common bits.
  llvm::SmallVector<Values> rowSums, columnSums;
};

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_BITSUMS_H
