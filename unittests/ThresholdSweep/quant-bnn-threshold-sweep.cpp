//===- quant-bnn-threshold-sweep.cpp - Check folded thresholds ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Folds random channels after sums of signs into thresholds, and compares their
// bits with the floats that they replace, computed here, for every sum.
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/InitLLVM.h"

#include <cmath>
#include <random>

using namespace mlir;
using namespace quant_bnn;

namespace cl = llvm::cl;

static cl::opt<int64_t> count("count", cl::desc("How many channels to fold"),
                              cl::init(1000000));
static cl::opt<uint64_t> seed("seed", cl::desc("The seed of the channels"),
                              cl::init(1));

namespace {
/// What follows a sum x in a channel, with constants a, b and c.
struct Form {
  const char *body;
  float (*function)(float x, float a, float b, float c);
};
} // namespace

// Built without contraction: a product and a sum round twice.
static const Form forms[] = {
    {R"(%0 = arith.mulf %x, %a : f32
        %y = arith.addf %0, %b : f32)",
     [](float x, float a, float b, float) {
       float product = x * a;
       return product + b;
     }},
    {R"(%y = math.fma %x, %a, %b : f32)",
     [](float x, float a, float b, float) { return std::fma(x, a, b); }},
    {R"(%0 = arith.subf %x, %c : f32
        %1 = arith.mulf %0, %a : f32
        %y = arith.addf %1, %b : f32)",
     [](float x, float a, float b, float c) {
       float product = (x - c) * a;
       return product + b;
     }},
    {R"(%0 = arith.subf %x, %c : f32
        %1 = arith.divf %0, %a : f32
        %2 = arith.maximumf %1, %zero : f32
        %y = arith.subf %2, %b : f32)",
     [](float x, float a, float b, float c) {
       return std::max((x - c) / a, 0.0f) - b;
     }},
    {R"(%0 = arith.addf %x, %c : f32
        %1 = arith.mulf %0, %quarter : f32
        %2 = arith.cmpf olt, %0, %zero : f32
        %3 = arith.select %2, %1, %0 : f32
        %4 = arith.mulf %3, %a : f32
        %y = arith.addf %4, %b : f32)",
     [](float x, float a, float b, float c) {
       float shifted = x + c;
       float product = (shifted < 0.0f ? 0.25f * shifted : shifted) * a;
       return product + b;
     }},
};

/// Channels at a time.
static constexpr int64_t numChannels = 500;

