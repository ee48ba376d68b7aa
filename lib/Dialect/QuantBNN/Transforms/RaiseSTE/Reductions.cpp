//===- Reductions.cpp - Quantizers to the range of a tensor ---------------===//
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

/// Matches abs x, abs tanh x and tanh abs x, or returns nullopt.
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

/// Returns the element that `reduction` takes the maximum of, and that the
/// result alone depends on, or null.
static Value matchMaximum(Extractor &extractor, linalg::LinalgOp reduction) {
  if (!reduction.hasPureTensorSemantics() || reduction.getNumDpsInits() != 1 ||
      reduction.getNumReductionLoops() == 0)
    return {};
  // No magnitude may be below the init.
  const Expr *init = extractor.get(reduction.getDpsInits()[0]);
  if (!init->isConstant() || init->isNaN() ||
      !(init->isZero() || init->value->isNegative()))
    return {};
  Value accumulator = reduction.getRegionOutputArgs()[0];
  auto maximum = reduction.getBlock()
                     ->getTerminator()
                     ->getOperand(0)
                     .getDefiningOp<arith::MaximumFOp>();
  if (!maximum || maximum.getLhs() == maximum.getRhs())
    return {};
  if (maximum.getLhs() == accumulator)
    return maximum.getRhs();
  return maximum.getRhs() == accumulator ? maximum.getLhs() : Value();
}

/// Returns the tensor that has the elements of `value` in another shape.
static Value skipReshapes(Value value) {
  while (isa_and_present<tensor::CollapseShapeOp, tensor::ExpandShapeOp>(
      value.getDefiningOp()))
    value = value.getDefiningOp()->getOperand(0);
  return value;
}

std::optional<LargestMagnitude> quant_bnn::raise_ste::matchLargestMagnitude(
    ExprContext &context, Extractor &extractor, Value scalar) {
  if (auto extract = scalar.getDefiningOp<tensor::ExtractOp>())
    scalar = extract.getTensor();
  if (!hasOneElement(scalar.getType()))
    return std::nullopt;
  // The maximum may be taken dimension by dimension.
  Value reduced = skipReshapes(scalar);
  while (auto reduction = reduced.getDefiningOp<linalg::LinalgOp>()) {
    Value element = matchMaximum(extractor, reduction);
    if (!element)
      return std::nullopt;
    // Each element of the operands has its part in one result.
    SmallVector<AffineMap> maps;
    for (OpOperand *operand : reduction.getDpsInputOperands())
      maps.push_back(reduction.getMatchingIndexingMap(operand));
    if (maps.empty() || !maps.front().isPermutation() || !llvm::all_equal(maps))
      return std::nullopt;
    bool hasOneInput = maps.size() == 1;
    if (hasOneInput && element == reduction.getRegionInputArgs()[0]) {
      Value input = skipReshapes(reduction.getDpsInputs()[0]);
      auto earlier = input.getDefiningOp<linalg::LinalgOp>();
      if (earlier && earlier.getNumReductionLoops() != 0) {
        reduced = input;
        continue;
      }
    }
    // The extractor does not relate a block argument of a reduction to the
    // element of its operand.
    Replacements replacements;
    for (OpOperand *operand : reduction.getDpsInputOperands()) {
      Value input = operand->get();
      replacements[extractor.get(reduction.getMatchingBlockArgument(operand))] =
          extractor.get(hasOneInput ? skipReshapes(input) : input);
    }
    return matchMagnitude(
        substitute(context, extractor.get(element), replacements));
  }
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// The quantizer
//===----------------------------------------------------------------------===//

/// Returns the expression of `candidate` over an element x (symbolX) and the
/// largest magnitude (symbolS).
static const Expr *expand(ExprContext &context, const Candidate &candidate,
                          Type elementType, bool ofTanh) {
  Location loc = UnknownLoc::get(elementType.getContext());
  auto type = RankedTensorType::get({ShapedType::kDynamic}, elementType);
  Block block;
  OpBuilder builder(elementType.getContext());
  builder.setInsertionPointToEnd(&block);
  Value x = block.addArgument(type, loc);
  Operation *op = candidate.build(builder, loc, type, x, Value(), Value());
  Value y = cast<linalg::AggregatedOpInterface>(op)
                .decomposeOperation(builder)
                ->front();
  Extractor extractor(context);
  const Expr *expr = extractor.get(y), *element = extractor.get(x);
  // The only input besides x is the largest abs x, and its tanh is the largest
  // abs tanh x.
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

/// Whether two functions of x and `s` are equal where `s` is `magnitude`, or
/// any positive number or infinity if `magnitude` is null. Compares only those
/// x for whose keys `isPossible` holds. With `finiteScale`, scales are taken
/// not to overflow.
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

/// Returns the quantizers, with attributes, that `body` may be.
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
  const Expr *relaxed = relax(context, body).expr;
  for (const Candidate &candidate : getCandidates(body, type, largest.ofTanh)) {
    const Expr *op = expand(context, candidate, type, largest.ofTanh);
    // The magnitude is a positive number, an infinity, 0 or NaN. If it is 0,
    // every x is 0; if it is not NaN, no x is NaN.
    auto areEqual = [&](const Expr *form, bool finiteScale) {
      return areEqualAt(
          context, form, op, type, symbol, nullptr,
          [&](int64_t key) { return !line.isNaN(key); }, finiteScale);
    };
    Match match{candidate, inputs};
    SmallVector<StringRef> changes;
    const Expr *form = body;
    if (!areEqual(body, /*finiteScale=*/false)) {
      if (!areEqual(body, /*finiteScale=*/true)) {
        if (relaxed == body || !areEqual(relaxed, /*finiteScale=*/true))
          continue;
        form = relaxed;
        changes.push_back("rounding by a reciprocal");
      }
      changes.push_back("a scale that overflows");
      match.witness = "where the scale overflows, the body and the op differ, "
                      "because the op limits the scale";
    }
    if (!areEqualAt(context, form, op, type, symbol,
                    context.constant(s->type, 0.0),
                    [&](int64_t key) { return key == 0 || key == -1; })) {
      changes.push_back("a tensor of zeros");
      match.witness = "where every x is 0, the body and the op differ, because "
                      "the op takes x / 0 as 0";
    }
    if (!areEqualAt(
            context, form, op, type, symbol,
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
