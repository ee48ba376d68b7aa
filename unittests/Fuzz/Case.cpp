//===- Case.cpp - A module and the steps to check -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Case.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace quant_bnn::fuzz;

static constexpr unsigned numSets = 3;

CheckResult Case::check() const {
  OwningOpRef<ModuleOp> copy = module.get().clone();
  Arguments arguments(seed, dynamicExtent, numSets);
  return fuzz::check(*copy, steps, arguments);
}

std::string Case::str() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "// seed: " << seed << "\n";
  os << "// dynamic: " << dynamicExtent << "\n";
  for (const std::string &step : steps)
    os << "// step: " << step << "\n";
  module.get()->print(os, OpPrintingFlags().useLocalScope());
  os << "\n";
  return text;
}

std::optional<Case> Case::parse(StringRef text, MLIRContext *context) {
  Case result;
  for (StringRef rest = text; !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    if (line.consume_front("// seed: "))
      line.getAsInteger(10, result.seed);
    else if (line.consume_front("// dynamic: "))
      line.getAsInteger(10, result.dynamicExtent);
    else if (line.consume_front("// step: "))
      result.steps.push_back(line.str());
  }
  result.module = parseSourceString<ModuleOp>(text, context);
  if (!result.module)
    return std::nullopt;
  return result;
}
