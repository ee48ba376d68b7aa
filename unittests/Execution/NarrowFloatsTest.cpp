//===- NarrowFloatsTest.cpp - Where f16 and bf16 are rounded --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "ElementTypes.h"
#include "llvm/ADT/APFloat.h"
#include "gtest/gtest.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <regex>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

constexpr ElementType narrowTypes[] = {ElementType::f16, ElementType::bf16};

/// `source` with $T for the type.
std::unique_ptr<Program> compileFor(ElementType type, const char *source) {
  return Program::compile(
      std::regex_replace(source, std::regex("\\$T"), getName(type).str()));
}

//===----------------------------------------------------------------------===//
// Arithmetic rounds each op
//===----------------------------------------------------------------------===//

const char *const chainOnTensors = R"mlir(
  func.func @fused(%x: tensor<?x$T>, %y: tensor<?x$T>, %z: tensor<?x$T>)
      -> tensor<?x$T> {
    %0 = arith.addf %x, %y : tensor<?x$T>
    %1 = arith.mulf %0, %z : tensor<?x$T>
    %2 = arith.subf %1, %y : tensor<?x$T>
    %3 = arith.divf %2, %x : tensor<?x$T>
    return %3 : tensor<?x$T>
  }
  func.func @converted(%x: tensor<?x$T>, %y: tensor<?x$T>, %z: tensor<?x$T>)
      -> tensor<?x$T> {
    %xw = arith.extf %x : tensor<?x$T> to tensor<?xf32>
    %yw = arith.extf %y : tensor<?x$T> to tensor<?xf32>
    %zw = arith.extf %z : tensor<?x$T> to tensor<?xf32>
    %sum = arith.addf %xw, %yw : tensor<?xf32>
    %0 = arith.truncf %sum : tensor<?xf32> to tensor<?x$T>
    %1 = arith.extf %0 : tensor<?x$T> to tensor<?xf32>
    %product = arith.mulf %1, %zw : tensor<?xf32>
    %2 = arith.truncf %product : tensor<?xf32> to tensor<?x$T>
    %3 = arith.subf %2, %y : tensor<?x$T>
    %4 = arith.divf %3, %x : tensor<?x$T>
    return %4 : tensor<?x$T>
  }
)mlir";

const char *const chainInLoops = R"mlir(
  func.func @scalars(%x: tensor<?x$T>, %y: tensor<?x$T>, %z: tensor<?x$T>)
      -> tensor<?x$T> {
    %zero = arith.constant 0 : index
    %one = arith.constant 1 : index
    %n = tensor.dim %x, %zero : tensor<?x$T>
    %empty = tensor.empty(%n) : tensor<?x$T>
    %r = scf.for %i = %zero to %n step %one iter_args(%out = %empty)
        -> tensor<?x$T> {
      %a = tensor.extract %x[%i] : tensor<?x$T>
      %b = tensor.extract %y[%i] : tensor<?x$T>
      %c = tensor.extract %z[%i] : tensor<?x$T>
      %0 = arith.addf %a, %b : $T
      %1 = arith.mulf %0, %c : $T
      %2 = arith.subf %1, %b : $T
      %3 = arith.divf %2, %a : $T
      %next = tensor.insert %3 into %out[%i] : tensor<?x$T>
      scf.yield %next : tensor<?x$T>
    }
    return %r : tensor<?x$T>
  }
  func.func @vectors(%x: tensor<?x$T>, %y: tensor<?x$T>, %z: tensor<?x$T>)
      -> tensor<?x$T> {
    %zero = arith.constant 0 : index
    %sixteen = arith.constant 16 : index
    %pad = arith.constant 0.0 : $T
    %n = tensor.dim %x, %zero : tensor<?x$T>
    %empty = tensor.empty(%n) : tensor<?x$T>
    %r = scf.for %i = %zero to %n step %sixteen iter_args(%out = %empty)
        -> tensor<?x$T> {
      %a = vector.transfer_read %x[%i], %pad : tensor<?x$T>, vector<16x$T>
      %b = vector.transfer_read %y[%i], %pad : tensor<?x$T>, vector<16x$T>
      %c = vector.transfer_read %z[%i], %pad : tensor<?x$T>, vector<16x$T>
      %0 = arith.addf %a, %b : vector<16x$T>
      %1 = arith.mulf %0, %c : vector<16x$T>
      %2 = arith.subf %1, %b : vector<16x$T>
      %3 = arith.divf %2, %a : vector<16x$T>
      %next = vector.transfer_write %3, %out[%i]
          : vector<16x$T>, tensor<?x$T>
      scf.yield %next : tensor<?x$T>
    }
    return %r : tensor<?x$T>
  }
)mlir";

