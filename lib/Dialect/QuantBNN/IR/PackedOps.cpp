//===- PackedOps.cpp - Pack and unpack one bit per element ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// Weights are packed at compile time, so packing is folded.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Support/RawElements.h"

using namespace mlir;
using namespace quant_bnn;

/// Checks that `x`, the operand or result of `op` that is not packed, has no
/// bits that are packed.
static LogicalResult verifyElements(Operation *op, RankedTensorType x) {
  if (!PackedAttr::find(x))
    return success();
  return op->emitOpError("requires elements that are not packed, but got ")
         << x;
}

//===----------------------------------------------------------------------===//
// PackOp
//===----------------------------------------------------------------------===//

void PackOp::build(OpBuilder &builder, OperationState &state, Value x,
                   unsigned wordBits, Polarity polarity) {
  auto type = cast<RankedTensorType>(x.getType());
  auto layout = PackedAttr::get(builder.getContext(),
                                builder.getIntegerType(wordBits), polarity);
  build(builder, state, layout.getTensorType(type.getShape()), x);
}

LogicalResult PackOp::verify() {
  return verifyElements(*this, getX().getType());
}

/// Returns the bit of each element of `x`. The bit of an `i1` is its value.
static SmallVector<bool> getBits(DenseElementsAttr x, Polarity polarity) {
  if (x.getElementType().isInteger(1))
    return SmallVector<bool>(x.getValues<bool>());
  bool isNegative = polarity == Polarity::negative;
  // There may be millions of elements.
  if (auto values = x.tryGetValues<float>(); succeeded(values))
    return llvm::map_to_vector(
        *values, [&](float value) { return (value < 0.0f) == isNegative; });
  auto type = cast<FloatType>(x.getElementType());
  APFloat zero = APFloat::getZero(type.getFloatSemantics());
  return llvm::map_to_vector(x.getValues<APFloat>(), [&](const APFloat &value) {
    return (value < zero) == isNegative;
  });
}

OpFoldResult PackOp::fold(FoldAdaptor adaptor) {
  auto unpack = getX().getDefiningOp<UnpackOp>();
  if (unpack && unpack.getPacked().getType() == getType())
    return unpack.getPacked();
  auto x = dyn_cast_if_present<DenseElementsAttr>(adaptor.getX());
  if (!x || !getType().hasStaticShape())
    return {};
  return DenseElementsAttr::get(
      getType(), ArrayRef<bool>(getBits(x, getLayout().getPolarity())));
}

/// Complements the elements of `packed`.
static Value buildComplement(OpBuilder &builder, Location loc, Value packed) {
  auto type = cast<RankedTensorType>(packed.getType());
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, packed),
      type.getElementType(), type.getEncoding());
  AffineMap identity = builder.getMultiDimIdentityMap(type.getRank());
  auto generic = linalg::GenericOp::create(
      builder, loc, type, packed, empty, ArrayRef{identity, identity},
      SmallVector<utils::IteratorType>(type.getRank(),
                                       utils::IteratorType::parallel),
      [](OpBuilder &body, Location bodyLoc, ValueRange arguments) {
        Value one = arith::ConstantIntOp::create(body, bodyLoc, 1, 1);
        Value flipped = arith::XOrIOp::create(body, bodyLoc, arguments[0], one);
        linalg::YieldOp::create(body, bodyLoc, flipped);
      });
  return generic.getResult(0);
}

/// Rewrites `op`, of a transposed constant, to a constant. The transposed
/// floats would have 32 times the bytes, and an attribute lives as long as its
/// context.
static LogicalResult packTransposedConstant(PackOp op,
                                            PatternRewriter &rewriter) {
  auto transpose = op.getX().getDefiningOp<linalg::TransposeOp>();
  DenseElementsAttr elements;
  if (!transpose || !op.getType().hasStaticShape() ||
      !matchPattern(transpose.getInput(), m_Constant(&elements)))
    return rewriter.notifyMatchFailure(op, "is of no packed bits and of no "
                                           "transposed constant");
  SmallVector<bool> bits = getBits(elements, op.getLayout().getPolarity());
  SmallVector<bool> transposed = transposeElements(
      bits, elements.getType().getShape(), transpose.getPermutation());
  rewriter.replaceOpWithNewOp<arith::ConstantOp>(
      op, DenseElementsAttr::get(op.getType(), ArrayRef<bool>(transposed)));
  return success();
}

/// Rewrites pack(unpack(b)) to b in other words, or to the complement of b if
/// the polarity of floats differs.
LogicalResult PackOp::canonicalize(PackOp op, PatternRewriter &rewriter) {
  auto unpack = op.getX().getDefiningOp<UnpackOp>();
  if (!unpack)
    return packTransposedConstant(op, rewriter);
  Value packed = unpack.getPacked();
  if (isa<FloatType>(op.getX().getType().getElementType()) &&
      unpack.getLayout().getPolarity() != op.getLayout().getPolarity()) {
    // Upstream drops the encoding where it makes the sizes of a structured op
    // static, so build the op with the sizes that are known.
    while (auto cast = packed.getDefiningOp<tensor::CastOp>()) {
      if (!PackedAttr::find(cast.getSource().getType()))
        break;
      packed = cast.getSource();
    }
    packed = buildComplement(rewriter, op.getLoc(), packed);
  }
  rewriter.replaceOpWithNewOp<tensor::CastOp>(op, op.getType(), packed);
  return success();
}

//===----------------------------------------------------------------------===//
// UnpackOp
//===----------------------------------------------------------------------===//

void UnpackOp::build(OpBuilder &builder, OperationState &state, Value packed,
                     Type element) {
  auto type = cast<RankedTensorType>(packed.getType());
  build(builder, state, RankedTensorType::get(type.getShape(), element),
        packed);
}

LogicalResult UnpackOp::verify() {
  return verifyElements(*this, getX().getType());
}

/// Returns the tensor that was packed to the operand of `unpack` if it has the
/// type of the result, or null.
static Value getUnpacked(UnpackOp unpack) {
  auto pack = unpack.getPacked().getDefiningOp<PackOp>();
  return pack && pack.getX().getType() == unpack.getType() ? pack.getX()
                                                           : Value();
}

OpFoldResult UnpackOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getX().getType();
  bool isBit = type.getElementType().isInteger(1);
  if (isBit)
    if (Value x = getUnpacked(*this))
      return x;
  auto packed = dyn_cast_if_present<DenseElementsAttr>(adaptor.getPacked());
  if (!packed || !type.hasStaticShape())
    return {};
  SmallVector<bool> bits(packed.getValues<bool>());
  if (isBit)
    return DenseElementsAttr::get(type, ArrayRef<bool>(bits));
  const llvm::fltSemantics &semantics =
      cast<FloatType>(type.getElementType()).getFloatSemantics();
  bool oneIsNegative = getLayout().getPolarity() == Polarity::negative;
  return DenseElementsAttr::get(
      type, llvm::map_to_vector(bits, [&](bool bit) {
        return APFloat::getOne(semantics, /*Negative=*/bit == oneIsNegative);
      }));
}

/// Rewrites unpack(pack(x)) of floats to a comparison. The op `sign` would have
/// a gradient.
LogicalResult UnpackOp::canonicalize(UnpackOp op, PatternRewriter &rewriter) {
  Value x = getUnpacked(op);
  if (!x || op.getX().getType().getElementType().isInteger(1))
    return rewriter.notifyMatchFailure(op, "is not of floats packed before");
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
