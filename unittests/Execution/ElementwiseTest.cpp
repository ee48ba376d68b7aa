//===- ElementwiseTest.cpp - Elementwise ops, bit by bit ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementwiseCheck.h"

#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

/// A function on one-dimensional tensors for each op that `type` has.
std::string getSource(ElementType type) {
  std::string source, tensor = "tensor<?x" + getName(type).str() + ">";
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!op.isLegal(type))
      continue;
    source += "func.func @" + op.name + "(%0: " + tensor;
    if (op.numOperands == 2)
      source += ", %1: " + tensor;
    source += ") -> " + tensor + " {\n  %y = " + op.getAssembly(tensor) +
              "\n  return %y : " + tensor + "\n}\n";
  }
  return source;
}

/// The values of %0 at which the op is checked, beside those of its type.
template <typename T>
std::vector<T> getDirectedValues(const ElementwiseOp &op, ElementType type) {
  std::vector<T> values = getSpecialValues<T>(type);
  auto append = [&](const std::vector<T> &more) {
    values.insert(values.end(), more.begin(), more.end());
  };
  append(getNeighbourhoods<T>(type, op.breakpoints));
  return values;
}

template <typename T>
std::vector<T> getRandomValues(ElementType type, unsigned seed) {
  std::vector<T> values = getNormalValues<T>(type, 10000, seed);
  std::vector<T> patterns = getRandomPatterns<T>(type, 10000, seed);
  values.insert(values.end(), patterns.begin(), patterns.end());
  return values;
}

/// Pairs each of `first` with each of `second`.
template <typename T>
std::pair<std::vector<T>, std::vector<T>>
getProduct(const std::vector<T> &first, const std::vector<T> &second) {
  std::pair<std::vector<T>, std::vector<T>> product;
  for (T y : second)
    for (T x : first) {
      product.first.push_back(x);
      product.second.push_back(y);
    }
  return product;
}

/// What every op of one or of two operands is called with.
template <typename T>
struct CommonOperands {
  std::vector<Operands<T>> one, two;

  explicit CommonOperands(ElementType type) {
    std::vector<T> cotangents = getCotangents<T>(type);
    if constexpr (std::is_same_v<T, float>) {
      if (isNarrow(type)) {
        std::vector<float> all = getAllValues(type);
        two.emplace_back(type, getProduct(all, cotangents));
        one.emplace_back(type, std::move(all));
        one.back().arrays = makeArguments(makeAllPatterns(type));
        return;
      }
    }
    one.emplace_back(type, getRandomValues<T>(type, 1));
    two.emplace_back(type, getProduct(getRandomValues<T>(type, 1), cotangents));
    two.emplace_back(type, std::pair(getRandomValues<T>(type, 2),
                                     getRandomValues<T>(type, 3)));
  }
};

/// What `op` in particular is called with.
template <typename T>
std::optional<Operands<T>> getDirectedOperands(const ElementwiseOp &op,
                                               ElementType type) {
  if constexpr (std::is_same_v<T, float>) {
    if (isNarrow(type)) {
      if (op.numOperands == 1 || op.breakpoints.empty())
        return std::nullopt;
      auto [g, x] = getProduct(getAllValues(type),
                               getNeighbourhoods<float>(type, op.breakpoints));
      return Operands<T>(type, std::pair(std::move(x), std::move(g)));
    }
  }
  std::vector<T> directed = getDirectedValues<T>(op, type);
  if (op.numOperands == 1)
    return Operands<T>(type, std::move(directed));
  std::vector<T> second = getSpecialValues<T>(type);
  std::vector<T> cotangents = getCotangents<T>(type);
  second.insert(second.end(), cotangents.begin(), cotangents.end());
  return Operands<T>(type, getProduct(directed, second));
}

template <typename T>
void checkAll(ElementType type) {
  std::unique_ptr<Program> program = Program::compile(getSource(type));
  ASSERT_TRUE(program);
  CommonOperands<T> common(type);
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!op.isLegal(type))
      continue;
    for (Operands<T> &operands : op.numOperands == 1 ? common.one : common.two)
      checkElementwise(*program, op.name, op, type, operands);
    if (std::optional<Operands<T>> operands = getDirectedOperands<T>(op, type))
      checkElementwise(*program, op.name, op, type, *operands);
  }
}

TEST(Elementwise, F16) { checkAll<float>(ElementType::f16); }
TEST(Elementwise, BF16) { checkAll<float>(ElementType::bf16); }
TEST(Elementwise, F32) { checkAll<float>(ElementType::f32); }
TEST(Elementwise, F64) { checkAll<double>(ElementType::f64); }

} // namespace
