//===- SignProduct.cpp - Bipolar matmuls and convolutions -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../UniformValue.h"
#include "PackedConvolution.h"
#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/ValueBoundsOpInterface.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

namespace {
/// A bipolar operand without the padding of its images, and that padding.
struct Operand {
  Value value;
  Signs signs;
  Padding padding;
  /// The op on the padded images that groups their channels, or null.
  tensor::ExpandShapeOp expand = nullptr;
};
} // namespace

/// Returns the image dimension of `dims` that is `dim`, or null.
static const ImageDim *findImageDim(ArrayRef<ImageDim> dims, unsigned dim) {
  const ImageDim *found = llvm::find_if(
      dims, [&](const ImageDim &image) { return image.dim == dim; });
  return found == dims.end() ? nullptr : found;
}

/// Returns the dimension of a Padding for `image`, one of `dims`: planes come
/// first, and columns last.
static unsigned getPaddingDim(const ImageDim *image, ArrayRef<ImageDim> dims) {
  return Padding().distances.size() - (dims.end() - image);
}

/// Matches a `pad` of a bipolar tensor by a constant of 0 or +-a along the
/// dimensions `imageDims` alone. Returns nullopt if the padded value or a size
/// is not known, or if the padding is another one.
static std::optional<Operand> matchPadding(tensor::PadOp pad,
                                           ArrayRef<ImageDim> imageDims) {
  Value padded = pad.getConstantPaddingValue();
  FloatAttr number;
  std::optional<Refusal> ignored;
  std::optional<Signs> signs = matchSigns(pad.getSource(), ignored);
  if (!padded || !matchPattern(padded, m_Constant(&number)) || !signs)
    return std::nullopt;
  Operand operand{pad.getSource(), *signs, {}};
  APFloat value = number.getValue();
  if (!value.isZero()) {
    // The sums of planes have only zeros around.
    if (imageDims.size() == 3 || !signs->isUniform() ||
        !abs(value).bitwiseIsEqual(signs->magnitudes.front()))
      return std::nullopt;
    operand.padding.value =
        value.isNegative() ? PadValue::minus_one : PadValue::one;
  }
  for (auto [dim, low, high] :
       llvm::enumerate(pad.getStaticLow(), pad.getStaticHigh())) {
    const ImageDim *image = findImageDim(imageDims, dim);
    if (!image) {
      if (low != 0 || high != 0)
        return std::nullopt;
      continue;
    }
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high))
      return std::nullopt;
    unsigned which = getPaddingDim(image, imageDims);
    operand.padding.sizes[2 * which] = low;
    operand.padding.sizes[2 * which + 1] = high;
  }
  return operand;
}

/// Matches an `insert` of a whole bipolar tensor into zeros, along the
/// dimensions `imageDims` alone. Some of these zeros may be cut off by `crop`,
/// which may be null. Returns nullopt if a size is not known, if there are more
/// than `maxParts` positions between two pixels, or if an op is another one.
static std::optional<Operand> matchInsertion(tensor::InsertSliceOp insert,
                                             tensor::ExtractSliceOp crop,
                                             ArrayRef<ImageDim> imageDims) {
  RankedTensorType type = insert.getSourceType(), padded = insert.getType();
  std::optional<APFloat> number = getUniformFloat(insert.getDest());
  std::optional<Refusal> ignored;
  std::optional<Signs> signs = matchSigns(insert.getSource(), ignored);
  if (!number || !number->isZero() || !signs ||
      type.getRank() != padded.getRank() ||
      (crop && crop.getType().getRank() != padded.getRank()))
    return std::nullopt;
  auto isWhole = [&](OffsetSizeAndStrideOpInterface op, int64_t dim) {
    return op.getStaticOffset(dim) == 0 && op.getStaticStride(dim) == 1 &&
           ValueBoundsConstraintSet::areEqual(op.getMixedSizes()[dim],
                                              {insert.getDest(), dim})
               .value_or(false);
  };
  Operand operand{insert.getSource(), *signs, {}};
  int64_t numParts = 1;
  for (int64_t dim = 0; dim < type.getRank(); ++dim) {
    const ImageDim *image = findImageDim(imageDims, dim);
    if (!image) {
      if (!isWhole(insert, dim) || (crop && !isWhole(crop, dim)))
        return std::nullopt;
      continue;
    }
    int64_t pixels = type.getDimSize(dim), first = insert.getStaticOffset(dim),
            distance = insert.getStaticStride(dim), begin = 0,
            size = padded.getDimSize(dim);
    if (crop) {
      begin = crop.getStaticOffset(dim);
      size = crop.getStaticSize(dim);
      if (crop.getStaticStride(dim) != 1)
        return std::nullopt;
    }
    if (!ShapedType::isStaticShape({pixels, first, distance, begin, size}) ||
        pixels == 0)
      return std::nullopt;
    int64_t low = first - begin,
            high = size - low - (pixels - 1) * distance - 1;
    if ((distance != 1 || low < 0 || high < 0) && !image->mayHaveDistance)
      return std::nullopt;
    if (distance > maxParts || (numParts *= distance) > maxParts)
      return std::nullopt;
    unsigned which = getPaddingDim(image, imageDims);
    operand.padding.distances[which] = distance;
    operand.padding.sizes[2 * which] = low;
    operand.padding.sizes[2 * which + 1] = high;
  }
  return operand;
}

