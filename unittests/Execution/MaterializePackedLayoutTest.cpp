//===- MaterializePackedLayoutTest.cpp - Other ops on packed tensors ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Executes ops of tensor, linalg and arith on packed tensors, and compares
// their results with those of the same ops on tensors of i1 that are not
// packed.
//
//===----------------------------------------------------------------------===//

#include "PackedData.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"
#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;
using llvm::StringRef;
using reference::Polarity;

namespace {

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// The widths of words of two packed layouts, p and q.
struct Layouts {
  unsigned p, q;
};

/// Which form a function has: on tensors of i1 that are not packed, or on
/// packed tensors of static sizes, of dynamic sizes except for the rows, or of
/// dynamic sizes.
enum class Form { notPacked, staticSizes, staticRows, dynamicSizes };

/// A function without `func.func` and a name. These texts are replaced, where
/// 2x3x100 is a shape:
///
/// * P<2x3x100> by a packed tensor type with layout p, and Q by one with q,
/// * B<2x3x100> by the type of a tensor of i1 that is not packed, and F by one
///   of f32,
/// * EMPTY<2x3x100> by a tensor.empty of type P<2x3x100>,
/// * SIZE<2> by a size of a dimension, and ROW<100> by one of a row; a dynamic
///   size is an argument,
/// * INDEX<1> by an argument that is 1.
///
/// The last dimension is a row. A dimension with ! before it belongs to the
/// row: it is static if the size of the row is static.
class Function {
public:
  Function(StringRef text, Form form, Layouts layouts)
      : form(form), layouts(layouts) {
    auto [header, body] = text.split(" {\n");
    auto [arguments, results] = header.split(" -> ");
    this->arguments = getTypes(arguments);
    this->results = getTypes(results);
    std::string list = arguments.drop_front().drop_back().str();
    // All replacements are made before the arguments are known.
    std::string rest = replace(results) + " {\n" + replace(body);
    this->text = "(" + replace(list);
    for (size_t i = 0; i != indices.size(); ++i)
      this->text += llvm::formatv("{0}%s{1}: index",
                                  i == 0 && list.empty() ? "" : ", ", i);
    this->text += ") -> " + rest;
  }

  const std::string &getText() const { return text; }

  /// Makes arguments: the bits depend on the position of an argument alone.
  std::vector<NpyArray> makeArguments() const {
    std::vector<NpyArray> arrays;
    for (auto [i, type] : llvm::enumerate(arguments)) {
      auto [name, dims] = type;
      std::vector<int64_t> shape = getShape(dims);
      std::vector<int8_t> signs = getSigns(getNumElements(shape), i);
      if (isPacked(name)) {
        addPacked(arrays, shape, signs, getWidth(name), isDynamicRow(dims));
        continue;
      }
      std::vector<uint64_t> bits;
      for (int8_t sign : signs)
        bits.push_back(sign < 0);
      arrays.push_back(makeBits(shape, bits));
    }
    for (int64_t index : indices)
      arrays.push_back(makeIndex(index));
    return arrays;
  }

  /// Compares `actual`, the results of this function, with `expected`, those of
  /// the function that is not packed.
  void expectResults(llvm::ArrayRef<NpyView> actual,
                     llvm::ArrayRef<NpyView> expected) const {
    for (auto [type, view] : llvm::zip_equal(results, expected)) {
      auto [name, dims] = type;
      std::vector<uint64_t> elements =
          getWords(view.data, view.getSizeInBytes(), 8);
      ASSERT_FALSE(actual.empty());
      NpyView result = actual.consume_front();
      if (!isPacked(name)) {
        EXPECT_EQ(getWords(result.data, result.getSizeInBytes(), 8), elements);
        continue;
      }
      std::vector<int8_t> signs;
      for (uint64_t bit : elements)
        signs.push_back(bit ? -1 : 1);
      int64_t length = view.shape.back();
      EXPECT_EQ(llvm::ArrayRef(result.shape).drop_back(),
                llvm::ArrayRef(view.shape).drop_back());
      EXPECT_EQ(getWords(result, getWidth(name)),
                packSigns(signs, length, getWidth(name)));
      if (isDynamicRow(dims)) {
        ASSERT_FALSE(actual.empty());
        EXPECT_EQ(getIndex(actual.consume_front()), length);
      }
    }
    EXPECT_TRUE(actual.empty());
  }

private:
  /// The name and the shape of a type; other types have no shape.
  using Type = std::pair<std::string, std::string>;

