//===- ConformanceTest.cpp - The reference against conformance data -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every vector is checked, or is a named documented difference and asserted to
// be what quant_bnn means, or is of an op that the dialect does not have and is
// listed by name. Nothing is skipped in silence.
//
//===----------------------------------------------------------------------===//

#include "ConformanceVectors.h"

#include "quant-bnn/Reference/Reference.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"

#include <cmath>
#include <map>
#include <set>

using namespace llvm;
using namespace quant_bnn::reference;
using namespace quant_bnn::unittests;

namespace {

/// The dalpha of the vectors are sums of up to 133 terms in float, made in
/// PyTorch's order.
constexpr double sumFactor = 16;

/// The tolerance of the test that the verbatim vectors are from, whose numbers
/// have few digits.
constexpr double printedTolerance = 1e-3;

//===----------------------------------------------------------------------===//
// Running an op of the table
//===----------------------------------------------------------------------===//

template <typename T>
struct Outcome {
  std::vector<T> y, dx;
  std::optional<T> scale;
  std::optional<Sum<T>> dalpha;
  /// Of weight_dorefa.
  std::vector<double> preRounding;
};

/// An op and its attributes in the dialect's names.
struct Quantizer {
  std::string op;
  json::Object attributes;

  std::optional<double> get(StringRef key) const {
    return attributes.getNumber(key);
  }
  StringRef get(StringRef key, StringRef otherwise) const {
    return attributes.getString(key).value_or(otherwise);
  }
  /// The quantizer inside a qactivation, or the op itself.
  StringRef getQuantizer() const {
    return op == "qactivation" ? get("quantizer", "") : StringRef(op);
  }
  int64_t getBits() const { return attributes.getInteger("bits").value(); }
  double getBeta() const { return get("beta").value_or(5.0); }

