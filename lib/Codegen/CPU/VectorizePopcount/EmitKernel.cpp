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

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

bool quant_bnn::vectorize_popcount::canPackSums(const Contraction &contraction,
                                                const Options &options) {
  std::unique_ptr<Counting> counting = chooseCounting(contraction, options);
  bool isBlocked = !contraction.isContiguous ||
                   popcount::getLeastRows(contraction) >= counting->minRows;
  linalg::LinalgOp op = contraction.op;
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  SmallVector<unsigned> innermost = {contraction.reductions.back()};
  if (contraction.mergedReduction)
    innermost.push_back(*contraction.mergedReduction);
  int64_t words = 1;
  for (unsigned loop : innermost) {
    if (ShapedType::isDynamic(extents[loop]))
      return false;
    words *= extents[loop];
  }
  // No word of outputs has more bits.
  int64_t width =
      std::max<int64_t>(counting->shape.vectors * counting->lanes, 64);
  return isBlocked &&
         words <= getPanelTile(contraction, counting->digits, width, options);
}

void quant_bnn::vectorize_popcount::emitKernel(const Contraction &contraction,
                                               const Epilogue *epilogue,
                                               const Options &options) {
  KernelEmitter nest(contraction, epilogue, options);
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
