//===- quant-bnn-raise-fuzz.cpp - Fuzz quant-bnn-raise-ste ----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Raises random bodies in exact mode and evaluates them before and after, at
// everything that is special to them and at random. The evaluation shares
// nothing with the pass: each op folds its constants, those of quant_bnn
// through the reference implementation.
//
//===----------------------------------------------------------------------===//

#include "BodyGenerator.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Pass/PassManager.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::raise_fuzz;

namespace cl = llvm::cl;

static cl::opt<uint64_t> count("count", cl::desc("How many bodies to raise"),
                               cl::init(10000));
static cl::opt<uint64_t> seed("seed", cl::desc("The seed of the random bodies"),
                              cl::init(1));

/// What `function` returns, or null if an op does not fold.
static Attribute evaluate(func::FuncOp function, ArrayRef<Attribute> inputs) {
  llvm::DenseMap<Value, Attribute> values;
  for (auto [argument, input] :
       llvm::zip_equal(function.getArguments(), inputs))
    values[argument] = input;
  for (Operation &op : function.getBody().front()) {
    if (isa<func::ReturnOp>(op))
      return values.lookup(op.getOperand(0));
    SmallVector<Attribute> operands;
    for (Value operand : op.getOperands())
      operands.push_back(values.lookup(operand));
    // It folds through libm, for f32 and f64 alone.
    if (isa<math::RoundOp>(op)) {
      APFloat value = cast<FloatAttr>(operands[0]).getValue();
      value.roundToIntegral(APFloat::rmNearestTiesToAway);
      values[op.getResult(0)] =
          FloatAttr::get(op.getResult(0).getType(), value);
      continue;
    }
    SmallVector<OpFoldResult> results;
    if (failed(op.fold(operands, results)) || results.empty())
      return {};
    for (auto [result, folded] : llvm::zip_equal(op.getResults(), results)) {
      auto value = dyn_cast<Value>(folded);
      values[result] = value ? values.lookup(value) : cast<Attribute>(folded);
    }
  }
  return {};
}

static bool isSame(Attribute a, Attribute b) {
  const APFloat &first = cast<FloatAttr>(a).getValue();
  const APFloat &second = cast<FloatAttr>(b).getValue();
  return (first.isNaN() && second.isNaN()) || first.bitwiseIsEqual(second);
}

/// Inputs at which bodies turn: what they compare with, the ties of a rounding,
/// the neighbours of each, and what is special to the type.
static SmallVector<APFloat> getInputs(func::FuncOp function,
                                      std::mt19937_64 &random) {
  auto type = cast<FloatType>(function.getArgumentTypes()[0]);
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  SmallVector<APFloat> inputs;
  auto add = [&](APFloat value) {
    for (bool negative : {false, true}) {
      inputs.push_back(value);
      for (bool down : {false, true}) {
        APFloat neighbour = value;
        neighbour.next(down);
        inputs.push_back(neighbour);
      }
      value = neg(value);
      (void)negative;
    }
  };
  auto rounded = [&](double value) {
    return FloatAttr::get(type, value).getValue();
  };
  function.walk([&](arith::ConstantOp op) {
    auto constant = dyn_cast<FloatAttr>(op.getValue());
    if (!constant || !constant.getValue().isFinite())
      return;
    add(constant.getValue());
    double value = std::abs(constant.getValueAsDouble());
    if (value > 1.0 && value < 20.0)
      for (double tie = 0.5; tie < value; tie += 1.0)
        for (double alpha : {1.0, 6.0, 2.5, 0.7})
          add(rounded(tie * alpha / value));
  });
  add(APFloat::getZero(semantics));
  add(APFloat::getSmallest(semantics));
  add(APFloat::getSmallestNormalized(semantics));
  add(APFloat::getLargest(semantics));
  inputs.push_back(APFloat::getInf(semantics));
  inputs.push_back(APFloat::getInf(semantics, true));
  inputs.push_back(APFloat::getQNaN(semantics));
  inputs.push_back(APFloat::getQNaN(semantics, true));
  for (int i = 0; i < 24; ++i) {
    APFloat any(semantics, APInt(type.getWidth(), random(), false, true));
    if (!any.isNaN())
      inputs.push_back(any);
    inputs.push_back(
        rounded(std::uniform_real_distribution<>(-3.0, 3.0)(random)));
  }
  return inputs;
}

