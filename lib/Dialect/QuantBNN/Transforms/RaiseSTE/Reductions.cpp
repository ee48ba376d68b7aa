//===- Reductions.cpp - Quantizers that reduce ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Reductions.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Analysis/ScalarFunction/Compare.h"
#include "quant-bnn/Analysis/ScalarFunction/Substitute.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::raise_ste;

//===----------------------------------------------------------------------===//
// The reduction
//===----------------------------------------------------------------------===//

/// Takes apart abs x, abs tanh x and tanh abs x.
static std::optional<LargestMagnitude> matchMagnitude(const Expr *expr) {
  bool ofTanh = false, hasAbs = false;
  while (expr->opcode == Opcode::abs || expr->opcode == Opcode::extend ||
         (expr->opcode == Opcode::tanh && !ofTanh)) {
    hasAbs |= expr->opcode == Opcode::abs;
    ofTanh |= expr->opcode == Opcode::tanh;
    expr = expr->operands[0];
  }
  if (!hasAbs)
    return std::nullopt;
  return LargestMagnitude{expr, ofTanh};
}

std::optional<LargestMagnitude> quant_bnn::raise_ste::matchLargestMagnitude(
    ExprContext &context, Extractor &extractor, Value scalar) {
  if (auto extract = scalar.getDefiningOp<tensor::ExtractOp>())
    scalar = extract.getTensor();
  auto type = dyn_cast<RankedTensorType>(scalar.getType());
  auto reduction = scalar.getDefiningOp<linalg::LinalgOp>();
  if (!type || type.getRank() != 0 || !reduction ||
      !reduction.hasPureTensorSemantics() || reduction.getNumDpsInits() != 1 ||
      reduction.getNumReductionLoops() != reduction.getNumLoops() ||
      reduction.getNumLoops() == 0)
    return std::nullopt;
  // From an init that no magnitude is below.
  const Expr *init = extractor.get(reduction.getDpsInits()[0]);
  if (!init->isConstant() || init->isNaN() ||
      !(init->isZero() || init->value->isNegative()))
    return std::nullopt;
  Block *body = reduction.getBlock();
  Value accumulator = reduction.getRegionOutputArgs()[0];
  auto maximum =
      body->getTerminator()->getOperand(0).getDefiningOp<arith::MaximumFOp>();
  if (!maximum)
    return std::nullopt;
  Value element = maximum.getLhs();
  if (element == accumulator)
    element = maximum.getRhs();
  else if (maximum.getRhs() != accumulator)
    return std::nullopt;
  const Expr *expr = extractor.get(element);
  // Inside a reduction an argument is not known to be the element of its
  // tensor.
  Replacements replacements;
  for (OpOperand *operand : reduction.getDpsInputOperands())
    if (reduction.getMatchingIndexingMap(operand).isPermutation())
      replacements[extractor.get(reduction.getMatchingBlockArgument(operand))] =
          extractor.get(operand->get());
  return matchMagnitude(substitute(context, expr, replacements));
}

//===----------------------------------------------------------------------===//
// The quantizer
//===----------------------------------------------------------------------===//

/// What the op that `candidate` is computes of an element x and the largest
/// magnitude s.
static const Expr *expand(ExprContext &context, const Candidate &candidate,
                          Type elementType, bool ofTanh) {
  Location loc = UnknownLoc::get(elementType.getContext());
  auto type = RankedTensorType::get({ShapedType::kDynamic}, elementType);
  Block block;
  OpBuilder builder(elementType.getContext());
  builder.setInsertionPointToEnd(&block);
  Value x = block.addArgument(type, loc);
  Operation *op = candidate.build(builder, loc, type, x, Value(), Value());
  Value y = cast<DecomposableOpInterface>(op).decompose(builder, loc).front();
  Extractor extractor(context);
  const Expr *expr = extractor.get(y), *element = extractor.get(x);
  // The one input beside x is the largest abs x; its tanh is that of abs tanh
  // x.
  Replacements replacements;
  replacements[element] = context.symbol(symbolX, elementType);
  for (const Expr *node : getNodes(expr)) {
    const Expr *inner = node;
    if (ofTanh && node->opcode != Opcode::tanh)
      continue;
    if (ofTanh)
      inner = node->operands[0];
    if (ofTanh && inner->opcode == Opcode::extend)
      inner = inner->operands[0];
    if (inner->opcode == Opcode::unknown && inner != element)
      replacements[node] = context.symbol(symbolS, node->type);
  }
  return substitute(context, expr, replacements);
}

