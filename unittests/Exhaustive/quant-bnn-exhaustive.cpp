//===- quant-bnn-exhaustive.cpp - All inputs of f32 -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Compares compiled code with the reference on every f32 pattern: the forwards,
// the gradients against two cotangents, and the polynomials of tanh and exp.
// Then quantizes more than 2^31 elements at once. Not part of the tests: it
// takes many minutes. --stride=N takes every Nth chunk of patterns.
//
//===----------------------------------------------------------------------===//

#include "ElementwiseOps.h"
#include "Harness.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"

#include <atomic>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <cstring>
#include <fstream>
#include <mutex>
#include <thread>

using namespace llvm;
using namespace quant_bnn;
using namespace quant_bnn::unittests;

static cl::opt<uint64_t>
    stride("stride", cl::desc("Take every Nth chunk of 2^20 patterns"),
           cl::value_desc("N"), cl::init(1));
static cl::opt<std::string>
    filter("filter", cl::desc("Take the functions whose names contain this"),
           cl::value_desc("text"));
static cl::opt<unsigned>
    numThreads("num-threads", cl::desc("Threads"),
               cl::init(std::thread::hardware_concurrency()));

static constexpr uint64_t chunkSize = uint64_t(1) << 20;
static constexpr uint64_t numChunks = (uint64_t(1) << 32) / chunkSize;

namespace {

struct Outcome {
  uint64_t count = 0, mismatches = 0;
  double worstUlps = 0;
  /// Of the worst result, or of a mismatch.
  float at = 0;

  void merge(const Outcome &other) {
    count += other.count;
    bool isWorse = other.mismatches && !mismatches ? true
                   : mismatches && !other.mismatches
                       ? false
                       : other.worstUlps > worstUlps;
    if (isWorse)
      at = other.at;
    mismatches += other.mismatches;
    worstUlps = std::max(worstUlps, other.worstUlps);
  }
};

/// A function to sweep: fills the arguments that follow x, and compares the
/// results of one chunk.
struct Sweep {
  std::string name;
  std::string function;
  std::vector<NpyArray> (*makeArguments)(NpyArray x, float g);
  float g;
  std::function<void(const float *x, const float *y, Outcome &)> compare;
};

} // namespace

static double getUlps(float actual, double exact) {
  if (!std::isfinite(exact) || !std::isfinite(actual))
    return actual == float(exact) || (std::isnan(actual) && std::isnan(exact))
               ? 0
               : std::numeric_limits<double>::infinity();
  int exponent;
  std::frexp(exact, &exponent);
  return std::abs(actual - exact) /
         std::ldexp(1.0, std::max(exponent, -125) - 24);
}

static NpyArray makePatterns(uint64_t chunk) {
  NpyArray x = cantFail(NpyArray::allocate({'f', 4}, {int64_t(chunkSize)}));
  auto *patterns = static_cast<uint32_t *>(x.getData());
  for (uint64_t i = 0; i != chunkSize; ++i)
    patterns[i] = chunk * chunkSize + i;
  return x;
}

static std::vector<NpyArray> withoutCotangent(NpyArray x, float) {
  return makeArguments(std::move(x));
}

static std::vector<NpyArray> withCotangent(NpyArray x, float g) {
  return makeArguments(
      std::move(x),
      makeArray<float>(ElementType::f32, std::vector<float>(chunkSize, g)));
}

