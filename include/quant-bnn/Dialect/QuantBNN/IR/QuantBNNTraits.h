//===- QuantBNNTraits.h - Op traits of quant_bnn ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNTRAITS_H
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNTRAITS_H

#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "quant-bnn/Support/PayloadBuilder.h"

namespace mlir {
class PatternRewriter;
} // namespace mlir

namespace quant_bnn {

class WindowedGradientOpInterface;

/// The values of a sign function.
struct SignValues {
  double negative;
  /// At both zeros.
  double zero;
  double positive;
  /// Nullopt: the value at a NaN is NaN.
  std::optional<double> nan;
};

namespace detail {
/// Checks the values of the attributes `clip`, `threshold`, `beta` and `bits`,
/// and `zero` together with `nan`, where `op` has them.
llvm::LogicalResult verifyAttributeLimits(mlir::Operation *op);

/// Sets the shape of each tensor result of `op` to the shape of the first
/// tensor operand. Fails if no operand is a ranked tensor.
llvm::LogicalResult
reifyResultShapes(mlir::Operation *op, mlir::OpBuilder &builder,
                  mlir::ReifiedRankedShapedTypeDims &shapes);

/// Returns the pass-through operand of an elementwise op, or null.
mlir::Value getPassThrough(mlir::Operation *op);

/// Folds an elementwise op, `operands` of which are constant, as
/// `ElementwisePayloadOpInterface` describes.
mlir::OpFoldResult foldPayload(mlir::Operation *op,
                               llvm::ArrayRef<mlir::Attribute> operands);

/// Builds `g` where `mask` holds, else 0. The first form builds the payload of
/// an op, and the second form takes values of any type.
mlir::Value buildMasked(PayloadBuilder &builder, mlir::Value mask,
                        mlir::Value g);
mlir::Value buildMasked(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value mask, mlir::Value g);

/// Returns the attribute `clip` or `threshold` of `op`, or nullopt if `op` has
/// neither.
std::optional<double> getWindow(mlir::Operation *op);

/// Rewrites a gradient op that only clips its cotangent to
/// `gradient_cancellation_grad`. If the cotangent is the result of a
/// `gradient_cancellation_grad` of the same `x`, merges both ops.
llvm::LogicalResult canonicalizeWindowGrad(WindowedGradientOpInterface op,
                                           mlir::PatternRewriter &rewriter);

/// Implements `WindowedGradientOpInterface::buildWithWindow` by default.
mlir::Value buildWithWindow(mlir::Operation *op, mlir::OpBuilder &builder,
                            mlir::Location loc, mlir::Value x, double window);
} // namespace detail

/// Custom directive that refuses the attributes `depth` and `polarity`, which
/// packed ops had before version 0.2.
mlir::ParseResult parseNoLayout(mlir::OpAsmParser &parser,
                                mlir::OpAsmParser::UnresolvedOperand &operand);
void printNoLayout(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                   mlir::Value operand);

namespace OpTrait {

/// Verifies the limits on attributes that hold throughout the dialect.
template <typename ConcreteOp>
class AttributeLimits
    : public mlir::OpTrait::TraitBase<ConcreteOp, AttributeLimits> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    return detail::verifyAttributeLimits(op);
  }
};

/// f(f(x)) = f(x) in value. The trait states nothing about gradients, so only
/// `quant-bnn-strip-gradients` may use it.
template <typename ConcreteOp>
class ValueIdempotent
    : public mlir::OpTrait::TraitBase<ConcreteOp, ValueIdempotent> {};

} // namespace OpTrait
} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNTRAITS_H
