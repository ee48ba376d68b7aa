//===- ExpandStridedCopies.cpp - Convert strided copies to linalg ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNEXPANDSTRIDEDCOPIESPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNExpandStridedCopiesPass
    : quant_bnn::impl::QuantBNNExpandStridedCopiesPassBase<
          QuantBNNExpandStridedCopiesPass> {
  void runOnOperation() override;
};
} // namespace

/// Whether `buffer` is known to be strided. Unranked buffers are left to the
/// runtime.
static bool isStrided(Value buffer) {
  auto type = dyn_cast<MemRefType>(buffer.getType());
  return type && !type.getLayout().isIdentity();
}

void QuantBNNExpandStridedCopiesPass::runOnOperation() {
  getOperation()->walk([](memref::CopyOp op) {
    if (!isStrided(op.getSource()) && !isStrided(op.getTarget()))
      return;
    OpBuilder builder(op);
    linalg::makeMemRefCopyOp(builder, op.getLoc(), op.getSource(),
                             op.getTarget());
    op.erase();
  });
}
