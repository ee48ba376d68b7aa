//===- MathTest.cpp - The math that payloads are made of ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Harness.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Support/MathBuilder.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

//===----------------------------------------------------------------------===//
// Functions of f32, fast and by libm
//===----------------------------------------------------------------------===//

const char *const mathFunctions = R"mlir(
  func.func @tanh(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.tanh %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
  func.func @exp(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.exp %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
  func.func @erf_f32(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.erf %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
  func.func @expm1_f32(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.expm1 %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
  func.func @log1p_f32(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.log1p %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
)mlir";

double getUlps(float actual, double exact) {
  int exponent;
  std::frexp(exact, &exponent);
  return std::abs(actual - exact) /
         std::ldexp(1.0, std::max(exponent, -125) - 24);
}

/// Calls a function on specials and every 1013th pattern, and returns its
/// largest error in ulps.
double getWorstUlps(const Program &program, StringRef name,
                    double (*exact)(double)) {
  std::vector<float> x = getSpecialValues<float>(ElementType::f32);
  for (uint64_t pattern = 0; pattern < uint64_t(1) << 32; pattern += 1013)
    x.push_back(llvm::bit_cast<float>(uint32_t(pattern)));
  std::vector<NpyArray> arguments =
      makeArguments(makeArray<float>(ElementType::f32, x));
  CallResults results = program.call(name, arguments);
  std::vector<float> y =
      getValues<float>(ElementType::f32, results.getViews()[0]);
  double worst = 0;
  for (size_t i = 0; i != x.size(); ++i) {
    double expected = exact(x[i]);
    if (!std::isfinite(float(expected))) {
      EXPECT_TRUE(y[i] == float(expected) ||
                  (std::isnan(y[i]) && std::isnan(expected)))
          << name.str() << " of " << x[i] << " is " << y[i];
      continue;
    }
    worst = std::max(worst, getUlps(y[i], expected));
  }
  return worst;
}

TEST(Math, Polynomials) {
  std::unique_ptr<Program> program = Program::compile(mathFunctions);
  ASSERT_TRUE(program);
  EXPECT_LE(getWorstUlps(*program, "tanh", std::tanh), 5);
  EXPECT_LE(getWorstUlps(*program, "exp", std::exp), 2);
  EXPECT_LE(getWorstUlps(*program, "erf_f32", std::erf), 2);
  EXPECT_LE(getWorstUlps(*program, "expm1_f32", std::expm1), 4);
  EXPECT_LE(getWorstUlps(*program, "log1p_f32", std::log1p), 4);
}

TEST(Math, Libm) {
  ProgramOptions options;
  options.math = MathAccuracy::Libm;
  std::unique_ptr<Program> program = Program::compile(mathFunctions, options);
  ASSERT_TRUE(program);
  EXPECT_LE(getWorstUlps(*program, "tanh", std::tanh), 3);
  EXPECT_LE(getWorstUlps(*program, "exp", std::exp), 1);
  EXPECT_LE(getWorstUlps(*program, "erf_f32", std::erf), 2);
  EXPECT_LE(getWorstUlps(*program, "expm1_f32", std::expm1), 2);
  EXPECT_LE(getWorstUlps(*program, "log1p_f32", std::log1p), 2);
}

/// Named so that none is the function of the C library that it calls.
const char *const mathFunctionsF64 = R"mlir(
  func.func @tanh_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
    %y = math.tanh %x : tensor<?xf64>
    return %y : tensor<?xf64>
  }
  func.func @exp_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
    %y = math.exp %x : tensor<?xf64>
    return %y : tensor<?xf64>
  }
  func.func @log_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
    %y = math.log %x : tensor<?xf64>
    return %y : tensor<?xf64>
  }
  func.func @expm1_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
    %y = math.expm1 %x : tensor<?xf64>
    return %y : tensor<?xf64>
  }
  func.func @log1p_f64(%x: tensor<?xf64>) -> tensor<?xf64> {
    %y = math.log1p %x : tensor<?xf64>
    return %y : tensor<?xf64>
  }
  func.func @log_f32(%x: tensor<?xf32>) -> tensor<?xf32> {
    %y = math.log %x : tensor<?xf32>
    return %y : tensor<?xf32>
  }
)mlir";

