//===- Panels.cpp - Digits of the packed operand, side by side ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockedEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// Bytes of a panel at most, so that it stays in the second cache.
static constexpr int64_t maxPanelBytes = int64_t(128) << 10;

/// Bits of the elements of squares that are transposed.
static constexpr int64_t unitBits = 32;

/// How many words of the innermost reduction a panel covers.
int64_t BlockedEmitter::getPanelTile() const {
  int64_t bytes =
      shape.vectors * lanes * digits.elementWidth / 8 * digits.perWord;
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    bytes *= std::max<int64_t>(getConstantIntValue(sizes[loop]).value_or(1), 1);
  int64_t tile = std::max<int64_t>(maxPanelBytes / bytes, 1);
  // Whole squares.
  int64_t square = options.vectorBits / contraction.getWordType().getWidth();
  return tile > square ? tile / square * square : tile;
}

void BlockedEmitter::buildPanel() {
  Value size = fold<arith::MinUIOp>(sizes[contraction.reductions.back()],
                                    index(getPanelTile()));
  size = fold<arith::MulIOp>(size, index(digits.perWord));
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    size = fold<arith::MulIOp>(size, sizes[loop]);
  std::optional<int64_t> rows = getConstantIntValue(size);
  auto type = MemRefType::get(
      {rows.value_or(ShapedType::kDynamic), shape.vectors * lanes},
      b.getIntegerType(digits.elementWidth));
  panel = memref::AllocOp::create(b, type, rows ? ValueRange() : size,
                                  b.getI64IntegerAttr(64));
}

/// The number of the iteration at `positions`.
Value BlockedEmitter::buildRow(ArrayRef<ReductionLoop> loops,
                               ValueRange positions) {
  Value row = positions.front();
  for (auto [position, loop] :
       llvm::zip_equal(positions.drop_front(), loops.drop_front()))
    row = fold<arith::AddIOp>(fold<arith::MulIOp>(row, loop.upper), position);
  return row;
}

/// The row of the panel for the first digit of the words at `positions`, and
/// sets where in the packed operand they are.
Value BlockedEmitter::buildPackedRow(ValueRange positions) {
  for (auto [position, loop] :
       llvm::zip_equal(positions, contraction.reductions))
    ivs[loop] = position;
  ivs[contraction.reductions.back()] =
      fold<arith::AddIOp>(tileLower, positions.back());
  return fold<arith::MulIOp>(buildRow(reductions, positions),
                             index(digits.perWord));
}

/// Emits `body` at positions of the outer reductions.
void BlockedEmitter::buildOuterReductions(
    llvm::function_ref<void(ArrayRef<Value>)> body) {
  SmallVector<Value> positions;
  auto emitLoops = [&](auto &self) -> void {
    if (positions.size() + 1 == reductions.size())
      return body(positions);
    buildFor(index(0), reductions[positions.size()].upper, 1, [&](Value iv) {
      positions.push_back(iv);
      self(self);
      positions.pop_back();
    });
  };
  emitLoops(emitLoops);
}

/// Copies words of `count` outputs, from the one at `ivs` on and from `lower`
/// of the innermost reduction on.
void BlockedEmitter::emitPackingByWord(Value lower, Value count) {
  Value first = ivs[contraction.lanes];
  buildFor(index(0), count, 1, [&](Value lane) {
    ivs[contraction.lanes] = fold<arith::AddIOp>(first, lane);
    buildOuterReductions([&](ArrayRef<Value> outer) {
      buildFor(lower, reductions.back().upper, 1, [&](Value iv) {
        SmallVector<Value> positions(outer);
        positions.push_back(iv);
        Value row = buildPackedRow(positions);
        Value word =
            memref::LoadOp::create(b, packed.base, buildIndices(packed));
        for (auto [distance, digit] : llvm::enumerate(digits.extract(b, word)))
          memref::StoreOp::create(b, digit, panel,
                                  ValueRange{offset(row, distance), lane});
      });
    });
  });
  ivs[contraction.lanes] = first;
}

