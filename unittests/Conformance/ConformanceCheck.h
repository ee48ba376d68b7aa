//===- ConformanceCheck.h - An implementation and its data ------*- C++ -*-===//
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

#ifndef QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCECHECK_H
#define QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCECHECK_H

#include "Reference/Reference.h"
#include "llvm/Support/JSON.h"

#include <optional>
#include <string>
#include <vector>

namespace quant_bnn::unittests {

/// What came of a quantizer and its gradient.
template <typename T>
struct Outcome {
  std::vector<T> y, dx;
  std::optional<T> scale;
  std::optional<reference::Sum<T>> dalpha;
  /// Of weight_dorefa.
  std::vector<double> preRounding;
};

/// An op and its attributes in the dialect's names.
struct ConformanceOp {
  std::string op;
  llvm::json::Object attributes;

  std::optional<double> get(llvm::StringRef key) const {
    return attributes.getNumber(key);
  }
  llvm::StringRef get(llvm::StringRef key, llvm::StringRef otherwise) const {
    return attributes.getString(key).value_or(otherwise);
  }
  /// The quantizer inside a qactivation, or the op itself.
  llvm::StringRef getQuantizer() const {
    return op == "qactivation" ? get("quantizer", "") : llvm::StringRef(op);
  }
  int64_t getBits() const { return attributes.getInteger("bits").value(); }
  double getBeta() const { return get("beta").value_or(5.0); }

  reference::PactAttributes getPactAttributes() const {
    using namespace reference;
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

/// Something that runs quantizers.
class Implementation {
public:
  virtual ~Implementation() = default;
  virtual Outcome<float> run(const ConformanceOp &op,
                             const std::vector<float> &x,
                             const std::vector<float> &g) const = 0;
  virtual Outcome<double> run(const ConformanceOp &op,
                              const std::vector<double> &x,
                              const std::vector<double> &g) const = 0;
};

/// The reference implementation.
class ReferenceImplementation : public Implementation {
public:
  Outcome<float> run(const ConformanceOp &op, const std::vector<float> &x,
                     const std::vector<float> &g) const override;
  Outcome<double> run(const ConformanceOp &op, const std::vector<double> &x,
                      const std::vector<double> &g) const override;
};

/// Checks every vector within a test, and that the documented differences are
/// those that there are.
void checkConformance(const Implementation &implementation);

} // namespace quant_bnn::unittests

#endif // QUANT_BNN_UNITTESTS_CONFORMANCE_CONFORMANCECHECK_H
