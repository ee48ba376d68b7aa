//===- GenerateTensors.cpp - Random ops that move elements ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

namespace {
/// A slice of a dimension.
struct Span {
  int64_t offset, size, stride;
};
} // namespace

/// Returns a range of positions below `extent`. If these are elements of packed
/// rows, the range is often one of whole words.
static Span anyRange(Random &random, int64_t extent, PackedAttr layout,
                     bool mayStride) {
  int64_t stride = mayStride && random.oneIn(4) ? 2 : 1;
  int64_t offset = random.below(extent);
  if (layout && random.oneIn(2)) {
    int64_t bits = layout.getWordBits();
    offset -= offset % bits;
    return {offset, std::min(bits * (1 + random.below(4)), extent - offset), 1};
  }
  int64_t most = (extent - offset + stride - 1) / stride;
  return {offset, int64_t(1 + random.below(most)), stride};
}

void Generator::addSlice() {
  Entry x = anyElements(1);
  // The verifier accepts no offset in an extent of 0.
  if (llvm::is_contained(x.extents, 0))
    return addPad();
  SmallVector<OpFoldResult> offsets, sizes, strides;
  Shape extents;
  for (auto [i, extent] : llvm::enumerate(x.extents)) {
    bool isRow = i + 1 == x.extents.size();
    auto [offset, size, stride] =
        anyRange(random, extent,
                 isRow ? PackedAttr::find(x.value.getType()) : PackedAttr(),
                 /*mayStride=*/true);
    size = random.oneIn(16) ? 0 : size;
    offsets.push_back(anyIndex(offset));
    sizes.push_back(anyIndex(size));
    strides.push_back(b.getIndexAttr(stride));
    extents.push_back(size);
  }
  addLike(x,
          tensor::ExtractSliceOp::create(b, x.value, offsets, sizes, strides),
          extents);
}

void Generator::addInsertSlice() {
  Entry x = anyElements(1);
  if (llvm::is_contained(x.extents, 0))
    return addPad();
  SmallVector<OpFoldResult> offsets, sizes, strides;
  Shape extents;
  SmallVector<int64_t> shape;
  for (auto [i, extent] : llvm::enumerate(x.extents)) {
    bool isRow = i + 1 == x.extents.size();
    auto [offset, size, stride] =
        anyRange(random, extent,
                 isRow ? PackedAttr::find(x.value.getType()) : PackedAttr(),
                 /*mayStride=*/false);
    offsets.push_back(anyIndex(offset));
    sizes.push_back(anyIndex(size));
    strides.push_back(b.getIndexAttr(stride));
    extents.push_back(size);
    shape.push_back(llvm::isa<Attribute>(sizes.back()) ? size
                                                       : ShapedType::kDynamic);
  }
  auto dest = llvm::cast<RankedTensorType>(x.value.getType());
  Value source = argument(dest.clone(shape), extents).value;
  add(tensor::InsertSliceOp::create(b, source, x.value, offsets, sizes,
                                    strides),
      x.extents);
}

void Generator::addPad() {
  Entry x = anyElements(1);
  SmallVector<OpFoldResult> low, high;
  Shape extents = x.extents;
  bool padsRows = random.oneIn(2);
  for (int64_t &extent : extents) {
    bool isPadded = padsRows || &extent != &extents.back();
    int64_t before = isPadded ? random.below(3) : 0;
    int64_t after = isPadded ? random.below(3) : 0;
    low.push_back(anyIndex(before));
    high.push_back(anyIndex(after));
    extent += before + after;
  }
  addLike(
      x,
      tensor::PadOp::create(b, Type(), x.value, low, high, anyElement(x.value)),
      extents);
}

/// Adds a reshape that collapses two dimensions or expands one.
void Generator::addReshape() {
  Entry x = anyElements(1);
  auto source = llvm::cast<RankedTensorType>(x.value.getType());
  unsigned rank = x.extents.size();
  SmallVector<ReassociationIndices> groups;
  if (rank > 1 && random.oneIn(2)) {
    unsigned first = random.below(rank - 1);
    Shape extents;
    for (unsigned i = 0; i < rank; ++i) {
      if (i > 0 && i == first + 1) {
        groups.back().push_back(i);
        extents.back() *= x.extents[i];
        continue;
      }
      groups.push_back({int64_t(i)});
      extents.push_back(x.extents[i]);
    }
    return addLike(x, tensor::CollapseShapeOp::create(b, x.value, groups),
                   extents);
  }
  unsigned place = random.below(rank);
  int64_t extent = x.extents[place], factor = 1;
  for (int64_t candidate : {2, 3, 4})
    if (extent % candidate == 0 && extent > 0)
      factor = candidate;
  Shape extents;
  SmallVector<int64_t> shape;
  SmallVector<OpFoldResult> sizes;
  auto append = [&](int64_t size, bool isDynamic) {
    extents.push_back(size);
    shape.push_back(isDynamic ? ShapedType::kDynamic : size);
    sizes.push_back(isDynamic ? OpFoldResult(index(size))
                              : OpFoldResult(b.getIndexAttr(size)));
    groups.back().push_back(extents.size() - 1);
  };
  for (unsigned i = 0; i < rank; ++i) {
    groups.emplace_back();
    bool isDynamic = source.isDynamicDim(i);
    if (i == place)
      append(factor, isDynamic && random.oneIn(4));
    append(i == place ? x.extents[i] / factor : x.extents[i], isDynamic);
  }
  add(tensor::ExpandShapeOp::create(b, source.clone(shape), x.value, groups,
                                    sizes),
      extents);
}

void Generator::addConcat() {
  Entry x = anyElements(1);
  int64_t dim = random.below(x.extents.size());
  Shape extents = x.extents;
  Value other = sameAs(x);
  extents[dim] *= 2;
  addLike(x, tensor::ConcatOp::create(b, dim, ValueRange{x.value, other}),
          extents);
}

void Generator::addSplat() {
  Shape extents = anyShape(0, 2);
  RankedTensorType result = typeOf(extents, type);
  add(tensor::SplatOp::create(b, anyScalar(), result, sizesOf(result, extents)),
      extents);
}

void Generator::addFromElements() {
  int64_t size = 1 + random.below(4);
  SmallVector<Value> elements;
  for (int64_t i = 0; i < size; ++i)
    elements.push_back(anyScalar());
  add(tensor::FromElementsOp::create(b, RankedTensorType::get({size}, type),
                                     elements),
      {size});
}

void Generator::addConstant() {
  Shape extents = anyShape(0, 2);
  auto result = RankedTensorType::get(extents, type);
  SmallVector<Attribute> values;
  bool isSplat = random.oneIn(3);
  for (int64_t i = 0, size = result.getNumElements(); i < size; ++i)
    values.push_back(isSplat && i > 0 ? values.front()
                                      : b.getFloatAttr(type, anyNumber()));
  add(arith::ConstantOp::create(b, DenseElementsAttr::get(result, values)),
      extents);
}

/// Adds a cast that changes which extents are static, and the words of a packed
/// tensor, or reads an element.
void Generator::addCast() {
  Entry x = anyElements();
  if (random.oneIn(2) && !llvm::is_contained(x.extents, 0)) {
    SmallVector<Value> indices;
    for (int64_t extent : x.extents)
      indices.push_back(index(random.below(extent)));
    return add(tensor::ExtractOp::create(b, x.value, indices), {});
  }
  Attribute layout =
      PackedAttr::find(x.value.getType()) ? anyLayout() : PackedAttr();
  add(cast(x.value, typeOf(x.extents, getElementTypeOrSelf(x.value), layout)),
      x.extents);
}
