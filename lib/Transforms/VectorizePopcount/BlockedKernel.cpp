//===- BlockedKernel.cpp - Blocks of outputs in registers -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A panel holds the packed operand's words for a few vectors of outputs, with
// those of one position of the reductions side by side. Every row of the other
// operand goes through it, a word at a time, which meets all lanes: there are
// no horizontal sums. A block of several rows by several vectors of outputs has
// its counters in registers, so that what is loaded is used several times.
//
//===----------------------------------------------------------------------===//

#include "KernelEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// Bytes of a panel at most, so that it stays in the second cache.
static constexpr int64_t maxPanelBytes = int64_t(128) << 10;

namespace {
/// Rows and vectors of a block.
struct BlockShape {
  int64_t rows;
  int64_t vectors;
};

class BlockedEmitter : KernelEmitter {
public:
  explicit BlockedEmitter(const KernelEmitter &nest);
  void emit();

private:
  int64_t getPanelTile() const;
  void buildPanel();
  Value buildPanelRow(ValueRange positions);
  void buildOuterReductions(llvm::function_ref<void(ArrayRef<Value>)> body);
  void emitPackingByWord(Value lower, Value count);
  void transpose(SmallVector<Value> &rows);
  Value emitPackingBySquare(int64_t vectors);
  void emitPacking(int64_t vectors, Value valid);
  void emitPanel(int64_t vectors, Value valid);
  void emitTask();
  void emitRows(int64_t vectors);
  void emitBlock(const BlockShape &shape);

  const BlockShape shape;
  /// Words of a panel, by position of the reductions and by lane.
  Value panel;
  /// The part of the reductions that the panel is for: from `tileLower` of the
  /// innermost one on, and how long the loops are.
  Value tileLower;
  SmallVector<ReductionLoop> reductions;
  /// The lanes that are outputs; null: all.
  Value mask;
};
} // namespace

/// AVX-512 has 32 registers. Of 16, counting bits in bytes takes some.
static BlockShape chooseShape(const Options &options) {
  if (options.vectorBits >= 512)
    return {8, 2};
  return {3, 2};
}

BlockedEmitter::BlockedEmitter(const KernelEmitter &nest)
    : KernelEmitter(nest), shape(chooseShape(options)) {}

//===----------------------------------------------------------------------===//
// Panels
//===----------------------------------------------------------------------===//

/// How many positions of the innermost reduction a panel covers.
int64_t BlockedEmitter::getPanelTile() const {
  int64_t bytes =
      shape.vectors * lanes * contraction.getWordType().getWidth() / 8;
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    bytes *= std::max<int64_t>(getConstantIntValue(sizes[loop]).value_or(1), 1);
  return std::max<int64_t>(maxPanelBytes / bytes, 1);
}

void BlockedEmitter::buildPanel() {
  Value size = fold<arith::MinUIOp>(sizes[contraction.reductions.back()],
                                    index(getPanelTile()));
  for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
    size = fold<arith::MulIOp>(size, sizes[loop]);
  std::optional<int64_t> rows = getConstantIntValue(size);
  auto type = MemRefType::get(
      {rows.value_or(ShapedType::kDynamic), shape.vectors * lanes},
      contraction.getWordType());
  panel = memref::AllocOp::create(b, type, rows ? ValueRange() : size,
                                  b.getI64IntegerAttr(64));
}

/// The row of the panel for `positions`, and sets where in the operands it is.
Value BlockedEmitter::buildPanelRow(ValueRange positions) {
  Value row = positions.front();
  for (auto [position, loop] : llvm::zip_equal(
           positions.drop_front(), ArrayRef(reductions).drop_front()))
    row = fold<arith::AddIOp>(fold<arith::MulIOp>(row, loop.upper), position);
  for (auto [position, loop] : llvm::zip_equal(
           positions.drop_back(), ArrayRef(contraction.reductions).drop_back()))
    ivs[loop] = position;
  ivs[contraction.reductions.back()] =
      fold<arith::AddIOp>(tileLower, positions.back());
  return row;
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
        Value row = buildPanelRow(positions);
        Value word =
            memref::LoadOp::create(b, packed.base, buildIndices(packed));
        memref::StoreOp::create(b, word, panel, ValueRange{row, lane});
      });
    });
  });
  ivs[contraction.lanes] = first;
}

