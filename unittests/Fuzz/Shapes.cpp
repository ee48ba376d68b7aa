//===- Shapes.cpp - Functions that move elements --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Shapes.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

static constexpr auto undefined = Evaluator::Stop::Undefined;

Data quant_bnn::fuzz::gather(
    Evaluator &evaluator, const Data &source, ArrayRef<int64_t> shape,
    llvm::function_ref<void(MutableArrayRef<int64_t>)> getPosition) {
  Data result(source.type, shape);
  size_t next = 0;
  visitPositions(shape, [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> from(position);
    getPosition(from);
    if (auto offset = source.getOffset(from))
      result.elements[next++] = source.elements[*offset];
    else
      evaluator.setStop(undefined, "an element outside of a tensor");
  });
  return result;
}

Data quant_bnn::fuzz::slice(Evaluator &evaluator, const Data &source,
                            ArrayRef<int64_t> offsets, ArrayRef<int64_t> sizes,
                            ArrayRef<int64_t> strides) {
  for (auto [offset, size, stride, extent] :
       llvm::zip_equal(offsets, sizes, strides, source.shape))
    if (size < 0 || offset < 0 || offset > extent ||
        (size > 0 && offset + (size - 1) * stride >= extent)) {
      evaluator.setStop(undefined, "a slice outside of a tensor");
      return source;
    }
  return gather(evaluator, source, sizes,
                [&](MutableArrayRef<int64_t> position) {
                  for (auto [index, offset, stride] :
                       llvm::zip_equal(position, offsets, strides))
                    index = offset + index * stride;
                });
}

Data quant_bnn::fuzz::transpose(Evaluator &evaluator, const Data &source,
                                ArrayRef<int64_t> permutation) {
  SmallVector<int64_t> shape;
  for (int64_t dim : permutation)
    shape.push_back(source.shape[dim]);
  return gather(evaluator, source, shape,
                [&](MutableArrayRef<int64_t> position) {
                  SmallVector<int64_t> to(position);
                  for (auto [index, dim] : llvm::zip_equal(to, permutation))
                    position[dim] = index;
                });
}

Data quant_bnn::fuzz::concat(Evaluator &evaluator,
                             ArrayRef<const Data *> sources, int64_t dim) {
  SmallVector<int64_t> shape(ArrayRef(sources.front()->shape));
  shape[dim] = 0;
  for (const Data *source : sources) {
    shape[dim] += source->shape[dim];
    for (int64_t i = 0, end = shape.size(); i < end; ++i)
      if (i != dim && shape[i] != source->shape[i])
        evaluator.setStop(undefined, "a concatenation of different shapes");
  }
  Data result(sources.front()->type, shape);
  if (evaluator.isStopped())
    return result;
  int64_t start = 0;
  for (const Data *source : sources) {
    size_t next = 0;
    visitPositions(source->shape, [&](ArrayRef<int64_t> position) {
      SmallVector<int64_t> to(position);
      to[dim] += start;
      result.elements[*result.getOffset(to)] = source->elements[next++];
    });
    start += source->shape[dim];
  }
  return result;
}

Data quant_bnn::fuzz::pad(Evaluator &evaluator, const Data &source,
                          ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                          Element element) {
  SmallVector<int64_t> shape;
  for (auto [extent, before, after] :
       llvm::zip_equal(source.shape, low, high)) {
    shape.push_back(extent + before + after);
    if (shape.back() < 0 || before < 0 || after < 0) {
      evaluator.setStop(undefined, "a negative extent");
      return source;
    }
  }
  Data result(source.type, shape, element);
  size_t next = 0;
  visitPositions(source.shape, [&](ArrayRef<int64_t> position) {
    SmallVector<int64_t> to(position);
    for (auto [index, before] : llvm::zip_equal(to, low))
      index += before;
    result.elements[*result.getOffset(to)] = source.elements[next++];
  });
  return result;
}

Data quant_bnn::fuzz::reshape(Evaluator &evaluator, const Data &source,
                              ArrayRef<int64_t> shape) {
  Data result = source;
  result.shape.assign(shape.begin(), shape.end());
  int64_t size = 1;
  for (int64_t extent : shape)
    size *= extent;
  if (size != int64_t(source.elements.size()))
    evaluator.setStop(undefined, "a reshape to another number of elements");
  return result;
}
