//===- BlockedEmitterPanels.cpp - Panels of packed digits -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../../LoopEmission/Transposition.h"
#include "BlockedEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// The maximum size of a panel in bytes, so that it stays in the L2 cache.
static constexpr int64_t maxPanelBytes = int64_t(128) << 10;

/// The maximum number of bits that instructions interleave. In wider registers,
/// instructions interleave each part of this many bits on its own.
static constexpr int64_t maxPartBits = 128;

/// Returns the number of bits of one output's words in a square.
static int64_t getPartBits(const Options &options) {
  return std::min(options.vectorBits, maxPartBits);
}

int64_t
quant_bnn::vectorize_popcount::getPanelTile(const Contraction &contraction,
                                            const Digits &digits, int64_t width,
                                            const Options &options) {
  linalg::LinalgOp op = contraction.op;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  int64_t bytes = width * digits.elementWidth / 8 * digits.perWord;
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    if (!ShapedType::isDynamic(extents[loop]))
      bytes *= std::max<int64_t>(extents[loop], 1);
  int64_t tile = std::max<int64_t>(maxPanelBytes / bytes, 1);
  // A tile has whole squares.
  int64_t square = getPartBits(options) / contraction.getWordType().getWidth();
  return tile > square ? tile / square * square : tile;
}

/// Allocates the panels of a task.
SmallVector<Value> BlockedEmitter::buildPanels() {
  Value size = fold<arith::MinUIOp>(sizes[contraction.reductions.back()],
                                    index(tileSize));
  size = fold<arith::MulIOp>(size, index(digits.perWord));
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    size = fold<arith::MulIOp>(size, sizes[loop]);
  std::optional<int64_t> rows = getConstantIntValue(size);
  auto type = MemRefType::get({rows.value_or(ShapedType::kDynamic), panelWidth},
                              b.getIntegerType(digits.elementWidth));
  int64_t count = taskWidth / panelWidth;
  if (!hasOnlyWholeTasks())
    count = std::max(count, sumsPerWord / lanes);
  SmallVector<Value> panels;
  for (int64_t i = 0; i < count; ++i)
    panels.push_back(memref::AllocOp::create(
        b, type, rows ? ValueRange() : size, b.getI64IntegerAttr(64)));
  return panels;
}

/// Builds the number of the iteration of `loops` at `positions`.
Value BlockedEmitter::buildRow(ArrayRef<ReductionLoop> loops,
                               ValueRange positions) {
  Value row = positions.front();
  for (auto [position, loop] :
       llvm::zip_equal(positions.drop_front(), loops.drop_front()))
    row = fold<arith::AddIOp>(fold<arith::MulIOp>(row, loop.upper), position);
  return row;
}

/// Builds the positions at `at` of a word of the packed operand, where
/// `positions` are those of the loops over the words of the panel.
Positions BlockedEmitter::atPackedWord(const Positions &at, const Tile &tile,
                                       ValueRange positions) {
  Positions word = enter(at, contraction.reductions, positions);
  word[contraction.reductions.back()] =
      fold<arith::AddIOp>(tile.lower, positions.back());
  return word;
}

/// Builds the row of the panel for the first digit of the words at `positions`.
Value BlockedEmitter::buildPackedRow(const Tile &tile, ValueRange positions) {
  return fold<arith::MulIOp>(buildRow(tile.reductions, positions),
                             index(digits.perWord));
}

/// Builds the loops of the outer reductions around the code that `body` emits
/// at their positions.
void BlockedEmitter::buildOuterReductions(
    const Tile &tile, llvm::function_ref<void(ArrayRef<Value>)> body) {
  SmallVector<Value> positions;
  auto emitLoops = [&](auto &self) -> void {
    if (positions.size() + 1 == tile.reductions.size())
      return body(positions);
    buildFor(index(0), tile.reductions[positions.size()].upper, 1,
             [&](Value iv) {
               positions.push_back(iv);
               self(self);
               positions.pop_back();
             });
  };
  emitLoops(emitLoops);
}

/// Emits stores of 0 to the first vector of each row. A panel that is not full
/// is counted as a whole, and lanes may change the counts of their neighbours
/// on the way.
void BlockedEmitter::clearPanel(const Tile &tile) {
  VectorType type = getVectorType(b.getIntegerType(digits.elementWidth));
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  buildOuterReductions(tile, [&](ArrayRef<Value> outer) {
    buildFor(index(0), tile.reductions.back().upper, 1, [&](Value iv) {
      SmallVector<Value> positions(outer);
      positions.push_back(iv);
      Value row = buildPackedRow(tile, positions);
      for (int64_t distance = 0; distance < digits.perWord; ++distance)
        vector::StoreOp::create(b, zero, tile.panel,
                                ValueRange{offset(row, distance), index(0)});
    });
  });
}

