//===- JoinInsertSlices.cpp - Join chains of insert_slice -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Bufferization compares each pair of accesses to a tensor, and the ops that
// computed each of the two. For a chain of insertions, the time grows with the
// fourth power of the length: 400 insertions took minutes. Adjacent insertions
// are equivalent to the insertion of one concatenation.
//===----------------------------------------------------------------------===//

#include "ToLinalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"

using namespace mlir;

/// The length of the shortest chain to join; fewer insertions may be written in
/// place.
static constexpr size_t minInsertions = 8;

namespace {
struct JoinInsertSlices : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::InsertSliceOp op,
                                PatternRewriter &rewriter) const override;
};

/// The position of a slice beside the slice that was inserted before it.
struct Step {
  int64_t dim;
  bool isBehind;
  bool operator==(const Step &other) const {
    return dim == other.dim && isBehind == other.isBehind;
  }
};
} // namespace

/// Returns the insertion into whose result `op` inserts, if it is in the same
/// block and has no other use, or null. The same block ensures that no
/// insertion is moved into a loop.
static tensor::InsertSliceOp getPrevious(tensor::InsertSliceOp op) {
  auto previous = op.getDest().getDefiningOp<tensor::InsertSliceOp>();
  bool isLink = previous && previous->hasOneUse() &&
                previous->getBlock() == op->getBlock();
  return isLink ? previous : nullptr;
}

/// Returns the type of the slice that `op` inserts, with all dimensions of the
/// destination.
static RankedTensorType getSliceType(tensor::InsertSliceOp op) {
  return RankedTensorType::get(op.getStaticSizes(),
                               op.getSourceType().getElementType());
}

static bool hasAllDimensions(tensor::InsertSliceOp op) {
  return op.getSourceType().getRank() == op.getDestType().getRank();
}

/// Returns how the dimensions of the slice that `op` inserts collapse to those
/// of its source, which lacks dimensions of size 1.
static std::optional<SmallVector<ReassociationIndices>>
getReassociation(tensor::InsertSliceOp op) {
  if (op.getSourceType().getRank() == 0)
    return std::nullopt;
  return getReassociationIndicesForCollapse(getSliceType(op).getShape(),
                                            op.getSourceType().getShape());
}

/// Whether `op` inserts a box with static offsets and sizes.
static bool isBox(tensor::InsertSliceOp op) {
  return op.getSourceType().hasStaticShape() && op.hasUnitStride() &&
         llvm::none_of(op.getStaticOffsets(), ShapedType::isDynamic) &&
         llvm::none_of(op.getStaticSizes(), ShapedType::isDynamic) &&
         (hasAllDimensions(op) || getReassociation(op));
}

static std::optional<Step> getStep(tensor::InsertSliceOp previous,
                                   tensor::InsertSliceOp op) {
  if (!isBox(previous) || !isBox(op))
    return std::nullopt;
  std::optional<Step> step;
  for (int64_t dim = 0; dim < op.getDestType().getRank(); ++dim) {
    int64_t start = op.getStaticOffset(dim), size = op.getStaticSize(dim);
    int64_t before = previous.getStaticOffset(dim);
    int64_t sizeBefore = previous.getStaticSize(dim);
    if (start == before && size == sizeBefore)
      continue;
    bool isBehind = start == before + sizeBefore;
    if (step || (!isBehind && before != start + size))
      return std::nullopt;
    step = Step{dim, isBehind};
  }
  return step;
}

LogicalResult
JoinInsertSlices::matchAndRewrite(tensor::InsertSliceOp op,
                                  PatternRewriter &rewriter) const {
  if (op->hasOneUse())
    if (auto next = dyn_cast<tensor::InsertSliceOp>(*op->user_begin()))
      if (getPrevious(next) == op && getStep(op, next))
        return rewriter.notifyMatchFailure(op, "not the last of a chain");
  std::optional<Step> step;
  SmallVector<tensor::InsertSliceOp> chain = {op};
  while (tensor::InsertSliceOp previous = getPrevious(chain.back())) {
    std::optional<Step> found = getStep(previous, chain.back());
    if (!found || (step && !(*found == *step)))
      break;
    step = found;
    chain.push_back(previous);
  }
  if (chain.size() < minInsertions)
    return rewriter.notifyMatchFailure(op, "a short chain");

  tensor::InsertSliceOp first = chain.back();
  if (step->isBehind)
    std::reverse(chain.begin(), chain.end());
  SmallVector<Value> sources =
      llvm::map_to_vector(chain, [&](tensor::InsertSliceOp link) -> Value {
        if (hasAllDimensions(link))
          return link.getSource();
        return tensor::ExpandShapeOp::create(
            rewriter, link.getLoc(), getSliceType(link), link.getSource(),
            *getReassociation(link));
      });
  Value joined =
      tensor::ConcatOp::create(rewriter, op.getLoc(), step->dim, sources);
  rewriter.replaceOpWithNewOp<tensor::InsertSliceOp>(
      op, joined, first.getDest(), chain.front().getMixedOffsets(),
      tensor::getMixedSizes(rewriter, op.getLoc(), joined),
      op.getMixedStrides());
  return success();
}

void quant_bnn::detail::populateJoinInsertSlicesPatterns(
    RewritePatternSet &patterns) {
  patterns.add<JoinInsertSlices>(patterns.getContext());
}
