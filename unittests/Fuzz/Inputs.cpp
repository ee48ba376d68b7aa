//===- Inputs.cpp - Arguments for the evaluation of functions -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Inputs.h"
#include "Generator.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

/// Returns a NaN, an infinity, a zero, a tie or one of its neighbours, a
/// subnormal, the largest number, or a random bit pattern.
static double anySpecial(Random &random, FloatType type) {
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  auto get = [&](const APFloat &value) {
    double number = value.convertToDouble();
    return random.oneIn(2) ? number : -number;
  };
  switch (random.below(9)) {
  case 0:
    return std::numeric_limits<double>::quiet_NaN();
  case 1:
    return get(APFloat::getInf(semantics));
  case 2:
    return get(APFloat::getZero(semantics));
  case 3:
    return get(APFloat::getSmallest(semantics));
  case 4:
    return get(APFloat::getSmallestNormalized(semantics));
  case 5:
    return get(APFloat::getLargest(semantics));
  case 6: {
    // A neighbour of a number at which quantizers change.
    double number = random.pick({0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 1.0 / 6});
    return roundTo(type,
                   number * (1 + random.pick({-1, 1}) * getEpsilon(type)));
  }
  case 7: {
    APFloat any(semantics, APInt(type.getWidth(), random.bits(), false, true));
    return any.convertToDouble();
  }
  default:
    return roundTo(type,
                   random.pick({0.5, -0.5, 1.0, -1.0, 1.5, 2.5, 1.0 / 3}));
  }
}

static Element anyFloat(Random &random, FloatType type, Flavor flavor,
                        unsigned kind) {
  if (flavor == Flavor::Special && random.oneIn(4))
    return Element::ofFloat(anySpecial(random, type));
  if (flavor != Flavor::Smooth) {
    if (kind == 0)
      return Element::ofFloat(double(random.below(9)) - 4);
    if (kind == 1)
      return Element::ofFloat((double(random.below(17)) - 8) / 8);
    if (kind == 2)
      return Element::ofFloat(0);
  }
  return Element::ofFloat(roundTo(type, random.between(-2.0, 2.0)));
}

std::optional<Data> quant_bnn::fuzz::makeArgument(Random &random, Type type,
                                                  ArrayRef<int64_t> extents,
                                                  Flavor flavor) {
  Type element = getElementTypeOrSelf(type);
  auto tensor = dyn_cast<RankedTensorType>(type);
  if ((isa<ShapedType>(type) && !tensor) ||
      (tensor && tensor.getEncoding() && !PackedAttr::find(type)))
    return std::nullopt;
  auto floatType = dyn_cast<FloatType>(element);
  bool isFloat = floatType && (element.isF16() || element.isBF16() ||
                               element.isF32() || element.isF64());
  if (!isFloat && !element.isSignlessInteger() && !element.isIndex())
    return std::nullopt;
  if (!isFloat && !element.isIndex() && element.getIntOrFloatBitWidth() > 64)
    return std::nullopt;
  Data data(element, tensor ? extents : ArrayRef<int64_t>());
  unsigned kind =
      random.below(random.oneIn(4) ? 4 : 8) + (random.oneIn(2) ? 2 : 0);
  kind = random.oneIn(10) ? 2 : kind == 2 ? 3 : kind;
  // Most integers are as small as sums of few signs.
  uint64_t mask = flavor == Flavor::Smooth  ? 1
                  : flavor == Flavor::Plain ? 7
                                            : -1;
  for (Element &number : data.elements) {
    if (isFloat)
      number = anyFloat(random, floatType, flavor, kind);
    else if (element.isIndex())
      number = Element::ofInteger(random.below(4));
    else
      number = Element::ofInteger(llvm::SignExtend64(
          random.bits() & mask, element.getIntOrFloatBitWidth()));
  }
  return data;
}

std::optional<std::vector<Data>>
quant_bnn::fuzz::makeArguments(Random &random, func::FuncOp function,
                               Flavor flavor, int64_t dynamicExtent) {
  std::vector<Data> arguments;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    SmallVector<int64_t> extents;
    if (auto tensor = dyn_cast<RankedTensorType>(type)) {
      extents.assign(tensor.getShape().begin(), tensor.getShape().end());
      int64_t size = 1;
      for (int64_t &extent : extents) {
        extent = ShapedType::isDynamic(extent) ? dynamicExtent : extent;
        size *= extent;
        if (size > 100000)
          return std::nullopt;
      }
      if (auto attr =
              function.getArgAttrOfType<DenseI64ArrayAttr>(i, extentsAttr))
        extents.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
    }
    auto data = makeArgument(random, type, extents, flavor);
    if (!data)
      return std::nullopt;
    if (type.isIndex())
      data->elements.front() = Element::ofInteger(dynamicExtent);
    arguments.push_back(std::move(*data));
  }
  return arguments;
}
