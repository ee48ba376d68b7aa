//===- GeneratePacked.cpp - Random ops on packed bits ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <numeric>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

PackedAttr Generator::anyLayout() {
  IntegerType word = b.getIntegerType(random.pick({8, 8, 16, 32, 64}));
  return PackedAttr::get(b.getContext(), word, Polarity(random.below(2)));
}

/// Returns a packed tensor: an existing one, the signs of a tensor, a constant
/// or an argument.
Generator::Entry Generator::anyPacked(unsigned minRank, unsigned maxRank) {
  SmallVector<const Entry *> candidates;
  for (const Entry &entry : entries)
    if (PackedAttr::find(entry.value.getType()) &&
        entry.extents.size() >= minRank && entry.extents.size() <= maxRank)
      candidates.push_back(&entry);
  if (!candidates.empty() && !random.oneIn(8))
    return pickEntry(candidates);
  PackedAttr layout = anyLayout();
  if (random.oneIn(3)) {
    Entry x = anyTensor(minRank, maxRank);
    add(PackOp::create(b, x.value, layout.getWordBits(), layout.getPolarity()),
        x.extents);
    return entries.back();
  }
  Shape extents;
  unsigned rank = minRank + random.below(std::min(maxRank, 3u) - minRank + 1);
  for (unsigned i = 1; i < rank; ++i)
    extents.push_back(random.oneIn(32) ? 0 : 1 + random.below(4));
  extents.push_back(
      random.pick({1, 7, 8, 9, 16, 17, 24, 31, 32, 33, 40, 64, 65, 100, 128}));
  if (!random.oneIn(5))
    return argument(typeOf(extents, b.getI1Type(), layout), extents);
  auto constant = RankedTensorType::get(extents, b.getI1Type(), layout);
  SmallVector<bool> bits(constant.getNumElements(), random.oneIn(2));
  bool isSplat = random.oneIn(3);
  for (bool &bit : bits)
    bit = isSplat ? bit : random.oneIn(2);
  add(arith::ConstantOp::create(b, DenseElementsAttr::get(constant, bits)),
      extents);
  return entries.back();
}

Generator::Entry Generator::anyElements(unsigned minRank, unsigned maxRank) {
  bool isPacked =
      theme != Theme::Smooth && random.oneIn(theme == Theme::Signs ? 2 : 6);
  return isPacked ? anyPacked(std::max(minRank, 1u), maxRank)
                  : anyTensor(minRank, maxRank);
}

Value Generator::anyElement(Value tensor) {
  if (getElementTypeOrSelf(tensor).isInteger(1))
    return anyBit();
  return random.oneIn(3) ? anyScalar() : floatConstant(0.0);
}

Value Generator::anyBit() {
  SmallVector<Value> candidates;
  for (const Entry &entry : entries)
    if (entry.value.getType().isInteger(1))
      candidates.push_back(entry.value);
  if (random.oneIn(2))
    return arith::ConstantOp::create(b, b.getBoolAttr(random.oneIn(2)));
  if (candidates.empty() || random.oneIn(4))
    return argument(b.getI1Type(), {}).value;
  return random.pick(candidates);
}

//===----------------------------------------------------------------------===//
// Bits
//===----------------------------------------------------------------------===//

Value Generator::bitMath(ArrayRef<Value> inputs, unsigned numOps) {
  Value x = inputs.front();
  SmallVector<Value> others(inputs.drop_front());
  auto shaped = llvm::dyn_cast<RankedTensorType>(x.getType());
  // Upstream folds x ^ x and x == x to constants, also of dynamic types.
  bool isStatic = !shaped || shaped.hasStaticShape();
  if (isStatic) {
    bool bit = random.oneIn(2);
    others.push_back(arith::ConstantOp::create(
        b, shaped ? TypedAttr(DenseElementsAttr::get(shaped, bit))
                  : b.getBoolAttr(bit)));
  }
  for (unsigned i = 0; i < numOps; ++i) {
    Value y = others.empty() ? x : random.pick(others), result;
    switch (random.below(isStatic ? 8 : 5)) {
    case 0:
      result = arith::AndIOp::create(b, x, y);
      break;
    case 1:
      result = arith::OrIOp::create(b, x, y);
      break;
    case 2:
      result = arith::MaxSIOp::create(b, x, y);
      break;
    case 3:
      result = arith::MinUIOp::create(b, x, y);
      break;
    case 4:
      result = arith::SelectOp::create(b, y, x, inputs.back());
      break;
    case 5:
      result = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, x, y);
      break;
    default:
      result = arith::XOrIOp::create(b, x, y);
    }
    others.push_back(x);
    x = result;
  }
  return x;
}

