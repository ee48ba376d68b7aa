//===- ConformanceTest.cpp - Compiled code against conformance data -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConformanceCheck.h"
#include "Harness.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <map>

using namespace llvm;
using namespace quant_bnn;
using namespace quant_bnn::unittests;

namespace {

/// What is compiled for an op.
struct Code {
  std::string forward, gradient;
  /// Whether they take alpha, and whether the results are a tensor and a
  /// scalar.
  bool hasAlpha, hasScale;
};

class CompiledImplementation : public Implementation {
public:
  Outcome<float> run(const ConformanceOp &op, const std::vector<float> &x,
                     const std::vector<float> &g) const override {
    return runCompiled(ElementType::f32, op, x, g);
  }
  Outcome<double> run(const ConformanceOp &op, const std::vector<double> &x,
                      const std::vector<double> &g) const override {
    return runCompiled(ElementType::f64, op, x, g);
  }

private:
  template <typename T>
  Outcome<T> runCompiled(ElementType type, const ConformanceOp &op,
                         const std::vector<T> &x,
                         const std::vector<T> &g) const;
  const Program &getProgram(const std::string &source) const;

  mutable std::map<std::string, std::unique_ptr<Program>> programs;
};

} // namespace

/// Those attributes of `op` that are in `keys`, in the dialect's syntax. An
/// integer may be a float in the dialect, and is none in the files.
static std::string getAttributes(const ConformanceOp &op,
                                 ArrayRef<StringRef> keys) {
  std::string text;
  for (StringRef key : keys) {
    const json::Value *value = op.attributes.get(key);
    if (!value || value->getAsNull())
      continue;
    if (key == "bits")
      text += formatv(" bits = {0}", *value->getAsInteger());
    else if (std::optional<double> number = value->getAsNumber())
      text += formatv(" {0} = {1:f6}", key, *number);
    else
      text += formatv(" {0} = {1}", key, value->getAsString()->str());
  }
  return text;
}

/// The two lines of a quantizer and its gradient, for x, g and alpha.
static Code getCode(const ConformanceOp &op, const std::string &tensor) {
  StringRef name = op.op;
  auto get = [&](const Twine &arguments, ArrayRef<StringRef> keys) {
    return ("quant_bnn." + arguments + getAttributes(op, keys) + " : " + tensor)
        .str();
  };
  auto elementwise = [&](ArrayRef<StringRef> forward,
                         ArrayRef<StringRef> gradient) {
    return Code{get(name + " %x", forward),
                get(name + "_grad %x, %g", gradient), false, false};
  };
  if (name == "identity")
    return {get("identity %x", {}), get("identity_grad %g", {}), false, false};
  if (name == "sign")
    return elementwise({"clip", "nan"}, {"clip"});
  if (name == "approx_sign")
    return elementwise({"nan"}, {});
  if (name == "swish_sign")
    return elementwise({"beta", "nan"}, {"beta"});
  if (name == "ste_heaviside")
    return elementwise({"low", "clip"}, {"clip"});
  if (name == "gradient_cancellation")
    return elementwise({"threshold"}, {"threshold"});
  if (name == "input_dorefa")
    return elementwise({"bits", "grad"}, {"grad"});
  if (name == "weight_dorefa")
    return elementwise({"bits", "grad"}, {"grad"});
  if (name == "min_max")
    return {get("min_max %x", {"bits"}), get("min_max_grad %s, %g", {}), false,
            true};
  if (name == "pact")
    return {get("pact %x, %alpha", {"bits", "mode", "form", "grad"}),
            get("pact_grad %x, %alpha, %g", {"bits", "mode", "form", "grad"}),
            true, true};
  ADD_FAILURE() << "no such op: " << name.str();
  return {};
}

/// A module of the quantizer and its gradient.
static std::string getSource(const ConformanceOp &op, ElementType type) {
  std::string element = getName(type).str();
  std::string tensor = "tensor<?x" + element + ">";
  if (op.op == "qactivation") {
    // It has no gradient op: that of the quantizer, and then cancellation.
    ConformanceOp inner{op.getQuantizer().str(), op.attributes};
    Code code = getCode(inner, tensor);
    std::string forward = formatv(
        "quant_bnn.qactivation %x quantizer = \"{0}\"{1} : {2}", inner.op,
        getAttributes(op, {"threshold", "bits", "beta"}), tensor);
    std::string cancel = "  %dx = quant_bnn.identity %d : " + tensor;
    if (op.get("threshold"))
      cancel = formatv(
          "  %dx = quant_bnn.gradient_cancellation_grad %x, %d{0} : {1}",
          getAttributes(op, {"threshold"}), tensor);
    return formatv("func.func @run(%x: {0}, %g: {0}) -> ({0}, {0}) {{\n"
                   "  %y = {1}\n  %d = {2}\n{3}\n"
                   "  return %y, %dx : {0}, {0}\n}\n",
                   tensor, forward, code.gradient, cancel);
  }
  Code code = getCode(op, tensor);
  if (code.hasAlpha)
    return formatv("func.func @run(%x: {0}, %g: {0}, %alpha: {1})\n"
                   "    -> ({0}, {0}, {1}, {1}) {{\n"
                   "  %y, %s = {2}\n  %dx, %dalpha = {3}\n"
                   "  return %y, %dx, %s, %dalpha : {0}, {0}, {1}, {1}\n}\n",
                   tensor, element, code.forward, code.gradient);
  if (code.hasScale)
    return formatv("func.func @run(%x: {0}, %g: {0}) -> ({0}, {0}, {1}) {{\n"
                   "  %y, %s = {2}\n  %dx = {3}\n"
                   "  return %y, %dx, %s : {0}, {0}, {1}\n}\n",
                   tensor, element, code.forward, code.gradient);
  return formatv("func.func @run(%x: {0}, %g: {0}) -> ({0}, {0}) {{\n"
                 "  %y = {1}\n  %dx = {2}\n"
                 "  return %y, %dx : {0}, {0}\n}\n",
                 tensor, code.forward, code.gradient);
}

const Program &
CompiledImplementation::getProgram(const std::string &source) const {
  std::unique_ptr<Program> &program = programs[source];
  if (!program)
    program = Program::compile(source);
  if (!program)
    report_fatal_error(Twine("cannot compile\n") + source);
  return *program;
}

template <typename T>
Outcome<T> CompiledImplementation::runCompiled(ElementType type,
                                               const ConformanceOp &op,
                                               const std::vector<T> &x,
                                               const std::vector<T> &g) const {
  // What only measures is the reference's: values before rounding, and sums of
  // absolute terms.
  Outcome<T> outcome = ReferenceImplementation().run(op, x, g);
  const Program &program = getProgram(getSource(op, type));
  std::vector<NpyArray> arguments =
      makeArguments(makeArray<T>(type, x), makeArray<T>(type, g));
  if (op.op == "pact")
    arguments.push_back(
        makeScalar<T>(type, static_cast<T>(op.get("alpha").value())));
  CallResults results = program.call("run", arguments);
  ArrayRef<NpyView> views = results.getViews();
  outcome.y = getValues<T>(type, views[0]);
  outcome.dx = getValues<T>(type, views[1]);
  if (views.size() > 2)
    outcome.scale = getValues<T>(type, views[2]).front();
  if (views.size() > 3)
    outcome.dalpha->value = getValues<T>(type, views[3]).front();
  return outcome;
}

TEST(CompiledConformance, EveryVector) {
  checkConformance(CompiledImplementation());
}
