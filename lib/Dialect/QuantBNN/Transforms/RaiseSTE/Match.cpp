//===- Match.cpp - Match bodies with ops ----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Match.h"
#include "quant-bnn/Analysis/ScalarFunction/Compare.h"
#include "quant-bnn/Analysis/ScalarFunction/Derivative.h"
#include "quant-bnn/Analysis/ScalarFunction/Reals.h"
#include "quant-bnn/Analysis/ScalarFunction/Substitute.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quant_bnn::raise_ste;

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// Collects `root` and the nodes between `root` and `inputs`. Returns false if
/// `root` depends on anything else, or not on all inputs.
static bool collectBody(const Expr *root, const Inputs &inputs,
                        SmallVector<const Expr *> &body) {
  llvm::SmallDenseSet<const Expr *> seen = {root};
  body = {root};
  bool foundX = false, foundG = !inputs.g, foundS = !inputs.s;
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i]->opcode == Opcode::unknown)
      return false;
    for (const Expr *operand : body[i]->operands) {
      foundX |= operand == inputs.x;
      foundG |= operand == inputs.g;
      foundS |= operand == inputs.s;
      if (operand != inputs.x && operand != inputs.g && operand != inputs.s &&
          seen.insert(operand).second)
        body.push_back(operand);
    }
  }
  return foundX && foundG && foundS;
}

SmallVector<const Expr *> quant_bnn::raise_ste::getBody(const Expr *root,
                                                        const Inputs &inputs) {
  SmallVector<const Expr *> body;
  if (!collectBody(root, inputs, body))
    body.clear();
  return body;
}

/// Returns nodes of which `root` may be a multiple, reached through arms of
/// selects and factors. The farthest come first.
static SmallVector<const Expr *> getFactors(const Expr *root) {
  llvm::SmallDenseSet<const Expr *> seen = {root};
  SmallVector<const Expr *> reached = {root};
  for (size_t i = 0; i < reached.size(); ++i) {
    const Expr *node = reached[i];
    ArrayRef<const Expr *> next;
    switch (node->opcode) {
    case Opcode::select:
      next = ArrayRef(node->operands).drop_front();
      break;
    case Opcode::mul:
    case Opcode::neg:
    case Opcode::extend:
    case Opcode::truncate:
      next = node->operands;
      break;
    case Opcode::div:
      next = ArrayRef(node->operands).take_front();
      break;
    default:
      break;
    }
    for (const Expr *operand : next)
      if (seen.insert(operand).second)
        reached.push_back(operand);
  }
  SmallVector<const Expr *> factors;
  for (const Expr *node : reached)
    if (node != root && !node->isConstant() && node->type == root->type)
      factors.push_back(node);
  llvm::sort(factors, [](const Expr *a, const Expr *b) {
    return a->number < b->number;
  });
  return factors;
}

static bool isRounding(const Expr *node) {
  switch (node->opcode) {
  case Opcode::roundeven:
  case Opcode::round:
  case Opcode::floor:
  case Opcode::ceil:
  case Opcode::trunc:
    return true;
  default:
    return false;
  }
}

/// Whether `nodes` contain a step or a kink, without which a body may equal
/// only an analytic op.
static bool hasBreak(ArrayRef<const Expr *> nodes) {
  return llvm::any_of(nodes, [](const Expr *node) {
    switch (node->opcode) {
    case Opcode::select:
    case Opcode::minimum:
    case Opcode::maximum:
    case Opcode::minnum:
    case Opcode::maxnum:
    case Opcode::copysign:
      return true;
    default:
      return isRounding(node);
    }
  });
}

static bool hasFunction(ArrayRef<const Expr *> nodes) {
  return llvm::any_of(nodes, [](const Expr *node) {
    return node->opcode == Opcode::tanh || node->opcode == Opcode::call;
  });
}

