//===- PackedOps.cpp - Pack and unpack one bit per element ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using arith::CmpFPredicate;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// Checks the shapes of `elements` and `words`, which hold one bit of each
/// element along the last dimension, and the polarity of `i1` elements.
static LogicalResult verifyPacking(Operation *op, RankedTensorType elements,
                                   RankedTensorType words, Polarity polarity) {
  if (elements.getRank() == 0)
    return op->emitOpError("requires elements of rank 1 or more, but got ")
           << elements;
  if (elements.getShape().drop_back() !=
          words.getShape().drop_back(words.getRank() > 0 ? 1 : 0) ||
      elements.getRank() != words.getRank())
    return op->emitOpError("requires elements and words with the same leading "
                           "dimensions, but got ")
           << elements << " and " << words;
  int64_t depth = elements.getShape().back();
  int64_t count = words.getShape().back();
  if (ShapedType::isDynamic(depth) != ShapedType::isDynamic(count))
    return op->emitOpError("requires a dynamic number of words exactly where "
                           "the number of elements is, but got ")
           << elements << " and " << words;
  unsigned bits = words.getElementTypeBitWidth();
  int64_t expected = llvm::divideCeilSigned(depth, bits);
  if (!ShapedType::isDynamic(depth) && count != expected)
    return op->emitOpError("requires ceil(")
           << depth << " / " << bits << ") = " << expected
           << " words a row, but got " << count;
  if (elements.getElementType().isInteger(1) && polarity != Polarity::negative)
    return op->emitOpError("requires float elements with polarity = ")
           << stringifyPolarity(polarity) << ", but got "
           << elements.getElementType();
  return success();
}

LogicalResult PackOp::verify() {
  return verifyPacking(*this, getX().getType(), getWords().getType(),
                       getPolarity());
}

LogicalResult UnpackOp::verify() {
  RankedTensorType type = getX().getType();
  if (failed(verifyPacking(*this, type, getWords().getType(), getPolarity())))
    return failure();
  bool isDynamic = type.isDynamicDim(type.getRank() - 1);
  if (isDynamic && !getDepth())
    return emitOpError("requires a depth for a dynamic number of elements, but "
                       "got none for ")
           << type;
  if (!isDynamic && getDepth())
    return emitOpError("requires no depth for a static number of elements, but "
                       "got one for ")
           << type;
  return success();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// Builds the sizes of the words that hold `elements`.
static SmallVector<OpFoldResult> buildWordSizes(OpBuilder &builder,
                                                Location loc, Value elements,
                                                unsigned wordBits) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, elements);
  AffineExpr depth = builder.getAffineDimExpr(0);
  sizes.back() = affine::makeComposedFoldedAffineApply(
      builder, loc, depth.ceilDiv(wordBits), {sizes.back()});
  // If the type of the words has a dynamic size, even a constant size must be a
  // value.
  if (cast<RankedTensorType>(elements.getType()).getShape().back() ==
      ShapedType::kDynamic)
    sizes.back() = getValueOrCreateConstantIndexOp(builder, loc, sizes.back());
  return sizes;
}

/// Builds the sizes of the elements of `op`.
static SmallVector<OpFoldResult> buildElementSizes(OpBuilder &builder,
                                                   Location loc, UnpackOp op) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, loc, op.getWords());
  if (Value depth = op.getDepth())
    sizes.back() = depth;
  else
    sizes.back() = builder.getIndexAttr(op.getX().getType().getShape().back());
  return sizes;
}

LogicalResult PackOp::reifyResultShapes(OpBuilder &builder,
                                        ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(buildWordSizes(builder, getLoc(), getX(), getWordBits()));
  return success();
}

LogicalResult UnpackOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(buildElementSizes(builder, getLoc(), *this));
  return success();
}

//===----------------------------------------------------------------------===//
// PackOp
//===----------------------------------------------------------------------===//

void PackOp::build(OpBuilder &builder, OperationState &state, Value x,
                   unsigned wordBits, Polarity polarity) {
  auto type = cast<RankedTensorType>(x.getType());
  auto shape = llvm::to_vector(type.getShape());
  if (!ShapedType::isDynamic(shape.back()))
    shape.back() = llvm::divideCeilSigned(shape.back(), wordBits);
  build(builder, state,
        RankedTensorType::get(shape, builder.getIntegerType(wordBits)), x,
        PolarityAttr::get(builder.getContext(), polarity));
}

/// Returns the indexing maps of elements and of their words, for loops over the
/// `rank` dimensions of the elements.
static std::pair<AffineMap, AffineMap> getMaps(Builder &builder, int64_t rank,
                                               unsigned wordBits) {
  AffineMap elements = builder.getMultiDimIdentityMap(rank);
  auto results = llvm::to_vector(elements.getResults());
  results.back() = results.back().floorDiv(wordBits);
  return {elements, AffineMap::get(rank, 0, results, builder.getContext())};
}

