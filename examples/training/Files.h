//===- Files.h - What examples write ----------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_TRAINING_FILES_H
#define QUANT_BNN_EXAMPLES_TRAINING_FILES_H

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

/// Prints the message and exits with status 1.
[[noreturn]] void fail(const std::string &message);

void createDirectory(const std::filesystem::path &directory);

/// Writes an array of this shape in NumPy's format, version 1.0.
void saveArray(const std::filesystem::path &path,
               const std::vector<int64_t> &shape,
               const std::vector<float> &values);

#endif // QUANT_BNN_EXAMPLES_TRAINING_FILES_H