/// Whether `body` may be piecewise constant, as every quantizer of x alone is.
/// This test avoids the comparison for most bodies. Without a rounding, such a
/// quantizer steps only at 0, so samples of one sign are compared. With a
/// rounding, neighbouring floats are compared: steps are so rare among floats
/// of this size that no two samples are next to a step by chance.
static bool mayBeStep(const Expr *body, Type type) {
  if (!body->isFunctionOfX())
    return true;
  bool isRounded = llvm::any_of(getNodes(body), isRounding);
  auto convert = [&](double value) {
    return FloatAttr::get(type, value).getValue();
  };
  auto evaluateAt = [&](const APFloat &x) {
    return Evaluator({x, {}, {}}).evaluate(body);
  };
  unsigned numChanges = 0;
  for (double sample : {0.0123, -0.0123, 0.0077, -0.0077}) {
    APFloat x = convert(sample), other = convert(sample * 90.0);
    if (isRounded) {
      other = x;
      other.next(/*nextDown=*/true);
    }
    APFloat a = evaluateAt(x), b = evaluateAt(other);
    bool isSame = (a.isNaN() && b.isNaN()) || a.bitwiseIsEqual(b);
    if (!isSame && ++numChanges == 2)
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Matcher
//===----------------------------------------------------------------------===//

/// Replaces `best` by `match` if `match` is better. An exact match is better
/// than a relaxed one, and a relaxed one is better than one to refuse.
static void improve(std::optional<Match> &best, std::optional<Match> match) {
  auto rank = [](const Match &m) {
    return m.isExact ? 2 : m.isRelaxed ? 1 : 0;
  };
  if (match && (!best || rank(*match) > rank(*best)))
    best = std::move(match);
}

std::optional<Match>
Matcher::match(const Expr *root, bool keepsGradients,
               llvm::function_ref<bool(const Expr *, Symbol)> isAvailable) {
  SmallVector<const Expr *> nodes = getNodes(root);
  if (!isa<FloatType>(root->type) || (!hasBreak(nodes) && !hasFunction(nodes)))
    return std::nullopt;
  SmallVector<const Expr *> xs;
  for (const Expr *node : nodes)
    if (node != root && !node->isConstant() && node->type == root->type &&
        isAvailable(node, symbolX))
      xs.push_back(node);
  std::optional<Match> best, hiding;
  auto tryInputs = [&](const Inputs &inputs) {
    if (best && isAccepted(*best))
      return;
    std::optional<Match> match = matchOver(root, inputs);
    if (match && keepsGradients && isAccepted(*match))
      match->hidden = getHidden(root, *match);
    if (match && match->hidden) {
      if (!hiding)
        hiding = std::move(match);
      return;
    }
    improve(best, std::move(match));
  };
  for (const Expr *x : xs)
    tryInputs({x});
  for (const Expr *g : getFactors(root)) {
    if (!isAvailable(g, symbolG))
      continue;
    for (const Expr *x : xs)
      if (x != g)
        tryInputs({x, g});
  }
  for (const Expr *s : nodes) {
    if (s->opcode != Opcode::unknown || s->type != root->type ||
        !isAvailable(s, symbolS))
      continue;
    for (const Expr *x : xs)
      if (x != s)
        tryInputs({x, nullptr, s});
  }
  if (!hiding || (best && isAccepted(*best)))
    return best;
  hiding->isExact = hiding->isRelaxed = false;
  return hiding;
}

const Expr *Matcher::getHidden(const Expr *root, const Match &match) {
  const Inputs &inputs = match.inputs;
  Type type = inputs.x->type;
  if (!match.candidate.hasEstimator)
    return nullptr;
  // A quantizer to a range contains a clamp and a scaling. A node is before the
  // quantizer if the rest of the body, without the node, is accepted too.
  const Expr *op = table.getExpr(match.candidate, type);
  bool opHasGradient = llvm::any_of(getNodes(op), [&](const Expr *node) {
    return node != op && isa<FloatType>(node->type) &&
           hasOwnGradient(context, node, type);
  });
  Replacements replacements;
  replacements[inputs.x] = context.symbol(symbolX, type);
  if (inputs.s)
    replacements[inputs.s] = context.symbol(symbolS, inputs.s->type);
  for (const Expr *node : getBody(root, inputs)) {
    if (node == root || !isa<FloatType>(node->type) ||
        !hasOwnGradient(context, substitute(context, node, replacements), type))
      continue;
    if (!opHasGradient)
      return node;
    std::optional<Match> rest = matchOver(root, {node, inputs.g, inputs.s});
    if (rest && isAccepted(*rest))
      return node;
  }
  return nullptr;
}

std::optional<Match> Matcher::matchFunctionOf(const Expr *root, const Expr *x) {
  return matchOver(root, {x});
}

std::optional<Match> Matcher::matchOver(const Expr *root,
                                        const Inputs &inputs) {
  SmallVector<const Expr *> body;
  if (!collectBody(root, inputs, body) ||
      (!hasBreak(body) && !hasFunction(body)))
    return std::nullopt;
  // f16 and bf16 may be computed in f32. The input is then x in that type.
  Type type = root->type, xType = inputs.x->type;
  const Expr *x = context.symbol(symbolX, type);
  if (xType != type)
    x = context.get(xType.getIntOrFloatBitWidth() > type.getIntOrFloatBitWidth()
                        ? Opcode::extend
                        : Opcode::truncate,
                    xType, {x});
  Replacements replacements;
  replacements[inputs.x] = x;
  if (inputs.g)
    replacements[inputs.g] = context.symbol(symbolG, inputs.g->type);
  if (inputs.s)
    replacements[inputs.s] = context.symbol(symbolS, inputs.s->type);
  const Expr *replaced = substitute(context, root, replacements);
  if (!hasBreak(body))
    return matchAnalytic(replaced, inputs);
  if (!mayBeStep(replaced, type))
    return std::nullopt;
  return matchBody(replaced, inputs);
}

std::optional<Match> Matcher::matchAnalytic(const Expr *body,
                                            const Inputs &inputs) {
  if (!isAnalytic(body))
    return std::nullopt;
  for (const Candidate &candidate : table.getCandidates(body, {}))
    if (candidate.isAnalytic &&
        areEqualInReals(body, table.getExpr(candidate, body->type))) {
      Match match{candidate, inputs};
      match.isExact = false;
      match.isRelaxed = true;
      match.changes =
          "the rounding of each step, an overflow, an infinity, and "
          "a NaN";
      return match;
    }
  return std::nullopt;
}

/// Returns the list of changes of a relaxed raise, for a remark.
static std::string listChanges(const Relaxed &relaxed,
                               const Differences &differences,
                               bool positiveScalar) {
  SmallVector<StringRef> changes;
  if (relaxed.reciprocal)
    changes.push_back("rounding by a reciprocal");
  if (relaxed.singleRounding)
    changes.push_back("rounding of every step");
  if (relaxed.mask)
    changes.push_back("an infinite or NaN factor of a mask, and the sign of a "
                      "zero");
  if (positiveScalar)
    changes.push_back("a scalar that is not positive, and a scale that "
                      "overflows");
  if (differences.atNaN)
    changes.push_back("a NaN");
  if (differences.atInfinity)
    changes.push_back("an infinity");
  if (differences.inSignOfZero)
    changes.push_back("the sign of a zero");
  return llvm::join(changes, ", ");
}

std::optional<Match> Matcher::matchBody(const Expr *body,
                                        const Inputs &inputs) {
  Type type = body->type;
  FloatLine line(type);
  std::optional<Match> best;
  uint64_t fewest = line.positiveInfinity() / 512 + 1;

  std::optional<SmallVector<Piece>> pieces = getPieces(context, body, type);
  if (!pieces)
    return std::nullopt;
  for (const Candidate &candidate : table.getCandidates(body, *pieces)) {
    const CandidateFunction *function =
        table.getFunction(candidate, type, body, {});
    if (!function)
      continue;
    Differences differences = compare(line, *pieces, function->pieces);
    Match match{candidate, inputs};
    if (differences.none())
      return match;
    if (differences.numFar >= fewest)
      continue;
    match.isExact = false;
    match.isRelaxed = differences.onlyBeyondReals();
    match.witness = describe(line, differences, body, function->expr);
    match.changes = listChanges({body}, differences, false);
    if (match.witness.empty() && !match.isRelaxed)
      continue;
    // Prefer a relaxed match, and then the match that differs at the fewest
    // floats.
    if (!best || (match.isRelaxed && !best->isRelaxed) ||
        (match.isRelaxed == best->isRelaxed && differences.numFar < fewest)) {
      fewest = differences.numFar;
      best = match;
    }
  }
  if (best && best->isRelaxed)
    return best;

  auto tryRelaxed = [&](const Relaxed &relaxed, bool positiveScalar) {
    EvaluationOptions options;
    options.positiveScalar = options.finiteScale = positiveScalar;
    auto relaxedPieces = getPieces(context, relaxed.expr, type, options);
    if (!relaxedPieces)
      return false;
    for (const Candidate &candidate :
         table.getCandidates(relaxed.expr, *relaxedPieces)) {
      const CandidateFunction *function =
          table.getFunction(candidate, type, relaxed.expr, options);
      if (!function)
        continue;
      Differences differences = compare(line, *relaxedPieces, function->pieces);
      if (!differences.onlyBeyondReals())
        continue;
      Match match{candidate, inputs};
      match.isExact = false;
      match.isRelaxed = true;
      match.changes = listChanges(relaxed, differences, positiveScalar);
      // The witness refers to the body before relaxation.
      match.witness = describe(line, compare(line, *pieces, function->pieces),
                               body, function->expr);
      best = match;
      return true;
    }
    return false;
  };
  Relaxed relaxed = relax(context, body);
  if (relaxed.expr != body && tryRelaxed(relaxed, false))
    return best;
  if (inputs.s && tryRelaxed(relaxed, true))
    return best;
  widen(context, relaxed);
  if (relaxed.singleRounding && tryRelaxed(relaxed, false))
    return best;
  return best;
}