  PactAttributes getPactAttributes() const {
    PactAttributes result;
    result.bits = getBits();
    result.mode = get("mode", "signed") == "signed" ? PactMode::signed_
                                                    : PactMode::unsigned_;
    result.form =
        get("form", "level") == "level" ? PactForm::level : PactForm::value;
    result.gradient = get("grad", "full") == "full" ? PactGradient::full
                                                    : PactGradient::compat;
    return result;
  }
};

template <typename T, typename Function>
std::vector<T> mapElements(const std::vector<T> &x, Function function) {
  std::vector<T> result;
  for (T element : x)
    result.push_back(function(element));
  return result;
}

template <typename T, typename Function>
std::vector<T> mapElements(const std::vector<T> &x, const std::vector<T> &g,
                           Function function) {
  std::vector<T> result;
  for (size_t i = 0; i != x.size(); ++i)
    result.push_back(function(x[i], g[i]));
  return result;
}

template <typename T>
Outcome<T> run(const Quantizer &quantizer, const std::vector<T> &x,
               const std::vector<T> &g) {
  Outcome<T> result;
  StringRef op = quantizer.getQuantizer();
  auto window = [](std::optional<double> clip) {
    return [clip](T x, T g) { return windowGrad(x, g, clip); };
  };

  if (op.ends_with("sign")) {
    NanPolicy nan = StringSwitch<NanPolicy>(quantizer.get("nan", "positive"))
                        .Case("positive", NanPolicy::positive)
                        .Case("negative", NanPolicy::negative)
                        .Case("propagate", NanPolicy::propagate);
    result.y = mapElements(x, [&](T x) { return sign(x, nan); });
  }
  if (op == "sign") {
    result.dx = mapElements(x, g, window(quantizer.get("clip")));
  } else if (op == "approx_sign") {
    result.dx = mapElements(x, g, approxSignGrad<T>);
  } else if (op == "swish_sign") {
    double beta = quantizer.getBeta();
    result.dx =
        mapElements(x, g, [&](T x, T g) { return swishSignGrad(x, g, beta); });
  } else if (op == "identity" || op == "gradient_cancellation") {
    result.y = x;
    result.dx = mapElements(
        x, g,
        window(op == "identity" ? std::nullopt : quantizer.get("threshold")));
  } else if (op == "ste_heaviside") {
    double low = quantizer.get("low").value_or(0.0);
    result.y = mapElements(x, [&](T x) { return heaviside(x, low); });
    result.dx = mapElements(x, g, window(quantizer.get("clip")));
  } else if (op == "input_dorefa") {
    int64_t bits = quantizer.getBits();
    result.y = mapElements(x, [&](T x) { return inputDoReFa(x, bits); });
    result.dx = g;
  } else if (op == "weight_dorefa") {
    int64_t bits = quantizer.getBits();
    result.y.resize(x.size());
    weightDoReFa(x.data(), result.y.data(), x.size(), bits);
    result.preRounding.resize(x.size());
    weightDoReFaPreRounding(x.data(), result.preRounding.data(), x.size(),
                            bits);
    WeightDoReFaGradient gradient = quantizer.get("grad", "identity") == "zero"
                                        ? WeightDoReFaGradient::zero
                                        : WeightDoReFaGradient::identity;
    result.dx.resize(x.size());
    weightDoReFaGrad<T>(x.data(), g.data(), result.dx.data(), x.size(),
                        gradient, std::nullopt);
  } else if (op == "min_max") {
    result.y.resize(x.size());
    T s = minMax(x.data(), result.y.data(), x.size(), quantizer.getBits(),
                 /*unrounded=*/false);
    result.scale = s;
    result.dx = mapElements(g, [&](T g) { return minMaxGrad(s, g); });
  } else if (op == "pact") {
    PactAttributes attributes = quantizer.getPactAttributes();
    T alpha = static_cast<T>(quantizer.get("alpha").value());
    result.scale = pactScale(alpha, attributes);
    result.y = mapElements(x, [&](T x) { return pact(x, alpha, attributes); });
    result.dx.resize(x.size());
    result.dalpha = pactGrad<T>(x.data(), alpha, g.data(), std::nullopt,
                                result.dx.data(), x.size(), attributes);
  } else {
    ADD_FAILURE() << "no such op: " << op.str();
  }

  if (quantizer.op == "qactivation")
    result.dx = mapElements(x, result.dx, window(quantizer.get("threshold")));
  return result;
}

//===----------------------------------------------------------------------===//
// Names of the files to names of the dialect
//===----------------------------------------------------------------------===//

/// The op that a vector is of, if the dialect has it.
std::optional<Quantizer> getQuantizer(const ConformanceVector &vector) {
  Quantizer result{vector.getOp().str(), vector.getAttributes()};
  json::Object &attributes = result.attributes;
  auto rename = [&](StringRef from, StringRef to) {
    if (const json::Value *value = attributes.get(from))
      attributes[to] = json::Value(*value);
  };
  rename("bitwidth", "bits");
  rename("activation", "quantizer");

  // Preset names of published.json.
  if (StringRef variant = result.get("variant", ""); !variant.empty()) {
    bool isOld = variant.starts_with("v0.2");
    attributes["low"] = isOld ? 0.0 : -1.0;
    if (!isOld)
      attributes["clip"] = 1.0;
  }
  // In that test a threshold of 0 is set on an existing object, which turns
  // gradient cancellation off.
  if (result.op == "qactivation" && result.get("threshold") == 0.0)
    attributes.erase("threshold");

  if (result.op == "minmax_quant")
    result.op = "min_max";
  if (result.op == "pact_unsigned") {
    result.op = "pact";
    attributes["mode"] = "unsigned";
    attributes["form"] = "value";
  } else if (result.op == "pact" || result.op == "pact_quant_int") {
    // torchapprox: masks nothing and does not train alpha.
    result.op = "pact";
    attributes["grad"] = "compat";
  }
  static const std::set<StringRef> table = {
      "identity",      "sign",         "approx_sign",          "swish_sign",
      "ste_heaviside", "input_dorefa", "weight_dorefa",        "min_max",
      "pact",          "qactivation",  "gradient_cancellation"};
  if (!table.count(result.op))
    return std::nullopt;
  return result;
}

//===----------------------------------------------------------------------===//
// Documented differences
//===----------------------------------------------------------------------===//

struct Tally {
  unsigned checked = 0;
  std::map<std::string, unsigned> differences;
  std::map<std::string, unsigned> notCovered;

