//===- RaiseSTE.cpp - Raise written-out quantizers ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Guesses.h"
#include "Reductions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/Support/Remarks.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "quant-bnn-raise-ste"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNRAISESTEPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::raise_ste;

static constexpr StringLiteral category = "quant-bnn-raise-ste";

namespace {
struct RaiseOptions {
  bool isRelaxed;
  bool valuesOnly;
  Estimator estimator;
};

/// Raises the values inside of one operation, largest bodies first.
class Raiser {
public:
  Raiser(Operation *top, RaiseOptions options)
      : top(top), options(options), dominance(top),
        table(context, top->getContext()) {}
  void run();

private:
  void visit(Value root);
  std::optional<Match> findMatch(Value root, bool keepsGradients,
                                 Extractor &extractor);
  bool raiseDetached(Value root, Extractor &extractor);
  std::optional<Match> matchReducing(Value root, Extractor &extractor);
  bool isStraightThrough(const Candidate &candidate, Type type);
  bool isGradientTaken(Value root);
  bool isAccepted(const Match &match) const {
    return match.isExact || (match.isRelaxed && options.isRelaxed);
  }
  void act(Value root, Match match, bool keepsGradients, Extractor &extractor);
  void raise(Value root, const Match &match, Extractor &extractor);
  void refuse(Value root, const Match &match, Extractor &extractor);
  Value build(Value root, const Match &match, Extractor &extractor);

  /// Returns a value of `expr` and `type` that `root` may use as an operand, or
  /// null.
  Value findValue(const Expr *expr, Type type, Value root,
                  Extractor &extractor);
  void replace(Value root, Value by);
  void eraseIfDead(Operation *root);

