//===- Remarks.h - Remarks of passes ----------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_REMARKS_H
#define QUANT_BNN_SUPPORT_REMARKS_H

#include "mlir/IR/Remarks.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

namespace quant_bnn {

/// Returns the options of a remark on `op`: the name of the remark, the pass as
/// its category, and the function that contains `op`, if any.
inline mlir::remark::RemarkOpts
getRemarkOpts(llvm::StringRef name, llvm::StringRef pass, mlir::Operation *op) {
  auto opts = mlir::remark::RemarkOpts::name(name).category(pass);
  auto function = llvm::dyn_cast<mlir::FunctionOpInterface>(op);
  if (!function)
    function = op->getParentOfType<mlir::FunctionOpInterface>();
  return function ? opts.function(function.getName()) : opts;
}

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_REMARKS_H
