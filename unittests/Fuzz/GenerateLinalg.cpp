//===- GenerateLinalg.cpp - Random structured ops -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

#include <numeric>

using namespace mlir;
using namespace quant_bnn::fuzz;

using utils::IteratorType;

static Value fill(ImplicitLocOpBuilder &b, Value value, Value init) {
  return linalg::FillOp::create(b, value, init).getResult(0);
}

/// Adds an elementwise generic whose inputs have an identity map or a
/// projection, and whose results have a permutation.
void Generator::addElementwise() {
  Entry x = anyTensor();
  unsigned rank = x.extents.size();
  MLIRContext *context = b.getContext();
  SmallVector<Value> inputs{x.value};
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(rank)};
  if (random.oneIn(2)) {
    inputs.push_back(sameAs(x));
    maps.push_back(maps.front());
  }
  if (random.oneIn(3)) {
    // Adds an input with some of the dimensions only.
    SmallVector<AffineExpr> dims;
    Shape extents;
    for (unsigned i = 0; i < rank; ++i)
      if (random.oneIn(2)) {
        dims.push_back(b.getAffineDimExpr(i));
        extents.push_back(x.extents[i]);
      }
    inputs.push_back(argument(typeOf(extents, type), extents).value);
    maps.push_back(AffineMap::get(rank, 0, dims, context));
  }
  SmallVector<unsigned> permutation(rank);
  std::iota(permutation.begin(), permutation.end(), 0);
  if (rank > 1 && random.oneIn(4))
    std::swap(permutation[0], permutation[rank - 1]);
  Shape extents;
  for (unsigned dim : permutation)
    extents.push_back(x.extents[dim]);
  unsigned numResults = random.oneIn(5) ? 2 : 1;
  SmallVector<Value> inits;
  SmallVector<Type> types;
  for (unsigned i = 0; i < numResults; ++i) {
    RankedTensorType result = typeOf(extents, type);
    inits.push_back(random.oneIn(6) ? argument(result, extents).value
                                    : emptyOf(result, extents));
    types.push_back(result);
    maps.push_back(rank == 0
                       ? maps.front()
                       : AffineMap::getPermutationMap(permutation, context));
  }
  bool usesInit = random.oneIn(6) && llvm::none_of(inits, [](Value init) {
                    return init.getDefiningOp<tensor::EmptyOp>();
                  });
  Value captured = random.oneIn(4) ? anyScalar() : Value();
  SmallVector<IteratorType> iterators(rank, IteratorType::parallel);
  auto op = linalg::GenericOp::create(
      b, types, inputs, inits, maps, iterators,
      [&](OpBuilder &, Location, ValueRange arguments) {
        SmallVector<Value> values(
            usesInit ? arguments : arguments.take_front(inputs.size()));
        if (captured)
          values.push_back(captured);
        SmallVector<Value> results;
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(arguments.front().getParentBlock());
        for (unsigned i = 0; i < numResults; ++i)
          results.push_back(scalarMath(values, 1 + random.below(4)));
        linalg::YieldOp::create(b, results);
      });
  for (Value result : op.getResults())
    add(result, extents);
}

/// Adds a sum, maximum or minimum over some dimensions, as a named op or a
/// generic.
void Generator::addReduction() {
  Entry x = anyTensor(1);
  unsigned rank = x.extents.size();
  SmallVector<int64_t> dims;
  SmallVector<AffineExpr> kept;
  auto source = llvm::cast<RankedTensorType>(x.value.getType());
  SmallVector<int64_t> shape;
  SmallVector<IteratorType> iterators;
  Shape extents;
  for (unsigned i = 0; i < rank; ++i) {
    bool isReduced = random.oneIn(2) || (i + 1 == rank && dims.empty());
    iterators.push_back(isReduced ? IteratorType::reduction
                                  : IteratorType::parallel);
    if (isReduced) {
      dims.push_back(i);
      continue;
    }
    kept.push_back(b.getAffineDimExpr(i));
    extents.push_back(x.extents[i]);
    shape.push_back(source.getDimSize(i));
  }
  unsigned kind = theme == Theme::Smooth ? 0 : random.below(4);
  double neutral = kind < 2 ? 0.0 : kind == 2 ? -HUGE_VAL : HUGE_VAL;
  Value start = random.oneIn(6) ? anyScalar() : floatConstant(neutral);
  bool isNamed = random.oneIn(2);
  RankedTensorType result =
      isNamed ? RankedTensorType::get(shape, type) : typeOf(extents, type);
  Value init = fill(b, start, emptyOf(result, extents));
  auto body = [&](OpBuilder &, Location, ValueRange arguments) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToEnd(arguments.front().getParentBlock());
    Value term = arguments[0];
    if (!isNamed && random.oneIn(2))
      term = scalarMath(term, 1 + random.below(2));
    Value combined =
        kind < 2 ? arith::AddFOp::create(b, arguments[1], term).getResult()
        : kind == 2
            ? arith::MaximumFOp::create(b, term, arguments[1]).getResult()
            : arith::MinimumFOp::create(b, term, arguments[1]).getResult();
    linalg::YieldOp::create(b, combined);
  };
  if (isNamed) {
    auto op = linalg::ReduceOp::create(b, x.value, init, dims, body);
    return add(op.getResult(0), extents);
  }
  AffineMap maps[] = {b.getMultiDimIdentityMap(rank),
                      AffineMap::get(rank, 0, kept, b.getContext())};
  auto op = linalg::GenericOp::create(b, TypeRange{result}, x.value, init, maps,
                                      iterators, body);
  add(op.getResult(0), extents);
}

