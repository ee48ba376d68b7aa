//===- BinaryComputeTest.cpp - Products of signs and thresholds -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// xnor_matmul and threshold against the reference, which knows no bits.
//
//===----------------------------------------------------------------------===//

#include "Reference/BinaryCompute.h"
#include "PackedData.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

#include <limits>

using namespace quant_bnn;
using namespace quant_bnn::unittests;
using reference::Polarity;

namespace {

//===----------------------------------------------------------------------===//
// xnor_matmul
//===----------------------------------------------------------------------===//

/// The batches of the two operands; none where they are matrices.
enum class Batching { none, both, broadcast };

struct Product {
  Batching batching;
  int64_t batch, rows, columns, depth;

  std::vector<int64_t> withBatch(std::vector<int64_t> shape,
                                 bool hasBatch) const {
    if (hasBatch)
      shape.insert(shape.begin(), batch);
    return shape;
  }
  std::vector<int64_t> getA() const {
    return withBatch({rows, depth}, batching != Batching::none);
  }
  std::vector<int64_t> getB() const {
    return withBatch({columns, depth}, batching == Batching::both);
  }
  std::vector<int64_t> getAcc() const {
    return withBatch({rows, columns}, batching != Batching::none);
  }
  bool operator==(const Product &other) const {
    return getA() == other.getA() && getB() == other.getB();
  }
};

std::string getProductName(const Product &product, unsigned width,
                           bool isDynamic) {
  if (isDynamic)
    return llvm::formatv("dynamic_{0}_{1}", int(product.batching), width);
  return llvm::formatv("static_{0}_{1}_{2}x{3}x{4}x{5}", int(product.batching),
                       width, product.batch, product.rows, product.columns,
                       product.depth);
}

std::string getProductSource(const Product &product, unsigned width,
                             bool isDynamic,
                             Polarity polarity = Polarity::negative) {
  return llvm::formatv(
      R"mlir(
        func.func @{0}(%a: {1}, %b: {2}) -> {3} {{
          %acc = quant_bnn.xnor_matmul %a, %b : ({1}, {2}) -> {3}
          return %acc : {3}
        }
      )mlir",
      getProductName(product, width, isDynamic),
      getPackedTensor(product.getA(), width, isDynamic, polarity),
      getPackedTensor(product.getB(), width, isDynamic, polarity),
      getTensor(product.getAcc(), "i32", isDynamic));
}

void checkProduct(const Program &program, const Product &product,
                  unsigned width, bool isDynamic,
                  Polarity polarity = Polarity::negative) {
  SCOPED_TRACE(getProductName(product, width, /*isDynamic=*/false));
  std::vector<int8_t> a = getSigns(getNumElements(product.getA()), 1);
  std::vector<int8_t> b = getSigns(getNumElements(product.getB()), 2);
  // The greatest accumulator is the depth, the least its negative.
  if (product.rows > 1 && !a.empty())
    std::fill_n(a.begin(), 2 * product.depth, 1);
  if (product.columns > 1 && !b.empty()) {
    std::fill_n(b.begin(), product.depth, 1);
    std::fill_n(b.begin() + product.depth, product.depth, -1);
  }
  std::vector<int32_t> expected(getNumElements(product.getAcc()));
  int64_t batches = product.batching == Batching::none ? 1 : product.batch;
  for (int64_t n = 0; n != batches; ++n) {
    int64_t bBatch = product.batching == Batching::both ? n : 0;
    reference::xnorMatmul(a.data() + n * product.rows * product.depth,
                          b.data() + bBatch * product.columns * product.depth,
                          expected.data() + n * product.rows * product.columns,
                          product.rows, product.columns, product.depth);
  }
  std::vector<NpyArray> arguments;
  addPacked(arguments, product.getA(), a, width, isDynamic, polarity);
  addPacked(arguments, product.getB(), b, width, isDynamic, polarity);
  CallResults results =
      program.call(getProductName(product, width, isDynamic), arguments);
  EXPECT_EQ(getI32s(results.getViews()[0]), expected);
}

constexpr Batching allBatchings[] = {Batching::none, Batching::both,
                                     Batching::broadcast};

/// About the widths of words and vectors, and several of both.
constexpr int64_t depths[] = {0, 1, 7, 8, 31, 32, 33, 63, 64, 65, 100, 1000};

void checkDynamicProducts(unsigned width) {
  std::string source;
  for (Batching batching : allBatchings)
    source += getProductSource({batching, 1, 1, 1, 1}, width, true);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (int64_t depth : depths)
    for (Product product : {Product{Batching::none, 1, 4, 9, depth},
                            {Batching::none, 1, 1, 1, depth},
                            {Batching::none, 1, 0, 3, depth},
                            {Batching::none, 1, 3, 0, depth},
                            {Batching::both, 3, 2, 5, depth},
                            {Batching::both, 0, 2, 5, depth},
                            {Batching::broadcast, 2, 3, 4, depth}})
      checkProduct(*program, product, width, true);
  // Larger than the blocks that a lowering may cut it into.
  checkProduct(*program, {Batching::none, 1, 19, 67, 300}, width, true);
}

TEST(XnorMatmul, Words8) { checkDynamicProducts(8); }
TEST(XnorMatmul, Words16) { checkDynamicProducts(16); }
TEST(XnorMatmul, Words32) { checkDynamicProducts(32); }
TEST(XnorMatmul, Words64) { checkDynamicProducts(64); }

TEST(XnorMatmul, Static) {
  const Product products[] = {
      {Batching::none, 1, 5, 18, 100},     {Batching::none, 1, 1, 1, 1},
      {Batching::none, 1, 0, 4, 33},       {Batching::none, 1, 2, 3, 0},
      {Batching::both, 2, 3, 4, 65},       {Batching::both, 0, 3, 4, 65},
      {Batching::broadcast, 3, 2, 20, 64}, {Batching::none, 1, 17, 35, 500}};
  auto getPolarity = [](size_t i) {
    return i % 3 ? Polarity::negative : Polarity::nonnegative;
  };
  std::string source;
  for (auto [i, product] : llvm::enumerate(products))
    source +=
        getProductSource(product, wordWidths[i % 4], false, getPolarity(i));
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (auto [i, product] : llvm::enumerate(products))
    checkProduct(*program, product, wordWidths[i % 4], false, getPolarity(i));
}

//===----------------------------------------------------------------------===//
// threshold
//===----------------------------------------------------------------------===//

std::string getThresholdSource(llvm::StringRef name,
                               llvm::ArrayRef<int64_t> shape, unsigned width,
                               bool isDynamic) {
  return llvm::formatv(
      R"mlir(
        func.func @{0}(%acc: {1}, %t: {2}, %flip: {3}) -> {4} {{
          %b = quant_bnn.threshold %acc, %t, %flip : ({1}, {2}, {3}) -> {4}
          return %b : {4}
        }
      )mlir",
      name, getTensor(shape, "i32", isDynamic),
      getTensor(shape.back(), "i32", isDynamic),
      getTensor(shape.back(), "i1", isDynamic),
      getPackedTensor(shape, width, isDynamic));
}

/// Accumulators of which many are the threshold, or next to it.
void checkThreshold(const Program &program, const std::string &name,
                    llvm::ArrayRef<int64_t> shape, unsigned width,
                    bool isDynamic) {
  SCOPED_TRACE(llvm::formatv("{0}: {1}, {2} bits", name,
                             getTensor(shape, "i32", false), width)
                   .str());
  constexpr int32_t least = std::numeric_limits<int32_t>::min();
  constexpr int32_t greatest = std::numeric_limits<int32_t>::max();
  const int32_t thresholds[] = {0, 1, -1, least, greatest, 100, -77, least + 1};
  size_t channels = shape.back();
  size_t size = getNumElements(shape);
  std::vector<int32_t> t(channels), acc(size);
  std::unique_ptr<bool[]> flip(new bool[channels + 1]);
  std::vector<uint64_t> flipBits(channels);
  std::mt19937 random(channels);
  for (size_t n = 0; n != channels; ++n) {
    t[n] = thresholds[n % std::size(thresholds)];
    flip[n] = random() >> 16 & 1;
    flipBits[n] = flip[n];
  }
  for (size_t i = 0; i != size; ++i) {
    uint32_t at = t[i % channels];
    const uint32_t values[] = {at,
                               at + 1,
                               at - 1,
                               uint32_t(least),
                               uint32_t(greatest),
                               uint32_t(random())};
    acc[i] = values[random() % std::size(values)];
  }
  std::vector<int8_t> signs(size);
  reference::threshold(acc.data(), t.data(), flip.get(), signs.data(),
                       channels == 0 ? 0 : size / channels, channels);
  std::vector<NpyArray> arguments =
      makeArguments(makeI32s(shape, acc), makeI32s(shape.back(), t),
                    makeBits(shape.back(), flipBits));
  CallResults results = program.call(name, arguments);
  EXPECT_EQ(getWords(results.getViews()[0], width),
            packSigns(signs, channels, width));
  if (isDynamic) {
    EXPECT_EQ(getIndex(results.getViews()[1]), shape.back());
  }
}

TEST(Threshold, Dynamic) {
  std::string source;
  for (unsigned width : wordWidths)
    for (int64_t rank : {1, 2, 4})
      source +=
          getThresholdSource(llvm::formatv("rank{0}_{1}", rank, width).str(),
                             std::vector<int64_t>(rank, 1), width, true);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (unsigned width : wordWidths)
    for (int64_t channels : depths) {
      std::string suffix = "_" + std::to_string(width);
      checkThreshold(*program, "rank1" + suffix, channels, width, true);
      checkThreshold(*program, "rank2" + suffix, {3, channels}, width, true);
      checkThreshold(*program, "rank2" + suffix, {0, channels}, width, true);
      checkThreshold(*program, "rank4" + suffix, {2, 1, 3, channels}, width,
                     true);
    }
}

TEST(Threshold, Static) {
  const std::vector<int64_t> shapes[] = {{100}, {4, 64}, {3, 0}, {2, 3, 2, 33}};
  std::string source;
  for (auto [i, shape] : llvm::enumerate(shapes))
    source += getThresholdSource("f" + std::to_string(i), shape, wordWidths[i],
                                 false);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (auto [i, shape] : llvm::enumerate(shapes))
    checkThreshold(*program, "f" + std::to_string(i), shape, wordWidths[i],
                   false);
}

} // namespace
