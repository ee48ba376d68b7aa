//===- bnn-translate.cpp - The translation driver -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/DLTI/DLTI.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllTranslations.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Tools/mlir-translate/MlirTranslateMain.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "quant-bnn/InitAll.h"
#include "quant-bnn/Target/LaunchPlan.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"

using namespace mlir;

/// Upstream's `mlir-to-llvmir` registers only its own dialects, so attributes
/// of this project that are left on lowered functions would not parse.
static void registerToLLVMIRTranslationWithQuantBNN() {
  TranslateFromMLIRRegistration registration(
      "mlir-to-llvmir", "Translate MLIR to LLVMIR",
      [](Operation *op, raw_ostream &output) -> LogicalResult {
        llvm::LLVMContext context;
        std::unique_ptr<llvm::Module> module =
            translateModuleToLLVMIR(op, context);
        if (!module)
          return failure();
        module->print(output, /*AAW=*/nullptr);
        return success();
      },
      [](DialectRegistry &registry) {
        registry.insert<DLTIDialect, func::FuncDialect>();
        registerAllToLLVMIRTranslations(registry);
        quant_bnn::registerAllDialects(registry);
      });
}

static llvm::cl::opt<std::string>
    gpuBinary("gpu-binary",
              llvm::cl::desc("The gpu.binary that --gpu-binary-to-object "
                             "writes, if there are several"),
              llvm::cl::value_desc("symbol"));

/// Writes the contents of the only object of a gpu.binary: assembly, or a
/// binary that a driver loads.
static LogicalResult translateGPUBinaryToObject(ModuleOp module,
                                                raw_ostream &output) {
  SmallVector<gpu::BinaryOp> binaries;
  for (auto binary : module.getOps<gpu::BinaryOp>())
    if (gpuBinary.empty() || binary.getName() == gpuBinary)
      binaries.push_back(binary);
  if (binaries.size() != 1)
    return emitError(module.getLoc(), "expected one gpu.binary")
           << (gpuBinary.empty() ? "" : " '@" + gpuBinary + "'")
           << ", but there are " << binaries.size();
  ArrayAttr objects = binaries[0].getObjects();
  if (objects.size() != 1)
    return emitError(binaries[0].getLoc(),
                     "expected one object, but there are ")
           << objects.size();
  output << cast<gpu::ObjectAttr>(objects[0]).getObject().getValue();
  return success();
}

static void registerGPUBinaryToObjectTranslation() {
  TranslateFromMLIRRegistration registration(
      "gpu-binary-to-object", "Write the object of a gpu.binary",
      translateGPUBinaryToObject, [](DialectRegistry &registry) {
        mlir::registerAllDialects(registry);
        quant_bnn::registerAllDialects(registry);
      });
}

int main(int argc, char **argv) {
  registerFromLLVMIRTranslation();
  registerFromSPIRVTranslation();
  registerGPUBinaryToObjectTranslation();
  registerToCppTranslation();
  registerToSPIRVTranslation();
  registerToLLVMIRTranslationWithQuantBNN();
  quant_bnn::registerToLaunchPlanTranslation();
  return failed(
      mlirTranslateMain(argc, argv, "quant-bnn translation driver\n"));
}
