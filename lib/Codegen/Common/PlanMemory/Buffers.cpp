//===- Buffers.cpp - Temporary buffers of a function ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Buffers.h"
#include "EntryValues.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "llvm/Support/CheckedArithmetic.h"

using namespace mlir;
using namespace quant_bnn::memory;

/// Returns the only op that frees `alloc`, if it is in the same block.
static memref::DeallocOp findDealloc(memref::AllocOp alloc) {
  memref::DeallocOp found;
  for (Operation *user : alloc->getUsers()) {
    auto dealloc = dyn_cast<memref::DeallocOp>(user);
    if (!dealloc)
      continue;
    if (found || dealloc->getBlock() != alloc->getBlock())
      return {};
    found = dealloc;
  }
  return found;
}

/// Whether `op` is in use once at a time in a call of `function`.
static bool isSequential(Operation *op, func::FuncOp function) {
  for (Operation *parent = op->getParentOp(); parent != function;
       parent = parent->getParentOp())
    if (!isa<scf::ForOp, scf::IfOp, scf::IndexSwitchOp, scf::WhileOp,
             scf::ExecuteRegionOp, memref::AllocaScopeOp>(parent))
      return false;
  return true;
}

/// Whether `op` may not be run in a call of `function`, other than by a loop
/// without iterations.
static bool isConditional(Operation *op, func::FuncOp function) {
  for (Operation *parent = op->getParentOp(); parent != function;
       parent = parent->getParentOp())
    if (isa<scf::IfOp, scf::IndexSwitchOp, scf::WhileOp>(parent))
      return true;
  return !function.getBody()
              .findAncestorBlockInRegion(*op->getBlock())
              ->isEntryBlock();
}

//===----------------------------------------------------------------------===//
// Lifetimes
//===----------------------------------------------------------------------===//

namespace {
/// Where ops begin and end in the order in which a function lists them.
class Positions {
public:
  explicit Positions(func::FuncOp function) {
    unsigned next = 0;
    function->walk([&](Operation *op, const WalkStage &stage) {
      if (stage.isBeforeAllRegions())
        positions[op].first = next++;
      if (stage.isAfterAllRegions())
        positions[op].second = next++;
    });
  }
  unsigned getBegin(Operation *op) const { return positions.at(op).first; }
  unsigned getEnd(Operation *op) const { return positions.at(op).second; }

private:
  DenseMap<Operation *, std::pair<unsigned, unsigned>> positions;
};
} // namespace

/// Whether `op`, which uses one of `aliases`, may give the memory another name
/// that is not among them.
static bool mayRename(Operation *op,
                      const BufferViewFlowAnalysis::ValueSetT &aliases) {
  if (isa<memref::ExtractAlignedPointerAsIndexOp>(op))
    return llvm::any_of(op->getUsers(), [](Operation *user) {
      return !isa<arith::ArithDialect>(user->getDialect()) ||
             isa<arith::IndexCastOp, arith::IndexCastUIOp>(user);
    });
  if (auto store = dyn_cast<memref::StoreOp>(op))
    return aliases.contains(store.getValueToStore());
  return llvm::any_of(op->getResults(), [&](Value result) {
    Type type = result.getType();
    return !type.isIntOrIndexOrFloat() && !isa<VectorType>(type) &&
           !aliases.contains(result);
  });
}

/// Returns where the last use of `alloc` ends.
static unsigned getLastUse(memref::AllocOp alloc, memref::DeallocOp dealloc,
                           const Positions &positions,
                           const BufferViewFlowAnalysis &views) {
  BufferViewFlowAnalysis::ValueSetT aliases = views.resolve(alloc);
  unsigned end = positions.getEnd(alloc);
  for (Value alias : aliases)
    for (Operation *user : alias.getUsers()) {
      if (user == dealloc)
        continue;
      Operation *inBlock = alloc->getBlock()->findAncestorOpInBlock(*user);
      if (!inBlock || mayRename(user, aliases))
        return positions.getEnd(dealloc);
      end = std::max(end, positions.getEnd(inBlock));
    }
  return end;
}

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Buffers that are larger cannot exist. The sum of 2^15 of this size fits into
/// 64 bits.
static constexpr int64_t maxBytes = int64_t(1) << 48;

