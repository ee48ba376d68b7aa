//===- XnorConv2DOp.cpp - Convolution of packed images --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "ImageWindow.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

static std::array<Walk, 2> getWalks(XnorConv2DOp op, OpBuilder &builder) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, op.getLoc(), op.getFilter());
  return getWalks(op, ArrayRef(sizes).slice(1, 2));
}

/// Checks that all groups have the same number of words and of outputs.
static LogicalResult verifyGroups(XnorConv2DOp op) {
  RankedTensorType x = op.getX().getType(), filter = op.getFilter().getType();
  int64_t groups = op.getGroups(), words = filter.getDimSize(3);
  if (ShapedType::isDynamic(words))
    words = getWordCount(getStaticDepth(op.getMixedDepth()),
                         filter.getElementTypeBitWidth());
  int64_t found = x.getDimSize(3);
  if (ShapedType::isDynamic(words)) {
    if (!ShapedType::isDynamic(found) && found % groups != 0)
      return op.emitOpError("requires images with a multiple of ")
             << groups << " words a pixel, but got " << x;
  } else if (!ShapedType::isDynamic(found) && found != groups * words) {
    return op.emitOpError("requires images with ")
           << groups << " x " << words << " words a pixel, but got " << x;
  }
  int64_t outputs = filter.getDimSize(0);
  if (ShapedType::isDynamic(outputs))
    outputs = op.getAcc().getType().getDimSize(3);
  if (!ShapedType::isDynamic(outputs) && outputs % groups != 0)
    return op.emitOpError("requires outputs that are a multiple of ")
           << groups << " groups, but got " << outputs;
  return success();
}

/// Checks that an accumulator can hold the number of products of an output. No
/// size of the kernel may be larger than that, even if there are no products.
static LogicalResult verifyTerms(XnorConv2DOp op) {
  constexpr int64_t most = std::numeric_limits<int32_t>::max();
  RankedTensorType filter = op.getFilter().getType();
  int64_t depth = getStaticDepth(op.getMixedDepth());
  // Use floats, which do not overflow.
  double terms = ShapedType::isDynamic(depth) ? 1.0 : depth;
  bool isLarge = false;
  for (int64_t size : filter.getShape().slice(1, 2))
    if (!ShapedType::isDynamic(size)) {
      terms *= static_cast<double>(size);
      isLarge |= size > most;
    }
  if (!isLarge && terms <= most)
    return success();
  InFlightDiagnostic diagnostic =
      op.emitOpError("requires at most 2^31 - 1 products an output, but got "
                     "filters of ")
      << filter;
  if (!ShapedType::isDynamic(depth))
    diagnostic << " with depth = " << depth;
  return diagnostic;
}

LogicalResult XnorConv2DOp::verify() {
  RankedTensorType x = getX().getType(), filter = getFilter().getType(),
                   acc = getAcc().getType();
  if (failed(verifyDepthForm(*this, getDepth(), getStaticDepthAttr())) ||
      failed(verifyWalks(*this)))
    return failure();
  int64_t groups = getGroups();
  if (failed(verifyValues(*this, "groups", groups, 1, 1)))
    return failure();
  for (auto [name, type] :
       {std::pair("images", x), std::pair("filters", filter),
        std::pair("a result", acc)})
    if (type.getRank() != 4)
      return emitOpError("requires ") << name << " of rank 4, but got " << type;
  if (failed(verifyDepth(*this, filter, getMixedDepth())) ||
      failed(verifyGroups(*this)) || failed(verifyTerms(*this)))
    return failure();
  std::array<Walk, 2> walks = getWalks(*this, {OpFoldResult(), OpFoldResult()});
  SmallVector<int64_t> shape = {x.getDimSize(0)};
  for (unsigned dim : {0, 1})
    shape.push_back(getPositions(x.getDimSize(1 + dim),
                                 filter.getDimSize(1 + dim), walks[dim]));
  shape.push_back(filter.getDimSize(0));
  return verifyResultShape(*this, shape, acc);
}

