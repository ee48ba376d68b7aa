//===- NumPyHeader.cpp - The header of NumPy's file format ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The header is a Python dictionary: {'descr': '<f4', 'fortran_order': False,
// 'shape': (2, 3), }. The keys may be in any order, and there are no others.
//
//===----------------------------------------------------------------------===//

#include "NumPyHeader.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Alignment.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/raw_ostream.h"

#include <optional>

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;
using llvm::Twine;

std::string NpyElementType::str() const {
  // A single byte has no byte order; NumPy writes '|' for it.
  return ((size == 1 ? "|" : "<") + Twine(kind) + Twine(size)).str();
}

/// Returns text of the file, quoted for a message of one line.
static std::string quote(StringRef text) {
  std::string quoted;
  llvm::raw_string_ostream stream(quoted);
  stream << "'";
  llvm::printEscapedString(text.take_front(24), stream);
  stream << "'";
  return quoted;
}

/// Whether a function can take elements of `type`.
static bool isSupported(NpyElementType type) {
  switch (type.kind) {
  case 'b':
    return type.size == 1;
  case 'i':
  case 'u':
    return type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8;
  case 'f':
    return type.size == 2 || type.size == 4 || type.size == 8;
  case 'V':
    return type.size == 2;
  default:
    return false;
  }
}

namespace {

/// A recursive descent parser for the form of literal that the format uses.
class HeaderParser {
public:
  explicit HeaderParser(StringRef text) : rest(text) {}

  Expected<NpyHeader> parse();

private:
  void skipSpace() { rest = rest.ltrim(" \t\r\n"); }

  /// Consumes `token` and the space before it, if `token` is next.
  bool consume(StringRef token) {
    skipSpace();
    return rest.consume_front(token);
  }

  Error expect(StringRef token) {
    if (consume(token))
      return Error::success();
    return malformed("expected '" + token + "'");
  }

  Error malformed(const Twine &what) {
    return createStringError("malformed header: " + what + " at " +
                             quote(rest.rtrim()));
  }

  Expected<StringRef> parseString();
  Error parseEntry(StringRef key);
  Error parseElementType();
  Error parseOrder();
  Error parseShape();

  StringRef rest;
  std::optional<NpyElementType> elementType;
  std::optional<bool> fortranOrder;
  std::optional<llvm::SmallVector<int64_t>> shape;
};

} // namespace

Expected<StringRef> HeaderParser::parseString() {
  skipSpace();
  if (!rest.starts_with("'") && !rest.starts_with("\""))
    return malformed("expected a string");
  size_t end = rest.find(rest.front(), 1);
  if (end == StringRef::npos)
    return malformed("unterminated string");
  StringRef string = rest.slice(1, end);
  rest = rest.drop_front(end + 1);
  return string;
}

Error HeaderParser::parseElementType() {
  skipSpace();
  if (rest.starts_with("["))
    return createStringError("structured element types are not supported");
  Expected<StringRef> string = parseString();
  if (!string)
    return string.takeError();

  StringRef size = *string;
  char order = size.empty() ? 0 : size.front();
  if (order == '<' || order == '>' || order == '|' || order == '=')
    size = size.drop_front();
  NpyElementType type{size.empty() ? '\0' : size.front(), 0};
  if (size.drop_front(!size.empty()).getAsInteger(10, type.size) ||
      !isSupported(type))
    return createStringError("element type " + quote(*string) +
                             " is not supported: expected bool, an integer of "
                             "8, 16, 32 or 64 bits, '<f2', '<f4', '<f8' or "
                             "'<V2'");
  if (order == '>' && type.size > 1)
    return createStringError("element type " + quote(*string) +
                             " is big endian, which is not supported");
  elementType = type;
  return Error::success();
}

Error HeaderParser::parseOrder() {
  if (consume("True"))
    fortranOrder = true;
  else if (consume("False"))
    fortranOrder = false;
  else
    return malformed("expected True or False");
  return Error::success();
}

Error HeaderParser::parseShape() {
  if (Error error = expect("("))
    return error;
  llvm::SmallVector<int64_t> dims;
  bool comma = true;
  while (!consume(")")) {
    if (!comma)
      return malformed("expected ',' or ')'");
    skipSpace();
    StringRef digits = rest.take_while(llvm::isDigit);
    if (digits.empty())
      return malformed("expected a dimension");
    int64_t dim;
    if (digits.getAsInteger(10, dim))
      return createStringError("dimension " + quote(digits) + " is too large");
    rest = rest.drop_front(digits.size());
    dims.push_back(dim);
    comma = consume(",");
  }
  // In Python, (3) is a number.
  if (dims.size() == 1 && !comma)
    return malformed("expected ',' after the only dimension");
  shape = std::move(dims);
  return Error::success();
}

Error HeaderParser::parseEntry(StringRef key) {
  auto once = [&](bool seen, Error (HeaderParser::*parseValue)()) -> Error {
    if (seen)
      return createStringError("malformed header: key '" + key +
                               "' is given twice");
    return (this->*parseValue)();
  };
  if (key == "descr")
    return once(elementType.has_value(), &HeaderParser::parseElementType);
  if (key == "fortran_order")
    return once(fortranOrder.has_value(), &HeaderParser::parseOrder);
  if (key == "shape")
    return once(shape.has_value(), &HeaderParser::parseShape);
  return createStringError("malformed header: unknown key " + quote(key));
}

Expected<NpyHeader> HeaderParser::parse() {
  if (Error error = expect("{"))
    return error;
  bool comma = true;
  while (!consume("}")) {
    if (!comma)
      return malformed("expected ',' or '}'");
    Expected<StringRef> key = parseString();
    if (!key)
      return key.takeError();
    if (Error error = expect(":"))
      return error;
    if (Error error = parseEntry(*key))
      return error;
    comma = consume(",");
  }
  skipSpace();
  if (!rest.empty())
    return malformed("unexpected text");

  StringRef missing = !elementType    ? "descr"
                      : !fortranOrder ? "fortran_order"
                      : !shape        ? "shape"
                                      : "";
  if (!missing.empty())
    return createStringError("malformed header: key '" + missing +
                             "' is missing");
  // With one dimension, both orders are the same.
  if (*fortranOrder && shape->size() > 1)
    return createStringError("an array in Fortran order is not supported: save "
                             "numpy.ascontiguousarray of it");
  return NpyHeader{*elementType, std::move(*shape)};
}

Expected<NpyHeader> quant_bnn::parseNpyHeader(StringRef dictionary) {
  return HeaderParser(dictionary).parse();
}

std::string quant_bnn::printNpyHeader(NpyElementType elementType,
                                      ArrayRef<int64_t> shape) {
  std::string dictionary;
  llvm::raw_string_ostream stream(dictionary);
  stream << "{'descr': '" << elementType.str()
         << "', 'fortran_order': False, 'shape': (";
  llvm::interleaveComma(shape, stream);
  stream << (shape.size() == 1 ? ",), }" : "), }");

  // Format 1.0 has two bytes for the length, format 2.0 has four. NumPy's
  // writer pads with spaces, and ends the header with a newline.
  bool isLong = dictionary.size() > 0xff00;
  size_t prefix = isLong ? 12 : 10;
  size_t total = llvm::alignTo(prefix + dictionary.size() + 1,
                               llvm::Align(NpyArray::alignment));
  std::string header("\x93NUMPY");
  header += isLong ? '\2' : '\1';
  header += '\0';
  char length[4];
  llvm::support::endian::write32le(length, total - prefix);
  header.append(length, prefix - 8);
  header += dictionary;
  header.append(total - 1 - header.size(), ' ');
  header += '\n';
  return header;
}
