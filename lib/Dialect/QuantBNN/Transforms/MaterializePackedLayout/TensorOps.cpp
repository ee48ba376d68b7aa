//===- TensorOps.cpp - Ops of tensor on whole words -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// An op is computed on words if all elements keep their positions in words.
// Otherwise the patterns of ElementOps.cpp unpack the elements.
//===----------------------------------------------------------------------===//

#include "../PackedRows.h"
#include "../ReadResources.h"
#include "Patterns.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

//===----------------------------------------------------------------------===//
// Constants, sizes and single elements
//===----------------------------------------------------------------------===//

DenseElementsAttr quant_bnn::packed::getElements(arith::ConstantOp constant) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(constant.getValue()))
    return readElements(resource);
  return dyn_cast<DenseElementsAttr>(constant.getValue());
}

namespace {
struct ConvertConstant : OnWords<arith::ConstantOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(arith::ConstantOp op, Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<arith::ConstantOp>(
        op, packConstant(getElements(op)));
    return success();
  }
};

struct ConvertEmpty : OnWords<tensor::EmptyOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::EmptyOp op, Adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    PackedAttr layout = PackedAttr::find(op.getType());
    SmallVector<OpFoldResult> sizes = op.getMixedSizes();
    Value words = tensor::EmptyOp::create(
        rewriter, op.getLoc(),
        getWordSizes(rewriter, op.getLoc(), sizes, layout.getWordBits()),
        layout.getWord());
    replaceByWords(rewriter, op, {words, sizes.back()});
    return success();
  }
};

struct ConvertDim : OnWords<tensor::DimOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::DimOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Words words = getWords(op.getSource(), adaptor.getSource());
    std::optional<int64_t> dim = op.getConstantIndex();
    Location loc = op.getLoc();
    if (!dim) {
      // Of the dimensions, only the last counts words.
      int64_t last = words.getType().getRank() - 1;
      Value isLast = arith::CmpIOp::create(
          rewriter, loc, arith::CmpIPredicate::eq, op.getIndex(),
          arith::ConstantIndexOp::create(rewriter, loc, last));
      Value size =
          tensor::DimOp::create(rewriter, loc, words.value, op.getIndex());
      rewriter.replaceOpWithNewOp<arith::SelectOp>(
          op, isLast,
          getValueOrCreateConstantIndexOp(rewriter, loc, words.length), size);
      return success();
    }
    if (*dim < 0 || *dim >= words.getType().getRank())
      return rewriter.notifyMatchFailure(op, "of no dimension");
    rewriter.replaceOp(
        op, getValueOrCreateConstantIndexOp(
                rewriter, loc, getElementSizes(rewriter, loc, words)[*dim]));
    return success();
  }
};

struct ConvertExtract : OnWords<tensor::ExtractOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::ExtractOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Words words = getWords(op.getTensor(), adaptor.getTensor());
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    SmallVector<Value> indices(op.getIndices());
    Value element = indices.back();
    indices.back() = arith::DivUIOp::create(
        b, element, arith::ConstantIndexOp::create(b, words.getWordBits()));
    Value word = tensor::ExtractOp::create(b, words.value, indices);
    rewriter.replaceOp(op, buildBit(b, word, element));
    return success();
  }
};

/// A cast keeps the elements: it may change the word and the polarity, or add
/// or drop the encoding.
struct ConvertCast : OnWords<tensor::CastOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::CastOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

//===----------------------------------------------------------------------===//
// Moves of elements
//===----------------------------------------------------------------------===//

/// `tensor.expand_shape` and `tensor.collapse_shape` that keep rows, or whose
/// rows are whole words.
template <typename OpTy>
struct ConvertReshape : OnWords<OpTy> {
  using OnWords<OpTy>::OnWords;

  LogicalResult
  matchAndRewrite(OpTy op, typename OnWords<OpTy>::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

/// The slices of the last dimension that contain whole words: with stride 1,
/// from a word boundary to a word boundary or to the end of the row.
struct ConvertExtractSlice : OnWords<tensor::ExtractSliceOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::ExtractSliceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

struct ConvertInsertSlice : OnWords<tensor::InsertSliceOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::InsertSliceOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

/// Concatenations along another dimension than the last, or of operands whose
/// rows, except for the last operand, are whole words.
struct ConvertConcat : OnWords<tensor::ConcatOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::ConcatOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};

/// Padding by one value of all dimensions except the last.
struct ConvertPad : OnWords<tensor::PadOp> {
  using OnWords::OnWords;

