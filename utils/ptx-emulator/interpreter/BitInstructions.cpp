//===- BitInstructions.cpp - Logic, shifts, bit fields and moves ----------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Handlers.h"

#include <algorithm>

using namespace ptx_emulator;

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

namespace {

struct Not {
  template <typename T>
  static T apply(T a) {
    if constexpr (std::is_same_v<T, bool>)
      return !a;
    else
      return ~a;
  }
};

struct LogicalNot {
  template <typename T>
  static T apply(T a) {
    return a == 0;
  }
};

/// A shift by the width or more leaves only the fill.
struct ShiftLeft {
  template <typename T>
  static T apply(T a, uint32_t count) {
    return count < 8 * sizeof(T) ? static_cast<T>(uint64_t(a) << count) : 0;
  }
};

struct ShiftRight {
  template <typename T>
  static T apply(T a, uint32_t count) {
    uint32_t last = 8 * sizeof(T) - 1;
    return static_cast<T>(a >> std::min(count, last) >> (count > last));
  }
};

struct PopulationCount {
  static uint32_t apply(uint64_t a) { return __builtin_popcountll(a); }
};

template <typename T>
struct CountLeadingZeros {
  static uint32_t apply(T a) {
    uint32_t unused = 64 - 8 * sizeof(T);
    return a ? __builtin_clzll(a) - unused : 8 * sizeof(T);
  }
};

struct ReverseBits {
  template <typename T>
  static T apply(T a) {
    T reversed = 0;
    for (size_t i = 0; i < 8 * sizeof(T); ++i)
      reversed = reversed << 1 | (a >> i & 1);
    return reversed;
  }
};

/// bfe: the field of `length` bits from `position` on, extended.
struct ExtractField {
  template <typename T>
  static T apply(T a, uint32_t position, uint32_t length) {
    using Bits = std::make_unsigned_t<T>;
    const int width = 8 * sizeof(T);
    int begin = position & 0xff, count = length & 0xff;
    int last = std::min(begin + count - 1, width - 1);
    bool isNegative =
        std::is_signed_v<T> && count != 0 && (static_cast<Bits>(a) >> last & 1);
    Bits field = isNegative ? ~Bits(0) : 0;
    for (int i = 0; i < count && begin + i < width && i < width; ++i) {
      Bits bit = static_cast<Bits>(a) >> (begin + i) & 1;
      field = (field & ~(Bits(1) << i)) | bit << i;
    }
    return static_cast<T>(field);
  }
};

/// bfi: the low bits of `a` in a field of `b`.
struct InsertField {
  template <typename T>
  static T apply(T a, T b, uint32_t position, uint32_t length) {
    const int width = 8 * sizeof(T);
    int begin = position & 0xff, count = length & 0xff;
    for (int i = 0; i < count && begin + i < width; ++i)
      b = (b & ~(T(1) << (begin + i))) | (a >> i & 1) << (begin + i);
    return b;
  }
};

/// lop3: any function of three bits, by its table.
struct LogicOfThree {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c, uint32_t table) {
    uint32_t result = 0;
    for (int i = 0; i < 32; ++i) {
      int index = (a >> i & 1) << 2 | (b >> i & 1) << 1 | (c >> i & 1);
      result |= (table >> index & 1) << i;
    }
    return result;
  }
};

/// prmt: each byte of the result is one of eight, or its sign.
struct PermuteBytes {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t selectors) {
    uint64_t bytes = uint64_t(b) << 32 | a;
    uint32_t result = 0;
    for (int i = 0; i < 4; ++i) {
      uint32_t selector = selectors >> (4 * i) & 0xf;
      uint32_t byte = bytes >> (8 * (selector & 7)) & 0xff;
      if (selector & 8)
        byte = byte & 0x80 ? 0xff : 0;
      result |= byte << (8 * i);
    }
    return result;
  }
};

/// shf: 32 bits of the 64 bits of `b` and `a`, where `a` is the low half.
template <bool isLeft, bool wraps>
struct FunnelShift {
  static uint32_t apply(uint32_t a, uint32_t b, uint32_t c) {
    uint32_t count = wraps ? c & 31 : std::min<uint32_t>(c, 32);
    uint64_t both = uint64_t(b) << 32 | a;
    return static_cast<uint32_t>(isLeft ? both << count >> 32 : both >> count);
  }
};

struct Identity {
  template <typename T>
  static T apply(T a) {
    return a;
  }
};

