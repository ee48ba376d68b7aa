//===- RefuseVendorMath.cpp - Refuse calls to vendors' math libraries -----===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "quant-bnn/Codegen/GPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNREFUSEVENDORMATHPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

static bool isOfVendor(StringRef function) {
  return function.starts_with("__nv_") || function.starts_with("__ocml_");
}

namespace {
struct QuantBNNRefuseVendorMathPass
    : quant_bnn::impl::QuantBNNRefuseVendorMathPassBase<
          QuantBNNRefuseVendorMathPass> {
  void runOnOperation() override {
    SymbolTableCollection symbols;
    getOperation()->walk([&](LLVM::CallOp call) {
      auto callee = dyn_cast_if_present<LLVM::LLVMFuncOp>(
          call.resolveCallableInTable(&symbols));
      if (!callee || !callee.isExternal() || !isOfVendor(callee.getName()))
        return;
      call.emitError("needs '")
          << callee.getName()
          << "' of the vendor's math library, which is not linked";
      signalPassFailure();
    });
  }
};
} // namespace