/// Matches images that are padded or have zeros between pixels as above, and
/// whose other dimensions are expanded after that, or not.
static std::optional<Operand> matchPaddedImages(Value value,
                                                ArrayRef<ImageDim> imageDims) {
  if (imageDims.empty())
    return std::nullopt;
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  Value padded = expand ? expand.getSrc() : value;
  auto pad = padded.getDefiningOp<tensor::PadOp>();
  auto crop = padded.getDefiningOp<tensor::ExtractSliceOp>();
  auto insert =
      (crop ? crop.getSource() : padded).getDefiningOp<tensor::InsertSliceOp>();
  if (!pad && !insert)
    return std::nullopt;
  SmallVector<ImageDim> dims(imageDims);
  for (auto &[dim, mayHaveDistance] : dims) {
    if (!expand)
      break;
    auto groups = expand.getReassociationIndices();
    auto *group = llvm::find_if(groups, [&, dim = dim](const auto &indices) {
      return llvm::is_contained(indices, dim);
    });
    if (group->size() != 1)
      return std::nullopt;
    dim = group - groups.begin();
  }
  std::optional<Operand> operand =
      pad ? matchPadding(pad, dims) : matchInsertion(insert, crop, dims);
  if (operand && expand) {
    if (!operand->signs.isUniform())
      return std::nullopt;
    operand->expand = expand;
  }
  return operand;
}

/// Builds the images of `operand` without their padding.
static Value buildImages(ImplicitLocOpBuilder &b, const Operand &operand,
                         ArrayRef<ImageDim> imageDims) {
  tensor::ExpandShapeOp expand = operand.expand;
  if (!expand)
    return operand.value;
  auto groups = expand.getReassociationIndices();
  SmallVector<int64_t> shape(expand.getResultType().getShape());
  SmallVector<OpFoldResult> sizes = expand.getMixedOutputShape();
  SmallVector<OpFoldResult> sourceSizes =
      tensor::getMixedSizes(b, b.getLoc(), operand.value);
  for (auto [source, group] : llvm::enumerate(groups))
    if (group.size() == 1 && findImageDim(imageDims, group.front())) {
      sizes[group.front()] = sourceSizes[source];
      shape[group.front()] =
          cast<ShapedType>(operand.value.getType()).getDimSize(source);
    }
  return tensor::ExpandShapeOp::create(b, expand.getResultType().clone(shape),
                                       operand.value, groups, sizes);
}

Value quant_bnn::binarize::binarizeSigns(Product product,
                                         const PackedForm &form,
                                         const Options &options,
                                         std::optional<Refusal> &refusal) {
  auto refuse = [&](Value value, const Twine &reason) {
    refusal = Refusal{value.getLoc(), reason.str()};
    return Value();
  };
  std::optional<Operand> lhs =
      matchPaddedImages(product.lhs->get(), form.imageDims);
  if (!lhs) {
    std::optional<Signs> signs = matchSigns(product.lhs->get(), refusal);
    if (!signs)
      return Value();
    lhs = Operand{product.lhs->get(), *signs, {}};
  }
  std::optional<Signs> rhs = matchSigns(product.rhs->get(), refusal);
  if (!rhs)
    return Value();
  if (!ShapedType::isDynamic(form.numTerms) &&
      form.numTerms > std::numeric_limits<int32_t>::max())
    return refuse(product.op->getResult(0),
                  "a sum has more than 2^31 - 1 terms");
  if (!addsToZero(product) && options.mode == RewriteMode::Exact)
    return refuse(product.init->get(), "it adds to values that may not be 0");
  std::optional<Scale> scale = matchScale(product, lhs->signs, *rhs,
                                          form.numTerms, options.mode, refusal);
  if (!scale)
    return Value();
  ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
  Value acc = form.build(b, buildImages(b, *lhs, form.imageDims),
                         product.rhs->get(), lhs->padding);
  return buildScaled(b, product, acc, *scale);
}