  /// Returns the types of a list in parentheses, or of one type.
  static std::vector<Type> getTypes(StringRef list) {
    std::vector<Type> types;
    list.consume_front("(");
    list.consume_back(")");
    while (!list.empty()) {
      auto [type, rest] = list.split(", ");
      list = rest;
      if (type.starts_with("%"))
        type = type.split(": ").second;
      auto [name, dims] = type.split("<");
      types.push_back({name.str(), dims.drop_back(dims.empty() ? 0 : 1).str()});
    }
    return types;
  }

  static std::vector<int64_t> getShape(StringRef dims) {
    std::vector<int64_t> shape;
    for (StringRef dim : llvm::split(dims, "x")) {
      dim.consume_front("!");
      shape.push_back(std::stoll(dim.str()));
    }
    return shape;
  }

  bool isPacked(StringRef name) const {
    return form != Form::notPacked && (name == "P" || name == "Q");
  }
  unsigned getWidth(StringRef name) const {
    return name == "P" ? layouts.p : layouts.q;
  }
  bool isDynamic(bool isRow) const {
    return form == Form::dynamicSizes || (form == Form::staticRows && !isRow);
  }
  bool isDynamicRow(StringRef dims) const {
    return isDynamic(/*isRow=*/true) || dims.ends_with("?");
  }

  /// Returns the argument that is `index`. Equal indices are one argument, so
  /// that the compiler knows that they are equal.
  std::string getArgument(int64_t index) {
    size_t i = llvm::find(indices, index) - indices.begin();
    if (i == indices.size())
      indices.push_back(index);
    return "%s" + std::to_string(i);
  }

  std::string getElement(StringRef name) const {
    if (name == "F")
      return "f32";
    if (!isPacked(name))
      return "i1";
    return llvm::formatv("i1, #quant_bnn.packed<i{0}, {1}>", getWidth(name),
                         name == "P" ? "negative" : "nonnegative");
  }

  std::string replace(StringRef name, StringRef dims) {
    if (name == "INDEX")
      return getArgument(std::stoll(dims.str()));
    if (name == "SIZE" || name == "ROW")
      return isDynamic(name == "ROW") ? getArgument(std::stoll(dims.str()))
                                      : dims.str();
    llvm::SmallVector<StringRef> parts(llvm::split(dims, "x"));
    std::string type = "tensor<";
    std::vector<std::string> sizes;
    for (auto [i, dim] : llvm::enumerate(parts)) {
      bool isRow = i + 1 == parts.size() || dim.starts_with("!");
      dim.consume_front("!");
      bool isUnknown = isDynamic(isRow) || dim == "?";
      type += (isUnknown ? "?" : dim.str()) + "x";
      if (isUnknown && name == "EMPTY")
        sizes.push_back(getArgument(std::stoll(dim.str())));
    }
    if (name != "EMPTY")
      return type + getElement(name) + ">";
    return "tensor.empty(" + llvm::join(sizes, ", ") + ") : " + type +
           getElement("P") + ">";
  }

  std::string replace(StringRef text) {
    static const llvm::Regex pattern("([A-Z]+)<([0-9x?!]+)>");
    std::string result;
    for (llvm::SmallVector<StringRef> match; pattern.match(text, &match);) {
      size_t at = match[0].data() - text.data();
      result += text.take_front(at).str() + replace(match[1], match[2]);
      text = text.drop_front(at + match[0].size());
    }
    return result + text.str();
  }

  Form form;
  Layouts layouts;
  std::vector<Type> arguments, results;
  /// The values of the arguments that are indices.
  std::vector<int64_t> indices;
  std::string text;
};

/// Returns `text` with $0, $1 and so on replaced by `parts`.
std::string fill(std::string text, std::vector<std::string> parts) {
  for (auto [i, part] : llvm::enumerate(parts)) {
    std::string name = "$" + std::to_string(i);
    for (size_t at = 0; (at = text.find(name, at)) != std::string::npos;)
      text.replace(at, name.size(), part);
  }
  return text;
}

//===----------------------------------------------------------------------===//
// The check
//===----------------------------------------------------------------------===//

/// A function, and the function that is not packed if its text differs.
struct Case {
  Case(std::string text, std::string notPacked = "")
      : text(text), notPacked(notPacked.empty() ? text : notPacked) {}

  /// Returns the forms to check: to compile takes most of the time, so a case
  /// has one of two forms.
  std::vector<Form> getForms(size_t index) const {
    if (StringRef(text).starts_with("()"))
      return {Form::staticSizes};
    return {index % 2 ? Form::staticSizes : Form::staticRows,
            Form::dynamicSizes};
  }

