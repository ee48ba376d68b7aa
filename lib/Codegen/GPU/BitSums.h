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

/// The numbers of bits in which rows differ from columns, as a warp counts
/// them. A thread of group g holds bits of rows g, g + 8 and so on, and of the
/// columns with the same numbers.
class BitSums {
public:
  using Piece = BitMMAInstruction::Piece;
  /// Rows and columns of a warp, and how many of these a thread holds bits of.
  static constexpr int64_t rows = 64;
  static constexpr int64_t columns = 32;
  static constexpr int64_t rowPieces = rows / BitMMAInstruction::groups;
  static constexpr int64_t columnPieces = columns / BitMMAInstruction::groups;

  /// Builds sums that are all 0.
  BitSums(mlir::ImplicitLocOpBuilder &b, BitMMA kind);

  /// Adds the numbers of differing bits in one piece of each row and each
  /// column.
  void accumulate(mlir::ImplicitLocOpBuilder &b, llvm::ArrayRef<Piece> rows,
                  llvm::ArrayRef<Piece> columns);

  /// Builds the number of bits in which row 8 `row` + g differs from column 8
  /// `column` + 2 m + `part`, for member m of group g.
  mlir::Value buildDistance(mlir::ImplicitLocOpBuilder &b, int64_t row,
                            int64_t column, int64_t part) const;

  // The sums as values that a loop carries.
  llvm::SmallVector<mlir::Value> getValues() const;
  void setValues(mlir::ValueRange values);

private:
  using Values = llvm::SmallVector<mlir::Value>;

  BitMMAInstruction mma;
  /// The sums of a thread for each instruction: by row, then by column.
  llvm::SmallVector<Values> products;
  /// The numbers of bits of 1 in rows and in columns; empty unless `products`
  /// count common bits.
  llvm::SmallVector<Values> rowSums, columnSums;
};

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_BITSUMS_H
