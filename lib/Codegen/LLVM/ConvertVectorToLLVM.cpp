//===- ConvertVectorToLLVM.cpp - Convert unusual ops on vectors -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-convert-vector-to-llvm"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTVECTORTOLLVMPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// Returns whether convert-to-llvm converts `op`, which is of the vector
/// dialect, without another pass before it.
static bool isConvertedLater(Operation *op) {
  if (auto broadcast = dyn_cast<vector::BroadcastOp>(op))
    if (isa<VectorType>(broadcast.getSourceType()))
      return false;
  auto isScalarOrVector1D = [](Type type) {
    auto vector = dyn_cast<VectorType>(type);
    return !vector || vector.getRank() == 1;
  };
  return isa<vector::BitCastOp, vector::BroadcastOp, vector::ExtractOp,
             vector::FMAOp, vector::InsertOp, vector::InterleaveOp,
             vector::LoadOp, vector::MaskedLoadOp, vector::MaskedStoreOp,
             vector::ReductionOp, vector::ShuffleOp, vector::StoreOp>(op) &&
         llvm::all_of(op->getOperandTypes(), isScalarOrVector1D) &&
         llvm::all_of(op->getResultTypes(), isScalarOrVector1D);
}

namespace {
struct QuantBNNConvertVectorToLLVMPass
    : quant_bnn::impl::QuantBNNConvertVectorToLLVMPassBase<
          QuantBNNConvertVectorToLLVMPass> {
  QuantBNNConvertVectorToLLVMPass() {
    ConvertVectorToLLVMPassOptions options;
    // A 32-bit index would silently lose elements past 2^31.
    options.force32BitVectorIndices = false;
    passes.addPass(createConvertVectorToLLVMPass(options));
  }
  QuantBNNConvertVectorToLLVMPass(const QuantBNNConvertVectorToLLVMPass &other)
      : Base(other), passes(other.passes) {}

  void runOnOperation() override {
    WalkResult found = getOperation()->walk([](Operation *op) {
      bool isUnusual =
          isa_and_present<vector::VectorDialect>(op->getDialect()) &&
          !isConvertedLater(op);
      if (isUnusual)
        LDBG() << "convert all vectors, for " << *op;
      return WalkResult(failure(isUnusual));
    });
    if (!found.wasInterrupted())
      return markAllAnalysesPreserved();
    if (failed(runPipeline(passes, getOperation())))
      signalPassFailure();
  }

private:
  OpPassManager passes;
};
} // namespace
