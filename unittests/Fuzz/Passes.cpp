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

/// Passes that keep values on tensors come most often. The others are for what
/// is lowered: on tensors they have nothing to do, and must say so or do
/// nothing.
static const std::vector<PassChoice> &getChoices() {
  static const std::vector<PassChoice> choices = {
      {4, "canonicalize", {}},
      {2, "cse", {}},
      {2, "inline", {}},
      {1, "linalg-fuse-elementwise-ops", {}},
      {1, "linalg-generalize-named-ops", {}},
      {6, "quant-bnn-decompose", {}},
      {6, "quant-bnn-strip-gradients", {}},
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
      {4, "quant-bnn-flatten-elementwise", {}},
      {4, "quant-bnn-fuse-siblings", {}},
      {4, "quant-bnn-recompute-producers", {}},
      {3, "quant-bnn-expand-dynamic-reshapes", {}},
      {4, "convert-quant-bnn-to-arith", {}},
      {4, "convert-quant-bnn-to-linalg", {}},
      {2, "quant-bnn-approximate-math", {}},
      {2, "quant-bnn-convert-math-to-arith", {}},
      {2, "quant-bnn-compare-narrow-floats", {}},
      {2, "quant-bnn-expand-round-even", {}},
      {2,
       "quant-bnn-emulate-narrow-floats",
       {{"math-only", {"false", "true"}}}},
      {2, "quant-bnn-widen-accumulators", {}},
      {2, "quant-bnn-check-extents", {}},
      {2, "quant-bnn-annotate-functions", {}},
      {1, "quant-bnn-scalarize-vectors", {}},
      {1, "quant-bnn-separate-results", {}},
      {1, "quant-bnn-convert-results-to-out-params", {}},
      {1, "quant-bnn-expand-strided-copies", {}},
      {1, "quant-bnn-vectorize-linalg", {}},
      {1, "quant-bnn-vectorize-popcount", {}},
      {1, "quant-bnn-map-to-gpu", {}},
      {1, "quant-bnn-allocate-on-gpu", {}},
      {1, "quant-bnn-copy-host-arguments", {}},
      {1, "quant-bnn-convert-scf-to-cf", {}},
      {1, "quant-bnn-convert-math-to-intrinsics", {}},
      {1, "quant-bnn-refuse-math-names", {}},
      {1, "quant-bnn-refuse-vendor-math", {}},
      {1, "quant-bnn-nest-spirv-modules", {}},
      {1, "quant-bnn-convert-cancelling-math-to-libm", {}},
      {1, "quant-bnn-refuse-leftovers", {}},
      {1, "quant-bnn-convert-bf16-kernels-to-i16", {}}};
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
    steps.push_back(executeStep.str());
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

double quant_bnn::fuzz::getMathError(StringRef step) {
  if (step == executeStep || step.contains("pipeline") ||
      step == "quant-bnn-approximate-math" ||
      step == "quant-bnn-convert-math-to-arith")
    return 8;
  // Any pass folds constants, by the functions of the C library.
  return 2;
}
