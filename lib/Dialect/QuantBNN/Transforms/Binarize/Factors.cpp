//===- Factors.cpp - Factors of the operands of products ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Factors.h"
#include "../UniformValue.h"
#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

namespace {
/// A tensor that is another one times a factor.
struct Scaled {
  /// Null if it is not a value yet, but that of `inner` in the body of `op`.
  Value tensor;
  /// A constant number, a scalar, or a tensor.
  OpFoldResult factor;
  /// The indices of the factor, over the dimensions of the tensor.
  AffineMap map;
  linalg::GenericOp op = nullptr;
  Value inner = nullptr;

  std::optional<APFloat> getNumber() const {
    if (auto attribute = dyn_cast<Attribute>(factor))
      return cast<FloatAttr>(attribute).getValue();
    return std::nullopt;
  }
  Type getFactorType() const {
    if (auto attribute = dyn_cast<Attribute>(factor))
      return cast<FloatAttr>(attribute).getType();
    return getElementTypeOrSelf(cast<Value>(factor).getType());
  }
};
} // namespace

/// Returns `value`, or its number if it is a constant scalar.
static OpFoldResult getScalar(Value value) {
  FloatAttr number;
  if (matchPattern(value, m_Constant(&number)))
    return number;
  return value;
}

/// Returns `value`, in the body of `op`, if it is a scalar from outside, or the
/// tensor of rank 0 that it is the element of. Returns null otherwise.
static OpFoldResult getOuterScalar(linalg::GenericOp op, Value value) {
  if (value.getParentBlock() != op.getBlock())
    return getScalar(value);
  auto extract = value.getDefiningOp<tensor::ExtractOp>();
  return extract && extract.getIndices().empty() &&
                 extract.getTensor().getParentBlock() != op.getBlock()
             ? OpFoldResult(extract.getTensor())
             : OpFoldResult();
}

/// Returns `factor`, by which all elements or those of some dimensions of a
/// tensor of `rank` dimensions are multiplied, with its indices; or nullopt if
/// each element may have a factor of its own.
static std::optional<Scaled> matchFactor(Value tensor, Value factor) {
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  Builder b(tensor.getContext());
  AffineMap none = AffineMap::get(rank, 0, b.getContext());
  if (std::optional<APFloat> number = getUniformFloat(factor))
    return Scaled{
        tensor, b.getFloatAttr(getElementTypeOrSelf(factor.getType()), *number),
        none};
  if (auto fill = factor.getDefiningOp<linalg::FillOp>())
    return Scaled{tensor, fill.value(), none};
  if (auto splat = factor.getDefiningOp<tensor::SplatOp>())
    return Scaled{tensor, splat.getInput(), none};
  auto broadcast = factor.getDefiningOp<linalg::BroadcastOp>();
  if (!broadcast)
    return std::nullopt;
  SmallVector<AffineExpr> indices;
  for (int64_t dim : llvm::seq(rank))
    if (!llvm::is_contained(broadcast.getDimensions(), dim))
      indices.push_back(b.getAffineDimExpr(dim));
  return Scaled{tensor, broadcast.getInput(),
                AffineMap::get(rank, 0, indices, b.getContext())};
}

static std::optional<Scaled> matchScaled(Value value);

/// Whether `value` is a bipolar tensor, or one times factors.
static bool isBipolarOrScaled(Value value) {
  std::optional<Refusal> ignored;
  return matchSigns(value, ignored) || matchScaled(value);
}

/// Whether `value`, in the body of `op`, is an element of such an operand times
/// factors, which have fewer dimensions.
static bool isBipolarTimesFactors(linalg::GenericOp op, Value value) {
  llvm::SetVector<Value> values;
  values.insert(value);
  Value tensor;
  for (size_t i = 0; i < values.size(); ++i) {
    if (auto product = values[i].getDefiningOp<arith::MulFOp>();
        product && product->getBlock() == op.getBlock()) {
      values.insert_range(product->getOperands());
      continue;
    }
    auto argument = dyn_cast<BlockArgument>(values[i]);
    if (!argument || argument.getOwner() != op.getBlock() ||
        argument.getArgNumber() >= op.getNumDpsInputs())
      continue;
    OpOperand *input = op.getDpsInputOperand(argument.getArgNumber());
    if (!op.getMatchingIndexingMap(input).isIdentity())
      continue;
    if (tensor && tensor != input->get())
      return false;
    tensor = input->get();
  }
  return tensor && isBipolarOrScaled(tensor);
}