/// The quotient of the chain, rounded at each step.
float computeChain(ElementType type, float x, float y, float z) {
  auto round = [&](float value) { return roundTo(type, value); };
  return round(round(round(round(x + y) * z) - y) / x);
}

void checkChain(ElementType type, const char *source,
                std::initializer_list<const char *> names) {
  std::unique_ptr<Program> program = compileFor(type, source);
  ASSERT_TRUE(program);
  constexpr size_t size = 5003;
  auto build = [&](unsigned seed) {
    std::vector<float> values = getNormalValues<float>(type, size, seed);
    std::vector<float> patterns =
        getRandomPatterns<float>(type, size, seed + 10);
    values.insert(values.end(), patterns.begin(), patterns.end());
    return values;
  };
  std::vector<float> x = build(1), y = build(2), z = build(3);
  for (const char *name : names) {
    std::vector<NpyArray> arguments = makeArguments(
        makeArray(type, x), makeArray(type, y), makeArray(type, z));
    CallResults results = program->call(name, arguments);
    std::vector<float> actual = getValues<float>(type, results.getViews()[0]);
    ASSERT_EQ(actual.size(), x.size());
    for (size_t i = 0; i != x.size(); ++i) {
      float expected = computeChain(type, x[i], y[i], z[i]);
      ASSERT_TRUE(actual[i] == expected ||
                  (std::isnan(actual[i]) && std::isnan(expected)))
          << std::hexfloat << name << " of " << getName(type).str() << " at "
          << x[i] << ", " << y[i] << ", " << z[i] << ": got " << actual[i]
          << ", expected " << expected;
    }
  }
}

TEST(NarrowFloats, TensorsRoundEachOp) {
  for (ElementType type : narrowTypes)
    checkChain(type, chainOnTensors, {"fused", "converted"});
}

TEST(NarrowFloats, LoopsRoundEachOp) {
  if (runsOnCUDA())
    GTEST_SKIP() << "loops on the host do not read what is on a GPU";
  for (ElementType type : narrowTypes)
    checkChain(type, chainInLoops, {"scalars", "vectors"});
}

//===----------------------------------------------------------------------===//
// Conversions round once
//===----------------------------------------------------------------------===//

const char *const conversions = R"mlir(
  func.func @f64_to_bf16(%x: tensor<?xf64>) -> tensor<?xbf16> {
    %y = arith.truncf %x : tensor<?xf64> to tensor<?xbf16>
    return %y : tensor<?xbf16>
  }
  func.func @i64_to_bf16(%x: tensor<?xi64>) -> tensor<?xbf16> {
    %y = arith.sitofp %x : tensor<?xi64> to tensor<?xbf16>
    return %y : tensor<?xbf16>
  }
  func.func @i32_to_bf16(%x: tensor<?xi32>) -> tensor<?xbf16> {
    %y = arith.sitofp %x : tensor<?xi32> to tensor<?xbf16>
    return %y : tensor<?xbf16>
  }
  func.func @u64_to_bf16(%x: tensor<?xi64>) -> tensor<?xbf16> {
    %y = arith.uitofp %x : tensor<?xi64> to tensor<?xbf16>
    return %y : tensor<?xbf16>
  }
  func.func @u32_to_bf16(%x: tensor<?xi32>) -> tensor<?xbf16> {
    %y = arith.uitofp %x : tensor<?xi32> to tensor<?xbf16>
    return %y : tensor<?xbf16>
  }
)mlir";

/// Between every two neighbours of bf16: halfway and a little off, by so little
/// that f32 does not tell.
TEST(NarrowFloats, F64ToBF16) {
  std::unique_ptr<Program> program = Program::compile(conversions);
  ASSERT_TRUE(program);
  std::vector<double> x = {0,        -0.0, 1e300,    -1e300,   1e-300,
                           INFINITY, NAN,  0x1p-133, 0x1p-134, 0x1.0000001p-134,
                           0x1p-150};
  for (uint32_t bits = 0; bits < 0x7f80; bits += 7) {
    double low = llvm::bit_cast<float>(bits << 16);
    double high = llvm::bit_cast<float>(std::min(bits + 1, 0x7f7fu) << 16);
    double middle = (low + high) / 2;
    for (double value : {low, middle, std::nextafter(middle, 0.0),
                         std::nextafter(middle, INFINITY)})
      x.insert(x.end(), {value, -value});
  }
  std::vector<NpyArray> arguments =
      makeArguments(makeArray<double>(ElementType::f64, x));
  CallResults results = program->call("f64_to_bf16", arguments);
  std::vector<float> actual =
      getValues<float>(ElementType::bf16, results.getViews()[0]);
  for (size_t i = 0; i != x.size(); ++i) {
    float rounded = float(roundTo<double>(ElementType::bf16, x[i]));
    ASSERT_TRUE(actual[i] == rounded ||
                (std::isnan(actual[i]) && std::isnan(rounded)))
        << std::hexfloat << x[i] << ": got " << actual[i] << ", expected "
        << rounded;
  }
}

