//===- Transposition.cpp - Transposition in registers ---------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Transposition.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;

/// Builds the elements of the given `half` of each part, in turn from `lhs` and
/// from `rhs`.
static Value interleave(ImplicitLocOpBuilder &b, Value lhs, Value rhs,
                        int64_t partSize, unsigned half) {
  int64_t size = cast<VectorType>(lhs.getType()).getNumElements();
  SmallVector<int64_t> lanes;
  for (int64_t part = 0; part < size; part += partSize)
    for (int64_t i : llvm::seq(partSize / 2)) {
      int64_t lane = part + half * partSize / 2 + i;
      lanes.append({lane, size + lane});
    }
  return vector::ShuffleOp::create(b, lhs, rhs, lanes);
}

// Each step rotates the bits of the number of a row, followed by the bits of a
// position in a part, by one.
void quant_bnn::transposeParts(ImplicitLocOpBuilder &b,
                               SmallVector<Value> &rows) {
  int64_t size = rows.size();
  for (int64_t step = 1; step < size; step *= 2) {
    SmallVector<Value> next;
    for (int64_t row : llvm::seq(size / 2))
      for (unsigned half : {0, 1})
        next.push_back(
            interleave(b, rows[row], rows[row + size / 2], size, half));
    rows = std::move(next);
  }
}