/// As above, on values of all sizes.
double getWorstUlpsF64(const Program &program, StringRef name,
                       long double (*exact)(long double)) {
  std::vector<double> x = getSpecialValues<double>(ElementType::f64);
  for (int exponent = -1074; exponent < 1024; ++exponent)
    for (double fraction : {1.0, 1.1, 1.37, 1.414, 1.415, 1.7, 1.99}) {
      double size = std::ldexp(fraction, exponent);
      x.insert(x.end(), {size, -size});
      // Near the ends of the domains too.
      if (exponent > -60 && exponent < 0)
        x.insert(x.end(), {1 + size, 1 - size, size - 1});
    }
  // Across every reduction of an exponential.
  for (double value = -760; value < 760; value += 0.0371)
    x.push_back(value);
  std::vector<NpyArray> arguments =
      makeArguments(makeArray<double>(ElementType::f64, x));
  CallResults results = program.call(name, arguments);
  std::vector<double> y =
      getValues<double>(ElementType::f64, results.getViews()[0]);
  double worst = 0;
  for (size_t i = 0; i != x.size(); ++i) {
    long double expected = exact(x[i]);
    if (!std::isfinite(double(expected))) {
      EXPECT_TRUE(y[i] == double(expected) ||
                  (std::isnan(y[i]) && std::isnan(expected)))
          << name.str() << " of " << x[i] << " is " << y[i];
      continue;
    }
    int exponent;
    std::frexp(expected, &exponent);
    long double ulp = std::ldexp(1.0L, std::max(exponent, -1021) - 53);
    worst = std::max(worst, double(std::abs(y[i] - expected) / ulp));
  }
  return worst;
}

TEST(Math, WithoutApproximation) {
  std::unique_ptr<Program> program = Program::compile(mathFunctionsF64);
  ASSERT_TRUE(program);
  EXPECT_LE(getWorstUlpsF64(*program, "tanh_f64", std::tanh), 4);
  EXPECT_LE(getWorstUlpsF64(*program, "exp_f64", std::exp), 2);
  EXPECT_LE(getWorstUlpsF64(*program, "log_f64", std::log), 2);
  EXPECT_LE(getWorstUlpsF64(*program, "expm1_f64", std::expm1), 4);
  EXPECT_LE(getWorstUlpsF64(*program, "log1p_f64", std::log1p), 4);
  EXPECT_LE(getWorstUlps(*program, "log_f32", std::log), 1);
}

//===----------------------------------------------------------------------===//
// Functions without a library
//===----------------------------------------------------------------------===//

struct BuiltFunction {
  const char *name;
  Value (MathBuilder::*build)(Value);
  double (*exact)(double);
  long double (*exactF64)(long double);
  double ulps;
};

const BuiltFunction builtFunctions[] = {
    {"acosh", &MathBuilder::buildAcosh, std::acosh, std::acosh, 4},
    {"asinh", &MathBuilder::buildAsinh, std::asinh, std::asinh, 4},
    {"atanh", &MathBuilder::buildAtanh, std::atanh, std::atanh, 4},
    {"cosh", &MathBuilder::buildCosh, std::cosh, std::cosh, 4},
    {"exp", &MathBuilder::buildExp, std::exp, std::exp, 2},
    {"expm1", &MathBuilder::buildExpM1, std::expm1, std::expm1, 4},
    {"log", &MathBuilder::buildLog, std::log, std::log, 2},
    {"log1p", &MathBuilder::buildLog1p, std::log1p, std::log1p, 4},
    {"sinh", &MathBuilder::buildSinh, std::sinh, std::sinh, 4},
    {"tanh", &MathBuilder::buildTanh, std::tanh, std::tanh, 4},
};

