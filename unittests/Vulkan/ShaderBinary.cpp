//===- ShaderBinary.cpp - A SPIR-V binary and what it asks for ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShaderBinary.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MemoryBuffer.h"

#include <cstring>

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr uint32_t magicNumber = 0x07230203;
constexpr size_t headerWords = 5;

/// The instructions and operands that are read, by their numbers in SPIR-V.
enum Opcode : uint32_t {
  OpEntryPoint = 15,
  OpExecutionMode = 16,
  OpCapability = 17,
  OpFunction = 54,
  OpFunctionEnd = 56,
  OpAccessChain = 65,
  OpDecorate = 71
};
enum : uint32_t { GLCompute = 5, LocalSize = 17, Binding = 33 };

/// From DenormPreserve to RoundingModeRTZ.
constexpr uint32_t firstFloatControl = 4459, lastFloatControl = 4463;

struct Instruction {
  uint32_t opcode;
  ArrayRef<uint32_t> operands;
};

} // namespace

/// Splits what follows the header.
static Expected<std::vector<Instruction>> split(ArrayRef<uint32_t> words) {
  if (words.size() < headerWords || words[0] != magicNumber)
    return createStringError(
        "not a SPIR-V binary of this machine's byte order");
  std::vector<Instruction> instructions;
  for (words = words.drop_front(headerWords); !words.empty();) {
    uint32_t count = words[0] >> 16;
    if (count == 0 || count > words.size())
      return createStringError("truncated: an instruction of " + Twine(count) +
                               " words, where " + Twine(words.size()) +
                               " are left");
    instructions.push_back({words[0] & 0xffff, words.slice(1, count - 1)});
    words = words.drop_front(count);
  }
  return instructions;
}

/// A literal string: characters up to a null in the last word.
static StringRef getString(ArrayRef<uint32_t> words) {
  const char *data = reinterpret_cast<const char *>(words.data());
  return StringRef(data, strnlen(data, words.size() * sizeof(uint32_t)));
}

Error ShaderBinary::parse() {
  Expected<std::vector<Instruction>> instructions = split(words);
  if (!instructions)
    return instructions.takeError();

  std::optional<uint32_t> function;
  llvm::DenseMap<uint32_t, uint32_t> bindings;
  bool isInside = false;
  for (auto [opcode, operands] : *instructions) {
    size_t count = operands.size();
    if (opcode == OpCapability && count == 1)
      capabilities.push_back(operands[0]);
    else if (opcode == OpEntryPoint && count > 2 && operands[0] == GLCompute &&
             getString(operands.drop_front(2)) == entry)
      function = operands[1];
    else if (opcode == OpExecutionMode && count == 5 &&
             operands[0] == function && operands[1] == LocalSize)
      llvm::copy(operands.drop_front(2), workgroupSize.begin());
    else if (opcode == OpExecutionMode && count == 3 &&
             operands[0] == function && operands[1] >= firstFloatControl &&
             operands[1] <= lastFloatControl)
      floatControls.push_back({operands[1], operands[2]});
    else if (opcode == OpDecorate && count == 3 && operands[1] == Binding)
      bindings[operands[0]] = operands[2];
    else if (opcode == OpFunction && count == 4)
      isInside = operands[1] == function;
    else if (opcode == OpFunctionEnd)
      isInside = false;
    else if (opcode == OpAccessChain && count > 2 && isInside)
      if (auto binding = bindings.find(operands[2]); binding != bindings.end())
        numBindings = std::max(numBindings, binding->second + 1);
  }
  if (!function)
    return createStringError("there is no compute entry point '" + entry + "'");
  return Error::success();
}

Expected<ShaderBinary> ShaderBinary::read(StringRef path, StringRef entry) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  if (!buffer)
    return createStringError(path + ": " + buffer.getError().message());
  StringRef bytes = (*buffer)->getBuffer();
  if (bytes.size() % sizeof(uint32_t) != 0)
    return createStringError(path + ": not a SPIR-V binary: it has " +
                             Twine(bytes.size()) + " bytes");
  ShaderBinary binary;
  binary.entry = entry.str();
  binary.words.resize(bytes.size() / sizeof(uint32_t));
  std::memcpy(binary.words.data(), bytes.data(), bytes.size());
  if (Error error = binary.parse())
    return createStringError(path + ": " + llvm::toString(std::move(error)));
  return binary;
}
