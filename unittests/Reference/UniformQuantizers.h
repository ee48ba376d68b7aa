//===- UniformQuantizers.h - Uniform quantizers and gradients ---*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_REFERENCE_UNIFORMQUANTIZERS_H
#define QUANT_BNN_UNITTESTS_REFERENCE_UNIFORMQUANTIZERS_H

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace quant_bnn::reference {

/// A sum and the sum of the absolute values of its terms, by which the error of
/// a summation in another order or type is measured. Both are accumulated in
/// the wider type and rounded once.
template <typename T>
struct Sum {
  T value;
  T absoluteTerms;
};

/// Returns the largest abs x, NaN if there is a NaN, or 0 for an empty tensor.
template <typename T>
T maxAbs(const T *x, size_t n);

//===----------------------------------------------------------------------===//
// DoReFa (Zhou et al. 2016, arXiv:1606.06160)
//===----------------------------------------------------------------------===//

/// Returns roundeven(clamp(x, 0, 1) n) / n with n = 2^bits - 1; NaN gives NaN.
template <typename T>
T inputDoReFa(T x, int64_t bits);

/// Returns the paper's gradient of input_dorefa (grad = window): g where 0 <= x
/// <= 1, both ends inside, else 0.
template <typename T>
T inputDoReFaWindowGrad(T x, T g);

/// Writes, with t = tanh w, m the largest abs t and n = 2^bits - 1,
///   y = 2 roundeven((t / (2m) + 1/2) n) / n - 1.
/// t / (2m) is 0 where m = 0, so that an all-zero tensor is quantized like a
/// zero among other weights; one NaN makes every element NaN. t is evaluated in
/// the wider type and rounded; all other operations are in T.
template <typename T>
void weightDoReFa(const T *w, T *y, size_t n, int64_t bits);

/// Writes the value of weightDoReFa before rounding, (t / (2m) + 1/2) n,
/// evaluated in the wider type and rounded to double. It shows whether a level
/// is near a tie.
template <typename T>
void weightDoReFaPreRounding(const T *w, double *v, size_t n, int64_t bits);

enum class WeightDoReFaGradient { identity, tanh, zero };

/// Writes the gradient of weight_dorefa. identity: g. zero: 0. tanh: the chain
/// rule through tanh with m detached, (g (1 - t^2)) / m, and 0 everywhere where
/// m = 0. `m` is the residual of the forward pass. Without a residual, m is
/// computed from w, and a NaN in w then makes the tanh gradient NaN everywhere,
/// as it does the value.
template <typename T>
void weightDoReFaGrad(const T *w, const T *g, T *dw, size_t n,
                      WeightDoReFaGradient gradient, std::optional<T> m);

//===----------------------------------------------------------------------===//
// min_max and dequantize
//===----------------------------------------------------------------------===//

/// With m the largest abs x and s = min((2^(bits-1) - 1) / m, `largest`),
/// writes q = roundeven(clamp(x, -m, m) s), or without roundeven if
/// `unrounded`, and returns s. Where m = 0, or n = 0, q and s are 0; one NaN
/// makes all of q and s NaN. The formula holds for m = inf as well: s is 0, so
/// finite elements give 0, and infinite elements give inf times 0, a NaN.
///
/// `largest` is the largest finite number of the type of x, if that type is
/// narrower than T.
template <typename T>
T minMax(const T *x, T *q, size_t n, int64_t bits, bool unrounded,
         double largest = std::numeric_limits<T>::max());

/// Returns g s: s is detached, and the clamp has no effect.
template <typename T>
T minMaxGrad(T s, T g);

/// Returns q / s, or 0 where s = 0, for any q.
template <typename T>
T dequantize(T q, T s);

/// Writes dq = g / s and returns ds = -sum of dq (q / s), where both factors
/// are rounded to T; all are 0 where s = 0.
template <typename T>
Sum<T> dequantizeGrad(const T *q, T s, const T *g, T *dq, size_t n);

//===----------------------------------------------------------------------===//
// PACT (Choi et al. 2018, arXiv:1805.06085)
//===----------------------------------------------------------------------===//

enum class PactMode { signed_, unsigned_ };
enum class PactForm { level, value };
enum class PactGradient { full, compat };

struct PactAttributes {
  int64_t bits;
  PactMode mode = PactMode::signed_;
  PactForm form = PactForm::level;
  PactGradient gradient = PactGradient::full;
  bool unrounded = false;
  /// The largest finite number of the type of alpha, if that type is narrower
  /// than T.
  double largestScale = std::numeric_limits<double>::max();
};

/// Returns the scale of pact. signed: i / alpha with i = 2^(bits-1) - 1.
/// unsigned: n (1 / alpha) with n = 2^bits - 1, which is two roundings. The
/// scale is at most `largestScale`. It is 0 where alpha <= 0 or is NaN, and
/// also for alpha = inf, by the formula.
template <typename T>
T pactScale(T alpha, const PactAttributes &attributes);

/// Returns the level or the value of pact. signed: level = roundeven(clamp(s x,
/// -i, i)). unsigned: level = roundeven(clamp(x, 0, alpha) s). The value is
/// level / s. The result is 0 where alpha <= 0 or is NaN, also for a NaN x,
/// which otherwise gives NaN.
///
/// The formula holds for alpha = inf as well, with s = 0: the level is 0 for a
/// finite x, and NaN for an infinite x that is not clamped to 0; the value is 0
/// / 0, a NaN.
template <typename T>
T pact(T x, T alpha, const PactAttributes &attributes);

/// Writes dx and returns dalpha. All are 0 where alpha <= 0 or is NaN.
///
/// In range means -alpha <= x <= alpha, unsigned 0 <= x <= alpha, and not NaN.
/// * full, value: dx = g in range, else 0; dalpha = sum of g sign(x) where
///   abs x >= alpha, unsigned sum of g where x >= alpha. An x with
///   abs x = alpha contributes to both.
/// * full, level: dx = g s in range, else 0; dalpha = sum of -g ((x / alpha) s)
///   in range, and -(gs / alpha) s if there is a gs, the cotangent of the
///   scale. The factor in parentheses is rounded to T.
/// * compat, level form only: dx = g s everywhere, dalpha = 0.
template <typename T>
Sum<T> pactGrad(const T *x, T alpha, const T *g, std::optional<T> gs, T *dx,
                size_t n, const PactAttributes &attributes);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_UNITTESTS_REFERENCE_UNIFORMQUANTIZERS_H
