//===- ConvertBF16KernelsToI16.cpp - Convert bf16 in kernels to i16 -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Common/BF16ToI16.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTBF16KERNELSTOI16PASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNConvertBF16KernelsToI16Pass
    : quant_bnn::impl::QuantBNNConvertBF16KernelsToI16PassBase<
          QuantBNNConvertBF16KernelsToI16Pass> {
  void runOnOperation() override;
};
} // namespace

static bool isBF16(Type type) { return getElementTypeOrSelf(type).isBF16(); }

static bool hasBF16(Operation *op) {
  return llvm::any_of(op->getOperandTypes(), isBF16) ||
         llvm::any_of(op->getResultTypes(), isBF16);
}

/// Whether `op` only moves the bits of its values, as every op on bf16 does
/// once arithmetic is emulated and conversions are expanded.
static bool movesBits(Operation *op) {
  return isa_and_present<arith::ArithDialect>(op->getDialect())
             ? isa<arith::BitcastOp, arith::ConstantOp, arith::SelectOp>(op)
             : isa_and_present<memref::MemRefDialect, scf::SCFDialect,
                               vector::VectorDialect>(op->getDialect());
}

void QuantBNNConvertBF16KernelsToI16Pass::runOnOperation() {
  AttrTypeReplacer replacer;
  quant_bnn::addBF16ToI16Replacements(&getContext(), replacer);
  for (auto module : getOperation().getOps<gpu::GPUModuleOp>()) {
    WalkResult result = module.walk([](Operation *op) {
      if (!hasBF16(op) || movesBits(op))
        return WalkResult::advance();
      op->emitOpError("on bf16 is more than its bits: emulate it in f32 first");
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted())
      return signalPassFailure();
    replacer.recursivelyReplaceElementsIn(module, /*replaceAttrs=*/true,
                                          /*replaceLocs=*/false,
                                          /*replaceTypes=*/true);
  }
  getOperation().walk([&](gpu::LaunchFuncOp launch) {
    OpBuilder builder(launch);
    for (OpOperand &operand : launch.getKernelOperandsMutable())
      if (Type type = operand.get().getType(); isBF16(type))
        operand.set(UnrealizedConversionCastOp::create(builder, launch.getLoc(),
                                                       replacer.replace(type),
                                                       operand.get())
                        .getResult(0));
  });
}
