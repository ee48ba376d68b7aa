//===- DeviceMemory.cpp - Find memrefs in device memory -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceMemory.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace quant_bnn::map_to_gpu;

static bool isMemRef(Value value) {
  return isa<BaseMemRefType>(value.getType());
}

/// The member of `buffers` that is joined with all memrefs on the device.
static void *const device = nullptr;

DeviceMemory::DeviceMemory(ModuleOp module) {
  buffers.insert(device);
  module.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<gpu::GPUModuleOp>(op))
      return WalkResult::skip();
    visit(op);
    return isa<gpu::LaunchOp>(op) ? WalkResult::skip() : WalkResult::advance();
  });
}

bool DeviceMemory::contains(Value memref) const {
  return buffers.isEquivalent(memref.getAsOpaquePointer(), device);
}

/// Records that `lhs` and `rhs` may be the same buffer. A null value stands for
/// the buffers on the device; values that are not memrefs are ignored.
void DeviceMemory::join(Value lhs, Value rhs) {
  if ((!lhs || isMemRef(lhs)) && (!rhs || isMemRef(rhs)))
    buffers.unionSets(lhs.getAsOpaquePointer(), rhs.getAsOpaquePointer());
}

void DeviceMemory::joinAll(ValueRange lhs, ValueRange rhs) {
  for (auto [first, second] : llvm::zip(lhs, rhs))
    join(first, second);
}

/// Joins the operands that branches of `op` forward with the values that
/// receive these operands.
void DeviceMemory::visitRegions(Operation *op) {
  if (auto regions = dyn_cast<RegionBranchOpInterface>(op)) {
    RegionBranchSuccessorMapping mapping;
    regions.getSuccessorOperandInputMapping(mapping);
    for (auto &[operand, inputs] : mapping)
      for (Value input : inputs)
        join(operand->get(), input);
  }
  if (auto branch = dyn_cast<BranchOpInterface>(op))
    for (auto [index, block] : llvm::enumerate(op->getSuccessors()))
      joinAll(branch.getSuccessorOperands(index).getForwardedOperands(),
              block->getArguments());
}

/// Joins the operands and results of a call with the arguments and returned
/// values of the callee. Joins the arguments and returned values of a public
/// function with the device.
void DeviceMemory::visitCall(Operation *op) {
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    joinAll(call.getOperands(), callee.getArguments());
    for (auto exit : callee.getOps<func::ReturnOp>())
      joinAll(call.getResults(), exit.getOperands());
  }
  auto function = dyn_cast<func::FuncOp>(op);
  if (function && function.isPublic())
    for (Value argument : function.getArguments())
      join(argument, Value());
  auto exit = dyn_cast<func::ReturnOp>(op);
  if (exit && exit->getParentOfType<func::FuncOp>().isPublic())
    for (Value result : exit.getOperands())
      join(result, Value());
}

void DeviceMemory::visit(Operation *op) {
  if (isa<func::FuncOp, func::CallOp, func::ReturnOp>(op))
    return visitCall(op);
  if (isa<RegionBranchOpInterface, BranchOpInterface>(op))
    return visitRegions(op);
  if (isa<gpu::LaunchOp>(op)) {
    op->walk([&](Operation *inner) {
      for (Value operand : inner->getOperands())
        if (!op->isAncestor(operand.getParentRegion()->getParentOp()))
          join(operand, Value());
    });
    return;
  }
  // A copy may be between any two memories.
  if (isa<memref::AllocOp, memref::AllocaOp, memref::CopyOp, memref::DeallocOp,
          memref::DimOp, memref::ExtractAlignedPointerAsIndexOp,
          memref::GetGlobalOp, memref::LoadOp, memref::StoreOp>(op) ||
      op->hasTrait<OpTrait::IsTerminator>())
    return;
  bool isView = isa<ViewLikeOpInterface, arith::SelectOp,
                    memref::ExtractStridedMetadataOp>(op);
  for (Value operand : op->getOperands())
    for (Value result : op->getResults())
      join(operand, result);
  if (!isView)
    for (Value operand : op->getOperands())
      join(operand, Value());
}
