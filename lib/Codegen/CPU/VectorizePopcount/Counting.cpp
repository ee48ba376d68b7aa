//===- Counting.cpp - Ways to count differing bits ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counting.h"
#include "KernelEmitter.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

static Value buildConstant(ImplicitLocOpBuilder &b, Type type, int64_t value) {
  return createScalarOrSplatConstant(b, b.getLoc(), type, value);
}

static Value shiftRight(ImplicitLocOpBuilder &b, Value value,
                        int64_t distance) {
  if (distance == 0)
    return value;
  return arith::ShRUIOp::create(b, value,
                                buildConstant(b, value.getType(), distance));
}

SmallVector<Value> Digits::split(ImplicitLocOpBuilder &b,
                                 Value elements) const {
  if (width == elementWidth)
    return {elements};
  SmallVector<Value> digits;
  for (int64_t low = 0; low < elementWidth; low += width) {
    Value mask =
        buildConstant(b, elements.getType(), (int64_t(1) << width) - 1);
    digits.push_back(
        arith::AndIOp::create(b, shiftRight(b, elements, low), mask));
  }
  return digits;
}

SmallVector<Value> Digits::extract(ImplicitLocOpBuilder &b, Value words) const {
  Type type = words.getType();
  int64_t wordWidth = getElementTypeOrSelf(type).getIntOrFloatBitWidth();
  Type element = b.getIntegerType(elementWidth);
  if (auto vector = dyn_cast<VectorType>(type))
    element = vector.clone(element);
  SmallVector<Value> digits;
  for (int64_t low = 0; low < wordWidth; low += elementWidth) {
    Value elements = shiftRight(b, words, low);
    if (type != element)
      elements = arith::TruncIOp::create(b, element, elements);
    llvm::append_range(digits, split(b, elements));
  }
  return digits;
}

bool quant_bnn::vectorize_popcount::countsInBytes(const Options &options,
                                                  IntegerType word) {
  return options.accumulation != PopcountAccumulation::Words ||
         word.getWidth() < 32;
}

namespace {
//===----------------------------------------------------------------------===//
// Population counts
//===----------------------------------------------------------------------===//

/// Counts the bits of a xor b.
class PopulationCounting : public Counting {
public:
  PopulationCounting(const Options &options, IntegerType word) {
    // Outputs have 32 bits, so no digit needs more.
    int64_t width = std::min<int64_t>(word.getWidth(), 32);
    digits = {width, width, word.getWidth() / width};
    joinedWidth = width;
    lanes = std::max<int64_t>(options.vectorBits / width, 1);
    words = VectorType::get(lanes, IntegerType::get(word.getContext(), width));
    if (countsInBytes(options, word)) {
      stages.push_back(getByteStage(words));
      stages.push_back(
          getLaneStage(cast<VectorType>(stages.front().types.front()), lanes));
    } else {
      stages.push_back(getWordStage(words));
    }
    // AVX-512 has 32 registers. LLVM loads the words of all rows before it
    // compares the first, so that counters of eight rows would not all stay in
    // registers, and what they store waits for outputs on their way to memory.
    // Without AVX-512 there are 16 registers, of which counting bits in bytes
    // takes some.
    shape = options.vectorBits >= 512 ? BlockShape{6, 2} : BlockShape{3, 2};
  }

  Value spread(ImplicitLocOpBuilder &b, Value joined) override {
    return vector::BroadcastOp::create(b, words, joined);
  }
  Value compare(ImplicitLocOpBuilder &b, Value spread, Value column) override {
    return arith::XOrIOp::create(b, spread, column);
  }

private:
  VectorType words;
};

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

/// Counts by tables, one for each pair of nibbles of two rows. A table holds,
/// for each nibble, the number of bits in which this nibble differs from each
/// nibble of the pair: two counts in a byte. One instruction looks up all bytes
/// of a vector in a table of 16 bytes.
class TableCounting : public Counting {
public:
  TableCounting(const Options &options, IntegerType word) {
    digits = {4, 8, word.getWidth() / 4};
    rowsAtOnce = 2;
    joinedWidth = 16;
    lanes = options.vectorBits / 8;
    bytes = VectorType::get(lanes, IntegerType::get(word.getContext(), 8));
    // The first stage sums as many bytes as their nibbles can count.
    stages.push_back(getSumStage(bytes, /*most=*/4 * 17));
    stages.push_back(getNibbleStage(bytes, /*most=*/4));
    stages.push_back(getHalfStage(bytes, /*most=*/4));
    stages.push_back(
        getStageOfHalves(lanes, IntegerType::get(word.getContext(), 32)));
    shape = options.vectorBits >= 512 ? BlockShape{8, 2} : BlockShape{4, 2};
    minRows = 8;
  }

  void begin(ImplicitLocOpBuilder &b) override;
  void end(ImplicitLocOpBuilder &b) override;
  Value join(ImplicitLocOpBuilder &b, ValueRange digits) override;
  Value spread(ImplicitLocOpBuilder &b, Value joined) override;
  Value compare(ImplicitLocOpBuilder &b, Value spread, Value column) override;

private:
  VectorType bytes;
  Value tables;
};
} // namespace

