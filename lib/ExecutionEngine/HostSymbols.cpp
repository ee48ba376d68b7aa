//===- HostSymbols.cpp - Host symbols for compiled code -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "HostSymbols.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/ExecutionEngine/ExecutionEngine.h"
#include "quant-bnn/ExecutionEngine/Parallel.h"
#include "quant-bnn/ExecutionEngine/Workspace.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/Support/DynamicLibrary.h"
#include "llvm/Support/WithColor.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace mlir;

/// Ends the process from within compiled code, which cannot be unwound.
[[noreturn]] static void fail(const Twine &message) {
  // The message of an assertion is in a buffer of the C library.
  std::fflush(nullptr);
  llvm::WithColor::error(llvm::errs(), "bnn-runner") << message << "\n";
  std::_Exit(1);
}

static void *checkAllocation(void *pointer, size_t size) {
  if (!pointer && size != 0)
    fail("the function cannot allocate " + Twine(size) + " bytes");
  return pointer;
}

static void *hostMalloc(size_t size) {
  return checkAllocation(std::malloc(size), size);
}

static void *hostCalloc(size_t count, size_t size) {
  return checkAllocation(std::calloc(count, size), count * size);
}

static void *hostAlignedAlloc(size_t alignment, size_t size) {
  return checkAllocation(std::aligned_alloc(alignment, size), size);
}

[[noreturn]] static void hostAbort() { fail("the function called abort"); }

namespace {

/// A memref of unknown rank as compiled code passes it: its rank and a pointer
/// to its descriptor, whose sizes and strides follow the offset.
struct UnrankedMemRef {
  int64_t rank;
  struct {
    void *allocated;
    char *aligned;
    int64_t offset;
  } *descriptor;

  const int64_t *getSizes() const { return &descriptor->offset + 1; }
  const int64_t *getStrides() const { return getSizes() + rank; }
};

} // namespace

static void copyElements(int64_t elementSize, int64_t rank,
                         const int64_t *sizes, const char *from,
                         const int64_t *fromStrides, char *to,
                         const int64_t *toStrides) {
  if (rank == 0) {
    std::memcpy(to, from, elementSize);
    return;
  }
  for (int64_t i = 0; i < *sizes; ++i)
    copyElements(elementSize, rank - 1, sizes + 1,
                 from + i * *fromStrides * elementSize, fromStrides + 1,
                 to + i * *toStrides * elementSize, toStrides + 1);
}

/// Copies between memrefs of which at least one has a layout.
static void hostMemRefCopy(int64_t elementSize, const UnrankedMemRef *from,
                           const UnrankedMemRef *to) {
  copyElements(elementSize, from->rank, from->getSizes(),
               from->descriptor->aligned +
                   from->descriptor->offset * elementSize,
               from->getStrides(),
               to->descriptor->aligned + to->descriptor->offset * elementSize,
               to->getStrides());
}

namespace {

struct HostSymbol {
  StringRef name;
  llvm::orc::ExecutorAddr address;
};

} // namespace

static ArrayRef<HostSymbol> getHostSymbols() {
  using llvm::orc::ExecutorAddr;
  static const HostSymbol symbols[] = {
      {"_mlir_ciface_quant_bnn_return_workspace",
       ExecutorAddr::fromPtr(_mlir_ciface_quant_bnn_return_workspace)},
      {"_mlir_ciface_quant_bnn_take_workspace",
       ExecutorAddr::fromPtr(_mlir_ciface_quant_bnn_take_workspace)},
      {"abort", ExecutorAddr::fromPtr(hostAbort)},
      {"aligned_alloc", ExecutorAddr::fromPtr(hostAlignedAlloc)},
      {"calloc", ExecutorAddr::fromPtr(hostCalloc)},
      {"malloc", ExecutorAddr::fromPtr(hostMalloc)},
      {"memrefCopy", ExecutorAddr::fromPtr(hostMemRefCopy)},
      {"quant_bnn_parallel_for", ExecutorAddr::fromPtr(quant_bnn_parallel_for)},
  };
  return symbols;
}

LogicalResult quant_bnn::checkSymbols(ModuleOp module) {
  llvm::sys::DynamicLibrary::LoadLibraryPermanently(nullptr);
  for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
    StringRef name = function.getName();
    if (!function.isExternal() || name.starts_with("llvm.") ||
        llvm::is_contained(
            llvm::map_range(getHostSymbols(),
                            [](const HostSymbol &host) { return host.name; }),
            name) ||
        llvm::sys::DynamicLibrary::SearchForAddressOfSymbol(name.str()))
      continue;
    auto uses = SymbolTable::getSymbolUses(function, module);
    if (uses && !uses->empty())
      return uses->begin()->getUser()->emitError()
             << "function '@" << name
             << "' is defined neither in this module nor in bnn-runner";
  }
  return success();
}

void quant_bnn::registerHostSymbols(ModuleOp module, ExecutionEngine &engine) {
  engine.registerSymbols([&](llvm::orc::MangleAndInterner intern) {
    llvm::orc::SymbolMap map;
    for (const HostSymbol &host : getHostSymbols()) {
      auto function = module.lookupSymbol<LLVM::LLVMFuncOp>(host.name);
      if (!function || function.isExternal())
        map[intern(host.name)] = {host.address, llvm::JITSymbolFlags::Exported};
    }
    return map;
  });
}

llvm::Error quant_bnn::defineHostSymbols(llvm::orc::LLJIT &loader) {
  llvm::orc::SymbolMap map;
  for (const HostSymbol &host : getHostSymbols())
    map[loader.mangleAndIntern(host.name)] = {host.address,
                                              llvm::JITSymbolFlags::Exported};
  return loader.getMainJITDylib().define(
      llvm::orc::absoluteSymbols(std::move(map)));
}
