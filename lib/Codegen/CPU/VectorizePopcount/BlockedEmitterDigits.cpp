//===- BlockedEmitterDigits.cpp - Broadcast digits ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The broadcast operand is copied once, with an element for each digit, so that
// the inner loops only load a digit. If a block counts two rows at once, the
// element has the digits of both rows: of a word, and of the word in its place
// in the next row. As everywhere, words are in memory from their lowest byte
// on.
//
//===----------------------------------------------------------------------===//

#include "BlockedEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

/// The time to split a word into digits.
static constexpr int64_t picosecondsPerSplitWord = 2000;

/// Finds the words of the next row in the broadcast operand.
void BlockedEmitter::findNextRow() {
  std::optional<popcount::RowStep> step = getRowStep(contraction);
  if (counting.rowsAtOnce == 1 || !step)
    return;
  unsigned dim = step->dim;
  Value distance = index(step->distance);
  if (contraction.mergedReduction) {
    unsigned merged = contraction.broadcast.merged;
    // A row of the outer dimension is several words of the merged dimension.
    if (dim == merged)
      distance = fold<arith::MulIOp>(distance, broadcast.size);
    if (dim > merged)
      --dim;
  }
  Value size = b.createOrFold<memref::DimOp>(broadcast.base, dim);
  nextRow = {dim, distance, fold<arith::SubIOp>(size, index(1))};
}

/// Returns the values that `load` loads at `from`, and in the next row if two
/// rows are joined. The value after the last row does not matter.
SmallVector<Value>
BlockedEmitter::loadRows(ArrayRef<Value> from,
                         llvm::function_ref<Value(ArrayRef<Value>)> load) {
  SmallVector<Value> rows(counting.rowsAtOnce, load(from));
  if (nextRow) {
    SmallVector<Value> next(from);
    Value &position = next[nextRow->dim];
    position = fold<arith::MinUIOp>(
        fold<arith::AddIOp>(position, nextRow->distance), nextRow->last);
    rows.back() = load(next);
  }
  return rows;
}

/// Replaces the words of the broadcast operand by their digits.
void BlockedEmitter::emitDigits() {
  findNextRow();
  auto source = cast<MemRefType>(broadcast.base.getType());
  SmallVector<int64_t> shape(source.getShape());
  SmallVector<Value> dims;
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    dims.push_back(b.createOrFold<memref::DimOp>(broadcast.base, dim));
  SmallVector<Value> copySizes(dims);
  SmallVector<AffineExpr> indices = broadcast.indices;
  MLIRContext *context = b.getContext();
  if (digitLoop) {
    shape.push_back(digits.perWord);
    indices.push_back(getAffineDimExpr(*digitLoop, context));
  } else {
    // The innermost loop iterates over digits instead of words.
    if (!ShapedType::isDynamic(shape.back()))
      shape.back() *= digits.perWord;
    copySizes.back() =
        fold<arith::MulIOp>(copySizes.back(), index(digits.perWord));
    AffineExpr inner = getAffineDimExpr(contraction.reductions.back(), context);
    AffineExpr start =
        indices.back().replace(inner, getAffineConstantExpr(0, context));
    indices.back() = start * digits.perWord + inner;
  }
  SmallVector<Value> dynamicSizes;
  for (auto [size, value] : llvm::zip(shape, copySizes))
    if (ShapedType::isDynamic(size))
      dynamicSizes.push_back(value);
  auto type = MemRefType::get(shape, b.getIntegerType(counting.joinedWidth));
  Value copy =
      memref::AllocOp::create(b, type, dynamicSizes, b.getI64IntegerAttr(64));

  Value words = index(1);
  if (!dims.empty())
    words = dims.pop_back_val();
  Value cost = fold<arith::MulIOp>(words, index(picosecondsPerSplitWord));
  SmallVector<Value> steps(dims.size(), index(1));
  buildTasks(dims, steps, cost, [&](ValueRange outer) {
    emitDigitsOfRow(copy, SmallVector<Value>(outer));
  });
  broadcast.base = copy;
  broadcast.indices = indices;
}

/// Emits the copy of the digits of the word at `from` to `to`.
void BlockedEmitter::emitDigitsOfWord(Value copy, ArrayRef<Value> from,
                                      ArrayRef<Value> to) {
  SmallVector<SmallVector<Value>> rows;
  for (Value word : loadRows(from, [&](ArrayRef<Value> indices) -> Value {
         return memref::LoadOp::create(b, broadcast.base, indices);
       }))
    rows.push_back(digits.extract(b, word));
  for (int64_t digit = 0; digit < digits.perWord; ++digit) {
    auto ofRows =
        llvm::map_to_vector(rows, [&](auto &row) { return row[digit]; });
    SmallVector<Value> indices(to);
    if (digitLoop)
      indices.push_back(index(digit));
    else
      indices.back() = offset(to.back(), digit);
    memref::StoreOp::create(b, counting.join(b, ofRows), copy, indices);
  }
}

/// Emits the copy of the whole vectors of words at `outer`, and returns where
/// these vectors end.
Value BlockedEmitter::emitDigitsOfVectors(Value copy, ArrayRef<Value> outer) {
  IntegerType word = contraction.getWordType();
  int64_t length = options.vectorBits / word.getWidth();
  auto words = VectorType::get(length, word);
  auto elements = VectorType::get(options.vectorBits / digits.elementWidth,
                                  b.getIntegerType(digits.elementWidth));
  Value size = b.createOrFold<memref::DimOp>(broadcast.base, outer.size());
  if (nextRow && nextRow->dim == outer.size())
    size = fold<arith::SubIOp>(size,
                               fold<arith::MinUIOp>(size, nextRow->distance));
  Value end = roundDown(size, length);
  buildFor(index(0), end, length, [&](Value iv) {
    SmallVector<Value> from(outer), to(outer), rows;
    from.push_back(iv);
    to.push_back(fold<arith::MulIOp>(iv, index(digits.perWord)));
    for (Value loaded : loadRows(from, [&](ArrayRef<Value> indices) -> Value {
           return vector::LoadOp::create(b, words, broadcast.base, indices);
         })) {
      SmallVector<Value> parts =
          digits.split(b, b.createOrFold<vector::BitCastOp>(elements, loaded));
      // An element has one digit or two.
      rows.push_back(parts.size() == 1
                         ? parts.front()
                         : vector::InterleaveOp::create(b, parts[0], parts[1]));
    }
    vector::StoreOp::create(b, counting.join(b, rows), copy, to);
  });
  return end;
}

/// Emits the copy of all words at `outer`.
void BlockedEmitter::emitDigitsOfRow(Value copy, ArrayRef<Value> outer) {
  if (cast<MemRefType>(broadcast.base.getType()).getRank() == 0)
    return emitDigitsOfWord(copy, {}, {});
  Value size = b.createOrFold<memref::DimOp>(broadcast.base, outer.size());
  Value end = digitLoop ? index(0) : emitDigitsOfVectors(copy, outer);
  buildFor(end, size, 1, [&](Value iv) {
    SmallVector<Value> from(outer), to(outer);
    from.push_back(iv);
    to.push_back(digitLoop ? iv
                           : fold<arith::MulIOp>(iv, index(digits.perWord)));
    emitDigitsOfWord(copy, from, to);
  });
}