  LogicalResult
  matchAndRewrite(tensor::PadOp op, Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

LogicalResult
ConvertCast::matchAndRewrite(tensor::CastOp op, Adaptor adaptor,
                             ConversionPatternRewriter &rewriter) const {
  Location loc = op.getLoc();
  auto source = dyn_cast<RankedTensorType>(op.getSource().getType());
  auto result = dyn_cast<RankedTensorType>(op.getType());
  if (!source || !result)
    return rewriter.notifyMatchFailure(op, "of unknown rank");
  PackedAttr before = PackedAttr::find(source);
  PackedAttr after = PackedAttr::find(result);
  auto constant = op.getSource().getDefiningOp<arith::ConstantOp>();
  if (constant && after && result.hasStaticShape())
    if (DenseElementsAttr bits = getElements(constant)) {
      rewriter.replaceOpWithNewOp<arith::ConstantOp>(
          op, packConstant(bits.reshape(result)));
      return success();
    }
  if (!after) {
    Words words = getWords(op.getSource(), adaptor.getSource());
    Value bits =
        buildUnpack(rewriter, loc, words, before, rewriter.getI1Type());
    rewriter.replaceOp(op, buildTensorCast(rewriter, loc, result, bits));
    return success();
  }
  Words words =
      before ? getWords(op.getSource(), adaptor.getSource())
             : buildPack(rewriter, loc, adaptor.getSource().front(), after);
  // The result may know the length, or forget it.
  if (int64_t length = result.getShape().back();
      !ShapedType::isDynamic(length)) {
    words.length = rewriter.getIndexAttr(length);
    words.value = buildTensorCast(
        rewriter, loc,
        (before ? before : after).getWordsType(result.getShape()), words.value);
  }
  replaceByWords(rewriter, op,
                 buildWithWord(rewriter, loc, words, after.getWord()));
  return success();
}

template <typename OpTy>
LogicalResult ConvertReshape<OpTy>::matchAndRewrite(
    OpTy op, typename OnWords<OpTy>::Adaptor adaptor,
    ConversionPatternRewriter &rewriter) const {
  RankedTensorType source = op.getSrcType(), result = op.getResultType();
  PackedAttr layout = PackedAttr::find(source);
  if (!layout || PackedAttr::find(result) != layout)
    return rewriter.notifyMatchFailure(op, "changes the layout");
  SmallVector<ReassociationIndices> groups = op.getReassociationIndices();
  Words words = getWords(op.getSrc(), adaptor.getSrc());
  bool hasSameRows = keepsRows(op);
  if (!hasSameRows && !(hasWholeWords(source, layout.getWordBits()) &&
                        hasWholeWords(result, layout.getWordBits())))
    return rewriter.notifyMatchFailure(op, "moves elements between words");
  RankedTensorType type = layout.getWordsType(result.getShape());
  OpFoldResult length =
      hasSameRows
          ? words.length
          : OpFoldResult(rewriter.getIndexAttr(result.getShape().back()));
  Value reshaped;
  if constexpr (std::is_same_v<OpTy, tensor::ExpandShapeOp>)
    reshaped = tensor::ExpandShapeOp::create(
        rewriter, op.getLoc(), type, words.value, groups,
        getWordSizes(rewriter, op.getLoc(), op.getMixedOutputShape(),
                     layout.getWordBits()));
  else
    reshaped = tensor::CollapseShapeOp::create(rewriter, op.getLoc(), type,
                                               words.value, groups);
  replaceByWords(rewriter, op, {reshaped, length});
  return success();
}

namespace {
/// A slice of words.
struct WordSlice {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  /// The number of elements in a row of the slice.
  OpFoldResult length;
};
} // namespace

/// Returns the offset in words of a slice of rows of `length` elements, or
/// nullopt if the slice may have parts of words.
static std::optional<int64_t>
getWordOffset(OpFoldResult offset, OpFoldResult size, OpFoldResult stride,
              OpFoldResult length, unsigned wordBits) {
  std::optional<int64_t> begin = getConstantIntValue(offset);
  if (!begin || *begin % wordBits != 0 || !isOneInteger(stride))
    return std::nullopt;
  std::optional<int64_t> count = getConstantIntValue(size);
  std::optional<int64_t> all = getConstantIntValue(length);
  bool isToEnd = (*begin == 0 && isEqualConstantIntOrValue(size, length)) ||
                 (count && all && *begin + *count == *all);
  if (!isToEnd && !isWholeWords(size, wordBits))
    return std::nullopt;
  return *begin / wordBits;
}

/// Returns the slice of `whole` that `op` extracts or inserts, or nullopt if it
/// may have parts of words or another layout.
template <typename OpTy>
static std::optional<WordSlice>
getWordSlice(OpBuilder &builder, OpTy op,
             typename OnWords<OpTy>::Adaptor adaptor, const Words &whole) {
  // A size that is the length of a row is the value that this length was
  // converted to.
  SmallVector<Value> dynamicSizes;
  for (ValueRange size : adaptor.getSizes())
    dynamicSizes.push_back(size.front());
  WordSlice slice = {op.getMixedOffsets(),
                     getMixedValues(op.getStaticSizes(), dynamicSizes, builder),
                     op.getMixedStrides(),
                     {}};
  slice.length = slice.sizes.back();
  if (PackedAttr::find(op.getSourceType()) != PackedAttr::find(op.getType()) ||
      op.getDroppedDims().test(slice.sizes.size() - 1))
    return std::nullopt;
  std::optional<int64_t> offset =
      getWordOffset(slice.offsets.back(), slice.length, slice.strides.back(),
                    whole.length, whole.getWordBits());
  if (!offset)
    return std::nullopt;
  slice.offsets.back() = builder.getIndexAttr(*offset);
  slice.sizes =
      getWordSizes(builder, op.getLoc(), slice.sizes, whole.getWordBits());
  return slice;
}

LogicalResult ConvertExtractSlice::matchAndRewrite(
    tensor::ExtractSliceOp op, Adaptor adaptor,
    ConversionPatternRewriter &rewriter) const {
  Words source = getWords(op.getSource(), adaptor.getSource());
  std::optional<WordSlice> slice = getWordSlice(rewriter, op, adaptor, source);
  if (!slice)
    return rewriter.notifyMatchFailure(op, "may have parts of words");
  Value extracted = tensor::ExtractSliceOp::create(
      rewriter, op.getLoc(),
      PackedAttr::find(op.getType()).getWordsType(op.getType().getShape()),
      source.value, slice->offsets, slice->sizes, slice->strides);
  replaceByWords(rewriter, op, {extracted, slice->length});
  return success();
}

LogicalResult
ConvertInsertSlice::matchAndRewrite(tensor::InsertSliceOp op, Adaptor adaptor,
                                    ConversionPatternRewriter &rewriter) const {
  Words dest = getWords(op.getDest(), adaptor.getDest());
  std::optional<WordSlice> slice = getWordSlice(rewriter, op, adaptor, dest);
  if (!slice)
    return rewriter.notifyMatchFailure(op, "may have parts of words");
  Value inserted = tensor::InsertSliceOp::create(
      rewriter, op.getLoc(), adaptor.getSource().front(), dest.value,
      slice->offsets, slice->sizes, slice->strides);
  replaceByWords(rewriter, op, {inserted, dest.length});
  return success();
}

LogicalResult
ConvertConcat::matchAndRewrite(tensor::ConcatOp op, Adaptor adaptor,
                               ConversionPatternRewriter &rewriter) const {
  Location loc = op.getLoc();
  RankedTensorType result = op.getResultType();
  PackedAttr layout = PackedAttr::find(result);
  SmallVector<Words> inputs;
  for (auto [input, converted] :
       llvm::zip_equal(op.getInputs(), adaptor.getInputs())) {
    if (PackedAttr::find(input.getType()) != layout)
      return rewriter.notifyMatchFailure(op, "changes the layout");
    inputs.push_back(getWords(input, converted));
  }
  OpFoldResult length = inputs.front().length;
  if (int64_t(op.getDim()) == result.getRank() - 1) {
    for (const Words &input : llvm::drop_end(inputs))
      if (!isWholeWords(input.length, layout.getWordBits()))
        return rewriter.notifyMatchFailure(op, "moves elements between words");
    for (const Words &input : llvm::drop_begin(inputs))
      length = affine::makeComposedFoldedAffineApply(
          rewriter, loc,
          rewriter.getAffineDimExpr(0) + rewriter.getAffineDimExpr(1),
          {length, input.length});
  }
  auto words = llvm::map_to_vector(
      inputs, [](const Words &input) { return input.value; });
  Value concat =
      tensor::ConcatOp::create(rewriter, loc, int64_t(op.getDim()), words);
  replaceByWords(rewriter, op, {concat, length});
  return success();
}

LogicalResult
ConvertPad::matchAndRewrite(tensor::PadOp op, Adaptor adaptor,
                            ConversionPatternRewriter &rewriter) const {
  SmallVector<OpFoldResult> low = op.getMixedLowPad(),
                            high = op.getMixedHighPad();
  Value bit = op.getConstantPaddingValue();
  if (!bit || low.empty() || !isZeroInteger(low.back()) ||
      !isZeroInteger(high.back()) ||
      PackedAttr::find(op.getSourceType()) != PackedAttr::find(op.getType()))
    return rewriter.notifyMatchFailure(op, "pads rows");
  ImplicitLocOpBuilder b(op.getLoc(), rewriter);
  // The constant may be in the region that is erased.
  if (auto constant = bit.getDefiningOp<arith::ConstantOp>())
    bit = b.clone(*constant)->getResult(0);
  Words words = getWords(op.getSource(), adaptor.getSource());
  replaceByWords(rewriter, op, buildPadded(b, words, low, high, bit));
  return success();
}

void quant_bnn::packed::populateTensorPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertCast, ConvertConcat, ConvertConstant, ConvertDim,
               ConvertEmpty, ConvertExtract, ConvertExtractSlice,
               ConvertInsertSlice, ConvertPad,
               ConvertReshape<tensor::CollapseShapeOp>,
               ConvertReshape<tensor::ExpandShapeOp>>(converter,
                                                      patterns.getContext());
}