  std::string text, notPacked;
};

/// A module of functions. Equal functions are one.
class Module {
public:
  std::string add(const Function &function) {
    auto [it, isNew] =
        names.try_emplace(function.getText(), llvm::formatv("f{0}", size));
    if (isNew) {
      source += "func.func @" + it->second + function.getText() + "\n";
      ++size;
    }
    return it->second;
  }
  const std::string &getSource() const { return source; }

private:
  llvm::StringMap<std::string> names;
  std::string source;
  size_t size = 0;
};

void check(const std::vector<Case> &cases, Layouts layouts) {
  struct Pair {
    Function packed, notPacked;
    std::string packedName, notPackedName;
  };
  Module module;
  std::vector<Pair> pairs;
  for (auto [i, test] : llvm::enumerate(cases))
    for (Form form : test.getForms(i)) {
      Pair pair = {{test.text, form, layouts},
                   {test.notPacked, Form::notPacked, layouts},
                   "",
                   ""};
      pair.packedName = module.add(pair.packed);
      pair.notPackedName = module.add(pair.notPacked);
      pairs.push_back(pair);
    }
  std::unique_ptr<Program> program = Program::compile(module.getSource());
  ASSERT_TRUE(program);
  for (const Pair &pair : pairs) {
    SCOPED_TRACE(pair.packed.getText() + pair.notPacked.getText());
    std::vector<NpyArray> arguments = pair.notPacked.makeArguments();
    CallResults expected = program->call(pair.notPackedName, arguments);
    arguments = pair.packed.makeArguments();
    CallResults actual = program->call(pair.packedName, arguments);
    pair.packed.expectResults(actual.getViews(), expected.getViews());
  }
}

/// Checks `cases` with each width of words, and with words that are half or
/// twice as wide as the second layout.
void check(const std::vector<Case> &cases) {
  for (Layouts layouts : {Layouts{8, 16}, {16, 8}, {32, 64}, {64, 32}})
    check(cases, layouts);
}

//===----------------------------------------------------------------------===//
// Moves of elements
//===----------------------------------------------------------------------===//

TEST(MaterializePackedLayout, Transpose) {
  std::vector<Case> cases;
  // The dimensions belong to rows where the last one moves.
  for (const std::vector<std::string> &parts :
       std::vector<std::vector<std::string>>{
           {"3x5x33", "3x5x33", "0, 1, 2"},
           {"3x5x33", "5x3x33", "1, 0, 2"},
           {"2x70x64", "70x2x64", "1, 0, 2"},
           {"1x0x9", "0x1x9", "1, 0, 2"},
           {"4x64x0", "64x4x0", "1, 0, 2"},
           {"!3x!5x33", "!33x!5x3", "2, 1, 0"},
           {"!2x!70x64", "!70x!64x2", "1, 2, 0"},
           {"!64x1", "!1x64", "1, 0"},
           {"!100x0", "!0x100", "1, 0"},
           {"100", "100", "0"}})
    cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$1> {
      %e = EMPTY<$1>
      %r = linalg.transpose ins(%x : P<$0>) outs(%e : P<$1>)
          permutation = [$2]
      return %r : P<$1>
    })mlir",
                         parts));
  check(cases);
}

TEST(MaterializePackedLayout, CollapseShape) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts :
       std::vector<std::vector<std::string>>{
           // The same rows.
           {"2x3x33", "6x33", "[0, 1], [2]"},
           {"0x2x64", "0x64", "[0, 1], [2]"},
           // Whole words.
           {"2x!3x128", "2x384", "[0], [1, 2]"},
           // Bits move.
           {"2x!3x7", "2x21", "[0], [1, 2]"},
           {"!4x9", "36", "[0, 1]"},
           {"!1x9", "9", "[0, 1]"},
           {"!0x9", "0", "[0, 1]"},
           {"2x!5x0", "2x0", "[0], [1, 2]"}})
    cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$1> {
      %r = tensor.collapse_shape %x [$2] : P<$0> into P<$1>
      return %r : P<$1>
    })mlir",
                         parts));
  check(cases);
}

