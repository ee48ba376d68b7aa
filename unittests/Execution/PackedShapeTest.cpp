//===- PackedShapeTest.cpp - Packed bits in other places ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The ops that move packed bits, against a move of the elements. Every case is
// compiled with all sizes known, with none, and with those of the last
// dimension alone: with these words may stay as they are while the rest is
// unknown.
//
//===----------------------------------------------------------------------===//

#include "PackedData.h"

#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

#include <set>

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

using Indices = std::vector<int64_t>;

/// Which sizes a function knows.
enum class Knowledge { all, lastDimension, none };

/// What the functions of a case know: to compile takes most of the time, so not
/// each of all.
std::array<Knowledge, 2> getKnowledge(size_t index) {
  return {index % 2 ? Knowledge::all : Knowledge::lastDimension,
          Knowledge::none};
}

/// An op of packed operands: how it is written, and what its elements are.
struct Case {
  std::string op;
  unsigned width;
  unsigned resultWidth;
  std::vector<Indices> sources;
  /// Attributes that may be operands, in the order of the syntax.
  std::vector<std::pair<std::string, Indices>> lists;
  /// The rest of the syntax.
  std::string suffix;
  Indices result;
  /// The element of which source is at an index of the result; none if the bit
  /// is `padding`.
  std::function<std::optional<std::pair<size_t, Indices>>(const Indices &)>
      from;
  bool padding = false;
  bool flip = false;
};

//===----------------------------------------------------------------------===//
// The ops
//===----------------------------------------------------------------------===//

Case getCast(Indices shape, unsigned width, unsigned resultWidth, bool flip) {
  Case test = {"packed_cast",
               width,
               resultWidth,
               {shape},
               {},
               "",
               shape,
               [](const Indices &at) { return std::pair(size_t(0), at); }};
  test.flip = flip;
  test.suffix = flip ? "flip" : "";
  return test;
}

Case getTranspose(Indices shape, Indices permutation, unsigned width) {
  Indices result;
  std::string suffix;
  for (int64_t dim : permutation) {
    result.push_back(shape[dim]);
    suffix += (suffix.empty() ? "" : ", ") + std::to_string(dim);
  }
  return {"packed_transpose",
          width,
          width,
          {shape},
          {},
          "permutation = [" + suffix + "]",
          result,
          [=](const Indices &at) {
            Indices source(at.size());
            for (auto [i, dim] : llvm::enumerate(permutation))
              source[dim] = at[i];
            return std::pair(size_t(0), source);
          }};
}

Case getReshape(Indices shape, Indices result, unsigned width) {
  return {"packed_reshape",
          width,
          width,
          {shape},
          {{"shape", result}},
          "",
          result,
          [=](const Indices &at) {
            int64_t position = 0;
            for (auto [index, size] : llvm::zip(at, result))
              position = position * size + index;
            Indices source(shape.size());
            for (size_t dim = shape.size(); dim-- != 0;) {
              source[dim] = position % shape[dim];
              position /= shape[dim];
            }
            return std::pair(size_t(0), source);
          }};
}

Case getConcat(std::vector<Indices> shapes, size_t dim, unsigned width) {
  Indices result = shapes.front(), depths;
  result[dim] = 0;
  for (const Indices &shape : shapes) {
    result[dim] += shape[dim];
    depths.push_back(shape.back());
  }
  return {"packed_concat",
          width,
          width,
          shapes,
          {{"depths", depths}},
          "dim = " + std::to_string(dim),
          result,
          [=](Indices at) {
            size_t source = 0;
            for (; at[dim] >= shapes[source][dim]; ++source)
              at[dim] -= shapes[source][dim];
            return std::pair(source, at);
          }};
}

