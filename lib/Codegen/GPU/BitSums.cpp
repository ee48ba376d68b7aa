//===- BitSums.cpp - Counts of bits in the registers of a warp ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BitSums.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::map_to_gpu;

BitSums::BitSums(ImplicitLocOpBuilder &b, BitMMA kind) : mma(kind) {
  Value zero = arith::ConstantIntOp::create(b, b.getI32Type(), 0);
  Values zeros(mma.getSumsPerThread(), zero);
  int64_t rowCount = rows / mma.getRows();
  products.assign(rowCount * columnPieces, zeros);
  if (!mma.countsCommonBits())
    return;
  rowSums.assign(rowCount, zeros);
  columnSums.assign(columnPieces, zeros);
}

void BitSums::accumulate(ImplicitLocOpBuilder &b, ArrayRef<Piece> rows,
                         ArrayRef<Piece> columns) {
  // The bits in common with ones are all bits of 1. The sums of these bits are
  // where the products of the same rows and columns are.
  Value ones = arith::ConstantIntOp::create(b, b.getI32Type(), -1);
  Piece columnOfOnes = {ones, ones};
  SmallVector<Piece> rowsOfOnes(mma.getRowsPerThread(), columnOfOnes);
  for (auto [sums, column] : llvm::zip(columnSums, columns))
    sums = mma.accumulate(b, rowsOfOnes, column, sums);
  for (int64_t row = 0; row < BitSums::rows / mma.getRows(); ++row) {
    ArrayRef<Piece> pieces =
        rows.slice(row * mma.getRowsPerThread(), mma.getRowsPerThread());
    for (auto [number, column] : llvm::enumerate(columns)) {
      Values &sums = products[row * columnPieces + number];
      sums = mma.accumulate(b, pieces, column, sums);
    }
    if (mma.countsCommonBits())
      rowSums[row] = mma.accumulate(b, pieces, columnOfOnes, rowSums[row]);
  }
}

Value BitSums::buildDistance(ImplicitLocOpBuilder &b, int64_t row,
                             int64_t column, int64_t part) const {
  int64_t instruction = row / mma.getRowsPerThread();
  int64_t number =
      row % mma.getRowsPerThread() * BitMMAInstruction::columnsPerThread + part;
  Value sum = products[instruction * columnPieces + column][number];
  if (!mma.countsCommonBits())
    return sum;
  Value one = arith::ConstantIntOp::create(b, sum.getType(), 1);
  Value all = arith::AddIOp::create(b, rowSums[instruction][number],
                                    columnSums[column][number]);
  return arith::SubIOp::create(b, all, arith::ShLIOp::create(b, sum, one));
}

SmallVector<Value> BitSums::getValues() const {
  SmallVector<Value> values;
  for (const auto *all : {&products, &rowSums, &columnSums})
    for (const Values &sums : *all)
      llvm::append_range(values, sums);
  return values;
}

void BitSums::setValues(ValueRange values) {
  for (auto *all : {&products, &rowSums, &columnSums})
    for (Values &sums : *all) {
      llvm::copy(values.take_front(sums.size()), sums.begin());
      values = values.drop_front(sums.size());
    }
}
