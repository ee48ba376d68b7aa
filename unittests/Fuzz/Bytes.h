//===- Bytes.h - Fuzzing of parsers with mutated bytes ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_BYTES_H
#define QUANT_BNN_UNITTESTS_FUZZ_BYTES_H

#include "Random.h"
#include "mlir/IR/MLIRContext.h"

#include <string>
#include <vector>

namespace quant_bnn::fuzz {

/// The reader of the bytes.
enum class ByteTarget { Text, Bytecode, NumPy };

/// Returns the inputs from which bytes are made: the modules of the tests under
/// `folder`, or NumPy arrays.
std::vector<std::string> makeCorpus(mlir::MLIRContext *context,
                                    ByteTarget target, llvm::StringRef folder);

/// Returns `bytes` with some bytes changed, or with parts of entries of
/// `corpus`.
std::string mutate(Random &random, ByteTarget target, std::string bytes,
                   llvm::ArrayRef<std::string> corpus);

/// Reads `bytes`, and prints or reads the result.
void executeBytes(mlir::MLIRContext *context, ByteTarget target,
                  const std::string &bytes);

/// Whose function crashed in executeBytes. `Unknown`: the stack ends before the
/// harness, without a frame of this project.
enum class Origin { Own, Upstream, Unknown };
Origin getOrigin(llvm::StringRef stack);

/// Whether `stack` is of a program that had no memory left, and libMLIR was who
/// asked for it.
bool isOutOfMemoryInUpstream(llvm::StringRef stack);

/// Whether the function `name` is on the stack of a crash in executeBytes.
bool hasFrame(llvm::StringRef stack, llvm::StringRef name);

/// Returns the name of the upstream function that crashed.
std::string getSignature(llvm::StringRef stack);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_BYTES_H
