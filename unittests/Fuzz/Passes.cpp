//===- Passes.cpp - Random pipelines --------------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Passes.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace quant_bnn::fuzz;

namespace {
struct Option {
  StringRef name;
  SmallVector<StringRef, 4> values;
};
struct PassChoice {
  unsigned weight;
  StringRef name;
  SmallVector<Option, 2> options;
};
} // namespace

/// Returns the passes with their weights. Passes that preserve values on
/// tensors are the most frequent. The other passes are for lowered code: on
/// tensors, they must emit an error or do nothing.
static const std::vector<PassChoice> &getChoices() {
  static const std::vector<PassChoice> choices = {
      {4, "canonicalize", {}},
      {2, "cse", {}},
      {2, "inline", {}},
      // As in quant-bnn-fuse-pipeline, which says why.
      {1, "canonicalize,linalg-fuse-elementwise-ops", {}},
      {1, "linalg-generalize-named-ops", {}},
      {6, "quant-bnn-decompose", {}},
      {6, "quant-bnn-strip-gradients", {}},
      {4, "quant-bnn-channels-last", {}},
      {4, "quant-bnn-evaluate-constants", {}},
      {6,
       "quant-bnn-raise-ste",
       {{"mode", {"exact", "exact", "relaxed"}},
        {"estimator", {"straight-through", "clip", "none"}},
        {"values-only", {"false", "true"}}}},
      {12,
       "quant-bnn-differentiate",
       {{"functions", {"f0"}},
        {"combine", {"true"}},
        {"zero-derivative", {"silent"}},
        {"recompute", {"none", "cheap"}}}},
      {6,
       "quant-bnn-fuse-ste",
       {{"mode", {"exact", "exact", "relaxed"}},
        {"values-only", {"false", "true"}}}},
      {6, "quant-bnn-compress-residuals", {}},
      {6,
       "quant-bnn-binarize",
       {{"mode", {"exact", "exact", "relaxed"}},
        {"word-width", {"8", "16", "32", "64"}},
        {"max-plane-products", {"0", "8", "64"}}}},
      {6, "quant-bnn-propagate-packed", {}},
      {6, "quant-bnn-fold-thresholds", {}},
      {6, "quant-bnn-materialize-packed-layout", {}},
      {4, "bnn-codegen-flatten-elementwise", {}},
      {4, "bnn-codegen-fuse-siblings", {}},
      {4, "bnn-codegen-recompute-producers", {}},
      {3, "bnn-codegen-expand-dynamic-reshapes", {}},
      {3, "bnn-codegen-replace-empty-tensors", {}},
      {4, "convert-quant-bnn-to-arith", {}},
      {4, "convert-quant-bnn-to-linalg", {}},
      {2, "bnn-codegen-approximate-math", {}},
      {2, "bnn-codegen-convert-math-to-arith", {}},
      {2, "bnn-codegen-compare-narrow-floats", {}},
      {2, "bnn-codegen-expand-round-even", {}},
      {2,
       "bnn-codegen-emulate-narrow-floats",
       {{"math-only", {"false", "true"}}}},
      {2, "bnn-codegen-widen-accumulators", {}},
      {2, "bnn-codegen-check-extents", {}},
      {2, "bnn-codegen-annotate-functions", {}},
      {1, "bnn-codegen-scalarize-vectors", {}},
      {1, "bnn-codegen-plan-memory", {}},
      {1, "bnn-codegen-separate-results", {}},
      {1, "bnn-codegen-convert-results-to-out-params", {}},
      {1, "bnn-codegen-expand-strided-copies", {}},
      {1, "bnn-codegen-vectorize-linalg", {}},
      {1, "bnn-codegen-vectorize-popcount", {}},
      {1, "bnn-codegen-map-to-gpu", {}},
      {1, "bnn-codegen-allocate-on-gpu", {}},
      {1, "bnn-codegen-copy-host-arguments", {}},
      {1, "bnn-codegen-convert-scf-to-cf", {}},
      {1, "bnn-codegen-convert-math-to-intrinsics", {}},
      {1, "bnn-codegen-refuse-math-names", {}},
      {1, "bnn-codegen-refuse-vendor-math", {}},
      {1, "bnn-codegen-nest-spirv-modules", {}},
      {1, "bnn-codegen-convert-math-to-llvm", {}},
      {1, "bnn-codegen-refuse-leftovers", {}},
      {1, "bnn-codegen-convert-bf16-kernels-to-i16", {}}};
  return choices;
}

static std::string write(Random &random, const PassChoice &choice) {
  std::string text = choice.name.str();
  SmallVector<std::string> options;
  for (const Option &option : choice.options)
    options.push_back((option.name + "=" + random.pick(option.values)).str());
  if (!options.empty())
    text += "{" + join(options, " ") + "}";
  return text;
}

static const PassChoice &pick(Random &random) {
  unsigned total = 0;
  for (const PassChoice &choice : getChoices())
    total += choice.weight;
  unsigned place = random.below(total);
  for (const PassChoice &choice : getChoices()) {
    if (place < choice.weight)
      return choice;
    place -= choice.weight;
  }
  llvm_unreachable("below the total");
}

bool quant_bnn::fuzz::isExecution(StringRef step) {
  return step == executeStep || step == executeParallelStep ||
         step == executeOutParamsStep;
}

std::vector<std::string>
quant_bnn::fuzz::makePipeline(Random &random, StringRef pass, bool executes) {
  std::vector<std::string> steps;
  if (!pass.empty()) {
    auto it = find_if(getChoices(), [&](const PassChoice &choice) {
      return choice.name == pass;
    });
    steps.push_back(it == getChoices().end() ? pass.str() : write(random, *it));
  } else {
    for (unsigned i = 0, count = 1 + random.below(6); i < count; ++i)
      steps.push_back(write(random, pick(random)));
  }
  if (executes)
    steps.push_back((random.oneIn(3)   ? executeParallelStep
                     : random.oneIn(2) ? executeOutParamsStep
                                       : executeStep)
                        .str());
  return steps;
}

std::vector<StringRef> quant_bnn::fuzz::getPassNames() {
  std::vector<StringRef> names;
  for (const PassChoice &choice : getChoices())
    names.push_back(choice.name);
  return names;
}

bool quant_bnn::fuzz::mayChangeValues(StringRef step) {
  return step.contains("relaxed");
}

bool quant_bnn::fuzz::mayDropEncodings(StringRef step) {
  return step.contains("linalg-fuse-elementwise-ops");
}

double quant_bnn::fuzz::getMathError(StringRef step) {
  if (isExecution(step) || step.contains("pipeline") ||
      step == "quant-bnn-evaluate-constants" ||
      step == "bnn-codegen-approximate-math" ||
      step == "bnn-codegen-convert-math-to-arith")
    return 8;
  // Any pass may fold constants with the functions of the C library.
  return 2;
}
