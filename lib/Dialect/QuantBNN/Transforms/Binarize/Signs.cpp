//===- Signs.cpp - Bipolar tensors ----------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Signs.h"
#include "../UniformValue.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

/// Whether `value` may be the magnitude of a bipolar tensor: finite and
/// positive.
static bool isMagnitude(const APFloat &value) {
  return value.isFiniteNonZero() && !value.isNegative();
}

/// Returns the index along `dim` of element `i`, in row-major order, of a
/// tensor of `shape`.
static int64_t getIndex(ArrayRef<int64_t> shape, int64_t dim, int64_t i) {
  int64_t inner = 1;
  for (int64_t size : shape.drop_front(dim + 1))
    inner *= size;
  return i / inner % shape[dim];
}

namespace {
/// The bits of the elements of a constant of floats without their signs. They
/// are read from memory: a constant may have millions of elements.
class Magnitudes {
public:
  explicit Magnitudes(DenseFPElementsAttr constant)
      : data(constant.getRawData()),
        semantics(
            cast<FloatType>(constant.getElementType()).getFloatSemantics()),
        bytes(constant.getElementType().getIntOrFloatBitWidth() / 8),
        size(constant.getNumElements()),
        mask(APInt::getSignedMaxValue(8 * bytes).getZExtValue()) {}

  uint64_t operator[](int64_t i) const {
    uint64_t bits = 0;
    std::memcpy(&bits, data.data() + i * bytes, bytes);
    return bits & mask;
  }
  int64_t getSize() const { return size; }
  APFloat toFloat(uint64_t bits) const {
    return APFloat(semantics, APInt(8 * bytes, bits));
  }

private:
  ArrayRef<char> data;
  const llvm::fltSemantics &semantics;
  int64_t bytes;
  int64_t size;
  uint64_t mask;
};
} // namespace

/// Returns the magnitudes by index along `dim` of a tensor of `shape`, or
/// nullopt if those of one index differ.
static std::optional<SmallVector<uint64_t>>
getMagnitudesAlong(const Magnitudes &magnitudes, ArrayRef<int64_t> shape,
                   int64_t dim) {
  SmallVector<std::optional<uint64_t>> found(shape[dim]);
  for (int64_t i : llvm::seq(magnitudes.getSize())) {
    std::optional<uint64_t> &first = found[getIndex(shape, dim, i)];
    if (!first)
      first = magnitudes[i];
    else if (*first != magnitudes[i])
      return std::nullopt;
  }
  return llvm::map_to_vector(
      found, [](std::optional<uint64_t> bits) { return *bits; });
}

/// Returns the magnitudes of `constant`, which may differ along one dimension,
/// or nullopt if `constant` is not bipolar.
static std::optional<Signs> matchConstantSigns(DenseFPElementsAttr constant) {
  if (constant.empty())
    return std::nullopt;
  ArrayRef<int64_t> shape = constant.getType().getShape();
  if (constant.isSplat()) {
    APFloat magnitude = abs(constant.getSplatValue<APFloat>());
    return isMagnitude(magnitude) ? std::optional<Signs>({{magnitude}, {}})
                                  : std::nullopt;
  }
  auto type = cast<FloatType>(constant.getElementType());
  if (!llvm::is_contained({8, 16, 32, 64}, type.getWidth()) ||
      !APFloat::semanticsHasSignedRepr(type.getFloatSemantics()))
    return std::nullopt;
  Magnitudes magnitudes(constant);
  APFloat first = magnitudes.toFloat(magnitudes[0]);
  if (!isMagnitude(first))
    return std::nullopt;
  if (llvm::all_of(llvm::seq(magnitudes.getSize()),
                   [&](int64_t i) { return magnitudes[i] == magnitudes[0]; }))
    return Signs{{first}, {}};
  for (int64_t dim : llvm::seq<int64_t>(shape.size())) {
    auto along = getMagnitudesAlong(magnitudes, shape, dim);
    if (!along)
      continue;
    auto values = llvm::map_to_vector<1>(
        *along, [&](uint64_t bits) { return magnitudes.toFloat(bits); });
    if (!llvm::all_of(values, isMagnitude))
      return std::nullopt;
    return Signs{values, dim};
  }
  return std::nullopt;
}

