//===- Fail.h - End the program with a message ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FAIL_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FAIL_H

#include <stdio.h>
#include <stdlib.h>

namespace quant_bnn {

[[noreturn]] inline void fail(const char *message) {
  fprintf(stderr, "quant_bnn_runtime: error: %s\n", message);
  abort();
}

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_RUNTIME_FAIL_H
