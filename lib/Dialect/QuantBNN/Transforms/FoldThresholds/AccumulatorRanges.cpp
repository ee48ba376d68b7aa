//===- AccumulatorRanges.cpp - Ranges of sums -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AccumulatorRanges.h"
#include "mlir/Analysis/DataFlow/IntegerRangeAnalysis.h"
#include "mlir/Analysis/DataFlow/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/Analysis/ScalarFunction/Extract.h"

using namespace mlir;
using namespace quant_bnn::fold_thresholds;
using dataflow::IntegerValueRangeLattice;

/// The most elements of a constant that are read. A larger constant of integers
/// holds packed weights, and upstream takes a microsecond for each element.
static constexpr int64_t maxElements = 4096;

namespace {
/// Upstream's analysis, which also follows ops that move elements and
/// elementwise structured ops. The range of a tensor is that of its elements.
class TensorRangeAnalysis : public dataflow::IntegerRangeAnalysis {
public:
  using IntegerRangeAnalysis::IntegerRangeAnalysis;

  LogicalResult
  visitOperation(Operation *op,
                 ArrayRef<const IntegerValueRangeLattice *> operands,
                 ArrayRef<IntegerValueRangeLattice *> results) override;

  void
  visitNonControlFlowArguments(Operation *op, const RegionSuccessor &successor,
                               ArrayRef<IntegerValueRangeLattice *> argLattices,
                               unsigned firstIndex) override;
};
} // namespace

/// Returns `op` if it computes each element of its results from the elements of
/// its operands, or null.
static linalg::LinalgOp getElementwise(Operation *op) {
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  return structured && quant_bnn::scalar_function::getElementMap(structured)
             ? structured
             : nullptr;
}

static bool isLargeConstant(Operation *op) {
  DenseElementsAttr constant;
  return matchPattern(op, m_Constant(&constant)) && !constant.isSplat() &&
         constant.getNumElements() > maxElements;
}

LogicalResult TensorRangeAnalysis::visitOperation(
    Operation *op, ArrayRef<const IntegerValueRangeLattice *> operands,
    ArrayRef<IntegerValueRangeLattice *> results) {
  if (isa<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
          tensor::ExtractSliceOp>(op)) {
    join(results.front(), *operands.front());
    return success();
  }
  if (isLargeConstant(op)) {
    setAllToEntryStates(results);
    return success();
  }
  linalg::LinalgOp elementwise = getElementwise(op);
  if (!elementwise)
    return IntegerRangeAnalysis::visitOperation(op, operands, results);
  Operation *yield = elementwise.getBlock()->getTerminator();
  for (auto [result, value] : llvm::zip_equal(results, yield->getOperands()))
    join(result, *getLatticeElementFor(getProgramPointAfter(op), value));
  return success();
}

void TensorRangeAnalysis::visitNonControlFlowArguments(
    Operation *op, const RegionSuccessor &successor,
    ArrayRef<IntegerValueRangeLattice *> argLattices, unsigned firstIndex) {
  linalg::LinalgOp elementwise = getElementwise(op);
  if (!elementwise)
    return IntegerRangeAnalysis::visitNonControlFlowArguments(
        op, successor, argLattices, firstIndex);
  ProgramPoint *start = getProgramPointBefore(elementwise.getBlock());
  for (auto [argument, operand] :
       llvm::zip_equal(argLattices, elementwise.getOpOperandsMatchingBBargs()))
    join(argument, *getLatticeElementFor(start, operand->get()));
}

IntegerRange AccumulatorRanges::get(Value integers) {
  if (!hasRun) {
    hasRun = true;
    dataflow::loadBaselineAnalyses(solver);
    solver.load<TensorRangeAnalysis>();
    if (failed(solver.initializeAndRun(root)))
      solver.eraseAllStates();
  }
  auto *lattice = solver.lookupState<IntegerValueRangeLattice>(integers);
  if (!lattice || lattice->getValue().isUninitialized())
    return {std::numeric_limits<int32_t>::min(),
            std::numeric_limits<int32_t>::max()};
  const ConstantIntRanges &range = lattice->getValue().getValue();
  return {range.smin().getSExtValue(), range.smax().getSExtValue()};
}
