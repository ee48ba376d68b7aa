//===- Agreement.h - When a result agrees with the reference ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Everything is compared with `equal`, bit for bit but for the sign of a zero
// and the payload of a NaN. The four kinds of result for which that cannot be
// asked have a comparison of their own here, each with its bound.
//
// Each takes `roundToResult`, which rounds to a result type that is narrower
// than T: the bound is one on the value before that, and what is compared are
// the results of the ends of its range.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_AGREEMENT_H
#define QUANT_BNN_REFERENCE_AGREEMENT_H

#include "quant-bnn/Reference/UniformQuantizers.h"

#include <cstdint>

namespace quant_bnn::reference {

/// Both NaN, or equal in value: zeros compare equal.
template <typename T>
bool equal(T a, T b);

/// How far, in units of epsilon of the compute type times n = 2^bits - 1, a
/// computed (t / (2m) + 1/2) n may be from the exact one: abs (t / (2m)) <= 1/2
/// carries the errors of two tanh of up to 5 ulps, which gives 5, and the four
/// roundings add up to less than 2.
constexpr double weightDoReFaPreRoundingError = 7;

/// Whether `actual` is the value of a level that a tanh with that error may
/// round to; `preRounding` is from weightDoReFaPreRounding. Where no tie is
/// near, this is the reference's level alone.
template <typename T>
bool weightDoReFaAgrees(T actual, double preRounding, int64_t bits,
                        T (*roundToResult)(T) = nullptr);

/// How many epsilons of the compute type times g / m the tanh gradient of
/// weight_dorefa may be off: 1 - t^2 carries twice the error of t, which is up
/// to 5 ulps or 2.5 epsilons of 1, and that of m is up to 5; the roundings add
/// up to less than 2. The bound is absolute because 1 - t^2 cancels.
constexpr double weightDoReFaGradError = 12;

/// Whether `actual` is within that bound of `expected`, with m the largest
/// abs t. An infinite or NaN g asks for a result that is not finite where the
/// reference's is not.
template <typename T>
bool weightDoReFaGradAgrees(T actual, T expected, T g, T m,
                            T (*roundToResult)(T) = nullptr);

/// How many epsilons of the compute type times beta g a swish_sign gradient may
/// be off. The bound is absolute because the factor has a root.
constexpr double swishSignGradError = 8;

/// Whether `actual` is within that bound of `expected`. An infinite or NaN g
/// asks for a result that is not finite where the reference's is not.
template <typename T>
bool swishSignGradAgrees(T actual, T expected, T g, double beta,
                         T (*roundToResult)(T) = nullptr);

/// The factor below for compiled code. A lane adds up to 256 terms before its
/// errors are compensated, half an epsilon each, and the lanes and vectors of a
/// step are up to 256, added in pairs; the terms and their sum are rounded less
/// than eight times.
constexpr double sumError = 136;

/// Whether abs (actual - value) <= factor epsilon absoluteTerms. Where the sum
/// of absolute terms is infinite or NaN, `actual` need only not be finite where
/// `value` is not: the order of the terms decides between the infinities and
/// NaN, and between them and a value whose terms alone overflow.
template <typename T>
bool sumAgrees(T actual, Sum<T> expected, double factor = sumError,
               T (*roundToResult)(T) = nullptr);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_REFERENCE_AGREEMENT_H
