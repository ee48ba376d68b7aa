//===- LitSeeds.h - Cases from lit tests ------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_LITSEEDS_H
#define QUANT_BNN_UNITTESTS_FUZZ_LITSEEDS_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace quant_bnn::fuzz {

/// A module of a test, and the passes of one of the test's RUN lines.
struct LitSeed {
  std::string file;
  std::string text;
  std::vector<std::string> steps;
};

/// Returns the files under `folder` that end in `extension`, in an order that
/// does not depend on the file system.
std::vector<std::string> findFiles(llvm::StringRef folder,
                                   llvm::StringRef extension);

/// Returns the modules in `text`, which `// -----` separates.
std::vector<std::string> splitModules(llvm::StringRef text);

/// Returns all pairs of a module and a RUN line of the tests under `folder`
/// whose RUN lines run bnn-opt on the file.
std::vector<LitSeed> readLitSeeds(llvm::StringRef folder);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_LITSEEDS_H