void Generator::addTranspose() {
  Entry x = anyElements(1);
  SmallVector<int64_t> permutation(x.extents.size());
  std::iota(permutation.begin(), permutation.end(), 0);
  for (size_t i = permutation.size(); i > 1; --i)
    std::swap(permutation[i - 1], permutation[random.below(i)]);
  Shape extents;
  SmallVector<int64_t> shape;
  auto source = llvm::cast<RankedTensorType>(x.value.getType());
  for (int64_t dim : permutation) {
    extents.push_back(x.extents[dim]);
    shape.push_back(source.getDimSize(dim));
  }
  auto result = source.clone(shape);
  auto op = linalg::TransposeOp::create(b, x.value, emptyOf(result, extents),
                                        permutation);
  add(op->getResult(0), extents);
}

void Generator::addBroadcast() {
  Entry x = anyElements(0, 2);
  auto source = llvm::cast<RankedTensorType>(x.value.getType());
  unsigned place = random.below(x.extents.size() + 1);
  int64_t extent = 1 + random.below(4);
  Shape extents = x.extents;
  SmallVector<int64_t> shape(source.getShape());
  extents.insert(extents.begin() + place, extent);
  shape.insert(shape.begin() + place, extent);
  auto op = linalg::BroadcastOp::create(
      b, x.value, emptyOf(source.clone(shape), extents), int64_t(place));
  add(op->getResult(0), extents);
}

/// Adds a matmul, which is often bipolar if the theme is Signs.
void Generator::addMatmul() {
  Entry x = anyTensor(2, 2);
  int64_t columns = anyExtent(), depth = x.extents[1];
  Shape weightExtents{depth, columns}, extents{x.extents[0], columns};
  auto source = llvm::cast<RankedTensorType>(x.value.getType());
  RankedTensorType weightType = RankedTensorType::get(
      {source.getDimSize(1), typeOf({columns}, type).getDimSize(0)}, type);
  Value left = x.value;
  Value right = argument(weightType, weightExtents).value;
  bool areSigns = theme == Theme::Signs && !random.oneIn(4);
  auto toSigns = [&](Value value) -> Value {
    if (random.oneIn(4))
      return quantizer(value);
    return SignOp::create(b, value.getType(), value, FloatAttr(),
                          ZeroMode::positive, NanMode(random.oneIn(3) ? 1 : 0));
  };
  if (areSigns && !random.oneIn(4))
    left = toSigns(left);
  if (areSigns)
    right = toSigns(right);
  RankedTensorType result = RankedTensorType::get(
      {source.getDimSize(0), weightType.getDimSize(1)}, type);
  Value init = fill(b, random.oneIn(8) ? anyScalar() : floatConstant(0.0),
                    emptyOf(result, extents));
  auto op = linalg::MatmulOp::create(b, TypeRange{result},
                                     ValueRange{left, right}, init);
  add(op.getResult(0), extents);
}

void Generator::addConv() {
  int64_t height = 1 + random.below(5), channels = 1 + random.below(5);
  int64_t kernel = 1 + random.below(2), filters = 1 + random.below(4);
  int64_t stride = 1 + random.below(2);
  int64_t size = height + kernel - 1;
  Shape extents{1 + int64_t(random.below(2)), size, size, channels};
  Shape filterExtents{kernel, kernel, channels, filters};
  int64_t outputs = (size - kernel) / stride + 1;
  Shape resultExtents{extents[0], outputs, outputs, filters};
  auto imageType = RankedTensorType::get(extents, type);
  Value x = argument(imageType, extents).value;
  Value filter =
      argument(RankedTensorType::get(filterExtents, type), filterExtents).value;
  if (theme == Theme::Signs) {
    x = quantizer(x);
    filter = SignOp::create(b, filter);
  }
  auto result = RankedTensorType::get(resultExtents, type);
  Value init = fill(b, floatConstant(0.0), emptyOf(result, resultExtents));
  auto strides = b.getI64TensorAttr({stride, stride});
  auto dilations = b.getI64TensorAttr({1, 1});
  auto op = linalg::Conv2DNhwcHwcfOp::create(
      b, TypeRange{result}, ValueRange{x, filter}, ValueRange{init}, strides,
      dilations);
  add(op.getResult(0), resultExtents);
}

void Generator::addMaxPool() {
  int64_t size = 2 + random.below(4), stride = 1 + random.below(2);
  Shape extents{1, size, size, 1 + int64_t(random.below(4))};
  Entry x = argument(RankedTensorType::get(extents, type), extents);
  int64_t outputs = (size - 2) / stride + 1;
  Shape resultExtents{1, outputs, outputs, extents[3]};
  auto result = RankedTensorType::get(resultExtents, type);
  auto window = RankedTensorType::get({2, 2}, type);
  Value init =
      fill(b, floatConstant(-HUGE_VAL), emptyOf(result, resultExtents));
  auto op = linalg::PoolingNhwcMaxOp::create(
      b, TypeRange{result}, ValueRange{x.value, emptyOf(window, {2, 2})},
      ValueRange{init}, b.getI64TensorAttr({stride, stride}),
      b.getI64TensorAttr({1, 1}));
  add(op.getResult(0), resultExtents);
  if (theme == Theme::Signs && random.oneIn(2))
    addQuantizer();
}
