//===- PackedConvolution.cpp - Convolutions of packed images --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PackedConvolution.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/MathExtras.h"
#include <numeric>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

namespace {
/// Part of a tensor: offsets, sizes and strides.
struct Slice {
  explicit Slice(ImplicitLocOpBuilder &b, Value value)
      : sizes(tensor::getMixedSizes(b, b.getLoc(), value)),
        offsets(sizes.size(), b.getIndexAttr(0)),
        strides(sizes.size(), b.getIndexAttr(1)) {}

  Value extract(ImplicitLocOpBuilder &b, Value from) const {
    return tensor::ExtractSliceOp::create(b, from, offsets, sizes, strides);
  }
  Value insert(ImplicitLocOpBuilder &b, Value part, Value into) const {
    return tensor::InsertSliceOp::create(b, part, into, offsets, sizes,
                                         strides);
  }

  SmallVector<OpFoldResult> sizes, offsets, strides;
};
} // namespace

Value quant_bnn::binarize::collapsePair(ImplicitLocOpBuilder &b, Value value,
                                        unsigned first) {
  SmallVector<ReassociationIndices> groups;
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (unsigned dim = 0; dim < type.getRank(); ++dim) {
    if (dim == first + 1) {
      groups.back().push_back(dim);
      bool isDynamic =
          ShapedType::isDynamic(shape.back()) || type.isDynamicDim(dim);
      shape.back() = isDynamic ? ShapedType::kDynamic
                               : shape.back() * type.getDimSize(dim);
      continue;
    }
    groups.push_back({dim});
    shape.push_back(type.getDimSize(dim));
  }
  return tensor::CollapseShapeOp::create(b, type.clone(shape), value, groups);
}

static Value buildZeros(ImplicitLocOpBuilder &b, ArrayRef<OpFoldResult> sizes) {
  Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  Value empty = tensor::EmptyOp::create(b, sizes, b.getI32Type());
  return linalg::FillOp::create(b, zero, empty).getResult(0);
}

static Value buildXnorConv2D(ImplicitLocOpBuilder &b,
                             const PackedConvolution &conv) {
  SmallVector<int64_t> shape = decomposeMixedValues(conv.sizes).first;
  return XnorConv2DOp::create(
      b, RankedTensorType::get(shape, b.getI32Type()), conv.x, conv.filter,
      /*dynamic_padding=*/ValueRange{}, b.getDenseI64ArrayAttr(conv.strides),
      b.getDenseI64ArrayAttr(conv.dilations), b.getI64IntegerAttr(conv.groups),
      b.getDenseI64ArrayAttr(ArrayRef(conv.padding.sizes).take_back(4)),
      PadValueAttr::get(b.getContext(), conv.padding.value));
}

//===----------------------------------------------------------------------===//
// Images of three dimensions
//===----------------------------------------------------------------------===//

