//===- Counters.cpp - Registers that count bits ---------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Counters.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

using Values = CounterStage::Values;

std::optional<int64_t> ReductionLoop::getMaxTripCount() const {
  std::optional<int64_t> size = getConstantIntValue(upper);
  if (!size)
    size = maxSize;
  if (!size)
    return std::nullopt;
  return llvm::divideCeil(*size, step);
}

static Value buildSplat(ImplicitLocOpBuilder &b, VectorType type,
                        int64_t value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(
             type, b.getIntegerAttr(type.getElementType(), value)));
}

/// Builds the sum of `lhs` and `rhs`, folded if one of them is zero.
static Value add(ImplicitLocOpBuilder &b, Value lhs, Value rhs) {
  return b.createOrFold<arith::AddIOp>(lhs, rhs);
}

/// Builds the sums of pairs of neighbors in `narrow`, in elements twice as
/// wide.
static Value addNeighbors(ImplicitLocOpBuilder &b, Value narrow) {
  auto type = cast<VectorType>(narrow.getType());
  unsigned width = type.getElementTypeBitWidth();
  auto wide =
      VectorType::get(type.getNumElements() / 2, b.getIntegerType(2 * width));
  Value pairs = vector::BitCastOp::create(b, wide, narrow);
  Value low = arith::AndIOp::create(
      b, pairs, buildSplat(b, wide, (int64_t(1) << width) - 1));
  Value high = arith::ShRUIOp::create(b, pairs, buildSplat(b, wide, width));
  return arith::AddIOp::create(b, low, high);
}

CounterStage quant_bnn::vectorize_popcount::getWordStage(VectorType words) {
  return {std::nullopt,
          {words},
          [](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            Value bits = math::CtPopOp::create(b, counted.front());
            return Values{arith::AddIOp::create(b, counter.front(), bits)};
          }};
}

CounterStage quant_bnn::vectorize_popcount::getByteStage(VectorType words) {
  auto bytes = VectorType::get(words.getNumElements() *
                                   words.getElementTypeBitWidth() / 8,
                               IntegerType::get(words.getContext(), 8));
  return {255 / 8,
          {bytes},
          [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            Value differing =
                vector::BitCastOp::create(b, bytes, counted.front());
            Value bits = math::CtPopOp::create(b, differing);
            return Values{arith::AddIOp::create(b, counter.front(), bits)};
          }};
}

CounterStage quant_bnn::vectorize_popcount::getSumStage(VectorType type,
                                                        int64_t most) {
  int64_t limit = (int64_t(1) << type.getElementTypeBitWidth()) - 1;
  return {limit / most,
          {type},
          [](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            return Values{add(b, counted.front(), counter.front())};
          }};
}

/// Casts pairs of `bytes` to integers of 16 bits.
static Value joinBytes(ImplicitLocOpBuilder &b, Value bytes) {
  auto type = cast<VectorType>(bytes.getType());
  return vector::BitCastOp::create(
      b, VectorType::get(type.getNumElements() / 2, b.getI16Type()), bytes);
}

CounterStage quant_bnn::vectorize_popcount::getNibbleStage(VectorType bytes,
                                                           int64_t most) {
  return {
      255 / most,
      {bytes, bytes},
      [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
        // Nibbles are not masked, since a half stage corrects their sums. There
        // is no shift of bytes, so a shift of pairs moves the low nibble of an
        // odd byte into the even byte.
        Value both = counted.front();
        Value pairs = joinBytes(b, both);
        Value high = vector::BitCastOp::create(
            b, bytes,
            arith::ShRUIOp::create(
                b, pairs, buildSplat(b, cast<VectorType>(pairs.getType()), 4)));
        return Values{add(b, both, counter[0]), add(b, high, counter[1])};
      }};
}

