//===- Isolation.h - Work in child processes --------------------*- C++ -*-===//
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

/// The message that a child writes to stderr before it ends itself.
constexpr llvm::StringLiteral timeoutMessage = "took too long\n";

/// The outcome of an item of work. `text` is the result of the item. If the
/// item did not return, `text` is its output on stderr: the stack of a crash.
struct Report {
  uint64_t item;
  Ending ending;
  std::string text;
};

/// Does `work` for items `begin`, `begin + 1`, ... in child processes, many
/// items in each, until `report` returns false or `end` is reached. A crash, or
/// an item that computes for more than `timeout` seconds, ends only its child.
void runIsolated(uint64_t begin, uint64_t end, double timeout,
                 llvm::function_ref<std::string(uint64_t)> work,
                 llvm::function_ref<bool(const Report &)> report);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_ISOLATION_H
