//===- EvaluatePacked.cpp - Evaluation of ops on packed bits --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reference/Reference.h"
#include "Shapes.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

using Stop = Evaluator::Stop;

//===----------------------------------------------------------------------===//
// Bits and words
//===----------------------------------------------------------------------===//

/// Returns the bits of `words` as rows of `depth` elements of i1. Bits past the
/// end of a row must be 0, unless they are not read.
static Data toBits(Evaluator &evaluator, const Data &words, int64_t depth,
                   bool readsTails = true) {
  unsigned width = words.type.getIntOrFloatBitWidth();
  SmallVector<int64_t> shape(ArrayRef(words.shape));
  int64_t numWords = shape.back();
  shape.back() = depth;
  if (depth < 0 || numWords != llvm::divideCeilSigned(depth, width)) {
    evaluator.setStop(Stop::Undefined, "a depth of another number of words");
    shape.back() = 0;
  }
  for (size_t i = 0; readsTails && i < words.elements.size(); ++i) {
    int64_t used = depth - int64_t(i % numWords) * width;
    if (used < int64_t(width) && words.elements[i].isExact() &&
        (uint64_t(words.elements[i].integer) &
         llvm::maskTrailingOnes<uint64_t>(width)) >>
            std::max<int64_t>(used, 0))
      evaluator.setStop(Stop::Undefined, "bits past the end of a row");
  }
  Data bits(IntegerType::get(words.type.getContext(), 1), shape);
  for (size_t i = 0, end = bits.elements.size(); i < end; ++i) {
    size_t row = i / depth, k = i % depth;
    const Element &word = words.elements[row * numWords + k / width];
    bits.elements[i] = !word.isExact()
                           ? word
                           : Element::ofInteger(-int64_t(
                                 uint64_t(word.integer) >> k % width & 1));
  }
  return bits;
}