/// Adds a pack of floats or bits, or an unpack to floats or bits.
void Generator::addPack() {
  PackedAttr layout = anyLayout();
  if (random.oneIn(3)) {
    Entry x = anyTensor(1);
    return add(
        PackOp::create(b, x.value, layout.getWordBits(), layout.getPolarity()),
        x.extents);
  }
  Entry x = anyPacked();
  Value unpacked = UnpackOp::create(
      b, x.value, random.oneIn(3) ? Type(b.getI1Type()) : type);
  add(unpacked, x.extents);
  if (random.oneIn(4))
    add(PackOp::create(b, unpacked, layout.getWordBits(), layout.getPolarity()),
        x.extents);
}

void Generator::addBitMath() {
  Entry x = anyPacked();
  if (random.oneIn(4))
    return add(arith::SelectOp::create(b, anyBit(), x.value, sameAs(x)),
               x.extents);
  Value other = sameAs(x);
  add(bitMath({x.value, other}, 1 + random.below(3)), x.extents);
}

/// Adds a generic whose body combines bits, and yields a bit or selects a
/// float. Some inputs have some of the dimensions only, and one dimension may
/// be reduced.
void Generator::addBitGeneric() {
  Entry x = anyPacked();
  unsigned rank = x.extents.size();
  SmallVector<Value> inputs{x.value};
  SmallVector<AffineMap> maps{b.getMultiDimIdentityMap(rank)};
  if (random.oneIn(2)) {
    inputs.push_back(sameAs(x));
    maps.push_back(maps.front());
  }
  SmallVector<unsigned> dims(rank);
  std::iota(dims.begin(), dims.end(), 0);
  if (random.oneIn(3)) {
    SmallVector<AffineExpr> exprs;
    Shape extents;
    for (unsigned dim : dims)
      if (random.oneIn(2)) {
        exprs.push_back(b.getAffineDimExpr(dim));
        extents.push_back(x.extents[dim]);
      }
    Attribute layout = PackedAttr::find(x.value.getType());
    if (extents.empty() || random.oneIn(4))
      layout = {};
    inputs.push_back(
        argument(typeOf(extents, b.getI1Type(), layout), extents).value);
    maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
  }
  if (rank > 1 && random.oneIn(4))
    std::swap(dims.front(), dims.back());
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  bool isReduction = rank > 1 && random.oneIn(3);
  if (isReduction) {
    unsigned *reduced = dims.begin() + random.below(rank);
    iterators[*reduced] = utils::IteratorType::reduction;
    dims.erase(reduced);
  }
  Shape extents;
  SmallVector<AffineExpr> exprs;
  for (unsigned dim : dims) {
    exprs.push_back(b.getAffineDimExpr(dim));
    extents.push_back(x.extents[dim]);
  }
  maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
  bool isFloat = !isReduction && random.oneIn(3);
  RankedTensorType result =
      isFloat ? typeOf(extents, type)
              : typeOf(extents, b.getI1Type(),
                       random.oneIn(3) ? anyLayout()
                                       : PackedAttr::find(x.value.getType()));
  Value init = emptyOf(result, extents);
  if (isReduction)
    init = linalg::FillOp::create(b, anyBit(), init).getResult(0);
  Value captured = random.oneIn(4) ? anyBit() : Value();
  Value one = floatConstant(1.0), other = floatConstant(anyNumber());
  auto op = linalg::GenericOp::create(
      b, TypeRange{result}, inputs, init, maps, iterators,
      [&](OpBuilder &, Location, ValueRange arguments) {
        SmallVector<Value> values(arguments.drop_back());
        if (!isReduction && !init.getDefiningOp<tensor::EmptyOp>() &&
            random.oneIn(2))
          values.insert(values.begin(), arguments.back());
        if (captured)
          values.push_back(captured);
        OpBuilder::InsertionGuard guard(b);
        b.setInsertionPointToEnd(arguments.front().getParentBlock());
        Value bit;
        // The order of a reduction must not matter.
        if (isReduction)
          bit = random.oneIn(2) ? arith::XOrIOp::create(b, bitMath(values, 1),
                                                        arguments.back())
                                      .getResult()
                                : arith::AndIOp::create(b, arguments.front(),
                                                        arguments.back());
        else
          bit = bitMath(values, random.below(4));
        linalg::YieldOp::create(
            b, isFloat ? arith::SelectOp::create(b, bit, one, other).getResult()
                       : bit);
      });
  add(op.getResult(0), extents);
}

