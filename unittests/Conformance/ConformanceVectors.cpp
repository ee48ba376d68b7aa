//===- ConformanceVectors.cpp - Read the conformance data -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConformanceVectors.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MemoryBuffer.h"

#include <limits>

using namespace llvm;

namespace quant_bnn::unittests {

std::optional<double> parseNumber(const json::Value &value) {
  if (std::optional<double> number = value.getAsNumber())
    return number;
  constexpr double infinity = std::numeric_limits<double>::infinity();
  std::optional<StringRef> text = value.getAsString();
  if (!text)
    return std::nullopt;
  return StringSwitch<std::optional<double>>(*text)
      .Case("nan", std::numeric_limits<double>::quiet_NaN())
      .Case("inf", infinity)
      .Case("-inf", -infinity)
      .Case("-0.0", -0.0)
      .Default(std::nullopt);
}

template <typename T>
std::vector<T> getNumbers(const json::Object &object, StringRef key) {
  std::vector<T> numbers;
  if (const json::Array *array = object.getArray(key))
    for (const json::Value &value : *array)
      numbers.push_back(static_cast<T>(parseNumber(value).value()));
  return numbers;
}
template std::vector<float> getNumbers(const json::Object &, StringRef);
template std::vector<double> getNumbers(const json::Object &, StringRef);

StringRef ConformanceVector::getOp() const {
  return fields.getString("op").value();
}

std::string ConformanceVector::getName() const {
  std::string name = file + "[" + std::to_string(index) + "] " + getOp().str();
  if (std::optional<StringRef> source = fields.getString("source"))
    name += " (" + source->str() + ")";
  return name;
}

json::Object ConformanceVector::getAttributes() const {
  for (StringRef key : {"attrs", "params"})
    if (const json::Object *attributes = fields.getObject(key))
      return *attributes;
  return {};
}

std::optional<double> ConformanceVector::getNumber(StringRef key) const {
  const json::Value *value = fields.get(key);
  return value ? parseNumber(*value) : std::nullopt;
}

template <typename T>
std::vector<T> ConformanceVector::getNumbers(StringRef key) const {
  return unittests::getNumbers<T>(fields, key);
}
template std::vector<float> ConformanceVector::getNumbers(StringRef) const;
template std::vector<double> ConformanceVector::getNumbers(StringRef) const;

Expected<std::vector<ConformanceVector>> readConformanceVectors() {
  std::vector<ConformanceVector> vectors;
  for (StringRef file : {"bitorch-0.2.0.json", "bitorch-0.4.1.json",
                         "published.json", "torchapprox.json"}) {
    ErrorOr<std::unique_ptr<MemoryBuffer>> buffer =
        MemoryBuffer::getFile(QUANT_BNN_CONFORMANCE_DIR "/" + file);
    if (!buffer)
      return createFileError(file, buffer.getError());
    Expected<json::Value> root = json::parse((*buffer)->getBuffer());
    if (!root)
      return createFileError(file, root.takeError());
    size_t index = 0;
    for (const json::Value &vector : *root->getAsObject()->getArray("vectors"))
      vectors.push_back({file.str(), index++, *vector.getAsObject()});
  }
  return vectors;
}

} // namespace quant_bnn::unittests
