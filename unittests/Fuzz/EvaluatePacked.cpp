//===- EvaluatePacked.cpp - Evaluation of ops on packed bits --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "Reference/Reference.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

using Stop = Evaluator::Stop;

//===----------------------------------------------------------------------===//
// Bits and words
//===----------------------------------------------------------------------===//

/// Packs rows of bits into words of `type`. Bits past the end of a row are 0.
static Data toWords(const Data &bits, IntegerType type) {
  unsigned width = type.getWidth();
  SmallVector<int64_t> shape(ArrayRef(bits.shape));
  int64_t length = shape.back();
  shape.back() = llvm::divideCeilSigned(length, width);
  Data words(type, shape, Element::ofInteger(0));
  for (auto [i, bit] : llvm::enumerate(bits.elements)) {
    size_t row = i / length, k = i % length;
    Element &word = words.elements[row * shape.back() + k / width];
    if (!bit.isExact())
      word = bit;
    else if (word.isExact() && bit.integer)
      word.integer |= uint64_t(1) << k % width;
  }
  for (Element &word : words.elements)
    word.integer = llvm::SignExtend64(word.integer, width);
  return words;
}

std::vector<Data> quant_bnn::fuzz::materialize(TypeRange types,
                                               ArrayRef<Data> values) {
  std::vector<Data> materialized;
  for (auto [type, value] : llvm::zip_equal(types, values)) {
    PackedAttr layout = PackedAttr::find(type);
    materialized.push_back(layout ? toWords(value, layout.getWord()) : value);
    if (PackedAttr::getMaterializedTypes(type).size() == 2)
      materialized.push_back(
          Data::ofIndex(type.getContext(), value.shape.back()));
  }
  return materialized;
}

/// Returns -1 where a bit is 1, else +1, or nullopt if a bit is unknown.
static std::optional<std::vector<int8_t>> toSigns(const Data &bits) {
  std::vector<int8_t> signs;
  for (const Element &bit : bits.elements) {
    if (!bit.isExact())
      return std::nullopt;
    signs.push_back(bit.integer ? -1 : 1);
  }
  return signs;
}

