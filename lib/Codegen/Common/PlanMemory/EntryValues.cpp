//===- EntryValues.cpp - Values that are known at the entry ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EntryValues.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace quant_bnn::memory;

SmallVector<EntryNumber>
quant_bnn::memory::getEntryNumbers(func::FuncOp function) {
  SmallVector<EntryNumber> numbers;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (type.isIndex())
      numbers.push_back({unsigned(i), std::nullopt});
    auto memref = dyn_cast<MemRefType>(type);
    for (unsigned dim = 0; memref && dim < memref.getRank(); ++dim)
      if (memref.isDynamicDim(dim))
        numbers.push_back({unsigned(i), dim});
  }
  return numbers;
}

/// Returns the number of the argument of `function` that `value` is, if it is
/// one.
static std::optional<unsigned> findArgument(Value value,
                                            func::FuncOp function) {
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument || argument.getOwner() != &function.front())
    return std::nullopt;
  return argument.getArgNumber();
}

/// Returns which of the entry numbers of `function` is `value`, if it is one.
static std::optional<unsigned> findEntryNumber(Value value,
                                               func::FuncOp function) {
  std::optional<unsigned> argument = findArgument(value, function);
  std::optional<unsigned> dim;
  if (auto extent = value.getDefiningOp<memref::DimOp>()) {
    argument = findArgument(extent.getSource(), function);
    dim = extent.getConstantIndex();
    if (!dim)
      return std::nullopt;
  }
  if (!argument)
    return std::nullopt;
  for (auto [i, number] : llvm::enumerate(getEntryNumbers(function)))
    if (number.argument == *argument && number.dim == dim)
      return i;
  return std::nullopt;
}

/// Returns the ops that compute `value` from entry numbers, in the order of
/// their dependences, or failure if an op might do something else.
static FailureOr<SetVector<Operation *>> getOps(Value value,
                                                func::FuncOp function) {
  SetVector<Operation *> ops;
  if (findEntryNumber(value, function))
    return ops;
  auto isNumberOp = [&](Operation *op) {
    return isPure(op) && op->getNumRegions() == 0 &&
           llvm::all_of(op->getResultTypes(),
                        [](Type type) { return type.isIntOrIndex(); }) &&
           !llvm::any_of(op->getResults(), [&](Value result) {
             return findEntryNumber(result, function).has_value();
           });
  };
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  options.filter = isNumberOp;
  if (failed(getBackwardSlice(value, &ops, options)) || ops.empty())
    return failure();
  for (Operation *op : ops)
    for (Value operand : op->getOperands())
      if (!findEntryNumber(operand, function) &&
          !ops.contains(operand.getDefiningOp()))
        return failure();
  return ops;
}

bool quant_bnn::memory::isKnownAtEntry(Value value, func::FuncOp function) {
  return succeeded(getOps(value, function));
}

bool quant_bnn::memory::isExtentAtEntry(Value value, func::FuncOp function) {
  FailureOr<SetVector<Operation *>> ops = getOps(value, function);
  if (failed(ops))
    return false;
  SmallVector<EntryNumber> numbers = getEntryNumbers(function);
  DenseSet<Value> extents;
  auto isExtent = [&](Value of) {
    std::optional<unsigned> number = findEntryNumber(of, function);
    return number ? numbers[*number].dim.has_value() : extents.contains(of);
  };
  for (Operation *op : *ops) {
    APInt constant;
    if (matchPattern(op, m_ConstantInt(&constant))
            ? constant.isNonNegative()
            : isa<arith::AddIOp, arith::CeilDivUIOp, arith::DivUIOp,
                  arith::MinUIOp, arith::MulIOp>(op) &&
                  llvm::all_of(op->getOperands(), isExtent))
      extents.insert(op->getResult(0));
  }
  return isExtent(value);
}

Value quant_bnn::memory::buildEntryValue(OpBuilder &builder, Value value,
                                         func::FuncOp function,
                                         ValueRange numbers,
                                         IRMapping &mapping) {
  auto get = [&](Value of) {
    if (std::optional<unsigned> number = findEntryNumber(of, function))
      return numbers[*number];
    return mapping.lookup(of);
  };
  FailureOr<SetVector<Operation *>> ops = getOps(value, function);
  assert(succeeded(ops) && "requires a value that is known at the entry");
  for (Operation *op : *ops) {
    if (op->getNumResults() && mapping.contains(op->getResult(0)))
      continue;
    for (Value operand : op->getOperands())
      mapping.map(operand, get(operand));
    builder.clone(*op, mapping);
  }
  return get(value);
}
