//===- Refusals.cpp - What the pipeline is known to refuse ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refusals.h"

bool quant_bnn::fuzz::isKnownRefusal(llvm::StringRef message) {
  // Slices of what is empty, and fused ops without an operand that has the
  // extents of the loops, are invalid IR on the way: faults that are open.
  return message.contains("is out-of-bounds") ||
         message.contains("indexing maps are non-invertible") ||
         // An LLVM intrinsic that convert-math-to-intrinsics has made, before
         // bufferization.
         message.contains("unknown memory side effects are not supported");
}
