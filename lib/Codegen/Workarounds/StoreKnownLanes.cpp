//===- StoreKnownLanes.cpp - Masked stores of lanes that are known --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM 22 turns a masked store of truncated integers, of which a constant mask
// leaves one lane, to a store of an integer that was not truncated, for targets
// with AVX-512: reduceMaskedStoreToScalarStore in X86ISelLowering.cpp. A mask
// of more lanes may become such a one when a vector is split. Numbers of bf16
// are truncated integers, too. Delete this pass when LLVM looks at
// isTruncatingStore there.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNSTOREKNOWNLANESPASS
#include "quant-bnn/Codegen/Workarounds/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNStoreKnownLanesPass
    : quant_bnn::impl::QuantBNNStoreKnownLanesPassBase<
          QuantBNNStoreKnownLanesPass> {
  void runOnOperation() override;
};
} // namespace

/// Returns the number of lanes of `mask`, the first ones, if it is known.
static std::optional<int64_t> getLanes(Value mask) {
  if (auto op = mask.getDefiningOp<vector::ConstantMaskOp>())
    return op.getMaskDimSizes().front();
  DenseElementsAttr constant;
  if (!matchPattern(mask, m_Constant(&constant)))
    return std::nullopt;
  auto lanes = llvm::to_vector(constant.getValues<bool>());
  int64_t count = llvm::find(lanes, false) - lanes.begin();
  if (llvm::is_contained(ArrayRef(lanes).drop_front(count), true))
    return std::nullopt;
  return count;
}

/// Whether LLVM may have truncated elements of `type`.
static bool mayBeTruncated(Type type) {
  return type.isBF16() ||
         (type.isInteger() && type.getIntOrFloatBitWidth() < 64);
}

/// Stores the first `lanes` lanes by vectors whose sizes are powers of two.
static void store(vector::MaskedStoreOp op, int64_t lanes) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  SmallVector<Value> indices(op.getIndices());
  Value last = indices.back(), value = op.getValueToStore();
  for (int64_t first = 0; first < lanes;) {
    int64_t size = llvm::bit_floor(uint64_t(lanes - first));
    Value part = vector::ShuffleOp::create(
        b, value, value, llvm::to_vector(llvm::seq(first, first + size)));
    indices.back() = b.createOrFold<arith::AddIOp>(
        last, arith::ConstantIndexOp::create(b, first));
    vector::StoreOp::create(b, part, op.getBase(), indices);
    first += size;
  }
  op.erase();
}

void QuantBNNStoreKnownLanesPass::runOnOperation() {
  SmallVector<std::pair<vector::MaskedStoreOp, int64_t>> ops;
  getOperation()->walk([&](vector::MaskedStoreOp op) {
    VectorType type = op.getValueToStore().getType();
    if (type.getRank() == 1 && mayBeTruncated(type.getElementType()))
      if (std::optional<int64_t> lanes = getLanes(op.getMask()))
        ops.push_back({op, *lanes});
  });
  if (ops.empty())
    return markAllAnalysesPreserved();
  for (auto [op, lanes] : ops)
    store(op, lanes);
}
