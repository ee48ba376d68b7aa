//===- RefuseMathNames.cpp - Refuse names of the C math library -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "llvm/ADT/StringSwitch.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNREFUSEMATHNAMESPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Returns the name of the C function that may compute `op`, or an empty string
/// if none does.
static std::string getCName(Operation *op) {
  Type type = getElementTypeOrSelf(op->getResult(0).getType());
  if (!isa<FloatType>(type))
    return "";
  StringRef mnemonic = op->getName().stripDialect();
  StringRef stem = llvm::StringSwitch<StringRef>(mnemonic)
                       .Cases({"absf", "copysign"}, "")
                       .Case("powf", "pow")
                       .Default(mnemonic);
  if (stem.empty() || type.isF64())
    return stem.str();
  return (stem + "f").str();
}

namespace {
struct QuantBNNRefuseMathNamesPass
    : quant_bnn::impl::QuantBNNRefuseMathNamesPassBase<
          QuantBNNRefuseMathNamesPass> {
  void runOnOperation() override {
    // Nothing to verify again.
    markAllAnalysesPreserved();
    SymbolTable symbols(getOperation());
    getOperation()->walk([&](Operation *op) {
      if (!isa_and_present<math::MathDialect>(op->getDialect()))
        return;
      std::string name = getCName(op);
      auto function = symbols.lookup<FunctionOpInterface>(name);
      if (!function || function.isExternal())
        return;
      InFlightDiagnostic error =
          op->emitError("needs '")
          << name << "' of the C math library, which the module hides";
      error.attachNote(function->getLoc()) << "by a function of that name";
      signalPassFailure();
    });
  }
};
} // namespace