static const char *const moduleText = R"mlir(
#row = affine_map<(i, j) -> (i, j)>
#channel = affine_map<(i, j) -> (j)>
#packed = #quant_bnn.packed<i8>
func.func @f(%p: tensor<1x{4}xi1, #packed>, %q: tensor<{0}x{4}xi1, #packed>, %empty: tensor<1x{0}xf32>) -> tensor<1x{0}xi1, #packed> {{
  %zero = arith.constant 0.0 : f32
  %quarter = arith.constant 0.25 : f32
  %as = arith.constant dense<"0x{1}"> : tensor<{0}xf32>
  %bs = arith.constant dense<"0x{2}"> : tensor<{0}xf32>
  %cs = arith.constant dense<"0x{3}"> : tensor<{0}xf32>
  %acc = quant_bnn.xnor_matmul %p, %q : (tensor<1x{4}xi1, #packed>, tensor<{0}x{4}xi1, #packed>) -> tensor<1x{0}xi32>
  %xs = arith.sitofp %acc : tensor<1x{0}xi32> to tensor<1x{0}xf32>
  %ys = linalg.generic {{indexing_maps = [#row, #channel, #channel, #channel, #row], iterator_types = ["parallel", "parallel"]}
      ins(%xs, %as, %bs, %cs : tensor<1x{0}xf32>, tensor<{0}xf32>, tensor<{0}xf32>, tensor<{0}xf32>) outs(%empty : tensor<1x{0}xf32>) {{
  ^bb0(%x: f32, %a: f32, %b: f32, %c: f32, %out: f32):
    {5}
    linalg.yield %y : f32
  } -> tensor<1x{0}xf32>
  %bits = quant_bnn.pack %ys : tensor<1x{0}xf32> to tensor<1x{0}xi1, #packed>
  return %bits : tensor<1x{0}xi1, #packed>
}
)mlir";

namespace {
/// The constants of channels, drawn so that the sign often turns at or beside
/// an integer.
struct Channels {
  Channels(std::mt19937_64 &random, int64_t depth) {
    std::uniform_real_distribution<float> exponent(-12.0f, 4.0f), unit(-1, 1);
    std::uniform_int_distribution<int64_t> sum(-depth, depth);
    for (int64_t i = 0; i != numChannels; ++i) {
      a.push_back(std::copysign(std::exp2(exponent(random)), unit(random)));
      float turn = static_cast<float>(sum(random));
      if (random() % 4 == 0)
        turn += unit(random);
      c.push_back(random() % 2 ? turn : unit(random) * 10.0f);
      b.push_back(-a.back() * (random() % 3 ? turn : turn - c.back()));
    }
  }

  std::vector<float> a, b, c;
};
} // namespace

static std::string toHex(const std::vector<float> &values) {
  return llvm::toHex(ArrayRef(reinterpret_cast<const uint8_t *>(values.data()),
                              values.size() * sizeof(float)));
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Checks folded thresholds\n");

  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<arith::ArithDialect, func::FuncDialect,
                      linalg::LinalgDialect, math::MathDialect, QuantBNNDialect,
                      tensor::TensorDialect>();
  std::mt19937_64 random(seed);
  std::uniform_int_distribution<int64_t> depths(1, 1200);
  int64_t numFolded = 0, numRefused = 0, numWrong = 0, numSums = 0;
  for (int64_t batch = 0; batch * numChannels < count; ++batch) {
    const Form &form = forms[batch % std::size(forms)];
    int64_t depth = depths(random);
    Channels channels(random, depth);
    std::string text =
        llvm::formatv(moduleText, numChannels, toHex(channels.a),
                      toHex(channels.b), toHex(channels.c), depth, form.body);
    OwningOpRef<ModuleOp> moduleOp =
        parseSourceString<ModuleOp>(text, &context);
    PassManager manager(&context);
    manager.addPass(createQuantBNNFoldThresholdsPass());
    if (!moduleOp || failed(manager.run(*moduleOp)))
      return 1;
    ThresholdOp threshold;
    moduleOp->walk([&](ThresholdOp op) { threshold = op; });
    if (!threshold) {
      numRefused += numChannels;
      continue;
    }
    DenseIntElementsAttr values, flips;
    if (!matchPattern(threshold.getT(), m_Constant(&values)) ||
        !matchPattern(threshold.getFlip(), m_Constant(&flips)))
      return 1;
    for (int64_t channel = 0; channel != numChannels; ++channel) {
      ++numFolded;
      int32_t value = values.getValues<int32_t>()[channel];
      bool flip = flips.getValues<bool>()[channel];
      for (int64_t sum = -depth; sum <= depth; sum += 2, ++numSums) {
        float y = form.function(static_cast<float>(sum), channels.a[channel],
                                channels.b[channel], channels.c[channel]);
        if ((y < 0.0f) == ((sum < value) != flip))
          continue;
        ++numWrong;
        llvm::outs() << "wrong at " << sum << " of " << depth
                     << ": a = " << channels.a[channel]
                     << ", b = " << channels.b[channel]
                     << ", c = " << channels.c[channel] << " in\n"
                     << form.body << "\n";
        break;
      }
    }
  }
  llvm::outs() << numFolded << " channels folded, " << numRefused
               << " refused, " << numSums << " sums, " << numWrong
               << " channels wrong\n";
  return numWrong != 0;
}
