//===- VectorizeLinalg.cpp - Lower linalg on memrefs to vector loops ------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Aliases.h"
#include "../LoopEmission/Fills.h"
#include "../LoopEmission/IndexSpace.h"
#include "../LoopEmission/Packing.h"
#include "../LoopEmission/Sums.h"
#include "ContractionBlocking.h"
#include "EmitContraction.h"
#include "LoopEmitter.h"
#include "Tasks.h"
#include "TranspositionEmitter.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "quant-bnn/Codegen/CPU/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNVECTORIZELINALGPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

/// Whether iterations along dimension `dim` of `op` are independent, and write
/// elements of their own.
static bool isIndependent(linalg::LinalgOp op, unsigned dim) {
  AffineExpr expr = getAffineDimExpr(dim, op.getContext());
  return linalg::isParallelIterator(op.getIteratorTypesArray()[dim]) &&
         llvm::all_of(op.getDpsInitsMutable(), [&](OpOperand &output) {
           return llvm::is_contained(
               op.getMatchingIndexingMap(&output).getResults(), expr);
         });
}

/// Makes threads share the outermost of `loops` over the elements of `op`,
/// which come in the order of its dimensions, as far as these are independent.
static void shareLoops(linalg::LinalgOp op, ArrayRef<Operation *> loops,
                       int64_t taskNanoseconds) {
  unsigned count = 0;
  while (count < loops.size() && isIndependent(op, count))
    ++count;
  if (count == 0)
    return;
  ArrayRef<Operation *> shared = loops.take_front(count);
  ImplicitLocOpBuilder b(op.getLoc(), shared.front());
  SmallVector<Value> sizes = llvm::map_to_vector(shared, [](Operation *loop) {
    return cast<scf::ForOp>(loop).getUpperBound();
  });
  Value iterations = index_space::buildProduct(b, sizes);
  int64_t cost = tasks::estimateElement(op->getRegion(0).front());
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (int64_t size : ArrayRef(extents).drop_front(shared.size()))
    if (!ShapedType::isDynamic(size))
      cost *= std::max<int64_t>(size, 1);
  Value grain = tasks::buildGrain(
      b, iterations, arith::ConstantIndexOp::create(b, cost), taskNanoseconds);
  if (tasks::isOneTask(iterations, grain))
    return;
  tasks::buildLoop(b, iterations, grain, [&](Value iv) {
    for (auto [loop, position] :
         llvm::zip_equal(shared, index_space::delinearize(b, iv, sizes)))
      cast<scf::ForOp>(loop).getInductionVar().replaceAllUsesWith(position);
    Block *body = cast<scf::ForOp>(shared.back()).getBody();
    b.getInsertionBlock()->getOperations().splice(
        b.getInsertionPoint(), body->getOperations(), body->begin(),
        std::prev(body->end()));
  });
  shared.front()->erase();
}

/// Whether `plan` writes every element of its output once, from a vector that
/// accumulated it.
static bool hasRegisters(const vectorize::Plan &plan) {
  if (plan.outputs.size() != 1)
    return false;
  const vectorize::Output &output = plan.outputs.front();
  linalg::LinalgOp op = plan.op;
  return output.kind == vectorize::OutputKind::Lanes &&
         op.getMatchingIndexingMap(output.operand).isProjectedPermutation();
}

/// Whether each element of `output` is accumulated in one go: all loops outside
/// of where accumulation starts select elements of it.
static bool isInOneGo(const vectorize::Plan &plan,
                      const vectorize::Output &output) {
  unsigned depth = output.kind == vectorize::OutputKind::Lanes
                       ? plan.outer.size()
                       : output.depth;
  return llvm::all_of(ArrayRef(plan.getNest()).take_front(depth),
                      [&](unsigned loop) { return output.uses(loop); });
}

/// Returns the fills whose values the op of `plan` can begin to accumulate with
/// instead of what is in memory, and puts the values into the plan.
static SmallVector<linalg::FillOp> takeFills(vectorize::Plan &plan) {
  SmallVector<linalg::FillOp> fills;
  for (vectorize::Output &output : plan.outputs) {
    auto isOther = [&](Value value) {
      return isa<MemRefType>(value.getType()) &&
             mayAlias(value, output.getValue());
    };
    if (output.kind == vectorize::OutputKind::Stored ||
        !isInOneGo(plan, output) ||
        !plan.op.getMatchingIndexingMap(output.operand)
             .isProjectedPermutation() ||
        llvm::count_if(plan.op->getOperands(), isOther) > 1)
      continue;
    linalg::FillOp fill = findFill(plan.op, output.getValue());
    if (!fill)
      continue;
    output.initial = fill.getInputs().front();
    fills.push_back(fill);
  }
  return fills;
}