/// Builds the sums of low nibbles from `both`, the sums of bytes, and `high`,
/// the sums of the high nibbles of these bytes.
static Value subtractHigh(ImplicitLocOpBuilder &b, Value both, Value high) {
  auto bytes = cast<VectorType>(both.getType());
  return arith::SubIOp::create(
      b, both, arith::ShLIOp::create(b, high, buildSplat(b, bytes, 4)));
}

CounterStage quant_bnn::vectorize_popcount::getHalfStage(VectorType bytes,
                                                         int64_t most) {
  auto halves = VectorType::get(bytes.getNumElements() / 2,
                                IntegerType::get(bytes.getContext(), 16));
  return {65535 / most,
          {halves, halves, halves, halves},
          [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            // The sums of the high nibbles of odd bytes are right, and so are
            // those of their low nibbles. 16 times the latter was added to the
            // even bytes.
            Value oddLow =
                joinBytes(b, subtractHigh(b, counted[0], counted[1]));
            Value excess = arith::AndIOp::create(
                b, arith::ShRUIOp::create(b, oddLow, buildSplat(b, halves, 4)),
                buildSplat(b, halves, 0xf0));
            Value high = arith::SubIOp::create(
                b, counted[1], vector::BitCastOp::create(b, bytes, excess));
            Value low = subtractHigh(b, counted[0], high);
            Values results;
            for (auto [position, count] : llvm::enumerate(Values{low, high})) {
              // The even bytes need no mask: the odd bytes, which are also
              // counted on their own, are subtracted in the end.
              Value pairs = joinBytes(b, count);
              Value odd =
                  arith::ShRUIOp::create(b, pairs, buildSplat(b, halves, 8));
              results.push_back(add(b, pairs, counter[2 * position]));
              results.push_back(add(b, odd, counter[2 * position + 1]));
            }
            return results;
          }};
}

CounterStage quant_bnn::vectorize_popcount::getStageOfHalves(int64_t lanes,
                                                             Type i32) {
  auto words = VectorType::get(lanes, i32);
  return {std::nullopt,
          {words, words},
          [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            auto halves = cast<VectorType>(counted.front().getType());
            Values results;
            for (auto [position, total] : llvm::enumerate(counter)) {
              Value odd = counted[2 * position + 1];
              Value even = arith::SubIOp::create(
                  b, counted[2 * position],
                  arith::ShLIOp::create(b, odd, buildSplat(b, halves, 8)));
              Value all = vector::InterleaveOp::create(b, even, odd);
              Value wide = arith::ExtUIOp::create(b, words, all);
              results.push_back(add(b, wide, total));
            }
            return results;
          }};
}

CounterStage quant_bnn::vectorize_popcount::getLaneStage(VectorType narrow,
                                                         int64_t lanes) {
  auto words =
      VectorType::get(lanes, IntegerType::get(narrow.getContext(), 32));
  return {std::nullopt,
          {words},
          [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            Value sums = counted.front();
            while (cast<VectorType>(sums.getType()).getNumElements() > lanes)
              sums = addNeighbors(b, sums);
            if (sums.getType() != words)
              sums = arith::ExtUIOp::create(b, words, sums);
            return Values{add(b, sums, counter.front())};
          }};
}

CounterStage quant_bnn::vectorize_popcount::getTotalStage(VectorType narrow) {
  Type i32 = IntegerType::get(narrow.getContext(), 32);
  return {std::nullopt,
          {i32},
          [=](ImplicitLocOpBuilder &b, ValueRange counter, ValueRange counted) {
            Value bits = counted.front();
            auto type = VectorType::get(narrow.getNumElements(), i32);
            if (narrow.getElementTypeBitWidth() < 32)
              bits = arith::ExtUIOp::create(b, type, bits);
            else if (narrow.getElementTypeBitWidth() > 32)
              bits = arith::TruncIOp::create(b, type, bits);
            Value total = vector::ReductionOp::create(
                b, vector::CombiningKind::ADD, bits);
            return Values{add(b, total, counter.front())};
          }};
}
