//===- Binarizers.h - Binarizers and their gradients ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_BINARIZERS_H
#define QUANT_BNN_REFERENCE_BINARIZERS_H

namespace quant_bnn::reference {

/// What the sign of a NaN is. The frameworks disagree on it, and one of them
/// between its own versions, so it is stated and not inherited.
enum class NanPolicy { positive, negative, propagate, zero };

/// What the sign of a zero of either sign is. A binary network needs one of two
/// values; torch.sign and its like give 0.
enum class ZeroPolicy { positive, negative, zero };

/// The forward of sign, approx_sign and swish_sign: -1 where x < 0, +1 where
/// x > 0; both zeros and a NaN as `zero` and `nan` say.
template <typename T>
T sign(T x, NanPolicy nan, ZeroPolicy zero = ZeroPolicy::positive);

/// The forward of ste_heaviside: 1 where x > 0, else `low`, which is also what
/// both zeros and a NaN give.
template <typename T>
T heaviside(T x, double low);

/// The gradient of approx_sign, the derivative of a piecewise quadratic (Liu et
/// al. 2018, Bi-Real Net, arXiv:1808.00278): (2 - 2 abs x) g where abs x <= 1,
/// else 0. Infinities and NaN are outside. At abs x = 1 the factor is 0, but it
/// is inside: an infinite g gives NaN there.
template <typename T>
T approxSignGrad(T x, T g);

/// The gradient of swish_sign, the derivative of SignSwish (Darabi et al. 2018,
/// BNN+, arXiv:1812.11800): with z = beta x,
///   g beta (2 - z tanh(z/2)) / (1 + cosh z),
/// 0 where z is infinite (also where beta x overflows to it, and whatever g
/// is), NaN where x is NaN. Evaluated in the wider type with one exponential
/// and rounded once.
///
/// The factor falls below the smallest number at a z that depends on the type
/// in which it is computed. Up to there an infinite g gives an infinity, beyond
/// it a NaN; swishSignGradAgrees takes either.
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

#endif // QUANT_BNN_REFERENCE_BINARIZERS_H
