//===- ConvertMathToIntrinsics.cpp - Convert math to LLVM intrinsics ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/ArithCommon/AttrToLLVMConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Codegen/GPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTMATHTOINTRINSICSPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Returns the fast-math flags of `op`, or no flags if `op` is on integers.
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
    // LLVM's AMDGPU backend does not support all of these intrinsics on vectors
    // of one lane.
    auto vector = dyn_cast<VectorType>(type);
    bool isOneLane = vector && vector.getNumElements() == 1;
    SmallVector<Value> operands(op->getOperands());
    if (isOneLane) {
      type = vector.getElementType();
      for (Value &operand : operands)
        operand = vector::ExtractOp::create(
            rewriter, op.getLoc(), operand,
            SmallVector<int64_t>(vector.getRank(), 0));
    }
    Value result =
        LLVM::CallIntrinsicOp::create(rewriter, op.getLoc(), TypeRange(type),
                                      rewriter.getStringAttr(intrinsic),
                                      operands, getFastMathFlags(op))
            .getResult(0);
    if (isOneLane)
      result =
          vector::BroadcastOp::create(rewriter, op.getLoc(), vector, result);
    rewriter.replaceOp(op, result);
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
