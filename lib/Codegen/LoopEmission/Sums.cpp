//===- Sums.cpp - Sums in the specified order -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The order of additions depends on the loops of an op, and not on other
// computations in the same loops, so fusion does not change a sum. If the
// operands of an op would lead to another order, the terms are stored, and a
// separate op sums them.
//
//===----------------------------------------------------------------------===//

#include "Sums.h"
#include "Reductions.h"

using namespace mlir;
using namespace quant_bnn::vectorize;

/// Whether iterations of `dim` add to the same element of `output`.
static bool isReduced(linalg::LinalgOp op, const Output &output, unsigned dim) {
  return !op.getMatchingIndexingMap(output.operand).isFunctionOfDim(dim);
}

/// The specified order has lanes along the innermost dimension if that
/// dimension is reduced, merged with the reduced dimensions just outside of it.
/// Otherwise lanes accumulate.
bool quant_bnn::vectorize::addsInOrder(const Plan &plan) {
  linalg::LinalgOp op = plan.op;
  return llvm::all_of(plan.outputs, [&](const Output &output) {
    if (!output.compensated || op.getNumLoops() == 0)
      return true;
    unsigned last = op.getNumLoops() - 1;
    if (!isReduced(op, output, last))
      return output.kind == OutputKind::Lanes;
    if (output.kind != OutputKind::Reduced ||
        plan.loops[plan.vectorLoop].dims.back() != last)
      return false;
    return llvm::all_of(plan.loops, [&](const Loop &loop) {
      unsigned first = loop.dims.front();
      return first == 0 || !isReduced(op, output, first) ||
             !isReduced(op, output, first - 1);
    });
  });
}

namespace {
/// A sum that a separate op can compute.
struct Separable {
  OpOperand *init;
  arith::AddFOp sum;
  Value term;
};
} // namespace

static std::optional<Separable> matchSeparable(linalg::LinalgOp op,
                                               unsigned number) {
  if (!isFloatSum(op, number) || matchFusedProduct(op, number) ||
      !op.getIndexingMapsArray()[op.getNumDpsInputs() + number]
           .isProjectedPermutation())
    return std::nullopt;
  Value old = op.getRegionOutputArgs()[number];
  auto sum = op.getBlock()
                 ->getTerminator()
                 ->getOperand(number)
                 .getDefiningOp<arith::AddFOp>();
  if (!sum || !sum->hasOneUse() || !old.hasOneUse())
    return std::nullopt;
  return Separable{op.getDpsInitOperand(number), sum,
                   sum.getLhs() == old ? sum.getRhs() : sum.getLhs()};
}

/// Builds the op that stores the terms of `sums` in `buffers`, and does
/// everything else that `op` does.
static linalg::GenericOp buildTerms(OpBuilder &builder, linalg::LinalgOp op,
                                    ArrayRef<Separable> sums,
                                    ValueRange buffers) {
  SmallVector<Value> inputs = op.getDpsInputs(), outputs;
  SmallVector<AffineMap> maps;
  for (OpOperand *input : op.getDpsInputOperands())
    maps.push_back(op.getMatchingIndexingMap(input));
  SmallVector<OpOperand *> kept;
  bool isParallel = true;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (llvm::any_of(sums,
                     [&](const Separable &sum) { return sum.init == &init; }))
      continue;
    kept.push_back(&init);
    outputs.push_back(init.get());
    maps.push_back(op.getMatchingIndexingMap(&init));
    isParallel &= maps.back().isPermutation();
  }
  llvm::append_range(outputs, buffers);
  maps.append(buffers.size(), builder.getMultiDimIdentityMap(op.getNumLoops()));
  SmallVector<utils::IteratorType> iterators = op.getIteratorTypesArray();
  if (isParallel)
    llvm::fill(iterators, utils::IteratorType::parallel);
  return linalg::GenericOp::create(
      builder, op.getLoc(), inputs, outputs, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        IRMapping mapping;
        mapping.map(ValueRange(op.getRegionInputArgs()),
                    arguments.take_front(inputs.size()));
        for (auto [init, argument] :
             llvm::zip(kept, arguments.drop_front(inputs.size())))
          mapping.map(op.getMatchingBlockArgument(init), argument);
        Operation *yield = op.getBlock()->getTerminator();
        for (Operation &bodyOp : op.getBlock()->without_terminator())
          if (llvm::none_of(sums, [&](const Separable &sum) {
                return sum.sum == &bodyOp;
              }))
            nested.clone(bodyOp, mapping);
        SmallVector<Value> yields;
        for (OpOperand *init : kept)
          yields.push_back(mapping.lookupOrDefault(
              yield->getOperand(init->getOperandNumber() - inputs.size())));
        for (const Separable &sum : sums)
          yields.push_back(mapping.lookupOrDefault(sum.term));
        linalg::YieldOp::create(nested, loc, yields);
      });
}

/// Builds the op that adds the elements of `buffer` to the output to which `op`
/// adds the terms of `sum`.
static linalg::GenericOp buildSum(OpBuilder &builder, linalg::LinalgOp op,
                                  const Separable &sum, Value buffer) {
  AffineMap map = op.getMatchingIndexingMap(sum.init);
  SmallVector<utils::IteratorType> iterators;
  for (unsigned dim : llvm::seq(op.getNumLoops()))
    iterators.push_back(map.isFunctionOfDim(dim)
                            ? utils::IteratorType::parallel
                            : utils::IteratorType::reduction);
  return linalg::GenericOp::create(
      builder, op.getLoc(), buffer, sum.init->get(),
      ArrayRef{builder.getMultiDimIdentityMap(op.getNumLoops()), map},
      iterators, [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        Value added =
            arith::AddFOp::create(nested, loc, arguments[1], arguments[0]);
        linalg::YieldOp::create(nested, loc, added);
      });
}

FailureOr<SmallVector<linalg::LinalgOp>>
quant_bnn::vectorize::separateSums(linalg::LinalgOp op) {
  if (!op.hasPureBufferSemantics())
    return failure();
  SmallVector<Separable> sums;
  for (unsigned number : llvm::seq<unsigned>(op.getNumDpsInits()))
    if (std::optional<Separable> sum = matchSeparable(op, number))
      sums.push_back(*sum);
  // Some operand must have as many elements as there are terms to store.
  bool isSpanned = llvm::any_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return map.isPermutation();
  });
  if (sums.empty() || !isSpanned)
    return failure();

  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<int64_t> shape = op.getStaticLoopRanges();
  SmallVector<Value> sizes;
  for (auto [size, range] :
       llvm::zip_equal(shape, op.createLoopRanges(builder, loc)))
    if (ShapedType::isDynamic(size))
      sizes.push_back(cast<Value>(range.size));
  SmallVector<Value> buffers;
  for (const Separable &sum : sums)
    buffers.push_back(memref::AllocOp::create(
        builder, loc, MemRefType::get(shape, sum.term.getType()), sizes));
  SmallVector<linalg::LinalgOp> ops = {buildTerms(builder, op, sums, buffers)};
  for (auto [sum, buffer] : llvm::zip_equal(sums, buffers)) {
    ops.push_back(buildSum(builder, op, sum, buffer));
    memref::DeallocOp::create(builder, loc, buffer);
  }
  op->erase();
  return ops;
}
