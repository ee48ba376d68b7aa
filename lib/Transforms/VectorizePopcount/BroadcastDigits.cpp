//===- BroadcastDigits.cpp - Digits of the broadcast operand --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The broadcast operand is copied once, with an element for each digit, so that
// the inner loops need no more than a load for one. As everywhere, words that
// follow each other are in memory from their lowest byte on.
//
//===----------------------------------------------------------------------===//

#include "BlockedEmitter.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn::vectorize_popcount;

/// Replaces the words of the broadcast operand by their digits.
void BlockedEmitter::emitDigits() {
  auto source = cast<MemRefType>(broadcast.base.getType());
  SmallVector<int64_t> shape(source.getShape());
  SmallVector<Value> dims;
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    dims.push_back(b.createOrFold<memref::DimOp>(broadcast.base, dim));
  SmallVector<Value> copySizes(dims);
  SmallVector<AffineExpr> indices = broadcast.indices;
  MLIRContext *context = b.getContext();
  if (digitLoop) {
    shape.push_back(digits.perWord);
    indices.push_back(getAffineDimExpr(*digitLoop, context));
  } else {
    // The innermost loop walks digits as it walked words.
    if (!ShapedType::isDynamic(shape.back()))
      shape.back() *= digits.perWord;
    copySizes.back() =
        fold<arith::MulIOp>(copySizes.back(), index(digits.perWord));
    AffineExpr inner = getAffineDimExpr(contraction.reductions.back(), context);
    AffineExpr start =
        indices.back().replace(inner, getAffineConstantExpr(0, context));
    indices.back() = start * digits.perWord + inner;
  }
  SmallVector<Value> dynamicSizes;
  for (auto [size, value] : llvm::zip(shape, copySizes))
    if (ShapedType::isDynamic(size))
      dynamicSizes.push_back(value);
  auto type = MemRefType::get(shape, b.getIntegerType(digits.elementWidth));
  Value copy =
      memref::AllocOp::create(b, type, dynamicSizes, b.getI64IntegerAttr(64));

  if (!dims.empty())
    dims.pop_back();
  SmallVector<Value> steps(dims.size(), index(1));
  buildTasks(dims, steps, [&](ValueRange outer) {
    emitDigitsOfRow(copy, SmallVector<Value>(outer));
  });
  broadcast.base = copy;
  broadcast.indices = indices;
}

/// Copies the words at `outer`.
void BlockedEmitter::emitDigitsOfRow(Value copy, ArrayRef<Value> outer) {
  Value source = broadcast.base;
  auto type = cast<MemRefType>(source.getType());
  SmallVector<Value> from(outer), to(outer);
  auto copyWord = [&]() {
    Value word = memref::LoadOp::create(b, source, from);
    for (auto [distance, digit] :
         llvm::enumerate(digits.extract(b, word, digits.shift))) {
      SmallVector<Value> indices(to);
      if (digitLoop)
        indices.push_back(index(distance));
      else
        indices.back() = offset(to.back(), distance);
      memref::StoreOp::create(b, digit, copy, indices);
    }
  };
  if (type.getRank() == 0)
    return copyWord();

  from.emplace_back();
  to.emplace_back();
  Value size = b.createOrFold<memref::DimOp>(source, type.getRank() - 1);
  Value end = index(0);
  if (!digitLoop) {
    int64_t wordWidth = contraction.getWordType().getWidth();
    int64_t length = options.vectorBits / wordWidth;
    auto elements = VectorType::get(options.vectorBits / digits.elementWidth,
                                    b.getIntegerType(digits.elementWidth));
    end = fold<arith::SubIOp>(size, fold<arith::RemUIOp>(size, index(length)));
    buildFor(index(0), end, length, [&](Value iv) {
      from.back() = iv;
      to.back() = fold<arith::MulIOp>(iv, index(digits.perWord));
      Value words = vector::LoadOp::create(
          b, VectorType::get(length, contraction.getWordType()), source, from);
      SmallVector<Value> parts = digits.split(
          b, b.createOrFold<vector::BitCastOp>(elements, words), digits.shift);
      // An element has one digit or two.
      Value row = parts.front();
      if (parts.size() > 1)
        row = vector::InterleaveOp::create(b, parts[0], parts[1]);
      vector::StoreOp::create(b, row, copy, to);
    });
  }
  buildFor(end, size, 1, [&](Value iv) {
    from.back() = iv;
    to.back() = digitLoop ? iv : fold<arith::MulIOp>(iv, index(digits.perWord));
    copyWord();
  });
}
