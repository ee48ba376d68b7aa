//===- Conversions.cpp - The instruction cvt ------------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Handlers.h"

#include <algorithm>
#include <limits>

using namespace ptx_emulator;

namespace {

/// The modifiers of a conversion, packed into the instruction's immediate.
struct Modifiers {
  Rounding rounding = Rounding::Nearest;
  /// Whether the result is rounded to an integer: .rni, .rzi, .rmi or .rpi.
  bool roundsToInteger = false;
  bool saturates = false;
  /// The size of the register of the result, in bytes.
  unsigned registerSize = 0;

  int64_t pack() const {
    return static_cast<int>(rounding) | roundsToInteger << 2 | saturates << 3 |
           registerSize << 4;
  }
  static Modifiers unpack(int64_t bits) {
    Modifiers modifiers;
    modifiers.rounding = static_cast<Rounding>(bits & 3);
    modifiers.roundsToInteger = bits >> 2 & 1;
    modifiers.saturates = bits >> 3 & 1;
    modifiers.registerSize = bits >> 4;
    return modifiers;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static double roundToInteger(double value, Rounding rounding) {
  switch (rounding) {
  case Rounding::Nearest:
    return std::nearbyint(value);
  case Rounding::TowardZero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  }
  return value;
}

/// Converts `value` to an integer. A value out of range becomes the nearest
/// integer of the type. A NaN becomes 0, or, if the source or the result has 64
/// bits, a value with only the highest bit set.
template <typename T, typename Source>
static T toInteger(double value, Rounding rounding) {
  if (value != value) {
    bool isWide = sizeof(T) == 8 || sizeof(typename Source::Bits) == 8;
    return isWide ? static_cast<T>(uint64_t(1) << (8 * sizeof(T) - 1)) : 0;
  }
  double rounded = roundToInteger(value, rounding);
  // Powers of two are exact.
  double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
  double begin = std::is_signed_v<T> ? -end : 0;
  if (rounded < begin)
    return std::numeric_limits<T>::min();
  if (rounded >= end)
    return std::numeric_limits<T>::max();
  return static_cast<T>(rounded);
}

/// Returns a double that rounds to fewer bits as `value` does.
template <typename T>
static double toOddDouble(T value) {
  double rounded = static_cast<double>(value);
  Int128 error = static_cast<Int128>(value) - static_cast<Int128>(rounded);
  return roundToOdd(rounded, static_cast<double>(error));
}

static double saturate(double value) {
  return value > 0 ? std::min(value, 1.0) : 0; // Also 0 for a NaN and -0.
}

template <typename Format>
static constexpr bool isInteger = std::is_integral_v<typename Format::Value>;

template <typename Result, typename Source>
static typename Result::Bits convertValue(typename Source::Value value,
                                          const Modifiers &modifiers) {
  using T = typename Result::Value;
  if constexpr (isInteger<Result> && isInteger<Source>) {
    if (modifiers.saturates) {
      using Limits = std::numeric_limits<T>;
      Int128 wide = value;
      return std::clamp<Int128>(wide, Limits::min(), Limits::max());
    }
    return static_cast<T>(value);
  } else if constexpr (isInteger<Result>) {
    return toInteger<T, Source>(value, modifiers.rounding);
  } else if constexpr (isInteger<Source>) {
    if constexpr (std::is_same_v<Result, F64>)
      return F64::encode(static_cast<double>(value));
    else
      return Result::encode(toOddDouble(value), modifiers.rounding);
  } else {
    double converted = value;
    if (modifiers.roundsToInteger)
      converted = roundToInteger(converted, modifiers.rounding);
    if (modifiers.saturates)
      converted = saturate(converted);
    return Result::encode(converted, modifiers.rounding);
  }
}

template <typename Result, typename Source>
static const Instruction *convert(Thread &thread, const Instruction *i) {
  Modifiers modifiers = Modifiers::unpack(i->immediate);
  auto bits = convertValue<Result, Source>(read<Source>(thread, i->operands[1]),
                                           modifiers);
  uint64_t extended = bits;
  // An integer is extended to a wider register.
  if constexpr (isInteger<Result>)
    extended = static_cast<int64_t>(Result::decode(bits));
  thread.slots[i->operands[0]] =
      extended & (~uint64_t(0) >> (64 - 8 * modifiers.registerSize));
  return i + 1;
}

/// cvt.rn.f16x2.f32 d, a, b: a is the high half.
template <typename Half>
static const Instruction *convertPair(Thread &thread, const Instruction *i) {
  Modifiers modifiers = Modifiers::unpack(i->immediate);
  auto half = [&](uint32_t slot) -> uint32_t {
    return Half::encode(read<F32>(thread, slot), modifiers.rounding);
  };
  thread.slots[i->operands[0]] =
      half(i->operands[1]) << 16 | half(i->operands[2]);
  return i + 1;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename Result>
static Handler pickSource(Type source, bool flushes) {
  switch (source) {
  case Type::U8:
    return convert<Result, Int<uint8_t>>;
  case Type::U16:
    return convert<Result, Int<uint16_t>>;
  case Type::U32:
    return convert<Result, Int<uint32_t>>;
  case Type::U64:
    return convert<Result, Int<uint64_t>>;
  case Type::S8:
    return convert<Result, Int<int8_t>>;
  case Type::S16:
    return convert<Result, Int<int16_t>>;
  case Type::S32:
    return convert<Result, Int<int32_t>>;
  case Type::S64:
    return convert<Result, Int<int64_t>>;
  case Type::F16:
    return convert<Result, F16>;
  case Type::BF16:
    return convert<Result, BF16>;
  case Type::F32:
    return flushes ? convert<Result, F32Ftz> : convert<Result, F32>;
  case Type::F64:
    return convert<Result, F64>;
  default:
    return nullptr;
  }
}

static Handler pickConversion(Type result, Type source, bool flushes) {
  switch (result) {
  case Type::U8:
    return pickSource<Int<uint8_t>>(source, flushes);
  case Type::U16:
    return pickSource<Int<uint16_t>>(source, flushes);
  case Type::U32:
    return pickSource<Int<uint32_t>>(source, flushes);
  case Type::U64:
    return pickSource<Int<uint64_t>>(source, flushes);
  case Type::S8:
    return pickSource<Int<int8_t>>(source, flushes);
  case Type::S16:
    return pickSource<Int<int16_t>>(source, flushes);
  case Type::S32:
    return pickSource<Int<int32_t>>(source, flushes);
  case Type::S64:
    return pickSource<Int<int64_t>>(source, flushes);
  case Type::F16:
    return pickSource<F16>(source, flushes);
  case Type::BF16:
    return pickSource<BF16>(source, flushes);
  case Type::F32:
    return flushes ? pickSource<F32Ftz>(source, flushes)
                   : pickSource<F32>(source, flushes);
  case Type::F64:
    return pickSource<F64>(source, flushes);
  default:
    return nullptr;
  }
}

static bool isFloat(Type type) {
  return type == Type::F16 || type == Type::BF16 || type == Type::F32 ||
         type == Type::F64;
}

/// Takes a rounding, and returns whether there is one.
static bool takeRounding(Mnemonic &mnemonic, Modifiers &modifiers) {
  static constexpr std::pair<std::string_view, Rounding> names[] = {
      {"rn", Rounding::Nearest},  {"rz", Rounding::TowardZero},
      {"rm", Rounding::Down},     {"rp", Rounding::Up},
      {"rni", Rounding::Nearest}, {"rzi", Rounding::TowardZero},
      {"rmi", Rounding::Down},    {"rpi", Rounding::Up},
  };
  for (const auto &[name, rounding] : names)
    if (mnemonic.take(name)) {
      modifiers.rounding = rounding;
      modifiers.roundsToInteger = name.size() == 3;
      return true;
    }
  return false;
}

/// Whether there is a rounding exactly where PTX requires one, and of the
/// required kind.
static bool isRoundingLegal(Type result, Type source, bool hasRounding,
                            const Modifiers &modifiers) {
  if (isFloat(source) && (!isFloat(result) || result == source))
    // Between equal types of floats, only rounding to an integer has an effect.
    return hasRounding ? modifiers.roundsToInteger
                       : isFloat(result) && modifiers.saturates;
  bool isInexact = isFloat(result) &&
                   (!isFloat(source) || getSize(result) <= getSize(source));
  if (modifiers.roundsToInteger || hasRounding != isInexact)
    return false;
  // The host rounds to double, and only to nearest.
  return result != Type::F64 || modifiers.rounding == Rounding::Nearest;
}

static void decodePair(FunctionDecoder &decoder, Mnemonic &mnemonic, Type type,
                       const Modifiers &modifiers) {
  Handler handler = type == Type::F16x2 ? convertPair<F16> : convertPair<BF16>;
  if (mnemonic.takeType() != Type::F32 || modifiers.roundsToInteger ||
      modifiers.saturates)
    return decoder.error("unknown conversion");
  decoder.emit(handler, {type}, {Type::F32, Type::F32}).immediate =
      modifiers.pack();
}

static void decodeConversion(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Modifiers modifiers;
  bool hasRounding = takeRounding(mnemonic, modifiers);
  bool flushes = mnemonic.take("ftz");
  modifiers.saturates = mnemonic.take("sat");
  Type result = mnemonic.takeType();
  if (hasRounding && !flushes &&
      (result == Type::F16x2 || result == Type::BF16x2))
    return decodePair(decoder, mnemonic, result, modifiers);
  Type source = mnemonic.takeType();
  Handler handler = pickConversion(result, source, flushes);
  bool canFlush = result == Type::F32 || source == Type::F32;
  if (!handler || (flushes && !canFlush) ||
      !isRoundingLegal(result, source, hasRounding, modifiers))
    return decoder.error("unknown conversion");
  if (!decoder.expectOperands(2))
    return;
  // Registers may be wider than their integers.
  uint32_t slots[2];
  modifiers.registerSize = getSize(result);
  slots[0] = isFloat(result)
                 ? decoder.destination(decoder.operands()[0], result)
                 : decoder.wideDestination(decoder.operands()[0], result,
                                           modifiers.registerSize);
  slots[1] = isFloat(source)
                 ? decoder.source(decoder.operands()[1], source)
                 : decoder.wideSource(decoder.operands()[1], source);
  Instruction &instruction = decoder.emit(handler);
  std::copy(std::begin(slots), std::end(slots), instruction.operands);
  instruction.immediate = modifiers.pack();
}

void ptx_emulator::addConversions(InstructionMap &map) {
  map["cvt"] = decodeConversion;
}
