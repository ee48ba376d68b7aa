//===- RaiseForms.h - Ops that arithmetic is raised to ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_RAISEFORMS_H
#define QUANT_BNN_DIALECT_QUANTBNN_IR_RAISEFORMS_H

#include "mlir/IR/Attributes.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace quant_bnn {

/// The gradient of a raised quantizer whose gradient the code does not state.
enum class Estimator {
  /// Straight-through, with a warning.
  Unspecified,
  /// The cotangent, unchanged or clipped to the range of the quantizer.
  StraightThrough,
  /// The cotangent, 0 outside of a clipping window.
  Clip,
  /// The gradient of `approx_sign`.
  ApproxSign,
  /// The gradient of `swish_sign`.
  SwishSign,
  /// The gradient 0: code stays written out if no op with the gradient 0 equals
  /// it.
  None
};

/// An operand of an op that arithmetic is raised to.
enum class RaiseOperand {
  /// The tensor, vector or scalar that the op quantizes.
  x,
  /// The cotangent of the result; only gradient ops have it.
  cotangent,
  /// A scalar of the element type of x, such as the clipping range of `pact`.
  scale
};

/// The values of an attribute with which an op is compared with arithmetic.
struct AttributeChoices {
  enum class Source {
    /// The values in `listed`.
    listed,
    /// The magnitudes of the constants in the arithmetic, as f64.
    constants,
    /// k where the arithmetic has 2^k levels or the constant 2^k - 1, as i64.
    bits,
    /// k where it has 2^k - 1 levels or the constant 2^(k-1) - 1, as i64.
    signedBits
  };

  llvm::StringRef name;
  Source source;
  llvm::SmallVector<mlir::Attribute> listed = {};
};

/// A family of ops, one for each combination of attributes, that arithmetic is
/// compared with. The expansion of the op says what it computes.
struct RaiseForm {
  /// Forms are compared in the order of their ranks. Of several ops with equal
  /// values, only the plainest has a form: `sign`, but not `approx_sign`.
  unsigned rank;
  llvm::SmallVector<RaiseOperand> operands;
  llvm::SmallVector<AttributeChoices> attributes = {};
  /// The number of scalar results after the first result.
  unsigned numScalarResults = 0;
  /// Whether the scale may be a constant of the arithmetic.
  bool takesConstants = false;
  /// Whether the op states a gradient that is not the derivative of its value.
  /// False for gradient ops.
  bool hasEstimator = true;
  /// Whether the op is an analytic function of its operands. With
  /// `mode=relaxed`, arithmetic without steps or kinks is then compared with it
  /// at samples: two such functions are not equal there by chance.
  bool isAnalytic = false;
};

/// The op that has the value of a raised op and the gradient of an estimator.
struct EstimatorForm {
  /// The name of the op, which takes the attributes of the raised op.
  llvm::StringRef opName;
  /// An attribute that it takes in addition.
  std::optional<mlir::NamedAttribute> attribute = std::nullopt;
};

} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_RAISEFORMS_H
