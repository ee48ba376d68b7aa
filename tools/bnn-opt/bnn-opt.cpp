//===- bnn-opt.cpp - The optimizer driver ---------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"
#include "mlir/Target/LLVMIR/Dialect/All.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "quant-bnn/InitAll.h"
#include "quant-bnn/Version.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/raw_ostream.h"

#ifndef NDEBUG
/// LLVM libraries of distributions are built without assertions and have no
/// --debug-only. This option enables the debug output of this project.
static llvm::cl::list<std::string> debugOnly(
    "debug-only", llvm::cl::CommaSeparated, llvm::cl::value_desc("pass names"),
    llvm::cl::desc("Print the debug output of these passes of quant-bnn"),
    llvm::cl::callback([](const std::string &type) {
      static std::vector<std::string> types;
      types.push_back(type);
      std::vector<const char *> names;
      for (const std::string &name : types)
        names.push_back(name.c_str());
      llvm::DebugFlag = true;
      llvm::setCurrentDebugTypes(names.data(), names.size());
    }));
#endif

int main(int argc, char **argv) {
  llvm::cl::AddExtraVersionPrinter([](llvm::raw_ostream &os) {
    os << "quant-bnn version " QUANT_BNN_VERSION "\n";
  });

  mlir::registerAllPasses();
  quant_bnn::registerAllPasses();

  mlir::DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  // gpu-module-to-binary translates to LLVM IR.
  mlir::registerAllGPUToLLVMIRTranslations(registry);
  quant_bnn::registerAllDialects(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "quant-bnn optimizer driver\n", registry));
}
