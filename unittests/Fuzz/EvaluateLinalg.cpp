//===- EvaluateLinalg.cpp - Evaluation of linalg --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Evaluator.h"
#include "Reference/Agreement.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

using Stop = Evaluator::Stop;

namespace {
/// The sum that is an element of a result. The terms may be added in any order,
/// in the compute type or a wider type, and the sum is rounded to the type at
/// the end.
class Sum {
public:
  Sum() = default;
  explicit Sum(const Element &init) { add(init); }

  void add(const Element &term) {
    isUndefined |= term.isUndefined();
    isUnknown |= !term.isKnown() || !std::isfinite(term.value);
    if (std::isnan(term.value) && term.isExact())
      hasNaN = true;
    sum += term.value;
    absolute += std::abs(term.value);
    error += term.error;
    if (term.value != 0 && std::isfinite(term.value)) {
      int exponent;
      double mantissa = std::frexp(term.value, &exponent);
      // The position of the last bit.
      uint64_t bits = uint64_t(std::abs(std::ldexp(mantissa, 53)));
      lastBit = std::min(lastBit, exponent - 53 + int(llvm::countr_zero(bits)));
      ++numTerms;
    }
  }

  Element get(FloatType type) const {
    if (isUndefined)
      return Element::undefined();
    if (hasNaN)
      return Element::ofFloat(std::numeric_limits<double>::quiet_NaN());
    FloatType compute = getComputeType(type);
    double value = roundTo(type, roundTo(compute, sum));
    if (isUnknown || !std::isfinite(roundTo(compute, absolute)) ||
        !std::isfinite(roundTo(type, std::abs(sum) + error)))
      return Element::unknown();
    // The sum is exact if every partial sum is a number of the compute type.
    bool isExact =
        numTerms <= 1 ||
        absolute <=
            std::ldexp(1.0, lastBit + int(compute.getFPMantissaWidth()));
    double bound = error;
    if (!isExact)
      bound += reference::sumError * getEpsilon(compute) * absolute;
    if (bound > 0)
      bound += getEpsilon(type) * (std::abs(sum) + bound);
    if (!std::isfinite(roundTo(type, std::abs(value) + bound)))
      return Element::unknown();
    return Element::ofFloat(value, bound);
  }

private:
  double sum = -0.0, absolute = 0, error = 0;
  int lastBit = 1 << 20;
  size_t numTerms = 0;
  bool isUndefined = false, isUnknown = false, hasNaN = false;
};

/// A result of a structured op during its evaluation.
struct Output {
  Data data;
  AffineMap map;
  /// The term that each iteration adds to a sum, or null for other results.
  Value term;
  std::vector<Sum> sums;
};
} // namespace

/// Returns the term that the body adds to its output argument `argument` to
/// yield `yielded`, if the body does not use the argument otherwise, or null.
/// If the body fuses a product into the sum, the term is `yielded` itself,
/// which is the product if the sum is 0.
static Value getTerm(BlockArgument argument, Value yielded) {
  Operation *op = yielded.getDefiningOp();
  if (!op || !argument.hasOneUse() || !yielded.hasOneUse() ||
      op->getBlock() != argument.getOwner())
    return {};
  if (auto fma = dyn_cast<math::FmaOp>(op))
    return fma.getC() == argument ? yielded : Value();
  auto add = dyn_cast<arith::AddFOp>(op);
  if (!add || (add.getLhs() != argument && add.getRhs() != argument))
    return {};
  return add.getLhs() == argument ? add.getRhs() : add.getLhs();
}

/// Returns the value of `term` for the sum that yields `yielded`. A product
/// that is rounded may also be fused into the sum.
static Element getTermElement(Evaluator &evaluator, Value term, Value yielded) {
  Element element = evaluator.get(term).elements.front();
  auto type = cast<FloatType>(term.getType());
  bool isProduct = term == yielded || term.getDefiningOp<arith::MulFOp>();
  if (!isProduct || !element.isExact() || !std::isfinite(element.value))
    return element;
  Operation *product = term.getDefiningOp();
  double a = evaluator.get(product->getOperand(0)).elements.front().value;
  double b = evaluator.get(product->getOperand(1)).elements.front().value;
  // Of a product that is nearly subnormal, what was rounded off may be too
  // small for a double.
  bool isExact = a == 0 || b == 0 ||
                 (std::abs(element.value) >= 0x1p-960 &&
                  std::fma(a, b, -element.value) == 0);
  if (!isExact)
    element.error +=
        getEpsilon(type) * std::abs(element.value) +
        APFloat::getSmallest(type.getFloatSemantics()).convertToDouble();
  return element;
}

