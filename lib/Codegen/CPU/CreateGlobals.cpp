//===- CreateGlobals.cpp - Create globals of constant memory --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferUtils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "quant-bnn/Codegen/CPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCREATEGLOBALSPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// A line of the cache, which a vector fills.
static constexpr uint64_t alignment = 64;

/// Returns the constant that `op` is the memory of, or null.
static arith::ConstantOp getConstant(bufferization::ToBufferOp op) {
  auto type = dyn_cast<MemRefType>(op.getType());
  if (!op.getReadOnly() || !type || !type.getLayout().isIdentity() ||
      type.getMemorySpace())
    return {};
  return op.getTensor().getDefiningOp<arith::ConstantOp>();
}

/// Erases private constant globals of `module` that nothing uses.
static void eraseUnusedGlobals(ModuleOp module, SymbolTableCollection &tables) {
  SymbolUserMap users(tables, module);
  for (auto global :
       llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
    if (global.isPrivate() && global.getConstant() && users.useEmpty(global))
      global.erase();
}

namespace {
struct QuantBNNCreateGlobalsPass
    : quant_bnn::impl::QuantBNNCreateGlobalsPassBase<
          QuantBNNCreateGlobalsPass> {
  void runOnOperation() override {
    SmallVector<bufferization::ToBufferOp> buffers;
    getOperation()->walk([&](bufferization::ToBufferOp op) {
      if (getConstant(op))
        buffers.push_back(op);
    });
    if (buffers.empty())
      return markAllAnalysesPreserved();
    SymbolTableCollection tables;
    for (bufferization::ToBufferOp op : buffers) {
      arith::ConstantOp constant = getConstant(op);
      FailureOr<memref::GlobalOp> global =
          bufferization::getGlobalFor(constant, tables, alignment);
      if (failed(global))
        return signalPassFailure();
      OpBuilder b(op);
      op.replaceAllUsesWith(memref::GetGlobalOp::create(b, op.getLoc(),
                                                        global->getType(),
                                                        global->getName())
                                .getResult());
      op.erase();
      if (constant->use_empty())
        constant.erase();
    }
    eraseUnusedGlobals(getOperation(), tables);
  }
};
} // namespace
