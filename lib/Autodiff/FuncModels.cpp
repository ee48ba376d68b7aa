//===- FuncModels.cpp - Gradients of calls --------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace quant_bnn;
using quant_bnn::detail::Gradients;

/// Whether `function` is known to return zero at `index`.
static bool returnsZero(func::FuncOp function, unsigned index) {
  Region &body = function.getFunctionBody();
  return body.hasOneBlock() &&
         isZero(body.front().getTerminator()->getOperand(index));
}

/// Returns result `index` of `call`, or a value that equals it: an operand that
/// `callee` returns, or an earlier result.
static Value getResult(func::CallOp call, func::FuncOp callee, unsigned index) {
  if (!callee.getFunctionBody().hasOneBlock())
    return call.getResult(index);
  OperandRange returned =
      callee.getFunctionBody().front().getTerminator()->getOperands();
  if (auto argument = dyn_cast<BlockArgument>(returned[index]))
    return call.getOperand(argument.getArgNumber());
  return call.getResult(llvm::find(returned, returned[index]) -
                        returned.begin());
}

namespace {
/// The gradient of a call to the forward function of a pair is a call to the
/// backward function.
struct CallModel
    : DifferentiableOpInterface::ExternalModel<CallModel, func::CallOp> {
  Gradients buildGradient(Operation *op, OpBuilder &builder, Location loc,
                          ValueRange cotangents) const {
    auto call = cast<func::CallOp>(op);
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        op, call.getCalleeAttr());
    auto symbol = callee->getAttrOfType<FlatSymbolRefAttr>(backwardAttrName);
    if (!symbol)
      return op->emitOpError("cannot be differentiated: ")
             << call.getCalleeAttr() << " has no backward function";
    auto backward =
        SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(op, symbol);
    auto residuals =
        callee->getAttrOfType<DenseI64ArrayAttr>(residualsAttrName);

    SmallVector<Value> arguments;
    for (int64_t index : residuals.asArrayRef())
      arguments.push_back(getResult(call, callee, index));
    for (auto [index, result] : llvm::enumerate(call.getResults())) {
      if (!hasCotangent(callee, index) ||
          llvm::is_contained(residuals.asArrayRef(),
                             static_cast<int64_t>(index)))
        continue;
      Value cotangent = cotangents[index];
      arguments.push_back(cotangent ? cotangent
                                    : buildZero(builder, loc, result));
    }
    auto gradientCall = func::CallOp::create(builder, loc, backward, arguments);

    SmallVector<Value> gradients;
    unsigned next = 0;
    for (unsigned index : llvm::seq(call.getNumOperands())) {
      Value gradient;
      if (hasGradient(callee, index)) {
        if (!returnsZero(backward, next))
          gradient = gradientCall.getResult(next);
        ++next;
      }
      gradients.push_back(gradient);
    }
    return gradients;
  }
};
} // namespace

void quant_bnn::detail::registerFuncModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, func::FuncDialect *) {
    func::CallOp::attachInterface<CallModel>(*context);
  });
}
