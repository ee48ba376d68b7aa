//===- TranspositionTest.cpp - Ops on operands that lie differently -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReductionData.h"

#include "gtest/gtest.h"

using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

const char *const functions = R"mlir(
  func.func @transpose(%x: $T) -> $T {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %m = tensor.dim %x, %c0 : $T
    %n = tensor.dim %x, %c1 : $T
    %e = tensor.empty(%n, %m) : $T
    %y = linalg.transpose ins(%x : $T) outs(%e : $T) permutation = [1, 0]
    return %y : $T
  }

  // To the layout of y, with operands that lie along either loop alone.
  func.func @add(%x: $T, %y: $T, %row: tensor<?x$E>, %column: tensor<?x$E>) -> $T {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %m = tensor.dim %x, %c0 : $T
    %n = tensor.dim %x, %c1 : $T
    %e = tensor.empty(%n, %m) : $T
    %z = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>,
                                          affine_map<(i, j) -> (j)>, affine_map<(i, j) -> (i, j)>],
                         iterator_types = ["parallel", "parallel"]}
        ins(%x, %y, %row, %column : $T, $T, tensor<?x$E>, tensor<?x$E>) outs(%e : $T) {
    ^bb0(%a: $E, %b: $E, %r: $E, %c: $E, %o: $E):
      %0 = arith.addf %a, %b : $E
      %1 = arith.addf %r, %c : $E
      %2 = arith.addf %0, %1 : $E
      linalg.yield %2 : $E
    } -> $T
    return %z : $T
  }

  func.func @filter(%x: tensor<20x17x3x5x$E>) -> tensor<3x5x17x20x$E> {
    %e = tensor.empty() : tensor<3x5x17x20x$E>
    %y = linalg.transpose ins(%x : tensor<20x17x3x5x$E>) outs(%e : tensor<3x5x17x20x$E>) permutation = [2, 3, 1, 0]
    return %y : tensor<3x5x17x20x$E>
  }

  func.func @image(%x: tensor<3x6x7x32x$E>) -> tensor<3x32x6x7x$E> {
    %e = tensor.empty() : tensor<3x32x6x7x$E>
    %y = linalg.transpose ins(%x : tensor<3x6x7x32x$E>) outs(%e : tensor<3x32x6x7x$E>) permutation = [0, 3, 1, 2]
    return %y : tensor<3x32x6x7x$E>
  }
)mlir";

/// Numbers whose sums of four are exact in all types.
template <typename T>
std::vector<T> getIntegers(int64_t size, int64_t first) {
  std::vector<T> values(size);
  for (int64_t i = 0; i < size; ++i)
    values[i] = T((first + i) % 61);
  return values;
}

class TranspositionTest : public testing::TestWithParam<ElementType> {
protected:
  template <typename T>
  void check(const ProgramOptions &options);
};

template <typename T>
void TranspositionTest::check(const ProgramOptions &options) {
  ElementType type = GetParam();
  std::unique_ptr<Program> program = Program::compile(
      instantiate(functions, type, {"matrix", "?x?x", 2}), options);
  ASSERT_TRUE(program);
  auto call = [&](const char *name, std::vector<NpyArray> arguments) {
    CallResults results = program->call(name, arguments);
    return getValues<T>(type, results.getViews()[0]);
  };
  for (int64_t m : {0, 1, 8, 15, 16, 17, 40})
    for (int64_t n : {0, 1, 3, 16, 33, 64}) {
      std::vector<T> x = getIntegers<T>(m * n, 1), y = getIntegers<T>(m * n, 7),
                     row = getIntegers<T>(n, 11),
                     column = getIntegers<T>(m, 13);
      std::vector<T> transposed =
          call("transpose", makeArguments(makeArray<T>(type, {m, n}, x)));
      std::vector<T> sum =
          call("add", makeArguments(makeArray<T>(type, {m, n}, x),
                                    makeArray<T>(type, {n, m}, y),
                                    makeArray<T>(type, {n}, row),
                                    makeArray<T>(type, {m}, column)));
      for (int64_t i = 0; i < n * m; ++i) {
        T expected = x[i % m * n + i / m];
        ASSERT_EQ(transposed[i], expected) << m << " x " << n << " at " << i;
        ASSERT_EQ(sum[i], expected + y[i] + row[i / m] + column[i % m])
            << m << " x " << n << " at " << i;
      }
    }

  auto checkMove = [&](const char *name, std::vector<int64_t> shape,
                       int64_t size,
                       llvm::function_ref<int64_t(int64_t)> getSource) {
    std::vector<T> x = getIntegers<T>(size, 0);
    std::vector<T> y = call(name, makeArguments(makeArray<T>(type, shape, x)));
    for (int64_t i = 0; i < size; ++i)
      ASSERT_EQ(y[i], x[getSource(i)]) << name << " at " << i;
  };
  checkMove("filter", {20, 17, 3, 5}, 20 * 17 * 15, [](int64_t i) {
    int64_t output = i % 20, input = i / 20 % 17, tap = i / (20 * 17);
    return (output * 17 + input) * 15 + tap;
  });
  checkMove("image", {3, 6, 7, 32}, 3 * 42 * 32, [](int64_t i) {
    int64_t pixel = i % 42, channel = i / 42 % 32, number = i / (42 * 32);
    return (number * 42 + pixel) * 32 + channel;
  });
}

TEST_P(TranspositionTest, EqualsLoops) {
  for (unsigned width : {512, 256, 128}) {
    ProgramOptions options;
    options.vectorWidth = width;
    options.parallel = width == 256;
    if (isDouble(GetParam()))
      check<double>(options);
    else
      check<float>(options);
  }
}

INSTANTIATE_TEST_SUITE_P(Types, TranspositionTest,
                         testing::Values(ElementType::f32, ElementType::f64,
                                         ElementType::f16, ElementType::bf16),
                         [](const auto &info) {
                           return getName(info.param).str();
                         });

} // namespace
