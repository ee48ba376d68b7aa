//===- Agreement.h - When a result agrees with the reference ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results are compared with `equal`, bit for bit except for the sign of a zero
// and the payload of a NaN. Four kinds of results cannot be required to be
// equal. Each of them has its own comparison here, with a bound.
//
// Each of these takes `roundToResult`, which rounds to a result type that is
// narrower than T. The bound then applies to the value before this rounding:
// the result must lie between the rounded ends of the range.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_AGREEMENT_H
#define QUANT_BNN_UNITTESTS_REFERENCE_AGREEMENT_H

#include "Reference/UniformQuantizers.h"

#include <cstdint>

namespace quant_bnn::reference {

/// Whether `a` and `b` are both NaN, or equal in value: zeros compare equal.
template <typename T>
bool equal(T a, T b);

/// The maximal error of a computed (t / (2m) + 1/2) n, in units of epsilon of
/// the compute type times n = 2^bits - 1. The quotient t / (2m), of magnitude
/// at most 1/2, has the errors of two tanh of up to 5 ulps, which gives 5; the
/// four roundings add up to less than 2.
constexpr double weightDoReFaPreRoundingError = 7;

/// Whether `actual` is the value of a level that a computation with that error
/// may round to; `preRounding` is from weightDoReFaPreRounding. If no tie is
/// near, only the level of the reference agrees.
template <typename T>
bool weightDoReFaAgrees(T actual, double preRounding, int64_t bits,
                        T (*roundToResult)(T) = nullptr);

/// The maximal error of the tanh gradient of weight_dorefa, in units of epsilon
/// of the compute type times g / m. 1 - t^2 has twice the error of t, which is
/// up to 5 ulps or 2.5 epsilons of 1, and the error of m is up to 5; the
/// roundings add up to less than 2. The bound is absolute because 1 - t^2
/// cancels.
constexpr double weightDoReFaGradError = 12;

/// Whether `actual` is within that bound of `expected`, where m is the largest
/// abs t. If g is infinite or NaN, `actual` must equal `expected`, or neither
/// may be finite.
template <typename T>
bool weightDoReFaGradAgrees(T actual, T expected, T g, T m,
                            T (*roundToResult)(T) = nullptr);

/// The maximal error of a swish_sign gradient, in units of epsilon of the
/// compute type times beta g. The bound is absolute because the factor has a
/// root.
constexpr double swishSignGradError = 8;

/// Whether `actual` is within that bound of `expected`. If g is infinite or
/// NaN, `actual` must equal `expected`, or neither may be finite.
template <typename T>
bool swishSignGradAgrees(T actual, T expected, T g, double beta,
                         T (*roundToResult)(T) = nullptr);

/// The default of `factor` below, for compiled code. A lane adds up to 256
/// terms, with an error of half an epsilon each, before its errors are
/// compensated. A step has up to 256 lanes and vectors, which are added in
/// pairs. The terms and their sum are rounded less than eight times.
constexpr double sumError = 136;

/// Whether abs (actual - value) <= factor epsilon absoluteTerms. If the sum of
/// absolute terms is infinite or NaN, the only requirement is that `actual` is
/// not finite where `value` is not: the order of the terms decides between the
/// infinities and NaN, and between these and a finite value if only the terms
/// overflow.
template <typename T>
bool sumAgrees(T actual, Sum<T> expected, double factor = sumError,
               T (*roundToResult)(T) = nullptr);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_AGREEMENT_H
