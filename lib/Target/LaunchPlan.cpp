//===- LaunchPlan.cpp - Kernels and how to launch them --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Target/LaunchPlan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/LLVMIR/ROCDLDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/SPIRV/IR/SPIRVDialect.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/Base64.h"

using namespace mlir;
using namespace quant_bnn;
namespace json = llvm::json;

namespace {
/// Writes the host code of one function.
class FunctionWriter {
public:
  explicit FunctionWriter(func::FuncOp function) : function(function) {}
  FailureOr<json::Value> write();

private:
  int64_t define(Value value);
  json::Array number(ValueRange values);
  LogicalResult describe(Operation &op, json::Object &step);

  func::FuncOp function;
  DenseMap<Value, int64_t> numbers;
  json::Array types;
};
} // namespace

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return text;
}

//===----------------------------------------------------------------------===//
// Host code
//===----------------------------------------------------------------------===//

int64_t FunctionWriter::define(Value value) {
  types.push_back(print(value.getType()));
  return numbers.try_emplace(value, numbers.size()).first->second;
}

json::Array FunctionWriter::number(ValueRange values) {
  return json::Array(llvm::map_range(
      values, [&](Value value) { return numbers.lookup(value); }));
}

/// Returns the number that `value` holds, for floats with all their digits, or
/// nullopt if it is no number.
static std::optional<json::Value> getNumber(Attribute value) {
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return json::Value(integer.getType().isInteger(1)
                           ? int64_t(integer.getValue().getZExtValue())
                           : integer.getValue().getSExtValue());
  if (auto number = dyn_cast<FloatAttr>(value))
    return json::Value(number.getValueAsDouble());
  return std::nullopt;
}

/// Returns the bytes of the elements of a constant of the host. Emits an error
/// if the constant has no dense value.
static FailureOr<std::string> getBytes(memref::GetGlobalOp op) {
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      op, op.getNameAttr());
  auto value =
      global
          ? dyn_cast_or_null<DenseElementsAttr>(global.getConstantInitValue())
          : DenseElementsAttr();
  if (!value)
    return op.emitError() << "'@" << op.getName()
                          << "' has no value that a launch plan could hold";
  std::string bytes;
  // A buffer has a byte for each i1, however the attribute holds them.
  if (value.getElementType().isInteger(1)) {
    for (bool bit : value.getValues<bool>())
      bytes += char(bit);
    return bytes;
  }
  ArrayRef<char> data = value.getRawData();
  for (int64_t i = 0, e = value.isSplat() ? value.getNumElements() : 1; i < e;
       ++i)
    bytes.append(data.begin(), data.end());
  return bytes;
}

static LogicalResult refuse(Operation *op) {
  return op->emitError("a launch plan cannot hold this step");
}

/// Adds to `step` the fields of `op` other than operands and results. Emits an
/// error if a launch plan cannot hold `op`.
LogicalResult FunctionWriter::describe(Operation &op, json::Object &step) {
  return llvm::TypeSwitch<Operation *, LogicalResult>(&op)
      .Case([&](arith::ConstantOp op) -> LogicalResult {
        std::optional<json::Value> value = getNumber(op.getValue());
        if (!value)
          return refuse(op);
        step["value"] = *value;
        return success();
      })
      .Case([&](arith::CmpIOp op) {
        step["predicate"] = arith::stringifyCmpIPredicate(op.getPredicate());
        return success();
      })
      .Case([&](arith::CmpFOp op) {
        step["predicate"] = arith::stringifyCmpFPredicate(op.getPredicate());
        return success();
      })
      .Case([&](memref::GetGlobalOp op) -> LogicalResult {
        FailureOr<std::string> bytes = getBytes(op);
        if (failed(bytes))
          return failure();
        step["value"] = llvm::encodeBase64(*bytes);
        return success();
      })
      .Case([&](gpu::LaunchFuncOp op) -> LogicalResult {
        gpu::KernelDim3 grid = op.getGridSizeOperandValues();
        gpu::KernelDim3 block = op.getBlockSizeOperandValues();
        step["module"] = op.getKernelModuleName().getValue();
        step["kernel"] = op.getKernelName().getValue();
        step["grid"] = number({grid.x, grid.y, grid.z});
        step["block"] = number({block.x, block.y, block.z});
        step["operands"] = number(op.getKernelOperands());
        return success();
      })
      .Case([&](func::CallOp op) {
        step["callee"] = op.getCallee();
        return success();
      })
      .Case<gpu::AllocOp, gpu::DeallocOp, gpu::MemcpyOp, memref::AllocaOp,
            memref::AllocOp, memref::CastOp, memref::DimOp,
            memref::ExtractAlignedPointerAsIndexOp,
            memref::ExtractStridedMetadataOp, memref::LoadOp,
            memref::ReinterpretCastOp>([](Operation *) { return success(); })
      .Default([](Operation *op) -> LogicalResult {
        if (op->getNumRegions() != 0 ||
            !isa_and_present<arith::ArithDialect>(op->getDialect()))
          return refuse(op);
        return success();
      });
}