struct Select {
  template <typename T>
  static T apply(T a, T b, bool isFirst) {
    return isFirst ? a : b;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename Op, unsigned count>
static Handler pickBits(Type type) {
  switch (type) {
  case Type::Pred:
    return computeSame<Op, Predicate, count>();
  case Type::B16:
    return computeSame<Op, Int<uint16_t>, count>();
  case Type::B32:
    return computeSame<Op, Int<uint32_t>, count>();
  case Type::B64:
    return computeSame<Op, Int<uint64_t>, count>();
  default:
    return nullptr;
  }
}

template <typename Op>
static void decodeLogic(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  decoder.emit(pickBits<Op, 2>(type), {type}, {type, type});
}

template <typename Op>
static void decodeNot(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  decoder.emit(pickBits<Op, 1>(type), {type}, {type});
}

template <typename Op>
static Handler pickShift(Type type) {
  switch (type) {
  case Type::B16:
  case Type::U16:
    return compute<Op, Int<uint16_t>, Int<uint16_t>, Int<uint32_t>>;
  case Type::B32:
  case Type::U32:
    return compute<Op, Int<uint32_t>, Int<uint32_t>, Int<uint32_t>>;
  case Type::B64:
  case Type::U64:
    return compute<Op, Int<uint64_t>, Int<uint64_t>, Int<uint32_t>>;
  case Type::S16:
    return compute<Op, Int<int16_t>, Int<int16_t>, Int<uint32_t>>;
  case Type::S32:
    return compute<Op, Int<int32_t>, Int<int32_t>, Int<uint32_t>>;
  case Type::S64:
    return compute<Op, Int<int64_t>, Int<int64_t>, Int<uint32_t>>;
  default:
    return nullptr;
  }
}

template <typename Op>
static void decodeShift(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  decoder.emit(pickShift<Op>(type), {type}, {type, Type::B32});
}

static void decodePopulationCount(FunctionDecoder &decoder,
                                  Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = compute<PopulationCount, Int<uint32_t>, Int<uint64_t>>;
  if (type != Type::B32 && type != Type::B64)
    handler = nullptr;
  decoder.emit(handler, {Type::B32}, {type});
}

static void decodeCountLeadingZeros(FunctionDecoder &decoder,
                                    Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  if (type == Type::B32)
    handler =
        compute<CountLeadingZeros<uint32_t>, Int<uint32_t>, Int<uint32_t>>;
  else if (type == Type::B64)
    handler =
        compute<CountLeadingZeros<uint64_t>, Int<uint32_t>, Int<uint64_t>>;
  decoder.emit(handler, {Type::B32}, {type});
}

static void decodeReverseBits(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  if (type == Type::B32)
    handler = compute<ReverseBits, Int<uint32_t>, Int<uint32_t>>;
  else if (type == Type::B64)
    handler = compute<ReverseBits, Int<uint64_t>, Int<uint64_t>>;
  decoder.emit(handler, {type}, {type});
}

static void decodeExtractField(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  using Count = Int<uint32_t>;
  if (type == Type::U32)
    handler = compute<ExtractField, Count, Count, Count, Count>;
  else if (type == Type::S32)
    handler = compute<ExtractField, Int<int32_t>, Int<int32_t>, Count, Count>;
  else if (type == Type::U64)
    handler = compute<ExtractField, Int<uint64_t>, Int<uint64_t>, Count, Count>;
  else if (type == Type::S64)
    handler = compute<ExtractField, Int<int64_t>, Int<int64_t>, Count, Count>;
  decoder.emit(handler, {type}, {type, Type::B32, Type::B32});
}

static void decodeInsertField(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler = nullptr;
  using Count = Int<uint32_t>;
  if (type == Type::B32)
    handler = compute<InsertField, Count, Count, Count, Count, Count>;
  else if (type == Type::B64)
    handler = compute<InsertField, Int<uint64_t>, Int<uint64_t>, Int<uint64_t>,
                      Count, Count>;
  decoder.emit(handler, {type}, {type, type, Type::B32, Type::B32});
}

static void decodeLogicOfThree(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  using Word = Int<uint32_t>;
  Handler handler = compute<LogicOfThree, Word, Word, Word, Word, Word>;
  if (mnemonic.takeType() != Type::B32)
    handler = nullptr;
  decoder.emit(handler, {Type::B32},
               {Type::B32, Type::B32, Type::B32, Type::B32});
}

static void decodePermuteBytes(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  using Word = Int<uint32_t>;
  Handler handler = compute<PermuteBytes, Word, Word, Word, Word>;
  if (mnemonic.takeType() != Type::B32)
    handler = nullptr;
  decoder.emit(handler, {Type::B32}, {Type::B32, Type::B32, Type::B32});
}

static void decodeFunnelShift(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  using Word = Int<uint32_t>;
  bool isLeft = mnemonic.take("l");
  bool isKnown = isLeft || mnemonic.take("r");
  bool wraps = mnemonic.take("wrap");
  isKnown &= wraps || mnemonic.take("clamp");
  isKnown &= mnemonic.takeType() == Type::B32;
  Handler handler =
      isLeft
          ? (wraps ? compute<FunnelShift<true, true>, Word, Word, Word, Word>
                   : compute<FunnelShift<true, false>, Word, Word, Word, Word>)
          : (wraps
                 ? compute<FunnelShift<false, true>, Word, Word, Word, Word>
                 : compute<FunnelShift<false, false>, Word, Word, Word, Word>);
  decoder.emit(isKnown ? handler : nullptr, {Type::B32},
               {Type::B32, Type::B32, Type::B32});
}

//===----------------------------------------------------------------------===//
// Moves
//===----------------------------------------------------------------------===//

static Handler pickMove(Type type) {
  return type == Type::Pred ? compute<Identity, Predicate, Predicate>
                            : compute<Identity, Int<uint64_t>, Int<uint64_t>>;
}

/// mov.b64 d, symbol+4
static bool decodeMoveOfAddress(FunctionDecoder &decoder, Type type) {
  const Operand &operand = decoder.operands()[1];
  const Symbol *symbol = operand.kind == Operand::Name
                             ? decoder.findSymbol(operand.name)
                             : nullptr;
  if (!symbol)
    return false;
  uint32_t result = decoder.destination(decoder.operands()[0], type);
  if (getSize(type) != sizeof(uint64_t))
    decoder.error("an address has 64 bits");
  uint64_t offset = symbol->address + operand.value;
  uint32_t address = symbol->space == Space::Local
                         ? decoder.emitLocalAddress(offset)
                         : decoder.constant(offset);
  Instruction &instruction = decoder.emit(pickMove(type));
  instruction.operands[0] = result;
  instruction.operands[1] = address;
  return true;
}

template <typename Part, unsigned count>
static const Instruction *pack(Thread &thread, const Instruction *i) {
  uint64_t whole = 0;
  for (unsigned k = 0; k < count; ++k)
    whole |= uint64_t(read<Int<Part>>(thread, i->operands[k + 1]))
             << (8 * sizeof(Part) * k);
  thread.slots[i->operands[0]] = whole;
  return i + 1;
}

template <typename Part, unsigned count>
static const Instruction *unpack(Thread &thread, const Instruction *i) {
  uint64_t whole = thread.slots[i->operands[count]];
  for (unsigned k = 0; k < count; ++k)
    write<Int<Part>>(thread, i->operands[k],
                     static_cast<Part>(whole >> (8 * sizeof(Part) * k)));
  return i + 1;
}

/// mov.b32 d, {a, b} and mov.b32 {a, b}, d
static void decodeMoveOfVector(FunctionDecoder &decoder, Type type) {
  const Operand &to = decoder.operands()[0], &from = decoder.operands()[1];
  bool isPack = from.kind == Operand::Vector;
  const std::vector<Operand> &parts = isPack ? from.elements : to.elements;
  size_t count = parts.size();
  Type partType = Type::Invalid;
  Handler handler = nullptr;
  if (getSize(type) == 4 && count == 2) {
    partType = Type::B16;
    handler = isPack ? pack<uint16_t, 2> : unpack<uint16_t, 2>;
  } else if (getSize(type) == 8 && count == 2) {
    partType = Type::B32;
    handler = isPack ? pack<uint32_t, 2> : unpack<uint32_t, 2>;
  } else if (getSize(type) == 8 && count == 4) {
    partType = Type::B16;
    handler = isPack ? pack<uint16_t, 4> : unpack<uint16_t, 4>;
  } else {
    return decoder.error("unknown move of a vector");
  }
  uint32_t whole =
      isPack ? decoder.destination(to, type) : decoder.source(from, type);
  std::vector<uint32_t> slots;
  for (const Operand &part : parts)
    slots.push_back(isPack ? decoder.source(part, partType)
                           : decoder.destination(part, partType));
  slots.insert(isPack ? slots.begin() : slots.end(), whole);
  Instruction &instruction = decoder.emit(handler);
  std::copy(slots.begin(), slots.end(), instruction.operands);
}

static void decodeMove(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  if (type == Type::Invalid || (getSize(type) == 1 && type != Type::Pred))
    return decoder.error("unknown type");
  if (!decoder.expectOperands(2))
    return;
  for (const Operand &operand : decoder.operands())
    if (operand.kind == Operand::Vector)
      return decodeMoveOfVector(decoder, type);
  if (!decodeMoveOfAddress(decoder, type))
    decoder.emit(pickMove(type), {type}, {type});
}

static void decodeSelect(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  Type type = mnemonic.takeType();
  Handler handler =
      compute<Select, Int<uint64_t>, Int<uint64_t>, Int<uint64_t>, Predicate>;
  if (getSize(type) < 2)
    handler = nullptr;
  decoder.emit(handler, {type}, {type, type, Type::Pred});
}

void ptx_emulator::addBitInstructions(InstructionMap &map) {
  map["and"] = decodeLogic<And>;
  map["or"] = decodeLogic<Or>;
  map["xor"] = decodeLogic<Xor>;
  map["not"] = decodeNot<Not>;
  map["cnot"] = decodeNot<LogicalNot>;
  map["shl"] = decodeShift<ShiftLeft>;
  map["shr"] = decodeShift<ShiftRight>;
  map["popc"] = decodePopulationCount;
  map["clz"] = decodeCountLeadingZeros;
  map["brev"] = decodeReverseBits;
  map["bfe"] = decodeExtractField;
  map["bfi"] = decodeInsertField;
  map["lop3"] = decodeLogicOfThree;
  map["prmt"] = decodePermuteBytes;
  map["shf"] = decodeFunnelShift;
  map["mov"] = decodeMove;
  map["selp"] = decodeSelect;
}
