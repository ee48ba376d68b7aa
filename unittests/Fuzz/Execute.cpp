//===- Execute.cpp - Execution of compiled modules ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "Passes.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "quant-bnn/Pipelines/Pipelines.h"
#include "quant-bnn/Support/FunctionAttributes.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

static uint64_t toBits(Type type, const Element &element) {
  auto floatType = dyn_cast<FloatType>(type);
  if (!floatType)
    return type.isInteger(1) ? element.integer != 0 : element.integer;
  bool losesInfo;
  APFloat value(element.value);
  value.convert(floatType.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                &losesInfo);
  return value.bitcastToAPInt().getZExtValue();
}

static Element fromBits(Type type, uint64_t bits, unsigned size) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return Element::ofFloat(APFloat(floatType.getFloatSemantics(),
                                    APInt(floatType.getWidth(), bits))
                                .convertToDouble());
  if (type.isInteger(1))
    return Element::ofInteger(bits & 1 ? -1 : 0);
  return Element::ofInteger(llvm::SignExtend64(bits, 8 * size));
}

/// Returns an array that holds `data`, or nullopt if it cannot be allocated.
static std::optional<NpyArray> toArray(const SignatureValue &value,
                                       const Data &data) {
  auto array = NpyArray::allocate(value.elementType, data.shape);
  if (!array) {
    llvm::consumeError(array.takeError());
    return std::nullopt;
  }
  char *place = static_cast<char *>(array->getData());
  for (const Element &element : data.elements) {
    uint64_t bits = toBits(data.type, element);
    std::memcpy(place, &bits, value.elementType.size);
    place += value.elementType.size;
  }
  return std::move(*array);
}

static Data toData(Type type, const NpyView &view) {
  Data data(type, view.shape);
  const char *place = static_cast<const char *>(view.data);
  for (Element &element : data.elements) {
    uint64_t bits = 0;
    std::memcpy(&bits, place, view.elementType.size);
    element = fromBits(type, bits, view.elementType.size);
    place += view.elementType.size;
  }
  return data;
}

namespace {
/// A function that was compiled, with its signature before and after lowering.
struct CompiledFunction {
  Signature source, lowered;
  JITFunction code;
};
} // namespace

static FailureOr<CompiledFunction> compile(ModuleOp module, StringRef name,
                                           StringRef step) {
  OwningOpRef<ModuleOp> lowered = module.clone();
  auto source =
      Signature::get(lowered->lookupSymbol<func::FuncOp>(name), false);
  if (failed(source))
    return failure();
  PassManager manager(module.getContext());
  LowerToLLVMOptions options;
  options.host = true;
  options.parallel = step == executeParallelStep;
  options.taskTime = 0;
  if (step == executeOutParamsStep) {
    options.results = ResultConvention::OutParams;
    // An earlier step may have written down the results that are returned.
    for (auto function : lowered->getOps<func::FuncOp>())
      function->removeAttr(signatureAttrName);
  }
  buildLowerToLLVMPipeline(manager, options);
  if (failed(manager.run(*lowered)))
    return failure();
  FailureOr<Signature> signature = source;
  if (step == executeOutParamsStep)
    signature = Signature::get(lowered->lookupSymbol(name), /*isLowered=*/true);
  if (failed(signature))
    return failure();
  auto code = JITFunction::compile(*lowered, name, *signature, 1);
  if (failed(code))
    return failure();
  return CompiledFunction{*source, *signature, std::move(*code)};
}

/// Returns the results of `call`, or nullopt if there is no memory for it.
static std::optional<std::vector<Data>> run(const CompiledFunction &function,
                                            TypeRange types, const Call &call) {
  ArrayRef<SignatureValue> values = function.lowered.arguments;
  std::vector<NpyArray> arrays;
  for (const Data &data : materialize(types, call.arguments)) {
    auto array = toArray(values[arrays.size()], data);
    if (!array)
      return std::nullopt;
    arrays.push_back(std::move(*array));
  }
  size_t firstOutput = arrays.size();
  for (const SignatureValue &value : values.drop_front(firstOutput)) {
    // The results that are arrays, in order.
    size_t output = arrays.size() - firstOutput;
    auto results = llvm::make_filter_range(
        llvm::zip_equal(function.source.results, *call.results),
        [](const auto &pair) { return std::get<0>(pair).isArray; });
    auto array = NpyArray::allocate(
        value.elementType,
        std::get<1>(*std::next(results.begin(), output)).shape);
    if (!array) {
      llvm::consumeError(array.takeError());
      return std::nullopt;
    }
    arrays.push_back(std::move(*array));
  }
  CallResults returned = function.code.call(arrays);
  std::vector<NpyView> views;
  size_t output = firstOutput, scalar = 0;
  for (const SignatureValue &value : function.source.results) {
    if (!value.isArray || firstOutput == arrays.size()) {
      views.push_back(returned.getViews()[scalar++]);
      continue;
    }
    NpyArray &array = arrays[output++];
    views.push_back({array.getElementType(),
                     SmallVector<int64_t>(array.getShape()), array.getData()});
  }
  std::vector<Data> data;
  for (auto [value, view] : llvm::zip_equal(function.source.results, views))
    data.push_back(toData(getElementTypeOrSelf(value.type), view));
  return data;
}

std::optional<std::vector<std::vector<Data>>>
quant_bnn::fuzz::execute(ModuleOp module, func::FuncOp function, StringRef step,
                         ArrayRef<Call> calls, std::string &message) {
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &d) {
    if (d.getSeverity() == DiagnosticSeverity::Error && message.empty())
      message = d.str();
    return success();
  });
  auto compiled = compile(module, function.getName(), step);
  if (failed(compiled))
    return std::nullopt;
  std::vector<std::vector<Data>> all;
  for (const Call &call : calls) {
    if (step == executeOutParamsStep && !call.results) {
      all.emplace_back();
      continue;
    }
    auto results = run(*compiled, function.getArgumentTypes(), call);
    if (!results)
      return std::nullopt;
    all.push_back(std::move(*results));
  }
  return all;
}
