//===- PopcountContraction.cpp - Match popcount contractions --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PopcountContraction.h"
#include "Fills.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::popcount;

//===----------------------------------------------------------------------===//
// The body
//===----------------------------------------------------------------------===//

static bool isWord(Type type) {
  return type.isSignlessInteger() &&
         llvm::is_contained({8, 16, 32, 64}, type.getIntOrFloatBitWidth());
}

/// Whether `value` is the number of bits in which the arguments a and b of
/// `body` differ.
static bool isCount(Value value, Block &body) {
  auto population = value.getDefiningOp<math::CtPopOp>();
  if (!population)
    return false;
  auto differing = population.getOperand().getDefiningOp<arith::XOrIOp>();
  if (!differing)
    return false;
  Value a = body.getArgument(0), b = body.getArgument(1);
  return (differing.getLhs() == a && differing.getRhs() == b) ||
         (differing.getLhs() == b && differing.getRhs() == a);
}

/// Returns f if `value` is f times the number of bits in which the arguments a
/// and b of `body` differ, modulo 2 to the power of the width of `value`, or
/// nullopt.
static std::optional<APInt> findFactor(Value value, Block &body) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  unsigned width = value.getType().getIntOrFloatBitWidth();
  if (isCount(value, body))
    return APInt(width, 1);
  // The count itself is a nonnegative number of any word type. A multiple may
  // have wrapped.
  if (isa<arith::ExtSIOp, arith::ExtUIOp>(op) &&
      isCount(op->getOperand(0), body))
    return APInt(width, 1);
  std::optional<APInt> factor;
  if (auto truncation = dyn_cast<arith::TruncIOp>(op)) {
    factor = findFactor(truncation.getIn(), body);
    return factor ? factor->trunc(width) : factor;
  }
  APInt constant;
  if (auto product = dyn_cast<arith::MulIOp>(op)) {
    Value term = product.getLhs(), other = product.getRhs();
    if (matchPattern(term, m_Constant()))
      std::swap(term, other);
    if (!matchPattern(other, m_ConstantInt(&constant)))
      return std::nullopt;
    factor = findFactor(term, body);
  } else if (auto shift = dyn_cast<arith::ShLIOp>(op)) {
    if (!matchPattern(shift.getRhs(), m_ConstantInt(&constant)) ||
        constant.uge(width))
      return std::nullopt;
    factor = findFactor(shift.getLhs(), body);
    constant = APInt::getOneBitSet(width, constant.getZExtValue());
  }
  return factor ? *factor * constant : factor;
}

/// Returns f if `body` yields out + f * ctpop(a xor b), for its arguments a, b
/// and out, or nullopt.
static std::optional<APInt> matchBody(Block &body) {
  Value yielded = body.getTerminator()->getOperand(0);
  Value out = body.getArgument(2);
  if (auto sum = yielded.getDefiningOp<arith::AddIOp>()) {
    if (sum.getLhs() == out)
      return findFactor(sum.getRhs(), body);
    if (sum.getRhs() == out)
      return findFactor(sum.getLhs(), body);
  }
  auto difference = yielded.getDefiningOp<arith::SubIOp>();
  if (!difference || difference.getLhs() != out)
    return std::nullopt;
  std::optional<APInt> factor = findFactor(difference.getRhs(), body);
  return factor ? -*factor : factor;
}

/// Returns the factor of the count if `op` has the operands and the body of a
/// popcount contraction, or nullopt.
static std::optional<APInt> matchOp(linalg::GenericOp op) {
  if (!op.hasPureBufferSemantics() || op.getNumDpsInputs() != 2 ||
      op.getNumDpsInits() != 1)
    return std::nullopt;
  for (Value operand : op->getOperands())
    if (!isa<MemRefType>(operand.getType()))
      return std::nullopt;
  Block &body = op.getRegion().front();
  Type word = body.getArgument(0).getType();
  if (!isWord(word) || body.getArgument(1).getType() != word ||
      !body.getArgument(2).getType().isSignlessInteger(32))
    return std::nullopt;
  return matchBody(body);
}

//===----------------------------------------------------------------------===//
// Roles
//===----------------------------------------------------------------------===//

