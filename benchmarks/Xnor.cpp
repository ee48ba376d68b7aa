//===- Xnor.cpp - Binary products against the machine's own rate ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Times each product and its baselines in turn, on one thread but for our own
// on two, and reports the median and the quartiles of the ratios of each turn:
// a baseline's time over ours. The peak is a loop that compares and counts as
// many bits in registers, and the peak of tables one that looks them up.
//
//===----------------------------------------------------------------------===//

#include "Xnor.h"
#include "quant-bnn/ExecutionEngine/Parallel.h"
#include <algorithm>
#include <atomic>
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <omp.h>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>
#ifdef QUANT_BNN_HAS_OPENBLAS
#include <cblas.h>
#endif
#ifdef QUANT_BNN_HAS_ONEDNN
#include <dnnl.hpp>
#endif

namespace {
template <int rank>
struct MemRef {
  void *allocated;
  void *aligned;
  int64_t offset;
  int64_t sizes[rank];
  int64_t strides[rank];
};

template <int rank, typename... Sizes>
MemRef<rank> asMemRef(void *data, Sizes... sizes) {
  MemRef<rank> memref = {data, data, 0, {sizes...}, {}};
  int64_t stride = 1;
  for (int i = rank; i-- > 0; stride *= memref.sizes[i])
    memref.strides[i] = stride;
  return memref;
}

using Matmul = void(MemRef<2> *, MemRef<2> *, MemRef<2> *);
using Conv = void(MemRef<4> *, MemRef<4> *, MemRef<4> *);
/// With the scales of columns, with a matrix to add, and with thresholds of
/// channels.
using ScaledMatmul = void(MemRef<2> *, MemRef<2> *, MemRef<1> *, MemRef<2> *);
using ResidualMatmul = void(MemRef<2> *, MemRef<2> *, MemRef<2> *, MemRef<2> *);
using ThresholdConv = void(MemRef<4> *, MemRef<4> *, MemRef<1> *, MemRef<4> *);
} // namespace

extern "C" {
#define MATMUL(NAME, ROWS, COLUMNS, DEPTH)                                     \
  Matmul _mlir_ciface_matmul_##NAME, _mlir_ciface_parallel_matmul_##NAME;      \
  ScaledMatmul _mlir_ciface_scaled_matmul_##NAME;                              \
  ResidualMatmul _mlir_ciface_residual_matmul_##NAME;
#define CONV(SIZE, CHANNELS)                                                   \
  Conv _mlir_ciface_conv_##SIZE, _mlir_ciface_parallel_conv_##SIZE;            \
  ThresholdConv _mlir_ciface_threshold_conv_##SIZE;
QUANT_BNN_MATMULS(MATMUL)
QUANT_BNN_CONVS(CONV)
#undef MATMUL
#undef CONV
}

