//===- BF16ToI16.h - bf16 as its bits --------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_BF16TOI16_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_BF16TOI16_H

namespace mlir {
class AttrTypeReplacer;
class MLIRContext;
} // namespace mlir

namespace quant_bnn {

/// Lets `replacer` make i16 of bf16, and of constants of it their bits.
void addBF16ToI16Replacements(mlir::MLIRContext *context,
                              mlir::AttrTypeReplacer &replacer);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_BF16TOI16_H
