//===- ConvertResultsToOutParams.cpp - Convert results to out-params ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/SymbolTable.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Support/FunctionAttributes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTRESULTSTOOUTPARAMSPASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNConvertResultsToOutParamsPass
    : quant_bnn::impl::QuantBNNConvertResultsToOutParamsPassBase<
          QuantBNNConvertResultsToOutParamsPass> {
  void runOnOperation() override;
};
} // namespace

/// Fails at an unregistered op that may be a symbol table: upstream's symbol
/// tables cannot find the users of a symbol beside such an op.
static LogicalResult checkSymbolTables(ModuleOp moduleOp) {
  for (Operation &op : moduleOp.getOps())
    if (!op.isRegistered() && op.getNumRegions() == 1)
      return op.emitError("may call any function of the module: it is not "
                          "registered and has a region");
  return success();
}

/// Redirects the callers of `functions` within the module to private copies,
/// whose types stay the same.
static void redirectCallers(ArrayRef<func::FuncOp> functions,
                            ModuleOp moduleOp) {
  SymbolTableCollection tables;
  SymbolTable &symbols = tables.getSymbolTable(moduleOp);
  SymbolUserMap usersBefore(tables, moduleOp);
  SmallVector<std::pair<func::FuncOp, func::FuncOp>> copies;
  for (func::FuncOp function : functions) {
    if (usersBefore.useEmpty(function))
      continue;
    func::FuncOp copy = function.clone();
    copy.setPrivate();
    symbols.insert(copy, std::next(function->getIterator()));
    copies.push_back({function, copy});
  }
  // Copies call each other and themselves, too.
  SymbolUserMap users(tables, moduleOp);
  for (auto [function, copy] : copies)
    users.replaceAllUsesWith(function, copy.getSymNameAttr());
}

/// Appends an out parameter to `function` for every tensor result, and erases
/// these results. Fails on an unranked tensor.
static LogicalResult convertResults(func::FuncOp function) {
  SmallVector<unsigned> tensors;
  FunctionType type = function.getFunctionType();
  for (auto [index, result] : llvm::enumerate(type.getResults())) {
    if (!isa<TensorType>(result))
      continue;
    if (!isa<RankedTensorType>(result))
      return function.emitError("cannot return ")
             << result << " through an out parameter";
    tensors.push_back(index);
  }
  if (tensors.empty())
    return success();

  SmallVector<BlockArgument> outs;
  for (unsigned index : tensors) {
    auto tensor = cast<RankedTensorType>(type.getResult(index));
    if (failed(function.insertArgument(
            function.getNumArguments(),
            MemRefType::get(tensor.getShape(), tensor.getElementType()), {},
            function.getLoc())))
      return failure();
    outs.push_back(function.getArguments().back());
  }
  for (auto op : function.getOps<func::ReturnOp>()) {
    OpBuilder builder(op);
    for (auto [index, out] : llvm::zip_equal(tensors, outs)) {
      Value source = op.getOperand(index), destination = out;
      // A result that is an expanded tensor is computed in place in the shape
      // of that tensor.
      if (auto expand = source.getDefiningOp<tensor::ExpandShapeOp>()) {
        OpBuilder entry = OpBuilder::atBlockBegin(&function.front());
        destination = memref::CollapseShapeOp::create(
            entry, op.getLoc(), out, expand.getReassociationIndices());
        source = expand.getSrc();
      }
      auto store = bufferization::MaterializeInDestinationOp::create(
          builder, op.getLoc(), /*result=*/Type(), source, destination);
      store.setRestrict(true);
      store.setWritable(true);
    }
    BitVector erased(op.getNumOperands());
    for (unsigned index : tensors)
      erased.set(index);
    op->eraseOperands(erased);
  }
  BitVector erased(type.getNumResults());
  for (unsigned index : tensors)
    erased.set(index);
  return function.eraseResults(erased);
}

void QuantBNNConvertResultsToOutParamsPass::runOnOperation() {
  SmallVector<func::FuncOp> functions;
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (function.isPublic() && !function.isDeclaration()) {
      functions.push_back(function);
      // The attributes count results and residuals, which change.
      function->removeAttr(quant_bnn::backwardAttrName);
      function->removeAttr(quant_bnn::residualsAttrName);
    }
  if (failed(checkSymbolTables(getOperation())))
    return signalPassFailure();
  redirectCallers(functions, getOperation());
  for (func::FuncOp function : functions)
    if (failed(convertResults(function)))
      return signalPassFailure();
}
