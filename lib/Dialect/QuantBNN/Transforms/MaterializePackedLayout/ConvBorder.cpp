//===- ConvBorder.cpp - Binary convolution among zeros --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConvBorder.h"
#include "BinaryProduct.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;
using utils::IteratorType;

//===----------------------------------------------------------------------===//
// Classes of positions
//===----------------------------------------------------------------------===//

namespace {
/// The positions of a window along one dimension, by the taps inside.
struct Classes {
  OpFoldResult count;
  /// By class and tap: 1 if the tap is inside, and else 0. As numbers, too, if
  /// they are constant.
  Value inside;
  SmallVector<SmallVector<int32_t>> rows;
  /// The class of position d0.
  AffineExpr ofPosition;
};
} // namespace

/// The maximum number of taps, over all positions, that are examined at compile
/// time.
static constexpr int64_t maxTaps = int64_t(1) << 20;

/// Makes each position a class.
static Classes buildClassOfEach(ImplicitLocOpBuilder &builder,
                                OpFoldResult positions, OpFoldResult size,
                                const Walk &walk) {
  Value empty = tensor::EmptyOp::create(
      builder, ArrayRef<OpFoldResult>{positions, walk.kernel},
      builder.getI32Type());
  Value bound =
      getValueOrCreateConstantIndexOp(builder, builder.getLoc(), size);
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), ValueRange{}, empty,
      ArrayRef{builder.getMultiDimIdentityMap(2)},
      SmallVector<IteratorType>(2, IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange) {
        ImplicitLocOpBuilder body(loc, nested);
        AffineExpr i, j, low;
        bindDims(body.getContext(), i, j, low);
        Value position = affine::makeComposedAffineApply(
            body, loc, i * walk.stride + j * walk.dilation - low,
            {linalg::IndexOp::create(body, 0).getResult(),
             linalg::IndexOp::create(body, 1).getResult(), walk.low});
        // As unsigned integers, negative positions are above the bound.
        Value isInside = arith::CmpIOp::create(body, arith::CmpIPredicate::ult,
                                               position, bound);
        linalg::YieldOp::create(
            body, arith::ExtUIOp::create(body, body.getI32Type(), isInside)
                      .getResult());
      });
  return {positions, generic.getResult(0), {}, builder.getAffineDimExpr(0)};
}

/// Makes neighboring positions with the same taps inside a class: most
/// positions are far from the border.
static Classes buildClasses(ImplicitLocOpBuilder &builder,
                            OpFoldResult positions, OpFoldResult size,
                            const Walk &walk) {
  std::optional<int64_t> numPositions = getConstantIntValue(positions);
  std::optional<int64_t> staticSize = getConstantIntValue(size);
  std::optional<int64_t> kernel = getConstantIntValue(walk.kernel);
  std::optional<int64_t> low = getConstantIntValue(walk.low);
  if (!numPositions || !staticSize || !kernel || !low ||
      llvm::SaturatingMultiply<uint64_t>(*numPositions, *kernel) > maxTaps)
    return buildClassOfEach(builder, positions, size, walk);
  SmallVector<SmallVector<int32_t>> rows;
  AffineExpr ofPosition = builder.getAffineConstantExpr(0);
  for (int64_t i = 0; i < *numPositions; ++i) {
    SmallVector<int32_t> row;
    for (int64_t j = 0; j < *kernel; ++j) {
      int64_t position = i * walk.stride + j * walk.dilation - *low;
      row.push_back(position >= 0 && position < *staticSize);
    }
    if (!rows.empty() && rows.back() == row)
      continue;
    // Add 1 from position i on.
    if (!rows.empty())
      ofPosition =
          ofPosition + (builder.getAffineDimExpr(0) + (*numPositions - i))
                           .floorDiv(*numPositions);
    rows.push_back(row);
  }
  int64_t count = rows.size();
  if (count == *numPositions)
    ofPosition = builder.getAffineDimExpr(0);
  SmallVector<int32_t> inside;
  for (const SmallVector<int32_t> &row : rows)
    llvm::append_range(inside, row);
  auto type = RankedTensorType::get({count, *kernel}, builder.getI32Type());
  auto values = DenseElementsAttr::get(type, ArrayRef(inside));
  return {builder.getIndexAttr(count),
          arith::ConstantOp::create(builder, values), rows, ofPosition};
}

