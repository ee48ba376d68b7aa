//===- TypedTest.h - Tests in both compute types ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_TYPEDTEST_H
#define QUANT_BNN_UNITTESTS_REFERENCE_TYPEDTEST_H

#include "gtest/gtest.h"

#include <cmath>
#include <limits>

namespace quant_bnn::unittests {

using ComputeTypes = ::testing::Types<float, double>;

/// The values at which quantizers have their edges.
template <typename T>
class TypedTest : public ::testing::Test {
protected:
  static constexpr T nan = std::numeric_limits<T>::quiet_NaN();
  static constexpr T inf = std::numeric_limits<T>::infinity();
  static constexpr T tiny = std::numeric_limits<T>::denorm_min();
  static constexpr T largest = std::numeric_limits<T>::max();
  static constexpr T epsilon = std::numeric_limits<T>::epsilon();

  static T above(T x) { return std::nextafter(x, inf); }
  static T below(T x) { return std::nextafter(x, -inf); }
};

} // namespace quant_bnn::unittests

/// A test suite whose tests run in every compute type, with the names above.
#define QUANT_BNN_TYPED_SUITE(name)                                            \
  template <typename T>                                                        \
  class name : public quant_bnn::unittests::TypedTest<T> {};                   \
  TYPED_TEST_SUITE(name, quant_bnn::unittests::ComputeTypes, )

/// The members of the fixture are dependent names; this makes them plain ones.
#define QUANT_BNN_TYPED_NAMES                                                  \
  using T [[maybe_unused]] = TypeParam;                                        \
  [[maybe_unused]] constexpr T nan = TestFixture::nan;                         \
  [[maybe_unused]] constexpr T inf = TestFixture::inf;                         \
  [[maybe_unused]] constexpr T tiny = TestFixture::tiny;                       \
  [[maybe_unused]] constexpr T largest = TestFixture::largest;                 \
  [[maybe_unused]] constexpr T epsilon = TestFixture::epsilon;                 \
  [[maybe_unused]] auto above = TestFixture::above;                            \
  [[maybe_unused]] auto below = TestFixture::below

#endif // QUANT_BNN_UNITTESTS_REFERENCE_TYPEDTEST_H
