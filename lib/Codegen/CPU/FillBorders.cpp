//===- FillBorders.cpp - Fill only what a copy leaves of a buffer ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "quant-bnn/Codegen/CPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNFILLBORDERSPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
/// A buffer that is filled, and an op that overwrites a part of it next.
struct Filling {
  Value buffer;
  Value value;
  memref::SubViewOp part;
  Operation *writer;
};

struct QuantBNNFillBordersPass
    : quant_bnn::impl::QuantBNNFillBordersPassBase<QuantBNNFillBordersPass> {
  void runOnOperation() override;
};
} // namespace

/// Whether `op` writes every element of `part`, and does nothing else with the
/// memory of `views`.
static bool overwrites(Operation *op, Value part,
                       const llvm::SmallDenseSet<Value> &views) {
  if (llvm::count_if(op->getOperands(), [&](Value operand) {
        return views.contains(operand);
      }) != 1)
    return false;
  if (auto copy = dyn_cast<memref::CopyOp>(op))
    return copy.getTarget() == part;
  auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
  if (!linalgOp || linalgOp.getNumParallelLoops() != linalgOp.getNumLoops())
    return false;
  return llvm::any_of(linalgOp.getDpsInitsMutable(), [&](OpOperand &init) {
    return init.get() == part && !linalgOp.payloadUsesValueFromOperand(&init) &&
           linalgOp.getMatchingIndexingMap(&init).isPermutation();
  });
}

/// Matches `fill` if nothing accesses its buffer before a part is overwritten.
static std::optional<Filling> matchFilling(linalg::MapOp fill) {
  auto buffer = fill.getInit().getDefiningOp<memref::AllocOp>();
  Value value = fill.getBody()->getTerminator()->getOperand(0);
  if (!buffer || !fill.getInputs().empty() ||
      value.getParentRegion() == &fill.getMapper())
    return std::nullopt;
  llvm::SmallDenseSet<Value> views = {buffer.getResult()};
  for (Operation *op = fill->getNextNode(); op; op = op->getNextNode()) {
    bool isUser =
        op->walk([&](Operation *inner) {
            bool uses = llvm::any_of(inner->getOperands(), [&](Value operand) {
              return views.contains(operand);
            });
            return uses ? WalkResult::interrupt() : WalkResult::advance();
          }).wasInterrupted();
    if (!isUser)
      continue;
    if (auto view = dyn_cast<ViewLikeOpInterface>(op)) {
      views.insert(op->result_begin(), op->result_end());
      continue;
    }
    for (Value view : views) {
      auto part = view.getDefiningOp<memref::SubViewOp>();
      if (part && part.getSource() == buffer && part.hasUnitStride() &&
          part.getDroppedDims().none() && overwrites(op, view, views))
        return Filling{buffer, value, part, op};
    }
    return std::nullopt;
  }
  return std::nullopt;
}

/// Emits fills of what is before and after the part along each dimension, where
/// the part is along the dimensions before.
static void fillBorders(Filling filling) {
  ImplicitLocOpBuilder b(filling.part.getLoc(), filling.writer);
  SmallVector<OpFoldResult> offsets = filling.part.getMixedOffsets();
  SmallVector<OpFoldResult> sizes = filling.part.getMixedSizes();
  SmallVector<OpFoldResult> whole =
      memref::getMixedSizes(b, b.getLoc(), filling.buffer);
  int64_t rank = offsets.size();
  // Of the slab: all of the dimensions that are still to come.
  SmallVector<OpFoldResult> begins(rank, b.getIndexAttr(0)), extents = whole;
  SmallVector<OpFoldResult> strides(rank, b.getIndexAttr(1));
  auto toValue = [&](OpFoldResult size) {
    return getValueOrCreateConstantIndexOp(b, b.getLoc(), size);
  };
  auto fill = [&](int64_t dim, OpFoldResult begin, OpFoldResult extent) {
    if (isZeroInteger(extent))
      return;
    begins[dim] = begin;
    extents[dim] = extent;
    Value slab =
        memref::SubViewOp::create(b, filling.buffer, begins, extents, strides);
    linalg::FillOp::create(b, filling.value, slab);
  };
  for (int64_t dim = 0; dim < rank; ++dim) {
    Value end = b.createOrFold<arith::AddIOp>(toValue(offsets[dim]),
                                              toValue(sizes[dim]));
    Value rest = b.createOrFold<arith::SubIOp>(toValue(whole[dim]), end);
    fill(dim, b.getIndexAttr(0), offsets[dim]);
    fill(dim, getAsOpFoldResult(end), getAsOpFoldResult(rest));
    begins[dim] = offsets[dim];
    extents[dim] = sizes[dim];
  }
}

void QuantBNNFillBordersPass::runOnOperation() {
  SmallVector<linalg::MapOp> fills;
  getOperation()->walk([&](linalg::MapOp op) { fills.push_back(op); });
  for (linalg::MapOp fill : fills)
    if (std::optional<Filling> filling = matchFilling(fill)) {
      fillBorders(*filling);
      fill.erase();
    }
}
