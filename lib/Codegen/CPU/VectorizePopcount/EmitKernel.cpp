//===- EmitKernel.cpp - Emit the kernel of a contraction ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EmitKernel.h"
#include "BlockedEmitter.h"
#include "Counting.h"
#include "DotEmitter.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "bnn-codegen-vectorize-popcount"

using namespace quant_bnn::vectorize_popcount;

void quant_bnn::vectorize_popcount::emitKernel(const Contraction &contraction,
                                               const Options &options) {
  KernelEmitter nest(contraction, options);
  std::unique_ptr<Counting> counting = chooseCounting(contraction, options);
  if (!contraction.isContiguous) {
    LDBG() << "a kernel of blocks";
    return BlockedEmitter(nest, *counting).emit();
  }
  LDBG() << "a kernel of blocks from " << counting->minRows
         << " rows on, and one of dot products below";
  nest.buildIf(
      nest.buildHasManyRows(counting->minRows),
      [&] { BlockedEmitter(nest, *counting).emit(); },
      [&] { DotEmitter(nest).emit(); });
}