/// Packs rows of bits into words of `type`. Bits past the end of a row are 0.
static Data toWords(const Data &bits, Type type) {
  unsigned width = type.getIntOrFloatBitWidth();
  SmallVector<int64_t> shape(ArrayRef(bits.shape));
  int64_t depth = shape.back();
  shape.back() = llvm::divideCeilSigned(depth, width);
  Data words(type, shape, Element::ofInteger(0));
  for (auto [i, bit] : llvm::enumerate(bits.elements)) {
    size_t row = i / depth, k = i % depth;
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
  bool isNonnegative = op.getPolarity() == Polarity::nonnegative;
  if (isa<FloatType>(bits.type))
    for (Element &element : bits.elements)
      element = applyCondition(
          [&](ArrayRef<double> x) { return (x[0] < 0) != isNonnegative; },
          element);
  evaluator.set(op, toWords(bits, op.getWords().getType().getElementType()));
}

static void evaluateUnpack(Evaluator &evaluator, UnpackOp op) {
  int64_t depth = op.getDepth() ? evaluator.getIndex(op.getDepth())
                                : op.getX().getType().getShape().back();
  Data result = toBits(evaluator, evaluator.get(op.getWords()), depth, false);
  result.type = op.getX().getType().getElementType();
  bool isNonnegative = op.getPolarity() == Polarity::nonnegative;
  if (isa<FloatType>(result.type))
    for (Element &element : result.elements)
      if (element.isExact())
        element =
            Element::ofFloat((element.integer != 0) == isNonnegative ? 1 : -1);
  evaluator.set(op, std::move(result));
}

//===----------------------------------------------------------------------===//
// Ops that move bits
//===----------------------------------------------------------------------===//

static void evaluatePackedShape(Evaluator &evaluator, Operation *op,
                                const Data &bits) {
  Data result =
      llvm::TypeSwitch<Operation *, Data>(op)
          .Case([&](PackedCastOp op) {
            Data flipped = bits;
            if (op.getFlip())
              for (Element &bit : flipped.elements)
                bit.integer = ~bit.integer;
            return flipped;
          })
          .Case([&](PackedTransposeOp op) {
            return transpose(evaluator, bits, op.getPermutation());
          })
          .Case([&](PackedReshapeOp op) {
            return reshape(
                evaluator, bits,
                evaluator.getIndices(getMixedValues(
                    op.getStaticShape(), op.getShape(), op.getContext())));
          })
          .Case([&](PackedSliceOp op) {
            auto get = [&](ArrayRef<int64_t> constants, ValueRange values) {
              return evaluator.getIndices(
                  getMixedValues(constants, values, op.getContext()));
            };
            return slice(evaluator, bits,
                         get(op.getStaticOffsets(), op.getOffsets()),
                         get(op.getStaticSizes(), op.getSizes()),
                         get(op.getStaticStrides(), op.getStrides()));
          })
          .Case([&](PackedPadOp op) {
            auto get = [&](ArrayRef<int64_t> constants, ValueRange values) {
              return evaluator.getIndices(
                  getMixedValues(constants, values, op.getContext()));
            };
            return pad(evaluator, bits, get(op.getStaticLow(), op.getLow()),
                       get(op.getStaticHigh(), op.getHigh()),
                       Element::ofInteger(op.getOnes() ? -1 : 0));
          });
  if (!evaluator.isStopped())
    evaluator.set(op->getResult(0),
                  toWords(result, getElementTypeOrSelf(op->getResult(0))));
}

static void evaluateConcat(Evaluator &evaluator, PackedConcatOp op) {
  SmallVector<int64_t> depths = evaluator.getIndices(op.getMixedDepths());
  SmallVector<Data> bits;
  for (auto [source, depth] : llvm::zip_equal(op.getSources(), depths))
    bits.push_back(toBits(evaluator, evaluator.get(source), depth));
  SmallVector<const Data *> pointers;
  for (Data &data : bits)
    pointers.push_back(&data);
  if (!evaluator.isStopped())
    evaluator.set(op, toWords(concat(evaluator, pointers, op.getDim()),
                              getElementTypeOrSelf(op.getType())));
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
  int64_t depth = evaluator.getIndex(op.getMixedDepth());
  Data a = toBits(evaluator, evaluator.get(op.getA()), depth);
  Data b = toBits(evaluator, evaluator.get(op.getB()), depth);
  if (evaluator.isStopped())
    return;
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
  int64_t depth = evaluator.getIndex(op.getMixedDepth());
  const Data &words = evaluator.get(op.getX());
  Data filter = toBits(evaluator, evaluator.get(op.getFilter()), depth);
  int64_t groups = op.getGroups();
  // Each group begins with a new word.
  Data grouped = words;
  grouped.shape.back() /= groups;
  grouped.shape.insert(grouped.shape.end() - 1, groups);
  Data bits = toBits(evaluator, grouped, depth);
  if (evaluator.isStopped())
    return;
  reference::ImageShape image{words.shape[0], words.shape[1], words.shape[2],
                              depth * groups};
  auto walk = [&](unsigned dim) {
    return getWalk(dim, filter.shape[1 + dim], op.getStrides(),
                   op.getDilations(), op.getPadding());
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
  if (op.getPolarity() == Polarity::nonnegative) {
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

static void evaluateMaxPool(Evaluator &evaluator, XnorMaxPool2DOp op) {
  const Data &words = evaluator.get(op.getX());
  unsigned width = words.type.getIntOrFloatBitWidth();
  Data bits = toBits(evaluator, words, words.shape.back() * width);
  reference::ImageShape image{bits.shape[0], bits.shape[1], bits.shape[2],
                              bits.shape[3]};
  auto walk = [&](unsigned dim) {
    return getWalk(dim, op.getKernel()[dim], op.getStrides(), op.getDilations(),
                   op.getPadding());
  };
  SmallVector<int64_t> shape{
      image.batch, reference::getNumPositions(image.height, walk(0)),
      reference::getNumPositions(image.width, walk(1)), image.channels};
  Data result(bits.type, shape, Element::unknown());
  if (auto x = toSigns(bits)) {
    bool isNonnegative = op.getPolarity() == Polarity::nonnegative;
    for (int8_t &sign : *x)
      sign = isNonnegative ? -sign : sign;
    std::vector<int8_t> y(result.elements.size());
    reference::xnorMaxPool2D(x->data(), y.data(), image, walk(0), walk(1));
    for (auto [element, sign] : llvm::zip_equal(result.elements, y))
      element = Element::ofInteger((sign < 0) != isNonnegative ? -1 : 0);
  }
  evaluator.set(op, toWords(result, words.type));
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
  evaluator.set(op, toWords(bits, op.getWords().getType().getElementType()));
}

bool quant_bnn::fuzz::evaluatePacked(Evaluator &evaluator, Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case([&](PackOp op) { return evaluatePack(evaluator, op), true; })
      .Case([&](UnpackOp op) { return evaluateUnpack(evaluator, op), true; })
      .Case<PackedCastOp, PackedTransposeOp, PackedReshapeOp, PackedSliceOp,
            PackedPadOp>([&](auto op) {
        int64_t depth = evaluator.getIndex(op.getMixedDepth());
        Data bits = toBits(evaluator, evaluator.get(op.getSource()), depth);
        if (!evaluator.isStopped())
          evaluatePackedShape(evaluator, op, bits);
        return true;
      })
      .Case([&](PackedConcatOp op) {
        return evaluateConcat(evaluator, op), true;
      })
      .Case(
          [&](XnorMatmulOp op) { return evaluateMatmul(evaluator, op), true; })
      .Case([&](XnorConv2DOp op) { return evaluateConv(evaluator, op), true; })
      .Case([&](XnorMaxPool2DOp op) {
        return evaluateMaxPool(evaluator, op), true;
      })
      .Case([&](ThresholdOp op) {
        return evaluateThreshold(evaluator, op), true;
      })
      .Default([](Operation *) { return false; });
}
