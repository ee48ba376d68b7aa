//===- CodeCache.cpp - Compiled code that is kept in files ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/CodeCache.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/CachePruning.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"
#include "llvm/TargetParser/Host.h"

using namespace quant_bnn;
using llvm::StringRef;

std::string CodeCache::getDefaultFolder() {
  if (auto folder = llvm::sys::Process::GetEnv("QUANT_BNN_CACHE_DIR"))
    return *folder;
  llvm::SmallString<128> folder;
  if (!llvm::sys::path::cache_directory(folder))
    return "";
  llvm::sys::path::append(folder, "quant-bnn");
  return folder.str().str();
}

/// Returns the features of this CPU.
static std::string getFeatures() {
  std::vector<std::string> features;
  for (const auto &feature : llvm::sys::getHostCPUFeatures())
    if (feature.getValue())
      features.push_back(feature.getKey().str());
  llvm::sort(features);
  return llvm::join(features, ",");
}

/// Returns what tells the program that runs from one that was built at another
/// time.
static std::string getProgram() {
  llvm::sys::fs::file_status status;
  std::string path = llvm::sys::fs::getMainExecutable(
      nullptr, reinterpret_cast<void *>(&getProgram));
  if (llvm::sys::fs::status(path, status))
    return "";
  auto time = status.getLastModificationTime().time_since_epoch();
  return path + " " + std::to_string(status.getSize()) + " " +
         std::to_string(time.count());
}

std::string CodeCache::getKey(llvm::ArrayRef<StringRef> parts) {
  llvm::SHA256 hash;
  auto add = [&](StringRef part) {
    // With its size, so that no other parts give the same bytes.
    hash.update((llvm::Twine(part.size()) + ":").str());
    hash.update(part);
  };
  for (StringRef part : parts)
    add(part);
  add(llvm::sys::getHostCPUName());
  add(getFeatures());
  add(LLVM_VERSION_STRING);
  add(getProgram());
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

std::string CodeCache::getPath(StringRef key) const {
  llvm::SmallString<128> path(folder);
  // pruneCache removes only files with names that begin like this.
  llvm::sys::path::append(path, "llvmcache-" + key);
  return path.str().str();
}

std::unique_ptr<llvm::MemoryBuffer> CodeCache::lookup(StringRef key) const {
  if (!isEnabled())
    return nullptr;
  auto buffer = llvm::MemoryBuffer::getFile(getPath(key), /*IsText=*/false,
                                            /*RequiresNullTerminator=*/false);
  return buffer ? std::move(*buffer) : nullptr;
}

void CodeCache::store(StringRef key,
                      llvm::function_ref<void(StringRef)> write) const {
  if (!isEnabled() || llvm::sys::fs::create_directories(folder))
    return;
  // Renamed when it is complete, so that no process reads a part.
  std::string path = getPath(key);
  llvm::SmallString<128> temporary;
  if (llvm::sys::fs::createUniqueFile(path + "-%%%%%%%%", temporary))
    return;
  write(temporary);
  if (llvm::sys::fs::rename(temporary, path))
    llvm::sys::fs::remove(temporary);
  llvm::CachePruningPolicy policy;
  policy.MaxSizeBytes = uint64_t(1) << 30;
  llvm::pruneCache(folder, policy);
}