static Data fromIntegers(Type type, ArrayRef<int64_t> shape,
                         ArrayRef<int32_t> values) {
  Data data(type, shape);
  for (auto [element, value] : llvm::zip_equal(data.elements, values))
    element = Element::ofInteger(value);
  return data;
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

static void evaluatePack(Evaluator &evaluator, PackOp op) {
  Data bits = evaluator.get(op.getX());
  bool isNonnegative = op.getLayout().getPolarity() == Polarity::nonnegative;
  if (isa<FloatType>(bits.type))
    for (Element &element : bits.elements)
      element = applyCondition(
          [&](ArrayRef<double> x) { return (x[0] < 0) != isNonnegative; },
          element);
  bits.type = op.getPacked().getType().getElementType();
  evaluator.set(op, std::move(bits));
}

static void evaluateUnpack(Evaluator &evaluator, UnpackOp op) {
  Data result = evaluator.get(op.getPacked());
  result.type = op.getX().getType().getElementType();
  bool isNonnegative = op.getLayout().getPolarity() == Polarity::nonnegative;
  if (isa<FloatType>(result.type))
    for (Element &element : result.elements)
      if (element.isExact())
        element =
            Element::ofFloat((element.integer != 0) == isNonnegative ? 1 : -1);
  evaluator.set(op, std::move(result));
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static reference::WindowWalk getWalk(unsigned dim, int64_t kernel,
                                     ArrayRef<int64_t> strides,
                                     ArrayRef<int64_t> dilations,
                                     ArrayRef<int64_t> padding) {
  return {kernel, strides[dim], dilations[dim], padding[2 * dim],
          padding[2 * dim + 1]};
}

static void evaluateMatmul(Evaluator &evaluator, XnorMatmulOp op) {
  const Data &a = evaluator.get(op.getA()), &b = evaluator.get(op.getB());
  int64_t depth = a.shape.back();
  if (b.shape.back() != depth)
    return evaluator.setStop(Stop::Undefined, "rows of different lengths");
  int64_t batch = a.getRank() == 3 ? a.shape[0] : 1;
  bool isShared = b.getRank() == 2;
  size_t rows = a.shape[a.getRank() - 2], columns = b.shape[b.getRank() - 2];
  if (!isShared && b.shape[0] != batch)
    return evaluator.setStop(Stop::Undefined, "batches of different sizes");
  SmallVector<int64_t> shape(ArrayRef(a.shape));
  shape.back() = columns;
  auto left = toSigns(a), right = toSigns(b);
  if (!left || !right)
    return evaluator.set(op, Data(op.getAcc().getType().getElementType(), shape,
                                  Element::unknown()));
  std::vector<int32_t> acc(batch * rows * columns);
  for (int64_t i = 0; i < batch; ++i)
    reference::xnorMatmul(left->data() + i * rows * depth,
                          right->data() + (isShared ? 0 : i * columns * depth),
                          acc.data() + i * rows * columns, rows, columns,
                          depth);
  evaluator.set(
      op, fromIntegers(op.getAcc().getType().getElementType(), shape, acc));
}

static void evaluateConv(Evaluator &evaluator, XnorConv2DOp op) {
  const Data &bits = evaluator.get(op.getX());
  const Data &filter = evaluator.get(op.getFilter());
  int64_t groups = op.getGroups(), depth = filter.shape.back();
  if (bits.shape.back() != depth || (groups > 1 && bits.shape[3] != groups))
    return evaluator.setStop(Stop::Undefined, "images of other channels");
  reference::ImageShape image{bits.shape[0], bits.shape[1], bits.shape[2],
                              depth * groups};
  SmallVector<int64_t> padding = evaluator.getIndices(op.getMixedPadding());
  auto walk = [&](unsigned dim) {
    return getWalk(dim, filter.shape[1 + dim], op.getStrides(),
                   op.getDilations(), padding);
  };
  int64_t outputs = filter.shape[0];
  SmallVector<int64_t> shape{
      image.batch, reference::getNumPositions(image.height, walk(0)),
      reference::getNumPositions(image.width, walk(1)), outputs};
  Type type = op.getAcc().getType().getElementType();
  auto x = toSigns(bits), f = toSigns(filter);
  if (!x || !f)
    return evaluator.set(op, Data(type, shape, Element::unknown()));
  auto padValue = op.getPadValue() == PadValue::zero ? reference::PadValue::zero
                  : op.getPadValue() == PadValue::one
                      ? reference::PadValue::one
                      : reference::PadValue::minusOne;
  // The product is the same for either polarity, but the padding is not.
  if (PackedAttr::find(op.getX().getType()).getPolarity() ==
      Polarity::nonnegative) {
    for (int8_t &sign : *x)
      sign = -sign;
    for (int8_t &sign : *f)
      sign = -sign;
  }
  std::vector<int32_t> acc(Data(type, shape).elements.size());
  reference::xnorConv2D(x->data(), f->data(), acc.data(), image, outputs,
                        groups, walk(0), walk(1), padValue);
  evaluator.set(op, fromIntegers(type, shape, acc));
}

static void evaluateThreshold(Evaluator &evaluator, ThresholdOp op) {
  Data bits = evaluator.get(op.getAcc());
  const Data &t = evaluator.get(op.getT()), &flip = evaluator.get(op.getFlip());
  bits.type = IntegerType::get(op.getContext(), 1);
  size_t channels = t.elements.size();
  if (bits.shape.back() != int64_t(channels) ||
      flip.elements.size() != channels)
    return evaluator.setStop(Stop::Undefined, "thresholds of other channels");
  for (auto [i, element] : llvm::enumerate(bits.elements))
    element = applyInteger(
        1, [](ArrayRef<int64_t> x) { return (x[0] < x[1]) != (x[2] != 0); },
        {element, t.elements[i % channels], flip.elements[i % channels]});
  evaluator.set(op, std::move(bits));
}

bool quant_bnn::fuzz::evaluatePacked(Evaluator &evaluator, Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](PackOp op) { return evaluatePack(evaluator, op), true; })
      .Case([&](UnpackOp op) { return evaluateUnpack(evaluator, op), true; })
      .Case(
          [&](XnorMatmulOp op) { return evaluateMatmul(evaluator, op), true; })
      .Case([&](XnorConv2DOp op) { return evaluateConv(evaluator, op), true; })
      .Case([&](ThresholdOp op) {
        return evaluateThreshold(evaluator, op), true;
      })
      .Default([](Operation *) { return false; });
}