/// Turns a square of words into its transpose.
void BlockedEmitter::transpose(SmallVector<Value> &rows) {
  int64_t size = rows.size();
  // Swaps blocks beside the diagonal, of more and more words.
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

/// Copies squares of words for `vectors` vectors of outputs, and returns where
/// on the innermost reduction they end.
Value BlockedEmitter::emitPackingBySquare(int64_t vectors) {
  Value upper = reductions.back().upper;
  Value end =
      fold<arith::SubIOp>(upper, fold<arith::RemUIOp>(upper, index(lanes)));
  Value first = ivs[contraction.lanes];
  VectorType type = getWordVectorType();
  buildOuterReductions([&](ArrayRef<Value> outer) {
    buildFor(index(0), end, lanes, [&](Value iv) {
      SmallVector<Value> positions(outer);
      positions.push_back(iv);
      Value row = buildPanelRow(positions);
      for (int64_t vector = 0; vector < vectors; ++vector) {
        SmallVector<Value> square;
        for (int64_t lane = 0; lane < lanes; ++lane) {
          ivs[contraction.lanes] = offset(first, vector * lanes + lane);
          square.push_back(vector::LoadOp::create(b, type, packed.base,
                                                  buildIndices(packed)));
        }
        transpose(square);
        for (auto [distance, words] : llvm::enumerate(square))
          vector::StoreOp::create(
              b, words, panel,
              ValueRange{offset(row, distance), index(vector * lanes)});
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
  // Squares of narrow words would take many more registers than there are.
  bool isSquare =
      contraction.isContiguous && contraction.getWordType().getWidth() >= 32;
  Value end = isSquare ? emitPackingBySquare(vectors) : index(0);
  emitPackingByWord(end, index(vectors * lanes));
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// Emits the block of outputs at `ivs`.
void BlockedEmitter::emitBlock(const BlockShape &block) {
  Value firstRow = contraction.rows ? ivs[*contraction.rows] : Value();
  auto selectRow = [&](int64_t row) {
    if (firstRow)
      ivs[*contraction.rows] = offset(firstRow, row);
  };
  VectorType wordVector = getWordVectorType();
  SmallVector<Value> counts = countBits(
      reductions, block.rows * block.vectors,
      [&](ValueRange positions, CountWords countWords) {
        Value row = buildPanelRow(positions);
        SmallVector<Value> columns;
        for (int64_t vector = 0; vector < block.vectors; ++vector)
          columns.push_back(vector::LoadOp::create(
              b, wordVector, panel, ValueRange{row, index(vector * lanes)}));
        for (int64_t r = 0; r < block.rows; ++r) {
          selectRow(r);
          Value word = memref::LoadOp::create(b, broadcast.base,
                                              buildIndices(broadcast));
          Value splat = vector::BroadcastOp::create(b, wordVector, word);
          for (Value column : columns)
            countWords(arith::XOrIOp::create(b, splat, column));
        }
      });

  Value firstOutput = ivs[contraction.lanes];
  VectorType type = getVectorType(b.getI32Type());
  Value one = arith::ConstantOp::create(b, DenseElementsAttr::get(type, 1));
  for (auto [position, count] : llvm::enumerate(counts)) {
    selectRow(position / block.vectors);
    ivs[contraction.lanes] =
        offset(firstOutput, position % block.vectors * lanes);
    SmallVector<Value> indices = buildIndices(output);
    Value twice = arith::ShLIOp::create(b, count, one);
    if (!mask) {
      Value before = vector::LoadOp::create(b, type, output.base, indices);
      vector::StoreOp::create(b, arith::SubIOp::create(b, before, twice),
                              output.base, indices);
      continue;
    }
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value before =
        vector::MaskedLoadOp::create(b, type, output.base, indices, mask, zero);
    vector::MaskedStoreOp::create(b, output.base, indices, mask,
                                  arith::SubIOp::create(b, before, twice));
  }
  ivs[contraction.lanes] = firstOutput;
  if (firstRow)
    ivs[*contraction.rows] = firstRow;
}

/// Emits blocks over all rows: of fewer rows, down to one, for what is left.
void BlockedEmitter::emitRows(int64_t vectors) {
  if (!contraction.rows)
    return emitBlock({1, vectors});
  Value size = sizes[*contraction.rows];
  Value lower = index(0);
  for (int64_t rows = shape.rows; rows > 0; rows /= 2) {
    Value rest = fold<arith::SubIOp>(size, lower);
    Value upper =
        fold<arith::SubIOp>(size, fold<arith::RemUIOp>(rest, index(rows)));
    buildFor(lower, upper, rows, [&](Value iv) {
      ivs[*contraction.rows] = iv;
      emitBlock({rows, vectors});
    });
    lower = upper;
  }
}

/// Emits all outputs for a panel of `vectors` vectors from `ivs` on.
void BlockedEmitter::emitPanel(int64_t vectors, Value valid) {
  mask = Value();
  if (valid)
    mask = vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()), valid);
  unsigned innermost = contraction.reductions.back();
  int64_t tile = getPanelTile();
  buildFor(index(0), sizes[innermost], tile, [&](Value iv) {
    tileLower = iv;
    reductions.clear();
    for (unsigned loop : ArrayRef(contraction.reductions).drop_back())
      reductions.push_back({sizes[loop], 1});
    Value rest = fold<arith::SubIOp>(sizes[innermost], iv);
    reductions.push_back({fold<arith::MinUIOp>(rest, index(tile)), 1});
    emitPacking(vectors, valid);
    buildNest(contraction.windows, [&] { emitRows(vectors); });
  });
}

/// Emits the panel at `ivs`, or what is left for it.
void BlockedEmitter::emitTask() {
  Value first = ivs[contraction.lanes];
  Value size = sizes[contraction.lanes];
  int64_t width = shape.vectors * lanes;
  Value left = fold<arith::SubIOp>(size, first);
  Value isWhole = b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, left,
                                                index(width));
  // Sizes that are multiples of a panel have no other panels.
  if (std::optional<int64_t> known = getConstantIntValue(size))
    if (*known % width == 0)
      isWhole = arith::ConstantIntOp::create(b, 1, 1);
  buildIf(
      isWhole, [&] { emitPanel(shape.vectors, Value()); },
      [&] {
        buildFor(first, size, lanes, [&](Value iv) {
          ivs[contraction.lanes] = iv;
          emitPanel(1, fold<arith::SubIOp>(size, iv));
        });
      });
}

void BlockedEmitter::emit() {
  SmallVector<Value> uppers;
  for (unsigned loop : contraction.batches)
    uppers.push_back(sizes[loop]);
  uppers.push_back(sizes[contraction.lanes]);
  SmallVector<int64_t> steps(contraction.batches.size(), 1);
  steps.push_back(shape.vectors * lanes);
  buildTasks(uppers, steps, [&](ValueRange task) {
    for (auto [loop, iv] :
         llvm::zip_equal(contraction.batches, task.drop_back()))
      ivs[loop] = iv;
    ivs[contraction.lanes] = task.back();
    buildPanel();
    emitTask();
    memref::DeallocOp::create(b, panel);
  });
}

void quant_bnn::vectorize_popcount::emitBlockedKernel(
    const KernelEmitter &nest) {
  BlockedEmitter(nest).emit();
}
