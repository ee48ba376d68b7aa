//===- Generator.cpp - Random valid modules -------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

Generator::Generator(MLIRContext *context, uint64_t seed)
    : random(seed), b(UnknownLoc::get(context), context) {
  theme = random.oneIn(8)   ? Theme::Smooth
          : random.oneIn(4) ? Theme::Signs
                            : Theme::Quantizers;
  Type types[] = {b.getF32Type(), b.getF32Type(),  b.getF32Type(),
                  b.getF64Type(), b.getBF16Type(), b.getF16Type()};
  type = llvm::cast<FloatType>(theme == Theme::Smooth ? b.getF64Type()
                                                      : random.pick(types));
  mayBeDynamic = random.oneIn(2);
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

int64_t Generator::anyExtent() {
  static const int64_t extents[] = {1, 2, 2, 3, 3, 4, 5, 7, 8, 13, 17, 32, 33};
  if (random.oneIn(24))
    return 0;
  return random.pick(extents);
}

Generator::Shape Generator::anyShape(unsigned minRank, unsigned maxRank) {
  Shape shape;
  unsigned rank = minRank + random.below(maxRank - minRank + 1);
  int64_t size = 1;
  for (unsigned i = 0; i < rank; ++i) {
    int64_t extent = anyExtent();
    if (size * extent > 200)
      extent = 1 + random.below(2);
    size *= std::max<int64_t>(extent, 1);
    shape.push_back(extent);
  }
  return shape;
}

RankedTensorType Generator::typeOf(ArrayRef<int64_t> extents, Type element,
                                   Attribute encoding) {
  SmallVector<int64_t> shape(extents);
  if (mayBeDynamic)
    for (int64_t &size : shape)
      if (random.oneIn(2))
        size = ShapedType::kDynamic;
  return RankedTensorType::get(shape, element, encoding);
}

double Generator::anyNumber() {
  static const double numbers[] = {0.0, -0.0, 1.0, -1.0, 0.5,   2.0,
                                   3.0, 0.1,  1.5, 6.0,  -0.25, 0.75};
  if (random.oneIn(16) && theme != Theme::Smooth)
    return random.pick({HUGE_VAL, -HUGE_VAL, std::nan(""), 1e-40, 6e4});
  if (random.oneIn(3))
    return random.between(-3.0, 3.0);
  return random.pick(numbers);
}

void Generator::add(Value value, ArrayRef<int64_t> extents) {
  entries.push_back({value, Shape(extents)});
}

void Generator::addLike(const Entry &source, Value value,
                        ArrayRef<int64_t> extents) {
  auto sourceType = llvm::cast<RankedTensorType>(source.value.getType());
  auto result = llvm::cast<RankedTensorType>(value.getType());
  value.setType(RankedTensorType::get(
      result.getShape(), result.getElementType(), sourceType.getEncoding()));
  add(value, extents);
}

Generator::Entry Generator::pickEntry(ArrayRef<const Entry *> candidates) {
  // Prefers the newest tensor, so that ops use each other's results.
  if (random.oneIn(2))
    return *candidates.back();
  return *random.pick(candidates);
}

Generator::Entry Generator::anyTensor(unsigned minRank, unsigned maxRank) {
  SmallVector<const Entry *> candidates;
  for (const Entry &entry : entries) {
    auto tensor = llvm::dyn_cast<RankedTensorType>(entry.value.getType());
    if (tensor && tensor.getElementType() == type &&
        tensor.getRank() >= minRank && tensor.getRank() <= maxRank)
      candidates.push_back(&entry);
  }
  if (candidates.empty() || random.oneIn(12)) {
    Shape extents = anyShape(minRank, std::min(maxRank, std::max(minRank, 3u)));
    return argument(typeOf(extents, type), extents);
  }
  return pickEntry(candidates);
}

Value Generator::sameAs(const Entry &entry) {
  SmallVector<Value> candidates;
  for (const Entry &other : entries)
    if (other.extents == entry.extents &&
        getElementTypeOrSelf(other.value) ==
            getElementTypeOrSelf(entry.value) &&
        llvm::isa<RankedTensorType>(other.value.getType()))
      candidates.push_back(other.value);
  if (candidates.size() < 2 || random.oneIn(4))
    return argument(entry.value.getType(), entry.extents).value;
  return cast(random.pick(candidates), entry.value.getType());
}

Value Generator::anyScalar() {
  SmallVector<Value> candidates;
  for (const Entry &entry : entries)
    if (entry.value.getType() == type)
      candidates.push_back(entry.value);
  if (candidates.empty() || random.oneIn(4))
    return random.oneIn(2) ? floatConstant(anyNumber())
                           : argument(type, {}).value;
  return random.pick(candidates);
}

/// Adds an argument to the function.
Generator::Entry Generator::argument(Type argumentType,
                                     ArrayRef<int64_t> extents) {
  unsigned number = function.getNumArguments();
  DictionaryAttr attributes;
  auto tensor = llvm::dyn_cast<RankedTensorType>(argumentType);
  if (tensor && !tensor.hasStaticShape())
    attributes = b.getDictionaryAttr(
        b.getNamedAttr(extentsAttr, b.getDenseI64ArrayAttr(extents)));
  (void)function.insertArgument(number, argumentType, attributes, b.getLoc());
  entries.push_back({function.getArgument(number), Shape(extents)});
  return entries.back();
}

Value Generator::floatConstant(double value) {
  return arith::ConstantOp::create(b, FloatAttr::get(type, value));
}

Value Generator::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

SmallVector<Value> Generator::sizesOf(RankedTensorType tensor,
                                      ArrayRef<int64_t> extents) {
  SmallVector<Value> sizes;
  for (auto [i, extent] : llvm::enumerate(extents)) {
    if (!tensor.isDynamicDim(i))
      continue;
    Value size;
    for (const Entry &entry : entries) {
      auto other = llvm::dyn_cast<RankedTensorType>(entry.value.getType());
      for (unsigned dim = 0; other && !size && dim < other.getRank(); ++dim)
        if (other.isDynamicDim(dim) && entry.extents[dim] == extent)
          size = tensor::DimOp::create(b, entry.value, int64_t(dim));
    }
    sizes.push_back(size ? size : index(extent));
  }
  return sizes;
}

Value Generator::emptyOf(RankedTensorType tensor, ArrayRef<int64_t> extents) {
  // Upstream folds a cast of an empty tensor, and drops the encoding.
  if (tensor.getEncoding() && !tensor.hasStaticShape())
    return argument(tensor, extents).value;
  return tensor::EmptyOp::create(b, tensor, sizesOf(tensor, extents));
}

Value Generator::cast(Value value, Type to) {
  return value.getType() == to
             ? value
             : tensor::CastOp::create(b, to, value).getResult();
}

OpFoldResult Generator::anyIndex(int64_t value, bool mayBeDynamic) {
  if (!mayBeDynamic || !this->mayBeDynamic || random.oneIn(2))
    return b.getIndexAttr(value);
  return index(value);
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void Generator::addOp() {
  using Add = void (Generator::*)();
  struct Choice {
    unsigned weights[3];
    Add add;
  };
  static const Choice choices[] = {
      {{12, 8, 0}, &Generator::addQuantizer},
      {{8, 0, 0}, &Generator::addGradient},
      {{4, 1, 0}, &Generator::addReducingQuantizer},
      {{3, 0, 0}, &Generator::addReducingGradient},
      {{2, 4, 0}, &Generator::addPack},
      {{1, 2, 0}, &Generator::addBitMath},
      {{1, 3, 0}, &Generator::addBitGeneric},
      {{1, 3, 0}, &Generator::addXnorMatmul},
      {{1, 2, 0}, &Generator::addXnorConv},
      {{12, 6, 10}, &Generator::addElementwise},
      {{5, 1, 6}, &Generator::addReduction},
      {{2, 2, 2}, &Generator::addTranspose},
      {{2, 1, 2}, &Generator::addBroadcast},
      {{3, 8, 4}, &Generator::addMatmul},
      {{1, 5, 1}, &Generator::addConv},
      {{1, 3, 0}, &Generator::addMaxPool},
      {{1, 2, 0}, &Generator::addPackedPool},
      {{2, 2, 2}, &Generator::addSlice},
      {{2, 1, 2}, &Generator::addInsertSlice},
      {{2, 2, 2}, &Generator::addPad},
      {{3, 3, 3}, &Generator::addReshape},
      {{2, 2, 2}, &Generator::addConcat},
      {{1, 1, 1}, &Generator::addSplat},
      {{1, 1, 1}, &Generator::addFromElements},
      {{1, 3, 1}, &Generator::addConstant},
      {{1, 1, 1}, &Generator::addCast},
      {{4, 1, 4}, &Generator::addScalar},
      {{3, 1, 3}, &Generator::addIf},
      {{2, 1, 2}, &Generator::addFor},
      {{2, 1, 2}, &Generator::addCall}};
  unsigned total = 0, column = unsigned(theme);
  for (const Choice &choice : choices)
    total += choice.weights[column];
  unsigned place = random.below(total);
  for (const Choice &choice : choices) {
    if (place < choice.weights[column])
      return (this->*choice.add)();
    place -= choice.weights[column];
  }
}

void Generator::addFunction(unsigned number) {
  b.setInsertionPointToEnd(module.getBody());
  function = func::FuncOp::create(b, "f" + std::to_string(number),
                                  b.getFunctionType({}, {}));
  b.setInsertionPointToStart(function.addEntryBlock());
  entries.clear();
  unsigned numOps = 1 + random.below(random.oneIn(4) ? 12 : 5);
  for (unsigned i = 0; i < numOps; ++i)
    addOp();
  if (entries.empty())
    anyTensor();
  SmallVector<Value> results;
  for (unsigned i = 0, count = 1 + random.below(3); i < count; ++i) {
    const Entry &entry = i == 0 ? entries.back() : random.pick(entries);
    results.push_back(entry.value);
  }
  func::ReturnOp::create(b, results);
  function.setFunctionType(
      b.getFunctionType(function.getArgumentTypes(), TypeRange(results)));
  functions.push_back(function);
}

OwningOpRef<ModuleOp> Generator::generate() {
  OwningOpRef<ModuleOp> owned = ModuleOp::create(b.getLoc());
  module = *owned;
  for (unsigned i = 0, count = random.oneIn(3) ? 2 : 1; i < count; ++i)
    addFunction(i);
  return owned;
}
