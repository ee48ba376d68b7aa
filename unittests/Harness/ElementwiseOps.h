//===- ElementwiseOps.h - Every elementwise op and its reference *- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEOPS_H
#define QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEOPS_H

#include "ElementTypes.h"

#include <functional>
#include <optional>

namespace quant_bnn::unittests {

/// Computes `n` elements of the reference implementation.
template <typename T>
using ReferenceLoop =
    std::function<void(const T *const *operands, T *result, size_t n)>;

/// An elementwise op with its attributes.
struct ElementwiseOp {
  /// A name for a function and for messages.
  std::string name;
  /// The op on %0 and, if it has two operands, %1, without the type.
  std::string assembly;
  unsigned numOperands;
  ReferenceLoop<float> floatLoop;
  ReferenceLoop<double> doubleLoop;
  /// The points at which the op, as a function of %0, changes its form.
  std::vector<double> breakpoints;
  /// The number of bits of the quantizer, or 0.
  int64_t bits = 0;
  /// For swish_sign_grad and surrogate_grad, whose results have a tolerance:
  /// beta, or the largest factor of the cotangent.
  std::optional<double> beta;
  /// Whether the last operand, which may be the only one, is a cotangent.
  bool isGradient = false;
  /// Whether one operand may be a scalar while the other is not, so that the
  /// types of both are written.
  bool takesScalar = false;
  /// Whether the op is one of the few that represent all families.
  bool isRepresentative = false;

  template <typename T>
  const ReferenceLoop<T> &getLoop() const {
    if constexpr (std::is_same_v<T, float>)
      return floatLoop;
    else
      return doubleLoop;
  }

  bool isLegal(ElementType type) const { return bits <= getMaxBits(type); }

  /// Returns the op on operands that all have the type `type`.
  std::string getAssembly(llvm::StringRef type) const {
    std::string result = assembly + " : " + type.str();
    return takesScalar ? result + ", " + type.str() : result;
  }

  /// Whether `actual` is correct if the reference gives `expected`, which is
  /// not rounded to `type` yet; `g` is the cotangent.
  template <typename T>
  bool agrees(ElementType type, T actual, T expected, T g) const;
};

/// Returns all elementwise ops, including ops that return an operand.
const std::vector<ElementwiseOp> &getElementwiseOps();

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_HARNESS_ELEMENTWISEOPS_H
