//===- ConformanceCheck.cpp - An implementation and its data --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConformanceCheck.h"
#include "ConformanceVectors.h"

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
// Names of the files to names of the dialect
//===----------------------------------------------------------------------===//

/// The op that a vector is of, if the dialect has it.
std::optional<ConformanceOp> getQuantizer(const ConformanceVector &vector) {
  ConformanceOp result{vector.getOp().str(), vector.getAttributes()};
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

/// One pass over the vectors.
struct Session {
  const Implementation &implementation;
  unsigned checked = 0;
  std::map<std::string, unsigned> differences = {};
  std::map<std::string, unsigned> notCovered = {};

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

/// Counts a difference if there is one at x and both values are as documented.
bool isDocumented(StringRef op, float x, float theirs, float ours,
                  Session &session) {
  for (const GradientDifference &difference : gradientDifferences) {
    if (difference.op != op || !difference.isAt(x) ||
        !equal(theirs, difference.theirs) || !equal(ours, difference.ours))
      continue;
    session.addDifference(difference.name);
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// A vector with x, g and what the reference implementation made of them.
void checkVector(const ConformanceVector &vector,
                 const ConformanceOp &quantizer, Session &session) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> g =
      vector.getNumbers<float>(vector.has("g") ? "g" : "upstream");
  std::vector<float> y = vector.getNumbers<float>("y");
  std::vector<float> dx =
      vector.getNumbers<float>(vector.has("dx") ? "dx" : "x_grad");
  ASSERT_EQ(g.size(), x.size());
  ASSERT_EQ(dx.size(), x.size());
  ASSERT_TRUE(y.size() == x.size() || !vector.has("y"));
  Outcome<float> outcome = session.implementation.run(quantizer, x, g);

  StringRef op = quantizer.getQuantizer();
  for (size_t i = 0; i != y.size(); ++i) {
    auto isLevel = [&](float value) {
      return weightDoReFaAgrees(value, outcome.preRounding[i],
                                quantizer.getBits());
    };
    bool agrees = op == "weight_dorefa" ? isLevel(y[i]) && isLevel(outcome.y[i])
                                        : equal(y[i], outcome.y[i]);
    EXPECT_TRUE(agrees) << "y of " << x[i] << ": theirs " << y[i] << ", ours "
                        << outcome.y[i];
  }
  for (size_t i = 0; i != x.size(); ++i) {
    float ours = outcome.dx[i];
    bool agrees = op == "swish_sign" ? swishSignGradAgrees(dx[i], ours, g[i],
                                                           quantizer.getBeta())
                                     : equal(dx[i], ours);
    EXPECT_TRUE(agrees || isDocumented(op, x[i], dx[i], ours, session))
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
                        const ConformanceOp &quantizer,
                        const Session &session) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> y = vector.getNumbers<float>("y");
  std::vector<float> factor = vector.getNumbers<float>("grad_factor");
  ASSERT_EQ(y.size(), x.size());
  ASSERT_EQ(factor.size(), x.size());
  Outcome<float> outcome = session.implementation.run(quantizer, x, /*g=*/x);
  for (size_t i = 0; i != x.size(); ++i) {
    EXPECT_NEAR(outcome.y[i], y[i], printedTolerance) << "x = " << x[i];
    EXPECT_NEAR(outcome.dx[i], x[i] * factor[i], printedTolerance)
        << "x = " << x[i];
  }
}

/// Numbers derived from the formula: dx is the factor, with g = 1.
template <typename T>
void checkDerivedVector(const ConformanceVector &vector,
                        const ConformanceOp &quantizer, Session &session) {
  std::vector<T> x = vector.getNumbers<T>("x");
  std::vector<T> y = vector.getNumbers<T>("y");
  std::vector<T> factor = vector.getNumbers<T>("grad_factor");
  std::vector<T> g(x.size(), T(1));
  ASSERT_EQ(factor.size(), x.size());
  Outcome<T> outcome = session.implementation.run(quantizer, x, g);
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
    ConformanceOp full = quantizer;
    full.attributes["grad"] = "full";
    EXPECT_NE(session.implementation.run(full, x, g).dalpha->absoluteTerms, 0);
    session.addDifference(pactAlpha);
  }
}

/// The symmetric fake quantizer, factor by factor: g = 1 at one x alone.
void checkPactFactors(const ConformanceVector &vector, Session &session) {
  ConformanceOp quantizer{"pact", vector.getAttributes()};
  quantizer.attributes["bits"] = *quantizer.attributes.getInteger("bitwidth");
  quantizer.attributes["form"] = "value";
  float alpha = quantizer.get("alpha").value();
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> dx = vector.getNumbers<float>("x_grad_factor");
  std::vector<float> dalpha =
      vector.getNumbers<float>("alpha_grad_factor_correct");
  for (size_t i = 0; i != x.size(); ++i) {
    Outcome<float> outcome = session.implementation.run(
        quantizer, std::vector<float>{x[i]}, std::vector<float>{1});
    EXPECT_EQ(outcome.dx[0], dx[i]) << "x = " << x[i];
    float ours = outcome.dalpha->value;
    if (std::abs(x[i]) != alpha) {
      EXPECT_EQ(ours, dalpha[i]) << "x = " << x[i];
      continue;
    }
    // The vector leaves the edge out; both modes of quant_bnn count it.
    EXPECT_EQ(dalpha[i], 0);
    EXPECT_EQ(ours, x[i] < 0 ? -1 : 1);
    session.addDifference(pactEdge);
  }
}

/// The signs that frameworks give, each of which is a policy for NaN and one
/// for zeros.
void checkSignTable(const ConformanceVector &vector) {
  std::vector<float> x = vector.getNumbers<float>("x");
  constexpr ZeroPolicy one = ZeroPolicy::positive;
  for (auto [column, nan, zero] :
       {std::tuple("y_bitorch_eager", NanPolicy::positive, one),
        std::tuple("y_where_x_ge_0", NanPolicy::negative, one),
        std::tuple("y_brevitas_qonnx_engine", NanPolicy::negative, one),
        std::tuple("y_larq_tf2", NanPolicy::propagate, one),
        std::tuple("y_torch_sign", NanPolicy::zero, ZeroPolicy::zero)}) {
    std::vector<float> y = vector.getNumbers<float>(column);
    ASSERT_EQ(y.size(), x.size());
    for (size_t i = 0; i != x.size(); ++i)
      EXPECT_TRUE(equal(sign(x[i], nan, zero), y[i])) << column << " " << x[i];
  }
}

/// A gradient at special values: the reference's as it is written, and what is
/// recommended, where "policy" leaves it open.
void checkGradientTable(const ConformanceVector &vector, StringRef op,
                        StringRef column, Session &session) {
  std::vector<float> x = vector.getNumbers<float>("x");
  std::vector<float> theirs = vector.getNumbers<float>(column);
  const json::Array &recommended = *vector.fields.getArray("recommended");
  Outcome<float> outcome = session.implementation.run(
      {op.str(), {}}, x, std::vector<float>(x.size(), 1));
  for (size_t i = 0; i != x.size(); ++i) {
    float ours = outcome.dx[i];
    bool agrees =
        equal(ours, theirs[i]) ||
        (op == "swish_sign" && swishSignGradAgrees(theirs[i], ours, 1.0f, 5.0));
    EXPECT_TRUE(agrees || isDocumented(op, x[i], theirs[i], ours, session))
        << "x = " << x[i] << ", ours " << ours;
    if (std::optional<double> number = parseNumber(recommended[i])) {
      EXPECT_NEAR(ours, *number, 1e-30) << "x = " << x[i];
    }
  }
}

void checkMinMaxSpecials(const ConformanceVector &vector, Session &session) {
  for (const json::Value &value : *vector.fields.getArray("cases")) {
    const json::Object &object = *value.getAsObject();
    std::vector<float> x = getNumbers<float>(object, "x");
    Outcome<float> outcome =
        session.implementation.run({"min_max", json::Object{{"bits", 8}}}, x,
                                   std::vector<float>(x.size(), 1));
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
      session.addDifference(minMaxZeros);
    } else if (scale) {
      EXPECT_EQ(double(*outcome.scale), parseNumber(*scale));
    } else {
      EXPECT_TRUE(std::isnan(*outcome.scale));
    }
  }
}

void checkWeightDoReFaSpecials(const ConformanceVector &vector,
                               Session &session) {
  auto runBits = [&](const std::vector<float> &x, int64_t bits) {
    return session.implementation
        .run({"weight_dorefa", json::Object{{"bits", bits}}}, x,
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
      session.addDifference(weightZeros);
    }
  }
}

/// Whether the vector is one of the tables of special values, each of which has
/// a form of its own.
bool checkTable(const ConformanceVector &vector, Session &session) {
  StringRef op = vector.getOp();
  if (op == "pact_fake_quant_symmetric")
    checkPactFactors(vector, session);
  else if (op == "sign/approx_sign/swish_sign forward")
    checkSignTable(vector);
  else if (op == "approx_sign grad_factor")
    checkGradientTable(vector, "approx_sign", "as_written", session);
  else if (op == "swish_sign grad_factor beta=5")
    checkGradientTable(vector, "swish_sign", "as_written_f32", session);
  else if (op == "minmax_quant specials")
    checkMinMaxSpecials(vector, session);
  else if (op == "weight_dorefa specials")
    checkWeightDoReFaSpecials(vector, session);
  else
    return false;
  return true;
}

} // namespace