//===----------------------------------------------------------------------===//
// The border
//===----------------------------------------------------------------------===//

/// Builds the sum of `init` and the products of `a` and `b` over the reduction
/// iterators.
static Value buildContraction(ImplicitLocOpBuilder &builder, Value a, Value b,
                              Value init, ArrayRef<AffineMap> maps,
                              ArrayRef<IteratorType> iterators) {
  auto generic = linalg::GenericOp::create(
      builder, init.getType(), ValueRange{a, b}, init, maps, iterators,
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value product = arith::MulIOp::create(body, arguments[0], arguments[1]);
        Value sum = arith::AddIOp::create(body, arguments[2], product);
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

/// Builds the tensor gains[i, j, o] = C - 2 p[o, i, j], where p is the popcount
/// of a filter at a tap: what a tap adds that reads bits of 0.
static Value buildGains(ImplicitLocOpBuilder &builder, const Words &filters,
                        ArrayRef<Walk> walks, OpFoldResult numFilters,
                        Value popcounts) {
  AffineExpr i = builder.getAffineDimExpr(0), j = builder.getAffineDimExpr(1),
             o = builder.getAffineDimExpr(2);
  Value channels = buildI32(builder, filters.length);
  Value empty = tensor::EmptyOp::create(
      builder, ArrayRef{walks[0].kernel, walks[1].kernel, numFilters},
      builder.getI32Type());
  auto gains = linalg::GenericOp::create(
      builder, empty.getType(), popcounts, empty,
      ArrayRef{AffineMap::get(3, 0, {o, i, j}, builder.getContext()),
               builder.getMultiDimIdentityMap(3)},
      SmallVector<IteratorType>(3, IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value one = arith::ConstantIntOp::create(body, 1, 32);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::SubIOp::create(body, channels, twice).getResult());
      });
  return gains.getResult(0);
}

/// Builds the sum of 2 p[o, i, j] over the taps of each filter.
static Value buildTotals(ImplicitLocOpBuilder &builder, OpFoldResult numFilters,
                         Value popcounts) {
  AffineMap identity = builder.getMultiDimIdentityMap(3);
  Value zeros = buildFilled(builder, {numFilters},
                            arith::ConstantIntOp::create(builder, 0, 32));
  auto totals = linalg::GenericOp::create(
      builder, zeros.getType(), popcounts, zeros,
      ArrayRef{identity, identity.getMajorSubMap(1)},
      ArrayRef{IteratorType::parallel, IteratorType::reduction,
               IteratorType::reduction},
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value one = arith::ConstantIntOp::create(body, 1, 32);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::AddIOp::create(body, arguments[1], twice).getResult());
      });
  return totals.getResult(0);
}

/// Computes the values of a border. `filters` has the shape of the filters;
/// rows and columns are lists of the taps inside, by class.
static DenseElementsAttr computeValues(DenseElementsAttr filters,
                                       ArrayRef<SmallVector<int32_t>> rows,
                                       ArrayRef<SmallVector<int32_t>> columns) {
  ArrayRef<int64_t> shape = filters.getType().getShape();
  int64_t numFilters = shape[0], height = shape[1], width = shape[2],
          channels = shape[3];
  SmallVector<int32_t> values(rows.size() * columns.size() * numFilters);
  auto bit = filters.value_begin<bool>();
  for (int64_t o = 0; o < numFilters; ++o) {
    for (int64_t i = 0; i < height; ++i) {
      for (int64_t j = 0; j < width; ++j) {
        int32_t popcount = 0;
        for (int64_t c = 0; c < channels; ++c)
          popcount += *bit++;
        size_t next = o;
        for (const SmallVector<int32_t> &row : rows) {
          for (const SmallVector<int32_t> &column : columns) {
            values[next] +=
                row[i] && column[j] ? int32_t(channels) : 2 * popcount;
            next += numFilters;
          }
        }
      }
    }
  }
  Type i32 = IntegerType::get(filters.getContext(), 32);
  return DenseElementsAttr::get(
      RankedTensorType::get(
          {int64_t(rows.size()), int64_t(columns.size()), numFilters}, i32),
      ArrayRef(values));
}

