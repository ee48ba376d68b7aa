//===- TranspositionEmitter.h - Transposing loops ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_TRANSPOSITIONEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_TRANSPOSITIONEMITTER_H

#include "../LoopEmission/Plan.h"

namespace quant_bnn::vectorize {

/// Emits the loops of `plan`, which is of `buildTransposingPlan`, before its
/// op.
void emitTransposition(const Plan &plan, const Options &options);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_TRANSPOSITIONEMITTER_H
