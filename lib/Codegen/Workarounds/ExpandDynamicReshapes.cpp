//===- ExpandDynamicReshapes.cpp - Reshapes to several dynamic sizes ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// expand-strided-metadata of LLVM 22 crashes on a dimension that is expanded to
// several dynamic ones: https://github.com/llvm/llvm-project/issues/186830.
// Delete this pass with LLVM 23, which has
// https://github.com/llvm/llvm-project/pull/187844.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEXPANDDYNAMICRESHAPESPASS
#include "quant-bnn/Codegen/Workarounds/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNExpandDynamicReshapesPass
    : quant_bnn::impl::QuantBNNExpandDynamicReshapesPassBase<
          QuantBNNExpandDynamicReshapesPass> {
  void runOnOperation() override;
};
} // namespace

/// Whether `op` expands a dimension to more than one of dynamic size.
static bool hasSeveralDynamicSizes(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  return llvm::any_of(op.getReassociationIndices(),
                      [&](ArrayRef<int64_t> group) {
                        return llvm::count_if(group, [&](int64_t dimension) {
                                 return type.isDynamicDim(dimension);
                               }) > 1;
                      });
}

static memref::ReinterpretCastOp expand(OpBuilder &builder,
                                        memref::ExpandShapeOp op) {
  Location loc = op.getLoc();
  auto source =
      memref::ExtractStridedMetadataOp::create(builder, loc, op.getSrc());
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  SmallVector<OpFoldResult> sourceStrides = source.getConstifiedMixedStrides();

  // A stride that is static in the type stays a constant, as the cast requires.
  auto [staticStrides, staticOffset] = op.getResultType().getStridesAndOffset();
  SmallVector<OpFoldResult> strides(sizes.size());
  for (auto [group, stride] :
       llvm::zip_equal(op.getReassociationIndices(), sourceStrides)) {
    OpFoldResult next = stride;
    for (int64_t dimension : llvm::reverse(group)) {
      strides[dimension] = next;
      next = getAsOpFoldResult(
          arith::MulIOp::create(
              builder, loc, getValueOrCreateConstantIndexOp(builder, loc, next),
              getValueOrCreateConstantIndexOp(builder, loc, sizes[dimension]))
              .getResult());
    }
  }
  for (auto [stride, staticStride] : llvm::zip_equal(strides, staticStrides))
    if (!ShapedType::isDynamic(staticStride))
      stride = builder.getIndexAttr(staticStride);
  return memref::ReinterpretCastOp::create(
      builder, loc, op.getResultType(), source.getBaseBuffer(),
      source.getConstifiedMixedOffset(), sizes, strides);
}

void QuantBNNExpandDynamicReshapesPass::runOnOperation() {
  SmallVector<memref::ExpandShapeOp> ops;
  getOperation()->walk([&](memref::ExpandShapeOp op) {
    if (hasSeveralDynamicSizes(op))
      ops.push_back(op);
  });
  if (ops.empty())
    return markAllAnalysesPreserved();
  for (memref::ExpandShapeOp op : ops) {
    OpBuilder builder(op);
    op.replaceAllUsesWith(expand(builder, op).getResult());
    op.erase();
  }
}
