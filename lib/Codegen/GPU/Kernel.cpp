//===- Kernel.cpp - Views and launches ------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"

using namespace mlir;
using namespace quant_bnn::map_to_gpu;

/// The static size of unbounded views, in elements, which no memory reaches.
static constexpr int64_t unboundedElements = int64_t(1) << 48;

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

Value View::linearize(ImplicitLocOpBuilder &builder, ValueRange indices) const {
  Value linear = offset;
  for (auto [index, stride] : llvm::zip_equal(indices, strides))
    linear = builder.createOrFold<arith::AddIOp>(
        linear, builder.createOrFold<arith::MulIOp>(index, stride));
  return linear;
}

/// Builds the index after the last element of `view`, whose dimensions have
/// `sizes`.
static OpFoldResult buildExtent(ImplicitLocOpBuilder &builder, const View &view,
                                ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> last;
  Value one = arith::ConstantIndexOp::create(builder, 1);
  for (OpFoldResult size : sizes)
    last.push_back(builder.createOrFold<arith::SubIOp>(
        getValueOrCreateConstantIndexOp(builder, builder.getLoc(), size), one));
  return builder.createOrFold<arith::AddIOp>(view.linearize(builder, last),
                                             one);
}

View quant_bnn::map_to_gpu::buildView(ImplicitLocOpBuilder &builder,
                                      Value memref, const Options &options) {
  auto type = cast<MemRefType>(memref.getType());
  auto metadata = memref::ExtractStridedMetadataOp::create(builder, memref);
  auto build = [&](OpFoldResult value) {
    return getValueOrCreateConstantIndexOp(builder, builder.getLoc(), value);
  };
  View view;
  view.offset = build(metadata.getConstifiedMixedOffset());
  view.strides =
      llvm::map_to_vector(metadata.getConstifiedMixedStrides(), build);
  OpFoldResult extent =
      options.unboundedViews
          ? builder.getIndexAttr(unboundedElements)
          : buildExtent(builder, view, metadata.getConstifiedMixedSizes());
  auto viewType = MemRefType::get(
      {options.unboundedViews ? unboundedElements : ShapedType::kDynamic},
      type.getElementType(), MemRefLayoutAttrInterface(),
      type.getMemorySpace());
  view.buffer = memref::ReinterpretCastOp::create(
      builder, viewType, memref, /*offset=*/builder.getIndexAttr(0), extent,
      /*strides=*/OpFoldResult(builder.getIndexAttr(1)));
  return view;
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

Value quant_bnn::map_to_gpu::limitBlocks(ImplicitLocOpBuilder &builder,
                                         Value blocks, int64_t limit) {
  return builder.createOrFold<arith::MinUIOp>(
      blocks, arith::ConstantIndexOp::create(builder, limit));
}

void quant_bnn::map_to_gpu::buildLaunch(
    ImplicitLocOpBuilder &builder, const Options &options, Value blocks,
    ArrayRef<Type> workgroupTypes,
    llvm::function_ref<void(const Thread &, ValueRange)> body) {
  Value one = arith::ConstantIndexOp::create(builder, 1);
  Value blockSize = arith::ConstantIndexOp::create(builder, options.blockSize);
  auto launch = gpu::LaunchOp::create(
      builder, blocks, one, one, blockSize, one, one,
      /*dynamicSharedMemorySize=*/nullptr, /*asyncTokenType=*/nullptr,
      /*asyncDependencies=*/{}, workgroupTypes);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(&launch.getBody().front());
  Thread thread;
  thread.block = launch.getBlockIds().x;
  // The kernel takes `blocks` as an argument: to read the size of the grid, it
  // would need a library on ROCm.
  thread.blocks = blocks;
  thread.thread = launch.getThreadIds().x;
  thread.id = arith::AddIOp::create(
      builder, arith::MulIOp::create(builder, thread.block, blockSize),
      thread.thread);
  thread.count = arith::MulIOp::create(builder, thread.blocks, blockSize);
  body(thread, llvm::to_vector_of<Value>(launch.getWorkgroupAttributions()));
  gpu::TerminatorOp::create(builder);
}
