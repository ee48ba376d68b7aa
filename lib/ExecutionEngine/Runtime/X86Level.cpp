//===- X86Level.cpp - The level of x86-64 that a CPU has ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The levels are those of the System V ABI for x86-64, section 3.1.1. The
// runtime library of the compiler, which __builtin_cpu_supports needs, may be
// missing where a library is linked.
//
//===----------------------------------------------------------------------===//

#if defined(__x86_64__)

#include "quant-bnn/ExecutionEngine/X86Level.h"
#include "Fail.h"
#include "X86Registers.h"

#include <atomic>
#include <cpuid.h>

using namespace quant_bnn;

/// What each level after x86-64 adds to the one before it.
static constexpr X86Registers levels[] = {
    // x86-64-v2
    {bit_SSE3 | bit_SSSE3 | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 |
         bit_POPCNT,
     0, bit_LAHF_LM, 0},
    // x86-64-v3, with the registers XMM and YMM
    {bit_FMA | bit_MOVBE | bit_OSXSAVE | bit_AVX | bit_F16C,
     bit_BMI | bit_AVX2 | bit_BMI2, bit_ABM, 0x06},
    // x86-64-v4, with masks and the two parts of the registers ZMM
    {0,
     uint32_t(bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW |
              bit_AVX512VL),
     0, 0xE0},
};

/// Whether `cpu` has all bits of `required`.
static bool contains(const X86Registers &cpu, const X86Registers &required) {
  return (required.ecx1 & ~cpu.ecx1) == 0 && (required.ebx7 & ~cpu.ebx7) == 0 &&
         (required.extendedECX & ~cpu.extendedECX) == 0 &&
         (required.xcr0 & ~cpu.xcr0) == 0;
}

int quant_bnn::getX86Level(const X86Registers &cpu) {
  int level = 0;
  for (const X86Registers &added : levels) {
    if (!contains(cpu, added))
      break;
    ++level;
  }
  return level;
}

static X86Registers readRegisters() {
  X86Registers registers = {};
  uint32_t eax, ebx, ecx, edx;
  if (__get_cpuid(1, &eax, &ebx, &ecx, &edx))
    registers.ecx1 = ecx;
  if (__get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx))
    registers.ebx7 = ebx;
  if (__get_cpuid(0x80000001, &eax, &ebx, &ecx, &edx))
    registers.extendedECX = ecx;
  if (registers.ecx1 & bit_OSXSAVE)
    asm("xgetbv" : "=a"(registers.xcr0), "=d"(edx) : "c"(0));
  return registers;
}

int32_t quant_bnn_x86_level(int32_t required) {
  // Threads that are here at once find the same level.
  static std::atomic<int32_t> known{-1};
  int32_t level = known.load(std::memory_order_relaxed);
  if (level < 0) {
    level = getX86Level(readRegisters());
    known.store(level, std::memory_order_relaxed);
  }
  if (level >= required)
    return level;
  static const char *const names[] = {"x86-64", "x86-64-v2", "x86-64-v3",
                                      "x86-64-v4"};
  char message[128];
  snprintf(message, sizeof(message),
           "the library requires a CPU of level %s, but this CPU has %s",
           names[required], names[level]);
  fail(message);
}

#endif // defined(__x86_64__)