/// Turns a square into its transpose.
static void transpose(ImplicitLocOpBuilder &b, MutableArrayRef<Value> rows) {
  int64_t size = rows.size();
  // Swaps blocks beside the diagonal, of more and more elements.
  for (int64_t block = 1; block < size; block *= 2) {
    SmallVector<int64_t> low, high;
    for (int64_t lane = 0; lane < size; ++lane) {
      low.push_back(lane & block ? size + lane - block : lane);
      high.push_back(lane & block ? size + lane : lane + block);
    }
    for (int64_t row = 0; row < size; ++row) {
      if (row & block)
        continue;
      Value upper = rows[row], lower = rows[row + block];
      rows[row] = vector::ShuffleOp::create(b, upper, lower, low);
      rows[row + block] = vector::ShuffleOp::create(b, upper, lower, high);
    }
  }
}

/// Puts vectors, of which there is a power of two, in a row.
static Value concatenate(ImplicitLocOpBuilder &b, ArrayRef<Value> parts) {
  if (parts.size() == 1)
    return parts.front();
  size_t half = parts.size() / 2;
  Value low = concatenate(b, parts.take_front(half));
  Value high = concatenate(b, parts.drop_front(half));
  int64_t size = cast<VectorType>(low.getType()).getNumElements() * 2;
  return vector::ShuffleOp::create(b, low, high,
                                   llvm::to_vector(llvm::seq(size)));
}

/// Loads a vector of words for each lane from the output at `ivs` on. Returns,
/// for each position of them that has 32 bits, a vector of those of all lanes.
SmallVector<Value> BlockedEmitter::loadSquares() {
  IntegerType word = contraction.getWordType();
  auto words = VectorType::get(options.vectorBits / word.getWidth(), word);
  int64_t size = options.vectorBits / unitBits;
  auto units = VectorType::get(size, b.getIntegerType(unitBits));
  Value first = ivs[contraction.lanes];
  SmallVector<SmallVector<Value>> columns(size);
  for (int64_t lane = 0; lane < lanes; lane += size) {
    SmallVector<Value> square;
    for (int64_t row = 0; row < size; ++row) {
      ivs[contraction.lanes] = offset(first, lane + row);
      Value loaded =
          vector::LoadOp::create(b, words, packed.base, buildIndices(packed));
      square.push_back(b.createOrFold<vector::BitCastOp>(units, loaded));
    }
    transpose(b, square);
    for (auto [column, part] : llvm::zip_equal(columns, square))
      column.push_back(part);
  }
  ivs[contraction.lanes] = first;
  return llvm::map_to_vector(
      columns, [&](auto &parts) { return concatenate(b, parts); });
}

/// Copies squares of words for `vectors` vectors of outputs, and returns where
/// on the innermost reduction they end.
Value BlockedEmitter::emitPackingBySquare(int64_t vectors) {
  Value upper = reductions.back().upper;
  int64_t length = options.vectorBits / contraction.getWordType().getWidth();
  Value end = roundDown(upper, length);
  Value first = ivs[contraction.lanes];
  buildOuterReductions([&](ArrayRef<Value> outer) {
    buildFor(index(0), end, length, [&](Value iv) {
      SmallVector<Value> positions(outer);
      positions.push_back(iv);
      Value row = buildPackedRow(positions);
      for (int64_t vector = 0; vector < vectors; ++vector) {
        ivs[contraction.lanes] = offset(first, vector * lanes);
        int64_t distance = 0;
        for (Value units : loadSquares())
          for (Value digit : digits.extract(b, units))
            vector::StoreOp::create(
                b, digit, panel,
                ValueRange{offset(row, distance++), index(vector * lanes)});
      }
    });
  });
  ivs[contraction.lanes] = first;
  return end;
}

/// Copies words for outputs from the one at `ivs` on: `valid` ones, or whole
/// vectors.
void BlockedEmitter::emitPacking(int64_t vectors, Value valid) {
  if (valid)
    return emitPackingByWord(index(0),
                             fold<arith::MinUIOp>(valid, index(lanes)));
  Value end =
      contraction.isContiguous ? emitPackingBySquare(vectors) : index(0);
  emitPackingByWord(end, index(vectors * lanes));
}
