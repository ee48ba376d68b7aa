//===- FenceSelectedLoads.cpp - Load selected vectors without masks -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFENCESELECTEDLOADSPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

static bool isLoad(Value value) { return value.getDefiningOp<LLVM::LoadOp>(); }

/// Whether an instruction with a mask could load memory for `value` and select
/// it: a load, or an op on one.
static bool mayLoadMasked(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || !value.hasOneUse())
    return false;
  return isLoad(value) ||
         (isMemoryEffectFree(op) && llvm::any_of(op->getOperands(), isLoad));
}

/// Returns `value` behind a fence, which only vectors of floats have, or
/// `value` if it is not as long as such a vector.
static Value buildFence(OpBuilder &b, Value value) {
  auto type = cast<VectorType>(value.getType());
  VectorType floats = type;
  if (!isa<FloatType>(type.getElementType())) {
    int64_t bits = type.getNumElements() * type.getElementTypeBitWidth();
    if (bits % 32 != 0)
      return value;
    floats = VectorType::get({bits / 32}, b.getF32Type());
  }
  Location loc = value.getLoc();
  if (floats != type)
    value = LLVM::BitcastOp::create(b, loc, floats, value);
  value = LLVM::CallIntrinsicOp::create(
              b, loc, floats, b.getStringAttr("llvm.arithmetic.fence"), value)
              .getResult(0);
  if (floats != type)
    value = LLVM::BitcastOp::create(b, loc, type, value);
  return value;
}

/// Puts the values of `op` that could be loaded with its mask behind fences.
/// Returns whether there were any.
static bool fenceValues(LLVM::SelectOp op) {
  if (!isa<VectorType>(op.getCondition().getType()))
    return false;
  OpBuilder b(op);
  bool isChanged = false;
  for (OpOperand *operand :
       {&op.getTrueValueMutable(), &op.getFalseValueMutable()}) {
    if (!mayLoadMasked(operand->get()))
      continue;
    operand->set(buildFence(b, operand->get()));
    isChanged = true;
  }
  return isChanged;
}

namespace {
struct QuantBNNFenceSelectedLoadsPass
    : quant_bnn::impl::QuantBNNFenceSelectedLoadsPassBase<
          QuantBNNFenceSelectedLoadsPass> {
  void runOnOperation() override {
    llvm::SetVector<Block *> blocks;
    getOperation()->walk([&](LLVM::StoreOp op) {
      if (op.getNontemporal())
        blocks.insert(op->getBlock());
    });
    bool isChanged = false;
    for (Block *block : blocks)
      for (auto op : block->getOps<LLVM::SelectOp>())
        isChanged |= fenceValues(op);
    if (!isChanged)
      markAllAnalysesPreserved();
  }
};
} // namespace
