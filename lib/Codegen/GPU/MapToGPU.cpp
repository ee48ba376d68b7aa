//===- MapToGPU.cpp - Map linalg ops on memrefs to kernels ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../LoopEmission/Epilogue.h"
#include "../LoopEmission/Packing.h"
#include "Kernel.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"
#include "quant-bnn/Codegen/GPU/Passes.h"
#include "quant-bnn/Support/FuseProducts.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-map-to-gpu"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNMAPTOGPUPASS
#include "quant-bnn/Codegen/GPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNMapToGPUPass
    : quant_bnn::impl::QuantBNNMapToGPUPassBase<QuantBNNMapToGPUPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override;
  void runOnOperation() override;

private:
  void mapContractions(const map_to_gpu::Options &options);
};
} // namespace

LogicalResult QuantBNNMapToGPUPass::initialize(MLIRContext *context) {
  auto emitError = [&] { return mlir::emitError(UnknownLoc::get(context)); };
  if (blockSize < 1 || blockSize > 1024 || !llvm::isPowerOf2_64(blockSize))
    return emitError() << "block-size must be a power of two and at most 1024, "
                          "but is "
                       << int64_t(blockSize);
  if (vectorWidth < 64 || vectorWidth > 1024 ||
      !llvm::isPowerOf2_64(vectorWidth))
    return emitError()
           << "vector-width must be a power of two from 64 to 1024, but is "
           << int64_t(vectorWidth);
  return success();
}

/// Maps popcount contractions to kernels on tensor cores, which may include the
/// fill of the output; runs before fills are mapped.
void QuantBNNMapToGPUPass::mapContractions(const map_to_gpu::Options &options) {
  SmallVector<linalg::GenericOp> ops;
  getOperation()->walk([&](linalg::GenericOp op) { ops.push_back(op); });
  for (linalg::GenericOp op : ops) {
    FailureOr<popcount::Contraction> contraction =
        popcount::matchContraction(op);
    if (failed(contraction))
      continue;
    if (failed(map_to_gpu::emitBitMatrixKernel(*contraction, options)))
      continue;
    LDBG() << op.getLoc() << ": a kernel on tensor cores";
    op.erase();
    if (contraction->fill)
      contraction->fill.erase();
  }
}

void QuantBNNMapToGPUPass::runOnOperation() {
  map_to_gpu::Options options{blockSize, vectorWidth, unboundedViews, bitMMA};
  getOperation()->walk([&](linalg::GenericOp op) {
    vectorize::dropOverwrittenFills(op, options.forVectors());
  });
  getOperation()->walk([&](linalg::LinalgOp op) {
    vectorize::remarkIfRead(op, DEBUG_TYPE,
                            "a product on a GPU has no epilogue");
  });
  mapContractions(options);
  SmallVector<linalg::LinalgOp> ops;
  getOperation()->walk([&](linalg::LinalgOp op) {
    if (op.hasPureBufferSemantics())
      ops.push_back(op);
  });
  for (linalg::LinalgOp op : ops) {
    op = fuseProduct(op);
    bool isVector = succeeded(map_to_gpu::emitVectorKernels(op, options));
    LDBG() << op.getLoc() << ": a kernel of "
           << (isVector ? "vectors" : "one element a thread");
    if (!isVector)
      map_to_gpu::emitScalarKernel(op, options);
    op->erase();
  }
  // No GPU has masked loads and stores.
  RewritePatternSet patterns(&getContext());
  vector::populateVectorMaskedLoadStoreEmulationPatterns(patterns);
  walkAndApplyPatterns(getOperation(), std::move(patterns));
}
