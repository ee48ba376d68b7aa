//===- NumPyText.cpp - Arrays as text -------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/NumPy/NumPyText.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <cstring>

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// parseNpy
//===----------------------------------------------------------------------===//

/// Calls `visit` with the bits of each element of a number or a `dense`.
static void visitBits(TypedAttr constant,
                      llvm::function_ref<void(const APInt &)> visit) {
  if (auto number = dyn_cast<FloatAttr>(constant))
    return visit(number.getValue().bitcastToAPInt());
  if (auto number = dyn_cast<IntegerAttr>(constant))
    return visit(number.getValue());
  if (auto floats = dyn_cast<DenseFPElementsAttr>(constant))
    for (const APFloat &number : floats)
      visit(number.bitcastToAPInt());
  else
    for (const APInt &number : cast<DenseIntElementsAttr>(constant))
      visit(number);
}

llvm::Expected<NpyArray> quant_bnn::parseNpy(StringRef text,
                                             MLIRContext *context) {
  std::string message = "not a constant of MLIR that a function can take";
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    message = diagnostic.str();
    return success();
  });
  auto constant = dyn_cast_if_present<TypedAttr>(parseAttribute(text, context));
  std::optional<NpyElementType> elementType;
  if (isa_and_present<FloatAttr, IntegerAttr, DenseIntOrFPElementsAttr>(
          constant))
    elementType = getNpyElementType(getElementTypeOrSelf(constant.getType()));
  if (!elementType)
    return llvm::createStringError(text + ": " + message);

  auto shaped = dyn_cast<ShapedType>(constant.getType());
  auto array = NpyArray::allocate(*elementType, shaped ? shaped.getShape()
                                                       : ArrayRef<int64_t>());
  if (!array)
    return llvm::createStringError(text + ": " +
                                   llvm::toString(array.takeError()));
  char *bytes = array->getBytes().data();
  visitBits(constant, [&](const APInt &element) {
    uint64_t word = element.getZExtValue();
    std::memcpy(bytes, &word, elementType->size);
    bytes += elementType->size;
  });
  return array;
}

//===----------------------------------------------------------------------===//
// printNpy
//===----------------------------------------------------------------------===//

static void printFloat(llvm::raw_ostream &os, const llvm::fltSemantics &type,
                       uint64_t bits) {
  APFloat number(type, APInt(APFloat::getSizeInBits(type), bits));
  if (number.isNaN()) {
    os << "nan";
  } else if (number.isInfinity()) {
    os << (number.isNegative() ? "-inf" : "inf");
  } else {
    SmallString<24> text;
    unsigned numDigits = 0;
    do {
      text.clear();
      number.toString(text, ++numDigits);
    } while (!APFloat(type, text).bitwiseIsEqual(number));
    os << text;
  }
}

static void printElement(llvm::raw_ostream &os, NpyElementType type,
                         const char *bytes) {
  uint64_t bits = 0;
  std::memcpy(&bits, bytes, type.size);
  switch (type.kind) {
  case 'b':
    os << (bits ? "true" : "false");
    return;
  case 'u':
    os << bits;
    return;
  case 'i':
    os << llvm::SignExtend64(bits, 8 * type.size);
    return;
  case 'V':
    return printFloat(os, APFloat::BFloat(), bits);
  default:
    return printFloat(os,
                      type.size == 2   ? APFloat::IEEEhalf()
                      : type.size == 4 ? APFloat::IEEEsingle()
                                       : APFloat::IEEEdouble(),
                      bits);
  }
}

/// Prints the part of an array with `shape` that begins at `bytes`, and moves
/// `bytes` past it.
static void printPart(llvm::raw_ostream &os, NpyElementType type,
                      ArrayRef<int64_t> shape, const char *&bytes) {
  if (shape.empty()) {
    printElement(os, type, bytes);
    bytes += type.size;
    return;
  }
  os << "[";
  llvm::interleaveComma(llvm::seq(shape.front()), os, [&](int64_t) {
    printPart(os, type, shape.drop_front(), bytes);
  });
  os << "]";
}

void quant_bnn::printNpy(llvm::raw_ostream &os, const NpyView &array) {
  auto *bytes = static_cast<const char *>(array.data);
  printPart(os, array.elementType, array.shape, bytes);
  os << "\n";
}
