//===- AllocateOnGPU.cpp - Keep buffers in the memory of a GPU ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "quant-bnn/Transforms/Passes.h"
#include "llvm/ADT/TypeSwitch.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNALLOCATEONGPUPASS
#include "quant-bnn/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNAllocateOnGPUPass
    : quant_bnn::impl::QuantBNNAllocateOnGPUPassBase<
          QuantBNNAllocateOnGPUPass> {
  void runOnOperation() override;
};
} // namespace

/// Whether `memref` is on the stack of the host, or a view of what is.
static bool isOnStack(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref.getDefiningOp<memref::AllocaOp>() != nullptr;
}

/// Launches one thread that runs what `body` emits.
static void buildSingleThread(ImplicitLocOpBuilder &builder,
                              llvm::function_ref<void()> body) {
  Value one = arith::ConstantIndexOp::create(builder, 1);
  auto launch = gpu::LaunchOp::create(builder, one, one, one, one, one, one);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&launch.getBody().front());
  body();
  gpu::TerminatorOp::create(builder);
}

static Value buildAlloc(ImplicitLocOpBuilder &builder, MemRefType type,
                        ValueRange sizes) {
  return gpu::AllocOp::create(builder, type, /*asyncToken=*/Type(),
                              /*asyncDependencies=*/ValueRange(), sizes,
                              /*symbolOperands=*/ValueRange())
      .getMemref();
}

static void buildCopy(ImplicitLocOpBuilder &builder, Value target,
                      Value source) {
  gpu::MemcpyOp::create(builder, /*asyncToken=*/Type(),
                        /*asyncDependencies=*/ValueRange(), target, source);
}

static void buildDealloc(ImplicitLocOpBuilder &builder, Value memref) {
  gpu::DeallocOp::create(builder, /*asyncToken=*/Type(),
                         /*asyncDependencies=*/ValueRange(), memref);
}

static void convert(memref::AllocOp op) {
  if (!op.getSymbolOperands().empty())
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  op.replaceAllUsesWith(buildAlloc(b, op.getType(), op.getDynamicSizes()));
  op.erase();
}

static void convert(memref::DeallocOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  buildDealloc(b, op.getMemref());
  op.erase();
}

static void convert(memref::CopyOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  buildCopy(b, op.getTarget(), op.getSource());
  op.erase();
}

static void convert(memref::GetGlobalOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op->getContext());
  b.setInsertionPointAfter(op);
  Value device = buildAlloc(b, op.getType(), /*sizes=*/{});
  op.getResult().replaceAllUsesWith(device);
  buildCopy(b, device, op);
  b.setInsertionPoint(op->getBlock()->getTerminator());
  buildDealloc(b, device);
}

static void convert(memref::LoadOp op) {
  if (isOnStack(op.getMemref()))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto type = MemRefType::get({}, op.getMemRefType().getElementType());
  Value host = memref::AllocaOp::create(b, type);
  Value source = op.getMemref();
  if (!op.getIndices().empty()) {
    source = buildAlloc(b, type, /*sizes=*/{});
    buildSingleThread(b, [&] {
      Value element =
          memref::LoadOp::create(b, op.getMemref(), op.getIndices());
      memref::StoreOp::create(b, element, source);
    });
  }
  buildCopy(b, host, source);
  if (source != op.getMemref())
    buildDealloc(b, source);
  op.replaceAllUsesWith(memref::LoadOp::create(b, host).getResult());
  op.erase();
}

static void convert(memref::StoreOp op) {
  if (isOnStack(op.getMemref()))
    return;
  ImplicitLocOpBuilder b(op.getLoc(), op);
  buildSingleThread(b, [&] { b.clone(*op); });
  op.erase();
}

void QuantBNNAllocateOnGPUPass::runOnOperation() {
  SmallVector<Operation *> ops;
  getOperation()->walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<gpu::LaunchOp, gpu::GPUModuleOp>(op))
      return WalkResult::skip();
    ops.push_back(op);
    return WalkResult::advance();
  });
  for (Operation *op : ops)
    llvm::TypeSwitch<Operation *>(op)
        .Case<memref::AllocOp, memref::CopyOp, memref::DeallocOp,
              memref::GetGlobalOp, memref::LoadOp, memref::StoreOp>(
            [](auto op) { convert(op); });
}
