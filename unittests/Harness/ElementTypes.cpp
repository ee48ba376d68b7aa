//===- ElementTypes.cpp - Values of the four float types ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ElementTypes.h"

#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <random>

using namespace llvm;

namespace quant_bnn::unittests {

StringRef getName(ElementType type) {
  switch (type) {
  case ElementType::f16:
    return "f16";
  case ElementType::bf16:
    return "bf16";
  case ElementType::f32:
    return "f32";
  case ElementType::f64:
    return "f64";
  }
  llvm_unreachable("no such type");
}

int64_t getMaxBits(ElementType type) {
  switch (type) {
  case ElementType::f16:
    return 11;
  case ElementType::bf16:
    return 8;
  case ElementType::f32:
  case ElementType::f64:
    return 24;
  }
  llvm_unreachable("no such type");
}

static const fltSemantics &getSemantics(ElementType type) {
  switch (type) {
  case ElementType::f16:
    return APFloat::IEEEhalf();
  case ElementType::bf16:
    return APFloat::BFloat();
  case ElementType::f32:
    return APFloat::IEEEsingle();
  case ElementType::f64:
    return APFloat::IEEEdouble();
  }
  llvm_unreachable("no such type");
}

static unsigned getSize(ElementType type) {
  return isNarrow(type) ? 2 : isDouble(type) ? 8 : 4;
}

NpyElementType getNpyType(ElementType type) {
  return {type == ElementType::bf16 ? 'V' : 'f', getSize(type)};
}

static APFloat convert(const APFloat &value, const fltSemantics &semantics) {
  APFloat result = value;
  bool losesInfo;
  result.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return result;
}

/// Returns the bit pattern of `value` without APFloat, which is slow, at least
/// for normal numbers of the narrow type. Returns nullopt for other values.
static std::optional<uint16_t> getExactPattern(ElementType type, float value) {
  auto bits = bit_cast<uint32_t>(value);
  if (type == ElementType::bf16)
    return bits & 0xffff || std::isnan(value)
               ? std::nullopt
               : std::optional<uint16_t>(bits >> 16);
  unsigned exponent = (bits >> 23) & 0xff;
  if (bits & 0x1fff || exponent < 127 - 14 || exponent > 127 + 15)
    return std::nullopt;
  return (bits >> 16 & 0x8000) | (exponent - (127 - 15)) << 10 |
         (bits >> 13 & 0x3ff);
}

static uint16_t toPattern(ElementType type, double value) {
  if (value == static_cast<float>(value))
    if (std::optional<uint16_t> pattern = getExactPattern(type, value))
      return *pattern;
  return convert(APFloat(value), getSemantics(type))
      .bitcastToAPInt()
      .getZExtValue();
}

/// Returns the values of all bit patterns of a narrow type.
static ArrayRef<float> getTable(ElementType type) {
  auto build = [](ElementType type) {
    std::vector<float> table;
    for (unsigned pattern = 0; pattern < 1 << 16; ++pattern)
      table.push_back(convert(APFloat(getSemantics(type), APInt(16, pattern)),
                              APFloat::IEEEsingle())
                          .convertToFloat());
    return table;
  };
  static const std::vector<float> half = build(ElementType::f16);
  static const std::vector<float> brain = build(ElementType::bf16);
  return type == ElementType::f16 ? half : brain;
}

template <typename T>
T roundTo(ElementType type, T value) {
  return isNarrow(type) ? T(getTable(type)[toPattern(type, value)]) : value;
}
template float roundTo(ElementType, float);
template double roundTo(ElementType, double);

template <typename T>
T (*getRounding(ElementType type))(T) {
  if (type == ElementType::f16)
    return [](T value) { return roundTo(ElementType::f16, value); };
  if (type == ElementType::bf16)
    return [](T value) { return roundTo(ElementType::bf16, value); };
  return nullptr;
}
template float (*getRounding(ElementType))(float);
template double (*getRounding(ElementType))(double);

template <typename T>
NpyArray makeArray(ElementType type, ArrayRef<int64_t> shape,
                   ArrayRef<T> values) {
  NpyArray array = cantFail(NpyArray::allocate(getNpyType(type), shape));
  assert(array.getBytes().size() == values.size() * getSize(type));
  if (!isNarrow(type)) {
    assert(sizeof(T) == getSize(type));
    llvm::copy(values, static_cast<T *>(array.getData()));
    return array;
  }
  auto *patterns = static_cast<uint16_t *>(array.getData());
  for (size_t i = 0; i != values.size(); ++i)
    patterns[i] = toPattern(type, values[i]);
  return array;
}
template NpyArray makeArray(ElementType, ArrayRef<int64_t>, ArrayRef<float>);
template NpyArray makeArray(ElementType, ArrayRef<int64_t>, ArrayRef<double>);

template <typename T>
std::vector<T> getValues(ElementType type, const void *data, size_t size) {
  std::vector<T> values(size);
  if (!isNarrow(type)) {
    assert(sizeof(T) == getSize(type));
    std::copy_n(static_cast<const T *>(data), size, values.begin());
    return values;
  }
  const auto *patterns = static_cast<const uint16_t *>(data);
  for (size_t i = 0; i != size; ++i)
    values[i] = getTable(type)[patterns[i]];
  return values;
}
template std::vector<float> getValues(ElementType, const void *, size_t);
template std::vector<double> getValues(ElementType, const void *, size_t);

template <typename T>
std::vector<T> getValues(ElementType type, const NpyView &view) {
  return getValues<T>(type, view.data, view.getSizeInBytes() / getSize(type));
}
template std::vector<float> getValues(ElementType, const NpyView &);
template std::vector<double> getValues(ElementType, const NpyView &);

//===----------------------------------------------------------------------===//
// Test data
//===----------------------------------------------------------------------===//

std::vector<float> getAllValues(ElementType type) {
  return getTable(type).vec();
}

NpyArray makeAllPatterns(ElementType type) {
  NpyArray array = makeArray<float>(type, getAllValues(type));
  auto *patterns = static_cast<uint16_t *>(array.getData());
  std::iota(patterns, patterns + (1 << 16), 0);
  return array;
}

template <typename T>
static T toValue(const APFloat &value) {
  if constexpr (std::is_same_v<T, float>)
    return convert(value, APFloat::IEEEsingle()).convertToFloat();
  else
    return convert(value, APFloat::IEEEdouble()).convertToDouble();
}

double getLargest(ElementType type) {
  return toValue<double>(APFloat::getLargest(getSemantics(type)));
}

template <typename T>
std::vector<T> getNeighbourhoods(ElementType type, ArrayRef<double> at) {
  std::vector<T> values;
  for (double center : at) {
    APFloat value = convert(APFloat(center), getSemantics(type));
    APFloat below = value, above = value;
    below.next(/*nextDown=*/true);
    above.next(/*nextDown=*/false);
    for (const APFloat &neighbour : {value, below, above}) {
      values.push_back(toValue<T>(neighbour));
      values.push_back(-values.back());
    }
  }
  return values;
}
template std::vector<float> getNeighbourhoods(ElementType, ArrayRef<double>);
template std::vector<double> getNeighbourhoods(ElementType, ArrayRef<double>);

template <typename T>
std::vector<T> getSpecialValues(ElementType type) {
  const fltSemantics &semantics = getSemantics(type);
  auto get = [](const APFloat &value) { return toValue<double>(value); };
  double infinity = std::numeric_limits<double>::infinity();
  std::vector<T> values = getNeighbourhoods<T>(
      type, {0, 1, get(APFloat::getSmallest(semantics)),
             get(APFloat::getSmallestNormalized(semantics)),
             get(APFloat::getLargest(semantics)), infinity});
  T nan = std::numeric_limits<T>::quiet_NaN();
  values.insert(values.end(), {nan, -nan});
  return values;
}
template std::vector<float> getSpecialValues(ElementType);
template std::vector<double> getSpecialValues(ElementType);

template <typename T>
std::vector<T> getCotangents(ElementType type) {
  return {T(1),
          -T(0),
          std::numeric_limits<T>::infinity(),
          std::numeric_limits<T>::quiet_NaN(),
          3 * toValue<T>(APFloat::getSmallest(getSemantics(type))),
          roundTo<T>(type, T(-3.7))};
}
template std::vector<float> getCotangents(ElementType);
template std::vector<double> getCotangents(ElementType);

template <typename T>
std::vector<T> getNormalValues(ElementType type, size_t size, unsigned seed,
                               double deviation) {
  std::mt19937_64 generator(seed);
  std::normal_distribution<double> distribution(0, deviation);
  std::vector<T> values(size);
  for (T &value : values)
    value = roundTo<T>(type, static_cast<T>(distribution(generator)));
  return values;
}
template std::vector<float> getNormalValues(ElementType, size_t, unsigned,
                                            double);
template std::vector<double> getNormalValues(ElementType, size_t, unsigned,
                                             double);

template <typename T>
std::vector<T> getRandomPatterns(ElementType type, size_t size, unsigned seed) {
  std::mt19937_64 generator(seed);
  std::vector<uint64_t> words(size * getSize(type) / 8 + 1);
  for (uint64_t &word : words)
    word = generator();
  return getValues<T>(type, words.data(), size);
}
template std::vector<float> getRandomPatterns(ElementType, size_t, unsigned);
template std::vector<double> getRandomPatterns(ElementType, size_t, unsigned);

} // namespace quant_bnn::unittests