static popcount::Access getAccess(linalg::GenericOp op, OpOperand *operand) {
  return {operand->get(), op.getMatchingIndexingMap(operand)};
}

static bool hasUnitStride(MemRefType type) {
  return type.getRank() > 0 && type.isLastDimUnitStride();
}

/// Whether `access` has unit stride along its last dimension, which `loop`
/// alone indexes, and `loop` is in no other index.
static bool isContiguous(const popcount::Access &access, unsigned loop) {
  AffineExpr dim = getAffineDimExpr(loop, access.map.getContext());
  if (!hasUnitStride(access.getType()) || access.map.getResults().back() != dim)
    return false;
  return llvm::none_of(
      access.map.getResults().drop_back(),
      [&](AffineExpr index) { return index.isFunctionOfDim(loop); });
}

/// Returns the dimension of `access` that `outer` indexes by single elements,
/// if `inner` indexes the next dimension, and the two dimensions collapse to
/// one; otherwise returns nullopt.
static std::optional<unsigned> findMerge(const popcount::Access &access,
                                         unsigned outer, unsigned inner) {
  MLIRContext *context = access.map.getContext();
  std::optional<unsigned> merged;
  for (auto [position, index] : llvm::enumerate(access.map.getResults())) {
    if (!index.isFunctionOfDim(outer))
      continue;
    if (merged)
      return std::nullopt;
    merged = position;
  }
  unsigned rank = access.map.getNumResults();
  if (!merged || *merged + 1 == rank)
    return std::nullopt;
  AffineExpr step = getAffineDimExpr(outer, context);
  AffineExpr index = access.map.getResult(*merged);
  // One step of `outer` is one element of the dimension.
  AffineExpr rest =
      simplifyAffineExpr(index - step, access.map.getNumDims(), 0);
  if (rest.isFunctionOfDim(outer) ||
      access.map.getResult(*merged + 1) != getAffineDimExpr(inner, context))
    return std::nullopt;
  for (unsigned position = 0; position < rank; ++position)
    if (position != *merged + 1 &&
        access.map.getResult(position).isFunctionOfDim(inner))
      return std::nullopt;
  SmallVector<ReassociationIndices> reassociation;
  for (unsigned position = 0; position < rank; ++position)
    if (position == *merged + 1)
      reassociation.back().push_back(position);
    else
      reassociation.push_back({position});
  MemRefType type = access.getType();
  if (!memref::CollapseShapeOp::isGuaranteedCollapsible(type, reassociation))
    return std::nullopt;
  // A dimension of one element may leave the type of the view without the
  // stride that vectors need.
  auto collapsed =
      memref::CollapseShapeOp::computeCollapsedType(type, reassociation);
  if (hasUnitStride(type) && !hasUnitStride(collapsed))
    return std::nullopt;
  return merged;
}

/// Merges the two innermost reductions into one loop, if both operands allow
/// it.
static void mergeReductions(Contraction &contraction) {
  SmallVector<unsigned> &reductions = contraction.reductions;
  if (reductions.size() < 2)
    return;
  unsigned outer = reductions[reductions.size() - 2];
  unsigned inner = reductions.back();
  std::optional<unsigned> broadcast =
      findMerge(contraction.broadcast, outer, inner);
  std::optional<unsigned> packed = findMerge(contraction.packed, outer, inner);
  if (!broadcast || !packed)
    return;
  contraction.broadcast.merged = *broadcast;
  contraction.packed.merged = *packed;
  contraction.mergedReduction = outer;
  reductions.erase(reductions.end() - 2);
}

