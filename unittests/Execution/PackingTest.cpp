//===- PackingTest.cpp - One bit an element -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// pack and unpack against the reference, alone and in one loop with what makes
// or uses the bits.
//
//===----------------------------------------------------------------------===//

#include "PackedData.h"
#include "Reference/Reference.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;
using reference::Polarity;

namespace {

/// Both in bytes, and either in wider words.
llvm::ArrayRef<Polarity> getPolarities(unsigned width) {
  static constexpr Polarity polarities[] = {Polarity::negative,
                                            Polarity::nonnegative};
  if (width == 8)
    return polarities;
  return polarities[width == 32];
}

/// About the widths of words and vectors, and several of both.
constexpr size_t depths[] = {0, 1, 7, 8, 9, 63, 64, 65, 1000};

/// `size` values of every kind that the type has, specials among them.
template <typename T>
std::vector<T> getElements(ElementType type, size_t size) {
  std::vector<T> specials = getSpecialValues<T>(type);
  std::vector<T> values = getNormalValues<T>(type, size, size);
  for (size_t i = 0; i < size; i += 3)
    values[i] = specials[i / 3 % specials.size()];
  return values;
}

//===----------------------------------------------------------------------===//
// Every type
//===----------------------------------------------------------------------===//

const char *const functions = R"mlir(
  #layout_{1}_{2} = #quant_bnn.packed<i{1}, {2}>
  func.func @pack_{1}_{2}(%x: tensor<?x{0}>)
      -> tensor<?xi1, #layout_{1}_{2}> {{
    %b = quant_bnn.pack %x : tensor<?x{0}> to tensor<?xi1, #layout_{1}_{2}>
    return %b : tensor<?xi1, #layout_{1}_{2}>
  }
  func.func @unpack_{1}_{2}(%b: tensor<?xi1, #layout_{1}_{2}>)
      -> tensor<?x{0}> {{
    %x = quant_bnn.unpack %b : tensor<?xi1, #layout_{1}_{2}> to tensor<?x{0}>
    return %x : tensor<?x{0}>
  }
  func.func @pack_rows_{1}_{2}(%x: tensor<?x?x{0}>)
      -> tensor<?x?xi1, #layout_{1}_{2}> {{
    %b = quant_bnn.pack %x
        : tensor<?x?x{0}> to tensor<?x?xi1, #layout_{1}_{2}>
    return %b : tensor<?x?xi1, #layout_{1}_{2}>
  }
  func.func @unpack_rows_{1}_{2}(%b: tensor<?x?xi1, #layout_{1}_{2}>)
      -> tensor<?x?x{0}> {{
    %x = quant_bnn.unpack %b
        : tensor<?x?xi1, #layout_{1}_{2}> to tensor<?x?x{0}>
    return %x : tensor<?x?x{0}>
  }
)mlir";

template <typename T>
class PackingCheck {
public:
  PackingCheck(const Program &program, ElementType type, unsigned width,
               Polarity polarity)
      : program(program), type(type), width(width), polarity(polarity) {
    suffix = llvm::formatv("{0}_{1}", width, getName(polarity));
  }

  void check(size_t rows, size_t depth, bool isFlat) const {
    SCOPED_TRACE(llvm::formatv("{0} rows of {1} {2}, {3}", rows, depth,
                               unittests::getName(type), suffix)
                     .str());
    std::string form = isFlat ? "" : "rows_";
    llvm::SmallVector<int64_t> shape = {int64_t(rows), int64_t(depth)};
    size_t wordsPerRow = reference::packedWords(depth, width);
    llvm::SmallVector<int64_t> packedShape = {int64_t(rows),
                                              int64_t(wordsPerRow)};
    if (isFlat) {
      shape.erase(shape.begin());
      packedShape.erase(packedShape.begin());
    }
    std::vector<T> x = getElements<T>(type, rows * depth);
    std::vector<uint64_t> expected(rows * wordsPerRow);
    reference::pack(x.data(), expected.data(), rows, depth, width, polarity);
    std::vector<NpyArray> arguments =
        makeArguments(makeArray<T>(type, shape, x));
    CallResults packed = program.call("pack_" + form + suffix, arguments);
    EXPECT_EQ(getWords(packed.getViews()[0], width), expected);
    EXPECT_EQ(getIndex(packed.getViews()[1]), int64_t(depth));

    std::vector<T> elements(rows * depth);
    reference::unpack(expected.data(), elements.data(), rows, depth, width,
                      polarity);
    arguments = makeArguments(makeWords(packedShape, expected, width),
                              makeIndex(depth));
    CallResults unpacked = program.call("unpack_" + form + suffix, arguments);
    EXPECT_EQ(getValues<T>(type, unpacked.getViews()[0]), elements);
  }

private:
  const Program &program;
  ElementType type;
  unsigned width;
  Polarity polarity;
  std::string suffix;
};

template <typename T>
void checkType(ElementType type, const ProgramOptions &options = {}) {
  std::string source;
  for (unsigned width : wordWidths)
    for (Polarity polarity : getPolarities(width))
      source += llvm::formatv(functions, unittests::getName(type), width,
                              getName(polarity));
  std::unique_ptr<Program> program = Program::compile(source, options);
  ASSERT_TRUE(program);
  for (unsigned width : wordWidths)
    for (Polarity polarity : getPolarities(width)) {
      PackingCheck<T> check(*program, type, width, polarity);
      for (size_t depth : depths) {
        check.check(1, depth, /*isFlat=*/true);
        check.check(5, depth, /*isFlat=*/false);
      }
      check.check(0, 9, /*isFlat=*/false);
    }
}

TEST(Packing, F16) { checkType<float>(ElementType::f16); }
TEST(Packing, BF16) { checkType<float>(ElementType::bf16); }
TEST(Packing, F32) { checkType<float>(ElementType::f32); }
TEST(Packing, F64) { checkType<double>(ElementType::f64); }

TEST(Packing, VectorWidth128) {
  ProgramOptions options;
  options.vectorWidth = 128;
  checkType<float>(ElementType::bf16, options);
  checkType<double>(ElementType::f64, options);
}

TEST(Packing, VectorWidth256) {
  ProgramOptions options;
  options.vectorWidth = 256;
  checkType<float>(ElementType::f32, options);
}

TEST(Packing, Bits) {
  std::string source;
  for (unsigned width : wordWidths)
    source += llvm::formatv(R"mlir(
      #layout_{0} = #quant_bnn.packed<i{0}>
      func.func @pack_{0}(%m: tensor<?x?xi1>)
          -> tensor<?x?xi1, #layout_{0}> {{
        %b = quant_bnn.pack %m : tensor<?x?xi1> to tensor<?x?xi1, #layout_{0}>
        return %b : tensor<?x?xi1, #layout_{0}>
      }
      func.func @unpack_{0}(%b: tensor<?x?xi1, #layout_{0}>)
          -> tensor<?x?xi1> {{
        %m = quant_bnn.unpack %b : tensor<?x?xi1, #layout_{0}> to tensor<?x?xi1>
        return %m : tensor<?x?xi1>
      }
    )mlir",
                            width);
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (unsigned width : wordWidths)
    for (size_t depth : depths) {
      size_t rows = 3;
      std::vector<uint64_t> bits(rows * depth);
      for (auto [bit, sign] : llvm::zip(bits, getSigns(bits.size(), depth)))
        bit = sign < 0;
      std::unique_ptr<bool[]> elements(new bool[bits.size()]);
      llvm::copy(bits, elements.get());
      size_t wordsPerRow = reference::packedWords(depth, width);
      std::vector<uint64_t> words(rows * wordsPerRow);
      reference::pack(elements.get(), words.data(), rows, depth, width,
                      Polarity::negative);
      int64_t shape[] = {int64_t(rows), int64_t(depth)};
      std::vector<NpyArray> arguments = makeArguments(makeBits(shape, bits));
      CallResults packed =
          program->call("pack_" + std::to_string(width), arguments);
      EXPECT_EQ(getWords(packed.getViews()[0], width), words);
      int64_t packedShape[] = {int64_t(rows), int64_t(wordsPerRow)};
      arguments =
          makeArguments(makeWords(packedShape, words, width), makeIndex(depth));
      CallResults unpacked =
          program->call("unpack_" + std::to_string(width), arguments);
      EXPECT_EQ(getWords(unpacked.getViews()[0], 8), bits);
    }
}

//===----------------------------------------------------------------------===//
// An activation that saves bits
//===----------------------------------------------------------------------===//

/// The types of the elements and of the saved bits without element types, and
/// the shapes of calls.
struct Activation {
  const char *name;
  const char *elements;
  const char *flat;
  std::vector<std::vector<int64_t>> shapes;

  bool isDynamic() const { return *flat == '?'; }
};

const Activation activations[] = {
    {"static", "4x33", "132", {{4, 33}}},
    {"dynamic",
     "?x?",
     "?",
     {{1, 1}, {3, 5}, {8, 8}, {0, 3}, {37, 41}, {257, 1031}}},
};

const char *const step = R"mlir(
  func.func @forward_{0}(%x: tensor<{1}x$T>)
      -> (tensor<{1}x$T>, tensor<{2}xi1, $P>) {{
    %y = quant_bnn.sign %x : tensor<{1}x$T>
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %d0 = tensor.dim %x, %c0 : tensor<{1}x$T>
    %d1 = tensor.dim %x, %c1 : tensor<{1}x$T>
    %s = arith.constant 1.0 : $T
    %one = tensor.splat %s{3} : tensor<{1}x$T>
    %size = math.absf %x : tensor<{1}x$T>
    %m = arith.cmpf ole, %size, %one : tensor<{1}x$T>
    %f = tensor.collapse_shape %m [[0, 1]]
        : tensor<{1}xi1> into tensor<{2}xi1>
    %b = quant_bnn.pack %f : tensor<{2}xi1> to tensor<{2}xi1, $P>
    return %y, %b : tensor<{1}x$T>, tensor<{2}xi1, $P>
  }
  func.func @backward_{0}(%b: tensor<{2}xi1, $P>, %g: tensor<{1}x$T>)
      -> tensor<{1}x$T> {{
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %d0 = tensor.dim %g, %c0 : tensor<{1}x$T>
    %d1 = tensor.dim %g, %c1 : tensor<{1}x$T>
    %f = quant_bnn.unpack %b : tensor<{2}xi1, $P> to tensor<{2}xi1>
    %m = tensor.expand_shape %f [[0, 1]] output_shape [{4}]
        : tensor<{2}xi1> into tensor<{1}xi1>
    %s = arith.constant 0.0 : $T
    %zero = tensor.splat %s{3} : tensor<{1}x$T>
    %dx = arith.select %m, %g, %zero : tensor<{1}xi1>, tensor<{1}x$T>
    return %dx : tensor<{1}x$T>
  }
)mlir";

void replaceAll(std::string &text, llvm::StringRef from, llvm::StringRef to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;)
    text.replace(at, from.size(), to);
}

/// Returns the functions of `activation`, which save words of 8 bits.
std::string getStep(const Activation &activation, ElementType type) {
  bool isDynamic = activation.isDynamic();
  std::string text = llvm::formatv(
      step, activation.name, activation.elements, activation.flat,
      isDynamic ? "[%d0, %d1]" : "", isDynamic ? "%d0, %d1" : "4, 33");
  replaceAll(text, "$T", unittests::getName(type));
  replaceAll(text, "$P", "#quant_bnn.packed<i8>");
  return text;
}

/// Calls the functions of `activation` on `shape`.
template <typename T>
void checkStep(const Program &program, const Activation &activation,
               ElementType type, llvm::ArrayRef<int64_t> shape,
               bool hasOutputs) {
  std::string name = activation.name;
  SCOPED_TRACE(llvm::formatv("{0} {1}x{2} of {3}", name, shape[0], shape[1],
                             unittests::getName(type))
                   .str());
  size_t size = shape[0] * shape[1];
  int64_t numWords = reference::packedWords(size, 8);
  std::vector<T> x = getElements<T>(type, size);
  std::vector<T> g = getElements<T>(type, size + 1);
  g.pop_back();
  std::vector<T> signs(size), dx(size);
  std::unique_ptr<bool[]> mask(new bool[size]);
  for (size_t i = 0; i != size; ++i) {
    signs[i] = reference::sign(x[i], reference::NanPolicy::positive);
    dx[i] = reference::windowGrad<T>(x[i], g[i], 1.0);
    mask[i] = std::abs(x[i]) <= 1;
  }
  std::vector<uint64_t> words(numWords);
  reference::pack(mask.get(), words.data(), 1, size, 8, Polarity::negative);

  std::vector<NpyArray> arguments = makeArguments(makeArray<T>(type, shape, x));
  if (hasOutputs) {
    arguments.push_back(makeArray<T>(type, shape, std::vector<T>(size, T(7))));
    arguments.push_back(
        makeWords({numWords}, std::vector<uint64_t>(numWords, 0x55), 8));
  }
  CallResults forward = program.call("forward_" + name, arguments);
  const void *y, *bits;
  if (hasOutputs) {
    y = arguments[1].getData();
    bits = arguments[2].getData();
  } else {
    y = forward.getViews()[0].data;
    bits = forward.getViews()[1].data;
  }
  EXPECT_EQ(getValues<T>(type, y, size), signs);
  EXPECT_EQ(getWords(bits, numWords, 8), words);
  if (activation.isDynamic()) {
    EXPECT_EQ(getIndex(forward.getViews().back()), int64_t(size));
  }

  arguments = makeArguments(makeWords({numWords}, words, 8));
  if (activation.isDynamic())
    arguments.push_back(makeIndex(size));
  arguments.push_back(makeArray<T>(type, shape, g));
  if (hasOutputs)
    arguments.push_back(makeArray<T>(type, shape, std::vector<T>(size, T(7))));
  CallResults backward = program.call("backward_" + name, arguments);
  std::vector<T> actual =
      hasOutputs ? getValues<T>(type, arguments.back().getData(), size)
                 : getValues<T>(type, backward.getViews()[0]);
  for (size_t i = 0; i != size; ++i)
    ASSERT_TRUE(reference::equal(actual[i], dx[i]))
        << "element " << i << ": got " << actual[i] << ", expected " << dx[i];
}

template <typename T>
void checkSteps(ElementType type, const ProgramOptions &options = {}) {
  std::string source;
  for (const Activation &activation : activations)
    source += getStep(activation, type);
  std::unique_ptr<Program> program = Program::compile(source, options);
  ASSERT_TRUE(program);
  for (const Activation &activation : activations)
    for (const std::vector<int64_t> &shape : activation.shapes)
      checkStep<T>(*program, activation, type, shape,
                   options.results == ResultConvention::OutParams);
}

TEST(SavedBits, F16) { checkSteps<float>(ElementType::f16); }
TEST(SavedBits, BF16) { checkSteps<float>(ElementType::bf16); }
TEST(SavedBits, F32) { checkSteps<float>(ElementType::f32); }
TEST(SavedBits, F64) { checkSteps<double>(ElementType::f64); }

TEST(SavedBits, OutParams) {
  ProgramOptions options;
  options.results = ResultConvention::OutParams;
  checkSteps<float>(ElementType::f32, options);
}

TEST(SavedBits, VectorWidths) {
  for (unsigned width : {64, 128, 256, 1024}) {
    ProgramOptions options;
    options.vectorWidth = width;
    checkSteps<float>(ElementType::f32, options);
  }
}

/// Enough for the stores that bypass the caches.
TEST(SavedBits, Nontemporal) {
  for (ResultConvention results :
       {ResultConvention::Return, ResultConvention::OutParams}) {
    ProgramOptions options;
    options.results = results;
    std::unique_ptr<Program> program =
        Program::compile(getStep(activations[1], ElementType::f32), options);
    ASSERT_TRUE(program);
    checkStep<float>(*program, activations[1], ElementType::f32, {4099, 1033},
                     results == ResultConvention::OutParams);
  }
}

TEST(SavedBits, Parallel) {
  ProgramOptions options;
  options.parallel = true;
  checkSteps<float>(ElementType::f32, options);
  checkType<float>(ElementType::f32, options);
}

} // namespace
