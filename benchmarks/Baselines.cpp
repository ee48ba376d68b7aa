//===- Baselines.cpp - Hand-written loops ---------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Compiled by the clang that compiles the kernels, with the same flags, and in
// the vector extension, so that nothing is left to the auto-vectorizer. Arrays
// are aligned to 64 bytes and a multiple of 256 bytes long.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"
#include <initializer_list>

namespace {
typedef float Floats __attribute__((ext_vector_type(16)));
typedef int32_t Ints __attribute__((ext_vector_type(16)));
typedef uint32_t Words __attribute__((ext_vector_type(16)));
typedef uint16_t Halves __attribute__((ext_vector_type(16)));
typedef bool Bits __attribute__((ext_vector_type(16)));

const Ints laneBits = {1 << 0,  1 << 1,  1 << 2,  1 << 3, 1 << 4,  1 << 5,
                       1 << 6,  1 << 7,  1 << 8,  1 << 9, 1 << 10, 1 << 11,
                       1 << 12, 1 << 13, 1 << 14, 1 << 15};

/// Vectors in a step.
constexpr int step = 4;

template <bool nontemporal, typename V>
void storeVector(V value, void *to) {
  if constexpr (nontemporal)
    __builtin_nontemporal_store(value, static_cast<V *>(to));
  else
    *static_cast<V *>(to) = value;
}

struct F32 {
  static constexpr int size = 4;
  static Floats load(const char *from) {
    return *reinterpret_cast<const Floats *>(from);
  }
  static Floats round(Floats value) { return value; }
  template <bool nontemporal>
  static void store(Floats value, char *to) {
    storeVector<nontemporal>(value, to);
  }
};

struct BF16 {
  static constexpr int size = 2;
  static Floats load(const char *from) {
    Halves halves = *reinterpret_cast<const Halves *>(from);
    return __builtin_bit_cast(Floats, __builtin_convertvector(halves, Words)
                                          << 16);
  }
  /// Half to even. A NaN becomes the quiet one.
  static Words roundToHalf(Floats value) {
    Words bits = __builtin_bit_cast(Words, value);
    Words rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
    return value == value ? rounded : Words(0x7FC0u);
  }
  static Floats round(Floats value) {
    return __builtin_bit_cast(Floats, roundToHalf(value) << 16);
  }
  template <bool nontemporal>
  static void store(Floats value, char *to) {
    storeVector<nontemporal>(
        __builtin_convertvector(roundToHalf(value), Halves), to);
  }
};

template <typename Format>
float loadScalar(const void *from) {
  uint32_t bits = 0;
  __builtin_memcpy(reinterpret_cast<char *>(&bits) + 4 - Format::size, from,
                   Format::size);
  return __builtin_bit_cast(float, bits);
}

template <typename Format>
void storeScalar(float value, void *to) {
  alignas(64) char vector[64];
  Format::template store<false>(Floats(value), vector);
  __builtin_memcpy(to, vector, Format::size);
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

template <typename Format, bool nontemporal, typename Function>
void mapLoop(const Arrays &arrays, Function function) {
  auto *x = static_cast<const char *>(arrays.x);
  auto *y = static_cast<char *>(arrays.y);
  constexpr size_t width = 16 * Format::size;
  for (size_t i = 0; i < arrays.bytes; i += step * width) {
    Floats in[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      in[k] = Format::load(x + i + k * width);
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      Format::template store<nontemporal>(function(in[k]), y + i + k * width);
  }
}

template <typename Format, bool nontemporal, typename Function>
void mapLoop2(const Arrays &arrays, Function function) {
  auto *x = static_cast<const char *>(arrays.x);
  auto *g = static_cast<const char *>(arrays.g);
  auto *y = static_cast<char *>(arrays.y);
  constexpr size_t width = 16 * Format::size;
  for (size_t i = 0; i < arrays.bytes; i += step * width) {
    Floats in[step], gradient[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k) {
      in[k] = Format::load(x + i + k * width);
      gradient[k] = Format::load(g + i + k * width);
    }
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      Format::template store<nontemporal>(function(in[k], gradient[k]),
                                          y + i + k * width);
  }
}

/// The signs of x to bits.
template <typename Format>
void packLoop(const Arrays &arrays) {
  auto *x = static_cast<const char *>(arrays.x);
  auto *bits = static_cast<uint16_t *>(arrays.bits);
  constexpr size_t width = 16 * Format::size;
  for (size_t i = 0; i < arrays.bytes; i += step * width)
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k) {
      Ints mask = Format::load(x + i + k * width) < 0.0f;
      bits[i / width + k] =
          __builtin_bit_cast(uint16_t, __builtin_convertvector(mask, Bits));
    }
}

/// x to y and bits: `function` gives both of 16 elements.
template <typename Format, bool nontemporal, typename Function>
void mapToBitsLoop(const Arrays &arrays, Function function) {
  auto *x = static_cast<const char *>(arrays.x);
  auto *y = static_cast<char *>(arrays.y);
  auto *bits = static_cast<uint16_t *>(arrays.bits);
  constexpr size_t width = 16 * Format::size;
  for (size_t i = 0; i < arrays.bytes; i += step * width) {
    Floats in[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      in[k] = Format::load(x + i + k * width);
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k) {
      auto [value, mask] = function(in[k]);
      Format::template store<nontemporal>(value, y + i + k * width);
      bits[i / width + k] = __builtin_bit_cast(
          uint16_t, __builtin_convertvector(mask != 0, Bits));
    }
  }
}

/// g to y, 0 where the bit is.
template <typename Format, bool nontemporal>
void selectLoop(const Arrays &arrays) {
  auto *g = static_cast<const char *>(arrays.g);
  auto *y = static_cast<char *>(arrays.y);
  auto *bits = static_cast<const uint16_t *>(arrays.bits);
  constexpr size_t width = 16 * Format::size;
  for (size_t i = 0; i < arrays.bytes; i += step * width) {
    Floats gradient[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      gradient[k] = Format::load(g + i + k * width);
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k) {
      Ints mask = (Ints(bits[i / width + k]) & laneBits) != 0;
      Format::template store<nontemporal>(mask ? gradient[k] : Floats(0.0f),
                                          y + i + k * width);
    }
  }
}

template <typename Format, typename Function>
void map(const Arrays &arrays, bool nontemporal, Function function) {
  if (nontemporal)
    mapLoop<Format, true>(arrays, function);
  else
    mapLoop<Format, false>(arrays, function);
}

template <typename Format, typename Function>
void map2(const Arrays &arrays, bool nontemporal, Function function) {
  if (nontemporal)
    mapLoop2<Format, true>(arrays, function);
  else
    mapLoop2<Format, false>(arrays, function);
}

/// The largest lane of `pick(words)` over all of x.
template <typename Lanes, typename Function>
Lanes scan(const Arrays &arrays, Function pick) {
  auto *x = static_cast<const char *>(arrays.x);
  Lanes most[step] = {};
  for (size_t i = 0; i < arrays.bytes; i += step * sizeof(Lanes))
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      most[k] = __builtin_elementwise_max(
          most[k],
          pick(*reinterpret_cast<const Lanes *>(x + i + k * sizeof(Lanes))));
  return __builtin_elementwise_max(__builtin_elementwise_max(most[0], most[1]),
                                   __builtin_elementwise_max(most[2], most[3]));
}

/// max abs x, by comparing the bits without the sign as integers.
float maxAbs(const Arrays &arrays, F32) {
  Ints most = scan<Ints>(arrays, [](Ints words) { return words & 0x7FFFFFFF; });
  return __builtin_bit_cast(float, __builtin_reduce_max(most));
}

float maxAbs(const Arrays &arrays, BF16) {
  typedef int16_t Shorts __attribute__((ext_vector_type(32)));
  Shorts most = scan<Shorts>(
      arrays, [](Shorts words) { return words & int16_t(0x7FFF); });
  return __builtin_bit_cast(float, __builtin_reduce_max(most) << 16);
}

/// Keeps a scan whose result nothing else uses.
void keep(float value) { asm volatile("" : : "x"(value)); }

//===----------------------------------------------------------------------===//
// Math
//===----------------------------------------------------------------------===//

Floats abs(Floats x) { return __builtin_elementwise_abs(x); }
Floats roundEven(Floats x) { return __builtin_elementwise_roundeven(x); }
Floats fma(Floats a, Floats b, Floats c) {
  return __builtin_elementwise_fma(a, b, c);
}
Floats select(Ints which, Floats a, Floats b) { return which ? a : b; }

/// What NaN passes through, as arith.minimumf and arith.maximumf do.
Floats clamp(Floats x, float low, float high) {
  x = select(x < low, low, x);
  return select(x > high, high, x);
}

/// level / n for k = 2, 4 and 8 bits, as PayloadBuilder::divideLevel does.
Floats divideLevel(Floats level, float n) {
  double reciprocal = 1.0 / n;
  double scale = 8388608.0; // 2^23
  double high = double(int64_t(reciprocal * scale)) / scale;
  float low = float((1.0 - high * n) / n);
  return level * float(high) + level * low;
}

Floats dorefa(Floats x, float n) {
  return divideLevel(roundEven(clamp(x, 0.0f, 1.0f) * n), n);
}

/// As MathBuilder::buildExp does.
Floats exp(Floats x) {
  const float shift = 12582912.0f; // 3 * 2^22: adding it rounds
  x = clamp(x, -105.0f, 105.0f);
  Floats shifted = fma(x, Floats(1.44269504f), Floats(shift));
  Floats k = shifted - shift;
  Ints exponent =
      __builtin_bit_cast(Ints, shifted) - __builtin_bit_cast(int32_t, shift);
  Floats r = fma(k, Floats(-0.693145752f), x);
  r = fma(k, Floats(-1.42860677e-6f), r);
  Floats p = fma(Floats(1.0f / 5040), r, Floats(1.0f / 720));
  for (float coefficient : {1.0f / 120, 1.0f / 24, 1.0f / 6, 1.0f / 2, 1.0f})
    p = fma(p, r, Floats(coefficient));
  Floats y = r * p + 1.0f;
  Ints half = (exponent + 254) >> 1;
  Ints otherHalf = exponent + 254 - half;
  y *= __builtin_bit_cast(Floats, half << 23);
  return y * __builtin_bit_cast(Floats, otherHalf << 23);
}

/// The polynomials that populateMathPolynomialApproximationPatterns has.
Floats tanh(Floats value) {
  Floats x = clamp(value, -7.99881172f, 7.99881172f);
  Floats square = x * x;
  Floats p = fma(square, Floats(-2.76076837e-16f), Floats(2.00018794e-13f));
  for (float coefficient : {-8.60467184e-11f, 5.12229725e-8f, 1.48572235e-5f,
                            6.37261954e-4f, 0.00489352457f})
    p = fma(square, p, Floats(coefficient));
  Floats q = fma(square, Floats(1.19825836e-6f), Floats(1.18534706e-4f));
  for (float coefficient : {0.00226843474f, 0.00489352504f})
    q = fma(square, q, Floats(coefficient));
  return select(abs(value) < 4.0e-4f, x, x * p / q);
}

Floats sign(Floats x) { return select(x < 0.0f, -1.0f, 1.0f); }

Floats swishSignGrad(Floats x, Floats g) {
  const float beta = 5.0f;
  Floats z = abs(beta * x);
  Floats e = exp(-z);
  Floats d = 1.0f / (1.0f + e);
  Floats zTanh = z * ((1.0f - e) * d);
  Floats slope = beta * ((2.0f - zTanh) * ((2.0f * e) * (d * d)));
  return select(z == __builtin_inff(), 0.0f, g * slope);
}
} // namespace

//===----------------------------------------------------------------------===//
// Floors
//===----------------------------------------------------------------------===//

// Of words, not floats: whatever the bits are, they take the same time.
void floorCopy(const Arrays &arrays, bool nontemporal) {
  map<F32>(arrays, nontemporal, [](Floats x) { return abs(x); });
}

void floorSelect(const Arrays &arrays, bool nontemporal) {
  map2<F32>(arrays, nontemporal, [](Floats x, Floats g) {
    return __builtin_bit_cast(Floats, __builtin_bit_cast(Ints, x) &
                                          __builtin_bit_cast(Ints, g));
  });
}

void floorScanAndCopy(const Arrays &arrays, bool nontemporal) {
  keep(maxAbs(arrays, F32()));
  floorCopy(arrays, nontemporal);
}

void floorScanAndSelect(const Arrays &arrays, bool nontemporal) {
  keep(maxAbs(arrays, F32()));
  floorSelect(arrays, nontemporal);
}

namespace {
/// One vector of bits for so many of an array.
constexpr size_t vectorsPerBits = 32;

/// Stores past the caches are not worth it for so little.
void readToBits(const Arrays &arrays) {
  auto *x = static_cast<const Ints *>(arrays.x);
  auto *bits = static_cast<Ints *>(arrays.bits);
  size_t size = arrays.bytes / sizeof(Ints);
  for (size_t i = 0; i < size; i += vectorsPerBits) {
    Ints any[step] = {};
#pragma clang loop unroll(full)
    for (size_t k = 0; k < vectorsPerBits; ++k)
      any[k % step] |= x[i + k];
    bits[i / vectorsPerBits] = (any[0] | any[1]) | (any[2] | any[3]);
  }
}

template <bool nontemporal>
void copyAndBits(const Arrays &arrays) {
  auto *x = static_cast<const Ints *>(arrays.x);
  auto *y = static_cast<Ints *>(arrays.y);
  auto *bits = static_cast<Ints *>(arrays.bits);
  size_t size = arrays.bytes / sizeof(Ints);
  for (size_t i = 0; i < size; i += step) {
    Ints in[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      in[k] = x[i + k];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      storeVector<nontemporal>(in[k], y + i + k);
    if (i % vectorsPerBits == 0)
      bits[i / vectorsPerBits] = in[0];
  }
}

template <bool nontemporal>
void selectBits(const Arrays &arrays) {
  auto *g = static_cast<const Ints *>(arrays.g);
  auto *y = static_cast<Ints *>(arrays.y);
  auto *bits = static_cast<const Ints *>(arrays.bits);
  size_t size = arrays.bytes / sizeof(Ints);
  for (size_t i = 0; i < size; i += step) {
    Ints mask = bits[i / vectorsPerBits], in[step];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      in[k] = g[i + k];
#pragma clang loop unroll(full)
    for (int k = 0; k < step; ++k)
      storeVector<nontemporal>(in[k] & mask, y + i + k);
  }
}
} // namespace

void floorReadToBits(const Arrays &arrays, bool) { readToBits(arrays); }

void floorCopyAndBits(const Arrays &arrays, bool nontemporal) {
  nontemporal ? copyAndBits<true>(arrays) : copyAndBits<false>(arrays);
}

void floorSelectBits(const Arrays &arrays, bool nontemporal) {
  nontemporal ? selectBits<true>(arrays) : selectBits<false>(arrays);
}

//===----------------------------------------------------------------------===//
// Twins
//===----------------------------------------------------------------------===//

namespace {
/// How the output is written, and the scalar operand.
template <typename Format>
struct Twin {
  const Arrays &arrays;
  bool nontemporal;