namespace {
struct QuantBNNVectorizeLinalgPass
    : quant_bnn::impl::QuantBNNVectorizeLinalgPassBase<
          QuantBNNVectorizeLinalgPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    if (vectorWidth >= 64 && llvm::isPowerOf2_64(vectorWidth))
      return tasks::checkTaskTime(taskTime, context);
    return emitError(UnknownLoc::get(context))
           << "vector-width must be a power of two and at least 64, but is "
           << int64_t(vectorWidth);
  }

  void runOnOperation() override {
    vectorize::Options options{vectorWidth, nontemporalThreshold, parallel};
    options.taskNanoseconds = taskTime;
    options.looksUpFloats =
        lookup == LookupInstructions::X86 && vectorWidth >= 512;
    // What accumulates takes the fill before it and the epilogue after it.
    lowerAll(options, vectorize::accumulates);
    getOperation()->walk([&](linalg::GenericOp op) {
      vectorize::dropOverwrittenFills(op, options);
    });
    lowerAll(options, [](linalg::LinalgOp) { return true; });
  }

private:
  void lowerAll(const vectorize::Options &options,
                llvm::function_ref<bool(linalg::LinalgOp)> selects) {
    SmallVector<linalg::LinalgOp> ops;
    getOperation()->walk([&](linalg::LinalgOp op) {
      if (selects(op))
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops)
      lower(fuseProduct(op), options);
  }

  void lower(linalg::LinalgOp op, const vectorize::Options &options) {
    FailureOr<vectorize::Plan> plan = vectorize::buildPlan(op, options);
    if ((failed(plan) || plan->hasReduced()) &&
        emitTransposedProduct(op, options))
      return;
    if (succeeded(plan) && vectorize::addsInOrder(*plan))
      return emit(op, plan, options);
    auto separated = vectorize::separateSums(op);
    if (failed(separated))
      return emit(op, plan, options);
    for (linalg::LinalgOp part : *separated)
      emit(part, vectorize::buildPlan(part, options), options);
  }

  /// Emits the product of `op` by panels if an operand is transposed. Returns
  /// whether nothing is left to emit; otherwise, `op` is in a branch if it is
  /// left for few rows or columns.
  bool emitTransposedProduct(linalg::LinalgOp op,
                             const vectorize::Options &options) {
    FailureOr<vectorize::Plan> plan =
        vectorize::buildTransposedProductPlan(op, options);
    if (failed(plan))
      return false;
    auto blocking = vectorize::chooseBlocking(*plan, options);
    if (!blocking)
      return false;
    if (blocking->mayNotPay) {
      vectorize::remarkIfRead(
          op, getArgument(),
          ("sums are computed one by one where there are fewer than " +
           Twine(blocking->minRows) + " rows or " +
           Twine(blocking->minColumns) + " columns")
              .str());
      return vectorize::emitContraction(*plan, options, /*epilogue=*/nullptr);
    }
    emitPlan(*plan, options);
    return true;
  }

  /// Emits the loops of `plan`, with the fill before its op and the epilogue
  /// after it.
  void emitPlan(vectorize::Plan &plan, const vectorize::Options &options) {
    linalg::LinalgOp op = plan.op;
    SmallVector<linalg::FillOp> fills = takeFills(plan);
    std::optional<vectorize::Epilogue> epilogue;
    if (hasRegisters(plan))
      epilogue = vectorize::takeEpilogue(
          vectorize::Producer(plan), options, getArgument(),
          vectorize::PackingSupport::PartsOfWords);
    else
      vectorize::remarkIfRead(
          op, getArgument(),
          "sums are computed one by one, and it is faster on vectors of them");
    const vectorize::Epilogue *after = epilogue ? &*epilogue : nullptr;
    if (!vectorize::emitContraction(plan, options, after)) {
      assert(!plan.transposedLoop && "loops have no transposed operands");
      vectorize::emitLoops(plan, options, after);
    }
    if (epilogue)
      epilogue->plan.op.erase();
    op->erase();
    for (linalg::FillOp fill : fills)
      fill.erase();
  }

  /// Emits loops over vectors if there is a plan for them.
  void emit(linalg::LinalgOp op, FailureOr<vectorize::Plan> plan,
            const vectorize::Options &options) {
    if (succeeded(plan))
      return emitPlan(*plan, options);
    auto transposing = vectorize::buildTransposingPlan(op, options);
    if (succeeded(transposing)) {
      vectorize::emitTransposition(*transposing, options);
      return op->erase();
    }
    if (lowersOthers && succeeded(emitScalarLoops(op)))
      op->erase();
  }

  LogicalResult emitScalarLoops(linalg::LinalgOp op) {
    if (!op.hasPureBufferSemantics())
      return failure();
    IRRewriter rewriter(op);
    FailureOr<linalg::LinalgLoops> loops =
        linalg::linalgOpToLoops(rewriter, op);
    if (succeeded(loops) && parallel)
      shareLoops(op, *loops, taskTime);
    return loops;
  }
};
} // namespace
