//===- quant-bnn-fuzz-bytes.cpp - Fuzz parsers with libFuzzer -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libFuzzer keeps bytes that reach new branches of this project, and changes
// them further. QUANT_BNN_FUZZ_TARGET is text, bytecode or numpy.
// QUANT_BNN_FUZZ_TESTS is the folder of the tests from whose modules the bytes
// are made.
//
//===----------------------------------------------------------------------===//

#include "Bytes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "quant-bnn/InitAll.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/ErrorHandling.h"

#include <cstdlib>
#include <cstring>

using namespace mlir;
using namespace quant_bnn::fuzz;

namespace {
struct Fuzzer {
  Fuzzer();

  MLIRContext context;
  ByteTarget target;
  std::vector<std::string> corpus;
};
} // namespace

Fuzzer::Fuzzer() : context(MLIRContext::Threading::DISABLED) {
  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  quant_bnn::registerAllDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  const char *name = std::getenv("QUANT_BNN_FUZZ_TARGET");
  auto known = llvm::StringSwitch<std::optional<ByteTarget>>(name ? name : "")
                   .Case("text", ByteTarget::Text)
                   .Case("bytecode", ByteTarget::Bytecode)
                   .Case("numpy", ByteTarget::NumPy)
                   .Default(std::nullopt);
  if (!known)
    llvm::report_fatal_error("QUANT_BNN_FUZZ_TARGET is not text, bytecode or "
                             "numpy");
  target = *known;
  const char *tests = std::getenv("QUANT_BNN_FUZZ_TESTS");
  corpus = makeCorpus(&context, target, tests ? tests : "");
  if (corpus.empty())
    llvm::report_fatal_error("no modules in QUANT_BNN_FUZZ_TESTS");
}

static Fuzzer &getFuzzer() {
  static Fuzzer fuzzer;
  return fuzzer;
}

extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size,
                                          size_t maxSize, unsigned seed) {
  Fuzzer &fuzzer = getFuzzer();
  Random random(seed);
  // The upstream reader of bytecode does not check sizes: see Bytes.cpp.
  bool mayChangeAll = fuzzer.target != ByteTarget::Bytecode;
  if (mayChangeAll && size > 1 && random.oneIn(2))
    return LLVMFuzzerMutate(data, size, maxSize);
  std::string bytes(reinterpret_cast<char *>(data), size);
  if (size <= 1 || random.oneIn(50))
    bytes = random.pick(fuzzer.corpus);
  bytes = mutate(random, fuzzer.target, std::move(bytes), fuzzer.corpus);
  size = std::min(bytes.size(), maxSize);
  std::memcpy(data, bytes.data(), size);
  return size;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  Fuzzer &fuzzer = getFuzzer();
  executeBytes(&fuzzer.context, fuzzer.target,
               std::string(reinterpret_cast<const char *>(data), size));
  return 0;
}
