//===- Aliases.cpp - Memrefs that may share memory ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Aliases.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"
#include "quant-bnn/Support/FunctionAttributes.h"

using namespace mlir;
using namespace quant_bnn;

Value quant_bnn::getBase(Value memref) {
  while (auto view = memref.getDefiningOp<ViewLikeOpInterface>())
    memref = view.getViewSource();
  return memref;
}

/// Returns the function of which `value` is an argument.
static FunctionOpInterface getFunctionOf(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || !argument.getOwner()->isEntryBlock())
    return {};
  return dyn_cast<FunctionOpInterface>(argument.getOwner()->getParentOp());
}

/// Whether `value` is an argument of a function that was a tensor, whose memory
/// no other argument shares unless both are only read.
static bool wasTensor(Value value) {
  FunctionOpInterface function = getFunctionOf(value);
  if (!function)
    return false;
  auto signature = function->getAttrOfType<TypeAttr>(signatureAttrName);
  auto type =
      signature ? dyn_cast<FunctionType>(signature.getValue()) : FunctionType();
  unsigned number = cast<BlockArgument>(value).getArgNumber();
  return type && number < type.getNumInputs() &&
         isa<TensorType>(type.getInput(number));
}

static bool isConstantGlobal(Value value) {
  auto get = value.getDefiningOp<memref::GetGlobalOp>();
  auto global = get ? SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
                          get, get.getNameAttr())
                    : memref::GlobalOp();
  return global && global.getConstant();
}

bool quant_bnn::mayAlias(Value a, Value b) {
  a = getBase(a);
  b = getBase(b);
  if (a == b)
    return true;
  auto isOwn = [](Value value) {
    return isa_and_nonnull<memref::AllocOp, memref::AllocaOp>(
        value.getDefiningOp());
  };
  auto isKnown = [&](Value value) {
    return isOwn(value) || getFunctionOf(value) || isConstantGlobal(value);
  };
  if (!isKnown(a) || !isKnown(b))
    return true;
  // Nothing writes a constant, and only arguments can share their memory.
  return getFunctionOf(a) && getFunctionOf(b) && !wasTensor(a) && !wasTensor(b);
}

bool quant_bnn::mayAccess(Operation *op,
                          llvm::function_ref<bool(Value, bool)> conflicts) {
  if (isMemoryEffectFree(op))
    return false;
  std::optional<SmallVector<MemoryEffects::EffectInstance>> effects =
      getEffectsRecursively(op);
  return !effects ||
         llvm::any_of(*effects, [&](const MemoryEffects::EffectInstance &it) {
           if (isa<MemoryEffects::Allocate>(it.getEffect()))
             return false;
           Value memref = it.getValue();
           return !memref || !isa<MemRefType>(memref.getType()) ||
                  conflicts(memref, isa<MemoryEffects::Read>(it.getEffect()));
         });
}

bool quant_bnn::mayAccess(Operation *op, Value memref) {
  return mayAccess(op,
                   [&](Value other, bool) { return mayAlias(other, memref); });
}
