//===- Candidates.cpp - Ops to which bodies are raised --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Candidates.h"
#include "quant-bnn/Analysis/ScalarFunction/Extract.h"
#include "quant-bnn/Analysis/ScalarFunction/Substitute.h"
#include <tuple>

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::raise_ste;

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Returns the symbol that stands for `operand` in expressions.
static Symbol getSymbol(RaiseOperand operand) {
  switch (operand) {
  case RaiseOperand::x:
    return symbolX;
  case RaiseOperand::cotangent:
    return symbolG;
  case RaiseOperand::scale:
    return symbolS;
  }
  llvm_unreachable("an operand has a symbol");
}

CandidateTable::CandidateTable(ExprContext &context, MLIRContext *mlirContext)
    : context(context), mlirContext(mlirContext) {
  for (RegisteredOperationName name : mlirContext->getRegisteredOperations())
    if (auto *raisable = name.getInterface<RaisableOpInterface>())
      for (RaiseForm &form : raisable->getRaiseForms(mlirContext))
        entries.push_back({name.getStringRef(), std::move(form)});
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.form.rank, a.opName) < std::tie(b.form.rank, b.opName);
  });
}

std::optional<Candidate>
quant_bnn::raise_ste::withEstimator(const Candidate &candidate,
                                    Estimator estimator, MLIRContext *context) {
  if (estimator == Estimator::StraightThrough)
    return candidate;
  auto *raisable = OperationName(candidate.opName, context)
                       .getInterface<RaisableOpInterface>();
  std::optional<EstimatorForm> form;
  if (raisable)
    form = raisable->getEstimatorForm(estimator, context);
  if (!form)
    return std::nullopt;
  Candidate result = candidate;
  result.opName = form->opName;
  if (form->attribute)
    result.attributes.push_back(*form->attribute);
  return result;
}

//===----------------------------------------------------------------------===//
// Choices
//===----------------------------------------------------------------------===//

/// No quantizer has more constants than this.
static constexpr size_t maxConstants = 12;

/// Returns the distinct magnitudes of the finite constants of `body`, at most
/// `maxConstants` of them.
static SmallVector<double> getConstants(const Expr *body) {
  SmallVector<double> constants;
  for (const Expr *node : getNodes(body)) {
    if (!node->isConstant() || !node->value->isFinite())
      continue;
    double value = std::abs(node->value->convertToDouble());
    if (!llvm::is_contained(constants, value) &&
        constants.size() < maxConstants)
      constants.push_back(value);
  }
  return constants;
}

/// Returns the number of bits k <= 24 for which `n` = 2^k - 1, or 0 if there is
/// none.
static int64_t getBits(double n) {
  if (n < 1.0 || n > 16777215.0 || n != std::floor(n))
    return 0;
  uint64_t levels = static_cast<uint64_t>(n) + 1;
  return llvm::isPowerOf2_64(levels) ? llvm::Log2_64(levels) : 0;
}

SmallVector<int64_t> quant_bnn::raise_ste::getBitChoices(const Expr *body,
                                                         ArrayRef<Piece> pieces,
                                                         Type type,
                                                         bool isSigned) {
  llvm::SmallDenseSet<const Expr *> levels;
  for (const Piece &piece : pieces)
    if (piece.value->isConstant() && !piece.value->isNaN())
      levels.insert(piece.value);
  SmallVector<int64_t> choices;
  auto add = [&](double steps) {
    int64_t bits = getBits(steps);
    int64_t most =
        std::min<int64_t>(24, APFloat::semanticsPrecision(getSemantics(type)));
    if (!bits || (isSigned && ++bits < 2) || bits > most ||
        llvm::is_contained(choices, bits))
      return;
    choices.push_back(bits);
  };
  for (double constant : getConstants(body))
    add(constant);
  // Both +0 and -0 may be among the levels, so one level less is tried too. 2^k
  // levels have 2^k - 1 steps, signed levels 2^(k-1) - 1 on each side of 0.
  for (size_t count : {levels.size(), levels.size() - 1}) {
    double steps = double(count) - 1.0;
    add(isSigned ? steps / 2.0 : steps);
  }
  return choices;
}

/// Whether the constant range of `candidate` equals its number of steps, so
/// that it only clamps and rounds, unlike a quantizer to a range.
static bool hasUnitScale(const Candidate &candidate) {
  if (!candidate.scalar)
    return false;
  double range = candidate.scalar->convertToDouble();
  return llvm::any_of(candidate.attributes, [&](NamedAttribute attribute) {
    auto bits = dyn_cast<IntegerAttr>(attribute.getValue());
    return bits && (range == std::ldexp(1.0, bits.getInt()) - 1.0 ||
                    range == std::ldexp(1.0, bits.getInt() - 1) - 1.0);
  });
}

