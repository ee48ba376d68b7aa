//===- Syntax.h - A module as it is written in PTX --------------*- C++ -*-===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef PTX_EMULATOR_INTERPRETER_SYNTAX_H
#define PTX_EMULATOR_INTERPRETER_SYNTAX_H

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ptx_emulator {

enum class Type {
  Invalid,
  Pred,
  B8,
  B16,
  B32,
  B64,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  BF16,
  F32,
  F64,
  F16x2,
  BF16x2,
  U16x2,
  S16x2,
};

/// Returns the type named `name`, which is without its dot, or Type::Invalid.
Type parseType(std::string_view name);

/// Returns the size in bytes. A predicate has 1.
unsigned getSize(Type type);

enum class Space { Generic, Global, Const, Shared, Local, Param };

struct Operand {
  enum Kind {
    /// A register, a label or a symbol, and an offset from it.
    Name,
    /// A predicate and its complement, or two results: p|q.
    Pair,
    /// !p
    Negated,
    Integer,
    /// The bits of 0f3F800000 or 0d3FF0000000000000.
    Float32,
    Float64,
    /// [name+offset], [offset]
    Address,
    /// {a, b}
    Vector,
    /// (a, b)
    List,
  };

  Kind kind;
  std::string name;
  /// An offset or the value of a literal.
  uint64_t value = 0;
  /// The elements of a pair, a vector or a list.
  std::vector<Operand> elements;
};

struct Statement {
  unsigned line;
  /// The predicate, or an empty string.
  std::string guard;
  bool isGuardNegated = false;
  std::string mnemonic;
  std::vector<Operand> operands;
};

/// A variable or a parameter.
struct Variable {
  std::string name;
  unsigned line;
  Space space;
  Type type;
  unsigned alignment;
  uint64_t count = 1;
  bool isArrayOfUnknownSize = false;
  /// Integers, floats and names with an offset.
  std::vector<Operand> initializer;

  uint64_t getBytes() const { return count * getSize(type); }
};

struct FunctionSyntax {
  std::string name;
  unsigned line;
  bool isEntry;
  bool isDeclaration = false;
  std::vector<Variable> results;
  std::vector<Variable> parameters;
  /// The limits of .maxntid and .reqntid, or none.
  std::vector<uint64_t> maximumThreads;
  std::vector<uint64_t> requiredThreads;
  std::map<std::string, Type> registers;
  std::vector<Variable> variables;
  std::vector<Statement> statements;
  /// The number of the statement that follows each label.
  std::map<std::string, size_t> labels;
  std::map<std::string, std::vector<std::string>> branchTargets;
};

struct ModuleSyntax {
  std::vector<Variable> variables;
  std::vector<FunctionSyntax> functions;
};

/// The first error, as "line 12: message".
class Diagnostics {
public:
  void report(unsigned line, const std::string &message) {
    if (text.empty())
      text = "line " + std::to_string(line) + ": " + message;
  }
  bool hasError() const { return !text.empty(); }
  const std::string &getText() const { return text; }

private:
  std::string text;
};

/// Parses `text`, and reports the first error.
ModuleSyntax parse(std::string_view text, Diagnostics &diagnostics);

} // namespace ptx_emulator

#endif // PTX_EMULATOR_INTERPRETER_SYNTAX_H
