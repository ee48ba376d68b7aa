//===- EarlierForms.h - Forms of packed ops before version 0.2 --*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_EARLIERFORMS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_EARLIERFORMS_H

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

namespace quant_bnn::detail {

/// Returns the op that took the place of the removed op `opName`, or an empty
/// string.
llvm::StringRef getSuccessor(llvm::StringRef opName);

} // namespace quant_bnn::detail

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_IR_EARLIERFORMS_H