SmallVector<Candidate> CandidateTable::getCandidates(const Expr *body,
                                                     ArrayRef<Piece> pieces) {
  SmallVector<double> constants = getConstants(body);
  bool usesG = body->symbols & (1u << symbolG);
  bool usesS = body->symbols & (1u << symbolS);
  Builder builder(mlirContext);
  SmallVector<Candidate> candidates;
  for (const auto &[opName, form] : entries) {
    bool takesS = llvm::is_contained(form.operands, RaiseOperand::scale);
    bool takesG = llvm::is_contained(form.operands, RaiseOperand::cotangent);
    if (takesG != usesG || (usesS ? !takesS : takesS && !form.takesConstants))
      continue;
    SmallVector<Candidate> variants(1);
    variants[0].opName = opName;
    for (RaiseOperand operand : form.operands)
      variants[0].operands.push_back(getSymbol(operand));
    variants[0].numScalarResults = form.numScalarResults;
    variants[0].hasEstimator = form.hasEstimator;
    variants[0].isAnalytic = form.isAnalytic;
    auto multiply = [&](auto choices, auto apply) {
      SmallVector<Candidate> product;
      for (const Candidate &variant : variants)
        for (auto choice : choices) {
          product.push_back(variant);
          apply(product.back(), choice);
        }
      variants = std::move(product);
    };
    for (const AttributeChoices &attribute : form.attributes) {
      using Source = AttributeChoices::Source;
      SmallVector<Attribute> values;
      switch (attribute.source) {
      case Source::listed:
        values.append(attribute.listed.begin(), attribute.listed.end());
        break;
      case Source::constants:
        for (double constant : constants)
          if (constant > 0.0)
            values.push_back(builder.getF64FloatAttr(constant));
        break;
      case Source::bits:
      case Source::signedBits:
        for (int64_t bits :
             getBitChoices(body, pieces, body->type,
                           attribute.source == Source::signedBits))
          values.push_back(builder.getI64IntegerAttr(bits));
        break;
      }
      multiply(values, [&](Candidate &candidate, Attribute value) {
        candidate.attributes.push_back(
            builder.getNamedAttr(attribute.name, value));
      });
    }
    if (takesS && !usesS) {
      SmallVector<APFloat> scalars;
      for (double constant : constants)
        if (constant > 0.0)
          scalars.push_back(*context.constant(body->type, constant)->value);
      multiply(scalars, [](Candidate &candidate, const APFloat &scalar) {
        candidate.scalar = scalar;
      });
    }
    llvm::erase_if(variants, hasUnitScale);
    candidates.append(variants);
  }
  return candidates;
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

Operation *Candidate::build(OpBuilder &builder, Location loc, Type type,
                            Value x, Value g, Value scalarValue) const {
  Type element = getElementTypeOrSelf(type);
  if (scalar)
    scalarValue = arith::ConstantOp::create(builder, loc,
                                            FloatAttr::get(element, *scalar));
  OperationState state(loc, opName);
  for (Symbol symbol : operands)
    state.operands.push_back(symbol == symbolX   ? x
                             : symbol == symbolG ? g
                                                 : scalarValue);
  state.addAttributes(attributes);
  state.addTypes(type);
  state.types.append(numScalarResults, element);
  return builder.create(state);
}

const Expr *CandidateTable::getExpr(const Candidate &candidate, Type type) {
  std::string key;
  llvm::raw_string_ostream os(key);
  os << candidate.opName << ' ' << type << ' '
     << DictionaryAttr::get(mlirContext, candidate.attributes);
  if (candidate.scalar)
    os << ' ' << FloatAttr::get(type, *candidate.scalar);
  auto [it, isNew] = exprs.try_emplace(key);
  if (!isNew)
    return it->second;

  // Build the op outside of the module, to extract its expression.
  Location loc = UnknownLoc::get(mlirContext);
  Block block;
  OpBuilder builder(mlirContext);
  builder.setInsertionPointToEnd(&block);
  Value x = block.addArgument(type, loc), g = block.addArgument(type, loc),
        s = block.addArgument(type, loc);
  Operation *op = candidate.build(builder, loc, type, x, g, s);
  Value value;
  if (auto payloadOp = dyn_cast<ElementwisePayloadOpInterface>(op))
    value = expandPayload(builder, payloadOp);
  else
    value = cast<linalg::AggregatedOpInterface>(op)
                .decomposeOperation(builder)
                ->front();
  Extractor extractor(context);
  Replacements replacements;
  replacements[extractor.get(x)] = context.symbol(symbolX, type);
  replacements[extractor.get(g)] = context.symbol(symbolG, type);
  replacements[extractor.get(s)] = context.symbol(symbolS, type);
  it->second = substitute(context, extractor.get(value), replacements);
  return it->second;
}

/// Whether `a` and `b` are close at most of some sample inputs, which are
/// special to neither. This test avoids the comparison of clearly different
/// functions.
static bool isAlike(const Expr *a, const Expr *b, Type type) {
  if (!a->evaluable || !b->evaluable)
    return true;
  SmallVector<double> scales = {1.0};
  for (double constant : getConstants(a))
    if (constant > 0.0 && constant != 1.0 && scales.size() < 4)
      scales.push_back(constant);
  FloatLine line(type);
  auto round = [&](double value) {
    APFloat result(value);
    bool losesInfo;
    result.convert(getSemantics(type), APFloat::rmNearestTiesToEven,
                   &losesInfo);
    return result;
  };
  size_t most = scales.size() * 2, numFar = 0;
  for (double scale : scales)
    for (double factor : {-1.23, -0.87, -0.39, 0.13, 0.37, 0.61, 0.83, 1.21}) {
      Evaluator evaluator({round(scale * factor), round(0.7), round(1.3)});
      double first = evaluator.evaluate(a).convertToDouble();
      double second = evaluator.evaluate(b).convertToDouble();
      double larger = std::max(std::abs(first), std::abs(second));
      // This includes results of NaN.
      if (!(std::abs(first - second) <= larger / 32) && ++numFar > most)
        return false;
    }
  return true;
}

const CandidateFunction *
CandidateTable::getFunction(const Candidate &candidate, Type type,
                            const Expr *body, EvaluationOptions options) {
  const Expr *expr = getExpr(candidate, type);
  if (!isAlike(body, expr, type))
    return nullptr;
  auto [it, isNew] = functions.try_emplace({expr, options.positiveScalar});
  if (isNew)
    if (auto pieces = getPieces(context, expr, type, options))
      it->second = std::make_unique<CandidateFunction>(
          CandidateFunction{expr, std::move(*pieces)});
  return it->second.get();
}
