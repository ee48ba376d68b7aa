//===- LevelProduct.cpp - Products of levels by bit planes ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A level of k bits is low + (high - low) i / n with n = 2^k - 1, which equals
// middle + unit S. Here unit = (high - low) / (2 n), and S is the sum over bits
// p of 2^p s_p, where each s_p is +1 or -1. So for levels x and for levels w =
// unit' S', whose middle is 0, the sum of products x w is unit unit' T + middle
// sum w, where T is the sum of 2^(p+q) xnor(s_p, s'_q).
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;
using arith::CmpFPredicate;

/// Levels of more bits take too many compares for each element.
static constexpr unsigned maxBits = 4;

//===----------------------------------------------------------------------===//
// Levels
//===----------------------------------------------------------------------===//

namespace {
struct Levels {
  unsigned numBits;
  double low, high;
  /// Whether the levels are -a and +a, so that the bit is the sign.
  bool areSigns = false;

  int64_t getNumSteps() const { return (int64_t(1) << numBits) - 1; }
  double getMiddle() const { return (low + high) / 2; }
  double getUnit() const { return (high - low) / (2 * getNumSteps()); }
  double getLevel(double i) const {
    return low + (high - low) * i / getNumSteps();
  }
};
} // namespace

static double toDouble(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.convertToDouble();
}

/// Returns the index of the level that `value` is, up to a few roundings in
/// `type`, or nullopt if it is not a level.
static std::optional<int64_t> findLevel(const Levels &levels, FloatType type,
                                        double value) {
  double i = std::nearbyint((value - levels.low) / (levels.high - levels.low) *
                            levels.getNumSteps());
  double epsilon = std::ldexp(
      4.0, -int(APFloat::semanticsPrecision(type.getFloatSemantics())));
  if (!(i >= 0 && i <= levels.getNumSteps()) ||
      std::abs(value - levels.getLevel(i)) > epsilon)
    return std::nullopt;
  return static_cast<int64_t>(i);
}

/// Returns the levels on [-1, 1] of a constant, such as weights that were
/// quantized at compile time, or nullopt if it has others.
static std::optional<Levels> matchConstantLevels(DenseFPElementsAttr constant) {
  auto type = cast<FloatType>(constant.getElementType());
  for (unsigned numBits : llvm::seq_inclusive(2u, maxBits)) {
    Levels levels{numBits, -1.0, 1.0};
    if (llvm::all_of(constant.getValues<APFloat>(), [&](const APFloat &value) {
          return findLevel(levels, type, toDouble(value)).has_value();
        }))
      return levels;
  }
  return std::nullopt;
}

bool quant_bnn::binarize::hasLevels(Value value) {
  DenseFPElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return matchConstantLevels(constant).has_value();
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (Value source = getMovedTensor(op))
    return hasLevels(source);
  return isa<UniformLevelsOpInterface>(op);
}

static std::optional<Levels> matchLevels(Value value, RewriteMode mode,
                                         std::optional<Refusal> &refusal) {
  if (std::optional<Signs> signs = matchSigns(value, refusal);
      signs && signs->isUniform()) {
    double a = toDouble(signs->magnitudes.front());
    return Levels{1, -a, a, /*areSigns=*/true};
  }
  DenseFPElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant)))
    return matchConstantLevels(constant);
  if (auto pad = value.getDefiningOp<tensor::PadOp>()) {
    APFloat number(0.0);
    Value padded = pad.getConstantPaddingValue();
    std::optional<Levels> levels = matchLevels(pad.getSource(), mode, refusal);
    if (levels && !levels->areSigns && padded &&
        matchPattern(padded, m_ConstantFloat(&number)) &&
        findLevel(*levels, cast<FloatType>(padded.getType()), toDouble(number)))
      return levels;
    return std::nullopt;
  }
  if (Operation *moving = value.getDefiningOp())
    if (Value source = getMovedTensor(moving))
      return matchLevels(source, mode, refusal);
  auto op = value.getDefiningOp<UniformLevelsOpInterface>();
  if (!op)
    return std::nullopt;
  // Bits cannot represent NaN.
  if (mode == RewriteMode::Exact) {
    refusal = Refusal{op.getLoc(), "the " + op->getName().getStringRef().str() +
                                       " passes a NaN on"};
    return std::nullopt;
  }
  unsigned numBits = cast<QuantizerOpInterface>(*op).getBitWidth();
  if (numBits > maxBits) {
    refusal = Refusal{op.getLoc(), "the " + op->getName().getStringRef().str() +
                                       " has more than " +
                                       std::to_string(maxBits) + " bits"};
    return std::nullopt;
  }
  auto [low, high] = op.getLevelRange();
  return Levels{numBits, low, high};
}

