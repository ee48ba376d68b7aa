//===- Detail.h - Shared code of the gradient models ------------*- C++ -*-===//
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

/// Builds the gradients of the operands of an op from the gradient `g` of its
/// result.
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

/// Returns no gradient for any operand.
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

/// Builds `payload` on every element of `operands`, with a result of `type`.
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

/// Builds the gradient of x, where g is the gradient of the maximum or minimum
/// of x and `other`, and `wins` compares x with `other`. The gradient is g
/// where x is the extremum, half of g where x and `other` are equal, and 0
/// elsewhere, also where one of them is NaN. If the op `ignoresNaN`, the
/// gradient is g where `other` alone is NaN.
mlir::Value buildExtremumGradient(PayloadBuilder &payload,
                                  mlir::arith::CmpFPredicate wins,
                                  bool ignoresNaN, mlir::Value g, mlir::Value x,
                                  mlir::Value other);

/// Builds the sum of the elements of a ranked float tensor, a scalar of their
/// type. The sum is accumulated in the compute type.
mlir::Value buildSum(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Value tensor);

/// Builds the part of `g` that begins at `offsets` and has `sizes`, as a tensor
/// of `type`. An empty part may begin at the end of a dimension; a
/// `tensor.extract_slice` may not.
mlir::Value buildPart(mlir::OpBuilder &builder, mlir::Location loc,
                      mlir::RankedTensorType type, mlir::Value g,
                      llvm::ArrayRef<mlir::OpFoldResult> offsets,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);

//===----------------------------------------------------------------------===//
// Registration, one function for each dialect
//===----------------------------------------------------------------------===//

void registerArithModels(mlir::DialectRegistry &registry);
void registerFuncModels(mlir::DialectRegistry &registry);
void registerLinalgModels(mlir::DialectRegistry &registry);
void registerMathModels(mlir::DialectRegistry &registry);
void registerSCFModels(mlir::DialectRegistry &registry);
void registerTensorModels(mlir::DialectRegistry &registry);

/// Attaches the model of `tensor.pad`, for `registerTensorModels`.
void attachPadModel(mlir::MLIRContext *context);

/// Attaches the model of `linalg.softmax`, for `registerLinalgModels`.
void attachSoftmaxModel(mlir::MLIRContext *context);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_AUTODIFF_DETAIL_H
