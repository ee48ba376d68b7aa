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
inline uint64_t readFloatControl() { return __builtin_ia32_stmxcsr(); }
inline void writeFloatControl(uint64_t bits) { __builtin_ia32_ldmxcsr(bits); }
#elif defined(__aarch64__)
/// In FPCR: zeros for subnormal numbers (FZ, FZ16, FIZ), the rounding (RMode),
/// and one NaN for all results (DN).
constexpr uint64_t floatModeBits = 0x3C80001;
inline uint64_t readFloatControl() {
  uint64_t bits;
  asm volatile("mrs %0, fpcr" : "=r"(bits));
  return bits;
}
inline void writeFloatControl(uint64_t bits) {
  asm volatile("msr fpcr, %0" : : "r"(bits) : "memory");
}
#else
constexpr uint64_t floatModeBits = 0;
inline uint64_t readFloatControl() { return 0; }
inline void writeFloatControl(uint64_t) {}
#endif

/// The mode of C programs: round to nearest, keep subnormal numbers.
constexpr uint64_t defaultFloatMode = 0;

/// Returns how the thread computes with floats.
inline uint64_t getFloatMode() { return readFloatControl() & floatModeBits; }

inline void setFloatMode(uint64_t mode) {
  uint64_t bits = readFloatControl();
  if ((bits & floatModeBits) != mode)
    writeFloatControl((bits & ~floatModeBits) | mode);
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FLOATMODE_H