  void addDifference(StringRef name) { ++differences[name.str()]; }
};

/// A gradient that quant_bnn means to be another than the reference's.
struct GradientDifference {
  StringRef name;
  StringRef op;
  bool (*isAt)(float x);
  /// What the reference implementation gives there, and what quant_bnn does.
  float theirs, ours;
};

const float nan = std::numeric_limits<float>::quiet_NaN();
const GradientDifference gradientDifferences[] = {
    {"approx_sign-gradient-at-infinity", "approx_sign",
     [](float x) { return std::isinf(x); }, nan, 0},
    {"approx_sign-gradient-at-nan", "approx_sign",
     [](float x) { return std::isnan(x); }, nan, 0},
    {"swish_sign-gradient-at-infinity", "swish_sign",
     [](float x) { return std::isinf(x); }, nan, 0},
};

/// The differences that single vectors of published.json are about.
const StringRef pactEdge = "pact-edge-counts-for-alpha";
const StringRef pactAlpha = "torchapprox-pact-does-not-train-alpha";
const StringRef minMaxZeros = "min_max-of-zeros";
const StringRef weightZeros = "weight_dorefa-of-zeros";
const StringRef torchSign = "torch-sign-of-zero-and-nan";

/// Counts a difference if there is one at x and both values are as documented.
bool isDocumented(StringRef op, float x, float theirs, float ours,
                  Tally &tally) {
  for (const GradientDifference &difference : gradientDifferences) {
    if (difference.op != op || !difference.isAt(x) ||
        !equal(theirs, difference.theirs) || !equal(ours, difference.ours))
      continue;
    tally.addDifference(difference.name);
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// A vector with x, g and what the reference implementation made of them.
void checkVector(const ConformanceVector &vector, const Quantizer &quantizer,
                 Tally &tally) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> g =
      vector.getNumbers<float>(vector.has("g") ? "g" : "upstream");
  std::vector<float> y = vector.getNumbers<float>("y");
  std::vector<float> dx =
      vector.getNumbers<float>(vector.has("dx") ? "dx" : "x_grad");
  ASSERT_EQ(g.size(), x.size());
  ASSERT_EQ(dx.size(), x.size());
  ASSERT_TRUE(y.size() == x.size() || !vector.has("y"));
  Outcome<float> outcome = run(quantizer, x, g);

  StringRef op = quantizer.getQuantizer();
  for (size_t i = 0; i != y.size(); ++i) {
    bool agrees = op == "weight_dorefa"
                      ? weightDoReFaAgrees(y[i], outcome.preRounding[i],
                                           quantizer.getBits())
                      : equal(y[i], outcome.y[i]);
    EXPECT_TRUE(agrees) << "y of " << x[i] << ": theirs " << y[i] << ", ours "
                        << outcome.y[i];
  }
  for (size_t i = 0; i != x.size(); ++i) {
    float ours = outcome.dx[i];
    bool agrees = op == "swish_sign" ? swishSignGradAgrees(dx[i], ours, g[i],
                                                           quantizer.getBeta())
                                     : equal(dx[i], ours);
    EXPECT_TRUE(agrees || isDocumented(op, x[i], dx[i], ours, tally))
        << "dx of " << x[i] << ", g " << g[i] << ": theirs " << dx[i]
        << ", ours " << ours;
  }
  if (std::optional<double> scale = vector.getNumber("scale_factor")) {
    EXPECT_EQ(outcome.scale.value(), static_cast<float>(*scale));
  }
  if (std::optional<double> dalpha = vector.getNumber("dalpha")) {
    EXPECT_TRUE(sumAgrees(static_cast<float>(*dalpha), outcome.dalpha.value(),
                          sumFactor))
        << "dalpha: theirs " << *dalpha << ", ours " << outcome.dalpha->value;
  }
}

/// A row of a project's own test: g is x, and dx is x times a printed factor.
void checkPrintedVector(const ConformanceVector &vector,
                        const Quantizer &quantizer) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> y = vector.getNumbers<float>("y");
  std::vector<float> factor = vector.getNumbers<float>("grad_factor");
  ASSERT_EQ(y.size(), x.size());
  ASSERT_EQ(factor.size(), x.size());
  Outcome<float> outcome = run(quantizer, x, /*g=*/x);
  for (size_t i = 0; i != x.size(); ++i) {
    EXPECT_NEAR(outcome.y[i], y[i], printedTolerance) << "x = " << x[i];
    EXPECT_NEAR(outcome.dx[i], x[i] * factor[i], printedTolerance)
        << "x = " << x[i];
  }
}

/// Numbers derived from the formula: dx is the factor, with g = 1.
template <typename T>
void checkDerivedVector(const ConformanceVector &vector,
                        const Quantizer &quantizer, Tally &tally) {
  std::vector<T> x = vector.getNumbers<T>("x");
  std::vector<T> y = vector.getNumbers<T>("y");
  std::vector<T> factor = vector.getNumbers<T>("grad_factor");
  std::vector<T> g(x.size(), T(1));
  ASSERT_EQ(factor.size(), x.size());
  Outcome<T> outcome = run(quantizer, x, g);
  for (size_t i = 0; i != x.size(); ++i) {
    if (!y.empty()) {
      EXPECT_EQ(outcome.y[i], y[i]) << "x = " << x[i];
    }
    if (quantizer.op == "swish_sign") {
      EXPECT_TRUE(swishSignGradAgrees(factor[i], outcome.dx[i], g[i],
                                      quantizer.getBeta()))
          << "x = " << x[i] << ": " << factor[i] << ", ours " << outcome.dx[i];
    } else {
      EXPECT_EQ(outcome.dx[i], factor[i]) << "x = " << x[i];
    }
  }
  if (std::optional<double> scale = vector.getNumber("scale_factor")) {
    EXPECT_EQ(outcome.scale.value(), static_cast<T>(*scale));
  }
  if (vector.has("alpha_grad")) {
    // null: none. compat gives 0; full trains it.
    EXPECT_FALSE(vector.getNumber("alpha_grad"));
    EXPECT_EQ(outcome.dalpha->value, 0);
    Quantizer full = quantizer;
    full.attributes["grad"] = "full";
    EXPECT_NE(run(full, x, g).dalpha->absoluteTerms, 0);
    tally.addDifference(pactAlpha);
  }
}

/// The symmetric fake quantizer, factor by factor: g = 1 at one x alone.
void checkPactFactors(const ConformanceVector &vector, Tally &tally) {
  Quantizer quantizer{"pact", vector.getAttributes()};
  quantizer.attributes["bits"] = *quantizer.attributes.getInteger("bitwidth");
  quantizer.attributes["form"] = "value";
  float alpha = quantizer.get("alpha").value();
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> dx = vector.getNumbers<float>("x_grad_factor");
  std::vector<float> dalpha =
      vector.getNumbers<float>("alpha_grad_factor_correct");
  for (size_t i = 0; i != x.size(); ++i) {
    Outcome<float> outcome = run<float>(quantizer, {x[i]}, {1});
    EXPECT_EQ(outcome.dx[0], dx[i]) << "x = " << x[i];
    float ours = outcome.dalpha->value;
    if (std::abs(x[i]) != alpha) {
      EXPECT_EQ(ours, dalpha[i]) << "x = " << x[i];
      continue;
    }
    // The vector leaves the edge out; both modes of quant_bnn count it.
    EXPECT_EQ(dalpha[i], 0);
    EXPECT_EQ(ours, x[i] < 0 ? -1 : 1);
    tally.addDifference(pactEdge);
  }
}

/// The signs that frameworks give, each of which is one NaN policy.
void checkSignTable(const ConformanceVector &vector, Tally &tally) {
  std::vector<float> x = vector.getNumbers<float>("x");
  for (auto [column, policy] :
       {std::pair("y_bitorch_eager", NanPolicy::positive),
        std::pair("y_where_x_ge_0", NanPolicy::negative),
        std::pair("y_brevitas_qonnx_engine", NanPolicy::negative),
        std::pair("y_larq_tf2", NanPolicy::propagate)}) {
    std::vector<float> y = vector.getNumbers<float>(column);
    ASSERT_EQ(y.size(), x.size());
    for (size_t i = 0; i != x.size(); ++i)
      EXPECT_TRUE(equal(sign(x[i], policy), y[i])) << column << " " << x[i];
  }
  std::vector<float> y = vector.getNumbers<float>("y_torch_sign");
  for (size_t i = 0; i != x.size(); ++i) {
    float ours = sign(x[i], NanPolicy::positive);
    if (ours == y[i])
      continue;
    EXPECT_TRUE(x[i] == 0 || std::isnan(x[i]));
    EXPECT_EQ(y[i], 0);
    EXPECT_EQ(ours, 1);
    tally.addDifference(torchSign);
  }
}

/// A gradient at special values: the reference's as it is written, and what is
/// recommended, where "policy" leaves it open.
void checkGradientTable(const ConformanceVector &vector, StringRef op,
                        StringRef column, Tally &tally) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> theirs = vector.getNumbers<float>(column);
  const json::Array &recommended = *vector.fields.getArray("recommended");
  Outcome<float> outcome =
      run<float>({op.str(), {}}, x, std::vector<float>(x.size(), 1));
  for (size_t i = 0; i != x.size(); ++i) {
    float ours = outcome.dx[i];
    bool agrees =
        equal(ours, theirs[i]) ||
        (op == "swish_sign" && swishSignGradAgrees(theirs[i], ours, 1.0f, 5.0));
    EXPECT_TRUE(agrees || isDocumented(op, x[i], theirs[i], ours, tally))
        << "x = " << x[i] << ", ours " << ours;
    if (std::optional<double> number = parseNumber(recommended[i])) {
      EXPECT_NEAR(ours, *number, 1e-30) << "x = " << x[i];
    }
  }
}