/// Builds the convolution of all planes of images with plane `tap` of the
/// filter, and adds it to `acc`, which is null for zeros.
static Value addPlane(ImplicitLocOpBuilder &b, const PackedConvolution &conv,
                      int64_t tap, Value acc) {
  Location loc = b.getLoc();
  int64_t stride = conv.strides.front();
  auto [low, high] = std::pair(conv.padding.sizes[0], conv.padding.sizes[1]);
  Slice planes(b, conv.x), filter(b, conv.filter);
  // Result plane d has the products with plane d * stride + first of x. If that
  // is padding, there are none.
  int64_t first = tap * conv.dilations.front() - low;
  int64_t begin = first < 0 ? llvm::divideCeil(-first, stride) : 0;
  AffineExpr x, end;
  bindSymbols(b.getContext(), x, end);
  OpFoldResult count = conv.sizes[1];
  if (low != 0 || high != 0) {
    AffineExpr last = (x - 1 - first).floorDiv(stride) + 1;
    OpFoldResult least = affine::makeComposedFoldedAffineMin(
        b, loc,
        AffineMap::get(0, 2, {last - begin, end - begin}, b.getContext()),
        {planes.sizes[1], conv.sizes[1]});
    count = affine::makeComposedFoldedAffineMax(
        b, loc,
        AffineMap::get(0, 1, {x, b.getAffineConstantExpr(0)}, b.getContext()),
        {least});
  }
  if (isZeroInteger(count))
    return acc;

  // Without result planes, none of x needs to be there.
  auto getOffset = [&](int64_t offset, OpFoldResult size) {
    AffineExpr most = b.getAffineConstantExpr(offset);
    return affine::makeComposedFoldedAffineMin(
        b, loc, AffineMap::get(0, 1, {x, most}, b.getContext()), {size});
  };
  planes.offsets[1] = getOffset(begin * stride + first, planes.sizes[1]);
  planes.sizes[1] = count;
  planes.strides[1] = b.getIndexAttr(stride);
  filter.offsets[1] = b.getIndexAttr(tap);
  filter.sizes[1] = b.getIndexAttr(1);
  PackedConvolution part = conv;
  part.x = collapsePair(b, planes.extract(b, conv.x), 0);
  part.filter = collapsePair(b, filter.extract(b, conv.filter), 0);
  part.strides.erase(part.strides.begin());
  part.dilations.erase(part.dilations.begin());
  part.sizes.erase(part.sizes.begin() + 1);
  part.sizes.front() = tensor::getMixedSize(b, loc, part.x, 0);
  SmallVector<OpFoldResult> sizes = conv.sizes;
  sizes[1] = count;
  SmallVector<int64_t> shape = decomposeMixedValues(sizes).first;
  Value sums = tensor::ExpandShapeOp::create(
      b, RankedTensorType::get(shape, b.getI32Type()), buildSums(b, part),
      ArrayRef<ReassociationIndices>{{0, 1}, {2}, {3}, {4}}, sizes);
  auto add = [&](Value to) {
    return linalg::AddOp::create(b, to.getType(), ValueRange{to, sums}, to)
        .getResult(0);
  };
  if (count == conv.sizes[1])
    return acc ? add(acc) : sums;
  if (!acc)
    acc = buildZeros(b, conv.sizes);
  Slice slice(b, acc);
  slice.offsets[1] = getOffset(begin, conv.sizes[1]);
  slice.sizes[1] = count;
  return slice.insert(b, add(slice.extract(b, acc)), acc);
}

static Value buildPlaneSums(ImplicitLocOpBuilder &b,
                            const PackedConvolution &conv) {
  Value acc;
  int64_t taps = cast<RankedTensorType>(conv.filter.getType()).getDimSize(1);
  for (int64_t tap = 0; tap < taps; ++tap)
    acc = addPlane(b, conv, tap, acc);
  return acc ? acc : buildZeros(b, conv.sizes);
}

//===----------------------------------------------------------------------===//
// Zeros between pixels
//===----------------------------------------------------------------------===//

namespace {
/// The positions of a window, along one dimension of an image, that have the
/// same distance to pixels, which are every `distance` positions, and the taps
/// that meet pixels there.
struct Phase {
  int64_t firstPosition, numPositions;
  int64_t firstTap, tapStep, numTaps;
  int64_t dilation, low, high;
  int64_t firstPixel, numPixels;
};
} // namespace

/// Returns the phases with products along a dimension with `size` pixels,
/// `positions` of the window and `kernel` taps. `low` is the padding before the
/// first pixel.
static SmallVector<Phase> getPhases(int64_t size, int64_t positions,
                                    int64_t kernel, int64_t distance,
                                    int64_t dilation, int64_t low) {
  SmallVector<Phase> phases;
  // Tap k at position i reads i + k * dilation - low, where a pixel is if that
  // is a multiple of the distance.
  int64_t common = std::gcd(distance, dilation), step = distance / common;
  for (int64_t first = 0; first < std::min(distance, positions); ++first) {
    int64_t tap = 0;
    while (tap < step && (first + tap * dilation - low) % distance != 0)
      ++tap;
    if (tap == step || tap >= kernel)
      continue;
    Phase phase;
    phase.firstPosition = first;
    phase.numPositions = llvm::divideCeil(positions - first, distance);
    phase.firstTap = tap;
    phase.tapStep = step;
    phase.numTaps = llvm::divideCeil(kernel - tap, step);
    phase.dilation = dilation / common;
    int64_t begin = (first + tap * dilation - low) / distance;
    int64_t end =
        begin + phase.numPositions + (phase.numTaps - 1) * phase.dilation;
    phase.low = std::max<int64_t>(-begin, 0);
    phase.high = std::max<int64_t>(end - size, 0);
    phase.firstPixel = std::max<int64_t>(begin, 0);
    phase.numPixels = std::min(end, size) - phase.firstPixel;
    if (phase.numPixels > 0)
      phases.push_back(phase);
  }
  return phases;
}

