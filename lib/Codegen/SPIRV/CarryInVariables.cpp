//===- CarryInVariables.cpp - Carry loop values in variables --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVAttributes.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "quant-bnn/Codegen/SPIRV/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCARRYINVARIABLESPASS
#include "quant-bnn/Codegen/SPIRV/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Builds variables for the values that `loop` carries, in the first block of
/// the function, as SPIR-V requires.
static SmallVector<Value> buildVariables(scf::ForOp loop) {
  auto kernel = loop->getParentOfType<gpu::GPUFuncOp>();
  OpBuilder builder(kernel.getBody());
  auto space = spirv::StorageClassAttr::get(builder.getContext(),
                                            spirv::StorageClass::Function);
  return llvm::map_to_vector(loop.getResultTypes(), [&](Type type) -> Value {
    return memref::AllocaOp::create(
        builder, loop.getLoc(),
        MemRefType::get({1}, type, MemRefLayoutAttrInterface(), space));
  });
}

/// Replaces `loop` by a loop that carries its values in variables.
static void carryInVariables(scf::ForOp loop) {
  SmallVector<Value> variables = buildVariables(loop);
  OpBuilder builder(loop);
  Location loc = loop.getLoc();
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  auto load = [&](ValueRange values) {
    for (auto [value, variable] : llvm::zip_equal(values, variables))
      value.replaceAllUsesWith(
          memref::LoadOp::create(builder, loc, variable, zero));
  };
  auto store = [&](ValueRange values) {
    for (auto [value, variable] : llvm::zip_equal(values, variables))
      memref::StoreOp::create(builder, loc, value, variable, zero);
  };

  store(loop.getInitArgs());
  auto result = scf::ForOp::create(
      builder, loc, loop.getLowerBound(), loop.getUpperBound(), loop.getStep(),
      /*initArgs=*/ValueRange(), /*bodyBuilder=*/nullptr,
      loop.getUnsignedCmp());
  load(loop.getResults());

  Block *body = loop.getBody();
  builder.setInsertionPoint(body->getTerminator());
  store(body->getTerminator()->getOperands());
  builder.setInsertionPointToStart(body);
  load(loop.getRegionIterArgs());
  body->eraseArguments(1, variables.size());
  body->getTerminator()->setOperands({});
  result.getRegion().takeBody(loop.getRegion());
  loop.erase();
}

namespace {
struct QuantBNNCarryInVariablesPass
    : quant_bnn::impl::QuantBNNCarryInVariablesPassBase<
          QuantBNNCarryInVariablesPass> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    getOperation().walk([&](scf::ForOp loop) {
      if (loop.getNumResults() > 0)
        loops.push_back(loop);
    });
    llvm::for_each(loops, carryInVariables);
  }
};
} // namespace
