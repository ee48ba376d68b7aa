//===- BinaryImageTest.cpp - Convolutions of packed images ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// xnor_conv_2d against the reference, in functions of static and of dynamic
// sizes.
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

struct Convolution {
  unsigned width;
  ImageShape shape;
  WindowWalk vertical, horizontal;
  int64_t outputs = 1, groups = 1;
  PadValue padValue = PadValue::zero;
  Polarity polarity = Polarity::negative;

  /// The number of channels of a group.
  int64_t getDepth() const { return shape.channels / groups; }
  std::vector<int64_t> getImageShape() const {
    if (groups == 1)
      return {shape.batch, shape.height, shape.width, shape.channels};
    return {shape.batch, shape.height, shape.width, groups, getDepth()};
  }
  std::vector<int64_t> getFilterShape() const {
    return {outputs, vertical.kernel, horizontal.kernel, getDepth()};
  }
  std::vector<int64_t> getResultShape() const {
    return {shape.batch, getNumPositions(shape.height, vertical),
            getNumPositions(shape.width, horizontal), outputs};
  }
  const char *getPadValue() const {
    if (padValue == PadValue::zero)
      return "zero";
    return padValue == PadValue::one ? "one" : "minus_one";
  }

  std::string getSource(const std::string &name, bool isDynamic) const {
    std::string window = llvm::formatv(
        "strides = [{0}, {1}] dilations = [{2}, {3}] groups = {4} "
        "padding = [{5}, {6}, {7}, {8}] pad_value = {9}",
        vertical.stride, horizontal.stride, vertical.dilation,
        horizontal.dilation, groups, vertical.low, vertical.high,
        horizontal.low, horizontal.high, getPadValue());
    return llvm::formatv(
        R"mlir(
          func.func @{0}(%x: {1}, %f: {2}) -> {3} {{
            %acc = quant_bnn.xnor_conv_2d %x, %f {4} : ({1}, {2}) -> {3}
            return %acc : {3}
          }
        )mlir",
        name, getPackedTensor(getImageShape(), width, isDynamic, polarity),
        getPackedTensor(getFilterShape(), width, isDynamic, polarity),
        getTensor(getResultShape(), "i32", isDynamic), window);
  }

  void check(const Program &program, const std::string &name,
             bool isDynamic) const {
    SCOPED_TRACE(getSource(name, false));
    std::vector<int8_t> x = getSigns(getNumElements(getImageShape()), 1);
    std::vector<int8_t> filter = getSigns(getNumElements(getFilterShape()), 2);
    std::vector<int32_t> expected(getNumElements(getResultShape()));
    reference::xnorConv2D(x.data(), filter.data(), expected.data(), shape,
                          outputs, groups, vertical, horizontal, padValue);
    std::vector<NpyArray> arguments;
    addPacked(arguments, getImageShape(), x, width, isDynamic, polarity);
    addPacked(arguments, getFilterShape(), filter, width, isDynamic, polarity);
    CallResults results = program.call(name, arguments);
    llvm::ArrayRef<int64_t> resultShape = results.getViews()[0].shape;
    EXPECT_EQ(resultShape.vec(), getResultShape());
    EXPECT_EQ(getI32s(results.getViews()[0]), expected);
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
      convolutions.push_back({wordWidths[next++ % 4],
                              {2, 5, 4, 40},
                              {3, 1, 1, 1, 1},
                              {3, 1, 1, 1, 1},
                              3,
                              1,
                              padValue,
                              polarity});
    }
  checkConvolutions(convolutions);
}

TEST(XnorConv2D, Windows) {
  const std::vector<Convolution> convolutions = {
      // A pixel.
      {8, {1, 1, 1, 1}, {1}, {1}, 1},
      // Strides and dilations, and padding that is not the same on all sides.
      {32, {1, 7, 9, 33}, {3, 2, 1, 0, 1}, {2, 3, 2, 2, 0}, 4},
      {64,
       {1, 9, 6, 64},
       {2, 1, 3, 3, 1},
       {3, 1, 2, 4, 5},
       2,
       1,
       PadValue::minusOne},
      // Padding of more than a window, all of whose taps are outside.
      {16, {1, 1, 2, 7}, {2, 1, 1, 3, 3}, {1, 1, 1, 2, 2}, 2},
      // A stride of more than the window.
      {8, {1, 6, 7, 9}, {1, 4}, {2, 5}, 2},
  };
  checkConvolutions(convolutions, /*inBothForms=*/true);
}

TEST(XnorConv2D, Groups) {
  checkConvolutions({
      {32, {1, 4, 4, 3 * 32}, {3, 1, 1, 1, 1}, {3, 1, 1, 1, 1}, 6, 3},
      {8, {2, 3, 4, 2 * 11}, {2}, {2, 2}, 2, 2, PadValue::one},
      {64, {1, 3, 3, 2 * 70}, {3, 1, 1, 1, 1}, {1}, 4, 2, PadValue::one},
      {16, {2, 9, 7, 2 * 5}, {3, 2, 1, 2, 1}, {2, 1, 1, 1, 3}, 4, 2},
      // Depthwise.
      {8, {1, 4, 5, 6}, {3, 1, 1, 1, 1}, {3, 1, 1, 1, 1}, 6, 6},
  });
}

TEST(XnorConv2D, Empty) {
  const std::vector<Convolution> convolutions = {
      {8, {0, 4, 4, 9}, {3, 1, 1, 1, 1}, {3}, 2},
      {16, {1, 4, 4, 9}, {3, 1, 1, 1, 1}, {3}, 0},
      // No channels.
      {32, {1, 4, 4, 0}, {3, 1, 1, 1, 1}, {3}, 2},
      {32, {1, 4, 4, 0}, {3, 1, 1, 1, 1}, {3}, 2, 1, PadValue::one},
      // No taps.
      {8, {1, 3, 3, 8}, {0}, {2, 1, 2}, 2},
      // No pixels.
      {64, {1, 0, 3, 65}, {2, 1, 1, 1, 2}, {1}, 2},
      // A window that fits nowhere.
      {8, {1, 1, 3, 8}, {5, 1}, {3, 2}, 2},
      {8, {1, 3, 1, 8}, {3, 1, 1, 1, 1}, {2, 3}, 4, 2},
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
    convolutions.push_back({wordWidths[i % 4], shape, vertical, horizontal,
                            groups * getRandom(random, 1, 3), groups,
                            PadValue(getRandom(random, 0, 2)), polarity});
  }
  checkConvolutions(convolutions);
}

} // namespace