//===----------------------------------------------------------------------===//
// Bit planes
//===----------------------------------------------------------------------===//

/// Builds a tensor of `i1` for each bit of the levels of `value`, which is 1
/// where that bit stands for -1. Returns `value` itself if it is bipolar.
static SmallVector<Value> buildPlanes(ImplicitLocOpBuilder &builder,
                                      Value value, const Levels &levels) {
  if (levels.areSigns)
    return {value};
  auto type = cast<RankedTensorType>(value.getType());
  RankedTensorType bits = type.clone(builder.getI1Type());
  DenseFPElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant))) {
    SmallVector<SmallVector<bool>> planes(levels.numBits);
    for (const APFloat &element : constant.getValues<APFloat>()) {
      int64_t level = *findLevel(levels, cast<FloatType>(type.getElementType()),
                                 toDouble(element));
      for (auto [bit, plane] : llvm::enumerate(planes))
        plane.push_back(!(level >> bit & 1));
    }
    return llvm::map_to_vector(planes, [&](ArrayRef<bool> plane) -> Value {
      return arith::ConstantOp::create(builder,
                                       DenseElementsAttr::get(bits, plane));
    });
  }
  // Bit p of the level is the parity of the number of positive multiples of 2^p
  // that the level reaches.
  return buildElementwise(
      builder, builder.getLoc(), SmallVector<Type>(levels.numBits, bits), value,
      [&](PayloadBuilder &payload, ValueRange operands) {
        SmallVector<Value> planes(levels.numBits);
        for (int64_t level = 1; level <= levels.getNumSteps(); ++level) {
          Value bound = payload.constant(levels.getLevel(level - 0.5));
          Value reached =
              payload.cmp(CmpFPredicate::OGE, operands.front(), bound);
          for (auto [bit, plane] : llvm::enumerate(planes)) {
            if (level % (int64_t(1) << bit) != 0)
              break;
            // The first compare is complemented, so that the plane is 1 for -1.
            plane = plane ? arith::XOrIOp::create(payload, plane, reached)
                          : payload.cmp(CmpFPredicate::ULT, operands.front(),
                                        bound);
          }
        }
        return planes;
      });
}

