//===- ElementTypes.h - Values of the four float types ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A test computes in the compute type, float or double, and its arrays have an
// element type. APFloat converts between the two.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_ELEMENTTYPES_H
#define QUANT_BNN_UNITTESTS_HARNESS_ELEMENTTYPES_H

#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace quant_bnn::unittests {

enum class ElementType { f16, bf16, f32, f64 };

constexpr ElementType allElementTypes[] = {ElementType::f16, ElementType::bf16,
                                           ElementType::f32, ElementType::f64};

/// Returns the name of `type` in MLIR.
llvm::StringRef getName(ElementType type);

/// Returns the element type of `type` in NumPy files.
NpyElementType getNpyType(ElementType type);

/// Returns the maximal number of bits of a quantizer of `type`.
int64_t getMaxBits(ElementType type);

/// Returns the largest finite number of `type`.
double getLargest(ElementType type);

/// Whether the compute type is double rather than float.
inline bool isDouble(ElementType type) { return type == ElementType::f64; }
inline bool isNarrow(ElementType type) {
  return type == ElementType::f16 || type == ElementType::bf16;
}

/// Rounds `value` to `type`. T is the compute type.
template <typename T>
T roundTo(ElementType type, T value);

/// Returns roundTo for `type` as a function, or null if roundTo returns its
/// argument.
template <typename T>
T (*getRounding(ElementType type))(T);

/// Makes an array of `values`, which are values of `type`.
template <typename T>
NpyArray makeArray(ElementType type, llvm::ArrayRef<int64_t> shape,
                   llvm::ArrayRef<T> values);
template <typename T>
NpyArray makeArray(ElementType type, const std::vector<T> &values) {
  return makeArray<T>(type, {int64_t(values.size())}, values);
}
/// Makes a scalar argument, or a tensor of rank 0.
template <typename T>
NpyArray makeScalar(ElementType type, T value) {
  return makeArray<T>(type, {}, value);
}

/// Makes the arguments of a call.
template <typename... Arrays>
std::vector<NpyArray> makeArguments(Arrays &&...arrays) {
  std::vector<NpyArray> result;
  (result.push_back(std::move(arrays)), ...);
  return result;
}

/// Returns the values of `size` elements at `data`, or of `view`.
template <typename T>
std::vector<T> getValues(ElementType type, const void *data, size_t size);
template <typename T>
std::vector<T> getValues(ElementType type, const NpyView &view);

//===----------------------------------------------------------------------===//
// Test data
//===----------------------------------------------------------------------===//

/// Returns every value of a 16-bit type, in the order of their bit patterns.
std::vector<float> getAllValues(ElementType type);
/// Makes an array of all 65,536 bit patterns, including signaling NaNs.
NpyArray makeAllPatterns(ElementType type);

/// Returns the values `at`, rounded to `type`, each with its two neighbours,
/// and the negative of all three.
template <typename T>
std::vector<T> getNeighbourhoods(ElementType type, llvm::ArrayRef<double> at);

/// Returns zeros, NaN, infinities, 1 and the ends of the normal and subnormal
/// ranges, with their neighbours.
template <typename T>
std::vector<T> getSpecialValues(ElementType type);

/// Returns cotangents: 1, -0, inf, NaN, a subnormal and -3.7.
template <typename T>
std::vector<T> getCotangents(ElementType type);

/// Returns finite random values of `type` from a normal distribution, the same
/// in every run.
template <typename T>
std::vector<T> getNormalValues(ElementType type, size_t size, unsigned seed,
                               double deviation = 1.5);

/// Returns the values of random bit patterns of `type`, the same in every run.
template <typename T>
std::vector<T> getRandomPatterns(ElementType type, size_t size, unsigned seed);

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTTYPES_H