TEST(MaterializePackedLayout, ExpandShape) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts :
       std::vector<std::vector<std::string>>{
           // The same rows.
           {"6x33", "2x3x33", "[0, 1], [2]", "SIZE<2>, SIZE<3>, ROW<33>"},
           {"0x64", "2x0x64", "[0, 1], [2]", "SIZE<2>, SIZE<0>, ROW<64>"},
           // Whole words.
           {"2x192", "2x!3x64", "[0], [1, 2]", "SIZE<2>, ROW<3>, ROW<64>"},
           // Bits move.
           {"2x21", "2x!3x7", "[0], [1, 2]", "SIZE<2>, ROW<3>, ROW<7>"},
           {"30", "!2x!3x5", "[0, 1, 2]", "ROW<2>, ROW<3>, ROW<5>"},
           {"9", "!9x1", "[0, 1]", "ROW<9>, ROW<1>"},
           {"0", "!0x9", "[0, 1]", "ROW<0>, ROW<9>"}})
    cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$1> {
      %r = tensor.expand_shape %x [$2] output_shape [$3] : P<$0> into P<$1>
      return %r : P<$1>
    })mlir",
                         parts));
  check(cases);
}

TEST(MaterializePackedLayout, Concat) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts :
       std::vector<std::vector<std::string>>{
           // Rows.
           {"2x33", "3x33", "0x33", "5x33", "0"},
           {"2x1x64", "2x3x64", "2x1x64", "2x5x64", "1"},
           // Whole words.
           {"2x64", "2x128", "2x7", "2x199", "1"},
           // Bits move.
           {"2x3x7", "2x3x64", "2x3x1", "2x3x72", "2"},
           {"3x0", "3x5", "3x0", "3x5", "1"},
           {"9", "1", "70", "80", "0"}})
    cases.push_back(fill(R"mlir((%a: P<$0>, %b: P<$1>, %c: P<$2>) -> P<$3> {
      %r = tensor.concat dim($4) %a, %b, %c : (P<$0>, P<$1>, P<$2>) -> P<$3>
      return %r : P<$3>
    })mlir",
                         parts));
  check(cases);
}

/// The types of a tensor and a slice, with offsets, sizes and strides.
const std::vector<std::vector<std::string>> slices = {
    // Whole words, to the end of the row, and the whole row.
    {"4x200", "2x64", "SIZE<1>, 64", "SIZE<2>, ROW<64>", "SIZE<2>, 1"},
    {"4x200", "2x64", "1, ROW<64>", "SIZE<2>, ROW<64>", "2, ROW<1>"},
    {"4x200", "4x72", "0, 128", "SIZE<4>, ROW<72>", "1, 1"},
    {"5x33", "2x33", "1, 0", "SIZE<2>, ROW<33>", "2, 1"},
    // Bits move, or are left out of the last word.
    {"4x200", "3x70", "1, 0", "SIZE<3>, ROW<70>", "1, 1"},
    {"4x200", "3x1", "1, 64", "SIZE<3>, ROW<1>", "1, 1"},
    {"4x200", "2x65", "0, 3", "SIZE<2>, ROW<65>", "3, 1"},
    {"4x200", "1x50", "0, 1", "SIZE<1>, ROW<50>", "1, 3"},
    {"4x200", "1x64", "0, 0", "SIZE<1>, ROW<64>", "1, ROW<2>"},
    {"2x3x9", "1x2x5", "SIZE<1>, 0, ROW<2>", "SIZE<1>, SIZE<2>, ROW<5>",
     "1, 2, 1"},
    // Dimensions are dropped.
    {"4x100", "100", "2, 0", "1, ROW<100>", "1, 1"},
    {"4x100", "4", "0, 5", "ROW<4>, 1", "1, 1"},
    // Nothing.
    {"4x200", "2x0", "1, 8", "SIZE<2>, ROW<0>", "1, 1"},
    {"4x20", "0x20", "3, 0", "SIZE<0>, ROW<20>", "1, 1"}};

TEST(MaterializePackedLayout, ExtractSlice) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts : slices)
    cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$1> {
      %r = tensor.extract_slice %x[$2] [$3] [$4] : P<$0> to P<$1>
      return %r : P<$1>
    })mlir",
                         parts));
  // The compiler knows that the row is whole.
  cases.push_back({R"mlir((%x: P<5x33>) -> P<2x?> {
    %c1 = arith.constant 1 : index
    %k = tensor.dim %x, %c1 : P<5x33>
    %r = tensor.extract_slice %x[1, 0] [SIZE<2>, %k] [2, 1]
        : P<5x33> to P<2x?>
    return %r : P<2x?>
  })mlir"});
  check(cases);
}

TEST(MaterializePackedLayout, InsertSlice) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts : slices)
    cases.push_back(fill(R"mlir((%x: P<$1>, %y: P<$0>) -> P<$0> {
      %r = tensor.insert_slice %x into %y[$2] [$3] [$4] : P<$1> into P<$0>
      return %r : P<$0>
    })mlir",
                         parts));
  check(cases);
}