void XnorConv2DOp::inferResultRanges(ArrayRef<ConstantIntRanges> operandRanges,
                                     SetIntRangeFn setRange) {
  ArrayRef<int64_t> kernel = getFilter().getType().getShape().slice(1, 2);
  int64_t taps = ShapedType::isStaticShape(kernel)
                     ? kernel[0] * kernel[1]
                     : std::numeric_limits<int32_t>::max();
  setSumRange(getAcc(), getMixedDepth(), taps, operandRanges, setRange);
}

LogicalResult
XnorConv2DOp::reifyResultShapes(OpBuilder &builder,
                                ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, getLoc(), getX());
  for (auto [size, walk] : llvm::zip(llvm::MutableArrayRef(sizes).slice(1, 2),
                                     getWalks(*this, builder)))
    size = buildPositions(builder, getLoc(), size, walk);
  sizes[3] = tensor::getMixedSize(builder, getLoc(), getFilter(), 0);
  shapes.push_back(std::move(sizes));
  return success();
}

/// Builds the number of products of an output, as an `i32`.
static Value buildTerms(ImplicitLocOpBuilder &builder, XnorConv2DOp op) {
  std::array<Walk, 2> walks = getWalks(op, builder);
  Value terms = buildI32(builder, op.getMixedDepth());
  for (const Walk &walk : walks)
    terms = builder.createOrFold<arith::MulIOp>(terms,
                                                buildI32(builder, walk.kernel));
  return terms;
}

/// Builds a tensor that is 1 where tap j of a window at position i is in an
/// image of `size`, and else 0.
static Value buildInside(ImplicitLocOpBuilder &builder, OpFoldResult positions,
                         OpFoldResult size, const Walk &walk) {
  Value empty = tensor::EmptyOp::create(
      builder, ArrayRef<OpFoldResult>{positions, walk.kernel},
      builder.getI32Type());
  Value bound =
      getValueOrCreateConstantIndexOp(builder, builder.getLoc(), size);
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), ValueRange{}, empty,
      ArrayRef{builder.getMultiDimIdentityMap(2)},
      SmallVector<utils::IteratorType>(2, utils::IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange) {
        ImplicitLocOpBuilder body(loc, nested);
        AffineExpr i = body.getAffineDimExpr(0), j = body.getAffineDimExpr(1);
        Value position = affine::makeComposedAffineApply(
            body, loc, i * walk.stride + j * walk.dilation - walk.low,
            {linalg::IndexOp::create(body, 0).getResult(),
             linalg::IndexOp::create(body, 1).getResult()});
        // As unsigned integers, negative positions are above the bound.
        Value isInside = arith::CmpIOp::create(body, arith::CmpIPredicate::ult,
                                               position, bound);
        linalg::YieldOp::create(
            body, arith::ExtUIOp::create(body, body.getI32Type(), isInside)
                      .getResult());
      });
  return generic.getResult(0);
}

