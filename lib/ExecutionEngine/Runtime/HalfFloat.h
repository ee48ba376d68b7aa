/*===- HalfFloat.h - Conversions of f16 in integers ---------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_HALFFLOAT_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_HALFFLOAT_H

#include <stdint.h>
#include <string.h>

/** Returns the value of the f16 with the bits `half`. A NaN becomes quiet. */
static inline float quant_bnn_extend_half(uint16_t half) {
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7FFF;
  uint32_t bits = magnitude << 13;
  if (magnitude >= 0x7C00) {
    bits |= 0x7F800000 | (magnitude > 0x7C00 ? 0x400000 : 0);
  } else if (magnitude >= 0x400) {
    bits += (127 - 15) << 23;
  } else {
    float subnormal = (float)magnitude * 0x1p-24f;
    memcpy(&bits, &subnormal, sizeof(bits));
  }
  bits |= sign;
  float result;
  memcpy(&result, &bits, sizeof(result));
  return result;
}

/** Returns the bits of `value` rounded to f16, to even in a tie. A NaN becomes
 *  quiet. */
static inline uint16_t quant_bnn_round_to_half(double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof(bits));
  uint16_t sign = bits >> 48 & 0x8000;
  uint64_t magnitude = bits & INT64_MAX;
  if (magnitude > 0x7FF0000000000000)
    return sign | 0x7E00 | (magnitude >> 42 & 0x1FF);
  if (magnitude >= 0x40EFFE0000000000) /* 65520 */
    return sign | 0x7C00;
  if (magnitude >= 0x3F10000000000000) { /* 2^-14 */
    magnitude += 0x1FFFFFFFFFF + (magnitude >> 42 & 1);
    return sign | (uint16_t)((magnitude >> 42) - ((1023 - 15) << 10));
  }
  /* The sum is rounded to a multiple of the smallest f16. */
  double sum = (sign ? -value : value) + 0x1p28;
  memcpy(&bits, &sum, sizeof(bits));
  return sign | (bits & 0x7FF);
}

#endif /* QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_HALFFLOAT_H */