TEST(MaterializePackedLayout, Pad) {
  std::vector<Case> cases;
  for (const char *bit : {"true", "false"})
    for (std::vector<std::string> parts : std::vector<std::vector<std::string>>{
             // Rows, of whole words and not.
             {"2x64", "5x64", "SIZE<1>, 0", "2, 0"},
             {"2x33", "5x33", "1, 0", "SIZE<2>, 0"},
             {"0x9", "3x9", "1, 0", "2, 0"},
             // Bits.
             {"2x9", "3x15", "0, 1", "1, ROW<5>"},
             {"3x64", "3x128", "0, 0", "0, 64"},
             {"3x64", "3x128", "0, ROW<64>", "0, 0"},
             {"2x100", "2x103", "0, 0", "0, 3"},
             {"2x0", "2x3", "0, 0", "0, 3"},
             {"2x5", "2x5", "0, 0", "0, 0"}}) {
      parts.push_back(bit);
      cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$1> {
        %r = tensor.pad %x low[$2] high[$3] {
        ^bb0(%i: index, %j: index):
          %b = arith.constant $4
          tensor.yield %b : i1
        } : P<$0> to P<$1>
        return %r : P<$1>
      })mlir",
                           parts));
    }
  // By an element that is not constant, and by elements that differ.
  cases.push_back({R"mlir((%x: P<2x100>) -> P<5x100> {
    %i = arith.addi INDEX<1>, INDEX<0> : index
    %b = tensor.extract %x[%i, INDEX<0>] : P<2x100>
    %r = tensor.pad %x low[1, 0] high[2, 0] {
    ^bb0(%j: index, %k: index):
      tensor.yield %b : i1
    } : P<2x100> to P<5x100>
    return %r : P<5x100>
  })mlir"});
  cases.push_back({R"mlir((%x: P<2x100>) -> P<5x103> {
    %r = tensor.pad %x low[1, 2] high[2, 1] {
    ^bb0(%i: index, %j: index):
      %sum = arith.addi %i, %j : index
      %b = arith.index_cast %sum : index to i1
      tensor.yield %b : i1
    } : P<2x100> to P<5x103>
    return %r : P<5x103>
  })mlir"});
  check(cases);
}

//===----------------------------------------------------------------------===//
// Casts
//===----------------------------------------------------------------------===//

TEST(MaterializePackedLayout, Cast) {
  const std::string toOther = R"mlir((%x: P<$0>) -> Q<$0> {
    %r = tensor.cast %x : P<$0> to Q<$0>
    return %r : Q<$0>
  })mlir";
  std::vector<Case> cases;
  for (const char *shape :
       {"3x0", "3x1", "3x64", "3x100", "0x9", "33", "2x1x2x128"})
    cases.push_back(fill(toOther, {shape}));
  for (unsigned width : wordWidths)
    for (unsigned resultWidth : wordWidths)
      check(cases, {width, resultWidth});
}

TEST(MaterializePackedLayout, CastSizes) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100", "3x0"}) {
    // The elements stay, the type knows less.
    cases.push_back(fill(R"mlir((%x: P<$0>) -> P<3x?> {
      %0 = tensor.cast %x : P<$0> to Q<?x?>
      %r = tensor.cast %0 : Q<?x?> to P<3x?>
      return %r : P<3x?>
    })mlir",
                         {shape}));
    // The encoding is dropped and added.
    cases.push_back(fill(R"mlir((%x: P<$0>, %y: B<$0>) -> (B<$0>, P<$0>) {
      %0 = tensor.cast %x : P<$0> to B<$0>
      %1 = tensor.cast %y : B<$0> to P<$0>
      return %0, %1 : B<$0>, P<$0>
    })mlir",
                         {shape}));
  }
  check(cases);
}

/// pack(unpack(x)) with the other polarity is the complement.
TEST(MaterializePackedLayout, Complement) {
  std::vector<Case> cases;
  for (const char *shape : {"3x0", "3x64", "3x100", "0x9", "33"})
    cases.push_back({fill(R"mlir((%x: P<$0>) -> Q<$0> {
      %0 = quant_bnn.unpack %x : P<$0> to F<$0>
      %r = quant_bnn.pack %0 : F<$0> to Q<$0>
      return %r : Q<$0>
    })mlir",
                          {shape}),
                     fill(R"mlir((%x: P<$0>) -> Q<$0> {
      %ones = arith.constant dense<true> : P<$0>
      %r = arith.xori %x, %ones : P<$0>
      return %r : Q<$0>
    })mlir",
                          {shape})});
  check(cases);
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

