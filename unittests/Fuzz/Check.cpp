//===- Check.cpp - Check of a module after each step ----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Check.h"
#include "Passes.h"
#include "Refusals.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

StringRef quant_bnn::fuzz::toString(Outcome outcome) {
  switch (outcome) {
  case Outcome::Passed:
    return "passed";
  case Outcome::Refused:
    return "refused";
  case Outcome::Skipped:
    return "skipped";
  case Outcome::InvalidInput:
    return "invalid input";
  case Outcome::SilentFailure:
    return "failed without an error";
  case Outcome::NotCompiled:
    return "not compiled";
  case Outcome::InvalidIR:
    return "invalid IR";
  case Outcome::WrongValue:
    return "wrong value";
  case Outcome::WrongGradient:
    return "wrong gradient";
  }
  llvm_unreachable("not an outcome");
}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// Returns the function from which differentiation created `function`, if
/// `function` takes its arguments first, or null.
static func::FuncOp getOriginal(func::FuncOp function) {
  StringRef name = function.getName();
  if (!name.consume_back("_vjp") && !name.consume_back("_fwd"))
    return {};
  return function->getParentOfType<ModuleOp>().lookupSymbol<func::FuncOp>(name);
}

std::vector<std::vector<Data>> Arguments::make(func::FuncOp function) {
  Random random(seed ^ llvm::xxh3_64bits(function.getName()) % 1000003);
  std::vector<std::vector<Data>> sets;
  func::FuncOp original = getOriginal(function);
  // The extents of residuals and cotangents depend on each other, so a backward
  // function gets no arguments.
  if (function.getName().ends_with("_bwd"))
    return sets;
  const std::vector<std::vector<Data>> *originals = nullptr;
  if (original && !(originals = get(original)))
    return sets;
  for (unsigned i = 0; i < numSets; ++i) {
    auto flavor = i == 0   ? Flavor::Smooth
                  : i == 1 ? Flavor::Plain
                           : Flavor::Special;
    if (!originals) {
      auto made = makeArguments(random, function, flavor, dynamicExtent);
      if (!made)
        return {};
      sets.push_back(std::move(*made));
      continue;
    }
    std::vector<Data> set = (*originals)[i];
    Evaluator evaluator(function->getParentOfType<ModuleOp>());
    auto results = evaluator.call(original, set);
    if (!results)
      return {};
    for (const Data &result : *results) {
      if (set.size() == function.getNumArguments())
        break;
      if (!isa<FloatType>(result.type))
        continue;
      auto cotangent =
          makeArgument(random, function.getArgumentTypes()[set.size()],
                       result.shape, flavor);
      if (!cotangent)
        return {};
      set.push_back(std::move(*cotangent));
    }
    if (set.size() != function.getNumArguments())
      return {};
    sets.push_back(std::move(set));
  }
  return sets;
}

/// Whether packed tensors in `before` are words in `after`.
static bool isMaterialized(FunctionType before, FunctionType after) {
  auto getTypes = [](TypeRange types) {
    SmallVector<Type> materialized;
    for (Type type : types)
      llvm::append_range(materialized, PackedAttr::getMaterializedTypes(type));
    return materialized;
  };
  return before != after && getTypes(before.getInputs()) == after.getInputs() &&
         getTypes(before.getResults()) == after.getResults();
}

const std::vector<std::vector<Data>> *Arguments::get(func::FuncOp function) {
  std::string name = function.getName().str();
  auto it = functions.find(name);
  if (it == functions.end()) {
    std::vector<std::vector<Data>> sets = make(function);
    it = functions.try_emplace(name, Sets{function.getFunctionType(), sets})
             .first;
  }
  auto &[type, sets] = it->second;
  if (isMaterialized(type, function.getFunctionType())) {
    for (std::vector<Data> &set : sets)
      set = materialize(type.getInputs(), set);
    type = function.getFunctionType();
  }
  if (type != function.getFunctionType() || sets.empty())
    return nullptr;
  return &sets;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

namespace {
/// The results of a function for one list of arguments.
struct Values {
  std::optional<std::vector<Data>> results;
  Evaluator::Stop stop = Evaluator::Stop::None;
  std::string reason;
  bool isSmooth = false;
};

struct FunctionValues {
  FunctionType type;
  std::vector<Values> sets;
};
} // namespace

using ModuleValues = std::map<std::string, FunctionValues>;

static ModuleValues evaluate(ModuleOp module, Arguments &arguments,
                             double mathError) {
  ModuleValues values;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isExternal() || function.isPrivate())
      continue;
    const auto *sets = arguments.get(function);
    if (!sets)
      continue;
    FunctionValues &all = values[function.getName().str()];
    all.type = function.getFunctionType();
    for (const std::vector<Data> &set : *sets) {
      Evaluator evaluator(module);
      evaluator.mathError = mathError;
      Values one;
      one.results = evaluator.call(function, set);
      one.stop = evaluator.stop;
      one.reason = evaluator.reason;
      one.isSmooth = evaluator.isSmooth;
      all.sets.push_back(std::move(one));
    }
  }
  return values;
}

