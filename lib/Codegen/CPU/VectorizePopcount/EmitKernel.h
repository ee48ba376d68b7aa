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

/// Emits loops for `contraction` before its op.
void emitKernel(const Contraction &contraction, const Options &options);

} // namespace quant_bnn::vectorize_popcount

#endif // QUANT_BNN_LIB_CODEGEN_CPU_VECTORIZEPOPCOUNT_EMITKERNEL_H