/// Returns the ways in which `op` multiplies a tensor by a factor.
static SmallVector<Scaled> matchGeneric(linalg::GenericOp op) {
  SmallVector<Scaled> ways;
  if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 ||
      op.getNumParallelLoops() != op.getNumLoops() ||
      !op.getMatchingIndexingMap(op.getDpsInitOperand(0)).isIdentity())
    return ways;
  Value yielded = op.getBlock()->getTerminator()->getOperand(0);
  auto product = yielded.getDefiningOp<arith::MulFOp>();
  if (!product || product->getBlock() != op.getBlock())
    return ways;
  auto getInput = [&](Value value) -> OpOperand * {
    auto argument = dyn_cast<BlockArgument>(value);
    return argument && argument.getOwner() == op.getBlock() &&
                   argument.getArgNumber() < op.getNumDpsInputs()
               ? op.getDpsInputOperand(argument.getArgNumber())
               : nullptr;
  };
  auto add = [&](Value of, Value by) {
    Scaled scaled;
    if (OpOperand *input = getInput(by)) {
      scaled.factor = input->get();
      scaled.map = op.getMatchingIndexingMap(input);
    } else {
      scaled.factor = getOuterScalar(op, by);
      scaled.map = AffineMap::get(op.getNumLoops(), 0, op.getContext());
    }
    if (!scaled.factor || !scaled.map.isProjectedPermutation())
      return;
    if (OpOperand *tensor = getInput(of)) {
      if (!op.getMatchingIndexingMap(tensor).isIdentity())
        return;
      scaled.tensor = tensor->get();
    } else if (of.getDefiningOp<arith::MulFOp>() &&
               isBipolarTimesFactors(op, of)) {
      scaled.op = op;
      scaled.inner = of;
    } else {
      return;
    }
    ways.push_back(scaled);
  };
  add(product.getLhs(), product.getRhs());
  add(product.getRhs(), product.getLhs());
  return ways;
}

/// Returns the tensor and the factor of which `value` is the product, if the
/// tensor is bipolar or is such a product, too.
static std::optional<Scaled> matchScaled(Value value) {
  SmallVector<Scaled> ways;
  if (auto product = value.getDefiningOp<arith::MulFOp>()) {
    for (auto [tensor, factor] :
         {std::pair(product.getLhs(), product.getRhs()),
          std::pair(product.getRhs(), product.getLhs())})
      if (std::optional<Scaled> scaled = matchFactor(tensor, factor))
        ways.push_back(*scaled);
  } else if (auto generic = value.getDefiningOp<linalg::GenericOp>()) {
    ways = matchGeneric(generic);
  }
  for (const Scaled &scaled : ways) {
    if (scaled.inner)
      return scaled;
    std::optional<Refusal> ignored;
    // A factor for each element stays, and so do those before it.
    if (matchSigns(scaled.tensor, ignored) ||
        (!scaled.map.isIdentity() && matchScaled(scaled.tensor)))
      return scaled;
  }
  return std::nullopt;
}

/// Returns the indices of the factor over the dimensions of the result of
/// `product`, or nullopt if the factor differs between the terms of a sum.
static std::optional<AffineMap>
getMapOfResult(Product product, OpOperand *operand, const Scaled &scaled) {
  AffineMap result = product.getMap(product.init);
  SmallVector<AffineExpr> indices;
  for (AffineExpr index : scaled.map.getResults()) {
    AffineExpr loop = product.getMap(operand).getResult(
        cast<AffineDimExpr>(index).getPosition());
    std::optional<unsigned> dim = result.getResultPosition(loop);
    if (!dim || !isa<AffineDimExpr>(loop))
      return std::nullopt;
    indices.push_back(getAffineDimExpr(*dim, result.getContext()));
  }
  return AffineMap::get(result.getNumResults(), 0, indices,
                        result.getContext());
}

/// Returns the number of terms of a sum of `product`, or dynamic.
static int64_t getNumTerms(Product product) {
  int64_t terms = 1;
  for (auto [size, iterator] :
       llvm::zip_equal(product.op.getStaticLoopRanges(),
                       product.op.getIteratorTypesArray())) {
    if (iterator == utils::IteratorType::parallel)
      continue;
    if (ShapedType::isDynamic(size) || llvm::MulOverflow(terms, size, terms))
      return ShapedType::kDynamic;
  }
  return terms;
}

/// Returns the magnitudes of the elements of `value` if they are known and, for
/// a scaled tensor, none is rounded.
static std::optional<SmallVector<APFloat, 1>> getMagnitudes(Value value) {
  std::optional<Refusal> ignored;
  if (std::optional<Signs> signs = matchSigns(value, ignored))
    return signs->magnitudes;
  std::optional<Scaled> scaled = matchScaled(value);
  std::optional<APFloat> number = scaled ? scaled->getNumber() : std::nullopt;
  if (!number || scaled->inner)
    return std::nullopt;
  auto magnitudes = getMagnitudes(scaled->tensor);
  if (!magnitudes)
    return std::nullopt;
  for (APFloat &magnitude : *magnitudes) {
    APFloat product = magnitude;
    if (product.multiply(*number, APFloat::rmNearestTiesToEven) !=
        APFloat::opOK)
      return std::nullopt;
    magnitude = abs(product);
  }
  return magnitudes;
}