/// Builds the sum of `terms`, each shifted left by its element of `shifts`; the
/// first must be 0.
static Value buildSum(ImplicitLocOpBuilder &builder, ArrayRef<Value> terms,
                      ArrayRef<unsigned> shifts) {
  auto type = cast<RankedTensorType>(terms.front().getType());
  Value empty = tensor::EmptyOp::create(
      builder, tensor::getMixedSizes(builder, builder.getLoc(), terms.front()),
      type.getElementType());
  SmallVector<AffineMap> maps(terms.size() + 1,
                              builder.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> iterators(type.getRank(),
                                             utils::IteratorType::parallel);
  auto generic = linalg::GenericOp::create(
      builder, empty.getType(), terms, empty, maps, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value sum = arguments.front();
        for (auto [term, shift] :
             llvm::drop_begin(llvm::zip(arguments.drop_back(), shifts))) {
          Value distance = arith::ConstantIntOp::create(body, shift, 32);
          sum = arith::AddIOp::create(
              body, sum, arith::ShLIOp::create(body, term, distance));
        }
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}

//===----------------------------------------------------------------------===//
// Correction for the middle
//===----------------------------------------------------------------------===//

/// Returns the sums of `constant` over the dimensions that are not `kept`.
static DenseElementsAttr getSums(DenseFPElementsAttr constant,
                                 ArrayRef<int64_t> kept, FloatType type) {
  ArrayRef<int64_t> shape = constant.getType().getShape();
  SmallVector<int64_t> strides = computeStrides(shape), keptShape;
  for (int64_t dim : kept)
    keptShape.push_back(shape[dim]);
  SmallVector<int64_t> keptStrides = computeStrides(keptShape);
  SmallVector<APFloat> sums(ShapedType::getNumElements(keptShape),
                            APFloat::getZero(type.getFloatSemantics()));
  for (auto [i, value] : llvm::enumerate(constant.getValues<APFloat>())) {
    int64_t target = 0;
    for (auto [dim, stride] : llvm::zip_equal(kept, keptStrides))
      target += i / strides[dim] % shape[dim] * stride;
    APFloat term = value;
    bool losesInfo;
    term.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
    sums[target].add(term, APFloat::rmNearestTiesToEven);
  }
  return DenseElementsAttr::get(RankedTensorType::get(keptShape, type), sums);
}

/// Builds the sums of `operand` over the dimensions that are not `kept`.
static Value buildSums(ImplicitLocOpBuilder &builder, Value operand,
                       ArrayRef<int64_t> kept, FloatType type) {
  DenseFPElementsAttr constant;
  if (matchPattern(operand, m_Constant(&constant)))
    return arith::ConstantOp::create(builder, getSums(constant, kept, type));
  SmallVector<OpFoldResult> sizes =
      tensor::getMixedSizes(builder, builder.getLoc(), operand);
  AffineMap identity = builder.getMultiDimIdentityMap(sizes.size());
  SmallVector<utils::IteratorType> iterators(sizes.size(),
                                             utils::IteratorType::reduction);
  SmallVector<unsigned> dims;
  SmallVector<OpFoldResult> keptSizes;
  for (int64_t dim : kept) {
    iterators[dim] = utils::IteratorType::parallel;
    dims.push_back(dim);
    keptSizes.push_back(sizes[dim]);
  }
  Value zero = arith::ConstantOp::create(builder, builder.getZeroAttr(type));
  Value empty = tensor::EmptyOp::create(builder, keptSizes, type);
  Value zeros = linalg::FillOp::create(builder, zero, empty).getResult(0);
  auto sums = linalg::GenericOp::create(
      builder, zeros.getType(), operand, zeros,
      ArrayRef{identity, identity.getSubMap(dims)}, iterators,
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value x = arguments[0];
        if (x.getType() != type)
          x = arith::ExtFOp::create(body, type, x);
        linalg::YieldOp::create(
            body, arith::AddFOp::create(body, arguments[1], x).getResult());
      });
  return sums.getResult(0);
}

/// Builds `result` plus `middle` times the sums of `operand` over the
/// dimensions that the result does not have. The indexing map of `operand` must
/// consist of single loops.
static Value buildWithMiddle(ImplicitLocOpBuilder &builder, Product product,
                             Value result, OpOperand *operand, double middle) {
  AffineMap outMap = product.getMap(product.init);
  SmallVector<int64_t> kept;
  SmallVector<AffineExpr> outDims;
  for (auto [dim, loop] :
       llvm::enumerate(product.getMap(operand).getResults())) {
    const AffineExpr *outDim = llvm::find(outMap.getResults(), loop);
    if (outDim == outMap.getResults().end())
      continue;
    kept.push_back(dim);
    outDims.push_back(
        builder.getAffineDimExpr(outDim - outMap.getResults().begin()));
  }
  FloatType type = product.getType();
  Value sums = buildSums(builder, operand->get(), kept, type);
  int64_t rank = outMap.getNumResults();
  AffineMap identity = builder.getMultiDimIdentityMap(rank);
  Value empty = tensor::EmptyOp::create(
      builder, tensor::getMixedSizes(builder, builder.getLoc(), result), type);
  auto corrected = linalg::GenericOp::create(
      builder, empty.getType(), ValueRange{result, sums}, empty,
      ArrayRef{identity, AffineMap::get(rank, 0, outDims, builder.getContext()),
               identity},
      SmallVector<utils::IteratorType>(rank, utils::IteratorType::parallel),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value factor =
            arith::ConstantOp::create(body, FloatAttr::get(type, middle));
        Value added = arith::MulFOp::create(body, arguments[1], factor);
        linalg::YieldOp::create(
            body, arith::AddFOp::create(body, arguments[0], added).getResult());
      });
  return corrected.getResult(0);
}