/// Runs a sweep over all chunks, on all threads, and prints its line.
static bool run(const Program &program, const Sweep &sweep) {
  auto start = std::chrono::steady_clock::now();
  const JITFunction &function = program.lookup(sweep.function);
  std::atomic<uint64_t> next = 0;
  std::mutex mutex;
  Outcome total;
  auto work = [&] {
    Outcome outcome;
    for (uint64_t chunk; (chunk = next.fetch_add(stride)) < numChunks;) {
      std::vector<NpyArray> arguments =
          sweep.makeArguments(makePatterns(chunk), sweep.g);
      CallResults results = function.call(arguments);
      outcome.count += chunkSize;
      sweep.compare(static_cast<const float *>(arguments[0].getData()),
                    static_cast<const float *>(results.getViews()[0].data),
                    outcome);
    }
    std::lock_guard<std::mutex> lock(mutex);
    total.merge(outcome);
  };
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < numThreads; ++i)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();

  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - start;
  outs() << formatv(
      "{0,-64} {1,11} values  {2} mismatches  {3:f2} ulp  {4:f1} s", sweep.name,
      total.count, total.mismatches, total.worstUlps, seconds.count());
  if (total.worstUlps > 0 || total.mismatches)
    outs() << format("  at %a", total.at);
  outs() << "\n";
  outs().flush();
  return total.mismatches == 0;
}

/// Compares with the reference of an op, whose other operand is `g`.
static void compareOp(const ElementwiseOp &op, float g, const float *x,
                      const float *y, Outcome &outcome) {
  std::vector<float> expected(chunkSize), gs(chunkSize, g);
  const float *operands[] = {x, gs.data()};
  op.floatLoop(operands, expected.data(), chunkSize);
  if (std::memcmp(expected.data(), y, chunkSize * sizeof(float)) == 0)
    return;
  for (uint64_t i = 0; i != chunkSize; ++i) {
    if (y[i] == expected[i])
      continue;
    // Ulps of a value near a root mean nothing: these are of beta g.
    double ulps = op.beta ? std::abs(double(y[i]) - expected[i]) /
                                (std::numeric_limits<float>::epsilon() *
                                 std::abs(*op.beta * g))
                          : getUlps(y[i], expected[i]);
    bool agrees = op.agrees<float>(ElementType::f32, y[i], expected[i], g);
    outcome.mismatches += !agrees;
    if ((!agrees && outcome.mismatches == 1) || ulps > outcome.worstUlps)
      outcome.at = x[i];
    outcome.worstUlps = std::max(outcome.worstUlps, ulps);
  }
}

/// Compares with a function that is correct in double, and may be flushed to 0.
static void compareMath(double (*exact)(double), double tolerance,
                        const float *x, const float *y, Outcome &outcome) {
  for (uint64_t i = 0; i != chunkSize; ++i) {
    double expected = exact(x[i]);
    double ulps =
        getUlps(y[i], float(expected) == 0 || std::isnan(expected)
                          ? double(float(expected))
                      : std::abs(expected) > FLT_MAX ? double(float(expected))
                                                     : expected);
    bool isFlushed = y[i] == 0 &&
                     exact == static_cast<double (*)(double)>(std::exp) &&
                     std::abs(expected) < std::numeric_limits<float>::min();
    if (isFlushed)
      continue;
    bool agrees = ulps <= tolerance;
    outcome.mismatches += !agrees;
    if (ulps > outcome.worstUlps) {
      outcome.worstUlps = ulps;
      outcome.at = x[i];
    }
  }
}

//===----------------------------------------------------------------------===//
// What is swept
//===----------------------------------------------------------------------===//

static bool isSwept(const ElementwiseOp &op) {
  // The other widths differ in constants only, and every level of theirs is
  // divided in the unit tests.
  const int64_t bits[] = {0, 1, 2, 4, 8, 11, 12, 24};
  return is_contained(bits, op.bits);
}

static std::string getSource() {
  std::string source, tensor = "tensor<?xf32>";
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!isSwept(op))
      continue;
    source +=
        formatv("func.func @{0}(%0: {1}{2}) -> {1} {{\n  %y = {3}\n"
                "  return %y : {1}\n}\n",
                op.name, tensor, op.numOperands == 2 ? ", %1: " + tensor : "",
                op.getAssembly(tensor));
  }
  for (StringRef math : {"tanh", "exp"})
    source += formatv("func.func @{0}(%0: {1}) -> {1} {{\n"
                      "  %y = math.{0} %0 : {1}\n  return %y : {1}\n}\n",
                      math, tensor);
  return source;
}