TEST(MaterializePackedLayout, Constant) {
  std::vector<Case> cases;
  auto add = [&](const std::string &shape, const std::string &value) {
    cases.push_back(fill(R"mlir(() -> P<$0> {
      %r = arith.constant dense<$1> : P<$0>
      return %r : P<$0>
    })mlir",
                         {shape, value}));
  };
  for (int64_t length : {1, 9, 64, 100}) {
    std::string shape = "2x" + std::to_string(length), rows;
    for (unsigned row : {0, 1}) {
      std::vector<std::string> bits;
      for (int8_t sign : getSigns(length, row))
        bits.push_back(sign < 0 ? "true" : "false");
      rows += (row ? ", [" : "[") + llvm::join(bits, ", ") + "]";
    }
    add(shape, "[" + rows + "]");
    add(shape, "true");
    add(shape, "false");
  }
  add("2x0", "");
  check(cases);
}

TEST(MaterializePackedLayout, Fill) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "2x3x100", "3x0", "0x9", "33"})
    for (const char *bit : {"true", "false"})
      cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$0> {
        %b = arith.constant $1
        %e = EMPTY<$0>
        %r = linalg.fill ins(%b : i1) outs(%e : P<$0>) -> P<$0>
        return %r : P<$0>
      })mlir",
                           {shape, bit}));
  cases.push_back({R"mlir((%x: P<3x100>) -> P<3x100> {
    %b = tensor.extract %x[INDEX<2>, INDEX<99>] : P<3x100>
    %r = linalg.fill ins(%b : i1) outs(%x : P<3x100>) -> P<3x100>
    return %r : P<3x100>
  })mlir"});
  check(cases);
}

TEST(MaterializePackedLayout, Elements) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100"})
    cases.push_back(fill(R"mlir((%x: P<$0>) -> (i1, i1, P<$0>) {
      %a = tensor.extract %x[INDEX<0>, INDEX<0>] : P<$0>
      %b = tensor.extract %x[INDEX<2>, INDEX<63>] : P<$0>
      %c = arith.constant true
      %d = arith.xori %b, %c : i1
      %r = tensor.insert %d into %x[INDEX<2>, INDEX<63>] : P<$0>
      return %a, %b, %r : i1, i1, P<$0>
    })mlir",
                         {shape}));
  check(cases);
}

TEST(MaterializePackedLayout, Dim) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100", "3x0"})
    cases.push_back(fill(R"mlir((%x: P<$0>) -> (index, index, index, index) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %0 = tensor.dim %x, %c0 : P<$0>
      %1 = tensor.dim %x, %c1 : P<$0>
      %2 = tensor.dim %x, INDEX<0> : P<$0>
      %3 = tensor.dim %x, INDEX<1> : P<$0>
      return %0, %1, %2, %3 : index, index, index, index
    })mlir",
                         {shape}));
  check(cases);
}

//===----------------------------------------------------------------------===//
// Computation
//===----------------------------------------------------------------------===//

TEST(MaterializePackedLayout, Bitwise) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100", "3x0", "0x9", "33"})
    cases.push_back(
        fill(R"mlir((%x: P<$0>, %y: P<$0>) -> (P<$0>, P<$0>, P<$0>) {
      %0 = arith.andi %x, %y : P<$0>
      %1 = arith.ori %x, %y : P<$0>
      %2 = arith.xori %x, %y : P<$0>
      return %0, %1, %2 : P<$0>, P<$0>, P<$0>
    })mlir",
             {shape}));
  check(cases);
}

TEST(MaterializePackedLayout, MinMax) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100"})
    cases.push_back(
        fill(R"mlir((%x: P<$0>, %y: P<$0>) -> (P<$0>, P<$0>, P<$0>, P<$0>) {
      %0 = arith.maxsi %x, %y : P<$0>
      %1 = arith.maxui %x, %y : P<$0>
      %2 = arith.minsi %x, %y : P<$0>
      %3 = arith.minui %x, %y : P<$0>
      return %0, %1, %2, %3 : P<$0>, P<$0>, P<$0>, P<$0>
    })mlir",
             {shape}));
  check(cases);
}

