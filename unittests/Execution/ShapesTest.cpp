//===- ShapesTest.cpp - Every form that an op can have --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every op on scalars, vectors and tensors of every rank, in the conventions,
// and with the options of the pipeline.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseCheck.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

/// A type with the element type to be filled in, and a shape of it.
struct Form {
  const char *name;
  const char *type;
  std::vector<int64_t> shape;
};

const Form scalar = {"scalar", "{0}", {}};
const Form tensors[] = {
    {"rank0", "tensor<{0}>", {}},
    {"static1", "tensor<19x{0}>", {19}},
    {"dynamic1", "tensor<?x{0}>", {131}},
    {"empty", "tensor<?x3x{0}>", {0, 3}},
    {"static2", "tensor<7x3x{0}>", {7, 3}},
    {"dynamic2", "tensor<?x?x{0}>", {37, 2}},
    {"mixed3", "tensor<?x5x?x{0}>", {3, 5, 17}},
    {"static4", "tensor<2x3x4x3x{0}>", {2, 3, 4, 3}},
    {"dynamic4", "tensor<?x?x?x?x{0}>", {2, 3, 4, 1}},
};
const Form vectors[] = {
    {"vector1", "vector<1x{0}>", {1}},
    {"vector16", "vector<16x{0}>", {16}},
    {"vector5", "vector<5x{0}>", {5}},
    {"vector2d", "vector<2x4x{0}>", {2, 4}},
};

std::string getType(const Form &form, ElementType type) {
  return llvm::formatv(form.type, getName(type));
}

std::string getFunctionName(const ElementwiseOp &op, const Form &form) {
  return op.name + "_" + form.name;
}

std::string getFunction(const ElementwiseOp &op, const Form &form,
                        ElementType type) {
  std::string text = getType(form, type);
  std::string parameters = "%0: " + text;
  if (op.numOperands == 2)
    parameters += ", %1: " + text;
  return llvm::formatv("func.func @{0}({1}) -> {2} {{\n  %y = {3}\n"
                       "  return %y : {2}\n}\n",
                       getFunctionName(op, form), parameters, text,
                       op.getAssembly(text));
}

