//===- Execute.cpp - Execution of compiled modules ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/ExecutionEngine/JITFunction.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "quant-bnn/Pipelines/Pipelines.h"

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

std::optional<std::vector<std::vector<Data>>>
quant_bnn::fuzz::execute(ModuleOp module, func::FuncOp function, bool parallel,
                         ArrayRef<std::vector<Data>> arguments,
                         std::string &message) {
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &d) {
    if (d.getSeverity() == DiagnosticSeverity::Error && message.empty())
      message = d.str();
    return success();
  });
  OwningOpRef<ModuleOp> lowered = module.clone();
  std::string name = function.getName().str();
  auto signature =
      Signature::get(lowered->lookupSymbol<func::FuncOp>(name), false);
  if (failed(signature))
    return std::nullopt;
  PassManager manager(module.getContext());
  LowerToLLVMOptions options;
  options.host = true;
  options.parallel = parallel;
  options.taskTime = 0;
  buildLowerToLLVMPipeline(manager, options);
  if (failed(manager.run(*lowered)))
    return std::nullopt;
  auto compiled = JITFunction::compile(*lowered, name, *signature, 1);
  if (failed(compiled))
    return std::nullopt;
  std::vector<std::vector<Data>> all;
  for (const std::vector<Data> &set : arguments) {
    std::vector<NpyArray> arrays;
    for (auto [value, data] :
         llvm::zip_equal(signature->arguments,
                         materialize(function.getArgumentTypes(), set))) {
      auto array = toArray(value, data);
      if (!array)
        return std::nullopt;
      arrays.push_back(std::move(*array));
    }
    CallResults results = compiled->call(arrays);
    std::vector<Data> values;
    for (auto [value, view] :
         llvm::zip_equal(signature->results, results.getViews()))
      values.push_back(toData(getElementTypeOrSelf(value.type), view));
    all.push_back(std::move(values));
  }
  return all;
}