//===----------------------------------------------------------------------===//
// The product
//===----------------------------------------------------------------------===//

Value quant_bnn::binarize::binarizeLevels(Product product,
                                          const PackedForm &form,
                                          const Options &options,
                                          std::optional<Refusal> &refusal) {
  auto refuse = [&](Value value, const Twine &reason) {
    refusal = Refusal{value.getLoc(), reason.str()};
    return Value();
  };
  Value result = product.op->getResult(0);
  std::optional<Levels> lhs =
      matchLevels(product.lhs->get(), options.mode, refusal);
  std::optional<Levels> rhs =
      lhs ? matchLevels(product.rhs->get(), options.mode, refusal)
          : std::nullopt;
  if (!rhs || (lhs->areSigns && rhs->areSigns))
    return Value();
  if (options.mode == RewriteMode::Exact)
    return refuse(result, "sums of levels may be rounded");
  int64_t numProducts = int64_t(lhs->numBits) * rhs->numBits;
  if (numProducts > options.maxPlaneProducts)
    return refuse(result, "it takes " + Twine(numProducts) +
                              " products of bits, more than "
                              "max-plane-products");
  bool hasMiddle = lhs->getMiddle() != 0;
  OpOperand *corrected = hasMiddle ? product.rhs : product.lhs;
  double middle = hasMiddle ? lhs->getMiddle() : rhs->getMiddle();
  if (hasMiddle && rhs->getMiddle() != 0)
    return refuse(result, "neither operand has levels centered at 0");
  AffineMap map = product.getMap(corrected);
  if (middle != 0 &&
      !llvm::all_of(map.getResults(), llvm::IsaPred<AffineDimExpr>))
    return refuse(corrected->get(), "sums over its windows are not supported");
  if (!ShapedType::isDynamic(form.numTerms) &&
      static_cast<double>(form.numTerms) * lhs->getNumSteps() *
              rhs->getNumSteps() >
          std::numeric_limits<int32_t>::max())
    return refuse(result, "a sum may be more than 2^31 - 1");

  ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
  SmallVector<Value> lhsPlanes = buildPlanes(b, product.lhs->get(), *lhs);
  SmallVector<Value> rhsPlanes = buildPlanes(b, product.rhs->get(), *rhs);
  SmallVector<Value> terms;
  SmallVector<unsigned> shifts;
  for (auto [p, x] : llvm::enumerate(lhsPlanes))
    for (auto [q, w] : llvm::enumerate(rhsPlanes)) {
      terms.push_back(form.build(b, x, w, Padding()));
      shifts.push_back(p + q);
    }
  Value acc = terms.size() == 1 ? terms.front() : buildSum(b, terms, shifts);
  APFloat unit(lhs->getUnit() * rhs->getUnit());
  bool losesInfo;
  unit.convert(product.getType().getFloatSemantics(),
               APFloat::rmNearestTiesToEven, &losesInfo);
  Value scaled = buildScaled(b, product, acc, {{unit}, {}});
  if (middle == 0)
    return scaled;
  Value sum = buildWithMiddle(b, product, scaled, corrected, middle);
  return sum.getType() == result.getType()
             ? sum
             : tensor::CastOp::create(b, result.getType(), sum).getResult();
}