/// Whether sums of `numTerms` terms of +-`magnitude` have the same bits if
/// `factor`, which the magnitude includes, multiplies the sum instead of the
/// terms: it is a power of two, and no term and no sum is subnormal or
/// infinite.
static bool keepsBits(const APFloat &factor, const APFloat &magnitude,
                      int64_t numTerms) {
  if (factor.isNegative() || factor.getExactLog2() == INT_MIN)
    return false;
  APFloat largest = magnitude, count(magnitude.getSemantics());
  count.convertFromAPInt(APInt(64, numTerms), /*IsSigned=*/true,
                         APFloat::rmTowardPositive);
  largest.multiply(count, APFloat::rmTowardPositive);
  return magnitude.isNormal() && largest.isFinite();
}

/// Whether the factor of `scaled`, an operand, can multiply the result of
/// `product` and change no bit of it.
static bool isExact(Product product, const Scaled &scaled) {
  std::optional<APFloat> number = scaled.getNumber();
  int64_t numTerms = getNumTerms(product);
  auto lhs = getMagnitudes(product.lhs->get());
  auto rhs = getMagnitudes(product.rhs->get());
  if (!number || !lhs || !rhs || !addsToZero(product) ||
      ShapedType::isDynamic(numTerms))
    return false;
  return llvm::all_of(*lhs, [&](const APFloat &a) {
    return llvm::all_of(*rhs, [&](const APFloat &b) {
      // The sums are the same without the factor.
      return keepsBits(*number, a * b, numTerms) &&
             keepsBits(*number, a * b / *number, numTerms);
    });
  });
}

/// Returns the tensor of `scaled`, which is built first if it is no value yet.
static Value getTensor(OpBuilder &b, const Scaled &scaled) {
  if (scaled.tensor)
    return scaled.tensor;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointAfter(scaled.op);
  IRMapping mapping;
  auto op = cast<linalg::GenericOp>(b.clone(*scaled.op, mapping));
  op.getBlock()->getTerminator()->setOperand(0, mapping.lookup(scaled.inner));
  return op.getResult(0);
}

/// Builds a tensor of zeros like `value`.
static Value buildZeros(ImplicitLocOpBuilder &b, Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Value zero =
      arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
  Value empty = tensor::EmptyOp::create(
      b, tensor::getMixedSizes(b, b.getLoc(), value), type.getElementType());
  Value zeros = linalg::FillOp::create(b, zero, empty).getResult(0);
  return zeros.getType() == type
             ? zeros
             : tensor::CastOp::create(b, type, zeros).getResult();
}

/// Builds `sums` times `factor`, whose indices are `map`, plus `addend` unless
/// that is null.
static Value buildTimesFactor(ImplicitLocOpBuilder &b, Value sums,
                              OpFoldResult factor, AffineMap map,
                              Value addend) {
  AffineMap identity = b.getMultiDimIdentityMap(map.getNumDims());
  SmallVector<Value> inputs = {sums};
  SmallVector<AffineMap> maps = {identity};
  Value constant;
  if (auto attribute = dyn_cast<Attribute>(factor)) {
    constant = arith::ConstantOp::create(b, cast<FloatAttr>(attribute));
  } else {
    inputs.push_back(cast<Value>(factor));
    maps.push_back(map);
  }
  if (addend) {
    inputs.push_back(addend);
    maps.push_back(identity);
  }
  return buildMap(
      b, inputs, maps,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) -> Value {
        Value result = arith::MulFOp::create(
            nested, loc, arguments[0], constant ? constant : arguments[1]);
        if (addend)
          result = arith::AddFOp::create(nested, loc,
                                         arguments[inputs.size() - 1], result);
        return result;
      });
}

std::optional<Product>
quant_bnn::binarize::moveFactor(Product product, RewriteMode mode,
                                std::optional<Refusal> &refusal) {
  for (OpOperand *operand : {product.lhs, product.rhs}) {
    OpOperand *other = operand == product.lhs ? product.rhs : product.lhs;
    std::optional<Scaled> scaled = matchScaled(operand->get());
    if (!scaled ||
        (scaled->tensor &&
         scaled->tensor.getType() != operand->get().getType()) ||
        scaled->getFactorType() != product.getType() ||
        (!isBipolarOrScaled(other->get()) && !hasLevels(other->get())))
      continue;
    std::optional<AffineMap> map = getMapOfResult(product, operand, *scaled);
    Location loc = operand->get().getLoc();
    if (!map) {
      refusal = Refusal{loc, "the factors of the terms of a sum differ"};
      continue;
    }
    if (mode == RewriteMode::Exact && !isExact(product, *scaled)) {
      refusal =
          Refusal{loc, "with mode=exact, only a constant power of two can "
                       "multiply a sum instead of its terms"};
      continue;
    }
    ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
    Value addend;
    if (!addsToZero(product)) {
      addend = product.init->get();
      product.init->set(buildZeros(b, addend));
    }
    operand->set(getTensor(b, *scaled));
    Value sums = product.op->getResult(0);
    auto uses = llvm::map_to_vector(sums.getUses(),
                                    [](OpOperand &use) { return &use; });
    b.setInsertionPointAfter(product.op);
    Value result = buildTimesFactor(b, sums, scaled->factor, *map, addend);
    for (OpOperand *use : uses)
      use->set(result);
    return product;
  }
  return std::nullopt;
}