/// Emits the copy of words of `count` outputs, from the output at `at` on and
/// from `lower` of the innermost reduction on.
void BlockedEmitter::emitPackingByWord(const Positions &at, const Tile &tile,
                                       Value lower, Value count) {
  buildFor(index(0), count, 1, [&](Value lane) {
    Positions column = enter(at, contraction.lanes,
                             fold<arith::AddIOp>(at[contraction.lanes], lane));
    buildOuterReductions(tile, [&](ArrayRef<Value> outer) {
      buildFor(lower, tile.reductions.back().upper, 1, [&](Value iv) {
        SmallVector<Value> positions(outer);
        positions.push_back(iv);
        Positions at = atPackedWord(column, tile, positions);
        Value row = buildPackedRow(tile, positions);
        Value word =
            memref::LoadOp::create(b, packed.base, buildIndices(packed, at));
        for (auto [distance, digit] : llvm::enumerate(digits.extract(b, word)))
          memref::StoreOp::create(b, digit, tile.panel,
                                  ValueRange{offset(row, distance), lane});
      });
    });
  });
}

/// Concatenates `parts`, whose number is a power of two.
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

/// Emits loads of a part of words for each lane from the output at `at` on.
/// Returns, for each element of a part, the vector of this element in all
/// lanes.
SmallVector<Value> BlockedEmitter::loadSquares(const Positions &at) {
  IntegerType word = contraction.getWordType();
  int64_t partBits = getPartBits(options);
  auto words = VectorType::get(partBits / word.getWidth(), word);
  int64_t size = partBits / digits.elementWidth;
  auto elements = VectorType::get(size, b.getIntegerType(digits.elementWidth));
  SmallVector<Value> rows;
  for (int64_t row : llvm::seq(size)) {
    SmallVector<Value> parts;
    for (int64_t lane = row; lane < lanes; lane += size) {
      Positions column =
          enter(at, contraction.lanes, offset(at[contraction.lanes], lane));
      Value loaded = vector::LoadOp::create(b, words, packed.base,
                                            buildIndices(packed, column));
      parts.push_back(b.createOrFold<vector::BitCastOp>(elements, loaded));
    }
    rows.push_back(concatenate(b, parts));
  }
  transposeParts(b, rows);
  return rows;
}

/// Emits the copy of the squares of the vector of outputs at `at`, which is
/// vector number `vector` of the panel, for the words at `positions`.
void BlockedEmitter::emitSquares(const Positions &at, const Tile &tile,
                                 ValueRange positions, int64_t vector) {
  Positions word = atPackedWord(at, tile, positions);
  Value row = buildPackedRow(tile, positions);
  for (Value elements : loadSquares(word))
    for (Value digit : digits.split(b, elements)) {
      vector::StoreOp::create(b, digit, tile.panel,
                              ValueRange{row, index(vector * lanes)});
      row = offset(row, 1);
    }
}

/// Emits the copy of squares of words for the outputs of `tile`, and returns
/// where on the innermost reduction the squares end. The copy goes along a
/// cache line for one vector before the next vector: otherwise the outputs of
/// all vectors, which often are a power of two apart, would displace each
/// other.
Value BlockedEmitter::emitPackingBySquare(const Positions &at,
                                          const Tile &tile) {
  int64_t length = getPartBits(options) / contraction.getWordType().getWidth();
  int64_t wordsPerLine = getWordsPerLine();
  Value end = roundDown(tile.reductions.back().upper, length);
  buildOuterReductions(tile, [&](ArrayRef<Value> outer) {
    buildFor(index(0), end, wordsPerLine, [&](Value line) {
      Value lineEnd = fold<arith::MinUIOp>(offset(line, wordsPerLine), end);
      for (int64_t vector = 0; vector < tile.outputs.vectors; ++vector) {
        Positions column = enter(at, contraction.lanes,
                                 offset(at[contraction.lanes], vector * lanes));
        buildFor(line, lineEnd, length, [&](Value iv) {
          SmallVector<Value> positions(outer);
          positions.push_back(iv);
          emitSquares(column, tile, positions, vector);
        });
      }
    });
  });
  return end;
}

/// Emits prefetches of the words of a panel in the order of memory. The copy
/// jumps from output to output, which processors do not predict.
void BlockedEmitter::prefetchPanel(const Positions &at, const Tile &tile) {
  Value upper = fold<arith::AddIOp>(tile.lower, tile.reductions.back().upper);
  buildFor(index(0), index(tile.outputs.vectors * lanes), 1, [&](Value lane) {
    Value column = fold<arith::AddIOp>(at[contraction.lanes], lane);
    prefetchPacked(enter(at, contraction.lanes, column), tile.lower, upper);
  });
}

/// Emits the copy of words for the outputs of `tile`, the first of which is at
/// `at`.
void BlockedEmitter::emitPacking(const Positions &at, const Tile &tile) {
  if (Value valid = tile.outputs.valid) {
    clearPanel(tile);
    return emitPackingByWord(at, tile, index(0),
                             fold<arith::MinUIOp>(valid, index(lanes)));
  }
  Value end = index(0);
  if (contraction.isContiguous) {
    prefetchPanel(at, tile);
    end = emitPackingBySquare(at, tile);
  }
  emitPackingByWord(at, tile, end, index(tile.outputs.vectors * lanes));
}
