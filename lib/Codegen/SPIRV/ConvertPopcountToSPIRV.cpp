//===- ConvertPopcountToSPIRV.cpp - Convert math.ctpop to BitCount --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTPOPCOUNTTOSPIRVPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Builds the number of bits of 1 in `word`, which has 32 bits.
static Value buildBitCount(ImplicitLocOpBuilder &builder, Value word) {
  return spirv::BitCountOp::create(builder, word.getType(), word);
}

namespace {
struct ConvertPopcount : OpRewritePattern<math::CtPopOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::CtPopOp op,
                                PatternRewriter &rewriter) const override {
    Type type = op.getType();
    Type i32 = rewriter.getI32Type();
    if (!type.isInteger() || type.getIntOrFloatBitWidth() > 64)
      return rewriter.notifyMatchFailure(op, "is no scalar of 64 bits or less");
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value word = op.getOperand(), count;
    unsigned width = type.getIntOrFloatBitWidth();
    if (width <= 32) {
      count = buildBitCount(
          b, width == 32 ? word : arith::ExtUIOp::create(b, i32, word));
    } else {
      Value half = arith::ConstantIntOp::create(b, type, 32);
      Value high = arith::ShRUIOp::create(b, word, half);
      count = arith::AddIOp::create(
          b, buildBitCount(b, arith::TruncIOp::create(b, i32, word)),
          buildBitCount(b, arith::TruncIOp::create(b, i32, high)));
    }
    if (width < 32)
      count = arith::TruncIOp::create(b, type, count);
    if (width > 32)
      count = arith::ExtUIOp::create(b, type, count);
    rewriter.replaceOp(op, count);
    return success();
  }
};

struct QuantBNNConvertPopcountToSPIRVPass
    : quant_bnn::impl::QuantBNNConvertPopcountToSPIRVPassBase<
          QuantBNNConvertPopcountToSPIRVPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<ConvertPopcount>(&getContext());
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};
} // namespace
