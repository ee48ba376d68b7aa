//===- Match.h - Bodies that are an op --------------------------*- C++ -*-===//
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

/// The nodes of a body that a candidate's operands are; null where it has none.
struct Inputs {
  const Expr *x = nullptr;
  const Expr *g = nullptr;
  const Expr *s = nullptr;
};

/// That a body is an op, or why it is not.
struct Match {
  Candidate candidate;
  Inputs inputs;
  /// Nothing changes.
  bool isExact = true;
  /// Equal in real arithmetic: mode=relaxed takes it.
  bool isRelaxed = false;
  /// It would be accepted, but for the gradient of this, before the quantizer.
  const Expr *hidden = nullptr;
  /// What a relaxed raise changes: "a NaN, the sign of a zero".
  std::string changes = {};
  /// An input at which body and op differ, and both values.
  std::string witness = {};
};

class Matcher {
public:
  Matcher(ExprContext &context, CandidateTable &table, bool acceptsRelaxed)
      : context(context), table(table), acceptsRelaxed(acceptsRelaxed) {}

  /// The op that `root` is, over whichever inputs make the largest body; where
  /// that is not accepted, one that it is in real arithmetic, or nearly is,
  /// which is to be refused. With `keepsGradients`, over those alone that hide
  /// no gradient. `isAvailable` tells whether a node may be an operand.
  std::optional<Match>
  match(const Expr *root, bool keepsGradients,
        llvm::function_ref<bool(const Expr *, Symbol)> isAvailable);

  /// As above, over `x` alone.
  std::optional<Match> matchFunctionOf(const Expr *root, const Expr *x);

private:
  bool isAccepted(const Match &match) const {
    return match.isExact || (match.isRelaxed && acceptsRelaxed);
  }
  /// What the body of `match` has in it with a gradient of its own beside the
  /// quantizer, a clamp before a sign, say; or null.
  const Expr *getHidden(const Expr *root, const Match &match);
  std::optional<Match> matchOver(const Expr *root, const Inputs &inputs);
  std::optional<Match> matchBody(const Expr *body, const Inputs &inputs);

  ExprContext &context;
  CandidateTable &table;
  bool acceptsRelaxed;
};

/// What `root` computes between its inputs and itself; empty if it depends on
/// anything else.
llvm::SmallVector<const Expr *> getBody(const Expr *root, const Inputs &inputs);

} // namespace quant_bnn::raise_ste

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_RAISESTE_MATCH_H
