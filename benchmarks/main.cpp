//===- main.cpp - Kernels against the machine's own bandwidth -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Times each kernel, its floor and its twin in turn, and reports the median and
// the quartiles of the ratios of each turn: what else the machine does then
// meets all of them alike. A ratio is the baseline's time over ours, so 1 is as
// fast as the baseline.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"
#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <sys/mman.h>
#include <type_traits>
#include <unistd.h>
#include <vector>

namespace {
constexpr size_t KiB = 1024, MiB = 1024 * KiB;
constexpr size_t largest = 256 * MiB;
/// The three arrays, and the bits of the one with the smallest elements.
constexpr size_t memorySize = 3 * largest + largest / 16;

/// Bytes of an array such that the three of a kernel stay in the second cache.
size_t getL2ArraySize() {
  long cache = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return cache <= 0 ? 64 * KiB : size_t(cache) / 4 / KiB * KiB;
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

enum class Format { F32, BF16 };

size_t getSize(Format format) { return format == Format::F32 ? 4 : 2; }

size_t getSizeOfBits(const Arrays &arrays, Format format) {
  return arrays.bytes / getSize(format) / 8;
}

MemRef0 asScalar(void *data) { return {data, data, 0}; }

MemRef1 asVector(void *data, const Arrays &arrays, Format format) {
  auto size = static_cast<int64_t>(arrays.bytes / getSize(format));
  return {data, data, 0, {size}, {1}};
}

MemRefOfBits asBits(const Arrays &arrays, Format format) {
  auto size = static_cast<int64_t>(getSizeOfBits(arrays, format));
  return {{arrays.bits, arrays.bits, 0, {size}, {1}}};
}

/// Calls a kernel with the arrays that its signature names.
struct Call {
  const Arrays &arrays;
  MemRef1 x, g, y;
  MemRefOfBits bits;
  MemRef0 scalar, result;

  Call(const Arrays &arrays, Format format)
      : arrays(arrays), x(asVector(arrays.x, arrays, format)),
        g(asVector(arrays.g, arrays, format)),
        y(asVector(arrays.y, arrays, format)), bits(asBits(arrays, format)),
        scalar(asScalar(arrays.scalar)), result(asScalar(arrays.result)) {}

  void operator()(Unary *kernel) { kernel(&x, &y); }
  void operator()(UnaryScalar *kernel) { kernel(&x, &scalar, &y); }
  void operator()(UnaryReduction *kernel) { kernel(&x, &y, &result); }
  void operator()(Binary *kernel) { kernel(&x, &g, &y); }
  void operator()(BinaryReduction *kernel) {
    kernel(&x, &g, &scalar, &y, &result);
  }
  void operator()(UnaryToBits *kernel) { kernel(&x, &bits); }
  void operator()(UnaryAndBits *kernel) { kernel(&x, &y, &bits); }
  void operator()(BitsAndUnary *kernel) { kernel(&bits, g.sizes[0], &g, &y); }
};

struct Kernel {
  std::string name;
  Format format;
  std::function<void(Call)> ours;
  Baseline floor;
  Baseline twin;
  /// Where an in-place caller puts the output: over x or over g.
  bool hasGradient;
  /// Whether y is written, and whether there is an array of bits.
  bool hasOutput;
  bool hasBits;
};

template <typename Signature>
constexpr bool hasOutput = !std::is_same_v<Signature, UnaryToBits>;

template <typename Signature>
constexpr bool hasBits = std::is_same_v<Signature, UnaryToBits> ||
                         std::is_same_v<Signature, UnaryAndBits> ||
                         std::is_same_v<Signature, BitsAndUnary>;

template <typename Signature>
constexpr bool hasGradient = std::is_same_v<Signature, Binary> ||
                             std::is_same_v<Signature, BinaryReduction>;

const std::vector<Kernel> &getKernels() {
  static const std::vector<Kernel> kernels = {
#define QUANT_BNN_KERNEL(NAME, SIGNATURE, FLOOR)                               \
  {#NAME,                                                                      \
   Format::F32,                                                                \
   [](Call call) { call(_mlir_ciface_##NAME##_f32); },                         \
   floor##FLOOR,                                                               \
   twin_##NAME##_f32,                                                          \
   hasGradient<SIGNATURE>,                                                     \
   hasOutput<SIGNATURE>,                                                       \
   hasBits<SIGNATURE>},                                                        \
      {#NAME,                                                                  \
       Format::BF16,                                                           \
       [](Call call) { call(_mlir_ciface_##NAME##_bf16); },                    \
       floor##FLOOR,                                                           \
       twin_##NAME##_bf16,                                                     \
       hasGradient<SIGNATURE>,                                                 \
       hasOutput<SIGNATURE>,                                                   \
       hasBits<SIGNATURE>},
#include "Kernels.def"
  };
  return kernels;
}

//===----------------------------------------------------------------------===//
// Arrays
//===----------------------------------------------------------------------===//

float decode(const void *from, Format format) {
  uint32_t bits = 0;
  size_t size = getSize(format);
  std::memcpy(reinterpret_cast<char *>(&bits) + 4 - size, from, size);
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

/// `value` must be a number of the format.
void encode(float value, void *to, Format format) {
  size_t size = getSize(format);
  std::memcpy(to, reinterpret_cast<const char *>(&value) + 4 - size, size);
}

/// One block of huge pages, of which every benchmark uses the beginning.
char *getMemory() {
  static char *memory = [] {
    size_t size = memorySize + 2 * MiB;
    void *block = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) {
      std::perror("quant-bnn-benchmark: mmap");
      std::exit(1);
    }
    auto address = reinterpret_cast<uintptr_t>(block);
    auto aligned = reinterpret_cast<char *>((address + 2 * MiB - 1) &
                                            ~uintptr_t(2 * MiB - 1));
    madvise(aligned, memorySize, MADV_HUGEPAGE);
    std::memset(aligned, 0, memorySize);
    return aligned;
  }();
  return memory;
}

/// Fills `bytes` with numbers between -2 and 2 that every format has.
void fill(void *to, size_t bytes, Format format, uint32_t seed) {
  for (size_t i = 0; i < bytes; i += getSize(format)) {
    seed = seed * 1664525u + 1013904223u;
    float value = static_cast<float>(static_cast<int32_t>(seed) >> 24) / 64;
    encode(value, static_cast<char *>(to) + i, format);
  }
}

Arrays getArrays(size_t bytes, Format format, bool inPlace, bool hasGradient) {
  static char scalars[128];
  char *memory = getMemory();
  Arrays arrays = {memory,
                   memory + bytes,
                   memory + 2 * bytes,
                   memory + 3 * bytes,
                   scalars,
                   scalars + 64,
                   bytes};
  if (inPlace)
    arrays.y = hasGradient ? arrays.g : arrays.x;
  fill(arrays.x, bytes, format, 1);
  fill(arrays.g, bytes, format, 2);
  fill(arrays.bits, getSizeOfBits(arrays, format), format, 3);
  encode(0.75f, arrays.scalar, format);
  encode(0.0f, arrays.result, format);
  return arrays;
}

/// Whether a kernel and its twin give the same, but for the order of a sum.
bool agree(const Kernel &kernel, const Arrays &arrays) {
  auto values = [&] {
    std::vector<float> all;
    size_t size = getSize(kernel.format);
    if (kernel.hasOutput)
      for (size_t i = 0; i < arrays.bytes; i += size)
        all.push_back(decode(static_cast<char *>(arrays.y) + i, kernel.format));
    if (kernel.hasBits)
      for (size_t i = 0; i < getSizeOfBits(arrays, kernel.format); ++i)
        all.push_back(static_cast<unsigned char *>(arrays.bits)[i]);
    return all;
  };
  std::memset(arrays.y, 0, arrays.bytes);
  kernel.ours(Call(arrays, kernel.format));
  std::vector<float> ours = values();
  float ourResult = decode(arrays.result, kernel.format);
  std::memset(arrays.y, 0xFF, arrays.bytes);
  kernel.twin(arrays, false);
  float error = std::abs(ourResult - decode(arrays.result, kernel.format));
  return ours == values() && error <= 0.01f * std::abs(ourResult);
}

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

using Variant = std::function<void()>;

/// Seconds that one of `count` calls takes.
double time(const Variant &variant, int count) {
  auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < count; ++i)
    variant();
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  return seconds.count() / count;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Adds the median and the quartiles of `values` to the report.
void report(benchmark::State &state, const std::string &name,
            std::vector<double> values) {
  std::sort(values.begin(), values.end());
  state.counters[name] = values[values.size() / 2];
  state.counters[name + "_q1"] = values[values.size() / 4];
  state.counters[name + "_q3"] = values[3 * values.size() / 4];
}

/// Whether stores past the caches make `baseline` faster.
bool isNontemporalFaster(Baseline baseline, const Arrays &arrays, int count) {
  std::vector<double> ratios;
  for (int i = 0; i < 5; ++i)
    ratios.push_back(time([&] { baseline(arrays, false); }, count) /
                     time([&] { baseline(arrays, true); }, count));
  return median(ratios) > 1.0;
}

/// Whether a kernel did not give what its twin gives.
bool anyDiffers = false;

void run(benchmark::State &state, const Kernel &kernel, size_t bytes,
         bool inPlace) {
  Arrays arrays = getArrays(bytes, kernel.format, inPlace, kernel.hasGradient);
  if (!inPlace && bytes < largest && !agree(kernel, arrays)) {
    anyDiffers = true;
    state.SkipWithError("differs from its twin");
    return;
  }
  // Short enough for most turns to be free of interruptions.
  Call call(arrays, kernel.format);
  Variant ours = [&] { kernel.ours(call); };
  int count = 1 + static_cast<int>(5e-4 / time(ours, 1));
  bool floorStore = isNontemporalFaster(kernel.floor, arrays, count);
  bool twinStore = isNontemporalFaster(kernel.twin, arrays, count);
  std::array<Variant, 3> variants = {ours,
                                     [&] { kernel.floor(arrays, floorStore); },
                                     [&] { kernel.twin(arrays, twinStore); }};

  std::vector<double> seconds, toFloor, toTwin;
  for (auto _ : state) {
    std::array<double, 3> times;
    size_t first = seconds.size() % variants.size();
    for (size_t i = 0; i < variants.size(); ++i) {
      size_t which = (first + i) % variants.size();
      times[which] = time(variants[which], count);
    }
    state.SetIterationTime(times[0]);
    seconds.push_back(times[0]);
    toFloor.push_back(times[1] / times[0]);
    toTwin.push_back(times[2] / times[0]);
  }
  report(state, "floor", toFloor);
  report(state, "twin", toTwin);
  state.counters["median_us"] = 1e6 * median(seconds);
  state.counters["nontemporal"] = floorStore;
}

void add(const Kernel &kernel, size_t bytes, bool inPlace) {
  std::string name = kernel.name;
  name += kernel.format == Format::F32 ? "/f32" : "/bf16";
  name += bytes == getL2ArraySize() ? "/L2"
                                    : "/" + std::to_string(bytes / MiB) + "MiB";
  name += inPlace ? "/in_place" : "/apart";
  benchmark::RegisterBenchmark(name.c_str(),
                               [&kernel, bytes, inPlace](auto &state) {
                                 run(state, kernel, bytes, inPlace);
                               })
      ->Iterations(bytes < largest ? 101 : 15)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}

/// Kernels that may run on their own results again and again: those that have
/// bounded results.
bool runsInPlace(const Kernel &kernel) {
  return kernel.name == "sign" || kernel.name == "input_dorefa_2" ||
         kernel.name == "sign_grad" || kernel.name == "input_dorefa_grad";
}
} // namespace

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
  for (size_t bytes : {getL2ArraySize(), largest})
    for (const Kernel &kernel : getKernels()) {
      add(kernel, bytes, /*inPlace=*/false);
      if (runsInPlace(kernel))
        add(kernel, bytes, /*inPlace=*/true);
    }
  for (const Kernel &kernel : getKernels())
    if (kernel.hasBits)
      add(kernel, 64 * MiB, /*inPlace=*/false);
  benchmark::RunSpecifiedBenchmarks();
  return anyDiffers;
}