FailureOr<Contraction>
quant_bnn::popcount::matchContraction(linalg::GenericOp op) {
  std::optional<APInt> factor = matchOp(op);
  if (!factor)
    return failure();
  Contraction contraction;
  contraction.op = op;
  contraction.factor = factor->getSExtValue();
  contraction.output = getAccess(op, op.getDpsInitOperand(0));
  const popcount::Access &output = contraction.output;
  SmallVector<unsigned> parallel;
  op.getParallelDims(parallel);
  op.getReductionDims(contraction.reductions);
  // Each iteration of the parallel loops has its own element of the output.
  if (!output.map.isProjectedPermutation() ||
      output.map.getNumResults() != parallel.size() || parallel.empty() ||
      contraction.reductions.empty() || !hasUnitStride(output.getType()))
    return failure();
  if (llvm::any_of(contraction.reductions, [&](unsigned reduction) {
        return output.map.isFunctionOfDim(reduction);
      }))
    return failure();

  contraction.lanes = output.map.getDimPosition(parallel.size() - 1);
  contraction.broadcast = getAccess(op, op.getDpsInputOperand(0));
  contraction.packed = getAccess(op, op.getDpsInputOperand(1));
  if (contraction.broadcast.map.isFunctionOfDim(contraction.lanes))
    std::swap(contraction.broadcast, contraction.packed);
  if (contraction.broadcast.map.isFunctionOfDim(contraction.lanes) ||
      !contraction.packed.map.isFunctionOfDim(contraction.lanes))
    return failure();
  // Kernels read words after they have written outputs.
  if (output.memref == contraction.broadcast.memref ||
      output.memref == contraction.packed.memref)
    return failure();

  for (unsigned position = 0; position + 1 < parallel.size(); ++position) {
    unsigned loop = output.map.getDimPosition(position);
    if (contraction.packed.map.isFunctionOfDim(loop))
      contraction.batches.push_back(loop);
    else
      contraction.windows.push_back(loop);
  }
  // The innermost loop that selects rows.
  auto rows =
      llvm::find_if(llvm::reverse(contraction.windows), [&](unsigned loop) {
        return contraction.broadcast.map.isFunctionOfDim(loop);
      });
  if (rows != contraction.windows.rend()) {
    contraction.rows = *rows;
    contraction.windows.erase(std::next(rows).base());
  }

  unsigned innermost = contraction.reductions.back();
  contraction.isContiguous = isContiguous(contraction.broadcast, innermost) &&
                             isContiguous(contraction.packed, innermost);
  mergeReductions(contraction);
  contraction.fill = findFill(op, output.memref);
  return contraction;
}

std::optional<RowStep>
quant_bnn::popcount::getRowStep(const Contraction &contraction) {
  if (!contraction.rows)
    return std::nullopt;
  AffineMap map = contraction.broadcast.map;
  AffineExpr row = getAffineDimExpr(*contraction.rows, map.getContext());
  std::optional<RowStep> step;
  for (auto [dim, index] : llvm::enumerate(map.getResults())) {
    if (!index.isFunctionOfDim(*contraction.rows))
      continue;
    auto distance = dyn_cast<AffineConstantExpr>(simplifyAffineExpr(
        index.replace(row, row + 1) - index, map.getNumDims(), 0));
    if (step || !distance || distance.getValue() < 0)
      return std::nullopt;
    step = {unsigned(dim), distance.getValue()};
  }
  return step;
}

int64_t quant_bnn::popcount::getLeastRows(const Contraction &contraction) {
  SmallVector<unsigned> loops = contraction.windows;
  if (contraction.rows)
    loops.push_back(*contraction.rows);
  linalg::LinalgOp op = contraction.op;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  int64_t rows = 1;
  for (unsigned loop : loops)
    if (!ShapedType::isDynamic(extents[loop]))
      rows = std::min<uint64_t>(
          llvm::SaturatingMultiply<uint64_t>(rows, extents[loop]), INT64_MAX);
  return rows;
}

SmallVector<Value>
quant_bnn::popcount::buildSizes(ImplicitLocOpBuilder &b,
                                const Contraction &contraction) {
  linalg::LinalgOp op = contraction.op;
  SmallVector<Value> sizes;
  for (const Range &range : op.createLoopRanges(b, b.getLoc()))
    sizes.push_back(getValueOrCreateConstantIndexOp(b, b.getLoc(), range.size));
  if (contraction.mergedReduction) {
    Value &inner = sizes[contraction.reductions.back()];
    inner = b.createOrFold<arith::MulIOp>(sizes[*contraction.mergedReduction],
                                          inner);
  }
  return sizes;
}