/// Builds the sum of `init` and the products of `a` and `b` over the reduction
/// iterators.
static Value buildContraction(ImplicitLocOpBuilder &builder, Value a, Value b,
                              Value init, ArrayRef<AffineMap> maps,
                              ArrayRef<utils::IteratorType> iterators) {
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

/// Builds the initial accumulators of `op` for images with a padding of zeros,
/// which the accumulation reads as bits of 0. A tap j outside of the image
/// would add C - 2 p[o, j], where p is the popcount of the filter at j, but
/// should add 0. So the initial value is the sum of C - 2 p[o, j] over the taps
/// inside plus the sum of 2 p[o, j] over all taps. Width and height are summed
/// one after the other.
static Value buildZeroPaddedInit(ImplicitLocOpBuilder &builder, XnorConv2DOp op,
                                 ArrayRef<OpFoldResult> sizes) {
  using utils::IteratorType;
  Location loc = builder.getLoc();
  SmallVector<OpFoldResult> xSizes =
      tensor::getMixedSizes(builder, loc, op.getX());
  std::array<Walk, 2> walks = getWalks(op, builder);
  Value insideHeight = buildInside(builder, sizes[1], xSizes[1], walks[0]);
  Value insideWidth = buildInside(builder, sizes[2], xSizes[2], walks[1]);
  // Compute gains[i, j, o] = C - 2 p[o, i, j] and total[o], the sum of
  // 2 p[o, i, j].
  Value popcounts = buildRowPopcounts(builder, op.getFilter());
  Value depth = buildI32(builder, op.getMixedDepth());
  SmallVector<AffineExpr> d = llvm::map_to_vector(
      llvm::seq(5), [&](int64_t dim) { return builder.getAffineDimExpr(dim); });
  MLIRContext *context = builder.getContext();
  Value gainsEmpty = tensor::EmptyOp::create(
      builder,
      ArrayRef<OpFoldResult>{walks[0].kernel, walks[1].kernel, sizes[3]},
      builder.getI32Type());
  Value one = arith::ConstantIntOp::create(builder, 1, 32);
  auto gains = linalg::GenericOp::create(
      builder, gainsEmpty.getType(), popcounts, gainsEmpty,
      ArrayRef{AffineMap::get(3, 0, {d[2], d[0], d[1]}, context),
               builder.getMultiDimIdentityMap(3)},
      SmallVector<IteratorType>(3, IteratorType::parallel),
      [&](OpBuilder &nested, Location bodyLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(bodyLoc, nested);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::SubIOp::create(body, depth, twice).getResult());
      });
  Value zero = arith::ConstantIntOp::create(builder, 0, 32);
  auto total = linalg::GenericOp::create(
      builder, buildFilled(builder, {sizes[3]}, zero).getType(), popcounts,
      buildFilled(builder, {sizes[3]}, zero),
      ArrayRef{builder.getMultiDimIdentityMap(3),
               AffineMap::get(3, 0, {d[0]}, context)},
      ArrayRef{IteratorType::parallel, IteratorType::reduction,
               IteratorType::reduction},
      [&](OpBuilder &nested, Location bodyLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(bodyLoc, nested);
        Value twice = arith::ShLIOp::create(body, arguments[0], one);
        linalg::YieldOp::create(
            body, arith::AddIOp::create(body, arguments[1], twice).getResult());
      });
  // rows[w, i, o] = sum over j of insideWidth[w, j] gains[i, j, o].
  auto map = [&](int64_t dims, ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(dims, 0, exprs, context);
  };
  Value rows = buildContraction(
      builder, insideWidth, gains.getResult(0),
      buildFilled(builder, {sizes[2], walks[0].kernel, sizes[3]}, zero),
      {map(4, {d[0], d[3]}), map(4, {d[1], d[3], d[2]}),
       map(4, {d[0], d[1], d[2]})},
      {IteratorType::parallel, IteratorType::parallel, IteratorType::parallel,
       IteratorType::reduction});
  // init[n, h, w, o] = total[o] + sum over i of insideHeight[h, i] rows[w, i,
  // o].
  Value empty = tensor::EmptyOp::create(builder, sizes, builder.getI32Type());
  Value totals = linalg::BroadcastOp::create(builder, total.getResult(0), empty,
                                             ArrayRef<int64_t>{0, 1, 2})
                     .getResult()
                     .front();
  return buildContraction(builder, insideHeight, rows, totals,
                          {map(5, {d[1], d[4]}), map(5, {d[2], d[4], d[3]}),
                           map(5, {d[0], d[1], d[2], d[3]})},
                          {IteratorType::parallel, IteratorType::parallel,
                           IteratorType::parallel, IteratorType::parallel,
                           IteratorType::reduction});
}

/// Pads the images `x` with the pad value of `op`, or with bits of 0 if the pad
/// value is 0.
static Value buildPadded(ImplicitLocOpBuilder &builder, XnorConv2DOp op,
                         Value x) {
  ArrayRef<int64_t> padding = op.getPadding();
  if (llvm::all_of(padding, [](int64_t size) { return size == 0; }))
    return x;
  auto type = cast<RankedTensorType>(x.getType());
  SmallVector<int64_t> low(type.getRank(), 0), high = low;
  auto shape = llvm::to_vector(type.getShape());
  for (unsigned dim : {0, 1}) {
    low[1 + dim] = padding[2 * dim];
    high[1 + dim] = padding[2 * dim + 1];
    if (int64_t &size = shape[1 + dim]; !ShapedType::isDynamic(size))
      size += low[1 + dim] + high[1 + dim];
  }
  bool isOne = op.getPadValue() != PadValue::zero &&
               (op.getPadValue() == PadValue::minus_one) ==
                   (op.getPolarity() == Polarity::negative);
  return PackedPadOp::create(
      builder, RankedTensorType::get(shape, type.getElementType()), x,
      op.getDepth(), op.getStaticDepthAttr(), ValueRange(), ValueRange(), low,
      high, isOne);
}