Case getSlice(Indices shape, Indices offsets, Indices sizes, Indices strides,
              unsigned width) {
  return {"packed_slice",
          width,
          width,
          {shape},
          {{"offsets", offsets}, {"sizes", sizes}, {"strides", strides}},
          "",
          sizes,
          [=](Indices at) {
            for (size_t dim = 0; dim != at.size(); ++dim)
              at[dim] = offsets[dim] + at[dim] * strides[dim];
            return std::pair(size_t(0), at);
          }};
}

Case getPad(Indices shape, Indices low, Indices high, bool ones,
            unsigned width) {
  Indices result = shape;
  for (auto [size, before, after] : llvm::zip(result, low, high))
    size += before + after;
  Case test = {"packed_pad",
               width,
               width,
               {shape},
               {{"low", low}, {"high", high}},
               ones ? "ones" : "",
               result,
               [=](Indices at) -> std::optional<std::pair<size_t, Indices>> {
                 for (size_t dim = 0; dim != at.size(); ++dim) {
                   at[dim] -= low[dim];
                   if (at[dim] < 0 || at[dim] >= shape[dim])
                     return std::nullopt;
                 }
                 return std::pair(size_t(0), at);
               }};
  test.padding = ones;
  return test;
}

//===----------------------------------------------------------------------===//
// Source and data
//===----------------------------------------------------------------------===//

/// A function, and the operands that are not tensors.
struct Function {
  std::string name, text;
  Indices operands;
};

std::string getType(const Indices &shape, unsigned width, Knowledge knowledge) {
  std::string type = "tensor<";
  int64_t words = reference::packedWords(shape.back(), width);
  for (size_t dim = 0; dim != shape.size(); ++dim) {
    bool isLast = dim + 1 == shape.size();
    bool isKnown = knowledge == Knowledge::all ||
                   (knowledge == Knowledge::lastDimension && isLast);
    type += isKnown ? std::to_string(isLast ? words : shape[dim]) : "?";
    type += "x";
  }
  return type + "i" + std::to_string(width) + ">";
}

Function getFunction(const Case &test, Knowledge knowledge) {
  Function function;
  std::string arguments, sources, types;
  for (auto [i, shape] : llvm::enumerate(test.sources)) {
    const char *comma = i == 0 ? "" : ", ";
    std::string type = getType(shape, test.width, knowledge);
    arguments += llvm::formatv("{0}%s{1}: {2}", comma, i, type);
    sources += llvm::formatv("{0}%s{1}", comma, i);
    types += comma + type;
  }
  auto getIndex = [&](int64_t value, bool isKnown) {
    if (isKnown)
      return std::to_string(value);
    // One size is one value, so that equal ones are known to be equal.
    const Indices &known = function.operands;
    size_t i = std::find(known.begin(), known.end(), value) - known.begin();
    if (i == known.size()) {
      arguments += llvm::formatv(", %i{0}: index", i);
      function.operands.push_back(value);
    }
    return llvm::formatv("%i{0}", i).str();
  };
  std::string attributes;
  bool isConcat = test.sources.size() > 1;
  if (!isConcat)
    attributes = " depth = " + getIndex(test.sources.front().back(),
                                        knowledge != Knowledge::none);
  for (const auto &[name, values] : test.lists) {
    attributes += " " + name + " = [";
    for (size_t i = 0; i != values.size(); ++i) {
      bool isLast = i + 1 == values.size();
      bool isKnown =
          knowledge == Knowledge::all ||
          (knowledge == Knowledge::lastDimension && (isLast || isConcat));
      attributes += (i == 0 ? "" : ", ") + getIndex(values[i], isKnown);
    }
    attributes += "]";
  }
  std::string result = getType(test.result, test.resultWidth, knowledge);
  function.text = llvm::formatv(
      "({0}) -> {1} {{\n  %r = quant_bnn.{2} {3}{4} {5} : {6}{7}{8} {9} {1}\n"
      "  return %r : {1}\n}\n",
      arguments, result, test.op, sources, attributes, test.suffix,
      isConcat ? "(" : "", types, isConcat ? ")" : "", isConcat ? "->" : "to");
  return function;
}