/// Returns the extents of the loops. Stops the evaluation if operands disagree.
static SmallVector<int64_t> getExtents(Evaluator &evaluator,
                                       linalg::LinalgOp op) {
  SmallVector<int64_t> sizes;
  for (Value operand : op->getOperands())
    if (auto shaped = dyn_cast<ShapedType>(operand.getType()))
      llvm::append_range(sizes, evaluator.get(operand).shape);
  AffineMap inverse = op.getShapesToLoopsMap();
  if (!inverse) {
    evaluator.setStop(Stop::Unsupported, "loops of unknown extents");
    return {};
  }
  SmallVector<int64_t> extents = inverse.compose(sizes);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<ShapedType>(operand.get().getType()))
      continue;
    const Data &data = evaluator.get(operand.get());
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [expr, size] : llvm::zip_equal(map.getResults(), data.shape))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        if (extents[dim.getPosition()] != size)
          evaluator.setStop(Stop::Undefined, "operands of different extents");
  }
  return extents;
}

static void setIndices(Evaluator &evaluator, Block &block,
                       ArrayRef<int64_t> position) {
  block.walk([&](linalg::IndexOp op) {
    evaluator.set(op, Data::ofIndex(op.getContext(), position[op.getDim()]));
  });
}

static void evaluateStructured(Evaluator &evaluator, linalg::LinalgOp op) {
  SmallVector<int64_t> extents = getExtents(evaluator, op);
  if (evaluator.isStopped())
    return;
  Block &block = *op.getBlock();
  Operation *terminator = block.getTerminator();
  SmallVector<Output> outputs;
  for (auto [i, init] : llvm::enumerate(op.getDpsInitsMutable())) {
    Output output{
        evaluator.get(init.get()), op.getMatchingIndexingMap(&init), {}, {}};
    Value yielded = terminator->getOperand(i);
    if (op.getNumReductionLoops() != 0 && isa<FloatType>(yielded.getType()))
      output.term = getTerm(op.getMatchingBlockArgument(&init), yielded);
    if (output.term)
      for (const Element &element : output.data.elements)
        output.sums.emplace_back(element);
    outputs.push_back(std::move(output));
  }
  SmallVector<std::pair<const Data *, AffineMap>> inputs;
  SmallVector<Data> scalars;
  for (OpOperand *input : op.getDpsInputOperands())
    inputs.push_back(
        {&evaluator.get(input->get()), op.getMatchingIndexingMap(input)});
  // Copies the inputs, since setting values of the body may move the inputs.
  SmallVector<Data> copies;
  for (auto [data, map] : inputs)
    copies.push_back(*data);
  bool usesIndices = op.hasIndexSemantics();

  visitPositions(extents, [&](ArrayRef<int64_t> position) {
    if (evaluator.isStopped())
      return;
    SmallVector<Data> arguments;
    auto read = [&](const Data &data, AffineMap map) {
      auto offset = data.shape.empty() ? std::optional<size_t>(0)
                                       : data.getOffset(map.compose(position));
      if (!offset)
        evaluator.setStop(Stop::Undefined, "a read outside of a tensor");
      arguments.emplace_back(data.type, offset ? data.elements[*offset]
                                               : Element::undefined());
      return offset.value_or(0);
    };
    for (auto [data, input] : llvm::zip_equal(copies, inputs))
      read(data, input.second);
    SmallVector<size_t> places;
    for (const Output &output : outputs) {
      places.push_back(read(output.data, output.map));
      if (output.term)
        arguments.back().elements.front() = Element::ofFloat(0.0);
    }
    if (evaluator.isStopped())
      return;
    if (usesIndices)
      setIndices(evaluator, block, position);
    // linalg.map and linalg.reduce order arguments like operands.
    SmallVector<Value> yielded = evaluator.run(
        block, ArrayRef(arguments).take_front(block.getNumArguments()));
    if (evaluator.isStopped())
      return;
    for (auto [output, place, value] :
         llvm::zip_equal(outputs, places, yielded))
      if (output.term)
        output.sums[place].add(getTermElement(evaluator, output.term, value));
      else
        output.data.elements[place] = evaluator.get(value).elements.front();
  });
  if (evaluator.isStopped())
    return;
  for (auto [output, result] : llvm::zip(outputs, op->getResults())) {
    for (auto [element, sum] : llvm::zip(output.data.elements, output.sums))
      element = sum.get(cast<FloatType>(output.data.type));
    evaluator.set(result, std::move(output.data));
  }
}

bool quant_bnn::fuzz::evaluateLinalg(Evaluator &evaluator, Operation *op) {
  // setIndices sets indices before the body is evaluated.
  if (isa<linalg::IndexOp>(op))
    return true;
  auto structured = dyn_cast<linalg::LinalgOp>(op);
  if (!structured || !structured.hasPureTensorSemantics())
    return false;
  evaluateStructured(evaluator, structured);
  return true;
}
