//===- EmitContraction.cpp - Contractions by blocks -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitContraction.h"
#include "ContractionEmitter.h"
#include "LookupEmitter.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-vectorize-linalg"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

bool quant_bnn::vectorize::emitContraction(const Plan &plan,
                                           const Options &options,
                                           const Epilogue *epilogue) {
  std::optional<Blocking> blocking = chooseBlocking(plan, options);
  if (!blocking)
    return false;
  linalg::LinalgOp op = plan.op;
  LDBG() << op.getLoc() << ": blocks of " << blocking->kernelRows
         << " rows and " << blocking->kernelVectors << " vectors"
         << (blocking->looksUp ? ", by lookup" : "");
  if (blocking->looksUp)
    LookupEmitter(plan, *blocking, options, epilogue).emit();
  else
    ContractionEmitter(plan, *blocking, options, epilogue).emit();
  return !blocking->mayNotPay;
}