TEST(MaterializePackedLayout, Select) {
  std::vector<Case> cases;
  for (const char *shape : {"3x64", "3x100", "3x0"})
    cases.push_back(
        fill(R"mlir((%x: P<$0>, %y: P<$0>, %z: P<$0>) -> (P<$0>, P<$0>, P<$0>) {
      %a = arith.cmpi eq, INDEX<1>, INDEX<2> : index
      %0 = arith.select %a, %x, %y : P<$0>
      %b = arith.cmpi ne, INDEX<1>, INDEX<2> : index
      %1 = arith.select %b, %x, %y : P<$0>
      %2 = arith.select %x, %y, %z : P<$0>, P<$0>
      return %0, %1, %2 : P<$0>, P<$0>, P<$0>
    })mlir",
             {shape}));
  check(cases);
}

TEST(MaterializePackedLayout, Reduce) {
  std::vector<Case> cases;
  for (const std::vector<std::string> &parts :
       std::vector<std::vector<std::string>>{{"3x100", "100", "0"},
                                             {"3x64", "64", "0"},
                                             {"2x3x33", "2x33", "1"},
                                             {"!3x100", "3", "1"},
                                             {"!3x0", "3", "1"}})
    cases.push_back(fill(R"mlir((%x: P<$0>, %init: P<$1>) -> (P<$1>, P<$1>) {
      %0 = linalg.reduce {arith.ori} ins(%x : P<$0>) outs(%init : P<$1>)
          dimensions = [$2]
      %1 = linalg.reduce {arith.xori} ins(%x : P<$0>) outs(%init : P<$1>)
          dimensions = [$2]
      return %0, %1 : P<$1>, P<$1>
    })mlir",
                         parts));
  check(cases);
}

/// A bit of 1 is the integer -1. The maximum of floats whose bit of 1 is -1 is
/// that of these integers, and the maximum of floats whose bit of 1 is +1 is
/// the minimum of these integers.
TEST(MaterializePackedLayout, MaxPool) {
  std::vector<Case> cases;
  for (bool isNegative : {true, false})
    for (std::vector<std::string> parts : std::vector<std::vector<std::string>>{
             {"2x5x6x40", "2x5x6x40", "2x4x4x40", "2x3", "0, 0", "0, 0", "1, 1",
              "1, 1"},
             // Padding.
             {"1x4x5x64", "1x6x7x64", "1x4x5x64", "3x3", "1, 1", "1, 1", "1, 1",
              "1, 1"},
             // Strides and dilations.
             {"1x7x5x33", "1x9x6x33", "1x4x2x33", "3x2", "1, 1", "1, 0", "2, 3",
              "1, 2"},
             // Nothing.
             {"1x4x4x0", "1x4x4x0", "1x2x2x0", "2x2", "0, 0", "0, 0", "2, 2",
              "1, 1"},
             {"0x4x4x9", "0x5x4x9", "0x2x2x9", "2x2", "1, 0", "0, 0", "2, 2",
              "1, 1"}}) {
      parts.push_back(isNegative ? "max" : "min");
      parts.push_back(isNegative ? "true" : "false");
      cases.push_back(fill(R"mlir((%x: P<$0>) -> P<$2> {
        %least = arith.constant $9
        %p = tensor.pad %x low[0, $4, 0] high[0, $5, 0] {
        ^bb0(%n: index, %h: index, %w: index, %c: index):
          tensor.yield %least : i1
        } : P<$0> to P<$1>
        %e = EMPTY<$2>
        %f = linalg.fill ins(%least : i1) outs(%e : P<$2>) -> P<$2>
        %window = tensor.empty() : tensor<$3xi1>
        %r = linalg.pooling_nhwc_$8 {
              strides = dense<[$6]> : tensor<2xi64>,
              dilations = dense<[$7]> : tensor<2xi64>}
            ins(%p, %window : P<$1>, tensor<$3xi1>) outs(%f : P<$2>) -> P<$2>
        return %r : P<$2>
      })mlir",
                           parts));
    }
  check(cases);
}

