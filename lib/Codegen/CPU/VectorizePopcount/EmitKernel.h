//===- EmitKernel.h - Emit the kernel of a contraction ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_EMITKERNEL_H
#define QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_EMITKERNEL_H

#include "KernelEmitter.h"

namespace quant_bnn::vectorize_popcount {

/// Whether a kernel of `contraction` has all sums of a word of outputs in
/// registers at once.
bool canPackSums(const Contraction &contraction, const Options &options);

/// Emits loops for `contraction`, and for `epilogue` unless that is null,
/// before the op of the contraction.
void emitKernel(const Contraction &contraction, const Epilogue *epilogue,
                const Options &options);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_EMITKERNEL_H
