//===- Lexer.cpp - The tokens of PTX --------------------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lexer.h"

#include <algorithm>
#include <cctype>

using namespace ptx_emulator;

static bool isDigit(char c) {
  return std::isdigit(static_cast<unsigned char>(c));
}

static bool isAlphanumeric(char c) {
  return std::isalnum(static_cast<unsigned char>(c));
}

static bool isWordStart(char c) {
  return (isAlphanumeric(c) && !isDigit(c)) || c == '.' || c == '_' ||
         c == '$' || c == '%';
}

/// Skips the text up to and including the next `end`, counting lines.
void Lexer::skipUntil(std::string_view end) {
  size_t found = std::min(text.find(end, position), text.size());
  size_t stop = std::min(found + end.size(), text.size());
  line += std::count(text.begin() + position, text.begin() + stop, '\n');
  position = stop;
}

void Lexer::skipSpace() {
  while (position < text.size()) {
    if (text[position] == '\n')
      ++line;
    if (std::isspace(static_cast<unsigned char>(text[position])))
      ++position;
    else if (text.substr(position, 2) == "//")
      skipUntil("\n");
    else if (text.substr(position, 2) == "/*")
      skipUntil("*/");
    else
      return;
  }
}

void Lexer::advance() {
  skipSpace();
  token = {Token::End, "", line};
  // The text of a module may be followed by its terminator.
  if (position >= text.size() || text[position] == '\0')
    return;
  size_t begin = position++;
  auto takeWhile = [&](auto condition) {
    while (position < text.size() && condition(position))
      ++position;
  };
  char first = text[begin];
  if (isWordStart(first)) {
    token.kind = Token::Word;
    // L1::no_allocate is part of a mnemonic; one colon ends a label.
    takeWhile([&](size_t i) {
      return isWordStart(text[i]) || isDigit(text[i]) ||
             text.substr(i, 2) == "::" || text.substr(i - 1, 2) == "::";
    });
  } else if (isDigit(first)) {
    token.kind = Token::Number;
    takeWhile([&](size_t i) { return isAlphanumeric(text[i]); });
  } else if (first == '"') {
    token.kind = Token::String;
    takeWhile([&](size_t i) { return text[i] != '"' && text[i] != '\n'; });
    position = std::min(position + 1, text.size());
  } else {
    token.kind = Token::Punctuation;
  }
  token.text = text.substr(begin, position - begin);
}
