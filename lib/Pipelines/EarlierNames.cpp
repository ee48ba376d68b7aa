//===- EarlierNames.cpp - Passes under the names of version 0.1 -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Delete this file with version 0.3.
//
//===----------------------------------------------------------------------===//

#include "mlir/Pass/PassRegistry.h"
#include "quant-bnn/Pipelines/Pipelines.h"

using namespace mlir;

/// The part of a name after `quant-bnn-` in version 0.1 and after
/// `bnn-codegen-` today.
static constexpr StringLiteral stems[] = {
    "allocate-on-gpu",
    "annotate-functions",
    "approximate-math",
    "bf16-to-i16",
    "carry-in-variables",
    "check-extents",
    "compare-narrow-floats",
    "convert-bf16-kernels-to-i16",
    "convert-math-to-arith",
    "convert-math-to-intrinsics",
    "convert-popcount-to-spirv",
    "convert-results-to-out-params",
    "convert-scf-to-cf",
    "copy-host-arguments",
    "emulate-narrow-floats",
    "expand-dynamic-reshapes",
    "expand-round-even",
    "expand-strided-copies",
    "flatten-elementwise",
    "fuse-siblings",
    "map-to-gpu",
    "nest-spirv-modules",
    "prepare-spirv-kernels",
    "recompute-producers",
    "refuse-leftovers",
    "refuse-math-names",
    "refuse-vendor-math",
    "scalarize-vectors",
    "separate-results",
    "set-spirv-float-controls",
    "vectorize-linalg",
    "vectorize-popcount",
    "widen-accumulators",
};

/// Registers `earlier` as a name of the pass `name`.
static void registerName(const std::string &earlier, const std::string &name) {
  // The pass parses its options itself.
  auto addPass = [name](OpPassManager &pm, StringRef options,
                        function_ref<LogicalResult(const Twine &)> onError) {
    const PassInfo *pass = PassInfo::lookup(name);
    if (!pass)
      return onError("'" + name + "' is not registered");
    return pass->addToPipeline(pm, options, onError);
  };
  registerPassPipeline(earlier, "Earlier name of " + name, addPass,
                       /*optHandler=*/[](auto) {});
}

void quant_bnn::registerEarlierPassNames() {
  for (StringRef stem : stems)
    registerName(("quant-bnn-" + stem).str(), ("bnn-codegen-" + stem).str());
  // Its successor converts what the next passes converted, too.
  registerName("quant-bnn-convert-cancelling-math-to-libm",
               "bnn-codegen-convert-math-to-llvm");
  auto refuse = [](OpPassManager &, StringRef,
                   function_ref<LogicalResult(const Twine &)> onError) {
    return onError("'quant-bnn-bind-arguments' was removed: the tool bnn-bind "
                   "replaces arguments by the arrays of files");
  };
  registerPassPipeline("quant-bnn-bind-arguments", "Removed: use bnn-bind",
                       refuse, /*optHandler=*/[](auto) {});
}
