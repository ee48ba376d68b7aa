//===- SetSPIRVFloatControls.cpp - Set SPIR-V float controls --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/SPIRV/IR/SPIRVOps.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

#include <set>

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNSETSPIRVFLOATCONTROLSPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using quant_bnn::Denormals;

/// Returns the widths of the floats that `module` computes with, the smallest
/// first.
static SmallVector<int32_t> getFloatWidths(spirv::ModuleOp module) {
  std::set<int32_t> widths;
  module.walk([&](Operation *op) {
    for (Type type : op->getResultTypes())
      if (auto floatType = dyn_cast<FloatType>(getElementTypeOrSelf(type)))
        widths.insert(floatType.getWidth());
  });
  return llvm::to_vector(widths);
}

namespace {
struct QuantBNNSetSPIRVFloatControlsPass
    : quant_bnn::impl::QuantBNNSetSPIRVFloatControlsPassBase<
          QuantBNNSetSPIRVFloatControlsPass> {
  using Base::Base;

  void runOnOperation() override {
    spirv::ModuleOp module = getOperation();
    SmallVector<spirv::ExecutionMode> modes = {
        spirv::ExecutionMode::SignedZeroInfNanPreserve,
        spirv::ExecutionMode::RoundingModeRTE};
    if (denormals == Denormals::Preserve)
      modes.push_back(spirv::ExecutionMode::DenormPreserve);

    SmallVector<int32_t> widths = getFloatWidths(module);
    for (auto entryPoint :
         llvm::make_early_inc_range(module.getOps<spirv::EntryPointOp>())) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfter(entryPoint);
      for (spirv::ExecutionMode mode : modes)
        for (int32_t width : widths)
          spirv::ExecutionModeOp::create(
              builder, entryPoint.getLoc(), entryPoint.getFnAttr(),
              spirv::ExecutionModeAttr::get(&getContext(), mode),
              builder.getI32ArrayAttr(width));
    }
    module.walk([](Operation *op) {
      if (isa<spirv::FAddOp, spirv::FMulOp, spirv::FSubOp>(op))
        op->setAttr("no_contraction", UnitAttr::get(op->getContext()));
    });
  }
};
} // namespace
