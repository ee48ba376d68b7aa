//===- Match.h - Match bodies with ops --------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_MATCH_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_MATCH_H

#include "Candidates.h"

namespace quant_bnn::raise_ste {

/// The nodes that are the operands x, g and s of a candidate; null for an
/// operand that the candidate does not have.
struct Inputs {
  const Expr *x = nullptr;
  const Expr *g = nullptr;
  const Expr *s = nullptr;
};

/// A candidate that a body equals, or nearly equals, and how they differ.
struct Match {
  Candidate candidate;
  Inputs inputs;
  /// Whether no result changes.
  bool isExact = true;
  /// Whether both are equal in real arithmetic, which mode=relaxed accepts.
  bool isRelaxed = false;
  /// A node before the quantizer whose gradient the op would hide, so that the
  /// match is refused; null if there is none.
  const Expr *hidden = nullptr;
  /// The changes that a relaxed raise makes: "a NaN, the sign of a zero".
  std::string changes = {};
  /// An input at which body and op differ, and both results.
  std::string witness = {};
};

class Matcher {
public:
  Matcher(ExprContext &context, CandidateTable &table, bool acceptsRelaxed)
      : context(context), table(table), acceptsRelaxed(acceptsRelaxed) {}

  /// Returns the accepted match of `root` with the largest body. If no match is
  /// accepted, returns one to refuse, in which both are equal in real
  /// arithmetic, or nearly equal, or which hides a gradient; nullopt if there
  /// is none. With `keepsGradients`, a match that hides a gradient is not
  /// accepted. `isAvailable` tells whether a node may be an operand.
  std::optional<Match>
  match(const Expr *root, bool keepsGradients,
        llvm::function_ref<bool(const Expr *, Symbol)> isAvailable);

  /// As above, for the operand `x` alone.
  std::optional<Match> matchFunctionOf(const Expr *root, const Expr *x);

private:
  bool isAccepted(const Match &match) const {
    return match.isExact || (match.isRelaxed && acceptsRelaxed);
  }
  /// Returns a node of the body of `match` that has a gradient of its own and
  /// is not part of the quantizer, such as a clamp before a sign, or null.
  const Expr *getHidden(const Expr *root, const Match &match);
  std::optional<Match> matchOver(const Expr *root, const Inputs &inputs);
  std::optional<Match> matchBody(const Expr *body, const Inputs &inputs);
  /// Matches a body without steps or kinks.
  std::optional<Match> matchAnalytic(const Expr *body, const Inputs &inputs);

  ExprContext &context;
  CandidateTable &table;
  bool acceptsRelaxed;
};

/// Returns `root` and the nodes between `root` and its inputs; empty if `root`
/// depends on anything else, or not on all inputs.
llvm::SmallVector<const Expr *> getBody(const Expr *root, const Inputs &inputs);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_MATCH_H