static constexpr int64_t tableSize = 16;

void TableCounting::begin(ImplicitLocOpBuilder &b) {
  Type i8 = b.getI8Type();
  auto table = VectorType::get(tableSize, i8);
  tables = memref::AllocOp::create(
      b, MemRefType::get({tableSize, tableSize, tableSize}, i8), ValueRange(),
      b.getI64IntegerAttr(64));
  auto nibbles = llvm::to_vector(llvm::seq<int8_t>(tableSize));
  Value all = arith::ConstantOp::create(
      b, DenseElementsAttr::get(table, ArrayRef<int8_t>(nibbles)));
  Value zero = arith::ConstantIndexOp::create(b, 0);
  auto count = [&](ImplicitLocOpBuilder &b, Value nibble) -> Value {
    Value narrow = arith::IndexCastUIOp::create(b, i8, nibble);
    Value splat = vector::BroadcastOp::create(b, table, narrow);
    return math::CtPopOp::create(b, arith::XOrIOp::create(b, splat, all));
  };
  Value size = arith::ConstantIndexOp::create(b, tableSize);
  Value one = arith::ConstantIndexOp::create(b, 1);
  scf::buildLoopNest(
      b, b.getLoc(), {zero, zero}, {size, size}, {one, one},
      [&](OpBuilder &nested, Location loc, ValueRange nibbles) {
        ImplicitLocOpBuilder b(loc, nested);
        Value high = arith::ShLIOp::create(b, count(b, nibbles[0]),
                                           buildConstant(b, table, 4));
        Value both = arith::AddIOp::create(b, high, count(b, nibbles[1]));
        vector::StoreOp::create(b, both, tables,
                                ValueRange{nibbles[0], nibbles[1], zero});
      });
  // A table is selected by its offset in one dimension.
  tables =
      memref::CollapseShapeOp::create(b, tables, ReassociationIndices{0, 1, 2});
}

void TableCounting::end(ImplicitLocOpBuilder &b) {
  memref::DeallocOp::create(
      b, tables.getDefiningOp<memref::CollapseShapeOp>().getSrc());
}

/// Builds the offset of the table, with the digit of the first row in the low
/// bits and the digit of the next row above them.
Value TableCounting::join(ImplicitLocOpBuilder &b, ValueRange digits) {
  Type type = b.getIntegerType(joinedWidth);
  if (auto vector = dyn_cast<VectorType>(digits.front().getType()))
    type = vector.clone(type);
  auto shift = [&](Value digit, int64_t distance) -> Value {
    Value wide = arith::ExtUIOp::create(b, type, digit);
    return arith::ShLIOp::create(b, wide, buildConstant(b, type, distance));
  };
  return arith::OrIOp::create(b, shift(digits[0], 4), shift(digits[1], 8));
}

Value TableCounting::spread(ImplicitLocOpBuilder &b, Value joined) {
  Value offset = arith::IndexCastUIOp::create(b, b.getIndexType(), joined);
  Value table = vector::LoadOp::create(
      b, VectorType::get(tableSize, b.getI8Type()), tables, offset);
  // Instructions look up each part of 16 bytes in its own table.
  SmallVector<int64_t> lanesOfTable;
  for (int64_t lane = 0; lane < lanes; ++lane)
    lanesOfTable.push_back(lane % tableSize);
  if (lanes == tableSize)
    return table;
  return vector::ShuffleOp::create(b, table, table, lanesOfTable);
}

Value TableCounting::compare(ImplicitLocOpBuilder &b, Value spread,
                             Value column) {
  // The vector dialect does not have this operation.
  StringRef name = lanes == 16   ? "llvm.x86.ssse3.pshuf.b.128"
                   : lanes == 32 ? "llvm.x86.avx2.pshuf.b"
                                 : "llvm.x86.avx512.pshuf.b.512";
  return LLVM::CallIntrinsicOp::create(b, bytes, b.getStringAttr(name),
                                       ValueRange{spread, column})
      ->getResult(0);
}

//===----------------------------------------------------------------------===//
// Choice of the counting
//===----------------------------------------------------------------------===//

std::unique_ptr<Counting>
quant_bnn::vectorize_popcount::chooseCounting(const Contraction &contraction,
                                              const Options &options) {
  IntegerType word = contraction.getWordType();
  if (options.accumulation == PopcountAccumulation::Table) {
    // Lanes that are not outputs cost as much as others, and a vector has four
    // times as many bytes as words.
    int64_t outputs = contraction.output.getType().getShape().back();
    bool isWide =
        ShapedType::isDynamic(outputs) || outputs > options.vectorBits / 16;
    if (isWide && (!contraction.rows || getRowStep(contraction)))
      return std::make_unique<TableCounting>(options, word);
  }
  return std::make_unique<PopulationCounting>(options, word);
}