FailureOr<json::Value> FunctionWriter::write() {
  if (!function.getBody().hasOneBlock())
    return function.emitError(
        "has control flow, which a launch plan cannot hold");
  json::Object result{{"name", function.getName()}};
  json::Array steps;
  result["arguments"] = json::Array(llvm::map_range(
      function.getArguments(), [&](Value value) { return define(value); }));
  for (Operation &op : function.getBody().front().without_terminator()) {
    json::Object step{{"op", op.getName().getStringRef()},
                      {"operands", number(op.getOperands())}};
    if (failed(describe(op, step)))
      return failure();
    step["results"] = json::Array(llvm::map_range(
        op.getResults(), [&](Value value) { return define(value); }));
    steps.push_back(std::move(step));
  }
  result["results"] =
      number(function.getBody().front().getTerminator()->getOperands());
  result["types"] = std::move(types);
  result["steps"] = std::move(steps);
  return json::Value(std::move(result));
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

static StringRef getFormatName(gpu::ObjectAttr object) {
  switch (object.getFormat()) {
  case gpu::CompilationTarget::Assembly:
    return "assembly";
  case gpu::CompilationTarget::Binary:
    return "binary";
  case gpu::CompilationTarget::Fatbin:
    return "fatbinary";
  default:
    return "";
  }
}

static StringRef getChip(Attribute target) {
  if (auto nvvm = dyn_cast<NVVM::NVVMTargetAttr>(target))
    return nvvm.getChip();
  if (auto rocdl = dyn_cast<ROCDL::ROCDLTargetAttr>(target))
    return rocdl.getChip();
  return "";
}

static FailureOr<json::Array> writeKernels(ModuleOp module) {
  json::Array kernels;
  for (auto binary : module.getOps<gpu::BinaryOp>())
    for (auto object : binary.getObjectsAttr().getAsRange<gpu::ObjectAttr>()) {
      StringRef format = getFormatName(object),
                chip = getChip(object.getTarget());
      if (format.empty() || chip.empty())
        return binary.emitError("is not compiled for a GPU");
      kernels.push_back(json::Object{
          {"module", binary.getName()},
          {"format", format},
          {"chip", chip},
          {"image", llvm::encodeBase64(object.getObject().getValue())}});
    }
  for (auto kernel : module.getOps<gpu::GPUModuleOp>())
    return kernel.emitError("is not compiled: run gpu-module-to-binary");
  return kernels;
}

FailureOr<json::Value> quant_bnn::buildLaunchPlan(ModuleOp module) {
  FailureOr<json::Array> kernels = writeKernels(module);
  if (failed(kernels))
    return failure();
  json::Array functions;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal())
      continue;
    FailureOr<json::Value> written = FunctionWriter(function).write();
    if (failed(written))
      return failure();
    functions.push_back(std::move(*written));
  }
  return json::Value(json::Object{{"kernels", std::move(*kernels)},
                                  {"functions", std::move(functions)}});
}

void quant_bnn::registerToLaunchPlanTranslation() {
  TranslateFromMLIRRegistration registration(
      "gpu-to-launch-plan",
      "kernels, and the steps of the host code that launches them, as JSON",
      [](ModuleOp module, raw_ostream &output) -> LogicalResult {
        FailureOr<json::Value> plan = buildLaunchPlan(module);
        if (failed(plan))
          return failure();
        output << llvm::formatv("{0:2}\n", *plan);
        return success();
      },
      [](DialectRegistry &registry) {
        // Includes dialects that a plan cannot hold, so that an error names the
        // op.
        registry
            .insert<arith::ArithDialect, cf::ControlFlowDialect,
                    func::FuncDialect, gpu::GPUDialect, memref::MemRefDialect,
                    NVVM::NVVMDialect, QuantBNNDialect, ROCDL::ROCDLDialect,
                    scf::SCFDialect, spirv::SPIRVDialect>();
      });
}
