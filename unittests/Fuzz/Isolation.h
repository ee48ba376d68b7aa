//===- Isolation.h - Work in processes of its own ------------- -*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_ISOLATION_H
#define QUANT_BNN_UNITTESTS_FUZZ_ISOLATION_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <cstdint>
#include <string>

namespace quant_bnn::fuzz {

enum class Ending { Returned, Crashed, TimedOut };

/// What a child writes to stderr before it ends itself.
constexpr llvm::StringLiteral timeoutMessage = "took too long\n";

/// What became of an item of work, and what it returned, or else the end of
/// what it wrote to stderr: the stack of a crash.
struct Report {
  uint64_t item;
  Ending ending;
  std::string text;
};

/// Does `work` for items `begin`, `begin + 1`, ... in child processes, many in
/// each, until `report` returns false or `end` is reached. A crash, or an item
/// of more than `timeout` seconds of computing, ends its child alone.
void runIsolated(uint64_t begin, uint64_t end, double timeout,
                 llvm::function_ref<std::string(uint64_t)> work,
                 llvm::function_ref<bool(const Report &)> report);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_ISOLATION_H