int main(int argc, char **argv) {
  llvm::InitLLVM init(argc, argv);
  cl::ParseCommandLineOptions(argc, argv, "Raises random bodies\n");

  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<arith::ArithDialect, func::FuncDialect, math::MathDialect,
                      QuantBNNDialect>();
  BodyGenerator generator(seed);
  std::mt19937_64 random(seed);
  uint64_t numRaised = 0, numWrong = 0, numUnknown = 0;
  // Functions of one module share what the pass knows of the ops.
  constexpr uint64_t perModule = 500;
  for (uint64_t start = 0; start < count; start += perModule) {
    OwningOpRef<ModuleOp> before = ModuleOp::create(UnknownLoc::get(&context));
    OpBuilder builder = OpBuilder::atBlockEnd(before->getBody());
    for (uint64_t i = start; i < std::min<uint64_t>(start + perModule, count);
         ++i)
      generator.generate(builder, "f" + std::to_string(i));
    OwningOpRef<ModuleOp> after = before->clone();
    PassManager manager(&context);
    // By values alone, or with the gradients of what is before a quantizer.
    QuantBNNRaiseSTEPassOptions options;
    options.estimator = Estimator::StraightThrough;
    options.valuesOnly = start / perModule % 2 == 1;
    manager.addPass(createQuantBNNRaiseSTEPass(options));
    if (failed(manager.run(*after))) {
      llvm::errs() << "the pass failed\n";
      return 1;
    }
    for (auto [original, raised] : llvm::zip_equal(
             before->getOps<func::FuncOp>(), after->getOps<func::FuncOp>())) {
      bool isRaised = false;
      raised.walk([&](Operation *op) {
        isRaised |= isa<QuantBNNDialect>(op->getDialect());
      });
      if (!isRaised)
        continue;
      ++numRaised;
      auto type = cast<FloatType>(original.getArgumentTypes()[0]);
      const llvm::fltSemantics &semantics = type.getFloatSemantics();
      SmallVector<APFloat> gs = {APFloat::getOne(semantics)};
      if (!original.getArgument(1).use_empty())
        gs.append({APFloat::getZero(semantics, true),
                   APFloat::getInf(semantics), APFloat::getQNaN(semantics),
                   FloatAttr::get(type, -3.7).getValue()});
      bool isWrong = false, isUnknown = false;
      for (const APFloat &x : getInputs(original, random))
        for (const APFloat &g : gs) {
          if (isWrong || isUnknown)
            break;
          Attribute inputs[] = {FloatAttr::get(type, x),
                                FloatAttr::get(type, g)};
          Attribute expected = evaluate(original, inputs);
          Attribute actual = evaluate(raised, inputs);
          isUnknown = !expected || !actual;
          if (!isUnknown && isSame(expected, actual))
            continue;
          isWrong = !isUnknown;
          llvm::outs() << (isWrong ? "wrong" : "not evaluated")
                       << " at x = " << inputs[0] << ", g = " << inputs[1]
                       << ": " << expected << " became " << actual << "\n"
                       << original << "\nbecame\n"
                       << raised << "\n";
        }
      numWrong += isWrong;
      numUnknown += isUnknown;
    }
  }
  llvm::outs() << count << " bodies: " << numRaised << " raised, "
               << count - numRaised << " refused, " << numWrong << " wrong, "
               << numUnknown << " not evaluated\n";
  return numWrong || numUnknown;
}
