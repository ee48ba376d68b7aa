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

/// The values of a function of the sign of a number.
struct SignValues {
  double negative;
  /// At both zeros.
  double zero;
  double positive;
  /// None: a NaN stays one.
  std::optional<double> nan;
};

namespace detail {
/// Checks `clip`, `threshold`, `beta`, `bits`, and `zero` with `nan`, where
/// `op` has them.
llvm::LogicalResult verifyAttributeLimits(mlir::Operation *op);

/// The shape of each tensor result is that of the first tensor operand.
llvm::LogicalResult
reifyResultShapes(mlir::Operation *op, mlir::OpBuilder &builder,
                  mlir::ReifiedRankedShapedTypeDims &shapes);

/// The pass-through operand of an elementwise op, or null.
mlir::Value getPassThrough(mlir::Operation *op);

/// `g` where `mask` holds, else 0: as the payload of an op, and on values of
/// any type.
mlir::Value buildMasked(PayloadBuilder &builder, mlir::Value mask,
                        mlir::Value g);
mlir::Value buildMasked(mlir::OpBuilder &builder, mlir::Location loc,
                        mlir::Value mask, mlir::Value g);

/// The attribute `clip` or `threshold` of `op`, if it is there.
std::optional<double> getWindow(mlir::Operation *op);

/// Rewrites a gradient op that only clips its cotangent to
/// `gradient_cancellation_grad`, and merges it with such an op of the same `x`
/// that computes the cotangent.
llvm::LogicalResult canonicalizeWindowGrad(WindowedGradientOpInterface op,
                                           mlir::PatternRewriter &rewriter);

/// The default of `WindowedGradientOpInterface::buildWithWindow`.
mlir::Value buildWithWindow(mlir::Operation *op, mlir::OpBuilder &builder,
                            mlir::Location loc, mlir::Value x, double window);

/// The depth of a packed operand, whichever of the two it is.
mlir::OpFoldResult getMixedDepth(mlir::Value depth,
                                 mlir::IntegerAttr staticDepth);

/// Checks that it is exactly one of the two.
llvm::LogicalResult verifyDepthForm(mlir::Operation *op, mlir::Value depth,
                                    mlir::IntegerAttr staticDepth);

/// The sizes of the words that hold elements of `sizes`, for the result of
/// `op`.
llvm::SmallVector<mlir::OpFoldResult>
getPackedSizes(mlir::Operation *op, mlir::OpBuilder &builder,
               llvm::SmallVector<mlir::OpFoldResult> sizes);

/// What an op with `PackedShapeOpInterface` is made of: words where they can
/// stay as they are, else bits.
mlir::Value decomposePackedShape(mlir::Operation *op, mlir::OpBuilder &builder,
                                 mlir::Location loc);
} // namespace detail

/// The syntax of a depth: an integer or an operand.
mlir::ParseResult
parseDepth(mlir::OpAsmParser &parser,
           std::optional<mlir::OpAsmParser::UnresolvedOperand> &depth,
           mlir::IntegerAttr &staticDepth);
void printDepth(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                mlir::Value depth, mlir::IntegerAttr staticDepth);

namespace OpTrait {

/// The limits on attributes that hold throughout the dialect.
template <typename ConcreteOp>
class AttributeLimits
    : public mlir::OpTrait::TraitBase<ConcreteOp, AttributeLimits> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    return detail::verifyAttributeLimits(op);
  }
};

/// f(f(x)) = f(x) in value. It says nothing of gradients, so only
/// `quant-bnn-strip-gradients` may use it.
template <typename ConcreteOp>
class ValueIdempotent
    : public mlir::OpTrait::TraitBase<ConcreteOp, ValueIdempotent> {};

} // namespace OpTrait
} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNTRAITS_H
