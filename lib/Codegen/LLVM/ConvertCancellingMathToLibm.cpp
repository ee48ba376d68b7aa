//===- ConvertCancellingMathToLibm.cpp - Call libm for expm1 and log1p ----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/MathToLibm/MathToLibm.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/DialectConversion.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTCANCELLINGMATHTOLIBMPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNConvertCancellingMathToLibmPass
    : quant_bnn::impl::QuantBNNConvertCancellingMathToLibmPassBase<
          QuantBNNConvertCancellingMathToLibmPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathToLibmConversionPatterns(patterns);
    ConversionTarget target(getContext());
    target.addIllegalOp<math::ExpM1Op, math::Log1pOp>();
    target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
    if (failed(applyPartialConversion(getOperation(), target,
                                      std::move(patterns))))
      signalPassFailure();
  }
};
} // namespace