/// Calls `fn` with every index of a tensor of `shape`, in row-major order.
template <typename Fn>
void forEachIndex(const Indices &shape, Fn fn) {
  Indices at(shape.size());
  for (int64_t i = 0, size = getNumElements(shape); i != size; ++i) {
    fn(at);
    for (size_t dim = shape.size(); dim-- != 0;) {
      if (++at[dim] != shape[dim])
        break;
      at[dim] = 0;
    }
  }
}

std::vector<int8_t> getExpected(const Case &test,
                                llvm::ArrayRef<std::vector<int8_t>> sources) {
  std::vector<int8_t> result;
  forEachIndex(test.result, [&](const Indices &at) {
    auto from = test.from(at);
    int8_t sign = test.padding ? -1 : 1;
    if (from) {
      int64_t position = 0;
      for (auto [index, size] :
           llvm::zip(from->second, test.sources[from->first]))
        position = position * size + index;
      sign = sources[from->first][position];
    }
    result.push_back(test.flip ? -sign : sign);
  });
  return result;
}

void checkCases(const std::vector<Case> &tests) {
  // Cases that differ in unknown sizes alone have one function.
  std::vector<Function> functions;
  llvm::StringMap<std::string> names;
  std::string source;
  for (auto [i, test] : llvm::enumerate(tests))
    for (Knowledge knowledge : getKnowledge(i)) {
      Function function = getFunction(test, knowledge);
      auto [it, isNew] =
          names.try_emplace(function.text, "f" + std::to_string(names.size()));
      function.name = it->second;
      if (isNew)
        source += "func.func @" + function.name + function.text;
      functions.push_back(std::move(function));
    }
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  for (auto [i, function] : llvm::enumerate(functions)) {
    const Case &test = tests[i / getKnowledge(0).size()];
    SCOPED_TRACE(getFunction(test, Knowledge::all).text + function.text);
    std::vector<std::vector<int8_t>> sources;
    std::vector<NpyArray> arguments;
    for (const Indices &shape : test.sources) {
      sources.push_back(getSigns(getNumElements(shape), sources.size()));
      arguments.push_back(makePacked(shape, sources.back(), test.width));
    }
    for (int64_t operand : function.operands)
      arguments.push_back(makeIndex(operand));
    CallResults results = program->call(function.name, arguments);
    EXPECT_EQ(getWords(results.getViews()[0], test.resultWidth),
              packSigns(getExpected(test, sources), test.result.back(),
                        test.resultWidth));
  }
}

//===----------------------------------------------------------------------===//
// Tests
//===----------------------------------------------------------------------===//

TEST(PackedShape, Cast) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths)
    for (unsigned resultWidth : wordWidths) {
      tests.push_back(getCast({3, 100}, width, resultWidth, false));
      tests.push_back(getCast({3, 1}, width, resultWidth, true));
    }
  for (int64_t depth : {0, 64, 100}) {
    tests.push_back(getCast({3, depth}, 64, 8, true));
    tests.push_back(getCast({3, depth}, 8, 64, true));
  }
  tests.push_back(getCast({0, 9}, 8, 16, true));
  tests.push_back(getCast({33}, 32, 8, true));
  tests.push_back(getCast({2, 3, 2, 128}, 64, 64, true));
  checkCases(tests);
}

TEST(PackedShape, Transpose) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths)
    for (const Indices &shape :
         {Indices{3, 5, 33}, {2, 70, 8}, {1, 0, 9}, {4, 64, 1}})
      for (const Indices &permutation :
           {Indices{0, 1, 2}, {1, 0, 2}, {2, 1, 0}, {1, 2, 0}})
        tests.push_back(getTranspose(shape, permutation, width));
  tests.push_back(getTranspose({100}, {0}, 16));
  tests.push_back(getTranspose({100, 0}, {1, 0}, 64));
  checkCases(tests);
}