void checkMinMaxSpecials(const ConformanceVector &vector, Tally &tally) {
  for (const json::Value &value : *vector.fields.getArray("cases")) {
    const json::Object &object = *value.getAsObject();
    std::vector<float> x = getNumbers<float>(object, "x");
    Outcome<float> outcome = run<float>({"min_max", json::Object{{"bits", 8}}},
                                        x, std::vector<float>(x.size(), 1));
    std::vector<float> theirs = getNumbers<float>(object, "y");
    std::vector<float> recommended = getNumbers<float>(object, "recommended_y");
    for (size_t i = 0; i != x.size(); ++i) {
      float expected = recommended.empty() ? theirs[i] : recommended[i];
      EXPECT_TRUE(equal(outcome.y[i], expected)) << "x = " << x[i];
    }
    const json::Value *scale = object.get("scale");
    if (!recommended.empty()) {
      EXPECT_EQ(parseNumber(*scale), std::numeric_limits<double>::infinity());
      EXPECT_EQ(outcome.scale, 0.0f);
      tally.addDifference(minMaxZeros);
    } else if (scale) {
      EXPECT_EQ(double(*outcome.scale), parseNumber(*scale));
    } else {
      EXPECT_TRUE(std::isnan(*outcome.scale));
    }
  }
}