template <typename Integer>
void checkIntegers(const Program &program, StringRef name) {
  std::vector<Integer> x = {0, 1, Integer(-1),
                            std::numeric_limits<Integer>::min(),
                            std::numeric_limits<Integer>::max()};
  constexpr bool isSigned = std::is_signed_v<Integer>;
  for (int exponent = 8; exponent < std::numeric_limits<Integer>::digits;
       ++exponent)
    for (int64_t digits = 0x81; digits < 0x100; digits += 2) {
      // Halfway between two of bf16.
      auto middle = Integer(__int128(digits * 2 + 1) << (exponent - 8) >> 1);
      for (int64_t offset : {-1, 0, 1})
        x.insert(x.end(), {Integer(middle + offset), Integer(offset - middle)});
    }
  NpyArray array = llvm::cantFail(NpyArray::allocate(
      {isSigned ? 'i' : 'u', sizeof(Integer)}, {int64_t(x.size())}));
  std::memcpy(array.getData(), x.data(), x.size() * sizeof(Integer));
  std::vector<NpyArray> arguments = makeArguments(std::move(array));
  CallResults results = program.call(name, arguments);
  std::vector<float> actual =
      getValues<float>(ElementType::bf16, results.getViews()[0]);
  for (size_t i = 0; i != x.size(); ++i) {
    llvm::APFloat exact(llvm::APFloat::BFloat());
    exact.convertFromAPInt(llvm::APInt(64, x[i], isSigned), isSigned,
                           llvm::APFloat::rmNearestTiesToEven);
    ASSERT_EQ(actual[i], exact.convertToFloat())
        << name.str() << " of " << x[i];
  }
}

TEST(NarrowFloats, IntegersToBF16) {
  std::unique_ptr<Program> program = Program::compile(conversions);
  ASSERT_TRUE(program);
  checkIntegers<int32_t>(*program, "i32_to_bf16");
  checkIntegers<int64_t>(*program, "i64_to_bf16");
  checkIntegers<uint32_t>(*program, "u32_to_bf16");
  checkIntegers<uint64_t>(*program, "u64_to_bf16");
}

//===----------------------------------------------------------------------===//
// Sums round once
//===----------------------------------------------------------------------===//