static void print(raw_ostream &os, const Element &element, Type type) {
  if (element.isUndefined())
    os << "undefined";
  else if (!isa<FloatType>(type))
    os << element.integer;
  else
    os << llvm::format("%.17g", element.value);
  if (element.isKnown() && !element.isExact())
    os << llvm::format(" +- %.3g", element.error);
}

static void print(raw_ostream &os, const Data &data) {
  os << "[";
  llvm::interleave(data.shape, os, "x");
  os << (data.shape.empty() ? "" : "x") << data.type << ":";
  for (const Element &element : ArrayRef(data.elements).take_front(40)) {
    os << " ";
    print(os, element, data.type);
  }
  os << (data.elements.size() > 40 ? " ...]" : "]");
}

/// Returns a description of the first difference between results, or an empty
/// text.
static std::string compare(ArrayRef<Data> expected, ArrayRef<Data> actual) {
  std::string text;
  llvm::raw_string_ostream os(text);
  for (auto [i, pair] : llvm::enumerate(llvm::zip_equal(expected, actual))) {
    auto &[before, after] = pair;
    if (before.shape != after.shape) {
      os << "result " << i << " has another shape: ";
      print(os, before);
      os << " became ";
      print(os, after);
      return text;
    }
    for (size_t j = 0; j < before.elements.size(); ++j)
      if (!agrees(before.type, before.elements[j], after.elements[j])) {
        os << "result " << i << ", element " << j << ": ";
        print(os, before.elements[j], before.type);
        os << " became ";
        print(os, after.elements[j], after.type);
        return text;
      }
  }
  return text;
}

static std::string describe(StringRef name, ArrayRef<Data> arguments,
                            StringRef what) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << "@" << name << ": " << what << "\n";
  for (const Data &argument : arguments) {
    os << "  argument ";
    print(os, argument);
    os << "\n";
  }
  return text;
}

/// Compares the functions of `before` and `after`; sets `result` at the first
/// difference.
static void compare(const ModuleValues &before, const ModuleValues &after,
                    ModuleOp module, Arguments &arguments, StringRef step,
                    CheckResult &result) {
  for (const auto &[name, expected] : before) {
    auto it = after.find(name);
    if (it == after.end())
      continue;
    bool isPacked = isMaterialized(expected.type, it->second.type);
    if (!isPacked && it->second.type != expected.type)
      continue;
    auto function = module.lookupSymbol<func::FuncOp>(name);
    const auto &sets = *arguments.get(function);
    for (auto [i, set] : llvm::enumerate(sets)) {
      const Values &was = expected.sets[i], &is = it->second.sets[i];
      if (!was.results) {
        result.counters.push_back((was.stop == Evaluator::Stop::Undefined
                                       ? "undefined: "
                                       : "not evaluated: ") +
                                  was.reason);
        continue;
      }
      if (!is.results && is.stop != Evaluator::Stop::Undefined) {
        result.counters.push_back("not evaluated: " + is.reason);
        continue;
      }
      std::string difference = "undefined behaviour: " + is.reason;
      if (is.results)
        difference = compare(
            isPacked ? materialize(expected.type.getResults(), *was.results)
                     : *was.results,
            *is.results);
      result.counters.push_back("compared: " + step.split('{').first.str());
      if (difference.empty())
        continue;
      result.outcome = Outcome::WrongValue;
      result.detail = describe(name, set, difference);
      return;
    }
  }
}

//===----------------------------------------------------------------------===//
// Gradients
//===----------------------------------------------------------------------===//

