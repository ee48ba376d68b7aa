//===- Detail.h - What the gradient models share ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_AUTODIFF_DETAIL_H
#define QUANT_BNN_LIB_AUTODIFF_DETAIL_H

#include "quant-bnn/Autodiff/Adjoints.h"

namespace quant_bnn::detail {

using Gradients = mlir::FailureOr<llvm::SmallVector<mlir::Value>>;

//===----------------------------------------------------------------------===//
// Models of ops with one result
//===----------------------------------------------------------------------===//

/// The gradients of the operands of an op, where that of its result is `g`.
template <typename OpTy>
using Rule = Gradients (*)(OpTy op, mlir::OpBuilder &builder,
                           mlir::Location loc, mlir::Value g);

template <typename OpTy, Rule<OpTy> rule>
struct RuleModel
    : DifferentiableOpInterface::ExternalModel<RuleModel<OpTy, rule>, OpTy> {
  Gradients buildGradient(mlir::Operation *op, mlir::OpBuilder &builder,
                          mlir::Location loc,
                          mlir::ValueRange cotangents) const {
    if (!cotangents.front())
      return llvm::SmallVector<mlir::Value>(getDifferentiatedValues(op).size());
    return rule(mlir::cast<OpTy>(op), builder, loc, cotangents.front());
  }
};

/// No gradient for any operand.
template <typename OpTy>
Gradients noGradient(OpTy op, mlir::OpBuilder &, mlir::Location, mlir::Value) {
  return llvm::SmallVector<mlir::Value>(op->getNumOperands());
}

template <typename OpTy, Rule<OpTy> rule>
void attach(mlir::MLIRContext *context) {
  OpTy::template attachInterface<RuleModel<OpTy, rule>>(*context);
}

template <typename... OpTys>
void attachNone(mlir::MLIRContext *context) {
  (attach<OpTys, &noGradient<OpTys>>(context), ...);
}

/// `payload` on every element of `operands`, with a result of `type`.
inline mlir::Value
buildPayload(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type,
             mlir::ValueRange operands,
             llvm::function_ref<mlir::Value(PayloadBuilder &, mlir::ValueRange)>
                 payload) {
  return buildElementwise(builder, loc, type, operands,
                          [&](PayloadBuilder &nested, mlir::ValueRange values) {
                            return llvm::SmallVector<mlir::Value>{
                                payload(nested, values)};
                          })
      .front();
}

/// The gradient of x where g is that of the larger (or smaller) of x and
/// `other`, as `wins` says: g where x is that one, half of g where they are
/// equal, and 0 else. Where one is a NaN there is none, unless the op
/// `ignoresNaN`: then all goes to the number.
mlir::Value buildExtremumGradient(PayloadBuilder &payload,
                                  mlir::arith::CmpFPredicate wins,
                                  bool ignoresNaN, mlir::Value g, mlir::Value x,
                                  mlir::Value other);

/// The sum of the elements of a ranked float tensor, a scalar of their type. It
/// is accumulated in the compute type.
mlir::Value buildSum(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value tensor);

/// The part of `g`, of `type`, that begins at `offsets`. An empty one may begin
/// at the end, where `tensor.extract_slice` may not.
mlir::Value buildPart(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::RankedTensorType type, mlir::Value g,
                      llvm::ArrayRef<mlir::OpFoldResult> offsets,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);

//===----------------------------------------------------------------------===//
// Registration, one function a dialect
//===----------------------------------------------------------------------===//

void registerArithModels(mlir::DialectRegistry &registry);
void registerFuncModels(mlir::DialectRegistry &registry);
void registerLinalgModels(mlir::DialectRegistry &registry);
void registerMathModels(mlir::DialectRegistry &registry);
void registerSCFModels(mlir::DialectRegistry &registry);
void registerTensorModels(mlir::DialectRegistry &registry);

/// A part of `registerTensorModels`.
void attachPadModel(mlir::MLIRContext *context);

/// A part of `registerLinalgModels`.
void attachSoftmaxModel(mlir::MLIRContext *context);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_DETAIL_H
