//===- Addresses.cpp - Translate addresses to memory ----------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addresses.h"

#include <cstdio>

using namespace ptx_emulator;

static uint8_t *fail(Thread &thread, const Instruction *i, FaultKind kind,
                     uint64_t address, uint64_t size) {
  char text[128];
  std::snprintf(text, sizeof(text), "%s access of %llu bytes at address 0x%llx",
                kind == FaultKind::MisalignedAddress ? "misaligned" : "illegal",
                static_cast<unsigned long long>(size),
                static_cast<unsigned long long>(address));
  thread.fail(i, kind, text);
  return nullptr;
}

/// Returns the space of a generic `address`, and converts `address` to that
/// space.
static Space resolveGeneric(uint64_t &address) {
  uint64_t window = address & windowMask;
  if (window == sharedWindow || window == localWindow || window == paramWindow)
    address &= ~windowMask;
  return window == sharedWindow  ? Space::Shared
         : window == localWindow ? Space::Local
         : window == paramWindow ? Space::Param
                                 : Space::Global;
}

uint8_t *ptx_emulator::translateSlowly(Thread &thread, const Instruction *i,
                                       Space space, uint64_t address,
                                       uint64_t size) {
  uint64_t original = address;
  if (space == Space::Generic)
    space = resolveGeneric(address);
  if (address % size != 0)
    return fail(thread, i, FaultKind::MisalignedAddress, original, size);

  auto within = [&](uint8_t *begin, uint64_t bytes) -> uint8_t * {
    if (size <= bytes && address <= bytes - size)
      return begin + address;
    return fail(thread, i, FaultKind::IllegalAddress, original, size);
  };
  switch (space) {
  case Space::Shared:
    return within(thread.block->shared.data(), thread.block->shared.size());
  case Space::Local:
    return within(thread.local, thread.localBytes);
  case Space::Param:
    return within(thread.params, thread.paramBytes);
  default:
    break;
  }
  const Range *range = thread.block->memory.find(address, size);
  if (!range)
    return fail(thread, i, FaultKind::IllegalAddress, original, size);
  i->range = range;
  return reinterpret_cast<uint8_t *>(address);
}

Space ptx_emulator::takeSpace(Mnemonic &mnemonic) {
  static constexpr std::pair<std::string_view, Space> spaces[] = {
      {"global", Space::Global}, {"const", Space::Const},
      {"shared", Space::Shared}, {"local", Space::Local},
      {"param", Space::Param},
  };
  for (const auto &[name, space] : spaces)
    if (mnemonic.take(name))
      return space;
  return Space::Generic;
}

uint32_t ptx_emulator::decodeAddress(FunctionDecoder &decoder,
                                     const Operand &operand, Space space,
                                     int64_t &offset) {
  offset = operand.value;
  if (operand.kind != Operand::Address) {
    decoder.error("expected an address");
    return 0;
  }
  if (operand.name.empty())
    return decoder.constant(0);
  const Symbol *symbol = decoder.findSymbol(operand.name);
  if (!symbol) {
    Operand base{Operand::Name, operand.name, 0, {}};
    return decoder.source(base, Type::U64);
  }
  if (symbol->space != space)
    decoder.error("'" + operand.name + "' is in another space");
  if (space != Space::Local)
    return decoder.constant(symbol->address);
  return decoder.emitLocalAddress(symbol->address);
}
