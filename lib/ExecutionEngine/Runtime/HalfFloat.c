/*===- HalfFloat.c - Conversions of f16 for CPUs without them -----*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* LLVM calls these functions where the CPU has no instruction. They are in   *|
|* the runtime library of the compiler, but not for shared libraries: a copy  *|
|* in a program is hidden, and libgcc_s has them only since GCC 12.           *|
|*                                                                            *|
|* In C, as g++ 12 has no type _Float16.                                      *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#if defined(__x86_64__)

#include "HalfFloat.h"

#define HELPER __attribute__((weak, visibility("hidden")))

HELPER float __extendhfsf2(_Float16 half);
HELPER _Float16 __truncdfhf2(double value);
HELPER _Float16 __truncsfhf2(float value);

float __extendhfsf2(_Float16 half) {
  uint16_t bits;
  memcpy(&bits, &half, sizeof(bits));
  return quant_bnn_extend_half(bits);
}

_Float16 __truncdfhf2(double value) {
  uint16_t bits = quant_bnn_round_to_half(value);
  _Float16 half;
  memcpy(&half, &bits, sizeof(half));
  return half;
}

/* A float is a double, without rounding. */
_Float16 __truncsfhf2(float value) { return __truncdfhf2(value); }

#endif /* defined(__x86_64__) */
