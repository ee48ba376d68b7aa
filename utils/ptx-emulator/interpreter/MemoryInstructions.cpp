//===- MemoryInstructions.cpp - Loads, stores and addresses ---------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Addresses.h"
#include "Handlers.h"

using namespace ptx_emulator;

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

/// Operands: the results, the address. A signed T is extended to the type
/// Register.
template <Space space, typename T, unsigned count, typename Register = T>
static const Instruction *load(Thread &thread, const Instruction *i) {
  uint64_t address = thread.slots[i->operands[count]] + i->immediate;
  const uint8_t *from = translate<space>(thread, i, address, count * sizeof(T));
  if (!from)
    return nullptr;
  T values[count];
  std::memcpy(values, from, sizeof(values));
  for (unsigned k = 0; k < count; ++k)
    write<Int<Register>>(thread, i->operands[k], values[k]);
  return i + 1;
}

/// Operands: the address, the values.
template <Space space, typename T, unsigned count>
static const Instruction *store(Thread &thread, const Instruction *i) {
  uint64_t address = thread.slots[i->operands[0]] + i->immediate;
  uint8_t *to = translate<space>(thread, i, address, count * sizeof(T));
  if (!to)
    return nullptr;
  T values[count];
  for (unsigned k = 0; k < count; ++k)
    values[k] = read<Int<T>>(thread, i->operands[k + 1]);
  std::memcpy(to, values, sizeof(values));
  return i + 1;
}

namespace {

/// An access as its mnemonic states it.
struct Access {
  Space space;
  Type type;
  unsigned count = 1;
  bool isLoad;
};

} // namespace

template <Space space, typename T, unsigned count>
static Handler pickDirection(const Access &access) {
  return access.isLoad ? load<space, T, count> : store<space, T, count>;
}

template <Space space, typename T>
static Handler pickCount(const Access &access) {
  switch (access.count) {
  case 1:
    return pickDirection<space, T, 1>(access);
  case 2:
    return pickDirection<space, T, 2>(access);
  case 4:
    // An access has at most 16 bytes.
    if constexpr (sizeof(T) <= 4)
      return pickDirection<space, T, 4>(access);
    return nullptr;
  default:
    return nullptr;
  }
}

template <Space space>
static Handler pickSize(const Access &access) {
  switch (getSize(access.type)) {
  case 1:
    return pickCount<space, uint8_t>(access);
  case 2:
    return pickCount<space, uint16_t>(access);
  case 4:
    return pickCount<space, uint32_t>(access);
  case 8:
    return pickCount<space, uint64_t>(access);
  default:
    return nullptr;
  }
}

template <Space space, typename T>
static Handler pickExtension(unsigned registerSize) {
  switch (registerSize) {
  case 2:
    return load<space, T, 1, int16_t>;
  case 4:
    return load<space, T, 1, int32_t>;
  default:
    return load<space, T, 1, int64_t>;
  }
}

/// Returns a load that extends the sign, or null.
template <Space space>
static Handler pickSignedLoad(Type type, unsigned registerSize) {
  switch (type) {
  case Type::S8:
    return pickExtension<space, int8_t>(registerSize);
  case Type::S16:
    return pickExtension<space, int16_t>(registerSize);
  case Type::S32:
    return pickExtension<space, int32_t>(registerSize);
  default:
    return nullptr;
  }
}

template <Space space>
static Handler pickInSpace(const Access &access, unsigned registerSize) {
  if (access.isLoad && registerSize > getSize(access.type))
    if (Handler handler = pickSignedLoad<space>(access.type, registerSize))
      return access.count == 1 ? handler : nullptr;
  return pickSize<space>(access);
}

