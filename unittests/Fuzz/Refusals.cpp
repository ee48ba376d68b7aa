//===- Refusals.cpp - Known refusals of the pipeline ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Refusals.h"

bool quant_bnn::fuzz::isKnownRefusal(llvm::StringRef message) {
  // An LLVM intrinsic that convert-math-to-intrinsics created, or a loop of
  // blocks that convert-scf-to-cf created, before bufferization.
  return message.contains("unknown memory side effects are not supported") ||
         message.contains("Only structured control-flow loops are supported");
}
