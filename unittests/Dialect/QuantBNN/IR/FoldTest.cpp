//===- FoldTest.cpp - Folds against the reference -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseCheck.h"
#include "PactData.h"
#include "ReductionData.h"

#include "Reference/Reference.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/Support/FormatVariadic.h"

using namespace quant_bnn;
using namespace quant_bnn::reference;
using namespace quant_bnn::unittests;

namespace {

const Shape vectorShape = {"vector", "", 1};

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

mlir::TypedAttr makeConstant(mlir::Type type, const NpyArray &array) {
  if (auto shaped = mlir::dyn_cast<mlir::ShapedType>(type))
    return mlir::DenseElementsAttr::getFromRawBuffer(shaped, array.getBytes());
  return mlir::DenseElementsAttr::getFromRawBuffer(
             mlir::RankedTensorType::get({}, type), array.getBytes())
      .getSplatValue<mlir::FloatAttr>();
}

template <typename T>
std::vector<T> getElements(ElementType type, mlir::Attribute constant) {
  if (auto scalar = mlir::dyn_cast<mlir::FloatAttr>(constant))
    return {static_cast<T>(scalar.getValueAsDouble())};
  auto dense = mlir::cast<mlir::DenseElementsAttr>(constant);
  bool isSplat = dense.isSplat() && !dense.empty();
  std::vector<T> elements =
      getValues<T>(type, dense.getRawData().data(), isSplat ? 1 : dense.size());
  if (isSplat)
    elements.assign(dense.size(), elements.front());
  return elements;
}

/// Canonicalizes the function of `source` with the constants `arguments`.
/// Returns its results, which must be constants.
template <typename T>
std::vector<std::vector<T>> fold(ElementType type, const std::string &source,
                                 llvm::ArrayRef<NpyArray> arguments) {
  mlir::DialectRegistry registry;
  registry.insert<mlir::func::FuncDialect, QuantBNNDialect>();
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  auto module = mlir::parseSourceString<mlir::ModuleOp>(source, &context);
  if (!module)
    return {};
  auto function = *module->getOps<mlir::func::FuncOp>().begin();
  mlir::OpBuilder builder(function.getBody());
  for (auto [argument, array] :
       llvm::zip_equal(function.getArguments(), arguments))
    argument.replaceAllUsesWith(mlir::arith::ConstantOp::create(
        builder, function.getLoc(), makeConstant(argument.getType(), array)));
  mlir::PassManager manager(&context);
  manager.addPass(mlir::createCanonicalizerPass());
  if (mlir::failed(manager.run(*module)))
    return {};

  std::vector<std::vector<T>> results;
  for (mlir::Value value :
       function.getBody().front().getTerminator()->getOperands()) {
    mlir::Attribute constant;
    if (!mlir::matchPattern(value, mlir::m_Constant(&constant)))
      return {};
    results.push_back(getElements<T>(type, constant));
  }
  return results;
}

/// Compares with results that are not rounded to `type` yet.
template <typename T>
void expectEqual(ElementType type, const std::vector<T> &actual,
                 const std::vector<T> &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i != actual.size(); ++i)
    ASSERT_TRUE(equal(actual[i], roundTo<T>(type, expected[i])))
        << "element " << i << ": got " << actual[i] << ", expected "
        << expected[i];
}

std::string getTensorType(ElementType type, size_t size) {
  return llvm::formatv("tensor<{0}x{1}>", size, getName(type));
}

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

template <typename T>
void checkElementwise(const ElementwiseOp &op, ElementType type,
                      const Operands<T> &operands) {
  std::string tensor = getTensorType(type, operands.values.front().size());
  std::string source = "func.func @f(%0: " + tensor;
  if (op.numOperands == 2)
    source += ", %1: " + tensor;
  source += ") -> " + tensor + " {\n  %y = " + op.getAssembly(tensor) +
            "\n  return %y : " + tensor + "\n}\n";
  auto results = fold<T>(type, source, operands.arrays);
  ASSERT_EQ(results.size(), 1u) << op.name << " does not fold";
  expectAgreement(op, type, operands, results[0]);
}

