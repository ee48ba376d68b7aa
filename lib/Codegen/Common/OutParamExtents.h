//===- OutParamExtents.h - Check the buffers for results --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_CODEGEN_COMMON_OUTPARAMEXTENTS_H
#define QUANT_BNN_LIB_CODEGEN_COMMON_OUTPARAMEXTENTS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace quant_bnn {

/// A tensor result of a function, and the parameter that it will be stored in.
struct ResultBuffer {
  unsigned result;
  mlir::BlockArgument parameter;
};

/// Asserts in `function` that each of `buffers` has the dynamic extents of its
/// result: at the entry of the function if the extents depend only on those of
/// arguments, and else where the extents are computed.
llvm::LogicalResult checkResultBuffers(mlir::func::FuncOp function,
                                       llvm::ArrayRef<ResultBuffer> buffers);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_CODEGEN_COMMON_OUTPARAMEXTENTS_H
