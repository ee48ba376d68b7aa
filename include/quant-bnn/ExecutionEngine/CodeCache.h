//===- CodeCache.h - Compiled code that is kept in files --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_CODECACHE_H
#define QUANT_BNN_EXECUTIONENGINE_CODECACHE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

#include <memory>
#include <string>

namespace llvm {
class MemoryBuffer;
} // namespace llvm

namespace quant_bnn {

/// A folder of object files. Several processes may use it at once. The cache
/// removes files that were not used for a week, and the oldest files while all
/// together have more than 1 GiB. A file that cannot be read or written counts
/// as missing, so a cache changes no result.
class CodeCache {
public:
  /// Returns QUANT_BNN_CACHE_DIR of the environment, or else quant-bnn in the
  /// cache of the user.
  static std::string getDefaultFolder();

  /// Returns the key of code that depends on `parts`, on the CPU, on the
  /// version of LLVM and on the program that runs.
  static std::string getKey(llvm::ArrayRef<llvm::StringRef> parts);

  /// An empty `folder` keeps nothing.
  explicit CodeCache(std::string folder) : folder(std::move(folder)) {}

  bool isEnabled() const { return !folder.empty(); }

  /// Returns the object file of `key`, or null if there is none.
  std::unique_ptr<llvm::MemoryBuffer> lookup(llvm::StringRef key) const;

  /// Keeps the object file that `write` writes to the path that it gets.
  void store(llvm::StringRef key,
             llvm::function_ref<void(llvm::StringRef)> write) const;

private:
  std::string getPath(llvm::StringRef key) const;

  std::string folder;
};

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_CODECACHE_H