const char *const sums = R"mlir(
  func.func @rows(%x: tensor<?x?x$T>) -> tensor<?x$T> {
    %zero = arith.constant 0.0 : $T
    %i0 = arith.constant 0 : index
    %n = tensor.dim %x, %i0 : tensor<?x?x$T>
    %empty = tensor.empty(%n) : tensor<?x$T>
    %init = linalg.fill ins(%zero : $T) outs(%empty : tensor<?x$T>)
        -> tensor<?x$T>
    %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?x$T>)
        outs(%init : tensor<?x$T>) dimensions = [1]
    return %sum : tensor<?x$T>
  }
  func.func @columns(%x: tensor<?x?x$T>) -> tensor<?x$T> {
    %zero = arith.constant 0.0 : $T
    %i1 = arith.constant 1 : index
    %n = tensor.dim %x, %i1 : tensor<?x?x$T>
    %empty = tensor.empty(%n) : tensor<?x$T>
    %init = linalg.fill ins(%zero : $T) outs(%empty : tensor<?x$T>)
        -> tensor<?x$T>
    %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?x$T>)
        outs(%init : tensor<?x$T>) dimensions = [0]
    return %sum : tensor<?x$T>
  }
  func.func @all(%x: tensor<?x?x$T>) -> tensor<$T> {
    %init = arith.constant dense<0.0> : tensor<$T>
    %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?x$T>)
        outs(%init : tensor<$T>) dimensions = [0, 1]
    return %sum : tensor<$T>
  }
  // Of squares, which are not rounded, on top of an argument, and scaled.
  func.func @squares(%x: tensor<?x?x$T>, %init: tensor<?x$T>) -> tensor<?x$T> {
    %half = arith.constant 0.5 : $T
    %sum = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
        iterator_types = ["reduction", "parallel"]}
        ins(%x : tensor<?x?x$T>) outs(%init : tensor<?x$T>) {
    ^bb0(%a: $T, %acc: $T):
      %0 = arith.mulf %a, %a : $T
      %1 = arith.addf %0, %acc : $T
      linalg.yield %1 : $T
    } -> tensor<?x$T>
    %scaled = linalg.generic {
        indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>],
        iterator_types = ["parallel"]}
        ins(%sum : tensor<?x$T>) outs(%init : tensor<?x$T>) {
    ^bb0(%a: $T, %o: $T):
      %0 = arith.mulf %a, %half : $T
      linalg.yield %0 : $T
    } -> tensor<?x$T>
    return %scaled : tensor<?x$T>
  }
  // Of those above 3.
  func.func @selected(%x: tensor<?x?x$T>, %init: tensor<?x$T>) -> tensor<?x$T> {
    %three = arith.constant 3.0 : $T
    %sum = linalg.generic {
        indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (j)>],
        iterator_types = ["reduction", "parallel"]}
        ins(%x : tensor<?x?x$T>) outs(%init : tensor<?x$T>) {
    ^bb0(%a: $T, %acc: $T):
      %0 = arith.cmpf ogt, %a, %three : $T
      %1 = arith.subf %acc, %a : $T
      %2 = arith.select %0, %1, %acc : $T
      linalg.yield %2 : $T
    } -> tensor<?x$T>
    return %sum : tensor<?x$T>
  }
  func.func @middle(%x: tensor<?x?x?x$T>, %init: tensor<?x?x$T>)
      -> tensor<?x?x$T> {
    %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?x?x$T>)
        outs(%init : tensor<?x?x$T>) dimensions = [1]
    return %sum : tensor<?x?x$T>
  }
  func.func @outer(%x: tensor<?x?x?x$T>, %init: tensor<?x$T>) -> tensor<?x$T> {
    %sum = linalg.reduce { arith.addf } ins(%x : tensor<?x?x?x$T>)
        outs(%init : tensor<?x$T>) dimensions = [0, 2]
    return %sum : tensor<?x$T>
  }
  func.func @matmul(%a: tensor<?x?x$T>, %b: tensor<?x?x$T>, %c: tensor<?x?x$T>)
      -> tensor<?x?x$T> {
    %sum = linalg.matmul ins(%a, %b : tensor<?x?x$T>, tensor<?x?x$T>)
        outs(%c : tensor<?x?x$T>) -> tensor<?x?x$T>
    return %sum : tensor<?x?x$T>
  }
  func.func @pool(%x: tensor<1x30x30x3x$T>) -> tensor<1x1x1x3x$T> {
    %zero = arith.constant dense<0.0> : tensor<1x1x1x3x$T>
    %window = tensor.empty() : tensor<30x30x$T>
    %sum = linalg.pooling_nhwc_sum
        ins(%x, %window : tensor<1x30x30x3x$T>, tensor<30x30x$T>)
        outs(%zero : tensor<1x1x1x3x$T>) -> tensor<1x1x1x3x$T>
    return %sum : tensor<1x1x1x3x$T>
  }
  func.func @conv(%x: tensor<1x30x30x3x$T>, %f: tensor<29x30x3x2x$T>)
      -> tensor<1x2x1x2x$T> {
    %zero = arith.constant dense<0.0> : tensor<1x2x1x2x$T>
    %sum = linalg.conv_2d_nhwc_hwcf
        ins(%x, %f : tensor<1x30x30x3x$T>, tensor<29x30x3x2x$T>)
        outs(%zero : tensor<1x2x1x2x$T>) -> tensor<1x2x1x2x$T>
    return %sum : tensor<1x2x1x2x$T>
  }
)mlir";

/// Terms whose sums are exact in f32, in any order, and not in narrower types.
std::vector<float> buildTerms(size_t size) {
  std::vector<float> terms(size);
  for (size_t i = 0; i != size; ++i)
    terms[i] = (i * i + 3 * i) % 7;
  return terms;
}

