//===- VectorizePopcount.cpp - Lower popcount contractions ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Tasks.h"
#include "EmitKernel.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNVECTORIZEPOPCOUNTPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNVectorizePopcountPass
    : quant_bnn::impl::QuantBNNVectorizePopcountPassBase<
          QuantBNNVectorizePopcountPass> {
  using Base::Base;

  LogicalResult initialize(MLIRContext *context) override {
    Location loc = UnknownLoc::get(context);
    if (vectorWidth < 64 || !llvm::isPowerOf2_64(vectorWidth))
      return emitError(loc)
             << "vector-width must be a power of two and at least 64, but is "
             << int64_t(vectorWidth);
    if (failed(tasks::checkTaskTime(taskTime, context)))
      return failure();
    if (popcount != PopcountAccumulation::Table)
      return success();
    if (lookup == LookupInstructions::None)
      return emitError(loc)
             << "popcount=table needs the instruction set for lookup: x86";
    if (vectorWidth >= 128 && vectorWidth <= 512)
      return success();
    return emitError(loc)
           << "vector-width must be 128, 256 or 512 for popcount=table, but is "
           << int64_t(vectorWidth);
  }

  void runOnOperation() override {
    vectorize_popcount::Options options{vectorWidth, popcount, lookup, parallel,
                                        taskTime};
    SmallVector<popcount::Contraction, 0> contractions;
    getOperation()->walk([&](linalg::GenericOp op) {
      FailureOr<popcount::Contraction> contraction =
          popcount::matchContraction(op);
      if (succeeded(contraction))
        contractions.push_back(*contraction);
    });
    for (const popcount::Contraction &contraction : contractions) {
      std::optional<vectorize::Epilogue> epilogue = vectorize::takeEpilogue(
          vectorize::Producer(contraction.op, contraction.lanes),
          {vectorWidth, /*nontemporalThreshold=*/0, parallel,
           /*unrolls=*/false},
          getArgument(),
          vectorize_popcount::canPackSums(contraction, options)
              ? vectorize::PackingSupport::Words
              : vectorize::PackingSupport::None);
      vectorize_popcount::emitKernel(contraction,
                                     epilogue ? &*epilogue : nullptr, options);
      if (epilogue)
        epilogue->plan.op.erase();
      contraction.op->erase();
      if (contraction.fill)
        contraction.fill->erase();
    }
  }
};
} // namespace
