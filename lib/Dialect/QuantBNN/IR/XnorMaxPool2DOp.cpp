//===- XnorMaxPool2DOp.cpp - Max pool of packed images --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "ImageWindow.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::detail;

static std::array<Walk, 2> getWalks(XnorMaxPool2DOp op) {
  Builder builder(op.getContext());
  return getWalks(
      op, ArrayRef<OpFoldResult>({builder.getIndexAttr(op.getKernel()[0]),
                                  builder.getIndexAttr(op.getKernel()[1])}));
}

/// Whether a window along a dimension of `size` has no tap in the image. Only a
/// window that begins before the image can have none, because padding is less
/// than the extent of a window.
static bool hasEmptyWindow(int64_t size, int64_t positions, const Walk &walk) {
  if (ShapedType::isDynamic(size))
    return false;
  // The offsets of taps repeat after as many windows as the dilation.
  for (int64_t i : llvm::seq(std::min(positions, walk.dilation))) {
    int64_t start = i * walk.stride - walk.low;
    if (start >= 0)
      break;
    if (llvm::mod(start, walk.dilation) >= size)
      return true;
  }
  return false;
}

LogicalResult XnorMaxPool2DOp::verify() {
  if (failed(verifyWalks(*this)) ||
      failed(verifyValues(*this, "kernel", getKernel(), 2, 1)))
    return failure();
  RankedTensorType x = getX().getType(), y = getY().getType();
  if (x.getRank() != 4)
    return emitOpError("requires images of rank 4, but got ") << x;
  SmallVector<int64_t> shape = {x.getDimSize(0)};
  for (auto [dim, walk] : llvm::enumerate(getWalks(*this))) {
    int64_t kernel = getKernel()[dim];
    int64_t extent = 1 + walk.dilation * (kernel - 1);
    if (int64_t padding = std::max(walk.low, walk.high); padding >= extent)
      return emitOpError("requires padding below the extent of a window, ")
             << extent << ", but got " << padding;
    int64_t size = x.getDimSize(1 + dim);
    shape.push_back(getPositions(size, kernel, walk));
    if (hasEmptyWindow(size, shape.back(), walk))
      return emitOpError("requires a pixel in every window, but got images of ")
             << x;
  }
  shape.push_back(x.getDimSize(3));
  return verifyResultShape(*this, shape, y);
}

LogicalResult
XnorMaxPool2DOp::reifyResultShapes(OpBuilder &builder,
                                   ReifiedRankedShapedTypeDims &shapes) {
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, getLoc(), getX());
  for (auto [size, walk] :
       llvm::zip(llvm::MutableArrayRef(sizes).slice(1, 2), getWalks(*this)))
    size = buildPositions(builder, getLoc(), size, walk);
  shapes.push_back(std::move(sizes));
  return success();
}

FailureOr<SmallVector<Value>>
XnorMaxPool2DOp::decomposeOperation(OpBuilder &builder) {
  using utils::IteratorType;
  Location loc = getLoc();
  ImplicitLocOpBuilder b(loc, builder);
  ReifiedRankedShapedTypeDims shapes;
  (void)reifyResultShapes(b, shapes);
  std::array<Walk, 2> walks = getWalks(*this);
  Type word = getX().getType().getElementType();
  // All bits stand for -1, so that pixels outside of the images have no effect.
  bool isAnd = getPolarity() == Polarity::negative;
  Value least = arith::ConstantIntOp::create(b, word, isAnd ? -1 : 0);
  Value init = buildFilled(b, shapes.front(), least);
  if (hasNoTaps(shapes.front(), walks))
    return SmallVector<Value>{buildTensorCast(b, loc, getType(), init)};
  Value x = getX();
  if (llvm::any_of(getPadding(), [](int64_t size) { return size > 0; })) {
    SmallVector<OpFoldResult> low(4, b.getIndexAttr(0)), high = low;
    for (auto [dim, walk] : llvm::enumerate(walks)) {
      low[1 + dim] = b.getIndexAttr(walk.low);
      high[1 + dim] = b.getIndexAttr(walk.high);
    }
    x = tensor::PadOp::create(b, /*resultType=*/Type(), x, low, high, least);
  }
  Value window = tensor::EmptyOp::create(
      b, ArrayRef<OpFoldResult>{walks[0].kernel, walks[1].kernel}, word);
  SmallVector<AffineExpr> d = llvm::map_to_vector(
      llvm::seq(6), [&](int64_t dim) { return b.getAffineDimExpr(dim); });
  auto map = [&](ArrayRef<AffineExpr> exprs) {
    return AffineMap::get(6, 0, exprs, b.getContext());
  };
  AffineExpr row = d[1] * walks[0].stride + d[4] * walks[0].dilation;
  AffineExpr column = d[2] * walks[1].stride + d[5] * walks[1].dilation;
  SmallVector<IteratorType> iterators(4, IteratorType::parallel);
  iterators.append(2, IteratorType::reduction);
  auto pooled = linalg::GenericOp::create(
      b, init.getType(), ValueRange{x, window}, init,
      ArrayRef{map({d[0], row, column, d[3]}), map({d[4], d[5]}),
               map({d[0], d[1], d[2], d[3]})},
      iterators,
      [&](OpBuilder &nested, Location bodyLoc, ValueRange arguments) {
        ImplicitLocOpBuilder body(bodyLoc, nested);
        Value next;
        if (isAnd)
          next = arith::AndIOp::create(body, arguments[2], arguments[0]);
        else
          next = arith::OrIOp::create(body, arguments[2], arguments[0]);
        linalg::YieldOp::create(body, next);
      });
  return SmallVector<Value>{
      buildTensorCast(b, loc, getType(), pooled.getResult(0))};
}
