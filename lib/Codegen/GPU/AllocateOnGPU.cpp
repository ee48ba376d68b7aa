//===- AllocateOnGPU.cpp - Keep buffers in the memory of a GPU ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceBuffers.h"
#include "DeviceMemory.h"
#include "Kernel.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-allocate-on-gpu"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNALLOCATEONGPUPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::map_to_gpu;

namespace {
struct QuantBNNAllocateOnGPUPass
    : quant_bnn::impl::QuantBNNAllocateOnGPUPassBase<
          QuantBNNAllocateOnGPUPass> {
  using Base::Base;

  void runOnOperation() override;
};

/// Rewrites ops of host code that access memory of the device.
class Converter {
public:
  explicit Converter(const Options &options) : options(options) {}

  void convert(memref::AllocOp op);
  void convert(memref::CopyOp op);
  void convert(memref::DeallocOp op);
  void convert(memref::GetGlobalOp op);
  void convert(memref::LoadOp op);
  void convert(memref::StoreOp op);

private:
  void buildSingleThread(ImplicitLocOpBuilder &builder,
                         llvm::function_ref<void()> body);

  Options options;
};
} // namespace

/// Builds a launch of one thread that runs the code that `body` emits.
void Converter::buildSingleThread(ImplicitLocOpBuilder &builder,
                                  llvm::function_ref<void()> body) {
  buildLaunch(builder, options, arith::ConstantIndexOp::create(builder, 1),
              /*workgroupTypes=*/{},
              [&](const Thread &, ValueRange) { body(); });
}

void Converter::convert(memref::AllocOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  op.replaceAllUsesWith(
      buildDeviceAlloc(b, op.getType(), op.getDynamicSizes()));
  op.erase();
}

void Converter::convert(memref::CopyOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  buildDeviceCopy(b, op.getTarget(), op.getSource());
  op.erase();
}

void Converter::convert(memref::DeallocOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  buildDeviceDealloc(b, op.getMemref());
  op.erase();
}

void Converter::convert(memref::GetGlobalOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op->getContext());
  b.setInsertionPointAfter(op);
  Value device = buildDeviceAlloc(b, op.getType());
  op.getResult().replaceAllUsesWith(device);
  buildDeviceCopy(b, device, op);
  b.setInsertionPoint(op->getBlock()->getTerminator());
  buildDeviceDealloc(b, device);
}

void Converter::convert(memref::LoadOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  auto type = MemRefType::get({}, op.getMemRefType().getElementType());
  Value host = memref::AllocaOp::create(b, type);
  if (op.getIndices().empty()) {
    buildDeviceCopy(b, host, op.getMemref());
  } else {
    Value element = buildDeviceAlloc(b, type);
    View source = buildView(b, op.getMemref(), options);
    View target = buildView(b, element, options);
    Value address = source.linearize(b, op.getIndices());
    buildSingleThread(b, [&] {
      memref::StoreOp::create(
          b, memref::LoadOp::create(b, source.buffer, address).getResult(),
          target.buffer, target.offset);
    });
    buildDeviceCopy(b, host, element);
    buildDeviceDealloc(b, element);
  }
  op.replaceAllUsesWith(memref::LoadOp::create(b, host).getResult());
  op.erase();
}

void Converter::convert(memref::StoreOp op) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  View target = buildView(b, op.getMemref(), options);
  Value address = target.linearize(b, op.getIndices());
  buildSingleThread(b, [&] {
    memref::StoreOp::create(b, op.getValue(), target.buffer, address);
  });
  op.erase();
}

/// Whether `op`, in host code, has operands or results in memory of the device.
static bool isOnDevice(const DeviceMemory &memory, Operation *op) {
  auto contains = [&](Value value) {
    return isa<BaseMemRefType>(value.getType()) && memory.contains(value);
  };
  return llvm::any_of(op->getOperands(), contains) ||
         llvm::any_of(op->getResults(), contains);
}

void QuantBNNAllocateOnGPUPass::runOnOperation() {
  DeviceMemory memory(getOperation());
  SmallVector<Operation *> ops;
  getOperation().walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (isa<gpu::LaunchOp, gpu::GPUModuleOp>(op))
      return WalkResult::skip();
    if (isOnDevice(memory, op))
      ops.push_back(op);
    return WalkResult::advance();
  });
  for (Operation *op : ops)
    if (auto copy = dyn_cast<memref::CopyOp>(op))
      for (Value buffer : {copy.getSource(), copy.getTarget()})
        if (isa<UnrankedMemRefType>(buffer.getType())) {
          copy.emitOpError("cannot copy ")
              << buffer.getType()
              << " on the device: cast it to a ranked memref";
          return signalPassFailure();
        }
  // Launches have one thread.
  Converter converter({/*blockSize=*/1, /*vectorBits=*/0, unboundedViews});
  for (Operation *op : ops)
    llvm::TypeSwitch<Operation *>(op)
        .Case<memref::AllocOp, memref::CopyOp, memref::DeallocOp,
              memref::GetGlobalOp, memref::LoadOp, memref::StoreOp>(
            [&](auto op) {
              LDBG() << op.getLoc() << ": " << op->getName()
                     << " of device memory";
              converter.convert(op);
            });
}
