//===- SignProduct.cpp - Bipolar matmuls and convolutions -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

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

/// Returns the image dimensions of the operand with `map`: rows, then columns.
static SmallVector<unsigned> getImageDims(AffineMap map) {
  SmallVector<unsigned> dims;
  for (auto [dim, expr] : llvm::enumerate(map.getResults()))
    if (!isa<AffineDimExpr>(expr))
      dims.push_back(dim);
  return dims;
}

/// Matches a `pad` of a bipolar tensor by a constant of 0 or +-a along the
/// dimensions `imageDims` alone. Returns nullopt if the padded value or a size
/// is not known, or if the padding is another one.
static std::optional<Operand> matchPadding(tensor::PadOp pad,
                                           ArrayRef<unsigned> imageDims) {
  Value padded = pad.getConstantPaddingValue();
  FloatAttr number;
  std::optional<Refusal> ignored;
  std::optional<Signs> signs = matchSigns(pad.getSource(), ignored);
  if (!padded || !matchPattern(padded, m_Constant(&number)) || !signs)
    return std::nullopt;
  Operand operand{pad.getSource(), *signs, {}};
  APFloat value = number.getValue();
  if (!value.isZero()) {
    if (!signs->isUniform() ||
        !abs(value).bitwiseIsEqual(signs->magnitudes.front()))
      return std::nullopt;
    operand.padding.value =
        value.isNegative() ? PadValue::minus_one : PadValue::one;
  }
  for (auto [dim, low, high] :
       llvm::enumerate(pad.getStaticLow(), pad.getStaticHigh())) {
    const unsigned *image = llvm::find(imageDims, dim);
    if (image == imageDims.end()) {
      if (low != 0 || high != 0)
        return std::nullopt;
      continue;
    }
    if (ShapedType::isDynamic(low) || ShapedType::isDynamic(high))
      return std::nullopt;
    // The only dimension of an image is that of its columns.
    unsigned which = image - imageDims.begin() + 2 - imageDims.size();
    operand.padding.sizes[2 * which] = low;
    operand.padding.sizes[2 * which + 1] = high;
  }
  return operand;
}

/// Matches images that are padded as above, and whose other dimensions are
/// expanded after that, or not.
static std::optional<Operand> matchPaddedImages(Value value,
                                                ArrayRef<unsigned> imageDims) {
  if (imageDims.empty() || imageDims.size() > 2)
    return std::nullopt;
  auto expand = value.getDefiningOp<tensor::ExpandShapeOp>();
  auto pad = (expand ? expand.getSrc() : value).getDefiningOp<tensor::PadOp>();
  if (!pad)
    return std::nullopt;
  SmallVector<unsigned> dims(imageDims);
  for (unsigned &dim : dims) {
    if (!expand)
      break;
    auto groups = expand.getReassociationIndices();
    auto *group = llvm::find_if(groups, [&](const auto &indices) {
      return llvm::is_contained(indices, dim);
    });
    if (group->size() != 1)
      return std::nullopt;
    dim = group - groups.begin();
  }
  std::optional<Operand> operand = matchPadding(pad, dims);
  if (operand && expand) {
    if (!operand->signs.isUniform())
      return std::nullopt;
    operand->expand = expand;
  }
  return operand;
}

/// Builds the images of `operand` without their padding.
static Value buildImages(ImplicitLocOpBuilder &b, const Operand &operand,
                         ArrayRef<unsigned> imageDims) {
  tensor::ExpandShapeOp expand = operand.expand;
  if (!expand)
    return operand.value;
  auto groups = expand.getReassociationIndices();
  SmallVector<int64_t> shape(expand.getResultType().getShape());
  SmallVector<OpFoldResult> sizes = expand.getMixedOutputShape();
  SmallVector<OpFoldResult> sourceSizes =
      tensor::getMixedSizes(b, b.getLoc(), operand.value);
  for (auto [source, group] : llvm::enumerate(groups))
    if (group.size() == 1 && llvm::is_contained(imageDims, group.front())) {
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
  SmallVector<unsigned> imageDims = getImageDims(product.getMap(product.lhs));
  std::optional<Operand> lhs = matchPaddedImages(product.lhs->get(), imageDims);
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
  Value acc = form.build(b, buildImages(b, *lhs, imageDims), product.rhs->get(),
                         lhs->padding);
  return buildScaled(b, product, acc, *scale);
}
