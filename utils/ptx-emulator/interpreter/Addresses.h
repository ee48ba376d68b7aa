//===- Addresses.h - Translate addresses to memory --------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_ADDRESSES_H
#define PTX_EMULATOR_INTERPRETER_ADDRESSES_H

#include "Decoder.h"
#include "Interpreter.h"

namespace ptx_emulator {

/// Returns the memory of the `size` bytes at `address` in `space`. Makes the
/// thread fail and returns null if the address is not a multiple of `size`, or
/// if a byte is not accessible.
uint8_t *translateSlowly(Thread &thread, const Instruction *i, Space space,
                         uint64_t address, uint64_t size);

/// Does what translateSlowly does, without a search if the instruction accessed
/// the same allocation before.
template <Space space>
inline uint8_t *translate(Thread &thread, const Instruction *i,
                          uint64_t address, uint64_t size) {
  if ((space == Space::Global || space == Space::Generic) &&
      address % size == 0 && i->range->contains(address, size))
    return reinterpret_cast<uint8_t *>(address);
  return translateSlowly(thread, i, space, address, size);
}

/// Takes the name of a space and returns the space, or Space::Generic if there
/// is no name.
Space takeSpace(Mnemonic &mnemonic);

/// Decodes [name+offset]. Returns the slot of the address to which `offset` is
/// to be added.
uint32_t decodeAddress(FunctionDecoder &decoder, const Operand &operand,
                       Space space, int64_t &offset);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_ADDRESSES_H