/// Whether there are zeros between pixels along dimension `dim` of an image, or
/// some of its pixels do not matter.
static bool hasPhases(const PackedConvolution &conv, unsigned dim) {
  unsigned padding = conv.getPaddingDim(dim);
  return conv.padding.distances[padding] != 1 ||
         conv.padding.sizes[2 * padding] < 0 ||
         conv.padding.sizes[2 * padding + 1] < 0;
}

static Value buildPhases(ImplicitLocOpBuilder &b,
                         const PackedConvolution &conv) {
  SmallVector<unsigned> dims;
  SmallVector<SmallVector<Phase>> phases;
  for (unsigned dim = 0; dim < conv.getImageRank(); ++dim) {
    if (!hasPhases(conv, dim))
      continue;
    unsigned padding = conv.getPaddingDim(dim);
    int64_t distance = conv.padding.distances[padding];
    dims.push_back(dim);
    phases.push_back(getPhases(
        cast<RankedTensorType>(conv.x.getType()).getDimSize(1 + dim),
        *getConstantIntValue(conv.sizes[1 + dim]),
        cast<RankedTensorType>(conv.filter.getType()).getDimSize(1 + dim),
        distance, conv.dilations[dim], conv.padding.sizes[2 * padding]));
  }
  Value acc = buildZeros(b, conv.sizes);
  // Each combination of one phase along each dimension.
  int64_t numCombinations = 1;
  for (ArrayRef<Phase> choices : phases)
    numCombinations *= choices.size();
  for (int64_t index = 0; index < numCombinations; ++index) {
    PackedConvolution part = conv;
    Slice x(b, conv.x), filter(b, conv.filter), sums(b, acc);
    int64_t rest = index;
    for (auto [dim, choices] : llvm::zip_equal(dims, phases)) {
      const Phase &phase = choices[rest % choices.size()];
      rest /= choices.size();
      unsigned padding = conv.getPaddingDim(dim);
      auto set = [&, dim = dim](Slice &slice, int64_t offset, int64_t size,
                                int64_t stride) {
        slice.offsets[1 + dim] = b.getIndexAttr(offset);
        slice.sizes[1 + dim] = b.getIndexAttr(size);
        slice.strides[1 + dim] = b.getIndexAttr(stride);
      };
      set(x, phase.firstPixel, phase.numPixels, 1);
      set(filter, phase.firstTap, phase.numTaps, phase.tapStep);
      set(sums, phase.firstPosition, phase.numPositions,
          conv.padding.distances[padding]);
      part.dilations[dim] = phase.dilation;
      part.padding.distances[padding] = 1;
      part.padding.sizes[2 * padding] = phase.low;
      part.padding.sizes[2 * padding + 1] = phase.high;
    }
    part.x = x.extract(b, conv.x);
    part.filter = filter.extract(b, conv.filter);
    part.sizes = sums.sizes;
    acc = sums.insert(b, buildSums(b, part), acc);
  }
  return acc;
}

Value quant_bnn::binarize::buildSums(ImplicitLocOpBuilder &builder,
                                     const PackedConvolution &conv) {
  if (llvm::any_of(llvm::seq(conv.getImageRank()),
                   [&](unsigned dim) { return hasPhases(conv, dim); }))
    return buildPhases(builder, conv);
  return conv.getImageRank() == 3 ? buildPlaneSums(builder, conv)
                                  : buildXnorConv2D(builder, conv);
}