static std::optional<Signs> refuse(std::optional<Refusal> &refusal, Value value,
                                   const Twine &reason) {
  refusal = Refusal{value.getLoc(), reason.str()};
  return std::nullopt;
}

/// Returns the magnitude of the result of `op` if its values are +a and -a, or
/// returns nullopt and sets `refusal`.
static std::optional<Signs> matchFunction(SignFunctionOpInterface op,
                                          std::optional<Refusal> &refusal) {
  Value value = op->getResult(0);
  SignValues values = op.getSignValues();
  StringRef name = op->getName().getStringRef();
  if (!values.nan)
    return refuse(refusal, value, "the " + name + " passes a NaN on");
  double a = std::abs(values.positive);
  if (a == 0.0 || !std::isfinite(a) ||
      !llvm::all_of(ArrayRef{values.negative, values.zero, *values.nan},
                    [&](double b) { return std::abs(b) == a; }))
    return refuse(refusal, value,
                  "the values of the " + name + " are not +a and -a");
  APFloat magnitude(a);
  bool losesInfo;
  magnitude.convert(
      cast<FloatType>(getElementTypeOrSelf(value)).getFloatSemantics(),
      APFloat::rmNearestTiesToEven, &losesInfo);
  return Signs{{magnitude}, {}};
}

/// Returns the magnitude that all `values` share, or returns nullopt and sets
/// `refusal`.
static std::optional<Signs> matchAll(ValueRange values,
                                     std::optional<Refusal> &refusal) {
  std::optional<Signs> all;
  for (Value value : values) {
    std::optional<Signs> signs = matchSigns(value, refusal);
    if (!signs)
      return std::nullopt;
    if (!signs->isUniform() ||
        (all && !all->magnitudes[0].bitwiseIsEqual(signs->magnitudes[0])))
      return refuse(refusal, value, "the magnitudes of its elements differ");
    all = signs;
  }
  return all;
}

/// Returns the magnitude of a max pool of a bipolar tensor, or returns nullopt
/// and sets `refusal`. An initial value of at most -a has no effect, because
/// every window of this op has a pixel.
static std::optional<Signs> matchMaxPool(linalg::LinalgOp op,
                                         std::optional<Refusal> &refusal) {
  std::optional<Signs> signs =
      matchAll(op.getDpsInputOperand(0)->get(), refusal);
  if (!signs)
    return std::nullopt;
  Value init = op.getDpsInitOperand(0)->get();
  std::optional<APFloat> begin = getUniformFloat(init);
  if (begin && *begin <= neg(signs->magnitudes[0]))
    return signs;
  return refuse(refusal, init, "a maximum may begin with a greater value");
}

Value quant_bnn::binarize::getMovedTensor(Operation *op) {
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<tensor::CastOp, tensor::CollapseShapeOp, tensor::ExpandShapeOp,
            tensor::ExtractSliceOp>(
          [](auto shapeOp) { return shapeOp->getOperand(0); })
      .Case<linalg::TransposeOp, linalg::BroadcastOp>(
          [](auto structuredOp) { return structuredOp.getInput(); })
      .Default([](Operation *) { return Value(); });
}

