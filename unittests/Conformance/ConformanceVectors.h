//===- ConformanceVectors.h - Read the conformance data ---------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The vectors of test/Inputs/Conformance, in the names and forms of their
// files.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCEVECTORS_H
#define QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCEVECTORS_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bnn::unittests {

/// A number, or one of the strings "nan", "inf", "-inf" and "-0.0".
std::optional<double> parseNumber(const llvm::json::Value &value);

struct ConformanceVector {
  std::string file;
  size_t index;
  llvm::json::Object fields;

  llvm::StringRef getOp() const;
  /// Where the numbers come from: the file and, if the vector says, the source.
  std::string getName() const;
  /// The op's attributes, which published.json calls params.
  llvm::json::Object getAttributes() const;
  bool has(llvm::StringRef key) const { return fields.get(key) != nullptr; }
  std::optional<double> getNumber(llvm::StringRef key) const;
  /// The numbers of a field; empty if it is absent.
  template <typename T>
  std::vector<T> getNumbers(llvm::StringRef key) const;
};

/// The numbers of an array field of any object, such as a case of a vector.
template <typename T>
std::vector<T> getNumbers(const llvm::json::Object &object,
                          llvm::StringRef key);

/// The vectors of every file, in the order of the files' names.
llvm::Expected<std::vector<ConformanceVector>> readConformanceVectors();

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCEVECTORS_H