template <typename T>
void checkAllElementwise(ElementType type) {
  CommonOperands<T> common(type);
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!op.isLegal(type))
      continue;
    for (const Operands<T> &operands :
         op.numOperands == 1 ? common.one : common.two)
      checkElementwise(op, type, operands);
    if (std::optional<Operands<T>> operands = getDirectedOperands<T>(op, type))
      checkElementwise(op, type, *operands);
  }
}

TEST(Fold, ElementwiseF16) { checkAllElementwise<float>(ElementType::f16); }
TEST(Fold, ElementwiseBF16) { checkAllElementwise<float>(ElementType::bf16); }
TEST(Fold, ElementwiseF32) { checkAllElementwise<float>(ElementType::f32); }
TEST(Fold, ElementwiseF64) { checkAllElementwise<double>(ElementType::f64); }

//===----------------------------------------------------------------------===//
// Quantizers to a range
//===----------------------------------------------------------------------===//

const char *const functionOfTensor = R"mlir(
  func.func @f(%x: {0}) -> ({0}, {0}, {1}, {0}, {1}) {{
    %y = quant_bnn.weight_dorefa %x bits = {2} : {0}
    %q, %s = quant_bnn.min_max %x bits = {2} : {0}
    %u, %t = quant_bnn.min_max %x bits = {2} unrounded : {0}
    return %y, %q, %s, %u, %t : {0}, {0}, {1}, {0}, {1}
  }
)mlir";

template <typename T>
void checkRangeOfTensor(ElementType type, const std::vector<T> &x,
                        int64_t bits) {
  std::string source = llvm::formatv(
      functionOfTensor, getTensorType(type, x.size()), getName(type), bits);
  auto results = fold<T>(type, source, makeArguments(makeArray<T>(type, x)));
  ASSERT_EQ(results.size(), 5u) << "no fold of " << x.size() << " elements";
  std::vector<T> expected(x.size());
  weightDoReFa(x.data(), expected.data(), x.size(), bits);
  expectEqual(type, results[0], expected);
  for (bool unrounded : {false, true}) {
    T s = minMax(x.data(), expected.data(), x.size(), bits, unrounded,
                 getLargest(type));
    expectEqual(type, results[unrounded ? 3 : 1], expected);
    expectEqual(type, results[unrounded ? 4 : 2], {s});
  }
}

template <typename T>
void checkPact(ElementType type, T alpha, const PactAttributes &attributes) {
  std::vector<T> x = getPactValues(type, alpha);
  std::string source = llvm::formatv(
      R"mlir(
        func.func @f(%x: {0}, %alpha: {1}) -> ({0}, {1}) {{
          %q, %s = quant_bnn.pact %x, %alpha {2} : {0}
          return %q, %s : {0}, {1}
        }
      )mlir",
      getTensorType(type, x.size()), getName(type), getText(attributes, false));
  auto results =
      fold<T>(type, source,
              makeArguments(makeArray<T>(type, x), makeScalar<T>(type, alpha)));
  ASSERT_EQ(results.size(), 2u) << "no fold with alpha = " << alpha;
  std::vector<T> expected(x.size());
  std::transform(x.begin(), x.end(), expected.begin(),
                 [&](T x) { return pact(x, alpha, attributes); });
  expectEqual(type, results[0], expected);
  expectEqual(type, results[1], {pactScale(alpha, attributes)});
}

template <typename T>
void checkRanges(ElementType type) {
  for (const std::vector<T> &x : getReductionData<T>(type, vectorShape))
    for (int64_t bits : {int64_t(2), int64_t(3), getMaxBits(type)})
      checkRangeOfTensor(type, x, bits);
  for (const PactAttributes &attributes : getPactAttributes(type))
    for (T alpha : getAlphas<T>(type))
      checkPact(type, alpha, attributes);
}

TEST(Fold, RangeF16) { checkRanges<float>(ElementType::f16); }
TEST(Fold, RangeBF16) { checkRanges<float>(ElementType::bf16); }
TEST(Fold, RangeF32) { checkRanges<float>(ElementType::f32); }
TEST(Fold, RangeF64) { checkRanges<double>(ElementType::f64); }

} // namespace