/// Returns the sum of products of results with cotangents, or nullopt if it is
/// not finite, not known or not smooth.
static std::optional<double> getLoss(ModuleOp module, func::FuncOp function,
                                     ArrayRef<Data> arguments,
                                     ArrayRef<Data> cotangents) {
  Evaluator evaluator(module);
  auto results = evaluator.call(function, arguments);
  if (!results || !evaluator.isSmooth)
    return std::nullopt;
  double loss = 0;
  for (const Data &result : *results) {
    if (!isa<FloatType>(result.type))
      continue;
    for (auto [x, g] :
         llvm::zip_equal(result.elements, cotangents.front().elements))
      loss += x.isKnown() ? x.value * g.value : HUGE_VAL;
    cotangents = cotangents.drop_front();
  }
  return std::isfinite(loss) ? std::optional(loss) : std::nullopt;
}

/// Compares the gradients of @f_vjp in a random direction with finite
/// differences.
static void checkGradients(ModuleOp module, Arguments &arguments,
                           CheckResult &result) {
  for (auto vjp : module.getOps<func::FuncOp>()) {
    func::FuncOp function = getOriginal(vjp);
    const auto *sets = function ? arguments.get(vjp) : nullptr;
    if (!sets || !vjp.getName().ends_with("_vjp"))
      continue;
    for (const std::vector<Data> &set : *sets) {
      Evaluator evaluator(module);
      if (evaluator.call(vjp, set) ||
          evaluator.stop != Evaluator::Stop::Undefined)
        continue;
      result.outcome = Outcome::WrongGradient;
      result.detail = describe(vjp.getName(), set,
                               "undefined behaviour: " + evaluator.reason);
      return;
    }
    if (llvm::any_of(function.getArgumentTypes(), [](Type type) {
          Type element = getElementTypeOrSelf(type);
          return isa<FloatType>(element) && !element.isF64();
        }))
      continue;
    ArrayRef<Data> set = sets->front();
    std::vector<Data> point(set.take_front(function.getNumArguments()));
    ArrayRef<Data> cotangents = set.drop_front(function.getNumArguments());
    Evaluator evaluator(module);
    auto results = evaluator.call(vjp, set);
    if (!results)
      continue;
    ArrayRef<Data> gradients =
        ArrayRef(*results).drop_front(function.getNumResults());
    Random random(gradients.size());
    std::vector<Data> low = point, high = point;
    double derivative = 0, magnitude = 0;
    bool isKnown = true;
    constexpr double step = 1e-5;
    for (auto [a, b] : llvm::zip_equal(low, high)) {
      if (!isa<FloatType>(a.type))
        continue;
      if (gradients.empty())
        return;
      const Data &gradient = gradients.front();
      gradients = gradients.drop_front();
      if (gradient.elements.size() != a.elements.size())
        return;
      for (auto [x, y, g] :
           llvm::zip_equal(a.elements, b.elements, gradient.elements)) {
        double direction = random.between(-1.0, 1.0);
        x.value -= step * direction;
        y.value += step * direction;
        derivative += direction * g.value;
        magnitude += std::abs(direction * g.value);
        isKnown &= g.isKnown();
      }
    }
    auto before = getLoss(module, function, low, cotangents);
    auto middle = getLoss(module, function, point, cotangents);
    auto after = getLoss(module, function, high, cotangents);
    if (!isKnown || !before || !middle || !after)
      continue;
    double difference = (*after - *before) / (2 * step);
    double curvature = std::abs(*after - 2 * *middle + *before) / step;
    result.counters.push_back("gradients compared with differences");
    double tolerance = 1e-4 * (magnitude + std::abs(difference)) +
                       1e-9 * (1 + std::abs(*middle)) / step + 1e-2 * curvature;
    if (std::abs(difference - derivative) <= tolerance)
      continue;
    result.outcome = Outcome::WrongGradient;
    std::string text;
    llvm::raw_string_ostream(text)
        << "the derivative in a direction is " << difference
        << ", but the gradient gives " << derivative;
    result.detail = describe(vjp.getName(), set, text);
    return;
  }
}

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

