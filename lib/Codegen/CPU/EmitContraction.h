//===- EmitContraction.h - Contractions by blocks ---------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_EMITCONTRACTION_H
#define QUANT_BNN_LIB_CODEGEN_CPU_EMITCONTRACTION_H

#include "../LoopEmission/Epilogue.h"

namespace quant_bnn::vectorize {

/// Emits the loops of `plan` before its op by blocks, if `plan` is a
/// contraction and if that pays. The loops compute `epilogue`, too, unless that
/// is null. Returns whether nothing is left to emit. Otherwise, loops without
/// blocks are to be emitted before the op, which is in a branch then if it
/// depends on dynamic extents whether blocks pay.
bool emitContraction(const Plan &plan, const Options &options,
                     const Epilogue *epilogue);

} // namespace quant_bnn::vectorize

#endif // QUANT_BNN_LIB_CODEGEN_CPU_EMITCONTRACTION_H