/// Builds, in the body of a structured op, the position of the bit of the
/// current element in its word of type `type`; the least significant bit is 0.
/// `loop` is the loop along the row.
static Value buildShift(ImplicitLocOpBuilder &builder, int64_t loop,
                        Type type) {
  Value k = linalg::IndexOp::create(builder, loop);
  Value bits =
      arith::ConstantIndexOp::create(builder, type.getIntOrFloatBitWidth());
  Value position = arith::RemUIOp::create(builder, k, bits);
  return arith::IndexCastUIOp::create(builder, type, position);
}

Value quant_bnn::buildPackedBit(ImplicitLocOpBuilder &builder, Value word,
                                int64_t loop) {
  Value shifted = arith::ShRUIOp::create(
      builder, word, buildShift(builder, loop, word.getType()));
  return arith::TruncIOp::create(builder, builder.getI1Type(), shifted);
}

static Value buildBit(ImplicitLocOpBuilder &builder, Value x,
                      Polarity polarity) {
  if (x.getType().isInteger(1))
    return x;
  x = widen(builder, builder.getLoc(), x);
  PayloadBuilder payload(builder.getLoc(), builder, x.getType());
  // The two predicates are complements: a NaN is not below 0.
  return payload.cmp(polarity == Polarity::negative ? CmpFPredicate::OLT
                                                    : CmpFPredicate::UGE,
                     x, payload.constant(0.0));
}

FailureOr<SmallVector<Value>> PackOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  RankedTensorType type = getWords().getType();
  int64_t rank = type.getRank();
  Type word = type.getElementType();
  Value empty = tensor::EmptyOp::create(
      builder, loc, buildWordSizes(builder, loc, getX(), getWordBits()), word,
      type.getEncoding());
  Value zero =
      arith::ConstantOp::create(builder, loc, builder.getZeroAttr(word));
  Value zeros = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  auto [elements, words] = getMaps(builder, rank, getWordBits());
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.back() = utils::IteratorType::reduction;
  auto generic = linalg::GenericOp::create(
      builder, loc, type, getX(), zeros, ArrayRef{elements, words}, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(nestedLoc, nested);
        Value bit = buildBit(body, arguments[0], getPolarity());
        Value shift = buildShift(body, rank - 1, word);
        Value wide = arith::ExtUIOp::create(body, word, bit);
        Value shifted = arith::ShLIOp::create(body, wide, shift);
        Value sum = arith::OrIOp::create(body, arguments[1], shifted);
        linalg::YieldOp::create(body, sum);
      });
  return SmallVector<Value>{generic.getResult(0)};
}

//===----------------------------------------------------------------------===//
// UnpackOp
//===----------------------------------------------------------------------===//

/// Whether the rows of `unpack` have as many elements as those of `pack`.
static bool hasSameDepth(PackOp pack, UnpackOp unpack) {
  Value depth = unpack.getDepth();
  if (!depth)
    return true;
  auto dim = depth.getDefiningOp<tensor::DimOp>();
  return dim && dim.getSource() == pack.getX() &&
         dim.getConstantIndex() == pack.getX().getType().getRank() - 1;
}

Value quant_bnn::detail::getUnpackedBits(UnpackOp unpack) {
  auto pack = unpack.getWords().getDefiningOp<PackOp>();
  if (!pack || pack.getX().getType() != unpack.getX().getType() ||
      !hasSameDepth(pack, unpack))
    return Value();
  return pack.getX();
}

LogicalResult UnpackOp::canonicalize(UnpackOp op, PatternRewriter &rewriter) {
  Value x = quant_bnn::detail::getUnpackedBits(op);
  auto pack = op.getWords().getDefiningOp<PackOp>();
  if (!x || op.getX().getType().getElementType().isInteger(1))
    return rewriter.notifyMatchFailure(op, "is not of floats packed before");
  if (pack.getPolarity() != op.getPolarity())
    return rewriter.notifyMatchFailure(op, "has another polarity");
  // The op `sign` would have a gradient.
  rewriter.replaceOp(
      op,
      buildElementwise(rewriter, op.getLoc(), op.getX().getType(), x,
                       [](PayloadBuilder &payload, ValueRange operands) {
                         return SmallVector<Value>{quant_bnn::detail::buildSign(
                             payload, operands.front(), ZeroMode::positive,
                             NanMode::positive)};
                       }));
  return success();
}

FailureOr<SmallVector<Value>> UnpackOp::decomposeOperation(OpBuilder &builder) {
  Location loc = getLoc();
  RankedTensorType type = getX().getType();
  int64_t rank = type.getRank();
  Value empty = tensor::EmptyOp::create(
      builder, loc, buildElementSizes(builder, loc, *this),
      type.getElementType(), type.getEncoding());
  auto [elements, words] = getMaps(builder, rank, getWordBits());
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, loc, type, getWords(), empty, ArrayRef{words, elements},
      iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(nestedLoc, nested);
        Value x = buildPackedBit(body, arguments[0], rank - 1);
        if (isa<FloatType>(type.getElementType())) {
          PayloadBuilder payload(nestedLoc, nested, type.getElementType());
          double one = getPolarity() == Polarity::negative ? -1.0 : 1.0;
          x = payload.select(x, payload.constant(one), payload.constant(-one));
        }
        linalg::YieldOp::create(body, x);
      });
  return SmallVector<Value>{generic.getResult(0)};
}
