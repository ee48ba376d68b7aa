//===- ConvertMathToArith.cpp - Expand math ops into arithmetic -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Support/MathBuilder.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTMATHTOARITHPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
using Build = Value (MathBuilder::*)(Value);

/// Expands a math op on scalars or vectors of f64, or of f32 unless `f64Only`.
template <typename MathOp>
struct ConvertMath : OpRewritePattern<MathOp> {
  ConvertMath(MLIRContext *context, Build build, bool f64Only = false)
      : OpRewritePattern<MathOp>(context), build(build), f64Only(f64Only) {}

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (isa<TensorType>(op.getType()))
      return rewriter.notifyMatchFailure(op, "on tensors");
    if (!element.isF64() && (f64Only || !element.isF32()))
      return rewriter.notifyMatchFailure(op, "not of a type to convert");
    MathBuilder builder(op.getLoc(), rewriter, op.getType());
    rewriter.replaceOp(op, (builder.*build)(op.getOperand()));
    return success();
  }

  Build build;
  bool f64Only;
};

/// Computes the logarithm of an f32 in f64, and rounds the result.
struct WidenLog : OpRewritePattern<math::LogOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::LogOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!getElementTypeOrSelf(type).isF32() || isa<TensorType>(type))
      return rewriter.notifyMatchFailure(op, "not a scalar or vector of f32");
    Type wideType = rewriter.getF64Type();
    if (auto vector = dyn_cast<VectorType>(type))
      wideType = vector.clone(wideType);
    MathBuilder builder(op.getLoc(), rewriter, wideType);
    Value wide = arith::ExtFOp::create(builder, wideType, op.getOperand());
    rewriter.replaceOpWithNewOp<arith::TruncFOp>(op, type,
                                                 builder.buildLog(wide));
    return success();
  }
};

struct QuantBNNConvertMathToArithPass
    : quant_bnn::impl::QuantBNNConvertMathToArithPassBase<
          QuantBNNConvertMathToArithPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<ConvertMath<math::ExpOp>>(context, &MathBuilder::buildExp,
                                           /*f64Only=*/true);
    patterns.add<ConvertMath<math::TanhOp>>(context, &MathBuilder::buildTanh,
                                            /*f64Only=*/true);
    patterns.add<ConvertMath<math::LogOp>>(
        context, static_cast<Build>(&MathBuilder::buildLog), /*f64Only=*/true);
    patterns.add<WidenLog>(context);
    patterns.add<ConvertMath<math::AcoshOp>>(context, &MathBuilder::buildAcosh);
    patterns.add<ConvertMath<math::AsinhOp>>(context, &MathBuilder::buildAsinh);
    patterns.add<ConvertMath<math::AtanhOp>>(context, &MathBuilder::buildAtanh);
    patterns.add<ConvertMath<math::CoshOp>>(context, &MathBuilder::buildCosh);
    patterns.add<ConvertMath<math::ExpM1Op>>(context, &MathBuilder::buildExpM1);
    patterns.add<ConvertMath<math::Log1pOp>>(context, &MathBuilder::buildLog1p);
    patterns.add<ConvertMath<math::SinhOp>>(context, &MathBuilder::buildSinh);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