/// A module with each of the functions, named with `suffix` after it.
OwningOpRef<ModuleOp> buildFunctions(MLIRContext &context, Type element,
                                     StringRef suffix) {
  context.loadDialect<func::FuncDialect, arith::ArithDialect, math::MathDialect,
                      linalg::LinalgDialect, tensor::TensorDialect>();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  auto type = RankedTensorType::get({ShapedType::kDynamic}, element);
  for (const BuiltFunction &entry : builtFunctions) {
    builder.setInsertionPointToEnd(module->getBody());
    auto function =
        func::FuncOp::create(builder, loc, (entry.name + suffix).str(),
                             builder.getFunctionType(type, type));
    Block *block = function.addEntryBlock();
    builder.setInsertionPointToStart(block);
    SmallVector<Value> results = buildElementwise(
        builder, loc, type, block->getArguments(),
        [&](PayloadBuilder &payload, ValueRange x) -> SmallVector<Value> {
          MathBuilder math(payload.getLoc(), payload, payload.getComputeType());
          return {(math.*entry.build)(x.front())};
        });
    func::ReturnOp::create(builder, loc, results);
  }
  return module;
}

TEST(Math, WithoutLibraryF32) {
  std::unique_ptr<Program> program =
      Program::compile([&](MLIRContext &context) {
        return buildFunctions(context, Float32Type::get(&context), "_f32");
      });
  ASSERT_TRUE(program);
  for (const BuiltFunction &entry : builtFunctions)
    EXPECT_LE(getWorstUlps(*program, (StringRef(entry.name) + "_f32").str(),
                           entry.exact),
              entry.ulps)
        << entry.name;
}

TEST(Math, WithoutLibraryF64) {
  std::unique_ptr<Program> program =
      Program::compile([&](MLIRContext &context) {
        return buildFunctions(context, Float64Type::get(&context), "_f64");
      });
  ASSERT_TRUE(program);
  for (const BuiltFunction &entry : builtFunctions)
    EXPECT_LE(getWorstUlpsF64(*program, (StringRef(entry.name) + "_f64").str(),
                              entry.exactF64),
              entry.ulps)
        << entry.name;
}

//===----------------------------------------------------------------------===//
// divideLevel
//===----------------------------------------------------------------------===//

constexpr int64_t chunk = 1 << 16;

/// A module with a function for every bits that divides a chunk of levels.
OwningOpRef<ModuleOp> buildDivisions(MLIRContext &context, bool isDouble) {
  context.loadDialect<func::FuncDialect, arith::ArithDialect>();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  Type element = isDouble ? Type(builder.getF64Type()) : builder.getF32Type();
  auto type = RankedTensorType::get({chunk}, element);
  for (int64_t bits = 1; bits <= 24; ++bits) {
    builder.setInsertionPointToEnd(module->getBody());
    auto function =
        func::FuncOp::create(builder, loc, "divide" + std::to_string(bits),
                             builder.getFunctionType(type, type));
    builder.setInsertionPointToStart(function.addEntryBlock());
    PayloadBuilder payload(loc, builder, type);
    Value quotient =
        payload.divideLevel(function.getArgument(0), (int64_t(1) << bits) - 1);
    func::ReturnOp::create(builder, loc, quotient);
  }
  return module;
}

template <typename T>
void checkDivisions(ElementType type) {
  std::unique_ptr<Program> program =
      Program::compile([&](MLIRContext &context) {
        return buildDivisions(context, isDouble(type));
      });
  ASSERT_TRUE(program);
  std::vector<T> levels(chunk);
  for (int64_t bits = 1; bits <= 24; ++bits) {
    T n = (int64_t(1) << bits) - 1;
    for (int64_t first = 0; first <= n; first += chunk) {
      for (int64_t i = 0; i != chunk; ++i)
        levels[i] = std::min<T>(first + i, n);
      std::vector<NpyArray> arguments =
          makeArguments(makeArray<T>(type, levels));
      CallResults results =
          program->call("divide" + std::to_string(bits), arguments);
      auto *quotients = static_cast<const T *>(results.getViews()[0].data);
      for (int64_t i = 0; i != chunk; ++i)
        ASSERT_EQ(quotients[i], levels[i] / n)
            << levels[i] << " with " << bits << " bits";
    }
  }
}

TEST(DivideLevel, EveryLevelF32) { checkDivisions<float>(ElementType::f32); }
TEST(DivideLevel, EveryLevelF64) { checkDivisions<double>(ElementType::f64); }

} // namespace
