//===- BitMMA.h - Bit matrix products on tensor cores -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_GPU_BITMMA_H
#define QUANT_BNN_LIB_CODEGEN_GPU_BITMMA_H

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/GPU/Passes.h"

namespace quant_bnn::map_to_gpu {

/// The tensor core instruction that counts, for each row of one bit matrix and
/// each column of another, the differing bits or the common bits.
///
/// A warp has 8 groups of 4 threads. The threads of group g hold the bits of
/// row g, of row g + 8 if the instruction has 16 rows, and of column g, a
/// quarter each. Which bits a thread holds does not matter, since all bits are
/// counted, as long as the thread holds the same bits of rows and of columns.
/// Member m of a group has the sums of these rows with columns 2m and 2m + 1.
class BitMMAInstruction {
public:
  static constexpr int64_t warpSize = 32;
  static constexpr int64_t groups = 8;
  static constexpr int64_t members = 4;
  /// Columns of an instruction; a thread has the sums of two columns.
  static constexpr int64_t columns = 8;
  static constexpr int64_t columnsPerThread = 2;
  /// The part of a row or a column that a thread holds: two words, the low one
  /// first.
  static constexpr int64_t pieceBits = 64;
  using Piece = std::array<mlir::Value, 2>;

  explicit BitMMAInstruction(BitMMA kind);

  int64_t getRowsPerThread() const { return rowsPerThread; }
  int64_t getRows() const { return groups * rowsPerThread; }
  /// The number of sums of a thread, which are ordered by row, then by column.
  int64_t getSumsPerThread() const { return rowsPerThread * columnsPerThread; }
  /// Whether the instruction counts common bits instead of differing bits.
  bool countsCommonBits() const {
    return operation == mlir::NVVM::MMAB1Op::and_popc;
  }

  /// Adds the bits that are counted in one piece of `rows` and `column` per
  /// thread to `sums`, and returns the new sums.
  llvm::SmallVector<mlir::Value> accumulate(mlir::ImplicitLocOpBuilder &b,
                                            llvm::ArrayRef<Piece> rows,
                                            const Piece &column,
                                            mlir::ValueRange sums) const;

private:
  mlir::Value emit(mlir::ImplicitLocOpBuilder &b, mlir::Type resultType,
                   mlir::ValueRange rowWords, mlir::ValueRange columnWords,
                   mlir::ValueRange sums) const;

  mlir::NVVM::MMAB1Op operation;
  int64_t rowsPerThread;
  /// Words of a piece that one instruction takes.
  int64_t words;
};

} // namespace quant_bnn::map_to_gpu

#endif // QUANT_BNN_LIB_CODEGEN_GPU_BITMMA_H