// Over all taps, the accumulation adds -2 popcount(x xor w). Where x is a zero
// of the padding, that is -2 p, but should be 0; inside, C is missing. So the
// sums lack the sum of C over the taps inside and of 2 p over those outside:
// the sum of C - 2 p over the taps inside plus the sum of 2 p over all taps.
// Columns and rows are summed one after the other.
ConvBorder quant_bnn::packed::buildConvBorder(ImplicitLocOpBuilder &builder,
                                              const Words &filters,
                                              DenseElementsAttr filterBits,
                                              ArrayRef<Walk> walks,
                                              ArrayRef<OpFoldResult> xSizes,
                                              ArrayRef<OpFoldResult> sizes) {
  Classes rows = buildClasses(builder, sizes[1], xSizes[1], walks[0]);
  Classes columns = buildClasses(builder, sizes[2], xSizes[2], walks[1]);
  if (filterBits && !rows.rows.empty() && !columns.rows.empty()) {
    DenseElementsAttr values =
        computeValues(filterBits, rows.rows, columns.rows);
    return {arith::ConstantOp::create(builder, values), rows.ofPosition,
            columns.ofPosition};
  }
  Value popcounts = buildRowPopcounts(builder, filters.value);
  Value gains = buildGains(builder, filters, walks, sizes[3], popcounts);
  SmallVector<AffineExpr> d = llvm::map_to_vector(
      llvm::seq(4), [&](int64_t dim) { return builder.getAffineDimExpr(dim); });
  auto map = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(4, 0, exprs, builder.getContext());
  };
  SmallVector<IteratorType> iterators(4, IteratorType::parallel);
  iterators.back() = IteratorType::reduction;
  Value zero = arith::ConstantIntOp::create(builder, 0, 32);
  // ofColumns[c, i, o] = sum over j of inside[c, j] gains[i, j, o].
  Value ofColumns = buildContraction(
      builder, columns.inside, gains,
      buildFilled(builder, {columns.count, walks[0].kernel, sizes[3]}, zero),
      {map({d[0], d[3]}), map({d[1], d[3], d[2]}), map({d[0], d[1], d[2]})},
      iterators);
  // values[r, c, o] = totals[o]
  //                   + sum over i of inside[r, i] ofColumns[c, i, o].
  Value empty = tensor::EmptyOp::create(
      builder, ArrayRef{rows.count, columns.count, sizes[3]},
      builder.getI32Type());
  Value totals = linalg::BroadcastOp::create(
                     builder, buildTotals(builder, sizes[3], popcounts), empty,
                     ArrayRef<int64_t>{0, 1})
                     .getResult()
                     .front();
  Value values = buildContraction(
      builder, rows.inside, ofColumns, totals,
      {map({d[0], d[3]}), map({d[1], d[3], d[2]}), map({d[0], d[1], d[2]})},
      iterators);
  return {values, rows.ofPosition, columns.ofPosition};
}

Value quant_bnn::packed::addConvBorder(ImplicitLocOpBuilder &builder,
                                       Value sums, const ConvBorder &border) {
  auto type = cast<RankedTensorType>(sums.getType());
  int64_t rank = type.getRank();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  SmallVector<AffineExpr> exprs(identity.getResults().drop_front());
  exprs[0] = border.rowClass.replace(builder.getAffineDimExpr(0),
                                     builder.getAffineDimExpr(1));
  exprs[1] = border.columnClass.replace(builder.getAffineDimExpr(0),
                                        builder.getAffineDimExpr(2));
  Value empty = tensor::EmptyOp::create(
      builder, tensor::getMixedSizes(builder, builder.getLoc(), sums),
      type.getElementType());
  auto added = linalg::GenericOp::create(
      builder, empty.getType(), ValueRange{sums, border.values}, empty,
      ArrayRef{identity, AffineMap::get(rank, 0, exprs, builder.getContext()),
               identity},
      SmallVector<IteratorType>(rank, IteratorType::parallel),
      [](OpBuilder &nested, Location loc, ValueRange arguments) {
        Value sum =
            arith::AddIOp::create(nested, loc, arguments[0], arguments[1]);
        linalg::YieldOp::create(nested, loc, sum);
      });
  return added.getResult(0);
}
