//===- Bytes.cpp - Fuzzing of parsers with mutated bytes ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Bytes.h"
#include "Isolation.h"
#include "LitSeeds.h"
#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Parser/Parser.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

/// The maximal size of an entry. Many small entries are a better use of time.
static constexpr size_t maxEntryBytes = 3000;

//===----------------------------------------------------------------------===//
// Corpus
//===----------------------------------------------------------------------===//

/// Returns the path of a file in memory.
static std::string getMemoryPath() {
  static const int file = memfd_create("bytes", 0);
  return "/proc/self/fd/" + std::to_string(file);
}

/// Returns a file of format version 1 with the element type `type`, such as
/// <f4, and elements of `size` bytes.
static std::string getArray(StringRef type, size_t size,
                            ArrayRef<int64_t> shape) {
  std::string header =
      "{'descr': '" + type.str() + "', 'fortran_order': False, 'shape': (";
  for (int64_t extent : shape) {
    header += std::to_string(extent) + ", ";
    size *= extent;
  }
  header += "), }";
  header.resize(llvm::alignTo(header.size() + 11, 64) - 11, ' ');
  header += '\n';
  std::string bytes = "\x93NUMPY\x01";
  bytes += '\0';
  bytes += char(header.size() % 256);
  bytes += char(header.size() / 256);
  return bytes + header + std::string(size, '\1');
}

static std::vector<std::string> getArrays() {
  std::vector<std::string> corpus;
  using Type = std::pair<StringRef, size_t>;
  const std::vector<std::vector<int64_t>> shapes = {{}, {3}, {2, 3}, {0, 4}};
  for (auto [type, size] : {Type{"<f4", 4}, Type{"<f2", 2}, Type{"<i8", 8},
                            Type{"|b1", 1}, Type{"<V2", 2}, Type{"|u1", 1}})
    for (const std::vector<int64_t> &shape : shapes)
      corpus.push_back(getArray(type, size, shape));
  return corpus;
}

std::vector<std::string> quant_bnn::fuzz::makeCorpus(MLIRContext *context,
                                                     ByteTarget target,
                                                     StringRef folder) {
  if (target == ByteTarget::NumPy)
    return getArrays();
  std::vector<std::string> corpus;
  ScopedDiagnosticHandler handler(context,
                                  [](Diagnostic &) { return success(); });
  for (const std::string &file : findFiles(folder, ".mlir")) {
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      continue;
    for (const std::string &text : splitModules((*buffer)->getBuffer())) {
      // Skips large modules and modules without an op or attribute of this
      // project.
      if (text.size() > maxEntryBytes || text.find("quant_bnn") == text.npos)
        continue;
      OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, context);
      std::string bytes;
      llvm::raw_string_ostream os(bytes);
      if (module && target == ByteTarget::Bytecode)
        (void)writeBytecodeToFile(*module, os);
      // Prints without comments, and half of the modules in the generic form.
      else if (module)
        module->print(os,
                      OpPrintingFlags().printGenericOpForm(corpus.size() % 2));
      if (!bytes.empty())
        corpus.push_back(std::move(bytes));
    }
  }
  return corpus;
}

//===----------------------------------------------------------------------===//
// Mutation
//===----------------------------------------------------------------------===//

/// Returns a random part of an entry: a word, or up to 64 bytes.
static StringRef anyPart(Random &random, StringRef entry) {
  if (entry.empty())
    return entry;
  size_t start = random.below(entry.size());
  size_t size = 1 + random.below(random.oneIn(4) ? 64 : 12);
  if (random.oneIn(3)) {
    // A word.
    auto isEnd = [](char c) { return c == ' ' || c == '\n' || c == ','; };
    while (start > 0 && !isEnd(entry[start - 1]))
      --start;
    StringRef rest = entry.drop_front(start);
    return rest.take_until(isEnd);
  }
  return entry.substr(start, size);
}

static std::string getNumber(Random &random) {
  static const char *const numbers[] = {"-1",
                                        "0",
                                        "9223372036854775807",
                                        "-9223372036854775808",
                                        "18446744073709551616",
                                        "4294967296",
                                        "65",
                                        "0x7FF0000000000000",
                                        "1e400",
                                        "nan",
                                        "?"};
  return random.pick(numbers);
}

/// Changes names and the text of attributes, types and locations, but no byte
/// that is a number: the upstream reader does not check sizes and indices.
static std::string mutateBytecode(Random &random, std::string bytes,
                                  ArrayRef<std::string> corpus) {
  auto isText = [&](size_t i) {
    return i < bytes.size() && llvm::isPrint(bytes[i]);
  };
  for (unsigned i = 0, count = 1 + random.below(4); i < count; ++i) {
    size_t place = random.below(bytes.size());
    StringRef part = anyPart(random, random.pick(corpus));
    if (!isText(place) || !isText(place + 1) || !isText(place + 2) ||
        part.empty())
      continue;
    size_t size = random.oneIn(2) ? 1 : part.size();
    for (size_t j = 0; j < size && isText(place + j); ++j)
      if (llvm::isPrint(part[j]))
        bytes[place + j] = part[j];
  }
  return bytes;
}