/// Whether two functions of x and s are the same where s is `magnitude`, or any
/// positive number or infinity if that is null, at those x that `isPossible`
/// says there are then; with `finiteScale`, where no scale overflows.
static bool areEqualAt(ExprContext &context, const Expr *a, const Expr *b,
                       Type type, const Expr *s, const Expr *magnitude,
                       llvm::function_ref<bool(int64_t)> isPossible,
                       bool finiteScale = false) {
  EvaluationOptions options;
  options.positiveScalar = true;
  options.finiteScale = finiteScale;
  options.boundedLevels = true;
  auto getFunction = [&](const Expr *expr) {
    Replacements replacements;
    if (magnitude)
      replacements[s] = magnitude;
    auto pieces = getPieces(context, substitute(context, expr, replacements),
                            type, options);
    if (pieces)
      llvm::erase_if(
          *pieces, [&](const Piece &piece) { return !isPossible(piece.low); });
    return pieces;
  };
  auto ours = getFunction(a), theirs = getFunction(b);
  return ours && theirs && compare(FloatLine(type), *ours, *theirs).none();
}

/// The attributes with which `body` may be the op.
static SmallVector<Candidate> getCandidates(const Expr *body, Type type,
                                            bool ofTanh) {
  Builder builder(type.getContext());
  SmallVector<Candidate> candidates;
  for (int64_t bits : getBitChoices(body, {}, type, /*isSigned=*/!ofTanh))
    for (bool unrounded : {false, true}) {
      if (unrounded && ofTanh)
        continue;
      Candidate candidate;
      candidate.opName = ofTanh ? WeightDoReFaOp::getOperationName()
                                : MinMaxOp::getOperationName();
      candidate.operands = {symbolX};
      candidate.numScalarResults = ofTanh ? 0 : 1;
      candidate.hasEstimator = true;
      candidate.attributes.push_back(
          builder.getNamedAttr("bits", builder.getI64IntegerAttr(bits)));
      if (unrounded)
        candidate.attributes.push_back(
            builder.getNamedAttr("unrounded", builder.getUnitAttr()));
      candidates.push_back(candidate);
    }
  return candidates;
}

std::optional<Match>
quant_bnn::raise_ste::matchRangeQuantizer(ExprContext &context,
                                          const Expr *root, const Expr *s,
                                          LargestMagnitude largest) {
  Type type = largest.x->type;
  Inputs inputs{largest.x, nullptr, s};
  if (root->type != type || getBody(root, inputs).empty())
    return std::nullopt;
  const Expr *symbol = context.symbol(symbolS, s->type);
  Replacements replacements;
  replacements[largest.x] = context.symbol(symbolX, type);
  replacements[s] = symbol;
  const Expr *body = substitute(context, root, replacements);
  FloatLine line(type);
  std::optional<Match> best;
  for (const Candidate &candidate : getCandidates(body, type, largest.ofTanh)) {
    const Expr *op = expand(context, candidate, type, largest.ofTanh);
    // The magnitude is a positive number, an infinity, 0 or NaN. Where it is 0,
    // every x is; where it is none, no x is a NaN.
    auto areEqual = [&](bool finiteScale) {
      return areEqualAt(
          context, body, op, type, symbol, nullptr,
          [&](int64_t key) { return !line.isNaN(key); }, finiteScale);
    };
    Match match{candidate, inputs};
    SmallVector<StringRef> changes;
    if (!areEqual(/*finiteScale=*/false)) {
      if (!areEqual(/*finiteScale=*/true))
        continue;
      changes.push_back("a scale that overflows");
      match.witness = "where the scale overflows the body does not give what "
                      "the op does, which limits it";
    }
    if (!areEqualAt(context, body, op, type, symbol,
                    context.constant(s->type, 0.0),
                    [&](int64_t key) { return key == 0 || key == -1; })) {
      changes.push_back("a tensor of zeros");
      match.witness = "at x = 0 everywhere the body does not give what the op "
                      "does, which counts x / 0 as 0";
    }
    if (!areEqualAt(
            context, body, op, type, symbol,
            context.constant(s->type, std::numeric_limits<double>::quiet_NaN()),
            [](int64_t) { return true; }))
      changes.push_back("a NaN");
    match.isExact = changes.empty();
    match.isRelaxed = !match.isExact;
    match.changes = llvm::join(changes, ", ");
    if (match.isExact)
      return match;
    if (!best)
      best = match;
  }
  return best;
}
