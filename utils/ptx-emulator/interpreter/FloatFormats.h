//===- FloatFormats.h - Bit-exact float formats of PTX ----------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each format has the type Bits, the type Value in which the host computes, and
// decode and encode between them. Values of f16 and bf16 are doubles: the
// result of one operation in double, rounded once more to the format, is
// correctly rounded, since 53 >= 2 p + 2. The only exception is fma, which
// rounds to odd first.
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_FLOATFORMATS_H
#define PTX_EMULATOR_INTERPRETER_FLOATFORMATS_H

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace ptx_emulator {

/// .rn, .rz, .rm and .rp
enum class Rounding { Nearest, TowardZero, Down, Up };

template <typename To, typename From>
To bitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// Divides `significand` by 2^shift and rounds the quotient.
inline uint64_t shiftAndRound(uint64_t significand, int shift, bool isNegative,
                              Rounding rounding) {
  if (shift <= 0)
    return significand << -shift;
  uint64_t rest, kept, half;
  if (shift < 64) {
    kept = significand >> shift;
    rest = significand & ((uint64_t(1) << shift) - 1);
    half = uint64_t(1) << (shift - 1);
  } else {
    // All bits are shifted out: nothing is kept, and the rest is below a half.
    kept = 0;
    rest = significand != 0;
    half = 2;
  }
  if (rest == 0)
    return kept;
  switch (rounding) {
  case Rounding::Nearest:
    return kept + (rest > half || (rest == half && (kept & 1)));
  case Rounding::TowardZero:
    return kept;
  case Rounding::Down:
    return kept + isNegative;
  case Rounding::Up:
    return kept + !isNegative;
  }
  return kept;
}

/// Rounds `value` to a format with `exponentBits` and `mantissaBits`. NaN has
/// one encoding, with all of its bits but the sign set.
template <int exponentBits, int mantissaBits>
uint64_t roundToFormat(double value, Rounding rounding) {
  constexpr int bias = (1 << (exponentBits - 1)) - 1;
  constexpr uint64_t infinity = ((uint64_t(1) << exponentBits) - 1)
                                << mantissaBits;
  uint64_t bits = bitCast<uint64_t>(value);
  bool isNegative = bits >> 63;
  uint64_t sign = uint64_t(isNegative) << (exponentBits + mantissaBits);
  if (value != value)
    return infinity | (infinity - 1) | ((uint64_t(1) << mantissaBits) - 1);
  if (std::isinf(value))
    return sign | infinity;
  int exponent = static_cast<int>(bits >> 52 & 0x7ff);
  uint64_t significand = bits & ((uint64_t(1) << 52) - 1);
  if (exponent == 0)
    exponent = 1;
  else
    significand |= uint64_t(1) << 52;

  // The exponent field of the value in the format, at least that of subnormals.
  int field = exponent - 1023 + bias;
  int shift = 52 - mantissaBits;
  if (field < 1) {
    shift += 1 - field;
    field = 1;
  }
  uint64_t rounded = shiftAndRound(significand, shift, isNegative, rounding);
  // The leading bit adds one to the field; a carry adds one more.
  uint64_t magnitude = (uint64_t(field - 1) << mantissaBits) + rounded;
  if (magnitude >= infinity) {
    bool isAwayFromZero = rounding == Rounding::Nearest ||
                          (rounding == Rounding::Up && !isNegative) ||
                          (rounding == Rounding::Down && isNegative);
    magnitude = isAwayFromZero ? infinity : infinity - 1;
  }
  return sign | magnitude;
}

/// Returns the value of `bits` in a narrow format.
template <int exponentBits, int mantissaBits>
double decodeFormat(uint64_t bits) {
  constexpr int bias = (1 << (exponentBits - 1)) - 1;
  constexpr uint64_t fields = (uint64_t(1) << exponentBits) - 1;
  uint64_t field = bits >> mantissaBits & fields;
  uint64_t mantissa = bits & ((uint64_t(1) << mantissaBits) - 1);
  bool isNegative = bits >> (exponentBits + mantissaBits) & 1;
  double magnitude;
  if (field == fields)
    magnitude = mantissa ? std::numeric_limits<double>::quiet_NaN()
                         : std::numeric_limits<double>::infinity();
  else if (field == 0)
    magnitude =
        std::ldexp(static_cast<double>(mantissa), 1 - bias - mantissaBits);
  else
    magnitude = bitCast<double>((field - bias + 1023) << 52 |
                                mantissa << (52 - mantissaBits));
  return isNegative ? -magnitude : magnitude;
}

struct F16 {
  using Bits = uint16_t;
  using Value = double;
  static constexpr Bits nan = 0x7fff;
  static Value decode(Bits bits) { return decodeFormat<5, 10>(bits); }
  static Bits encode(double value, Rounding rounding = Rounding::Nearest) {
    return static_cast<Bits>(roundToFormat<5, 10>(value, rounding));
  }
};

struct BF16 {
  using Bits = uint16_t;
  using Value = double;
  static constexpr Bits nan = 0x7fff;
  static Value decode(Bits bits) {
    return bitCast<float>(static_cast<uint32_t>(bits) << 16);
  }
  static Bits encode(double value, Rounding rounding = Rounding::Nearest) {
    return static_cast<Bits>(roundToFormat<8, 7>(value, rounding));
  }
};

struct F32 {
  using Bits = uint32_t;
  using Value = float;
  static constexpr Bits nan = 0x7fffffff;
  static Value decode(Bits bits) { return bitCast<float>(bits); }
  static Bits encode(float value) {
    return value == value ? bitCast<Bits>(value) : nan;
  }
  static Bits encode(double value, Rounding rounding) {
    return static_cast<Bits>(roundToFormat<8, 23>(value, rounding));
  }
};

/// f32 with the modifier .ftz: subnormal operands and results are zeros.
struct F32Ftz {
  using Bits = uint32_t;
  using Value = float;
  static constexpr Bits nan = F32::nan;
  static Bits flush(Bits bits) {
    return bits & 0x7f800000 ? bits : bits & 0x80000000;
  }
  static Value decode(Bits bits) { return bitCast<float>(flush(bits)); }
  static Bits encode(float value) { return flush(F32::encode(value)); }
  static Bits encode(double value, Rounding rounding) {
    return flush(F32::encode(value, rounding));
  }
};

/// A NaN of f64 keeps the payload that the host gives it.
struct F64 {
  using Bits = uint64_t;
  using Value = double;
  static constexpr Bits nan = 0x7fffffffffffffff;
  static Value decode(Bits bits) { return bitCast<double>(bits); }
  static Bits encode(double value, Rounding = Rounding::Nearest) {
    return bitCast<Bits>(value);
  }
};

/// f64 with .ftz, which only approximations have.
struct F64Ftz {
  using Bits = uint64_t;
  using Value = double;
  static Bits flush(Bits bits) {
    return bits & 0x7ff0000000000000 ? bits : bits & 0x8000000000000000;
  }
  static Value decode(Bits bits) { return bitCast<double>(flush(bits)); }
  static Bits encode(double value) { return flush(bitCast<Bits>(value)); }
};

/// Rounds a number to odd, given the nearest double `rounded` and the `error`
/// to add to it. Returns `rounded` if it is exact or odd, or else its neighbor
/// in the direction of the error. Rounding the result to fewer bits, in any
/// mode, is the same as rounding the number itself.
inline double roundToOdd(double rounded, double error) {
  uint64_t bits = bitCast<uint64_t>(rounded);
  if (error == 0 || error != error || (bits & 1))
    return rounded;
  bool isAway = (error > 0) == (rounded > 0);
  return bitCast<double>(isAway ? bits + 1 : bits - 1);
}

/// Returns the sum of two doubles, rounded to odd.
inline double addToOdd(double a, double b) {
  double sum = a + b;
  double bPart = sum - a;
  double error = (a - (sum - bPart)) + (b - bPart);
  return std::isfinite(sum) ? roundToOdd(sum, error) : sum;
}

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_FLOATFORMATS_H
