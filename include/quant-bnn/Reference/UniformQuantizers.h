//===- UniformQuantizers.h - Uniform quantizers, gradients ------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_REFERENCE_UNIFORMQUANTIZERS_H
#define QUANT_BNN_REFERENCE_UNIFORMQUANTIZERS_H

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

namespace quant_bnn::reference {

/// A sum and the sum of its terms' absolute values, which is what the error of
/// a summation in another order or type is measured by. Both are accumulated in
/// the wider type and rounded once.
template <typename T>
struct Sum {
  T value;
  T absoluteTerms;
};

/// The largest abs x: NaN if there is a NaN, 0 for an empty tensor.
template <typename T>
T maxAbs(const T *x, size_t n);

//===----------------------------------------------------------------------===//
// DoReFa (Zhou et al. 2016, arXiv:1606.06160)
//===----------------------------------------------------------------------===//

/// roundeven(clamp(x, 0, 1) n) / n with n = 2^bits - 1; NaN gives NaN.
template <typename T>
T inputDoReFa(T x, int64_t bits);

/// The paper's gradient of input_dorefa (grad = window): g where 0 <= x <= 1,
/// both ends inside, else 0.
template <typename T>
T inputDoReFaWindowGrad(T x, T g);

/// With t = tanh w, m the largest abs t and n = 2^bits - 1,
///   2 roundeven((t / (2m) + 1/2) n) / n - 1.
/// t / (2m) is 0 where m = 0, so that an all-zero tensor is quantized like a
/// zero among other weights; one NaN makes every element NaN. t is evaluated in
/// the wider type and rounded; the rest is in T.
template <typename T>
void weightDoReFa(const T *w, T *y, size_t n, int64_t bits);

/// The value before it is rounded, (t / (2m) + 1/2) n, in the wider type and
/// rounded to double: what tells whether a level was a near tie.
template <typename T>
void weightDoReFaPreRounding(const T *w, double *v, size_t n, int64_t bits);

enum class WeightDoReFaGradient { identity, tanh, zero };

/// identity: g. zero: 0. tanh: the chain rule through tanh with m detached,
/// (g (1 - t^2)) / m, and 0 everywhere where m = 0. `m` is the residual of the
/// forward; without one it is computed from w, and a NaN in w then makes the
/// tanh gradient NaN everywhere, as it does the forward.
template <typename T>
void weightDoReFaGrad(const T *w, const T *g, T *dw, size_t n,
                      WeightDoReFaGradient gradient, std::optional<T> m);

//===----------------------------------------------------------------------===//
// min_max and dequantize
//===----------------------------------------------------------------------===//

/// With m the largest abs x and s = min((2^(bits-1) - 1) / m, `largest`),
/// writes q = roundeven(clamp(x, -m, m) s), or without roundeven if
/// `unrounded`, and returns s. Where m = 0, or n = 0, q and s are 0; one NaN
/// makes all of q and s NaN. The rest follows from the formula: m = inf gives s
/// = 0, so finite elements give 0 and the infinite ones inf times 0, NaN.
///
/// `largest` is the largest finite number of the type of x, where that is
/// narrower than T.
template <typename T>
T minMax(const T *x, T *q, size_t n, int64_t bits, bool unrounded,
         double largest = std::numeric_limits<T>::max());

/// g s: s is detached, and the clamp never acts.
template <typename T>
T minMaxGrad(T s, T g);

/// q / s, and 0 where s = 0 whatever q is.
template <typename T>
T dequantize(T q, T s);

/// Writes dq = g / s and returns ds = -sum of dq (q / s), where both factors
/// are rounded to T; all 0 where s = 0.
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
  /// The largest finite number of the type of alpha, where that is narrower
  /// than T.
  double largestScale = std::numeric_limits<double>::max();
};

/// signed: i / alpha with i = 2^(bits-1) - 1. unsigned: n (1 / alpha) with
/// n = 2^bits - 1, which is two roundings. `largestScale` where that is larger.
/// 0 where alpha <= 0 or is NaN; also 0 for alpha = inf, by the formula.
template <typename T>
T pactScale(T alpha, const PactAttributes &attributes);

/// signed: level = roundeven(clamp(s x, -i, i)). unsigned: level =
/// roundeven(clamp(x, 0, alpha) s). The value form is level / s. 0 where
/// alpha <= 0 or is NaN, also for a NaN x, which otherwise gives NaN.
///
/// alpha = inf is not caught and follows from the formula with s = 0: the level
/// of a finite x is 0 and of an infinite one that is not clamped to 0, NaN;
/// the value is 0 / 0, NaN.
template <typename T>
T pact(T x, T alpha, const PactAttributes &attributes);

/// Writes dx and returns dalpha. All are 0 where alpha <= 0 or is NaN.
///
/// In range means -alpha <= x <= alpha, unsigned 0 <= x <= alpha; a NaN is not.
/// * full, value: dx = g in range, else 0; dalpha = sum of g sign(x) where
///   abs x >= alpha, unsigned sum of g where x >= alpha. An x on the edge is in
///   both.
/// * full, level: dx = g s in range, else 0; dalpha = sum of -g ((x / alpha) s)
///   in range, and -(gs / alpha) s if there is a gs, the cotangent of the
///   scale. The factor in parentheses is rounded to T.
/// * compat, level form only: dx = g s everywhere, dalpha = 0.
template <typename T>
Sum<T> pactGrad(const T *x, T alpha, const T *g, std::optional<T> gs, T *dx,
                size_t n, const PactAttributes &attributes);

} // namespace quant_bnn::reference

#endif // QUANT_BNN_REFERENCE_UNIFORMQUANTIZERS_H