class Sums : public testing::TestWithParam<ElementType> {
protected:
  /// Calls the function on terms of these shapes and compares result 0 with
  /// `compute` of the values, rounded.
  void check(const char *name, std::vector<std::vector<int64_t>> shapes,
             llvm::function_ref<
                 std::vector<double>(llvm::ArrayRef<std::vector<float>>)>
                 compute) {
    if (!program)
      program = compileFor(GetParam(), sums);
    ASSERT_TRUE(program);
    std::vector<std::vector<float>> values;
    std::vector<NpyArray> arguments;
    for (const std::vector<int64_t> &shape : shapes) {
      size_t size = 1;
      for (int64_t extent : shape)
        size *= extent;
      values.push_back(buildTerms(size));
      arguments.push_back(makeArray<float>(GetParam(), shape, values.back()));
    }
    CallResults results = program->call(name, arguments);
    std::vector<float> actual =
        getValues<float>(GetParam(), results.getViews()[0]);
    std::vector<double> expected = compute(values);
    ASSERT_EQ(actual.size(), expected.size()) << name;
    for (size_t i = 0; i != actual.size(); ++i)
      ASSERT_EQ(actual[i], roundTo<float>(GetParam(), float(expected[i])))
          << name << ", element " << i;
  }

  std::unique_ptr<Program> program;
};

using Values = llvm::ArrayRef<std::vector<float>>;

TEST_P(Sums, OfOneOperand) {
  for (auto [m, n] : {std::pair<int64_t, int64_t>{5, 2003}, {1501, 7}}) {
    int64_t rows = m, columns = n;
    check("rows", {{m, n}}, [&](Values v) {
      std::vector<double> sum(rows);
      for (int64_t i = 0; i != rows * columns; ++i)
        sum[i / columns] += v[0][i];
      return sum;
    });
    check("columns", {{m, n}}, [&](Values v) {
      std::vector<double> sum(columns);
      for (int64_t i = 0; i != rows * columns; ++i)
        sum[i % columns] += v[0][i];
      return sum;
    });
    check("all", {{m, n}}, [&](Values v) {
      double sum = 0;
      for (float value : v[0])
        sum += value;
      return std::vector<double>{sum};
    });
    check("selected", {{m, n}, {n}}, [&](Values v) {
      std::vector<double> sum(v[1].begin(), v[1].end());
      for (int64_t i = 0; i != rows * columns; ++i)
        if (v[0][i] > 3)
          sum[i % columns] -= v[0][i];
      return sum;
    });
  }
  check("middle", {{3, 901, 5}, {3, 5}}, [&](Values v) {
    std::vector<double> sum(v[1].begin(), v[1].end());
    for (int64_t i = 0; i != 3 * 901 * 5; ++i)
      sum[i / (901 * 5) * 5 + i % 5] += v[0][i];
    return sum;
  });
  check("outer", {{40, 3, 50}, {3}}, [&](Values v) {
    std::vector<double> sum(v[1].begin(), v[1].end());
    for (int64_t i = 0; i != 40 * 3 * 50; ++i)
      sum[i / 50 % 3] += v[0][i];
    return sum;
  });
  check("pool", {{1, 30, 30, 3}}, [&](Values v) {
    std::vector<double> sum(3);
    for (int64_t i = 0; i != 30 * 30 * 3; ++i)
      sum[i % 3] += v[0][i];
    return sum;
  });
}

TEST_P(Sums, OfProducts) {
  check("squares", {{801, 7}, {7}}, [&](Values v) {
    std::vector<double> sum(v[1].begin(), v[1].end());
    for (int64_t i = 0; i != 801 * 7; ++i)
      sum[i % 7] += v[0][i] * v[0][i];
    // The sum is rounded before it is scaled, by a power of 2.
    for (double &value : sum)
      value = roundTo<float>(GetParam(), value) / 2;
    return sum;
  });
  check("matmul", {{3, 1200}, {1200, 5}, {3, 5}}, [&](Values v) {
    std::vector<double> sum(v[2].begin(), v[2].end());
    for (int64_t i = 0; i != 3; ++i)
      for (int64_t j = 0; j != 5; ++j)
        for (int64_t k = 0; k != 1200; ++k)
          sum[i * 5 + j] += v[0][i * 1200 + k] * v[1][k * 5 + j];
    return sum;
  });
  check("conv", {{1, 30, 30, 3}, {29, 30, 3, 2}}, [&](Values v) {
    std::vector<double> sum(4);
    for (int64_t y = 0; y != 2; ++y)
      for (int64_t f = 0; f != 2; ++f)
        for (int64_t k = 0; k != 29 * 30 * 3; ++k)
          sum[y * 2 + f] += v[0][y * 90 + k] * v[1][k * 2 + f];
    return sum;
  });
}

INSTANTIATE_TEST_SUITE_P(NarrowFloats, Sums, testing::ValuesIn(narrowTypes),
                         [](const auto &info) {
                           return getName(info.param).str();
                         });

} // namespace