static Handler pickAccess(const Access &access, unsigned registerSize) {
  switch (access.space) {
  case Space::Global:
    return pickInSpace<Space::Global>(access, registerSize);
  case Space::Const:
    return access.isLoad ? pickInSpace<Space::Const>(access, registerSize)
                         : nullptr;
  case Space::Shared:
    return pickInSpace<Space::Shared>(access, registerSize);
  case Space::Local:
    return pickInSpace<Space::Local>(access, registerSize);
  case Space::Param:
    return pickInSpace<Space::Param>(access, registerSize);
  case Space::Generic:
    return pickInSpace<Space::Generic>(access, registerSize);
  }
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// Takes the modifiers for the ordering and the caching of an access, which
/// have no effect: threads run one after the other, without caches.
static void skipOrderingAndCaching(Mnemonic &mnemonic) {
  static constexpr std::string_view modifiers[] = {
      "weak",
      "volatile",
      "relaxed",
      "acquire",
      "release",
      "cta",
      "cluster",
      "gpu",
      "sys",
      "nc",
      "ca",
      "cg",
      "cs",
      "lu",
      "cv",
      "wb",
      "wt",
      "L1::evict_first",
      "L1::evict_last",
      "L1::no_allocate",
      "L1::evict_normal",
      "L1::evict_unchanged",
      "L2::64B",
      "L2::128B",
      "L2::256B",
  };
  for (bool hasTaken = true; hasTaken;) {
    hasTaken = false;
    for (std::string_view modifier : modifiers)
      hasTaken |= mnemonic.take(modifier);
  }
}

static Access takeAccess(Mnemonic &mnemonic, bool isLoad) {
  Access access;
  access.isLoad = isLoad;
  skipOrderingAndCaching(mnemonic);
  access.space = takeSpace(mnemonic);
  skipOrderingAndCaching(mnemonic);
  if (mnemonic.take("v2"))
    access.count = 2;
  else if (mnemonic.take("v4"))
    access.count = 4;
  access.type = mnemonic.takeType();
  return access;
}

static void decodeAccess(FunctionDecoder &decoder, const Access &access) {
  if (access.type == Type::Invalid || access.type == Type::Pred)
    return decoder.error("unknown type");
  if (!decoder.expectOperands(2))
    return;
  const Operand &data = decoder.operands()[access.isLoad ? 0 : 1];
  const Operand &pointer = decoder.operands()[access.isLoad ? 1 : 0];
  const std::vector<Operand> &elements =
      data.kind == Operand::Vector ? data.elements : std::vector<Operand>{data};
  if (elements.size() != access.count)
    return decoder.error("expected " + std::to_string(access.count) +
                         " registers");
  std::vector<uint32_t> slots;
  unsigned registerSize = 0;
  for (const Operand &element : elements)
    slots.push_back(access.isLoad ? decoder.wideDestination(
                                        element, access.type, registerSize)
                                  : decoder.wideSource(element, access.type));
  int64_t offset;
  uint32_t address = decodeAddress(decoder, pointer, access.space, offset);
  slots.insert(access.isLoad ? slots.end() : slots.begin(), address);
  Handler handler = pickAccess(access, registerSize);
  if (!handler)
    return decoder.error("unknown access");
  Instruction &instruction = decoder.emit(handler);
  std::copy(slots.begin(), slots.end(), instruction.operands);
  instruction.immediate = offset;
  instruction.space = access.space;
}

static void decodeLoad(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  decodeAccess(decoder, takeAccess(mnemonic, /*isLoad=*/true));
}

static void decodeStore(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  decodeAccess(decoder, takeAccess(mnemonic, /*isLoad=*/false));
}

namespace {

template <uint64_t window>
struct ToGeneric {
  static uint64_t apply(uint64_t address) { return address | window; }
};

template <uint64_t window>
struct FromGeneric {
  static uint64_t apply(uint64_t address) { return address ^ window; }
};

} // namespace

template <uint64_t window>
static Handler pickCast(bool isFromGeneric) {
  using Address = Int<uint64_t>;
  return isFromGeneric ? compute<FromGeneric<window>, Address, Address>
                       : compute<ToGeneric<window>, Address, Address>;
}

static void decodeAddressCast(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  bool isFromGeneric = mnemonic.take("to");
  Handler handler = nullptr;
  switch (takeSpace(mnemonic)) {
  case Space::Global:
  case Space::Const:
    handler = pickCast<0>(isFromGeneric);
    break;
  case Space::Shared:
    handler = pickCast<sharedWindow>(isFromGeneric);
    break;
  case Space::Local:
    handler = pickCast<localWindow>(isFromGeneric);
    break;
  case Space::Param:
    handler = pickCast<paramWindow>(isFromGeneric);
    break;
  case Space::Generic:
    break;
  }
  if (mnemonic.takeType() != Type::U64)
    handler = nullptr;
  decoder.emit(handler, {Type::U64}, {Type::U64});
}

void ptx_emulator::addMemoryInstructions(InstructionMap &map) {
  map["ld"] = decodeLoad;
  map["st"] = decodeStore;
  map["cvta"] = decodeAddressCast;
}
