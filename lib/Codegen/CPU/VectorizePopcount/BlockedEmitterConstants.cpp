//===- BlockedEmitterConstants.cpp - Panels of a constant operand ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BlockedEmitter.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/bit.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

static_assert(llvm::endianness::native == llvm::endianness::little,
              "words are read, and digits written, as bytes");

/// Returns the packed operand if it is known, all tasks are whole, and no
/// kernel of dot products reads the operand as well.
std::optional<ConstantMemory> BlockedEmitter::getConstantOperand() const {
  bool isBlocked = !contraction.isContiguous ||
                   getLeastRows(contraction) >= counting.minRows;
  if (!isBlocked || !contraction.batches.empty() || !hasOnlyWholeTasks() ||
      llvm::any_of(getSizes(contraction.reductions), [](Value size) {
        return getConstantIntValue(size).value_or(0) == 0;
      }))
    return std::nullopt;
  SmallVector<AffineExpr> indices = packed.indices;
  if (packed.size) {
    std::optional<int64_t> constant = getConstantIntValue(packed.size);
    if (!constant)
      return std::nullopt;
    MLIRContext *context = b.getContext();
    AffineExpr size = getAffineConstantExpr(*constant, context);
    for (AffineExpr &index : indices)
      index = index.replace(getAffineSymbolExpr(0, context), size);
  }
  return ConstantMemory::get(packed.base, indices, sizes.size());
}

/// Appends to `data` the tile from `lower` of the innermost reduction on, of
/// the panel of the outputs from `column` on: digits by position of the
/// reductions and by lane.
void BlockedEmitter::appendConstantTile(const ConstantMemory &operand,
                                        int64_t column, int64_t lower,
                                        std::vector<char> &data) const {
  auto getSize = [&](unsigned loop) {
    return *getConstantIntValue(sizes[loop]);
  };
  unsigned innermost = contraction.reductions.back();
  ArrayRef<unsigned> others = ArrayRef(contraction.reductions).drop_back();
  int64_t upper = std::min(lower + tileSize, getSize(innermost));
  uint64_t mask = llvm::maskTrailingOnes<uint64_t>(digits.width);
  SmallVector<int64_t> ivs(sizes.size());
  SmallVector<uint64_t> words(panelWidth);
  auto appendWords = [&] {
    for (auto [lane, word] : llvm::enumerate(words)) {
      ivs[contraction.lanes] = column + lane;
      ArrayRef<char> bytes = operand.getElement(ivs);
      word = 0;
      llvm::copy(bytes, reinterpret_cast<char *>(&word));
    }
    for (int64_t digit = 0; digit < digits.perWord; ++digit)
      for (uint64_t word : words) {
        uint64_t value = (word >> (digit * digits.width)) & mask;
        const char *bytes = reinterpret_cast<const char *>(&value);
        data.insert(data.end(), bytes, bytes + digits.elementWidth / 8);
      }
  };
  SmallVector<int64_t> strides =
      computeSuffixProduct(llvm::map_to_vector(others, getSize));
  for (int64_t outer = 0, count = rowsPerWord / digits.perWord; outer < count;
       ++outer) {
    for (auto [loop, iv] :
         llvm::zip_equal(others, mlir::delinearize(outer, strides)))
      ivs[loop] = iv;
    for (ivs[innermost] = lower; ivs[innermost] < upper; ++ivs[innermost])
      appendWords();
  }
}

/// Builds the panels, if the packed operand is known.
void BlockedEmitter::buildConstantPanels() {
  std::optional<ConstantMemory> operand = getConstantOperand();
  if (!operand)
    return;
  rowsPerWord = digits.perWord;
  for (Value size : getSizes(ArrayRef(contraction.reductions).drop_back()))
    rowsPerWord *= *getConstantIntValue(size);
  int64_t words = *getConstantIntValue(sizes[contraction.reductions.back()]);
  int64_t columns = *getConstantIntValue(sizes[contraction.lanes]);
  rowsPerPanel = words * rowsPerWord;
  std::vector<char> data;
  data.reserve(columns * rowsPerPanel * digits.elementWidth / 8);
  for (int64_t column = 0; column < columns; column += panelWidth)
    for (int64_t lower = 0; lower < words; lower += tileSize)
      appendConstantTile(*operand, column, lower, data);
  constantPanels =
      buildConstantMemory(b, {columns / panelWidth * rowsPerPanel, panelWidth},
                          b.getIntegerType(digits.elementWidth), data);
}

/// Builds the row of the constant panels for the first word of a tile: of the
/// output at `at`, from `lower` of the innermost reduction on.
Value BlockedEmitter::buildConstantRow(const Positions &at, Value lower) {
  Value panel = fold<arith::DivUIOp>(at[contraction.lanes], index(panelWidth));
  return fold<arith::AddIOp>(fold<arith::MulIOp>(panel, index(rowsPerPanel)),
                             fold<arith::MulIOp>(lower, index(rowsPerWord)));
}