/// A function that reads vectors from memrefs and writes one to the last.
std::string getVectorFunction(const ElementwiseOp &op, const Form &form,
                              ElementType type) {
  std::string vector = getType(form, type);
  std::string memref = "memref" + vector.substr(strlen("vector"));
  bool isFlat = form.shape.size() == 1;
  std::string indices = isFlat ? "%c" : "%c, %c";
  std::string inBounds =
      isFlat ? "{in_bounds = [true]}" : "{in_bounds = [true, true]}";
  std::string parameters, body;
  for (unsigned i = 0; i < op.numOperands; ++i) {
    parameters += llvm::formatv("%m{0}: {1}, ", i, memref);
    body += llvm::formatv(
        "  %{0} = vector.transfer_read %m{0}[{1}], %pad {2} : {3}, {4}\n", i,
        indices, inBounds, memref, vector);
  }
  return llvm::formatv("func.func @{0}({1}%out: {2}) {{\n"
                       "  %c = arith.constant 0 : index\n"
                       "  %pad = arith.constant 0.0 : {3}\n{4}"
                       "  %y = {5}\n"
                       "  vector.transfer_write %y, %out[{6}] {7} : {8}, {2}\n"
                       "  return\n}\n",
                       getFunctionName(op, form), parameters, memref,
                       getName(type), body, op.getAssembly(vector), indices,
                       inBounds, vector);
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

template <typename T>
Operands<T> getOperands(const ElementwiseOp &op, const Form &form,
                        ElementType type) {
  int64_t size = 1;
  for (int64_t dim : form.shape)
    size *= dim;
  return Operands<T>(type, op, form.shape, getNormalValues<T>(type, size, 1),
                     getNormalValues<T>(type, size, 2));
}

template <typename T>
void checkForm(const Program &program, const ElementwiseOp &op,
               const Form &form, ElementType type, bool hasOutput) {
  Operands<T> operands = getOperands<T>(op, form, type);
  if (hasOutput)
    operands.arrays.push_back(makeArray<T>(
        type, form.shape, std::vector<T>(operands.values[0].size())));
  checkElementwise(program, getFunctionName(op, form), op, type, operands);
}

/// The op on scalars, vectors, and in `forms`.
template <typename T>
void checkForms(ElementType type, llvm::ArrayRef<Form> forms,
                llvm::function_ref<bool(const ElementwiseOp &)> isChosen) {
  std::string source;
  auto forEach = [&](auto function) {
    for (const ElementwiseOp &op : getElementwiseOps()) {
      if (!op.isLegal(type) || !isChosen(op))
        continue;
      function(op, scalar, /*isVector=*/false);
      for (const Form &form : forms)
        function(op, form, /*isVector=*/false);
      for (const Form &form : vectors)
        function(op, form, /*isVector=*/true);
    }
  };
  forEach([&](const ElementwiseOp &op, const Form &form, bool isVector) {
    source += isVector ? getVectorFunction(op, form, type)
                       : getFunction(op, form, type);
  });
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  forEach([&](const ElementwiseOp &op, const Form &form, bool isVector) {
    checkForm<T>(*program, op, form, type, /*hasOutput=*/isVector);
  });
}

bool isAny(const ElementwiseOp &op) {
  return op.bits == 0 || op.bits == 2 || op.bits == 8;
}
bool isRepresentative(const ElementwiseOp &op) { return op.isRepresentative; }

TEST(Forms, RepresentativesInEveryForm) {
  checkForms<float>(ElementType::f32, tensors, isRepresentative);
}
TEST(Forms, EveryOpF16) { checkForms<float>(ElementType::f16, {}, isAny); }
TEST(Forms, EveryOpBF16) { checkForms<float>(ElementType::bf16, {}, isAny); }
TEST(Forms, EveryOpF32) { checkForms<float>(ElementType::f32, {}, isAny); }
TEST(Forms, EveryOpF64) { checkForms<double>(ElementType::f64, {}, isAny); }

//===----------------------------------------------------------------------===//
// Conventions and options
//===----------------------------------------------------------------------===//

/// The representatives on two types, through a pipeline with options.
void checkOptions(const ProgramOptions &options, llvm::ArrayRef<Form> forms) {
  bool hasOutput = options.results == ResultConvention::OutParams;
  for (ElementType type : {ElementType::f16, ElementType::f32}) {
    std::string source;
    for (const ElementwiseOp &op : getElementwiseOps())
      if (op.isRepresentative)
        for (const Form &form : forms)
          source += getFunction(op, form, type);
    std::unique_ptr<Program> program = Program::compile(source, options);
    ASSERT_TRUE(program);
    for (const ElementwiseOp &op : getElementwiseOps())
      if (op.isRepresentative)
        for (const Form &form : forms)
          checkForm<float>(*program, op, form, type, hasOutput);
  }
}

/// Several times the vectors and blocks of any option, and a rest.
const Form longForm = {"long", "tensor<?x{0}>", {70003}};

TEST(Options, OutParams) {
  ProgramOptions options;
  options.results = ResultConvention::OutParams;
  checkOptions(options, {tensors[0], tensors[4], tensors[6], longForm});
}

TEST(Options, VectorWidth128) {
  ProgramOptions options;
  options.vectorWidth = 128;
  checkOptions(options, {tensors[5], longForm});
}

TEST(Options, VectorWidth256) {
  ProgramOptions options;
  options.vectorWidth = 256;
  checkOptions(options, {tensors[5], longForm});
}

TEST(Options, Libm) {
  ProgramOptions options;
  options.math = MathAccuracy::Libm;
  checkOptions(options, {tensors[5], longForm});
}

TEST(Options, Parallel) {
  ProgramOptions options;
  options.parallel = true;
  checkOptions(options, {tensors[0], tensors[3], tensors[6], longForm});
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

TEST(Buffers, InPlace) {
  std::string source;
  auto forEach = [](auto function) {
    for (const ElementwiseOp &op : getElementwiseOps())
      if (op.isRepresentative && op.numOperands == 1)
        function(op);
  };
  forEach([&](const ElementwiseOp &op) {
    source += llvm::formatv(
        "func.func @{0}(%m: memref<?xf32>) {{\n"
        "  %0 = bufferization.to_tensor %m restrict writable\n"
        "      : memref<?xf32> to tensor<?xf32>\n"
        "  %y = {1}\n"
        "  bufferization.materialize_in_destination %y in restrict writable "
        "%m\n"
        "      : (tensor<?xf32>, memref<?xf32>) -> ()\n  return\n}\n",
        op.name, op.getAssembly("tensor<?xf32>"));
  });
  std::unique_ptr<Program> program = Program::compile(source);
  ASSERT_TRUE(program);
  std::vector<float> x = getNormalValues<float>(ElementType::f32, 1003, 1);
  forEach([&](const ElementwiseOp &op) {
    std::vector<NpyArray> arguments =
        makeArguments(makeArray<float>(ElementType::f32, x));
    program->call(op.name, arguments);
    std::vector<float> expected(x.size());
    const float *operands[] = {x.data()};
    op.floatLoop(operands, expected.data(), x.size());
    EXPECT_EQ(
        getValues<float>(ElementType::f32, arguments[0].getData(), x.size()),
        expected)
        << op.assembly;
  });
}

/// What is returned may be an argument, a constant, or the same value twice.
TEST(Buffers, ResultsAreOwned) {
  std::unique_ptr<Program> program = Program::compile(R"mlir(
    func.func @results(%x: tensor<?xf32>)
        -> (tensor<?xf32>, tensor<2xf32>, tensor<?xf32>, tensor<?xf32>,
            tensor<?xf32>, tensor<?xf32>) {
      %constant = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
      %identity = quant_bnn.identity %x : tensor<?xf32>
      %sign = quant_bnn.sign %x : tensor<?xf32>
      %dx = quant_bnn.sign_grad %x, %sign : tensor<?xf32>
      return %x, %constant, %identity, %sign, %sign, %dx
          : tensor<?xf32>, tensor<2xf32>, tensor<?xf32>, tensor<?xf32>,
            tensor<?xf32>, tensor<?xf32>
    })mlir");
  ASSERT_TRUE(program);
  std::vector<float> x = {-2, 0, 3}, sign = {-1, 1, 1};
  std::vector<NpyArray> arguments =
      makeArguments(makeArray<float>(ElementType::f32, x));
  // The call checks that no two share memory.
  CallResults results = program->call("results", arguments);
  const std::vector<float> expected[] = {x, {1, -1}, x, sign, sign, sign};
  for (auto [view, values] : llvm::zip_equal(results.getViews(), expected))
    EXPECT_EQ(getValues<float>(ElementType::f32, view), values);
}

} // namespace