void checkWeightDoReFaSpecials(const ConformanceVector &vector, Tally &tally) {
  auto runBits = [](const std::vector<float> &x, int64_t bits) {
    return run<float>({"weight_dorefa", json::Object{{"bits", bits}}}, x,
                      std::vector<float>(x.size(), 1))
        .y;
  };
  for (const json::Value &value : *vector.fields.getArray("cases")) {
    const json::Object &object = *value.getAsObject();
    std::vector<float> x = getNumbers<float>(object, "x");
    std::vector<float> theirs = getNumbers<float>(object, "y");
    bool hasZeroRule = object.get("larq_divide_no_nan_y_bits1");
    for (int64_t bits : {1, 2}) {
      if (object.getInteger("bits").value_or(bits) != bits)
        continue;
      std::vector<float> expected =
          hasZeroRule ? getNumbers<float>(object, "larq_divide_no_nan_y_bits" +
                                                      std::to_string(bits))
                      : theirs;
      std::vector<float> y = runBits(x, bits);
      for (size_t i = 0; i != x.size(); ++i)
        EXPECT_TRUE(std::isnan(expected[i])
                        ? std::isnan(y[i])
                        // 2/3 is rounded before it is doubled.
                        : std::abs(y[i] - expected[i]) <= 1.2e-7)
            << "x = " << x[i] << ", bits = " << bits << ": " << y[i];
    }
    if (hasZeroRule) {
      EXPECT_TRUE(std::isnan(theirs[0]));
      tally.addDifference(weightZeros);
    }
  }
}

