//===- LoopEmitter.h - Vector loops for CPUs --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_LOOPEMITTER_H
#define QUANT_BNN_LIB_CODEGEN_CPU_LOOPEMITTER_H

#include "../LoopEmission/Epilogue.h"

namespace quant_bnn::vectorize {

/// Emits the loops of `plan` before its op. The loops compute `epilogue`, too,
/// unless that is null.
void emitLoops(const Plan &plan, const Options &options,
               const Epilogue *epilogue);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_LOOPEMITTER_H
