//===- ResultExtents.cpp - Extents of results from arguments --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/ResultExtents.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Support/ResolveExtents.h"

using namespace mlir;
using namespace quant_bnn;

/// Makes `function` return the dynamic extents of its results, as far as
/// possible without the results. Returns the extents.
static SmallVector<Value> returnExtents(func::FuncOp function) {
  Operation *terminator = function.front().getTerminator();
  OpBuilder builder(terminator);
  SmallVector<Value> extents;
  for (Value result : terminator->getOperands()) {
    auto type = dyn_cast<RankedTensorType>(result.getType());
    for (int64_t dim = 0; type && dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim))
        extents.push_back(
            tensor::DimOp::create(builder, terminator->getLoc(), result, dim));
  }
  terminator->setOperands(extents);
  RewritePatternSet patterns(function.getContext());
  populateResolveExtentsPatterns(patterns);
  GreedyRewriteConfig config;
  // The function itself stays as it is.
  config.enableFolding(false).setRegionSimplificationLevel(
      GreedySimplifyRegionLevel::Disabled);
  (void)applyPatternsGreedily(function, std::move(patterns), config);
  return llvm::to_vector(function.front().getTerminator()->getOperands());
}

namespace {
/// Clones what computes an extent out of a function.
class ExtentCloner {
public:
  ExtentCloner(OpBuilder &builder, func::FuncOp source,
               ArrayRef<WorkspaceNumber> numbers, ValueRange values)
      : builder(builder), source(source), numbers(numbers), values(values) {}

  /// Returns the clone of `value`, or null if it is computed from more than
  /// numbers of arguments.
  Value clone(Value value);

private:
  /// Returns the value of the number of an argument.
  Value getNumber(Value argument, std::optional<unsigned> dim);
  Value cloneDim(tensor::DimOp op);

  OpBuilder &builder;
  func::FuncOp source;
  ArrayRef<WorkspaceNumber> numbers;
  ValueRange values;
  IRMapping mapping;
};
} // namespace

Value ExtentCloner::getNumber(Value argument, std::optional<unsigned> dim) {
  auto block = dyn_cast<BlockArgument>(argument);
  if (!block || block.getOwner() != &source.front())
    return nullptr;
  for (auto [number, value] : llvm::zip_equal(numbers, values))
    if (number.value == block.getArgNumber() && number.dim == dim)
      return value;
  return nullptr;
}

Value ExtentCloner::cloneDim(tensor::DimOp op) {
  std::optional<int64_t> dim = op.getConstantIndex();
  auto type = dyn_cast<RankedTensorType>(op.getSource().getType());
  if (!dim || !type || *dim < 0 || *dim >= type.getRank())
    return nullptr;
  if (!type.isDynamicDim(*dim))
    return arith::ConstantIndexOp::create(builder, op.getLoc(),
                                          type.getDimSize(*dim));
  return getNumber(op.getSource(), unsigned(*dim));
}

Value ExtentCloner::clone(Value value) {
  if (Value known = mapping.lookupOrNull(value))
    return known;
  Operation *op = value.getDefiningOp();
  auto dim = dyn_cast_or_null<tensor::DimOp>(op);
  if (!op || dim) {
    Value number = dim ? cloneDim(dim) : getNumber(value, std::nullopt);
    if (number)
      mapping.map(value, number);
    return number;
  }
  auto isNumber = [](Type type) { return type.isIntOrIndex(); };
  if (!isPure(op) || op->getNumRegions() != 0 ||
      !llvm::all_of(op->getResultTypes(), isNumber) ||
      !llvm::all_of(op->getOperandTypes(), isNumber) ||
      !llvm::all_of(op->getOperands(),
                    [&](Value operand) { return clone(operand); }))
    return nullptr;
  builder.clone(*op, mapping);
  return mapping.lookup(value);
}

/// Builds the function for `library` from its source, which it changes.
/// Returns null if the extents need more than the numbers of the arguments.
static OwningOpRef<func::FuncOp>
buildExtentsFunction(func::FuncOp source, const LibraryFunction &library) {
  if (!source.getBody().hasOneBlock())
    return nullptr;
  SmallVector<Value> extents = returnExtents(source);
  if (extents.empty())
    return nullptr;
  SmallVector<WorkspaceNumber> numbers = getArgumentNumbers(library);
  OpBuilder builder(source.getContext());
  Type index = builder.getIndexType();
  OwningOpRef<func::FuncOp> function = func::FuncOp::create(
      builder, source.getLoc(), library.getResultExtentsName(),
      builder.getFunctionType(SmallVector<Type>(numbers.size(), index),
                              SmallVector<Type>(extents.size(), index)));
  Block *block = function->addEntryBlock();
  builder.setInsertionPointToStart(block);
  ExtentCloner cloner(builder, source, numbers, block->getArguments());
  SmallVector<Value> clones;
  for (Value extent : extents) {
    clones.push_back(cloner.clone(extent));
    if (!clones.back())
      return nullptr;
  }
  func::ReturnOp::create(builder, source.getLoc(), clones);
  return function;
}

OwningOpRef<ModuleOp>
quant_bnn::buildResultExtents(ModuleOp module,
                              ArrayRef<LibraryFunction> functions) {
  OwningOpRef<ModuleOp> result = ModuleOp::create(module.getLoc());
  for (const LibraryFunction &function : functions) {
    auto source = module.lookupSymbol<func::FuncOp>(function.name);
    // Without dynamic results, there is nothing to clone.
    if (!llvm::any_of(function.signature.results, [](const auto &value) {
          return value.isArray && ShapedType::isDynamicShape(value.shape);
        }))
      continue;
    OwningOpRef<func::FuncOp> clone = source.clone();
    if (OwningOpRef<func::FuncOp> extents =
            buildExtentsFunction(*clone, function))
      result->push_back(extents.release());
  }
  return result;
}
