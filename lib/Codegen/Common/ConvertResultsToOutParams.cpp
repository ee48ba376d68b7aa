//===- ConvertResultsToOutParams.cpp - Convert results to out-params ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OutParamExtents.h"
#include "PrivateCopies.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
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
  using Base::Base;
  void runOnOperation() override;
};
} // namespace

/// Gives each use of a filled empty tensor one of its own, so that two results
/// which begin with the same values are both computed in their buffers.
static void separateFills(func::FuncOp function) {
  SmallVector<linalg::FillOp> fills;
  function.walk([&](linalg::FillOp op) {
    if (op.hasPureTensorSemantics() && !op->use_empty() &&
        op.getOutputs()[0].getDefiningOp<tensor::EmptyOp>())
      fills.push_back(op);
  });
  for (linalg::FillOp fill : fills) {
    OpBuilder builder(fill);
    Operation *empty = fill.getOutputs()[0].getDefiningOp();
    for (OpOperand &use :
         llvm::make_early_inc_range(llvm::drop_begin(fill->getUses()))) {
      IRMapping mapping;
      builder.clone(*empty, mapping);
      use.set(builder.clone(*fill, mapping)->getResult(0));
    }
  }
}

/// Appends an out parameter to `function` for every tensor result, and erases
/// these results. With `checkExtents`, asserts that the parameters have the
/// extents of the results. Fails on an unranked tensor.
static LogicalResult convertResults(func::FuncOp function, bool checkExtents) {
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
  SmallVector<quant_bnn::ResultBuffer> buffers;
  for (unsigned index : tensors) {
    auto tensor = cast<RankedTensorType>(type.getResult(index));
    if (failed(function.insertArgument(
            function.getNumArguments(),
            MemRefType::get(tensor.getShape(), tensor.getElementType()), {},
            function.getLoc())))
      return failure();
    outs.push_back(function.getArguments().back());
    buffers.push_back({index, outs.back()});
  }
  if (checkExtents && failed(quant_bnn::checkResultBuffers(function, buffers)))
    return failure();
  DominanceInfo dominance(function);
  for (auto op : function.getOps<func::ReturnOp>()) {
    OpBuilder builder(op);
    OpBuilder entry = OpBuilder::atBlockBegin(&function.front());
    SmallVector<std::pair<Value, Value>> stores;
    for (auto [index, out] : llvm::zip_equal(tensors, outs)) {
      Value source = op.getOperand(index), destination = out;
      // A result that is an expanded tensor is computed in place in the shape
      // of that tensor.
      if (auto expand = source.getDefiningOp<tensor::ExpandShapeOp>()) {
        destination = memref::CollapseShapeOp::create(
            entry, op.getLoc(), out, expand.getReassociationIndices());
        source = expand.getSrc();
      }
      // In the order of their definitions: a result that another one is
      // computed from, in place, has been read before that one takes its
      // buffer.
      auto *later = llvm::find_if(stores, [&](const auto &store) {
        Operation *definition = store.first.getDefiningOp();
        return definition && dominance.properlyDominates(source, definition);
      });
      stores.insert(later, {source, destination});
    }
    // First as tensors, by which bufferization sees that a result may be
    // computed in the buffer of another one: then it copies. Stores to buffers,
    // which it does not see, come last. A value that is returned twice is
    // copied from the buffer in which it may have been computed.
    DenseMap<Value, Value> stored;
    for (auto &[source, destination] : stores) {
      Value buffer = bufferization::ToTensorOp::create(
          entry, op.getLoc(), source.getType(), destination,
          /*restrict=*/true, /*writable=*/true);
      Value &latest = stored.try_emplace(source, source).first->second;
      latest = bufferization::MaterializeInDestinationOp::create(
                   builder, op.getLoc(), source.getType(), latest, buffer)
                   .getResult();
      source = latest;
    }
    for (auto [source, destination] : stores) {
      auto store = bufferization::MaterializeInDestinationOp::create(
          builder, op.getLoc(), /*result=*/Type(), source, destination);
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
  if (failed(quant_bnn::redirectCallers(functions, getOperation())))
    return signalPassFailure();
  for (func::FuncOp function : functions) {
    separateFills(function);
    if (failed(convertResults(function, checkExtents)))
      return signalPassFailure();
  }
}
