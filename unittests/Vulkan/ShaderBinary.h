//===- ShaderBinary.h - A SPIR-V binary and what it asks for ----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_VULKAN_SHADERBINARY_H
#define QUANT_BNN_UNITTESTS_VULKAN_SHADERBINARY_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace quant_bnn {

/// An execution mode that says how floats of a width are computed with.
struct FloatControl {
  uint32_t mode;
  uint32_t width;
};

/// A SPIR-V binary, read as far as it takes to tell what a Vulkan device would
/// otherwise be free to crash on.
class ShaderBinary {
public:
  /// The file must be of whole instructions, as SPIR-V frames them, and have a
  /// compute entry point of this name.
  static llvm::Expected<ShaderBinary> read(llvm::StringRef path,
                                           llvm::StringRef entry);

  llvm::ArrayRef<uint32_t> getWords() const { return words; }
  const std::string &getEntry() const { return entry; }

  /// The numbers of the capabilities that the module declares.
  llvm::ArrayRef<uint32_t> getCapabilities() const { return capabilities; }

  /// What the entry point asks of floats.
  llvm::ArrayRef<FloatControl> getFloatControls() const {
    return floatControls;
  }

  /// How many bindings of set 0 the entry point's function reaches into: one
  /// more than the last.
  uint32_t getNumBindings() const { return numBindings; }

  std::array<uint32_t, 3> getWorkgroupSize() const { return workgroupSize; }

private:
  llvm::Error parse();

  std::vector<uint32_t> words;
  std::string entry;
  std::vector<uint32_t> capabilities;
  std::vector<FloatControl> floatControls;
  uint32_t numBindings = 0;
  std::array<uint32_t, 3> workgroupSize = {1, 1, 1};
};

} // namespace quant_bnn

#endif // QUANT_BNN_UNITTESTS_VULKAN_SHADERBINARY_H
