//===- Modules.h - Information about launched kernels -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_MODULES_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_MODULES_H

namespace quant_bnn {
namespace cuda {

/// Returns the name of the last kernel that this thread launched, or null.
const char *getLastKernelName();

} // namespace cuda
} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_CUDA_MODULES_H