/// Splits dimension `dim` of `value` into `groups` and the rest.
static Value buildGroups(ImplicitLocOpBuilder &builder, Value value,
                         int64_t dim, int64_t groups) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), value);
  sizes[dim] = affine::makeComposedFoldedAffineApply(
      builder, builder.getLoc(), builder.getAffineDimExpr(0).floorDiv(groups),
      {sizes[dim]});
  sizes.insert(sizes.begin() + dim, builder.getIndexAttr(groups));
  return tensor::ExpandShapeOp::create(
      builder,
      RankedTensorType::get(getStaticSizes(sizes), type.getElementType()),
      value, getSplitReassociation(type.getRank(), dim), sizes);
}

FailureOr<SmallVector<Value>>
XnorConv2DOp::decomposeOperation(OpBuilder &builder) {
  using utils::IteratorType;
  Location loc = getLoc();
  ImplicitLocOpBuilder b(loc, builder);
  ReifiedRankedShapedTypeDims shapes;
  (void)reifyResultShapes(b, shapes);
  SmallVector<OpFoldResult> sizes = std::move(shapes.front());
  std::array<Walk, 2> walks = getWalks(*this, b);
  if (hasNoTaps(sizes, walks))
    return SmallVector<Value>{buildTensorCast(
        b, loc, getType(), buildFilled(b, sizes, buildTerms(b, *this)))};
  bool hasZeros = getPadValue() == PadValue::zero &&
                  llvm::any_of(getPadding(), [](int64_t n) { return n > 0; });
  Value init = hasZeros ? buildZeroPaddedInit(b, *this, sizes)
                        : buildFilled(b, sizes, buildTerms(b, *this));
  int64_t groups = getGroups();
  bool isGrouped = groups > 1;
  Value x = getX(), filter = getFilter();
  if (isGrouped) {
    x = buildGroups(b, x, /*dim=*/3, groups);
    filter = buildGroups(b, filter, /*dim=*/0, groups);
    init = buildGroups(b, init, /*dim=*/3, groups);
  }
  x = buildPadded(b, *this, x);

  // The loops are image, row, column, group if there are groups, and output;
  // then the row and column of the tap, and the word.
  int64_t numDims = isGrouped ? 8 : 7, next = 0;
  auto dim = [&] { return b.getAffineDimExpr(next++); };
  AffineExpr n = dim(), h = dim(), w = dim();
  SmallVector<AffineExpr> group;
  if (isGrouped)
    group.push_back(dim());
  AffineExpr o = dim(), i = dim(), j = dim(), c = dim();
  SmallVector<AffineExpr> xDims = {n,
                                   h * walks[0].stride + i * walks[0].dilation,
                                   w * walks[1].stride + j * walks[1].dilation};
  SmallVector<AffineExpr> filterDims = group, accDims = {n, h, w};
  llvm::append_range(xDims, group);
  llvm::append_range(accDims, group);
  xDims.push_back(c);
  accDims.push_back(o);
  llvm::append_values(filterDims, o, i, j, c);
  auto maps =
      llvm::map_to_vector(ArrayRef{xDims, filterDims, accDims}, [&](auto dims) {
        return AffineMap::get(numDims, 0, dims, b.getContext());
      });
  SmallVector<IteratorType> iterators(numDims, IteratorType::parallel);
  std::fill_n(iterators.rbegin(), 3, IteratorType::reduction);
  Value acc = buildXnorContraction(b, x, filter, init, maps, iterators);
  if (isGrouped)
    acc = tensor::CollapseShapeOp::create(b, acc,
                                          getSplitReassociation(4, /*dim=*/3));
  return SmallVector<Value>{buildTensorCast(b, loc, getType(), acc)};
}
