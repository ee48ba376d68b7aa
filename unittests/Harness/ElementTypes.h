//===- ElementTypes.h - Values of the four float types ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A test computes in the compute type, float or double, and its arrays are of
// an element type. Conversions are APFloat's.
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

/// Its name in MLIR.
llvm::StringRef getName(ElementType type);

/// Its elements in NumPy files.
NpyElementType getNpyType(ElementType type);

/// The most bits of a quantizer of it.
int64_t getMaxBits(ElementType type);

/// Its largest finite number.
double getLargest(ElementType type);

/// Whether the compute type is double rather than float.
inline bool isDouble(ElementType type) { return type == ElementType::f64; }
inline bool isNarrow(ElementType type) {
  return type == ElementType::f16 || type == ElementType::bf16;
}

/// `value` rounded to the type. T is the compute type.
template <typename T>
T roundTo(ElementType type, T value);

/// roundTo as a function, or null where it does nothing.
template <typename T>
T (*getRounding(ElementType type))(T);

/// An array of `values`, which are values of the type.
template <typename T>
NpyArray makeArray(ElementType type, llvm::ArrayRef<int64_t> shape,
                   llvm::ArrayRef<T> values);
template <typename T>
NpyArray makeArray(ElementType type, const std::vector<T> &values) {
  return makeArray<T>(type, {int64_t(values.size())}, values);
}
/// A scalar argument, or a tensor of rank 0.
template <typename T>
NpyArray makeScalar(ElementType type, T value) {
  return makeArray<T>(type, {}, value);
}

/// What the bytes at `data` hold.
template <typename T>
std::vector<T> getValues(ElementType type, const void *data, size_t size);
template <typename T>
std::vector<T> getValues(ElementType type, const NpyView &view);

//===----------------------------------------------------------------------===//
// Test data
//===----------------------------------------------------------------------===//

/// Every value of a type of 16 bits, in the order of their patterns.
std::vector<float> getAllValues(ElementType type);
/// All 65,536 patterns, those of signaling NaNs included.
NpyArray makeAllPatterns(ElementType type);

/// Values rounded to the type, each with its two neighbours and all three
/// negated.
template <typename T>
std::vector<T> getNeighbourhoods(ElementType type, llvm::ArrayRef<double> at);

/// Zeros, NaN, infinities, 1 and the ends of the normal and subnormal ranges,
/// with their neighbours.
template <typename T>
std::vector<T> getSpecialValues(ElementType type);

/// Cotangents: 1, -0, inf, NaN, a subnormal and -3.7.
template <typename T>
std::vector<T> getCotangents(ElementType type);

/// Finite random values of the type, the same in every run: normally
/// distributed.
template <typename T>
std::vector<T> getNormalValues(ElementType type, size_t size, unsigned seed,
                               double deviation = 1.5);

/// Random bit patterns of the type, the same in every run.
template <typename T>
std::vector<T> getRandomPatterns(ElementType type, size_t size, unsigned seed);

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTTYPES_H
