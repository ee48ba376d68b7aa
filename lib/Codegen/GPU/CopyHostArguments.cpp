//===- CopyHostArguments.cpp - Call device functions from the host --------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DeviceBuffers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "quant-bnn/Codegen/GPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCOPYHOSTARGUMENTSPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn::map_to_gpu;

namespace {
struct QuantBNNCopyHostArgumentsPass
    : quant_bnn::impl::QuantBNNCopyHostArgumentsPassBase<
          QuantBNNCopyHostArgumentsPass> {
  void runOnOperation() override;
};
} // namespace

static Value getViewed(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref;
}

/// Whether any use of `memref` or of its views may do more than read the
/// memory.
static bool mayBeWritten(Value memref) {
  return llvm::any_of(memref.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    if (isa<ViewLikeOpInterface>(user))
      return llvm::any_of(user->getResults(), mayBeWritten);
    if (isMemoryEffectFree(user))
      return llvm::any_of(user->getResultTypes(),
                          llvm::IsaPred<BaseMemRefType>);
    auto effects = dyn_cast<MemoryEffectOpInterface>(user);
    if (!effects)
      return true;
    SmallVector<MemoryEffects::EffectInstance> instances;
    effects.getEffectsOnValue(memref, instances);
    return !llvm::all_of(instances, [](MemoryEffects::EffectInstance &effect) {
      return isa<MemoryEffects::Read>(effect.getEffect());
    });
  });
}

/// Fails where a copy cannot stand for a memref in the signature of `function`:
/// a memref that is not contiguous, or a result that is an argument.
static LogicalResult checkSignature(func::FuncOp function) {
  auto check = [&](TypeRange types, StringRef what) -> LogicalResult {
    for (auto [index, type] : llvm::enumerate(types)) {
      auto memref = dyn_cast<BaseMemRefType>(type);
      if (!memref)
        continue;
      auto ranked = dyn_cast<MemRefType>(type);
      if (!ranked || !ranked.getLayout().isIdentity())
        return function.emitError()
               << what << " #" << index << " of type " << type
               << " cannot be copied to the device: it is not contiguous";
    }
    return success();
  };
  if (failed(check(function.getArgumentTypes(), "argument")) ||
      failed(check(function.getResultTypes(), "result")))
    return failure();
  for (auto op : function.getOps<func::ReturnOp>())
    for (auto [index, value] : llvm::enumerate(op.getOperands()))
      if (isa<MemRefType>(value.getType()) &&
          isa<BlockArgument>(getViewed(value))) {
        op.emitError() << "result #" << index
                       << " is an argument, which cannot be returned from the "
                          "device";
        return failure();
      }
  return success();
}

/// Allocates a buffer with the type and sizes of `memref`, on the device or on
/// the host.
static Value buildLike(ImplicitLocOpBuilder &builder, Value memref,
                       bool onDevice) {
  auto type = cast<MemRefType>(memref.getType());
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(builder, memref, dim));
  if (!onDevice)
    return memref::AllocOp::create(builder, type, sizes);
  return buildDeviceAlloc(builder, type, sizes);
}

/// Builds the body of `host`, which copies memrefs and calls `device`.
static void buildBody(func::FuncOp host, func::FuncOp device) {
  ImplicitLocOpBuilder b(host.getLoc(), host.getContext());
  b.setInsertionPointToStart(host.addEntryBlock());
  SmallVector<Value> arguments;
  for (BlockArgument argument : host.getArguments()) {
    if (!isa<MemRefType>(argument.getType())) {
      arguments.push_back(argument);
      continue;
    }
    arguments.push_back(buildLike(b, argument, /*onDevice=*/true));
    buildDeviceCopy(b, arguments.back(), argument);
  }
  auto call = func::CallOp::create(b, device, arguments);
  SmallVector<Value> results;
  for (Value result : call.getResults()) {
    if (!isa<MemRefType>(result.getType())) {
      results.push_back(result);
      continue;
    }
    results.push_back(buildLike(b, result, /*onDevice=*/false));
    buildDeviceCopy(b, results.back(), result);
    buildDeviceDealloc(b, result);
  }
  for (auto [argument, copy, parameter] :
       llvm::zip_equal(host.getArguments(), arguments, device.getArguments())) {
    if (argument == copy)
      continue;
    if (mayBeWritten(parameter))
      buildDeviceCopy(b, argument, copy);
    buildDeviceDealloc(b, copy);
  }
  func::ReturnOp::create(b, results);
}

void QuantBNNCopyHostArgumentsPass::runOnOperation() {
  SymbolTable symbols(getOperation());
  for (auto device :
       llvm::make_early_inc_range(getOperation().getOps<func::FuncOp>())) {
    auto isMemRef = llvm::IsaPred<BaseMemRefType>;
    if (!device.isPublic() || device.isExternal() ||
        (llvm::none_of(device.getArgumentTypes(), isMemRef) &&
         llvm::none_of(device.getResultTypes(), isMemRef)))
      continue;
    if (failed(checkSignature(device)))
      return signalPassFailure();
    std::string name = device.getName().str();
    if (symbols.lookup(name + "_on_device")) {
      device.emitError() << "'@" << name
                         << "_on_device' is already the name of a function";
      return signalPassFailure();
    }
    // Calls of the function follow the new name.
    if (failed(symbols.rename(device, name + "_on_device")))
      return signalPassFailure();
    auto host = cast<func::FuncOp>(device->cloneWithoutRegions());
    host.setName(name);
    device.setPrivate();
    symbols.insert(host, std::next(Block::iterator(device)));
    buildBody(host, device);
  }
}