/// Whether an element of `type` has a size in bytes.
static bool hasSize(Type type) {
  if (auto vector = dyn_cast<VectorType>(type))
    type = vector.isScalable() ? Type() : vector.getElementType();
  if (auto complex = dyn_cast_if_present<ComplexType>(type))
    type = complex.getElementType();
  return type && type.isIntOrIndexOrFloat();
}

/// Returns the size of `alloc` with the extents that are not constants in the
/// order in which they were first seen, or failure if it is above `maxBytes`.
static FailureOr<Size> getSize(memref::AllocOp alloc,
                               llvm::MapVector<Value, unsigned> &seen) {
  MemRefType type = alloc.getType();
  std::optional<int64_t> bytes =
      DataLayout::closest(alloc).getTypeSize(type.getElementType());
  for (int64_t extent : type.getShape())
    if (bytes && !ShapedType::isDynamic(extent))
      bytes = llvm::checkedMul(*bytes, extent);
  if (!bytes || *bytes > maxBytes)
    return failure();
  Size size{*bytes, llvm::to_vector<2>(alloc.getDynamicSizes())};
  for (Value extent : size.extents)
    seen.insert({extent, seen.size()});
  llvm::sort(size.extents,
             [&](Value a, Value b) { return seen.lookup(a) < seen.lookup(b); });
  return size;
}

SmallVector<Buffer, 0> quant_bnn::memory::findBuffers(
    func::FuncOp function,
    llvm::function_ref<void(memref::AllocOp, StringRef)> missed) {
  SmallVector<memref::AllocOp> allocs;
  function.walk<WalkOrder::PreOrder>(
      [&](memref::AllocOp alloc) { allocs.push_back(alloc); });
  if (allocs.empty())
    return {};
  Positions positions(function);
  BufferViewFlowAnalysis views(function);
  llvm::MapVector<Value, unsigned> seen;
  SmallVector<Buffer, 0> buffers;
  for (memref::AllocOp alloc : allocs) {
    MemRefType type = alloc.getType();
    memref::DeallocOp dealloc = findDealloc(alloc);
    if (!dealloc) {
      missed(alloc, "it is not freed in the block that allocates it");
      continue;
    }
    if (!isSequential(alloc, function)) {
      missed(alloc,
             "the op around it may run its region several times at once");
      continue;
    }
    if (!type.getLayout().isIdentity() || type.getMemorySpace() ||
        alloc.getAlignment().value_or(1) > arenaAlignment) {
      missed(alloc, "it has a layout, a memory space or an alignment above 64");
      continue;
    }
    if (!llvm::all_of(alloc.getDynamicSizes(), [&](Value extent) {
          return isKnownAtEntry(extent, function);
        })) {
      missed(alloc, "its size is not known at the entry of the function");
      continue;
    }
    // Where it is not needed, such an extent could be anything.
    if (isConditional(alloc, function) &&
        !llvm::all_of(alloc.getDynamicSizes(), [&](Value extent) {
          return isExtentAtEntry(extent, function);
        })) {
      missed(alloc, "it may not be needed, and its size may be negative then");
      continue;
    }
    if (!hasSize(type.getElementType())) {
      missed(alloc, "the size of its elements is not known");
      continue;
    }
    FailureOr<Size> size = getSize(alloc, seen);
    if (failed(size)) {
      missed(alloc, "it is larger than memory can be");
      continue;
    }
    buffers.push_back({alloc, dealloc, positions.getBegin(alloc),
                       getLastUse(alloc, dealloc, positions, views), *size});
  }
  return buffers;
}