std::string quant_bnn::fuzz::mutate(Random &random, ByteTarget target,
                                    std::string bytes,
                                    ArrayRef<std::string> corpus) {
  if (target == ByteTarget::Bytecode)
    return mutateBytecode(random, std::move(bytes), corpus);
  for (unsigned i = 0, count = 1 + random.below(5); i < count; ++i) {
    size_t place = random.below(bytes.size() + 1);
    switch (random.below(8)) {
    case 0:
      if (place < bytes.size())
        bytes[place] ^= 1 << random.below(8);
      break;
    case 1:
      if (place < bytes.size())
        bytes[place] =
            random.pick({'\0', '\1', '\x7f', '\x80', '\xff', '"', '<', '>'});
      break;
    case 2:
      bytes.erase(place, 1 + random.below(random.oneIn(4) ? 100 : 8));
      break;
    case 3:
      bytes.insert(place, anyPart(random, bytes).str());
      break;
    case 4: {
      // Replaces a number.
      size_t digit = bytes.find_first_of("0123456789", place);
      if (digit == bytes.npos)
        break;
      size_t end = bytes.find_first_not_of("0123456789", digit);
      bytes.replace(digit, end == bytes.npos ? end : end - digit,
                    getNumber(random));
      break;
    }
    case 5: {
      StringRef part = anyPart(random, bytes);
      size_t start = part.data() - bytes.data();
      bytes.replace(start, part.size(),
                    anyPart(random, random.pick(corpus)).str());
      break;
    }
    case 6:
      bytes.insert(place, anyPart(random, random.pick(corpus)).str());
      break;
    default: {
      if (!random.oneIn(4))
        break;
      const std::string &other = random.pick(corpus);
      bytes =
          bytes.substr(0, place) + other.substr(random.below(other.size() + 1));
      break;
    }
    }
  }
  return bytes;
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

static void executeNumPy(const std::string &bytes) {
  std::string path = getMemoryPath();
  std::error_code error;
  {
    llvm::raw_fd_ostream file(path, error);
    file << bytes;
  }
  auto array = readNpy(path);
  if (!array)
    return llvm::consumeError(array.takeError());
  // Reads all bytes of the array.
  volatile char sum = 0;
  for (char byte : array->getBytes())
    sum = sum + byte;
}

// Stacks are searched for a frame of this function, by its name.
void __attribute__((noinline))
quant_bnn::fuzz::executeBytes(MLIRContext *context, ByteTarget target,
                              const std::string &bytes) {
  if (target == ByteTarget::NumPy)
    return executeNumPy(bytes);
  ScopedDiagnosticHandler handler(context, [](Diagnostic &diagnostic) {
    (void)diagnostic.str();
    return success();
  });
  // The parser recognizes bytecode by its first bytes. Do not use a template of
  // upstream, whose frame would be a frame of this program.
  Block block;
  if (failed(parseSourceString(bytes, &block, ParserConfig(context))))
    return;
  std::string text;
  llvm::raw_string_ostream os(text);
  for (Operation &op : block) {
    op.print(os);
    (void)writeBytecodeToFile(&op, os);
  }
}

//===----------------------------------------------------------------------===//
// Stacks
//===----------------------------------------------------------------------===//

/// Whether `line` is a frame of a function of upstream that the program has a
/// copy of: a template, which libMLIR then calls, too.
static bool isOfUpstream(StringRef line) {
  StringRef name = line.substr(line.find(" 0x") + 1).split(' ').second.ltrim();
  return (name.starts_with("mlir::") || name.starts_with("llvm::")) &&
         !name.contains("quant_bnn::");
}

/// Whether `line` is a frame of a sanitizer, which is linked to the program and
/// replaces the operators for memory.
static bool isOfSanitizer(StringRef line) {
  return line.contains("__interceptor_") || line.contains("__asan_") ||
         line.contains("__sanitizer") || line.contains(" operator delete") ||
         line.contains(" operator new");
}

Origin quant_bnn::fuzz::getOrigin(StringRef stack) {
  // The handler that ends an item after a timeout comes first, without a name.
  bool isHandler = stack.contains(timeoutMessage);
  bool isOwn = false;
  for (StringRef line : llvm::split(stack, '\n')) {
    if (line.contains("executeBytes"))
      return isOwn ? Origin::Own : Origin::Upstream;
    // What a sanitizer calls has no names.
    if (isOfSanitizer(line))
      isOwn = false;
    // Recognizes own frames by the program, or by the name if the report has
    // source files instead.
    else if (line.contains(" 0x") && !isOfUpstream(line) &&
             (line.contains("quant-bnn-fuzz") ||
              line.contains("quant_bnn::")) &&
             !std::exchange(isHandler, false))
      isOwn = true;
  }
  return isOwn ? Origin::Own : Origin::Unknown;
}

bool quant_bnn::fuzz::isOutOfMemoryInUpstream(StringRef stack) {
  if (!stack.contains("out of memory"))
    return false;
  for (StringRef line : llvm::split(stack, '\n'))
    if (line.contains(" 0x") && !line.contains("libLLVM") &&
        !line.contains("libc.so") && !line.contains("libstdc++"))
      return line.contains("libMLIR");
  return false;
}

bool quant_bnn::fuzz::hasFrame(StringRef stack, StringRef name) {
  return stack.take_front(stack.find("executeBytes"))
      .contains((name + "(").str());
}

std::string quant_bnn::fuzz::getSignature(StringRef stack) {
  for (StringRef line : llvm::split(stack, '\n')) {
    if (!line.contains("libMLIR") || !line.contains("mlir::"))
      continue;
    StringRef name = line.substr(line.find("mlir::"));
    return name.take_until([](char c) { return c == '('; }).str();
  }
  return "unknown";
}
