//===- Parser.cpp - Read modules in PTX -----------------------------------===//
//
// Part of ptx-emulator, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The grammar is that of the PTX that LLVM prints for sm_80 and later.
// Everything else is an error, since skipped text could have a meaning.
//
//===----------------------------------------------------------------------===//

#include "Lexer.h"
#include "Syntax.h"

#include <cstdlib>
#include <set>

using namespace ptx_emulator;

namespace {

struct TypeInfo {
  Type type;
  std::string_view name;
  unsigned size;
};

} // namespace

static constexpr TypeInfo typeInfos[] = {
    {Type::Pred, "pred", 1},     {Type::B8, "b8", 1},
    {Type::B16, "b16", 2},       {Type::B32, "b32", 4},
    {Type::B64, "b64", 8},       {Type::U8, "u8", 1},
    {Type::U16, "u16", 2},       {Type::U32, "u32", 4},
    {Type::U64, "u64", 8},       {Type::S8, "s8", 1},
    {Type::S16, "s16", 2},       {Type::S32, "s32", 4},
    {Type::S64, "s64", 8},       {Type::F16, "f16", 2},
    {Type::BF16, "bf16", 2},     {Type::F32, "f32", 4},
    {Type::F64, "f64", 8},       {Type::F16x2, "f16x2", 4},
    {Type::BF16x2, "bf16x2", 4}, {Type::U16x2, "u16x2", 4},
    {Type::S16x2, "s16x2", 4},
};

Type ptx_emulator::parseType(std::string_view name) {
  for (const TypeInfo &info : typeInfos)
    if (info.name == name)
      return info.type;
  return Type::Invalid;
}

unsigned ptx_emulator::getSize(Type type) {
  for (const TypeInfo &info : typeInfos)
    if (info.type == type)
      return info.size;
  return 0;
}

namespace {

class Parser {
public:
  Parser(std::string_view text, Diagnostics &diagnostics)
      : lexer(text), diagnostics(diagnostics) {}

  ModuleSyntax parseModule();

private:
  void error(const std::string &message) {
    diagnostics.report(lexer.peek().line, message);
  }
  void errorAt(const Token &token, const std::string &expected) {
    diagnostics.report(token.line, "expected " + expected + ", not '" +
                                       std::string(token.text) + "'");
  }
  bool isDone() const {
    return diagnostics.hasError() || lexer.peek().kind == Token::End;
  }
  bool take(std::string_view text) {
    bool isNext = lexer.peek().is(text);
    if (isNext)
      lexer.next();
    return isNext;
  }
  void expect(std::string_view text) {
    if (!take(text))
      errorAt(lexer.peek(), "'" + std::string(text) + "'");
  }
  std::string expectWord();
  uint64_t expectInteger();

  /// Calls `element` for each element before `end`, with commas between.
  template <typename Element>
  void parseList(std::string_view end, Element element);

  bool parseTopLevel(ModuleSyntax &module);
  void parseTarget();
  void skipDebugSection();
  Variable parseVariable(Space space);
  void parseInitializer(Variable &variable);
  std::vector<Variable> parseParameters();
  FunctionSyntax parseFunction(bool isEntry);
  void parseFunctionDirectives(FunctionSyntax &function);
  void parseBody(FunctionSyntax &function);
  bool parseBodyDirective(FunctionSyntax &function);
  void parseRegisters(FunctionSyntax &function);
  void parseLabel(FunctionSyntax &function, const Token &label);
  void parseStatement(FunctionSyntax &function, const Token &word);

  Operand parseOperand();
  Operand parseNumber();
  Operand parseName();
  uint64_t parseOffset();
  Operand parseElements(Operand::Kind kind, std::string_view end);

  Lexer lexer;
  Diagnostics &diagnostics;
  /// The number of open braces of the function.
  unsigned depth = 0;
  /// The registers of inner braces; other inner braces may declare them again.
  std::set<std::string> innerRegisters;
};

} // namespace

//===----------------------------------------------------------------------===//
// Words and numbers
//===----------------------------------------------------------------------===//

