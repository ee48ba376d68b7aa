//===- RaiseForms.cpp - Ops that arithmetic is raised to ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An attribute that only shapes gradients has its default in a form: the
// straight-through gradient, which `getEstimatorForm` replaces by another one.
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;

using Source = AttributeChoices::Source;

static SmallVector<Attribute, 4> getNanModes(MLIRContext *context,
                                             ArrayRef<NanMode> modes) {
  SmallVector<Attribute, 4> attributes;
  for (NanMode mode : modes)
    attributes.push_back(NanModeAttr::get(context, mode));
  return attributes;
}

static NamedAttribute getNamed(MLIRContext *context, StringRef name,
                               Attribute value) {
  return NamedAttribute(StringAttr::get(context, name), value);
}

/// `clip = 1.0`, the window of Hubara et al.
static NamedAttribute getUnitClip(MLIRContext *context) {
  return getNamed(context, "clip", Builder(context).getF64FloatAttr(1.0));
}

//===----------------------------------------------------------------------===//
// Binarizers
//===----------------------------------------------------------------------===//

SmallVector<RaiseForm> SignOp::getRaiseForms(MLIRContext *context) {
  auto getForm = [&](unsigned rank, std::optional<ZeroMode> zero,
                     ArrayRef<NanMode> nan) {
    RaiseForm form{rank, {RaiseOperand::x}};
    if (zero)
      form.attributes.push_back(
          {"zero", Source::listed, {ZeroModeAttr::get(context, *zero)}});
    form.attributes.push_back(
        {"nan", Source::listed, getNanModes(context, nan)});
    return form;
  };
  // The sign with -1 at zeros and at NaN is `ste_heaviside low = -1.0`.
  return {
      getForm(0, std::nullopt,
              {NanMode::positive, NanMode::negative, NanMode::propagate}),
      getForm(20, ZeroMode::negative, {NanMode::positive, NanMode::propagate}),
      getForm(30, ZeroMode::zero,
              {NanMode::positive, NanMode::negative, NanMode::propagate,
               NanMode::zero})};
}

std::optional<EstimatorForm> SignOp::getEstimatorForm(Estimator estimator,
                                                      MLIRContext *context) {
  switch (estimator) {
  case Estimator::Clip:
    return EstimatorForm{getOperationName(), getUnitClip(context)};
  case Estimator::ApproxSign:
    return EstimatorForm{ApproxSignOp::getOperationName()};
  case Estimator::SwishSign:
    return EstimatorForm{SwishSignOp::getOperationName()};
  default:
    return std::nullopt;
  }
}

SmallVector<RaiseForm> SteHeavisideOp::getRaiseForms(MLIRContext *context) {
  Builder builder(context);
  return {{10,
           {RaiseOperand::x},
           {{"low",
             Source::listed,
             {builder.getF64FloatAttr(0.0), builder.getF64FloatAttr(-1.0)}}}}};
}

std::optional<EstimatorForm>
SteHeavisideOp::getEstimatorForm(Estimator estimator, MLIRContext *context) {
  if (estimator == Estimator::Clip)
    return EstimatorForm{getOperationName(), getUnitClip(context)};
  return std::nullopt;
}

/// The form of a gradient op.
static RaiseForm getGradientForm(unsigned rank,
                                 ArrayRef<AttributeChoices> attributes) {
  RaiseForm form{rank, {RaiseOperand::x, RaiseOperand::cotangent}};
  form.attributes.append(attributes.begin(), attributes.end());
  form.hasEstimator = false;
  return form;
}

SmallVector<RaiseForm>
GradientCancellationGradOp::getRaiseForms(MLIRContext *) {
  return {getGradientForm(50, {{"threshold", Source::constants}})};
}

SmallVector<RaiseForm> ApproxSignGradOp::getRaiseForms(MLIRContext *) {
  return {getGradientForm(70, {})};
}

SmallVector<RaiseForm> SwishSignGradOp::getRaiseForms(MLIRContext *) {
  RaiseForm form = getGradientForm(80, {{"beta", Source::constants}});
  form.isAnalytic = true;
  return {form};
}

//===----------------------------------------------------------------------===//
// Uniform quantizers
//===----------------------------------------------------------------------===//

SmallVector<RaiseForm> InputDoReFaOp::getRaiseForms(MLIRContext *) {
  return {{40, {RaiseOperand::x}, {{"bits", Source::bits}}}};
}

static Attribute getDoReFaWindow(MLIRContext *context) {
  return InputDoReFaGradientAttr::get(context, InputDoReFaGradient::window);
}

std::optional<EstimatorForm>
InputDoReFaOp::getEstimatorForm(Estimator estimator, MLIRContext *context) {
  if (estimator != Estimator::Clip)
    return std::nullopt;
  return EstimatorForm{getOperationName(),
                       getNamed(context, "grad", getDoReFaWindow(context))};
}

SmallVector<RaiseForm> InputDoReFaGradOp::getRaiseForms(MLIRContext *context) {
  return {getGradientForm(
      60, {{"grad", Source::listed, {getDoReFaWindow(context)}}})};
}

std::optional<EstimatorForm>
WeightDoReFaOp::getEstimatorForm(Estimator estimator, MLIRContext *context) {
  if (estimator != Estimator::None)
    return std::nullopt;
  auto zero =
      WeightDoReFaGradientAttr::get(context, WeightDoReFaGradient::zero);
  return EstimatorForm{getOperationName(), getNamed(context, "grad", zero)};
}

SmallVector<RaiseForm> DequantizeOp::getRaiseForms(MLIRContext *) {
  RaiseForm form{90, {RaiseOperand::x, RaiseOperand::scale}};
  form.hasEstimator = false;
  return {form};
}

SmallVector<RaiseForm> PactOp::getRaiseForms(MLIRContext *context) {
  auto getForm = [&](unsigned rank, PactMode mode, Source bits) {
    RaiseForm form{rank, {RaiseOperand::x, RaiseOperand::scale}};
    form.attributes = {
        {"bits", bits},
        {"mode", Source::listed, {PactModeAttr::get(context, mode)}},
        {"form",
         Source::listed,
         {PactFormAttr::get(context, PactForm::level),
          PactFormAttr::get(context, PactForm::value)}}};
    form.numScalarResults = 1;
    form.takesConstants = true;
    return form;
  };
  return {getForm(100, PactMode::signed_, Source::signedBits),
          getForm(110, PactMode::unsigned_, Source::bits)};
}

std::optional<EstimatorForm> PactOp::getEstimatorForm(Estimator estimator,
                                                      MLIRContext *) {
  // The range of `pact` is its window.
  if (estimator == Estimator::Clip)
    return EstimatorForm{getOperationName()};
  return std::nullopt;
}