static bool hasPackedTensors(ModuleOp module) {
  auto isPacked = [](Type type) { return bool(PackedAttr::find(type)); };
  WalkResult result = module.walk([&](Operation *op) {
    bool has = llvm::any_of(op->getOperandTypes(), isPacked) ||
               llvm::any_of(op->getResultTypes(), isPacked);
    return has ? WalkResult::interrupt() : WalkResult::advance();
  });
  return result.wasInterrupted();
}

static void runPass(ModuleOp module, StringRef step, CheckResult &result) {
  PassManager manager(module.getContext(), ModuleOp::getOperationName(),
                      PassManager::Nesting::Implicit);
  manager.enableVerifier(false);
  std::string message;
  llvm::raw_string_ostream os(message);
  // Nests a pass on functions, as bnn-opt does.
  if (failed(parsePassPipeline(step, manager, os)) &&
      failed(
          parsePassPipeline(("func.func(" + step + ")").str(), manager, os))) {
    result.outcome = Outcome::Refused;
    result.detail = message;
    return;
  }
  unsigned numErrors = 0;
  ScopedDiagnosticHandler handler(module.getContext(), [&](Diagnostic &d) {
    if (d.getSeverity() == DiagnosticSeverity::Error && numErrors++ == 0)
      os << d;
    return success();
  });
  bool hasFailed = failed(manager.run(module));
  if (hasFailed) {
    result.outcome = numErrors ? Outcome::Refused : Outcome::SilentFailure;
    result.detail = message;
    return;
  }
  if (succeeded(verify(module)))
    return;
  result.outcome = Outcome::InvalidIR;
  result.detail = message;
}

static void runExecution(ModuleOp module, StringRef step, Arguments &arguments,
                         const ModuleValues &before, CheckResult &result) {
  for (const auto &[name, expected] : before) {
    auto function = module.lookupSymbol<func::FuncOp>(name);
    const auto &sets = *arguments.get(function);
    std::string message;
    std::vector<Call> calls;
    for (auto [set, was] : llvm::zip_equal(sets, expected.sets)) {
      calls.push_back({set, std::nullopt});
      if (was.results)
        calls.back().results =
            materialize(function.getResultTypes(), *was.results);
    }
    auto actual = execute(module, function, step, calls, message);
    if (!actual) {
      // Every generated module can be compiled, except for known refusals.
      result.outcome = message.empty()           ? Outcome::SilentFailure
                       : isKnownRefusal(message) ? Outcome::Refused
                                                 : Outcome::NotCompiled;
      result.detail = message;
      return;
    }
    for (auto [set, call, is] : llvm::zip_equal(sets, calls, *actual)) {
      if (!call.results)
        continue;
      result.counters.push_back(("compared: " + step).str());
      std::string difference = compare(*call.results, is);
      if (difference.empty())
        continue;
      result.outcome = Outcome::WrongValue;
      result.detail = describe(name, set, difference);
      return;
    }
  }
}

CheckResult quant_bnn::fuzz::check(ModuleOp module, ArrayRef<std::string> steps,
                                   Arguments &arguments) {
  CheckResult result;
  if (failed(verify(module))) {
    result.outcome = Outcome::InvalidInput;
    return result;
  }
  ModuleValues values = evaluate(module, arguments, 0);
  for (const std::string &step : steps) {
    if (mayDropEncodings(step) && hasPackedTensors(module))
      continue;
    double mathError = getMathError(step);
    ModuleValues before =
        mathError ? evaluate(module, arguments, mathError) : values;
    result.counters.push_back("ran: " + StringRef(step).split('{').first.str());
    if (isExecution(step)) {
      // A function with undefined behavior must not be run.
      if (llvm::any_of(before, [](auto &function) {
            return llvm::any_of(function.second.sets, [](const Values &values) {
              return values.stop == Evaluator::Stop::Undefined;
            });
          }))
        continue;
      runExecution(module, step, arguments, before, result);
    } else {
      runPass(module, step, result);
      if (result.outcome == Outcome::Passed) {
        values = evaluate(module, arguments, 0);
        if (!mayChangeValues(step))
          compare(before, values, module, arguments, step, result);
        if (result.outcome == Outcome::Passed &&
            StringRef(step).starts_with("quant-bnn-differentiate"))
          checkGradients(module, arguments, result);
      }
    }
    if (result.outcome == Outcome::Passed)
      continue;
    result.detail = step + ": " + result.detail;
    return result;
  }
  return result;
}