TEST(MaterializePackedLayout, GenericReadsBits) {
  std::vector<Case> cases;
  for (const char *length : {"0", "33", "64", "100"}) {
    // The sums of rows, where layouts differ.
    cases.push_back(fill(R"mlir((%x: P<3x$0>, %y: Q<3x$0>) -> tensor<3xi32> {
      %zero = arith.constant dense<0> : tensor<3xi32>
      %r = linalg.generic {
            indexing_maps = [affine_map<(i, k) -> (i, k)>,
                             affine_map<(i, k) -> (i, k)>,
                             affine_map<(i, k) -> (i)>],
            iterator_types = ["parallel", "reduction"]}
          ins(%x, %y : P<3x$0>, Q<3x$0>) outs(%zero : tensor<3xi32>) {
      ^bb0(%a: i1, %b: i1, %sum: i32):
        %c = arith.andi %a, %b : i1
        %d = arith.extui %c : i1 to i32
        %e = arith.addi %sum, %d : i32
        linalg.yield %e : i32
      } -> tensor<3xi32>
      return %r : tensor<3xi32>
    })mlir",
                         {length}));
    // A transposition to bits that are not packed.
    cases.push_back(fill(R"mlir((%x: P<3x$0>, %init: B<$0x3>) -> B<$0x3> {
      %r = linalg.generic {
            indexing_maps = [affine_map<(k, i) -> (i, k)>,
                             affine_map<(k, i) -> (k, i)>],
            iterator_types = ["parallel", "parallel"]}
          ins(%x : P<3x$0>) outs(%init : B<$0x3>) {
      ^bb0(%a: i1, %b: i1):
        %c = arith.xori %a, %b : i1
        linalg.yield %c : i1
      } -> B<$0x3>
      return %r : B<$0x3>
    })mlir",
                         {length}));
  }
  check(cases);
}

TEST(MaterializePackedLayout, GenericWritesBits) {
  const std::string generic = R"mlir((%x: P<3x$0>, %y: B<$1>) -> P<3x$0> {
      %one = arith.constant true
      %e = EMPTY<3x$0>
      %r = linalg.generic {
            indexing_maps = [affine_map<(i, k) -> (i, k)>,
                             affine_map<(i, k) -> ($2)>,
                             affine_map<(i, k) -> (i, k)>],
            iterator_types = ["parallel", "parallel"]}
          ins(%x, %y : P<3x$0>, B<$1>) outs(%e : P<3x$0>) {
      ^bb0(%a: i1, %b: i1, %out: i1):
        %c = arith.xori %a, %one : i1
        %d = arith.ori %c, %b : i1
        linalg.yield %d : i1
      } -> P<3x$0>
      return %r : P<3x$0>
    })mlir";
  std::vector<Case> cases;
  for (const char *length : {"0", "33", "64", "100"}) {
    // A bit for a row, and a bit for a column.
    cases.push_back(fill(generic, {length, "3", "i"}));
    cases.push_back(fill(generic, {length, length, "k"}));
  }
  check(cases);
}

TEST(MaterializePackedLayout, GenericMovesBits) {
  check({{R"mlir((%x: P<3x100>) -> P<3x99> {
    %e = EMPTY<3x99>
    %r = linalg.generic {
          indexing_maps = [affine_map<(i, k) -> (i, 99 - k)>,
                           affine_map<(i, k) -> (i, k)>],
          iterator_types = ["parallel", "parallel"]}
        ins(%x : P<3x100>) outs(%e : P<3x99>) {
    ^bb0(%a: i1, %out: i1):
      linalg.yield %a : i1
    } -> P<3x99>
    return %r : P<3x99>
  })mlir"}});
}

//===----------------------------------------------------------------------===//
// Assertions
//===----------------------------------------------------------------------===//

/// A length that the words do not hold ends the program.
TEST(MaterializePackedLayoutDeathTest, WrongLength) {
  if (runsOnCUDA())
    GTEST_SKIP();
  std::unique_ptr<Program> program = Program::compile(R"mlir(
    func.func @f(%x: tensor<2x?xi1, #quant_bnn.packed<i8>>) -> tensor<2x?xi1> {
      %0 = quant_bnn.unpack %x
          : tensor<2x?xi1, #quant_bnn.packed<i8>> to tensor<2x?xi1>
      return %0 : tensor<2x?xi1>
    }
  )mlir");
  ASSERT_TRUE(program);
  auto call = [&](int64_t wordsPerRow, int64_t length) {
    std::vector<NpyArray> arguments = makeArguments(
        makeWords({2, wordsPerRow}, std::vector<uint64_t>(2 * wordsPerRow), 8),
        makeIndex(length));
    CallResults results = program->call("f", arguments);
    EXPECT_EQ(results.getViews()[0].shape.back(), length);
  };
  call(0, 0);
  for (int64_t length : {9, 15, 16})
    call(2, length);
  for (int64_t length : {-1, 0, 1, 8, 17, 24})
    EXPECT_EXIT(call(2, length), testing::ExitedWithCode(1), "called abort");
  for (int64_t length : {-1, 1})
    EXPECT_EXIT(call(0, length), testing::ExitedWithCode(1), "called abort");
}

} // namespace
