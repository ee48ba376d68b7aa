//===- Lexer.h - The tokens of PTX ------------------------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_LEXER_H
#define PTX_EMULATOR_INTERPRETER_LEXER_H

#include <string_view>

namespace ptx_emulator {

struct Token {
  enum Kind {
    End,
    /// A name, a directive or a mnemonic, with the dots in it: %tid.x, .reg,
    /// ld.global.b32.
    Word,
    Number,
    String,
    /// A single character.
    Punctuation,
  };

  Kind kind;
  std::string_view text;
  unsigned line;

  bool is(std::string_view expected) const {
    return text == expected && kind != String && kind != End;
  }
};

class Lexer {
public:
  explicit Lexer(std::string_view text) : text(text) { advance(); }

  /// Returns the next token without advancing.
  const Token &peek() const { return token; }

  /// Returns the next token and advances past it.
  Token next() {
    Token current = token;
    advance();
    return current;
  }

private:
  void advance();
  void skipSpace();
  void skipUntil(std::string_view end);

  std::string_view text;
  size_t position = 0;
  unsigned line = 1;
  Token token = {Token::End, "", 1};
};

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_LEXER_H