void Generator::addPackedPool() {
  int64_t size = 2 + random.below(4), stride = 1 + random.below(2);
  Shape extents{1, size, size, random.pick({1, 5, 8, 20, 64})};
  PackedAttr layout = anyLayout();
  Entry x = argument(typeOf(extents, b.getI1Type(), layout), extents);
  int64_t outputs = (size - 2) / stride + 1;
  Shape resultExtents{1, outputs, outputs, extents[3]};
  auto result = typeOf(resultExtents, b.getI1Type(), layout);
  Value init =
      linalg::FillOp::create(b, anyBit(), emptyOf(result, resultExtents))
          .getResult(0);
  Value window = tensor::EmptyOp::create(b, {2, 2}, type);
  auto strides = b.getI64TensorAttr({stride, stride});
  auto dilations = b.getI64TensorAttr({1, 1});
  Operation *op = random.oneIn(2)
                      ? linalg::PoolingNhwcMaxOp::create(
                            b, TypeRange{result}, ValueRange{x.value, window},
                            ValueRange{init}, strides, dilations)
                            .getOperation()
                      : linalg::PoolingNhwcMinOp::create(
                            b, TypeRange{result}, ValueRange{x.value, window},
                            ValueRange{init}, strides, dilations);
  add(op->getResult(0), resultExtents);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

void Generator::addAccumulators(Value acc, ArrayRef<int64_t> extents) {
  auto tensor = llvm::cast<RankedTensorType>(acc.getType());
  if (random.oneIn(3))
    return add(acc, extents);
  if (random.oneIn(2))
    return add(arith::SIToFPOp::create(b, tensor.clone(type), acc), extents);
  int64_t channels = tensor.getShape().back();
  auto channelArgument = [&](Type element) {
    return argument(RankedTensorType::get({channels}, element), extents.back())
        .value;
  };
  Value t = channelArgument(b.getI32Type());
  Value flip = channelArgument(b.getI1Type());
  auto packed =
      RankedTensorType::get(tensor.getShape(), b.getI1Type(), anyLayout());
  add(ThresholdOp::create(b, packed, acc, t, flip), extents);
}

void Generator::addXnorMatmul() {
  Entry x = anyPacked(2, 3);
  auto left = llvm::cast<RankedTensorType>(x.value.getType());
  Shape rightExtents, extents = x.extents;
  SmallVector<int64_t> shape;
  if (x.extents.size() == 3 && random.oneIn(2)) {
    rightExtents.push_back(x.extents[0]);
    shape.push_back(left.getDimSize(0));
  }
  int64_t columns = random.pick({1, 2, 3, 9});
  rightExtents.append({columns, x.extents.back()});
  shape.append({typeOf({columns}, type).getDimSize(0), left.getShape().back()});
  Value right = argument(left.clone(shape), rightExtents).value;
  extents.back() = columns;
  addAccumulators(XnorMatmulOp::create(b, x.value, right), extents);
}

void Generator::addXnorConv() {
  int64_t groups = random.oneIn(3) ? 2 : 1;
  int64_t channels = random.pick({1, 5, 8, 9, 16});
  int64_t outputs = groups * int64_t(1 + random.below(3));
  int64_t size = 3 + random.below(3), kernel = 1 + random.below(2);
  int64_t stride = 1 + random.below(2), dilation = 1 + random.below(2);
  int64_t low = random.below(2), high = random.below(2);
  int64_t positions =
      (size + low + high - dilation * (kernel - 1) - 1) / stride + 1;
  PackedAttr layout = anyLayout();
  Shape image{1, size, size}, filter{outputs, kernel, kernel, channels};
  if (groups > 1)
    image.push_back(groups);
  image.push_back(channels);
  Shape extents{1, positions, positions, outputs};
  Value x = argument(RankedTensorType::get(image, b.getI1Type(), layout), image)
                .value;
  Value f =
      argument(RankedTensorType::get(filter, b.getI1Type(), layout), filter)
          .value;
  addAccumulators(
      XnorConv2DOp::create(
          b, RankedTensorType::get(extents, b.getI32Type()), x, f,
          /*dynamic_padding=*/ValueRange{}, ArrayRef<int64_t>{stride, stride},
          ArrayRef<int64_t>{dilation, dilation}, groups,
          ArrayRef<int64_t>{low, high, low, high}, PadValue(random.below(3))),
      extents);
}
