/*===- X86Level.h - The level of x86-64 that a CPU has ------------*- C -*-===*\
|*                                                                            *|
|* Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.     *|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef QUANT_BNN_EXECUTIONENGINE_X86LEVEL_H
#define QUANT_BNN_EXECUTIONENGINE_X86LEVEL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Returns the highest level whose instructions the CPU has and whose registers
 *  the operating system saves: 0 for x86-64, and n - 1 for x86-64-vn. The
 *  functions of a library with several versions call this, to choose one. If
 *  the level is less than `required`, it prints an error to stderr and aborts.
 *  The runtime library of other architectures does not have this function. */
int32_t quant_bnn_x86_level(int32_t required);

#ifdef __cplusplus
}
#endif

#endif /* QUANT_BNN_EXECUTIONENGINE_X86LEVEL_H */
