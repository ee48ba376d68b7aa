//===- Binarizers.h - Binarizers and their gradients ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_BINARIZERS_H
#define QUANT_BNN_UNITTESTS_REFERENCE_BINARIZERS_H

namespace quant_bnn::reference {

/// The sign of a NaN. The frameworks disagree on it, and one of them between
/// its own versions, so each op states it.
enum class NanPolicy { positive, negative, propagate, zero };

/// The sign of a zero of either sign. A binary network needs one of two values;
/// torch.sign and similar functions give 0.
enum class ZeroPolicy { positive, negative, zero };

/// Returns the value of sign, approx_sign and swish_sign: -1 where x < 0, +1
/// where x > 0. `zero` and `nan` determine the value at both zeros and at a
/// NaN.
template <typename T>
T sign(T x, NanPolicy nan, ZeroPolicy zero = ZeroPolicy::positive);

/// Returns the value of ste_heaviside: 1 where x > 0, else `low`, also at both
/// zeros and at a NaN.
template <typename T>
T heaviside(T x, double low);

/// Returns the gradient of approx_sign, the derivative of a piecewise quadratic
/// (Liu et al. 2018, Bi-Real Net, arXiv:1808.00278): (2 - 2 abs x) g where abs
/// x <= 1, else 0. Infinities and NaN are outside of this window. abs x = 1 is
/// inside, with the factor 0, so that an infinite g gives NaN there.
template <typename T>
T approxSignGrad(T x, T g);

/// Returns the gradient of swish_sign, the derivative of SignSwish (Darabi et
/// al. 2018, BNN+, arXiv:1812.11800): with z = beta x,
///   g beta (2 - z tanh(z/2)) / (1 + cosh z),
/// 0 where z is infinite (also where beta x overflows, and for any g), NaN
/// where x is NaN. The gradient is evaluated in the wider type with one
/// exponential and rounded once.
///
/// The factor underflows to 0 at a z that depends on the type in which it is
/// computed. An infinite g gives an infinity below this z, and a NaN above it;
/// swishSignGradAgrees accepts both.
template <typename T>
T swishSignGrad(T x, T g, double beta);

/// The gradient of the error decay estimator (Qin et al. 2020, IR-Net,
/// arXiv:1909.10788), the derivative of k tanh(t x) with k = max(1 / t, 1):
///   g max(1, t) (1 - tanh(t x)^2),
/// 0 where t x is infinite, whatever g is, and NaN where x is NaN. Evaluated in
/// the wider type and rounded once. swishSignGradAgrees has the bound, with
/// max(1, t) for beta.
template <typename T>
T edeGrad(T x, T g, double t);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_BINARIZERS_H
