//===- FenceNontemporal.cpp - Fences beside stores past the caches --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFENCENONTEMPORALPASS
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

/// Returns the vector of floats that `type` is cast to for a fence, which only
/// floats have; null if there is none. Not all targets have a fence of 16-bit
/// floats. The number of elements is a power of two: LLVM 22.1 does not
/// terminate on a fence of 3 for AArch64 without optimization.
static VectorType getFencedType(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  if (!vector || vector.isScalable() ||
      !llvm::isPowerOf2_64(vector.getNumElements()))
    return {};
  Type element = vector.getElementType();
  if (element.isF32() || element.isF64())
    return vector;
  if (!isa<FloatType, IntegerType>(element))
    return {};
  int64_t bits = vector.getNumElements() * element.getIntOrFloatBitWidth();
  if (bits % 32 != 0 || !llvm::isPowerOf2_64(bits))
    return {};
  return VectorType::get({bits / 32}, Float32Type::get(type.getContext()));
}

/// Returns `value` behind a fence of `type`.
static Value buildFence(OpBuilder &b, Value value, VectorType type) {
  Location loc = value.getLoc();
  Type original = value.getType();
  if (type != original)
    value = LLVM::BitcastOp::create(b, loc, type, value);
  value = LLVM::CallIntrinsicOp::create(
              b, loc, type, b.getStringAttr("llvm.arithmetic.fence"), value)
              .getResult(0);
  if (type != original)
    value = LLVM::BitcastOp::create(b, loc, original, value);
  return value;
}

/// Puts the values of `op` that could be loaded with its mask behind fences.
/// Returns whether there were any.
static bool fenceValues(LLVM::SelectOp op) {
  VectorType type = getFencedType(op.getType());
  if (!type || !isa<VectorType>(op.getCondition().getType()))
    return false;
  OpBuilder b(op);
  bool isChanged = false;
  for (OpOperand *operand :
       {&op.getTrueValueMutable(), &op.getFalseValueMutable()}) {
    if (!mayLoadMasked(operand->get()))
      continue;
    operand->set(buildFence(b, operand->get(), type));
    isChanged = true;
  }
  return isChanged;
}

/// Puts the value of `op` behind a fence if it is a vector of integers of 16
/// bits, which may be the bits of bf16: LLVM makes a store of bf16 of it, for
/// which it has no instruction that bypasses the caches. Returns whether it is.
static bool fenceBits(LLVM::StoreOp op) {
  VectorType type = getFencedType(op.getValue().getType());
  if (!type || !getElementTypeOrSelf(op.getValue().getType()).isInteger(16))
    return false;
  OpBuilder b(op);
  op.getValueMutable().set(buildFence(b, op.getValue(), type));
  return true;
}

namespace {
struct QuantBNNFenceNontemporalPass
    : quant_bnn::impl::QuantBNNFenceNontemporalPassBase<
          QuantBNNFenceNontemporalPass> {
  void runOnOperation() override {
    llvm::SetVector<Block *> blocks;
    bool isChanged = false;
    getOperation()->walk([&](LLVM::StoreOp op) {
      if (!op.getNontemporal())
        return;
      blocks.insert(op->getBlock());
      isChanged |= fenceBits(op);
    });
    for (Block *block : blocks)
      for (auto op : block->getOps<LLVM::SelectOp>())
        isChanged |= fenceValues(op);
    if (!isChanged)
      markAllAnalysesPreserved();
  }
};
} // namespace
