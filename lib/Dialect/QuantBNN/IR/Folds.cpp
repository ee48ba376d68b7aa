//===- Folds.cpp - Fold quantizers of constants ---------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// A fold preserves the gradient as well as the value. Constants have no
// gradient, so an op on constants folds to its value, which is evaluated by the
// payload that lowering builds. A gradient op, which is linear in g, may fold
// to g. A quantizer never folds to an operand, because its gradient would be
// lost.
//===----------------------------------------------------------------------===//

#include "Detail.h"
#include "PayloadEvaluator.h"
#include <cmath>

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Elements of constants
//===----------------------------------------------------------------------===//

static APFloat toAPFloat(double value, const llvm::fltSemantics &semantics) {
  APFloat result(value);
  bool losesInfo;
  result.convert(semantics, APFloat::rmNearestTiesToEven, &losesInfo);
  return result;
}

template <typename T>
static T fromAPFloat(APFloat value) {
  bool losesInfo;
  value.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return static_cast<T>(value.convertToDouble());
}

static const llvm::fltSemantics &getSemantics(Type type) {
  return cast<FloatType>(getElementTypeOrSelf(type)).getFloatSemantics();
}

/// Returns the elements of a float constant in the compute type T; a scalar and
/// a splat have one.
template <typename T>
static SmallVector<T> getElements(Attribute constant) {
  if (auto scalar = dyn_cast<FloatAttr>(constant))
    return {fromAPFloat<T>(scalar.getValue())};
  auto dense = cast<DenseFPElementsAttr>(constant);
  if (dense.isSplat() && !dense.empty())
    return {fromAPFloat<T>(dense.getSplatValue<APFloat>())};
  if (auto values = dense.tryGetValues<T>(); succeeded(values))
    return llvm::to_vector(*values);
  return llvm::map_to_vector(dense.getValues<APFloat>(), fromAPFloat<T>);
}

/// Returns a constant of `type` with `elements`, rounded from the compute type
/// T. One element makes a splat.
template <typename T>
static Attribute getConstant(Type type, ArrayRef<T> elements) {
  auto shaped = dyn_cast<ShapedType>(type);
  if (shaped && shaped.getElementTypeBitWidth() == 8 * sizeof(T))
    return DenseElementsAttr::get(shaped, elements);
  auto rounded = llvm::map_to_vector(
      elements, [&](T value) { return toAPFloat(value, getSemantics(type)); });
  if (shaped)
    return DenseElementsAttr::get(shaped, rounded);
  return FloatAttr::get(type, rounded.front());
}

//===----------------------------------------------------------------------===//
// Payloads
//===----------------------------------------------------------------------===//

using Constants = FailureOr<SmallVector<Attribute>>;

/// `foldElementwise` in the compute type T.
template <typename T>
static Constants foldElementwise(Location loc, TypeRange resultTypes,
                                 ArrayRef<Attribute> operands,
                                 Payload payload) {
  auto elements = llvm::map_to_vector(operands, getElements<T>);
  auto views = llvm::map_to_vector(
      elements, [](const SmallVector<T> &list) { return ArrayRef<T>(list); });
  size_t size = 1;
  if (!llvm::all_of(views, [](ArrayRef<T> view) { return view.size() == 1; }))
    size = cast<ShapedType>(resultTypes.front()).getNumElements();
  auto results =
      quant_bnn::detail::evaluatePayload<T>(loc, payload, views, size);
  if (failed(results))
    return failure();
  SmallVector<Attribute> constants;
  for (auto [type, result] : llvm::zip_equal(resultTypes, *results))
    constants.push_back(getConstant<T>(type, result));
  return constants;
}

/// Applies `payload` to each element of `operands`, as `buildElementwise` does
/// to values. Fails if not all operands are constant floats of one compute
/// type, or if the payload cannot be evaluated.
static Constants foldElementwise(Location loc, TypeRange resultTypes,
                                 ArrayRef<Attribute> operands,
                                 Payload payload) {
  SmallVector<Type> types(resultTypes);
  for (Attribute operand : operands) {
    if (!isa_and_present<FloatAttr, DenseFPElementsAttr>(operand))
      return failure();
    types.push_back(cast<TypedAttr>(operand).getType());
  }
  Type computeType = getComputeType(getElementTypeOrSelf(types.front()));
  for (Type type : types)
    if (getComputeType(getElementTypeOrSelf(type)) != computeType ||
        (isa<ShapedType>(type) && !cast<ShapedType>(type).hasStaticShape()))
      return failure();
  if (computeType.isF32())
    return foldElementwise<float>(loc, resultTypes, operands, payload);
  if (computeType.isF64())
    return foldElementwise<double>(loc, resultTypes, operands, payload);
  return failure();
}