namespace {
template <typename T>
class Buffer {
public:
  explicit Buffer(int64_t size)
      : bytes((size * sizeof(T) + 63) / 64 * 64),
        data(static_cast<T *>(std::aligned_alloc(64, bytes))) {
    // Bits of all kinds, and as a float a number.
    uint32_t seed = 1;
    for (size_t i = 0; i < bytes / 4; ++i) {
      seed = seed * 1664525u + 1013904223u;
      reinterpret_cast<uint32_t *>(data)[i] = seed & 0xBFFFFFFFu;
    }
  }
  ~Buffer() { std::free(data); }
  Buffer(const Buffer &) = delete;
  T *get() const { return data; }

private:
  size_t bytes;
  T *data;
};

//===----------------------------------------------------------------------===//
// Timing
//===----------------------------------------------------------------------===//

struct Variant {
  const char *name;
  std::function<void()> function;
  /// Whether another thread keeps a core busy meanwhile.
  bool isContended = false;
};

/// A thread that keeps a core busy.
class BusyThread {
public:
  BusyThread()
      : thread([this] {
          while (!isDone.load(std::memory_order_relaxed))
            ;
        }) {}
  ~BusyThread() {
    isDone.store(true);
    thread.join();
  }

private:
  std::atomic<bool> isDone{false};
  std::thread thread;
};

double secondsSince(std::chrono::steady_clock::time_point begin) {
  std::chrono::duration<double> seconds =
      std::chrono::steady_clock::now() - begin;
  return seconds.count();
}

/// Seconds that a call takes, with what a call before it left in the caches.
/// Beside a busy thread, this is the mean over many of the system's time
/// slices.
double time(const Variant &variant) {
  variant.function();
  if (!variant.isContended) {
    auto begin = std::chrono::steady_clock::now();
    variant.function();
    return secondsSince(begin);
  }
  BusyThread busy;
  auto begin = std::chrono::steady_clock::now();
  int calls = 0;
  do {
    variant.function();
    ++calls;
  } while (secondsSince(begin) < 0.03);
  return secondsSince(begin) / calls;
}

void report(benchmark::State &state, const std::string &name,
            std::vector<double> values) {
  std::sort(values.begin(), values.end());
  state.counters[name] = values[values.size() / 2];
  state.counters[name + "_q1"] = values[values.size() / 4];
  state.counters[name + "_q3"] = values[3 * values.size() / 4];
}

/// Runs `variants`, of which the first is ours, in turn.
void run(benchmark::State &state, double bits, std::vector<Variant> variants) {
  variants.push_back({"peak", [=] { runPeak(bits); }});
#ifdef QUANT_BNN_HAS_TABLE_PEAK
  variants.push_back({"table_peak", [=] { runTablePeak(bits); }});
#endif
  std::vector<double> seconds;
  std::vector<std::vector<double>> ratios(variants.size());
  for (auto _ : state) {
    std::vector<double> times(variants.size());
    size_t first = seconds.size() % variants.size();
    for (size_t i = 0; i < variants.size(); ++i) {
      size_t which = (first + i) % variants.size();
      times[which] = time(variants[which]);
    }
    state.SetIterationTime(times[0]);
    seconds.push_back(times[0]);
    for (size_t i = 1; i < variants.size(); ++i)
      ratios[i].push_back(times[i] / times[0]);
  }
  for (size_t i = 1; i < variants.size(); ++i)
    report(state, variants[i].name, ratios[i]);
  std::sort(seconds.begin(), seconds.end());
  double middle = seconds[seconds.size() / 2];
  state.counters["median_us"] = 1e6 * middle;
  state.counters["gbitmacs"] = 1e-9 * bits / middle;
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void runMatmul(benchmark::State &state, Matmul *matmul, Matmul *parallel,
               ScaledMatmul *scaled, ResidualMatmul *withResidual, int64_t rows,
               int64_t columns, int64_t depth) {
  Buffer<uint32_t> a(rows * depth / 32), b(columns * depth / 32);
  Buffer<uint32_t> panel(depth / 32 * wordsPerPanelRow);
  Buffer<int32_t> out(rows * columns), expected(rows * columns);
  auto aRef = asMemRef<2>(a.get(), rows, depth / 64);
  auto bRef = asMemRef<2>(b.get(), columns, depth / 64);
  auto outRef = asMemRef<2>(out.get(), rows, columns);
  Matrices matrices = {a.get(), b.get(), expected.get(),
                       rows,    columns, depth / 32};
  matmul(&aRef, &bRef, &outRef);
  multiplyByHand(matrices, panel.get());
  if (!std::equal(out.get(), out.get() + rows * columns, expected.get()))
    return state.SkipWithError("differs from the product by hand");
  Buffer<float> scales(columns), residual(rows * columns),
      results(rows * columns);
  auto scaleRef = asMemRef<1>(scales.get(), columns);
  auto residualRef = asMemRef<2>(residual.get(), rows, columns);
  auto resultRef = asMemRef<2>(results.get(), rows, columns);
  std::vector<Variant> variants = {
      {"ours", [&] { matmul(&aRef, &bRef, &outRef); }},
      {"two_threads", [&] { parallel(&aRef, &bRef, &outRef); }},
      {"two_threads_contended", [&] { parallel(&aRef, &bRef, &outRef); },
       /*isContended=*/true},
      {"scaled", [&] { scaled(&aRef, &bRef, &scaleRef, &resultRef); }},
      {"residual",
       [&] { withResidual(&aRef, &bRef, &residualRef, &resultRef); }},
      {"hand", [&] { multiplyByHand(matrices, panel.get()); }},
      {"read", [&] { readOperands(matrices); }}};
#ifdef QUANT_BNN_HAS_OPENBLAS
  openblas_set_num_threads(1);
  Buffer<float> x(rows * depth), y(columns * depth), z(rows * columns);
  variants.push_back({"sgemm", [&] {
                        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans,
                                    rows, columns, depth, 1, x.get(), depth,
                                    y.get(), depth, 0, z.get(), columns);
                      }});
#endif
  run(state, double(rows) * columns * depth, variants);
}

#ifdef QUANT_BNN_HAS_ONEDNN
/// A direct convolution of f32, in the layout that it likes best.
class FloatConv {
public:
  FloatConv(int64_t size, int64_t channels)
      : engine(dnnl::engine::kind::cpu, 0), stream(engine) {
    auto describe = [](dnnl::memory::dims sizes) {
      return dnnl::memory::desc(sizes, dnnl::memory::data_type::f32,
                                dnnl::memory::format_tag::any);
    };
    dnnl::convolution_forward::primitive_desc conv(
        {dnnl::prop_kind::forward_inference,
         dnnl::algorithm::convolution_direct,
         describe({1, channels, size, size}),
         describe({channels, channels, 3, 3}),
         describe({1, channels, size, size}),
         {1, 1},
         {1, 1},
         {1, 1}},
        engine);
    primitive = dnnl::convolution_forward(conv);
    arguments = {{DNNL_ARG_SRC, dnnl::memory(conv.src_desc(), engine)},
                 {DNNL_ARG_WEIGHTS, dnnl::memory(conv.weights_desc(), engine)},
                 {DNNL_ARG_DST, dnnl::memory(conv.dst_desc(), engine)}};
  }
  void operator()() {
    primitive.execute(stream, arguments);
    stream.wait();
  }

private:
  dnnl::engine engine;
  dnnl::stream stream;
  dnnl::convolution_forward primitive;
  std::unordered_map<int, dnnl::memory> arguments;
};
#endif

void runConv(benchmark::State &state, Conv *conv, Conv *parallel,
             ThresholdConv *threshold, int64_t size, int64_t channels) {
  int64_t padded = size + 2, words = channels / 64;
  Buffer<uint64_t> a(padded * padded * words), b(channels * 9 * words);
  Buffer<int32_t> out(size * size * channels);
  auto aRef = asMemRef<4>(a.get(), int64_t(1), padded, padded, words);
  auto bRef = asMemRef<4>(b.get(), channels, int64_t(3), int64_t(3), words);
  auto outRef = asMemRef<4>(out.get(), int64_t(1), size, size, channels);
  Buffer<int32_t> thresholds(channels);
  Buffer<uint64_t> bits(size * size * words);
  auto thresholdRef = asMemRef<1>(thresholds.get(), channels);
  auto bitRef = asMemRef<4>(bits.get(), int64_t(1), size, size, words);
  std::vector<Variant> variants = {
      {"ours", [&] { conv(&aRef, &bRef, &outRef); }},
      {"two_threads", [&] { parallel(&aRef, &bRef, &outRef); }},
      {"two_threads_contended", [&] { parallel(&aRef, &bRef, &outRef); },
       /*isContended=*/true},
      {"threshold", [&] { threshold(&aRef, &bRef, &thresholdRef, &bitRef); }}};
#ifdef QUANT_BNN_HAS_ONEDNN
  FloatConv floatConv(size, channels);
  variants.push_back({"onednn", [&] { floatConv(); }});
#endif
  run(state, double(size) * size * channels * channels * 9, variants);
}

template <typename Function>
void add(const std::string &name, double bits, Function function) {
  benchmark::RegisterBenchmark(name.c_str(), function)
      ->Iterations(bits > 1e10 ? 7 : 101)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
}
} // namespace

