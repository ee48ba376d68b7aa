//===- CurrentCall.h - The call that a failed assertion ends ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_CURRENTCALL_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_CURRENTCALL_H

#include <setjmp.h>

namespace quant_bnn {

/// Where the thread goes on after an assertion of a compiled function failed:
/// in the caller that waits for an error. Null if there is no such caller, and
/// while the tasks of a loop run, which other threads may run as well.
extern __thread jmp_buf *currentCall;

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_CURRENTCALL_H