  float scalar() const { return loadScalar<Format>(arrays.scalar); }
  template <typename Function>
  void map(Function function) const {
    ::map<Format>(arrays, nontemporal, function);
  }
  template <typename Function>
  void map2(Function function) const {
    ::map2<Format>(arrays, nontemporal, function);
  }
  /// The gradient of what passes it where abs x <= limit.
  void window(float limit) const {
    map2([=](Floats x, Floats g) { return select(abs(x) <= limit, g, 0.0f); });
  }

  void sign() const { map(::sign); }
  void approx_sign() const { map(::sign); }
  void ste_heaviside() const {
    map([](Floats x) { return select(x > 0.0f, 1.0f, 0.0f); });
  }
  void input_dorefa_2() const {
    map([](Floats x) { return dorefa(x, 3.0f); });
  }
  void input_dorefa_4() const {
    map([](Floats x) { return dorefa(x, 15.0f); });
  }
  void input_dorefa_8() const {
    map([](Floats x) { return dorefa(x, 255.0f); });
  }
  void pact_level() const {
    float alpha = scalar(), s = 15.0f * (1.0f / alpha);
    map([=](Floats x) { return roundEven(clamp(x, 0.0f, alpha) * s); });
  }
  void pact_value() const {
    float alpha = scalar(), s = 15.0f * (1.0f / alpha);
    map([=](Floats x) { return roundEven(clamp(x, 0.0f, alpha) * s) / s; });
  }
  void dequantize() const {
    float s = scalar();
    map([=](Floats q) { return q / s; });
  }
  void min_max_grad() const {
    float s = scalar();
    map([=](Floats g) { return g * s; });
  }
  void sign_grad() const { window(1.0f); }
  void approx_sign_grad() const {
    map2([](Floats x, Floats g) {
      Floats size = abs(x);
      return select(size <= 1.0f, (2.0f - 2.0f * size) * g, 0.0f);
    });
  }
  void swish_sign_grad() const { map2(swishSignGrad); }
  void gradient_cancellation_grad() const { window(1.0f); }
  void input_dorefa_grad() const {
    map2([](Floats x, Floats g) {
      return select((x >= 0.0f) & (x <= 1.0f), g, 0.0f);
    });
  }
  void min_max() const {
    float m = maxAbs(arrays, Format()), s = 127.0f / m;
    map([=](Floats x) { return roundEven(x * s); });
    storeScalar<Format>(s, arrays.result);
  }
  void weight_dorefa() const {
    float range = 2.0f * tanh(Floats(maxAbs(arrays, Format())))[0];
    map([=](Floats w) {
      Floats level = roundEven((tanh(w) / range + 0.5f) * 3.0f);
      return 2.0f * divideLevel(level, 3.0f) - 1.0f;
    });
  }
  void weight_dorefa_grad() const {
    float m = tanh(Floats(maxAbs(arrays, Format())))[0];
    map2([=](Floats w, Floats g) {
      Floats t = tanh(w);
      return g * (1.0f - t * t) / m;
    });
  }
  void pact_grad() const {
    float alpha = scalar();
    Floats sum = 0.0f;
    map2([&](Floats x, Floats g) {
      sum += select(x >= alpha, g, 0.0f);
      return select((x >= 0.0f) & (x <= alpha), g, 0.0f);
    });
    float total = 0.0f;
    for (int i = 0; i < 16; ++i)
      total += sum[i];
    storeScalar<Format>(total, arrays.result);
  }
  void pack() const { packLoop<Format>(arrays); }
  void saved_forward() const {
    auto function = [](Floats x) {
      struct {
        Floats value;
        Ints mask;
      } result = {::sign(x), abs(x) <= 1.0f};
      return result;
    };
    if (nontemporal)
      mapToBitsLoop<Format, true>(arrays, function);
    else
      mapToBitsLoop<Format, false>(arrays, function);
  }
  void saved_backward() const {
    if (nontemporal)
      selectLoop<Format, true>(arrays);
    else
      selectLoop<Format, false>(arrays);
  }
  void chain_dorefa() const {
    float s = scalar();
    // The element type is rounded to between the two ops.
    map([=](Floats x) { return Format::round(dorefa(x, 3.0f)) * s; });
  }
  void chain_pact() const {
    float s = 7.0f / scalar();
    map([=](Floats x) { return ::sign(roundEven(clamp(s * x, -7.0f, 7.0f))); });
  }
  void chain_backward() const {
    map2([](Floats x, Floats g) {
      Floats inner = select((x >= 0.0f) & (x <= 1.0f), g, 0.0f);
      return select(abs(x) <= 0.5f, inner, 0.0f);
    });
  }
};
} // namespace

#define QUANT_BNN_KERNEL(NAME, SIGNATURE, FLOOR)                               \
  void twin_##NAME##_f32(const Arrays &arrays, bool nontemporal) {             \
    Twin<F32>{arrays, nontemporal}.NAME();                                     \
  }                                                                            \
  void twin_##NAME##_bf16(const Arrays &arrays, bool nontemporal) {            \
    Twin<BF16>{arrays, nontemporal}.NAME();                                    \
  }
#include "Kernels.def"
