//===- FloatMode.h - How the CPU computes with floats -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FLOATMODE_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FLOATMODE_H

#include <stdint.h>

namespace quant_bnn {

#if defined(__SSE__)
/// In MXCSR: zeros for subnormal operands and results, and the rounding.
constexpr uint64_t floatModeBits = 0xE040;
inline uint64_t readFloatMode() { return __builtin_ia32_stmxcsr(); }
inline void writeFloatMode(uint64_t mode) { __builtin_ia32_ldmxcsr(mode); }
#elif defined(__aarch64__)
/// In FPCR: the same, and the default NaN.
constexpr uint64_t floatModeBits = 0x3C80000;
inline uint64_t readFloatMode() {
  uint64_t mode;
  asm volatile("mrs %0, fpcr" : "=r"(mode));
  return mode;
}
inline void writeFloatMode(uint64_t mode) {
  asm volatile("msr fpcr, %0" : : "r"(mode) : "memory");
}
#else
constexpr uint64_t floatModeBits = 0;
inline uint64_t readFloatMode() { return 0; }
inline void writeFloatMode(uint64_t) {}
#endif

/// Makes the thread compute as C programs do: round to nearest, keep subnormal
/// numbers. Frameworks such as XLA call from threads that take these for zeros.
/// Returns the bits that were set before.
inline uint64_t setDefaultFloatMode() {
  uint64_t mode = readFloatMode();
  if (mode & floatModeBits)
    writeFloatMode(mode & ~floatModeBits);
  return mode & floatModeBits;
}

/// Sets the bits that `setDefaultFloatMode` returned.
inline void restoreFloatMode(uint64_t bits) {
  if (bits)
    writeFloatMode(readFloatMode() | bits);
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FLOATMODE_H