/// Whether the vector is one of the tables of special values, each of which has
/// a form of its own.
bool checkTable(const ConformanceVector &vector, Tally &tally) {
  StringRef op = vector.getOp();
  if (op == "pact_fake_quant_symmetric")
    checkPactFactors(vector, tally);
  else if (op == "sign/approx_sign/swish_sign forward")
    checkSignTable(vector, tally);
  else if (op == "approx_sign grad_factor")
    checkGradientTable(vector, "approx_sign", "as_written", tally);
  else if (op == "swish_sign grad_factor beta=5")
    checkGradientTable(vector, "swish_sign", "as_written_f32", tally);
  else if (op == "minmax_quant specials")
    checkMinMaxSpecials(vector, tally);
  else if (op == "weight_dorefa specials")
    checkWeightDoReFaSpecials(vector, tally);
  else
    return false;
  return true;
}

TEST(Conformance, EveryVector) {
  Expected<std::vector<ConformanceVector>> vectors = readConformanceVectors();
  ASSERT_TRUE(bool(vectors)) << toString(vectors.takeError());

  Tally tally;
  for (const ConformanceVector &vector : *vectors) {
    SCOPED_TRACE(vector.getName());
    if (checkTable(vector, tally)) {
      ++tally.checked;
      continue;
    }
    std::optional<Quantizer> quantizer = getQuantizer(vector);
    if (!quantizer) {
      ++tally.notCovered[vector.getOp().str()];
      continue;
    }
    ++tally.checked;
    if (vector.has("dx") || vector.has("x_grad")) {
      checkVector(vector, *quantizer, tally);
    } else if (vector.fields.getString("kind") == "verbatim") {
      checkPrintedVector(vector, *quantizer);
    } else {
      checkDerivedVector<float>(vector, *quantizer, tally);
      if (quantizer->op == "swish_sign")
        checkDerivedVector<double>(vector, *quantizer, tally);
    }
  }

  auto join = [](const std::map<std::string, unsigned> &counts) {
    return llvm::join(
        map_range(counts,
                  [](const auto &entry) {
                    return formatv("{0} x{1}", entry.first, entry.second).str();
                  }),
        ", ");
  };
  unsigned notCovered = 0;
  for (const auto &entry : tally.notCovered)
    notCovered += entry.second;
  outs() << formatv("{0} vectors checked, {1} documented differences ({2}), "
                    "{3} not covered ({4})\n",
                    tally.checked, tally.differences.size(),
                    join(tally.differences), notCovered,
                    join(tally.notCovered));
  outs().flush();

  // A difference that no vector shows any more, or an op that has joined the
  // table, must not linger in these lists.
  std::set<std::string> differences, notCoveredOps;
  for (const auto &entry : tally.differences)
    differences.insert(entry.first);
  for (const auto &entry : tally.notCovered)
    notCoveredOps.insert(entry.first);
  std::set<std::string> expectedDifferences = {
      pactEdge.str(), pactAlpha.str(), minMaxZeros.str(), weightZeros.str(),
      torchSign.str()};
  for (const GradientDifference &difference : gradientDifferences)
    expectedDifferences.insert(difference.name.str());
  EXPECT_EQ(differences, expectedDifferences);
  EXPECT_EQ(notCoveredOps,
            std::set<std::string>({"binary_quant", "bit_unpack",
                                   "clamped_binary_quant", "int_quant",
                                   "lut_matmul", "progressive_sign", "qlinear",
                                   "rounding helpers", "rounding_modes",
                                   "ternary_quant", "trunc_int_quant"}));
  EXPECT_EQ(tally.checked + notCovered, vectors->size());
}

} // namespace