  Operation *top;
  RaiseOptions options;
  DominanceInfo dominance;
  ExprContext context;
  CandidateTable table;
  Guesses guesses;
  llvm::DenseSet<Operation *> erased;
  /// Ops of bodies that were refused as a whole; these are not visited.
  llvm::DenseSet<Operation *> claimed;
};

struct QuantBNNRaiseSTEPass
    : quant_bnn::impl::QuantBNNRaiseSTEPassBase<QuantBNNRaiseSTEPass> {
  using Base::Base;
  void runOnOperation() override {
    RaiseOptions options{mode == RewriteMode::Relaxed, valuesOnly, estimator};
    Raiser(getOperation(), options).run();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Roots
//===----------------------------------------------------------------------===//

/// Whether the result of `op` may be raised.
static bool isRoot(Operation *op) {
  if (auto structured = dyn_cast<linalg::LinalgOp>(op))
    // A structured op with several results is not raised, but its body may be.
    return getElementMap(structured) && op->getNumResults() == 1;
  return isa_and_present<arith::ArithDialect, math::MathDialect>(
             op->getDialect()) &&
         op->getNumResults() == 1 &&
         !op->hasTrait<mlir::OpTrait::ConstantLike>();
}

void Raiser::run() {
  // Visit users before their operands, so that larger bodies come before their
  // parts, and a structured op before its body.
  SmallVector<Operation *> roots;
  top->walk([&](Operation *op) {
    // The body of a named op cannot be changed.
    auto structured = dyn_cast_or_null<linalg::LinalgOp>(op->getParentOp());
    if (structured && !isa<linalg::GenericOp, linalg::MapOp>(*structured))
      return;
    if (isRoot(op))
      roots.push_back(op);
  });
  for (Operation *op : llvm::reverse(roots))
    if (!erased.contains(op) && !claimed.contains(op))
      visit(op->getResult(0));
  guesses.warn();
}

/// Returns the value that the body of `root` yields if that body may be
/// changed, and null otherwise.
static Value getYielded(Value root) {
  Operation *op = root.getDefiningOp();
  if (!isa<linalg::GenericOp, linalg::MapOp>(op))
    return Value();
  Value yielded = op->getRegion(0).front().getTerminator()->getOperand(0);
  return yielded.getDefiningOp() ? yielded : Value();
}

/// Whether `value` is used only as the operand `q` of `straight_through`, which
/// gets no gradient. The use may be outside of the structured op that yields
/// `value`.
static bool isDetached(Value value) {
  return llvm::all_of(value.getUses(), [](OpOperand &use) {
    Operation *user = use.getOwner();
    if (auto estimator = dyn_cast<StraightThroughOp>(user))
      return &use == &estimator.getQMutable();
    auto loop = dyn_cast<linalg::LinalgOp>(user->getParentOp());
    return loop && loop.hasPureTensorSemantics() &&
           isa<linalg::YieldOp>(user) &&
           isDetached(loop->getResult(use.getOperandNumber()));
  });
}

bool Raiser::isGradientTaken(Value root) {
  auto function = root.getDefiningOp()->getParentOfType<FunctionOpInterface>();
  return !options.valuesOnly &&
         !(function && function->hasAttr(backwardAttrName)) &&
         !isDetached(root);
}

std::optional<Match> Raiser::findMatch(Value root, bool keepsGradients,
                                       Extractor &extractor) {
  auto isAvailable = [&](const Expr *input, Symbol symbol) {
    Type type = root.getType();
    if (symbol == symbolS)
      type = getElementTypeOrSelf(type);
    return findValue(input, type, root, extractor) != Value();
  };
  const Expr *expr = extractor.get(root);
  return Matcher(context, table, options.isRelaxed)
      .match(expr, keepsGradients, isAvailable);
}

void Raiser::visit(Value root) {
  if (root.use_empty())
    return;
  Extractor extractor(context);
  const Expr *expr = extractor.get(root);
  if (!isa<FloatType>(expr->type))
    return;
  bool keepsGradients = isGradientTaken(root);
  std::optional<Match> match = findMatch(root, keepsGradients, extractor);
  LDBG() << root.getLoc() << ": "
         << (match ? match->candidate.opName : StringRef("no quantizer"))
         << (match && !match->isExact ? ", not exactly" : "");
  if (match && match->isExact)
    return act(root, *match, keepsGradients, extractor);
  if (raiseDetached(root, extractor))
    return;
  if (!match && (match = matchReducing(root, extractor)) && match->isExact)
    return act(root, *match, keepsGradients, extractor);
  // Prefer a match on the scalars in the body of a structured op to a worse
  // match on its tensors.
  if (Value yielded = getYielded(root)) {
    Extractor bodyExtractor(context);
    std::optional<Match> inBody =
        findMatch(yielded, keepsGradients, bodyExtractor);
    if (inBody && (inBody->isExact ||
                   (isAccepted(*inBody) && !(match && isAccepted(*match)))))
      return;
  }
  if (match)
    act(root, *match, keepsGradients, extractor);
}

/// Raises `root` if `match` is accepted, with the gradient that the estimator
/// selects, and refuses it otherwise.
void Raiser::act(Value root, Match match, bool keepsGradients,
                 Extractor &extractor) {
  if (!isAccepted(match))
    return refuse(root, match, extractor);
  if (keepsGradients && match.candidate.hasEstimator) {
    if (auto stated = withEstimator(match.candidate, options.estimator,
                                    root.getContext())) {
      match.candidate = *stated;
    } else if (options.estimator == Estimator::None) {
      match.witness = "the code states no gradient, and estimator=none adds "
                      "none";
      match.isRelaxed = false;
      return refuse(root, match, extractor);
    } else {
      guesses.add(root.getDefiningOp(), match.candidate.opName);
    }
  }
  if (match.candidate.uses(symbolG))
    guesses.addGradient(root.getDefiningOp());
  raise(root, match, extractor);
}

//===----------------------------------------------------------------------===//
// Remarks
//===----------------------------------------------------------------------===//

void Raiser::refuse(Value root, const Match &match, Extractor &extractor) {
  Operation *op = root.getDefiningOp();
  std::string text = ("not raised to " + match.candidate.opName).str();
  if (match.hidden) {
    // The negation in a subtraction has no value of its own.
    StringRef name = "a subtraction";
    for (Value value : extractor.getValues(match.hidden))
      if (Operation *part = value.getDefiningOp())
        name = part->getName().getStringRef();
    text += (": the op would hide the gradient of " + name +
             "; values-only raises it")
                .str();
  } else if (!match.witness.empty()) {
    text += ": " + match.witness;
  }
  if (match.isRelaxed)
    text += "; mode=relaxed raises it";
  remark::missed(op->getLoc(), getRemarkOpts("refused", category, op)) << text;
  const Expr *expr = extractor.get(root);
  for (const Expr *node : getBody(expr, match.inputs)) {
    // A node of another type may be the root of a whole quantizer in that type.
    if (match.hidden && node->type != expr->type)
      continue;
    for (Value value : extractor.getValues(node))
      if (Operation *part = value.getDefiningOp())
        claimed.insert(part);
  }
}

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Value Raiser::findValue(const Expr *expr, Type type, Value root,
                        Extractor &extractor) {
  Operation *op = root.getDefiningOp();
  for (Value value : extractor.getValues(expr))
    if (value.getType() == type && value != root &&
        dominance.properlyDominates(value, op))
      return value;
  return Value();
}

Value Raiser::build(Value root, const Match &match, Extractor &extractor) {
  Operation *op = root.getDefiningOp();
  OpBuilder builder(op);
  Type type = root.getType();
  auto find = [&](const Expr *expr, Type inputType) {
    return expr ? findValue(expr, inputType, root, extractor) : Value();
  };
  return match.candidate
      .build(builder, op->getLoc(), type, find(match.inputs.x, type),
             find(match.inputs.g, type),
             find(match.inputs.s, getElementTypeOrSelf(type)))
      ->getResult(0);
}

void Raiser::raise(Value root, const Match &match, Extractor &extractor) {
  Operation *op = root.getDefiningOp();
  Value value = build(root, match, extractor);
  {
    std::string text = ("raised to " + match.candidate.opName).str();
    if (!match.isExact)
      text += ", which changes " + match.changes;
    if (!match.witness.empty())
      text += ": " + match.witness;
    remark::passed(op->getLoc(), getRemarkOpts("raised", category, op)) << text;
  }
  replace(root, value);
}

std::optional<Match> Raiser::matchReducing(Value root, Extractor &extractor) {
  if (!isa<RankedTensorType>(root.getType()))
    return std::nullopt;
  const Expr *expr = extractor.get(root);
  for (const Expr *node : getNodes(expr)) {
    if (node->opcode != Opcode::unknown)
      continue;
    for (Value value : SmallVector<Value>(extractor.getValues(node)))
      if (auto largest = matchLargestMagnitude(context, extractor, value))
        if (findValue(largest->x, root.getType(), root, extractor))
          if (auto match = matchRangeQuantizer(context, expr, node, *largest))
            return match;
  }
  return std::nullopt;
}

/// Returns x and q if `expr` is x + (q - x) or (x - x) + q, or nullopt.
static std::optional<std::pair<const Expr *, const Expr *>>
getDetached(const Expr *expr) {
  if (expr->opcode != Opcode::add)
    return std::nullopt;
  auto isNegated = [](const Expr *a, const Expr *b) {
    return a->opcode == Opcode::neg && a->operands[0] == b;
  };
  for (unsigned i : {0u, 1u}) {
    const Expr *a = expr->operands[i], *b = expr->operands[1 - i];
    if (b->opcode != Opcode::add)
      continue;
    for (unsigned j : {0u, 1u}) {
      const Expr *c = b->operands[j], *d = b->operands[1 - j];
      if (isNegated(d, a)) // a + (c - a)
        return std::pair(a, c);
      if (isNegated(d, c)) // (c - c) + a
        return std::pair(c, a);
    }
  }
  return std::nullopt;
}

/// Whether the gradient of `candidate` is the cotangent itself.
bool Raiser::isStraightThrough(const Candidate &candidate, Type type) {
  if (candidate.uses(symbolS) || candidate.numScalarResults != 0)
    return false;
  // Build the op outside of the module, to inspect its gradient.
  Location loc = UnknownLoc::get(type.getContext());
  Block block;
  OpBuilder builder(type.getContext());
  builder.setInsertionPointToEnd(&block);
  Value x = block.addArgument(type, loc), g = block.addArgument(type, loc);
  auto quantizer = dyn_cast<QuantizerOpInterface>(
      candidate.build(builder, loc, type, x, g, Value()));
  if (!quantizer)
    return false;
  auto gradients = quantizer.buildGradient(builder, loc, g);
  if (failed(gradients) || !gradients->front())
    return false;
  Value gradient = gradients->front();
  auto op = gradient.getDefiningOp<ElementwisePayloadOpInterface>();
  return gradient == g || (op && op.getPassThrough() == g);
}

bool Raiser::raiseDetached(Value root, Extractor &extractor) {
  auto detached = getDetached(extractor.get(root));
  if (!detached || detached->second->isConstant())
    return false;
  auto [xExpr, qExpr] = *detached;
  Type type = root.getType();
  Value x = findValue(xExpr, type, root, extractor);
  Value q = findValue(qExpr, type, root, extractor);
  Matcher matcher(context, table, options.isRelaxed);
  std::optional<Match> match = matcher.matchFunctionOf(qExpr, xExpr);
  bool isQuantizer =
      match && match->isExact && isStraightThrough(match->candidate, type);
  if (!x || (!q && !isQuantizer))
    return false;
  Operation *op = root.getDefiningOp();
  StringRef change = "at x = inf the body gives NaN, the op q";
  if (!options.isRelaxed) {
    remark::missed(op->getLoc(), getRemarkOpts("refused", category, op))
        << ("not raised to quant_bnn.straight_through: " + change +
            "; mode=relaxed raises it")
               .str();
    return true;
  }
  OpBuilder builder(op);
  Value value = isQuantizer ? build(root, *match, extractor)
                            : StraightThroughOp::create(builder, op->getLoc(),
                                                        q, x, FloatAttr());
  remark::passed(op->getLoc(), getRemarkOpts("raised", category, op))
      << ("raised to " + value.getDefiningOp()->getName().getStringRef() +
          ", which changes the rounding of x + (q - x) and an infinity: " +
          change)
             .str();
  replace(root, value);
  return true;
}

void Raiser::replace(Value root, Value by) {
  Operation *op = root.getDefiningOp();
  root.replaceAllUsesWith(by);
  eraseIfDead(op);
}

void Raiser::eraseIfDead(Operation *root) {
  SmallVector<Operation *> worklist = {root};
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (erased.contains(op) || !op->use_empty() || !isOpTriviallyDead(op))
      continue;
    op->walk([&](Operation *nested) {
      erased.insert(nested);
      for (Value operand : nested->getOperands())
        if (Operation *producer = operand.getDefiningOp())
          worklist.push_back(producer);
    });
    op->erase();
  }
}
