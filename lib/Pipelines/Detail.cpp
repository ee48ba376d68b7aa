//===- Detail.cpp - Shared parts of pipelines -----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Transforms/Passes.h"
#include "quant-bnn/Codegen/Common/Passes.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "quant-bnn/Codegen/Workarounds/Passes.h"
#include "quant-bnn/Support/Canonicalizer.h"

using namespace mlir;

void quant_bnn::addCleanup(OpPassManager &pm) {
  pm.addPass(quant_bnn::createExactCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// Adds the passes that `populate` adds, to run only where there is an op whose
/// name or dialect is among `ops`.
static void addIfPresent(OpPassManager &pm, ArrayRef<StringRef> ops,
                         llvm::function_ref<void(OpPassManager &)> populate) {
  pm.addPass(quant_bnn::createQuantBNNRunIfPresentPass(pm.getOpAnchorName(),
                                                       ops, populate));
}

void quant_bnn::addExtendMath(OpPassManager &functions) {
  QuantBNNEmulateNarrowFloatsPassOptions emulate;
  emulate.mathOnly = true;
  functions.addPass(createQuantBNNEmulateNarrowFloatsPass(emulate));
}

void quant_bnn::addExpansion(OpPassManager &functions,
                             BF16Instruction instruction) {
  addIfPresent(
      functions,
      {"vector.print", "vector.transfer_read", "vector.transfer_write"},
      [](OpPassManager &pm) { pm.addPass(createConvertVectorToSCFPass()); });
  functions.addPass(createQuantBNNEmulateNarrowFloatsPass());
  QuantBNNRoundToBF16PassOptions round;
  round.instruction = instruction;
  functions.addPass(createQuantBNNRoundToBF16Pass(round));
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  functions.addPass(arith::createArithExpandOpsPass(expand));
  functions.addPass(createQuantBNNExpandDynamicReshapesPass());
  addIfPresent(functions,
               {"memref.collapse_shape", "memref.expand_shape",
                "memref.extract_strided_metadata", "memref.subview"},
               [](OpPassManager &pm) {
                 pm.addPass(memref::createExpandStridedMetadataPass());
               });
  addIfPresent(functions, StringRef("affine"),
               [](OpPassManager &pm) { pm.addPass(createLowerAffinePass()); });
}

void quant_bnn::addConvertKernels(OpPassManager &kernels,
                                  std::unique_ptr<Pass> conversion) {
  kernels.addPass(createQuantBNNConvertSCFToCFPass());
  kernels.addPass(createQuantBNNConvertVectorToLLVMPass());
  kernels.addPass(std::move(conversion));
  addCleanup(kernels);
  kernels.addPass(createReconcileUnrealizedCastsPass());
  kernels.addPass(createQuantBNNRefuseVendorMathPass());
  kernels.addNestedPass<LLVM::LLVMFuncOp>(createQuantBNNBF16ToI16Pass());
}

void quant_bnn::addRefuseLeftovers(OpPassManager &pm,
                                   ArrayRef<StringRef> dialects) {
  QuantBNNRefuseLeftoversPassOptions refuse;
  for (StringRef dialect : dialects)
    refuse.dialects.push_back(dialect.str());
  pm.addPass(createQuantBNNRefuseLeftoversPass(refuse));
}
