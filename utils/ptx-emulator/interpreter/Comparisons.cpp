//===- Comparisons.cpp - Predicates from comparisons ----------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Handlers.h"

using namespace ptx_emulator;

namespace {

struct Equal {
  template <typename T>
  static bool apply(T a, T b) {
    return a == b;
  }
};

struct Less {
  template <typename T>
  static bool apply(T a, T b) {
    return a < b;
  }
};

struct LessOrEqual {
  template <typename T>
  static bool apply(T a, T b) {
    return a <= b;
  }
};

template <typename Op>
struct Swapped {
  template <typename T>
  static bool apply(T a, T b) {
    return Op::apply(b, a);
  }
};

template <typename Op>
struct Negated {
  template <typename T>
  static bool apply(T a, T b) {
    return !Op::apply(a, b);
  }
};

using Greater = Swapped<Less>;
using GreaterOrEqual = Swapped<LessOrEqual>;

/// Whether neither operand is a NaN.
struct Ordered {
  template <typename T>
  static bool apply(T a, T b) {
    return a == a && b == b;
  }
};

/// False if an operand is a NaN, unlike the != of C.
struct OrderedAndNotEqual {
  template <typename T>
  static bool apply(T a, T b) {
    return a < b || b < a;
  }
};

} // namespace

//===----------------------------------------------------------------------===//
// Handlers
//===----------------------------------------------------------------------===//

/// Compares both halves, with a predicate for each.
template <typename Op, typename Format>
static const Instruction *compareHalves(Thread &thread, const Instruction *i) {
  uint64_t a = thread.slots[i->operands[2]], b = thread.slots[i->operands[3]];
  for (int half : {0, 1}) {
    auto value = [&](uint64_t bits) {
      return Format::decode(static_cast<uint16_t>(bits >> (16 * half)));
    };
    thread.slots[i->operands[half]] = Op::apply(value(a), value(b));
  }
  return i + 1;
}

template <typename Op>
static Handler pickFloat(Type type, bool flushes) {
  switch (type) {
  case Type::F16:
    return compute<Op, Predicate, F16, F16>;
  case Type::BF16:
    return compute<Op, Predicate, BF16, BF16>;
  case Type::F32:
    return flushes ? compute<Op, Predicate, F32Ftz, F32Ftz>
                   : compute<Op, Predicate, F32, F32>;
  case Type::F64:
    return compute<Op, Predicate, F64, F64>;
  case Type::F16x2:
    return compareHalves<Op, F16>;
  case Type::BF16x2:
    return compareHalves<Op, BF16>;
  default:
    return nullptr;
  }
}

template <typename Op>
static Handler pickUnsigned(unsigned size) {
  switch (size) {
  case 2:
    return compute<Op, Predicate, Int<uint16_t>, Int<uint16_t>>;
  case 4:
    return compute<Op, Predicate, Int<uint32_t>, Int<uint32_t>>;
  case 8:
    return compute<Op, Predicate, Int<uint64_t>, Int<uint64_t>>;
  default:
    return nullptr;
  }
}

template <typename Op>
static Handler pickInteger(Type type) {
  switch (type) {
  case Type::S16:
    return compute<Op, Predicate, Int<int16_t>, Int<int16_t>>;
  case Type::S32:
    return compute<Op, Predicate, Int<int32_t>, Int<int32_t>>;
  case Type::S64:
    return compute<Op, Predicate, Int<int64_t>, Int<int64_t>>;
  default:
    return pickUnsigned<Op>(getSize(type));
  }
}

static bool isFloat(Type type) {
  switch (type) {
  case Type::F16:
  case Type::BF16:
  case Type::F32:
  case Type::F64:
  case Type::F16x2:
  case Type::BF16x2:
    return true;
  default:
    return false;
  }
}

/// Returns the handler of a comparison that is false with a NaN, or of a
/// comparison of integers; null if `name` is not such a comparison.
static Handler pickOrdered(std::string_view name, Type type, bool flushes) {
  auto pick = [&](Handler onFloats, Handler onIntegers) {
    return isFloat(type) ? onFloats : onIntegers;
  };
  if (name == "eq")
    return pick(pickFloat<Equal>(type, flushes), pickInteger<Equal>(type));
  if (name == "ne")
    return pick(pickFloat<OrderedAndNotEqual>(type, flushes),
                pickInteger<Negated<Equal>>(type));
  // Bits have no order.
  if (type == Type::B16 || type == Type::B32 || type == Type::B64)
    return nullptr;
  if (name == "lt")
    return pick(pickFloat<Less>(type, flushes), pickInteger<Less>(type));
  if (name == "le")
    return pick(pickFloat<LessOrEqual>(type, flushes),
                pickInteger<LessOrEqual>(type));
  if (name == "gt")
    return pick(pickFloat<Greater>(type, flushes), pickInteger<Greater>(type));
  if (name == "ge")
    return pick(pickFloat<GreaterOrEqual>(type, flushes),
                pickInteger<GreaterOrEqual>(type));
  return nullptr;
}

/// Returns the handler of a comparison that is true with a NaN, or of num or
/// nan; null if `name` is not such a comparison.
static Handler pickUnordered(std::string_view name, Type type, bool flushes) {
  if (name == "equ")
    return pickFloat<Negated<OrderedAndNotEqual>>(type, flushes);
  if (name == "neu")
    return pickFloat<Negated<Equal>>(type, flushes);
  if (name == "ltu")
    return pickFloat<Negated<GreaterOrEqual>>(type, flushes);
  if (name == "leu")
    return pickFloat<Negated<Greater>>(type, flushes);
  if (name == "gtu")
    return pickFloat<Negated<LessOrEqual>>(type, flushes);
  if (name == "geu")
    return pickFloat<Negated<Less>>(type, flushes);
  if (name == "num")
    return pickFloat<Ordered>(type, flushes);
  if (name == "nan")
    return pickFloat<Negated<Ordered>>(type, flushes);
  return nullptr;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

/// setp.eq.f16x2 p|q, a, b
static void decodePairOfPredicates(FunctionDecoder &decoder, Handler handler,
                                   Type type) {
  if (!decoder.expectOperands(3))
    return;
  const std::vector<Operand> &operands = decoder.operands();
  if (operands[0].kind != Operand::Pair)
    return decoder.error("expected two predicates");
  uint32_t slots[] = {decoder.destination(operands[0].elements[0], Type::Pred),
                      decoder.destination(operands[0].elements[1], Type::Pred),
                      decoder.source(operands[1], type),
                      decoder.source(operands[2], type)};
  Instruction &instruction = decoder.emit(handler);
  std::copy(std::begin(slots), std::end(slots), instruction.operands);
}

static void decodeSetPredicate(FunctionDecoder &decoder, Mnemonic &mnemonic) {
  std::string_view name = mnemonic.peek();
  mnemonic.skip();
  bool flushes = mnemonic.take("ftz");
  Type type = mnemonic.takeType();
  Handler handler = pickOrdered(name, type, flushes);
  if (!handler)
    handler = pickUnordered(name, type, flushes);
  if (!handler || (flushes && type != Type::F32))
    return decoder.error("unknown comparison");
  if (type == Type::F16x2 || type == Type::BF16x2)
    decodePairOfPredicates(decoder, handler, type);
  else
    decoder.emit(handler, {Type::Pred}, {type, type});
}

void ptx_emulator::addComparisons(InstructionMap &map) {
  map["setp"] = decodeSetPredicate;
}