void quant_bnn::unittests::checkConformance(
    const Implementation &implementation) {
  Expected<std::vector<ConformanceVector>> vectors = readConformanceVectors();
  ASSERT_TRUE(bool(vectors)) << toString(vectors.takeError());

  Session session{implementation};
  for (const ConformanceVector &vector : *vectors) {
    SCOPED_TRACE(vector.getName());
    if (checkTable(vector, session)) {
      ++session.checked;
      continue;
    }
    std::optional<ConformanceOp> quantizer = getQuantizer(vector);
    if (!quantizer) {
      ++session.notCovered[vector.getOp().str()];
      continue;
    }
    ++session.checked;
    if (vector.has("dx") || vector.has("x_grad")) {
      checkVector(vector, *quantizer, session);
    } else if (vector.fields.getString("kind") == "verbatim") {
      checkPrintedVector(vector, *quantizer, session);
    } else {
      checkDerivedVector<float>(vector, *quantizer, session);
      if (quantizer->op == "swish_sign")
        checkDerivedVector<double>(vector, *quantizer, session);
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
  for (const auto &entry : session.notCovered)
    notCovered += entry.second;
  outs() << formatv("{0} vectors checked, {1} documented differences ({2}), "
                    "{3} not covered ({4})\n",
                    session.checked, session.differences.size(),
                    join(session.differences), notCovered,
                    join(session.notCovered));
  outs().flush();

  // A difference that no vector shows any more, or an op that has joined the
  // table, must not linger in these lists.
  std::set<std::string> differences, notCoveredOps;
  for (const auto &entry : session.differences)
    differences.insert(entry.first);
  for (const auto &entry : session.notCovered)
    notCoveredOps.insert(entry.first);
  std::set<std::string> expectedDifferences = {
      pactEdge.str(), pactAlpha.str(), minMaxZeros.str(), weightZeros.str()};
  for (const GradientDifference &difference : gradientDifferences)
    expectedDifferences.insert(difference.name.str());
  EXPECT_EQ(differences, expectedDifferences);
  EXPECT_EQ(notCoveredOps,
            std::set<std::string>({"binary_quant", "bit_unpack",
                                   "clamped_binary_quant", "int_quant",
                                   "lut_matmul", "progressive_sign", "qlinear",
                                   "rounding helpers", "rounding_modes",
                                   "ternary_quant", "trunc_int_quant"}));
  EXPECT_EQ(session.checked + notCovered, vectors->size());
}
