//===- BF16ToI16.h - Convert bf16 to i16 ------------------------*- C++ -*-===//
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

/// Adds replacements to `replacer` of bf16 by i16, and of bf16 constants by i16
/// constants with the same bits.
void addBF16ToI16Replacements(mlir::MLIRContext *context,
                              mlir::AttrTypeReplacer &replacer);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_BF16TOI16_H