static std::vector<Sweep> getSweeps() {
  std::vector<Sweep> sweeps;
  for (const ElementwiseOp &op : getElementwiseOps()) {
    if (!isSwept(op))
      continue;
    if (op.numOperands == 1) {
      sweeps.push_back(
          {op.name, op.name, withoutCotangent, 0,
           [&op](const float *x, const float *y, Outcome &outcome) {
             compareOp(op, 0, x, y, outcome);
           }});
      continue;
    }
    for (float g : {1.0f, -3.7f})
      sweeps.push_back(
          {formatv("{0} g = {1:f1}", op.name, g), op.name, withCotangent, g,
           [&op, g](const float *x, const float *y, Outcome &outcome) {
             compareOp(op, g, x, y, outcome);
           }});
  }
  auto addMath = [&](StringRef name, double (*exact)(double),
                     double tolerance) {
    sweeps.push_back({name.str(), name.str(), withoutCotangent, 0,
                      [=](const float *x, const float *y, Outcome &outcome) {
                        compareMath(exact, tolerance, x, y, outcome);
                      }});
  };
  addMath("tanh", std::tanh, 5);
  addMath("exp", std::exp, 6);
  return sweeps;
}

//===----------------------------------------------------------------------===//
// More than 2^31 elements
//===----------------------------------------------------------------------===//

/// The bytes that can be had without swapping.
static uint64_t getAvailableMemory() {
  std::ifstream file("/proc/meminfo");
  for (std::string line; std::getline(file, line);)
    if (StringRef(line).consume_front("MemAvailable:")) {
      uint64_t kilobytes = 0;
      StringRef(line).drop_front(13).trim().drop_back(3).getAsInteger(
          10, kilobytes);
      return kilobytes << 10;
    }
  return 0;
}

static bool runHuge() {
  int64_t size = (int64_t(1) << 31) + 67;
  uint64_t needed = 4 * uint64_t(size) + (uint64_t(512) << 20);
  if (uint64_t available = getAvailableMemory(); available < needed) {
    outs() << formatv(
        "more than 2^31 elements: skipped, needs {0} MiB of memory "
        "and there are {1}\n",
        needed >> 20, available >> 20);
    return true;
  }
  std::unique_ptr<Program> program = Program::compile(R"mlir(
    func.func @huge(%x: tensor<?xf16>) -> tensor<?xf16> {
      %y = quant_bnn.sign %x : tensor<?xf16>
      return %y : tensor<?xf16>
    })mlir");
  if (!program)
    return false;
  std::vector<NpyArray> arguments =
      makeArguments(cantFail(NpyArray::allocate({'f', 2}, {size})));
  // -1 at every third element, else 1.
  auto *x = static_cast<uint16_t *>(arguments[0].getData());
  auto get = [](int64_t i) { return uint16_t(i % 3 ? 0x3c00 : 0xbc00); };
  for (int64_t i = 0; i != size; ++i)
    x[i] = get(i);
  CallResults results = program->lookup("huge").call(arguments);
  auto *y = static_cast<const uint16_t *>(results.getViews()[0].data);
  for (int64_t i = 0; i != size; ++i)
    if (y[i] != get(i)) {
      outs() << formatv("more than 2^31 elements: wrong at {0}\n", i);
      return false;
    }
  outs() << "more than 2^31 elements: " << size
         << " values of f16, 0 mismatches\n";
  return true;
}

int main(int argc, char **argv) {
  cl::ParseCommandLineOptions(
      argc, argv, "compares compiled code with the reference on every f32\n");
  std::unique_ptr<Program> program = Program::compile(getSource());
  if (!program)
    return 1;
  bool isRight = true;
  for (const Sweep &sweep : getSweeps())
    if (StringRef(sweep.name).contains(filter))
      isRight &= run(*program, sweep);
  if (StringRef("huge").contains(filter))
    isRight &= runHuge();
  return isRight ? 0 : 1;
}
