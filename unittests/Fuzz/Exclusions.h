//===- Exclusions.h - Faults that are known ------------------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_EXCLUSIONS_H
#define QUANT_BNN_UNITTESTS_FUZZ_EXCLUSIONS_H

#include "mlir/IR/BuiltinOps.h"

namespace quant_bnn::fuzz {

/// Whether `step` on `module` is left out, since what goes wrong is known and
/// not mended yet. Empty is what this should be.
bool isExcluded(mlir::ModuleOp module, llvm::StringRef step);

/// Whether `message`, with which the pipeline refused a module, is known.
bool isKnownRefusal(llvm::StringRef message);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_EXCLUSIONS_H
