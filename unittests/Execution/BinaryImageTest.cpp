//===- BinaryImageTest.cpp - Windows over packed images -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// xnor_conv_2d and xnor_max_pool_2d against the reference, in functions of
// known and of unknown sizes.
//
//===----------------------------------------------------------------------===//

#include "PackedData.h"
#include "Reference/BinaryCompute.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;
using reference::ImageShape;
using reference::PadValue;
using reference::Polarity;
using reference::WindowWalk;

namespace {

//===----------------------------------------------------------------------===//
// What both share
//===----------------------------------------------------------------------===//

/// Images and a window over them.
struct Images {
  unsigned width;
  ImageShape shape;
  WindowWalk vertical, horizontal;
  Polarity polarity = Polarity::negative;

  std::vector<int64_t> getShape() const {
    return {shape.batch, shape.height, shape.width, shape.channels};
  }
  std::vector<int64_t> getResultShape(int64_t channels) const {
    return {shape.batch, getNumPositions(shape.height, vertical),
            getNumPositions(shape.width, horizontal), channels};
  }
  std::string getWindow() const {
    return llvm::formatv("strides = [{0}, {1}] dilations = [{2}, {3}]",
                         vertical.stride, horizontal.stride, vertical.dilation,
                         horizontal.dilation);
  }
  std::string getPadding() const {
    return llvm::formatv("padding = [{0}, {1}, {2}, {3}]", vertical.low,
                         vertical.high, horizontal.low, horizontal.high);
  }
  const char *getPolarity() const {
    return polarity == Polarity::negative ? "negative" : "nonnegative";
  }
};

int64_t getRandom(std::mt19937 &random, int64_t least, int64_t greatest) {
  return least + random() % (greatest - least + 1);
}

WindowWalk getRandomWalk(std::mt19937 &random) {
  return {/*kernel=*/getRandom(random, 1, 3),
          /*stride=*/getRandom(random, 1, 3),
          /*dilation=*/getRandom(random, 1, 2), /*low=*/getRandom(random, 0, 2),
          /*high=*/getRandom(random, 0, 2)};
}

/// The values of isDynamic of a case: both, or either.
llvm::ArrayRef<bool> getForms(size_t index, bool inBothForms) {
  static constexpr bool forms[] = {false, true};
  return inBothForms ? llvm::ArrayRef(forms) : llvm::ArrayRef(forms[index % 2]);
}

std::string getName(size_t index, bool isDynamic) {
  return (isDynamic ? "dynamic" : "static") + std::to_string(index);
}

//===----------------------------------------------------------------------===//
// xnor_conv_2d
//===----------------------------------------------------------------------===//

struct Convolution : Images {
  int64_t outputs = 1, groups = 1;
  PadValue padValue = PadValue::zero;

  Convolution(Images images, int64_t outputs, int64_t groups = 1,
              PadValue padValue = PadValue::zero)
      : Images(images), outputs(outputs), groups(groups), padValue(padValue) {}

  int64_t getDepth() const { return shape.channels / groups; }
  /// Every group of channels begins with a new word.
  std::vector<int64_t> getGroupedShape() const {
    return {shape.batch, shape.height, shape.width, groups, getDepth()};
  }
  std::vector<int64_t> getWordsShape() const {
    int64_t words = groups * reference::packedWords(getDepth(), width);
    return {shape.batch, shape.height, shape.width, words};
  }
  std::vector<int64_t> getFilterShape() const {
    return {outputs, vertical.kernel, horizontal.kernel, getDepth()};
  }
  const char *getPadValue() const {
    if (padValue == PadValue::zero)
      return "zero";
    return padValue == PadValue::one ? "one" : "minus_one";
  }

  std::string getSource(const std::string &name, bool isDynamic) const {
    return llvm::formatv(
        R"mlir(
          func.func @{0}(%x: {1}, %f: {2}{3}) -> {4} {{
            %acc = quant_bnn.xnor_conv_2d %x, %f depth = {5} {6} groups = {7} {8}
                pad_value = {9} polarity = {10} : ({1}, {2}) -> {4}
            return %acc : {4}
          }
        )mlir",
        name, getTensor(getWordsShape(), width, isDynamic),
        getPackedTensor(getFilterShape(), width, isDynamic),
        isDynamic ? ", %k: index" : "",
        getTensor(getResultShape(outputs), 32, isDynamic),
        isDynamic ? "%k" : std::to_string(getDepth()), getWindow(), groups,
        getPadding(), getPadValue(), getPolarity());
  }

