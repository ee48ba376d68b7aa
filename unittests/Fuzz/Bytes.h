//===- Bytes.h - Parsers on changed bytes --------------------- -*- C++ -*-===//
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

/// What reads the bytes.
enum class ByteTarget { Text, Bytecode, NumPy };

/// What bytes are made from: modules of the tests under `folder`, or arrays.
std::vector<std::string> makeCorpus(mlir::MLIRContext *context,
                                    ByteTarget target, llvm::StringRef folder);

/// `bytes` with some of them changed, or with parts of entries of `corpus`.
std::string mutate(Random &random, ByteTarget target, std::string bytes,
                   llvm::ArrayRef<std::string> corpus);

/// Reads `bytes`, and prints what was read.
void executeBytes(mlir::MLIRContext *context, ByteTarget target,
                  const std::string &bytes);

/// Whether the stack of a crash in executeBytes has a frame of this project.
bool hasOwnFrame(llvm::StringRef stack);

/// Whether function `name` is on the stack of such a crash.
bool hasFrame(llvm::StringRef stack, llvm::StringRef name);

/// The function upstream that crashed.
std::string getSignature(llvm::StringRef stack);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_BYTES_H