OpFoldResult quant_bnn::detail::foldPayload(Operation *op,
                                            ArrayRef<Attribute> operands) {
  auto payloadOp = cast<ElementwisePayloadOpInterface>(op);
  if (Value value = payloadOp.getPassThrough()) {
    if (!isa<DifferentiableOpInterface>(op))
      return value;
    // Another operand that is not constant has a gradient.
    if (llvm::is_contained(operands, Attribute()))
      return {};
    return operands[llvm::find(op->getOperands(), value).getIndex()];
  }
  Constants results = foldElementwise(
      op->getLoc(), op->getResultTypes(), operands,
      [&](PayloadBuilder &builder, ValueRange values) {
        return SmallVector<Value>{payloadOp.buildForward(builder, values)};
      });
  if (failed(results))
    return {};
  return results->front();
}

//===----------------------------------------------------------------------===//
// Quantizers
//===----------------------------------------------------------------------===//

/// Returns the largest magnitude of `x` as `buildMaxAbs` does: 0 if `x` is
/// empty, NaN if any element is NaN. T is the compute type.
template <typename T>
static double getMaxAbs(Attribute x) {
  T max = 0;
  for (T element : getElements<T>(x)) {
    if (std::isnan(element))
      return element;
    max = std::max(max, std::abs(element));
  }
  return max;
}

/// Returns the largest magnitude of `x` as a scalar of the compute type, or
/// null if `x` is not constant.
static Attribute foldMaxAbs(Attribute x) {
  auto dense = dyn_cast_if_present<DenseFPElementsAttr>(x);
  if (!dense)
    return {};
  Type type = getComputeType(dense.getElementType());
  return FloatAttr::get(type, type.isF64() ? getMaxAbs<double>(x)
                                           : getMaxAbs<float>(x));
}

/// Folds the quantizer `op` of `x` to the range `range`. The payload of an
/// element includes that of the scalars.
template <typename OpTy>
static LogicalResult foldRange(OpTy op, Attribute x, Attribute range,
                               SmallVectorImpl<OpFoldResult> &results) {
  TypeRange types(op->getResultTypes());
  Constants q = foldElementwise(
      op.getLoc(), types.take_front(), {x, range},
      [&](PayloadBuilder &builder, ValueRange values) {
        SmallVector<Value> operands = {values[0]};
        llvm::append_range(operands, op.buildScalars(builder, values[1]));
        return SmallVector<Value>{op.buildElement(builder, operands)};
      });
  if (failed(q))
    return failure();
  results.push_back(q->front());
  if (types.size() == 1)
    return success();
  Constants s =
      foldElementwise(op.getLoc(), types.drop_front(), range,
                      [&](PayloadBuilder &builder, ValueRange values) {
                        return SmallVector<Value>{
                            op.buildScalars(builder, values.front()).back()};
                      });
  results.push_back(s->front());
  return success();
}

OpFoldResult WeightDoReFaOp::fold(FoldAdaptor adaptor) {
  SmallVector<OpFoldResult> results;
  if (failed(foldRange(*this, adaptor.getW(), foldMaxAbs(adaptor.getW()),
                       results)))
    return {};
  return results.front();
}

LogicalResult MinMaxOp::fold(FoldAdaptor adaptor,
                             SmallVectorImpl<OpFoldResult> &results) {
  return foldRange(*this, adaptor.getX(), foldMaxAbs(adaptor.getX()), results);
}

LogicalResult PactOp::fold(FoldAdaptor adaptor,
                           SmallVectorImpl<OpFoldResult> &results) {
  return foldRange(*this, adaptor.getX(), adaptor.getAlpha(), results);
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

OpFoldResult WeightDoReFaGradOp::fold(FoldAdaptor) {
  if (getGrad() == WeightDoReFaGradient::identity)
    return getG();
  if (getGrad() == WeightDoReFaGradient::zero && getType().hasStaticShape())
    return Builder(getContext()).getZeroAttr(getType());
  return {};
}