  void check(const Program &program, const std::string &name,
             bool isDynamic) const {
    SCOPED_TRACE(getSource(name, false));
    std::vector<int8_t> x = getSigns(getNumElements(getShape()), 1);
    std::vector<int8_t> filter = getSigns(getNumElements(getFilterShape()), 2);
    std::vector<int32_t> expected(getNumElements(getResultShape(outputs)));
    reference::xnorConv2D(x.data(), filter.data(), expected.data(), shape,
                          outputs, groups, vertical, horizontal, padValue);
    std::vector<NpyArray> arguments = makeArguments(
        makeWords(getWordsShape(), packSigns(x, getDepth(), width, polarity),
                  width),
        makePacked(getFilterShape(), filter, width, polarity));
    if (isDynamic)
      arguments.push_back(makeIndex(getDepth()));
    CallResults results = program.call(name, arguments);
    llvm::ArrayRef<int64_t> shape = results.getViews()[0].shape;
    EXPECT_EQ(shape.vec(), getResultShape(outputs));
    EXPECT_EQ(getI32s(results.getViews()[0]), expected);
  }
};

/// Compiling takes most of the time of a test, so every other case knows its
/// sizes unless both forms of all are asked for.
void checkConvolutions(const std::vector<Convolution> &convolutions,
                       bool inBothForms = false) {
  std::string source;
  for (auto [i, convolution] : llvm::enumerate(convolutions))
    for (bool isDynamic : getForms(i, inBothForms))
      source += convolution.getSource(getName(i, isDynamic), isDynamic);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (auto [i, convolution] : llvm::enumerate(convolutions))
    for (bool isDynamic : getForms(i, inBothForms))
      convolution.check(*program, getName(i, isDynamic), isDynamic);
}

TEST(XnorConv2D, PadValues) {
  std::vector<Convolution> convolutions;
  unsigned next = 0;
  for (PadValue padValue : {PadValue::zero, PadValue::one, PadValue::minusOne})
    for (Polarity polarity : {Polarity::negative, Polarity::nonnegative}) {
      // Rows of 40 channels have a tail in some of the widths.
      Images images = {wordWidths[next++ % 4],
                       {2, 5, 4, 40},
                       {3, 1, 1, 1, 1},
                       {3, 1, 1, 1, 1},
                       polarity};
      convolutions.push_back({images, 3, 1, padValue});
    }
  checkConvolutions(convolutions);
}

TEST(XnorConv2D, Windows) {
  const std::vector<Convolution> convolutions = {
      // A pixel.
      {{8, {1, 1, 1, 1}, {1}, {1}}, 1},
      // Strides and dilations, and padding that is not the same on all sides.
      {{32, {1, 7, 9, 33}, {3, 2, 1, 0, 1}, {2, 3, 2, 2, 0}}, 4},
      {{64, {1, 9, 6, 64}, {2, 1, 3, 3, 1}, {3, 1, 2, 4, 5}},
       2,
       1,
       PadValue::minusOne},
      // Padding of more than a window, all of whose taps are outside.
      {{16, {1, 1, 2, 7}, {2, 1, 1, 3, 3}, {1, 1, 1, 2, 2}}, 2},
      // A stride of more than the window.
      {{8, {1, 6, 7, 9}, {1, 4}, {2, 5}}, 2},
  };
  checkConvolutions(convolutions, /*inBothForms=*/true);
}

TEST(XnorConv2D, Groups) {
  checkConvolutions({
      {{32, {1, 4, 4, 3 * 32}, {3, 1, 1, 1, 1}, {3, 1, 1, 1, 1}}, 6, 3},
      {{8, {2, 3, 4, 2 * 11}, {2}, {2, 2}}, 2, 2, PadValue::one},
      {{64, {1, 3, 3, 2 * 70}, {3, 1, 1, 1, 1}, {1}}, 4, 2, PadValue::one},
      // Depthwise.
      {{8, {1, 4, 5, 6}, {3, 1, 1, 1, 1}, {3, 1, 1, 1, 1}}, 6, 6},
  });
}

TEST(XnorConv2D, Empty) {
  const std::vector<Convolution> convolutions = {
      {{8, {0, 4, 4, 9}, {3, 1, 1, 1, 1}, {3}}, 2},
      {{16, {1, 4, 4, 9}, {3, 1, 1, 1, 1}, {3}}, 0},
      // No channels.
      {{32, {1, 4, 4, 0}, {3, 1, 1, 1, 1}, {3}}, 2},
      {{32, {1, 4, 4, 0}, {3, 1, 1, 1, 1}, {3}}, 2, 1, PadValue::one},
      // No taps.
      {{8, {1, 3, 3, 8}, {0}, {2, 1, 2}}, 2},
      // No pixels.
      {{64, {1, 0, 3, 65}, {2, 1, 1, 1, 2}, {1}}, 2},
      // A window that fits nowhere.
      {{8, {1, 1, 3, 8}, {5, 1}, {3, 2}}, 2},
      {{8, {1, 3, 1, 8}, {3, 1, 1, 1, 1}, {2, 3}}, 4, 2},
  };
  checkConvolutions(convolutions, /*inBothForms=*/true);
}

TEST(XnorConv2D, Random) {
  std::mt19937 random(7);
  std::vector<Convolution> convolutions;
  for (unsigned i = 0; i != 6; ++i) {
    WindowWalk vertical = getRandomWalk(random);
    WindowWalk horizontal = getRandomWalk(random);
    int64_t groups = getRandom(random, 1, 3);
    ImageShape shape = {getRandom(random, 1, 2), getRandom(random, 4, 8),
                        getRandom(random, 4, 8),
                        groups * getRandom(random, 1, 70)};
    Polarity polarity =
        random() >> 16 & 1 ? Polarity::negative : Polarity::nonnegative;
    Images images = {wordWidths[i % 4], shape, vertical, horizontal, polarity};
    convolutions.push_back({images, groups * getRandom(random, 1, 3), groups,
                            PadValue(getRandom(random, 0, 2))});
  }
  checkConvolutions(convolutions);
}

//===----------------------------------------------------------------------===//
// xnor_max_pool_2d
//===----------------------------------------------------------------------===//

std::string getPoolSource(const Images &images, const std::string &name,
                          bool isDynamic) {
  return llvm::formatv(
      R"mlir(
        func.func @{0}(%x: {1}) -> {2} {{
          %y = quant_bnn.xnor_max_pool_2d %x kernel = [{3}, {4}] {5} {6}
              polarity = {7} : {1} to {2}
          return %y : {2}
        }
      )mlir",
      name, getPackedTensor(images.getShape(), images.width, isDynamic),
      getPackedTensor(images.getResultShape(images.shape.channels),
                      images.width, isDynamic),
      images.vertical.kernel, images.horizontal.kernel, images.getWindow(),
      images.getPadding(), images.getPolarity());
}

void checkPools(const std::vector<Images> &pools, bool inBothForms = false) {
  std::string source;
  for (auto [i, pool] : llvm::enumerate(pools))
    for (bool isDynamic : getForms(i, inBothForms))
      source += getPoolSource(pool, getName(i, isDynamic), isDynamic);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (auto [i, pool] : llvm::enumerate(pools)) {
    SCOPED_TRACE(getPoolSource(pool, "pool", false));
    std::vector<int64_t> resultShape = pool.getResultShape(pool.shape.channels);
    std::vector<int8_t> x = getSigns(getNumElements(pool.getShape()), i);
    std::vector<int8_t> y(getNumElements(resultShape));
    reference::xnorMaxPool2D(x.data(), y.data(), pool.shape, pool.vertical,
                             pool.horizontal);
    for (bool isDynamic : getForms(i, inBothForms)) {
      std::vector<NpyArray> arguments = makeArguments(
          makePacked(pool.getShape(), x, pool.width, pool.polarity));
      CallResults results = program->call(getName(i, isDynamic), arguments);
      EXPECT_EQ(getWords(results.getViews()[0], pool.width),
                packSigns(y, pool.shape.channels, pool.width, pool.polarity));
    }
  }
}

TEST(XnorMaxPool2D, Windows) {
  constexpr Polarity negative = Polarity::negative,
                     nonnegative = Polarity::nonnegative;
  checkPools({
      {8, {1, 1, 1, 1}, {1}, {1}, negative},
      {16, {2, 5, 6, 40}, {2, 2}, {3, 2}, negative},
      {32, {1, 7, 5, 33}, {3, 2, 1, 1, 1}, {2, 1, 1, 1, 0}, negative},
      {64, {1, 7, 5, 65}, {3, 2, 1, 1, 1}, {2, 1, 1, 0, 1}, nonnegative},
      {8, {1, 6, 6, 7}, {3, 1, 2, 4, 2}, {2, 3, 3, 3, 3}, nonnegative},
      {64, {1, 6, 6, 64}, {3, 1, 2, 2, 4}, {2, 3, 3, 1, 3}, negative},
  });
}

TEST(XnorMaxPool2D, Empty) {
  const std::vector<Images> pools = {
      {8, {0, 4, 4, 9}, {2, 2}, {2, 2}},
      {16, {1, 4, 4, 0}, {2, 2, 1, 1, 0}, {2, 2}},
      {32, {1, 0, 3, 9}, {2, 2}, {2, 2}},
      // A window that fits nowhere.
      {64, {1, 1, 3, 9}, {4, 1}, {2, 2}},
      {64, {1, 3, 1, 9}, {2, 1, 1, 1, 1}, {2, 3}},
  };
  checkPools(pools, /*inBothForms=*/true);
}

TEST(XnorMaxPool2D, Random) {
  std::mt19937 random(9);
  std::vector<Images> pools;
  for (unsigned i = 0; i != 6; ++i) {
    WindowWalk walks[2];
    for (WindowWalk &walk : walks) {
      walk = getRandomWalk(random);
      int64_t most = walk.dilation * (walk.kernel - 1);
      walk.low = std::min(walk.low, most);
      walk.high = std::min(walk.high, most);
    }
    ImageShape shape = {getRandom(random, 1, 2), getRandom(random, 4, 8),
                        getRandom(random, 4, 8), getRandom(random, 1, 70)};
    Polarity polarity =
        random() >> 16 & 1 ? Polarity::negative : Polarity::nonnegative;
    pools.push_back({wordWidths[i % 4], shape, walks[0], walks[1], polarity});
  }
  checkPools(pools);
}

} // namespace
