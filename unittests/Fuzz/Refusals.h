//===- Refusals.h - Known refusals of the pipeline --------------*- C++ -*-===//
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

/// Whether `message`, with which the pipeline refused a module, is a known
/// refusal. Any other refusal is a finding, since every generated module can be
/// compiled.
bool isKnownRefusal(llvm::StringRef message);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_REFUSALS_H
