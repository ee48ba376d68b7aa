//===- Refusals.h - What the pipeline is known to refuse --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_REFUSALS_H
#define QUANT_BNN_UNITTESTS_FUZZ_REFUSALS_H

#include "llvm/ADT/StringRef.h"

namespace quant_bnn::fuzz {

/// Whether `message`, with which the pipeline refused a module, is known. Any
/// other refusal is a finding, for all that is generated can be compiled.
bool isKnownRefusal(llvm::StringRef message);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_REFUSALS_H
