//===- MathToIntrinsics.cpp - Convert math to LLVM intrinsics -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/ArithCommon/AttrToLLVMConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Conversion/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTMATHTOINTRINSICSPASS
#include "quant-bnn/Conversion/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// The flags of `op`, or none if it is an op on integers.
static LLVM::FastmathFlagsAttr getFastMathFlags(Operation *op) {
  if (auto fastMath = dyn_cast<arith::ArithFastMathInterface>(op))
    return arith::convertArithFastMathAttrToLLVM(
        fastMath.getFastMathFlagsAttr());
  return LLVM::FastmathFlagsAttr::get(op->getContext(), {});
}

namespace {

template <typename MathOp>
struct ConvertToIntrinsic : OpRewritePattern<MathOp> {
  ConvertToIntrinsic(MLIRContext *context, StringRef intrinsic)
      : OpRewritePattern<MathOp>(context), intrinsic(intrinsic) {}

  LogicalResult matchAndRewrite(MathOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    if (!LLVM::isCompatibleType(type))
      return rewriter.notifyMatchFailure(op, "not a type of LLVM");
    rewriter.replaceOpWithNewOp<LLVM::CallIntrinsicOp>(
        op, TypeRange(type), rewriter.getStringAttr(intrinsic),
        op->getOperands(), getFastMathFlags(op));
    return success();
  }

  StringRef intrinsic;
};

struct QuantBNNConvertMathToIntrinsicsPass
    : quant_bnn::impl::QuantBNNConvertMathToIntrinsicsPassBase<
          QuantBNNConvertMathToIntrinsicsPass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<ConvertToIntrinsic<math::AbsFOp>>(context, "llvm.fabs");
    patterns.add<ConvertToIntrinsic<math::CeilOp>>(context, "llvm.ceil");
    patterns.add<ConvertToIntrinsic<math::CopySignOp>>(context,
                                                       "llvm.copysign");
    patterns.add<ConvertToIntrinsic<math::CtPopOp>>(context, "llvm.ctpop");
    patterns.add<ConvertToIntrinsic<math::FloorOp>>(context, "llvm.floor");
    patterns.add<ConvertToIntrinsic<math::FmaOp>>(context, "llvm.fma");
    patterns.add<ConvertToIntrinsic<math::RoundEvenOp>>(context,
                                                        "llvm.roundeven");
    patterns.add<ConvertToIntrinsic<math::SqrtOp>>(context, "llvm.sqrt");
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
