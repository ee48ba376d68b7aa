//===- X86Registers.h - What a CPU of x86-64 says of itself -----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_X86REGISTERS_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_X86REGISTERS_H

#include <stdint.h>

namespace quant_bnn {

/// Results of cpuid and xgetbv.
struct X86Registers {
  /// Of leaf 1.
  uint32_t ecx1;
  /// Of leaf 7.
  uint32_t ebx7;
  /// Of leaf 0x80000001.
  uint32_t extendedECX;
  /// The registers that the operating system saves, 0 if it cannot say so.
  uint32_t xcr0;
};

/// Returns the number of levels after x86-64 that the CPU has.
int getX86Level(const X86Registers &cpu);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_X86REGISTERS_H
