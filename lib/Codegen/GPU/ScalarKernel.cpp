//===- ScalarKernel.cpp - Kernels of one thread per iteration -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/IndexSpace.h"
#include "Kernel.h"
#include "mlir/Dialect/Affine/Utils.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::map_to_gpu;
using index_space::enter;
using index_space::Positions;

namespace {
class ScalarKernel {
public:
  ScalarKernel(linalg::LinalgOp op, const Options &options)
      : op(op), options(options), b(op.getLoc(), op) {}
  void emit();

private:
  Value buildAddress(OpOperand &operand, const Positions &at);
  void emitBody(const Positions &at);
  void emitReductions(ArrayRef<unsigned> loops, const Positions &at);

  linalg::LinalgOp op;
  const Options &options;
  ImplicitLocOpBuilder b;
  /// By operand; empty for scalars.
  SmallVector<View> views;
  /// By loop.
  SmallVector<Value> sizes;
};
} // namespace

/// Builds the index of the element of `operand` at `at` in the view of
/// `operand`.
Value ScalarKernel::buildAddress(OpOperand &operand, const Positions &at) {
  SmallVector<Value> indices;
  for (AffineExpr expr : op.getMatchingIndexingMap(&operand).getResults())
    indices.push_back(affine::expandAffineExpr(b, b.getLoc(), expr, at, {}));
  return views[operand.getOperandNumber()].linearize(b, indices);
}

void ScalarKernel::emitBody(const Positions &at) {
  IRMapping values;
  for (OpOperand &operand : op->getOpOperands()) {
    BlockArgument argument = op.getMatchingBlockArgument(&operand);
    if (!isa<MemRefType>(operand.get().getType()))
      values.map(argument, operand.get());
    else if (!argument.use_empty())
      values.map(argument, memref::LoadOp::create(
                               b, views[operand.getOperandNumber()].buffer,
                               buildAddress(operand, at)));
  }
  for (Operation &bodyOp : op.getBlock()->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(bodyOp))
      values.map(index.getResult(), at[index.getDim()]);
    else
      b.clone(bodyOp, values);
  }
  for (auto [operand, yielded] :
       llvm::zip_equal(op.getDpsInitsMutable(),
                       op.getBlock()->getTerminator()->getOperands()))
    memref::StoreOp::create(b, values.lookupOrDefault(yielded),
                            views[operand.getOperandNumber()].buffer,
                            buildAddress(operand, at));
}

/// Emits the body inside of sequential `loops` at `at`.
void ScalarKernel::emitReductions(ArrayRef<unsigned> loops,
                                  const Positions &at) {
  if (loops.empty())
    return emitBody(at);
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value one = arith::ConstantIndexOp::create(b, 1);
  auto loop = scf::ForOp::create(b, zero, sizes[loops.front()], one);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  emitReductions(loops.drop_front(),
                 enter(at, loops.front(), loop.getInductionVar()));
}

void ScalarKernel::emit() {
  for (Range range : op.createLoopRanges(b, b.getLoc()))
    sizes.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), range.size));
  for (Value operand : op->getOperands())
    views.push_back(isa<MemRefType>(operand.getType())
                        ? buildView(b, operand, options)
                        : View());
  SmallVector<unsigned> parallel, reductions;
  op.getParallelDims(parallel);
  op.getReductionDims(reductions);
  auto parallelSizes =
      llvm::map_to_vector(parallel, [&](unsigned loop) { return sizes[loop]; });
  Value count = index_space::buildProduct(b, parallelSizes);
  Value blockSize = arith::ConstantIndexOp::create(b, options.blockSize);
  Value blocks =
      limitBlocks(b, b.createOrFold<arith::CeilDivUIOp>(count, blockSize));
  buildLaunch(
      b, options, blocks, /*workgroupTypes=*/{},
      [&](const Thread &thread, ValueRange) {
        auto loop = scf::ForOp::create(b, thread.id, count, thread.count);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToStart(loop.getBody());
        SmallVector<Value> position =
            index_space::delinearize(b, loop.getInductionVar(), parallelSizes);
        emitReductions(reductions,
                       enter(Positions(sizes.size()), parallel, position));
      });
}

void quant_bnn::map_to_gpu::emitScalarKernel(linalg::LinalgOp op,
                                             const Options &options) {
  ScalarKernel(op, options).emit();
}