int main(int argc, char **argv) {
  // Of oneDNN.
  omp_set_num_threads(1);
  quant_bnn_set_num_threads(2);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 1;
#define MATMUL(NAME, ROWS, COLUMNS, DEPTH)                                     \
  add("matmul/" #NAME, double(ROWS) * COLUMNS * DEPTH, [](auto &state) {       \
    runMatmul(state, _mlir_ciface_matmul_##NAME,                               \
              _mlir_ciface_parallel_matmul_##NAME,                             \
              _mlir_ciface_scaled_matmul_##NAME,                               \
              _mlir_ciface_residual_matmul_##NAME, ROWS, COLUMNS, DEPTH);      \
  });
#define CONV(SIZE, CHANNELS)                                                   \
  add("conv/" #SIZE "x" #SIZE "x" #CHANNELS,                                   \
      double(SIZE) * SIZE * CHANNELS * CHANNELS * 9, [](auto &state) {         \
        runConv(state, _mlir_ciface_conv_##SIZE,                               \
                _mlir_ciface_parallel_conv_##SIZE,                             \
                _mlir_ciface_threshold_conv_##SIZE, SIZE, CHANNELS);           \
      });
  QUANT_BNN_MATMULS(MATMUL)
  QUANT_BNN_CONVS(CONV)
  benchmark::RunSpecifiedBenchmarks();
}