/// Returns the tensor whose elements `op` converts to another float type, or
/// null if `op` does something else.
static Value getConverted(Operation *op) {
  auto generic = dyn_cast<linalg::GenericOp>(op);
  if (!generic)
    return isa<arith::ExtFOp, arith::TruncFOp>(op) ? op->getOperand(0)
                                                   : Value();
  auto isIdentity = [](AffineMap map) { return map.isIdentity(); };
  if (!generic.hasPureTensorSemantics() || generic.getNumDpsInputs() != 1 ||
      generic.getNumDpsInits() != 1 ||
      !llvm::all_of(generic.getIndexingMapsArray(), isIdentity))
    return {};
  Operation *conversion =
      generic.getBlock()->getTerminator()->getOperand(0).getDefiningOp();
  bool isConversion =
      isa_and_present<arith::ExtFOp, arith::TruncFOp>(conversion) &&
      conversion->getOperand(0) == generic.getBlock()->getArgument(0);
  return isConversion ? generic.getDpsInputs().front() : Value();
}

/// Returns `signs` in another type, or nullopt and sets `refusal` if there a
/// magnitude is 0 or infinite.
static std::optional<Signs> convertSigns(Signs signs, Value value,
                                         std::optional<Refusal> &refusal) {
  auto type = cast<FloatType>(getElementTypeOrSelf(value));
  for (APFloat &magnitude : signs.magnitudes) {
    bool losesInfo;
    magnitude.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                      &losesInfo);
    if (!isMagnitude(magnitude))
      return refuse(refusal, value, "a magnitude is not a number of its type");
  }
  return signs;
}

std::optional<Signs>
quant_bnn::binarize::matchSigns(Value value, std::optional<Refusal> &refusal) {
  DenseElementsAttr constant;
  if (matchPattern(value, m_Constant(&constant))) {
    auto floats = dyn_cast<DenseFPElementsAttr>(constant);
    if (std::optional<Signs> signs =
            floats ? matchConstantSigns(floats) : std::nullopt)
      return signs;
    return refuse(refusal, value, "the values of a constant are not +a and -a");
  }
  if (std::optional<APFloat> number = getUniformFloat(value);
      number && isMagnitude(abs(*number)))
    return Signs{{abs(*number)}, {}};
  Operation *op = value.getDefiningOp();
  if (!op)
    return refuse(refusal, value, "an argument may have any value");
  if (auto function = dyn_cast<SignFunctionOpInterface>(op))
    return matchFunction(function, refusal);
  if (auto payload = dyn_cast<ElementwisePayloadOpInterface>(op))
    if (Value passed = payload.getPassThrough())
      return matchSigns(passed, refusal);
  if (Value converted = getConverted(op)) {
    std::optional<Signs> signs = matchSigns(converted, refusal);
    return signs ? convertSigns(*signs, value, refusal) : std::nullopt;
  }
  if (auto transpose = dyn_cast<linalg::TransposeOp>(op)) {
    std::optional<Signs> signs = matchSigns(transpose.getInput(), refusal);
    if (signs && signs->dim)
      signs->dim = llvm::find(transpose.getPermutation(), *signs->dim) -
                   transpose.getPermutation().begin();
    return signs;
  }
  if (Value source = getMovedTensor(op))
    return matchAll(source, refusal);
  if (isa<tensor::ConcatOp>(op))
    return matchAll(op->getOperands(), refusal);
  if (isa<linalg::PoolingNhwcMaxOp, linalg::PoolingNchwMaxOp>(op))
    return matchMaxPool(cast<linalg::LinalgOp>(op), refusal);
  if (auto unpack = dyn_cast<UnpackOp>(op))
    return Signs{{APFloat::getOne(
                     cast<FloatType>(unpack.getX().getType().getElementType())
                         .getFloatSemantics())},
                 {}};
  if (auto pad = dyn_cast<tensor::PadOp>(op))
    if (Value padded = pad.getConstantPaddingValue()) {
      std::optional<Signs> signs = matchAll(pad.getSource(), refusal);
      FloatAttr number;
      if (!signs)
        return std::nullopt;
      if (matchPattern(padded, m_Constant(&number)) &&
          abs(number.getValue()).bitwiseIsEqual(signs->magnitudes[0]))
        return signs;
      return refuse(refusal, value, "it is padded with another magnitude");
    }
  return refuse(refusal, value,
                "the " + op->getName().getStringRef() + " may have any value");
}