TEST(PackedShape, Reshape) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths)
    for (auto [shape, result] :
         std::initializer_list<std::pair<Indices, Indices>>{
             // Whole words, to fewer and to more rows.
             {{2, 3, 128}, {2, 384}},
             {{2, 192}, {2, 3, 64}},
             // The same rows.
             {{2, 3, 33}, {6, 33}},
             {{6, 5}, {1, 3, 2, 5}},
             // Bits move.
             {{2, 3, 7}, {2, 21}},
             {{30}, {2, 3, 5}},
             {{4, 9}, {36}},
             {{1, 9}, {9, 1}},
             {{0, 9}, {3, 0}},
             {{5, 0}, {7, 0}}})
      tests.push_back(getReshape(shape, result, width));
  checkCases(tests);
}

TEST(PackedShape, Concat) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths) {
    tests.push_back(getConcat({{2, 33}, {3, 33}, {0, 33}}, 0, width));
    tests.push_back(getConcat({{2, 1, 9}, {2, 3, 9}}, 1, width));
    tests.push_back(getConcat({{2, 64}, {2, 128}, {2, 7}}, 1, width));
    tests.push_back(getConcat({{2, 3, 7}, {2, 3, 64}}, 2, width));
    tests.push_back(getConcat({{3, 0}, {3, 5}}, 1, width));
    tests.push_back(getConcat({{9}, {1}, {70}}, 0, width));
  }
  checkCases(tests);
}

TEST(PackedShape, Slice) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths) {
    // Whole words, to the end of the row, and the whole row.
    tests.push_back(getSlice({4, 200}, {1, 64}, {2, 64}, {2, 1}, width));
    tests.push_back(getSlice({4, 200}, {0, 128}, {4, 72}, {1, 1}, width));
    tests.push_back(getSlice({5, 33}, {1, 0}, {2, 33}, {2, 1}, width));
    // Bits move, or are left out of the last word.
    tests.push_back(getSlice({4, 200}, {1, 0}, {3, 70}, {1, 1}, width));
    tests.push_back(getSlice({4, 200}, {1, 64}, {3, 1}, {1, 1}, width));
    tests.push_back(getSlice({4, 200}, {0, 3}, {2, 65}, {3, 1}, width));
    tests.push_back(getSlice({4, 200}, {0, 1}, {1, 50}, {1, 3}, width));
    tests.push_back(
        getSlice({2, 3, 9}, {1, 0, 2}, {1, 2, 5}, {1, 2, 1}, width));
    // Nothing.
    tests.push_back(getSlice({4, 200}, {1, 8}, {2, 0}, {1, 1}, width));
    tests.push_back(getSlice({4, 20}, {4, 0}, {0, 20}, {1, 1}, width));
    tests.push_back(getSlice({0, 20}, {0, 8}, {0, 8}, {1, 1}, width));
  }
  checkCases(tests);
}

TEST(PackedShape, Pad) {
  std::vector<Case> tests;
  for (unsigned width : wordWidths)
    for (bool ones : {false, true}) {
      // Rows, of whole words and not.
      tests.push_back(getPad({2, 3, 64}, {1, 0, 0}, {0, 2, 0}, ones, width));
      tests.push_back(getPad({2, 33}, {1, 0}, {2, 0}, ones, width));
      tests.push_back(getPad({0, 9}, {1, 0}, {2, 0}, ones, width));
      // Bits.
      tests.push_back(getPad({2, 9}, {0, 1}, {1, 5}, ones, width));
      tests.push_back(getPad({3, 64}, {0, 0}, {0, 64}, ones, width));
      tests.push_back(getPad({3, 64}, {0, 64}, {0, 0}, ones, width));
      tests.push_back(getPad({2, 100}, {0, 0}, {0, 3}, ones, width));
      tests.push_back(getPad({2, 0}, {0, 0}, {0, 3}, ones, width));
      tests.push_back(getPad({2, 5}, {0, 0}, {0, 0}, ones, width));
    }
  checkCases(tests);
}

} // namespace
