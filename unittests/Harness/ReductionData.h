//===- ReductionData.h - Data of tests that reduce --------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_REDUCTIONDATA_H
#define QUANT_BNN_UNITTESTS_HARNESS_REDUCTIONDATA_H

#include "Harness.h"

#include "Reference/Agreement.h"
#include "gtest/gtest.h"

#include <cmath>

namespace quant_bnn::unittests {

/// The shape of the tensors of a module.
struct Shape {
  const char *name;
  /// In a tensor type, before the element type.
  const char *text;
  unsigned rank;

  /// That of `size` elements. Inner dimensions are short: 3 where the size
  /// divides by it, and 1.
  std::vector<int64_t> get(int64_t size) const {
    std::vector<int64_t> result(rank, 1);
    if (rank == 0)
      return result;
    result[0] = size;
    if (rank > 1) {
      result[0] /= 3;
      result[1] = 3;
    }
    return result;
  }
  bool fits(int64_t size) const {
    return rank == 0 ? size == 1 : rank == 1 || size % 3 == 0;
  }
};

/// `source` with the tensor type for $T and the element type for $E.
inline std::string instantiate(llvm::StringRef source, ElementType type,
                               const Shape &shape) {
  std::string tensor =
      std::string("tensor<") + shape.text + getName(type).str() + ">";
  std::string result;
  for (size_t i = 0; i != source.size(); ++i) {
    if (source[i] != '$')
      result += source[i];
    else
      result += source[++i] == 'T' ? tensor : getName(type).str();
  }
  return result;
}

/// Tensors of the sizes around those of vectors, steps and blocks, and of
/// special contents, that `shape` can have.
template <typename T>
std::vector<std::vector<T>> getReductionData(ElementType type,
                                             const Shape &shape) {
  std::vector<std::vector<T>> data;
  for (size_t size : {0, 1, 15, 16, 17, 63, 64, 65, 1000, 70000})
    data.push_back(getNormalValues<T>(type, size, size));
  constexpr T infinity = std::numeric_limits<T>::infinity();
  T tiny = getSpecialValues<T>(type)[12];
  T small = roundTo<T>(type, T(1e-3));
  data.insert(data.end(), {{0},
                           {-2, -1, T(-0.5), 0, T(0.5), 1, 2, T(1.5), -T(0)},
                           {small, -small / 2, small / 4},
                           {tiny, -tiny, 0},
                           {roundTo<T>(type, T(40000)), T(-9), T(0.25)}});
  for (T special : {T(0), -T(0), std::numeric_limits<T>::quiet_NaN(), infinity,
                    -infinity}) {
    data.push_back(std::vector<T>(21, special));
    data.push_back(getNormalValues<T>(type, 69, 1));
    data.back()[66] = special;
    data.back()[1] = infinity;
    data.push_back(getNormalValues<T>(type, 33, 2));
    data.back()[32] = special;
  }
  data.erase(std::remove_if(data.begin(), data.end(),
                            [&](const std::vector<T> &x) {
                              return !shape.fits(x.size());
                            }),
             data.end());
  return data;
}

/// Gradients of `size` elements: of random signs, of one sign, and special.
template <typename T>
std::vector<std::vector<T>> getReductionCotangents(ElementType type,
                                                   size_t size) {
  std::vector<T> random = getNormalValues<T>(type, size, 77);
  std::vector<T> positive = random, special(size);
  for (T &g : positive)
    g = std::abs(g);
  std::vector<T> cotangents = getCotangents<T>(type);
  for (size_t i = 0; i != size; ++i)
    special[i] = cotangents[i % cotangents.size()];
  return {random, positive, special};
}

/// From the largest exponent of normal numbers of the type to the smallest.
template <typename T>
std::vector<T> getMagnitudes(ElementType type) {
  int largest = std::ilogb(getLargest(type)), smallest = 1 - largest;
  std::vector<T> magnitudes;
  for (int exponent : {largest, largest / 2, 0, smallest / 2, smallest})
    magnitudes.push_back(std::ldexp(T(1.25), exponent));
  return magnitudes;
}

/// Calls the functions of a module and compares.
template <typename T>
class ReductionCheckBase {
public:
  ReductionCheckBase(const Program &program, ElementType type,
                     const Shape &shape)
      : type(type), program(program), shape(shape) {}

  struct Results {
    std::vector<std::vector<T>> tensors;
    std::vector<T> scalars;
  };

  /// Calls a function, which takes its tensors first and returns one first.
  Results call(llvm::StringRef name, llvm::ArrayRef<std::vector<T>> tensors,
               llvm::ArrayRef<T> scalars = {}) const {
    std::vector<NpyArray> arguments;
    for (const std::vector<T> &tensor : tensors)
      arguments.push_back(makeArray<T>(type, shape.get(tensor.size()), tensor));
    for (T value : scalars)
      arguments.push_back(makeScalar<T>(type, value));
    CallResults results = program.call(name, arguments);
    Results values;
    for (auto [index, view] : llvm::enumerate(results.getViews())) {
      std::vector<T> value = getValues<T>(type, view);
      if (index == 0)
        values.tensors.push_back(std::move(value));
      else
        values.scalars.push_back(value.front());
    }
    return values;
  }

  /// Compares with results that are not rounded to the type yet.
  void expectEqual(const std::vector<T> &actual, const std::vector<T> &expected,
                   const char *what) const {
    ASSERT_EQ(actual.size(), expected.size()) << what;
    for (size_t i = 0; i != actual.size(); ++i)
      ASSERT_TRUE(reference::equal(actual[i], roundTo<T>(type, expected[i])))
          << what << " " << i << ": got " << actual[i] << ", expected "
          << expected[i];
  }

  const ElementType type;

private:
  const Program &program;
  const Shape &shape;
};

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_REDUCTIONDATA_H