std::string Parser::expectWord() {
  Token token = lexer.next();
  if (token.kind != Token::Word)
    errorAt(token, "a name");
  return std::string(token.text);
}

uint64_t Parser::expectInteger() {
  Token token = lexer.peek();
  Operand number = parseNumber();
  if (number.kind != Operand::Integer)
    errorAt(token, "an integer");
  return number.value;
}

template <typename Element>
void Parser::parseList(std::string_view end, Element element) {
  if (take(end))
    return;
  do
    element();
  while (take(",") && !isDone());
  expect(end);
}

/// -12, 0x5410U, 0f3F800000, 0d3FF0000000000000
Operand Parser::parseNumber() {
  bool isNegative = take("-");
  Token token = lexer.next();
  std::string text(token.text);
  Operand operand{Operand::Integer, "", 0, {}};
  if (token.kind != Token::Number) {
    errorAt(token, "a number");
    return operand;
  }
  size_t prefix = 0;
  int base = 10;
  char second = text.size() > 1 && text[0] == '0' ? text[1] : '\0';
  if (second == 'x' || second == 'X')
    prefix = 2, base = 16;
  else if (second == 'b' || second == 'B')
    prefix = 2, base = 2;
  else if (second == 'f' || second == 'F')
    prefix = 2, base = 16, operand.kind = Operand::Float32;
  else if (second == 'd' || second == 'D')
    prefix = 2, base = 16, operand.kind = Operand::Float64;
  else if (second)
    base = 8;
  if (text.back() == 'U')
    text.pop_back();
  char *end;
  operand.value = std::strtoull(text.c_str() + prefix, &end, base);
  size_t digits = text.size() - prefix;
  if (*end || end == text.c_str() + prefix ||
      (operand.kind == Operand::Float32 && digits != 8) ||
      (operand.kind == Operand::Float64 && digits != 16) ||
      (operand.kind != Operand::Integer && isNegative))
    errorAt(token, "a number");
  if (isNegative)
    operand.value = -operand.value;
  return operand;
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// +4, -4, +-4 or nothing
uint64_t Parser::parseOffset() {
  if (take("+"))
    return expectInteger();
  return lexer.peek().is("-") ? expectInteger() : 0;
}

Operand Parser::parseElements(Operand::Kind kind, std::string_view end) {
  Operand operand{kind, "", 0, {}};
  parseList(end, [&] { operand.elements.push_back(parseOperand()); });
  return operand;
}

/// name, name+4, p|q
Operand Parser::parseName() {
  Operand operand{Operand::Name, expectWord(), 0, {}};
  if (take("|")) {
    Operand second{Operand::Name, expectWord(), 0, {}};
    return {Operand::Pair, "", 0, {operand, second}};
  }
  operand.value = parseOffset();
  return operand;
}

Operand Parser::parseOperand() {
  if (take("{"))
    return parseElements(Operand::Vector, "}");
  if (take("("))
    return parseElements(Operand::List, ")");
  if (take("!"))
    return {Operand::Negated, expectWord(), 0, {}};
  if (take("[")) {
    Operand address{Operand::Address, "", 0, {}};
    if (lexer.peek().kind == Token::Word)
      address.name = expectWord();
    address.value = address.name.empty() ? expectInteger() : parseOffset();
    expect("]");
    return address;
  }
  if (lexer.peek().kind == Token::Word)
    return parseName();
  return parseNumber();
}

//===----------------------------------------------------------------------===//
// Variables
//===----------------------------------------------------------------------===//

/// Parses the text after the space: .align 4 .b8 name[16] = {1, 2}
Variable Parser::parseVariable(Space space) {
  Variable variable;
  variable.line = lexer.peek().line;
  variable.space = space;
  variable.alignment = take(".align") ? expectInteger() : 0;
  std::string type = expectWord();
  variable.type = parseType(std::string_view(type).substr(1));
  if (variable.type == Type::Invalid || variable.type == Type::Pred)
    error("a variable cannot be of type '" + type + "'");
  // LLVM prints attributes of the pointer in a parameter.
  if (take(".ptr")) {
    for (std::string_view pointee : {".global", ".shared", ".const", ".local"})
      take(pointee);
    if (take(".align"))
      expectInteger();
  }
  if (variable.alignment == 0)
    variable.alignment = getSize(variable.type);
  variable.name = expectWord();
  if (take("[")) {
    variable.isArrayOfUnknownSize = lexer.peek().is("]");
    variable.count = variable.isArrayOfUnknownSize ? 0 : expectInteger();
    expect("]");
  }
  if (take("="))
    parseInitializer(variable);
  return variable;
}

void Parser::parseInitializer(Variable &variable) {
  if (take("{"))
    parseList("}", [&] { variable.initializer.push_back(parseOperand()); });
  else
    variable.initializer.push_back(parseOperand());
  if (variable.initializer.size() > variable.count)
    error("'" + variable.name + "' has more values than elements");
}

std::vector<Variable> Parser::parseParameters() {
  std::vector<Variable> parameters;
  if (take("("))
    parseList(")", [&] {
      expect(".param");
      parameters.push_back(parseVariable(Space::Param));
    });
  return parameters;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

FunctionSyntax Parser::parseFunction(bool isEntry) {
  FunctionSyntax function;
  function.line = lexer.peek().line;
  function.isEntry = isEntry;
  if (lexer.peek().is("("))
    function.results = parseParameters();
  function.name = expectWord();
  function.parameters = parseParameters();
  parseFunctionDirectives(function);
  if (take(";"))
    function.isDeclaration = true;
  else
    parseBody(function);
  return function;
}

void Parser::parseFunctionDirectives(FunctionSyntax &function) {
  auto parseSizes = [&] {
    std::vector<uint64_t> sizes;
    do
      sizes.push_back(expectInteger());
    while (take(","));
    return sizes;
  };
  while (!isDone() && lexer.peek().kind == Token::Word) {
    Token directive = lexer.next();
    if (directive.is(".maxntid"))
      function.maximumThreads = parseSizes();
    else if (directive.is(".reqntid"))
      function.requiredThreads = parseSizes();
    else if (directive.is(".minnctapersm") || directive.is(".maxnreg"))
      expectInteger(); // These only guide the allocation of registers.
    else if (!directive.is(".noreturn"))
      errorAt(directive, "a directive of a function");
  }
}

void Parser::parseBody(FunctionSyntax &function) {
  expect("{");
  innerRegisters.clear();
  for (depth = 1; depth != 0 && !isDone();) {
    if (take("{"))
      ++depth;
    else if (take("}"))
      --depth;
    else if (!parseBodyDirective(function)) {
      Token word = lexer.peek();
      if (word.is("@") || word.kind == Token::Word)
        parseStatement(function, word);
      else
        errorAt(word, "a statement");
    }
  }
}

/// Parses a directive of a body, and returns whether there was one.
bool Parser::parseBodyDirective(FunctionSyntax &function) {
  auto declare = [&](Space space) {
    function.variables.push_back(parseVariable(space));
  };
  if (take(".reg")) {
    parseRegisters(function);
  } else if (take(".local")) {
    declare(Space::Local);
  } else if (take(".shared")) {
    declare(Space::Shared);
  } else if (take(".param")) {
    declare(Space::Param);
  } else if (take(".pragma")) {
    // Only "nounroll" and the like.
    Token text = lexer.next();
    if (text.kind != Token::String)
      errorAt(text, "a string");
  } else if (take(".loc")) {
    // A file, a line and a column, and more if code is inlined. No token marks
    // the end, so the rest of the line is skipped.
    unsigned line = lexer.peek().line;
    while (!isDone() && lexer.peek().line == line)
      lexer.next();
    return true;
  } else {
    return false;
  }
  expect(";");
  return true;
}

/// .reg .b32 %r<9> or .reg .b32 a, b
void Parser::parseRegisters(FunctionSyntax &function) {
  std::string typeName = expectWord();
  Type type = parseType(std::string_view(typeName).substr(1));
  if (type == Type::Invalid)
    error("unknown type '" + typeName + "'");
  auto declare = [&](const std::string &name) {
    auto [it, isNew] = function.registers.emplace(name, type);
    bool isInner = depth > 1 && (isNew || innerRegisters.count(name));
    if (isInner)
      innerRegisters.insert(name);
    if (!isNew && (!isInner || it->second != type))
      error("register '" + name + "' is declared twice");
  };
  do {
    std::string name = expectWord();
    if (!take("<")) {
      declare(name);
      continue;
    }
    uint64_t count = expectInteger();
    expect(">");
    for (uint64_t i = 0; i < count && !isDone(); ++i)
      declare(name + std::to_string(i));
  } while (take(","));
}

void Parser::parseLabel(FunctionSyntax &function, const Token &label) {
  std::string name(label.text);
  if (take(".branchtargets")) {
    std::vector<std::string> &targets = function.branchTargets[name];
    do
      targets.push_back(expectWord());
    while (take(","));
    expect(";");
    return;
  }
  if (!function.labels.emplace(name, function.statements.size()).second)
    error("label '" + name + "' is defined twice");
}

void Parser::parseStatement(FunctionSyntax &function, const Token &word) {
  Statement statement;
  statement.line = word.line;
  if (take("@")) {
    statement.isGuardNegated = take("!");
    statement.guard = expectWord();
  }
  Token mnemonic = lexer.next();
  if (take(":"))
    return parseLabel(function, mnemonic);
  if (mnemonic.kind != Token::Word || mnemonic.text.front() == '.')
    return errorAt(mnemonic, "an instruction");
  statement.mnemonic = mnemonic.text;
  if (!lexer.peek().is(";")) {
    do
      statement.operands.push_back(parseOperand());
    while (take(",") && !isDone());
  }
  expect(";");
  function.statements.push_back(std::move(statement));
}

//===----------------------------------------------------------------------===//
// Modules
//===----------------------------------------------------------------------===//

void Parser::parseTarget() {
  do {
    Token target = lexer.next();
    if (target.text.substr(0, 3) != "sm_" && !target.is("debug"))
      errorAt(target, "a target");
  } while (take(","));
}

/// .section .debug_info { ... }
void Parser::skipDebugSection() {
  std::string name = expectWord();
  if (name.rfind(".debug", 0) != 0)
    error("unknown section '" + name + "'");
  expect("{");
  while (!isDone() && !take("}"))
    lexer.next();
}

bool Parser::parseTopLevel(ModuleSyntax &module) {
  // Linkage has no effect within one module.
  while (take(".visible") || take(".extern") || take(".weak") ||
         take(".common")) {
  }
  auto declare = [&](Space space) {
    module.variables.push_back(parseVariable(space));
    expect(";");
  };
  if (take(".global"))
    declare(Space::Global);
  else if (take(".const"))
    declare(Space::Const);
  else if (take(".shared"))
    declare(Space::Shared);
  else if (take(".entry"))
    module.functions.push_back(parseFunction(/*isEntry=*/true));
  else if (take(".func"))
    module.functions.push_back(parseFunction(/*isEntry=*/false));
  else if (take(".section"))
    skipDebugSection();
  else if (take(".file"))
    while (lexer.peek().kind == Token::Number ||
           lexer.peek().kind == Token::String || lexer.peek().is(","))
      lexer.next();
  else
    return false;
  return true;
}

ModuleSyntax Parser::parseModule() {
  ModuleSyntax module;
  expect(".version");
  lexer.next(); // 8
  if (lexer.peek().text.substr(0, 1) == ".")
    lexer.next(); // .0
  expect(".target");
  parseTarget();
  expect(".address_size");
  if (expectInteger() != 64)
    error("addresses have to be of 64 bits");
  while (!isDone())
    if (!parseTopLevel(module))
      errorAt(lexer.peek(), "a function or a variable");
  return module;
}

ModuleSyntax ptx_emulator::parse(std::string_view text,
                                 Diagnostics &diagnostics) {
  return Parser(text, diagnostics).parseModule();
}
