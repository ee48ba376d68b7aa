//===- LitSeeds.cpp - Cases from lit tests --------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LitSeeds.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

std::vector<std::string> quant_bnn::fuzz::findFiles(StringRef folder,
                                                    StringRef extension) {
  std::vector<std::string> files;
  std::error_code error;
  for (llvm::sys::fs::recursive_directory_iterator it(folder, error), end;
       it != end && !error; it.increment(error))
    if (StringRef(it->path()).ends_with(extension))
      files.push_back(it->path());
  llvm::sort(files);
  return files;
}

std::vector<std::string> quant_bnn::fuzz::splitModules(StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, "// -----");
  return std::vector<std::string>(parts.begin(), parts.end());
}

/// Returns the commands of the RUN lines, with their continuations.
static std::vector<std::string> getCommands(StringRef text) {
  std::vector<std::string> commands;
  bool continues = false;
  for (StringRef line : llvm::split(text, '\n')) {
    auto [before, command] = line.split("RUN:");
    if (command.empty())
      continue;
    command = command.trim();
    std::string rest = command.str();
    if (continues)
      commands.back() += " " + rest;
    else
      commands.push_back(rest);
    continues = StringRef(commands.back()).consume_back("\\");
    if (continues)
      commands.back().pop_back();
  }
  return commands;
}

/// Returns the words of `command`, split at spaces outside of quotes.
static std::vector<std::string> getWords(StringRef command) {
  std::vector<std::string> words(1);
  char quote = 0;
  for (char c : command) {
    if (quote ? c == quote : c == '"' || c == '\'')
      quote = quote ? 0 : c;
    else if (!quote && c == ' ')
      words.emplace_back();
    else
      words.back() += c;
  }
  llvm::erase_if(words, [](const std::string &word) { return word.empty(); });
  return words;
}

/// Returns the steps of a bnn-opt command on the file of the test, or no steps
/// for other commands.
static std::vector<std::string> getSteps(StringRef command) {
  std::vector<std::string> steps;
  bool isOnFile = false;
  std::vector<std::string> words = getWords(command);
  auto it = llvm::find(words, "bnn-opt");
  for (; it != words.end() && *it != "|"; ++it) {
    StringRef word = *it;
    isOnFile |= word == "%s";
    if (!word.consume_front("-"))
      continue;
    word.consume_front("-");
    auto [name, options] = word.split('=');
    if (name == "pass-pipeline") {
      options.consume_front("builtin.module(");
      options.consume_back(")");
      steps.push_back(options.str());
    } else if (PassInfo::lookup(name) || PassPipelineInfo::lookup(name)) {
      steps.push_back(options.empty() ? name.str()
                                      : (name + "{" + options + "}").str());
    }
  }
  return isOnFile ? steps : std::vector<std::string>();
}

std::vector<LitSeed> quant_bnn::fuzz::readLitSeeds(StringRef folder) {
  std::vector<LitSeed> seeds;
  for (const std::string &file : findFiles(folder, ".mlir")) {
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer)
      continue;
    StringRef text = (*buffer)->getBuffer();
    std::vector<std::string> modules = splitModules(text);
    for (const std::string &command : getCommands(text)) {
      std::vector<std::string> steps = getSteps(command);
      if (steps.empty())
        continue;
      for (const std::string &module : modules)
        seeds.push_back({file, module, steps});
    }
  }
  return seeds;
}
