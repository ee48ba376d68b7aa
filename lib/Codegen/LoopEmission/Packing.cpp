//===- Packing.cpp - Bits of elements in words ----------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bit of element k of a row is bit k mod N of word k floordiv N of that
// row. A vector of bits that begins at a multiple of N and whose length is a
// multiple of N is cast to words, so operations that shift bits to their place
// and back are not emitted.
//
//===----------------------------------------------------------------------===//

#include "Packing.h"
#include "Fills.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn::vectorize;

std::optional<int64_t> quant_bnn::vectorize::matchPackedIndex(AffineExpr expr) {
  auto division = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!division || division.getKind() != AffineExprKind::FloorDiv ||
      !isa<AffineDimExpr>(division.getLHS()))
    return std::nullopt;
  auto divisor = dyn_cast<AffineConstantExpr>(division.getRHS());
  if (!divisor || divisor.getValue() < 2)
    return std::nullopt;
  return divisor.getValue();
}

namespace {
/// Matches the operations of the body of a plan on packed operands.
class PackingMatcher {
public:
  explicit PackingMatcher(Plan &plan) : plan(plan) {}
  LogicalResult run();

private:
  bool matchShift(const Access &access, Value shift);
  LogicalResult matchInput(Access &input);
  LogicalResult matchOutput(Output &output);

  Plan &plan;
};
} // namespace

/// Whether a word of `access` has as many bits as it holds elements.
static bool holdsBits(const Access &access) {
  return access.getElementType().isInteger(access.elementsPerWord);
}

/// Matches k mod N.
bool PackingMatcher::matchShift(const Access &access, Value shift) {
  auto cast = shift.getDefiningOp<arith::IndexCastUIOp>();
  auto position =
      cast ? cast.getIn().getDefiningOp<arith::RemUIOp>() : arith::RemUIOp();
  if (!position ||
      getConstantIntValue(position.getRhs()) != access.elementsPerWord)
    return false;
  auto index = position.getLhs().getDefiningOp<linalg::IndexOp>();
  // If dimensions are merged, all but the last one advance by whole words.
  if (!index || index.getDim() != plan.loops[plan.vectorLoop].dims.back())
    return false;
  plan.packing.insert_range(ArrayRef<Operation *>{cast, position, index});
  return true;
}

/// Matches trunci(shrui(word, k mod N)).
LogicalResult PackingMatcher::matchInput(Access &input) {
  for (Operation *user : input.argument.getUsers()) {
    auto shift = dyn_cast<arith::ShRUIOp>(user);
    if (!shift || shift.getLhs() != input.argument ||
        !matchShift(input, shift.getRhs()))
      return failure();
    plan.packing.insert(shift);
    for (Operation *shiftUser : shift->getUsers()) {
      auto bit = dyn_cast<arith::TruncIOp>(shiftUser);
      if (!bit || !bit.getType().isInteger(1))
        return failure();
      plan.packing.insert(bit);
      input.bits.push_back(bit);
    }
  }
  return success();
}

/// Matches ori(word, shli(extui(bit), k mod N)).
LogicalResult PackingMatcher::matchOutput(Output &output) {
  auto sum = output.getYielded().getDefiningOp<arith::OrIOp>();
  if (!sum || !output.argument.hasOneUse())
    return failure();
  Value shifted = sum.getLhs();
  if (shifted == output.argument)
    shifted = sum.getRhs();
  else if (sum.getRhs() != output.argument)
    return failure();
  auto shift = shifted.getDefiningOp<arith::ShLIOp>();
  if (!shift || !matchShift(output, shift.getRhs()))
    return failure();
  auto bit = shift.getLhs().getDefiningOp<arith::ExtUIOp>();
  if (!bit || !bit.getIn().getType().isInteger(1))
    return failure();
  plan.packing.insert_range(ArrayRef<Operation *>{sum, shift, bit});
  output.packedBit = bit.getIn();
  output.isCleared =
      isMarkedCleared(plan.op, output.operand->getOperandNumber());
  return success();
}

LogicalResult PackingMatcher::run() {
  for (Access &input : plan.inputs)
    if (input.isPacked() && (!holdsBits(input) || failed(matchInput(input))))
      return failure();
  for (Output &output : plan.outputs)
    if (output.isPacked() &&
        (!holdsBits(output) || failed(matchOutput(output))))
      return failure();
  // Other users of these operations would need them to be emitted.
  return success(llvm::all_of(plan.packing, [&](Operation *op) {
    return isa<arith::TruncIOp>(op) ||
           llvm::all_of(op->getUsers(), [&](Operation *user) {
             return plan.packing.contains(user) ||
                    (isa<arith::OrIOp>(op) && isa<linalg::YieldOp>(user));
           });
  }));
}

LogicalResult quant_bnn::vectorize::analyzePacking(Plan &plan) {
  return PackingMatcher(plan).run();
}

//===----------------------------------------------------------------------===//
// Fills
//===----------------------------------------------------------------------===//

/// The name of an attribute of an op with packed outputs: the numbers of the
/// operands whose words are 0 before it.
static constexpr StringLiteral clearedAttrName = "bnn_codegen.cleared";

bool quant_bnn::vectorize::isMarkedCleared(linalg::LinalgOp op,
                                           unsigned number) {
  auto attr = op->getAttrOfType<DenseI64ArrayAttr>(clearedAttrName);
  return attr && llvm::is_contained(attr.asArrayRef(), number);
}

static void markCleared(linalg::LinalgOp op, unsigned number) {
  SmallVector<int64_t> numbers = {int64_t(number)};
  if (auto attr = op->getAttrOfType<DenseI64ArrayAttr>(clearedAttrName))
    llvm::append_range(numbers, attr.asArrayRef());
  op->setAttr(clearedAttrName,
              DenseI64ArrayAttr::get(op->getContext(), numbers));
}

/// Restricts `fill` to the words past those of the elements of `sizeOf`. There
/// are no such words unless a caller chose a larger buffer.
static void fillRestOnly(linalg::FillOp fill, const Output &output,
                         Value sizeOf) {
  ImplicitLocOpBuilder b(fill.getLoc(), output.operand->getOwner());
  auto buildDim = [&](Value memref) -> Value {
    return memref::DimOp::create(b, memref, 0);
  };
  Value perWord = arith::ConstantIndexOp::create(b, output.elementsPerWord);
  OpFoldResult written =
      arith::CeilDivUIOp::create(b, buildDim(sizeOf), perWord).getResult();
  Value words = output.getValue();
  OpFoldResult rest =
      arith::SubIOp::create(b, buildDim(words), cast<Value>(written))
          .getResult();
  Value subview = memref::SubViewOp::create(b, words, written, rest,
                                            OpFoldResult(b.getIndexAttr(1)));
  fill->moveBefore(output.operand->getOwner());
  fill.getDpsInitOperand(0)->set(subview);
}

void quant_bnn::vectorize::dropOverwrittenFills(linalg::LinalgOp op,
                                                const Options &options) {
  auto isPacked = [](AffineMap map) {
    return map.getNumResults() > 0 && matchPackedIndex(map.getResults().back());
  };
  if (!op.hasPureBufferSemantics() ||
      llvm::none_of(op.getIndexingMapsArray(), isPacked))
    return;
  FailureOr<Plan> plan = buildPlan(op, options);
  // An op that accumulates may be separated into several.
  if (failed(plan) || !llvm::all_of(plan->outputs, [](const Output &output) {
        return output.kind == OutputKind::Stored;
      }))
    return;
  for (const Output &output : plan->outputs) {
    linalg::FillOp fill =
        output.isPacked() ? findFill(op, output.getValue()) : nullptr;
    if (!fill || !matchPattern(fill.getInputs().front(), m_Zero()))
      continue;
    markCleared(op, output.operand->getOperandNumber());
    int64_t size = plan->loops[plan->vectorLoop].size;
    int64_t words = output.getMemRefType().getShape().back();
    bool isKnown = plan->loops[plan->vectorLoop].dims.size() == 1 &&
                   !ShapedType::isDynamic(size) &&
                   !ShapedType::isDynamic(words);
    if (isKnown &&
        words == llvm::divideCeilSigned(size, output.elementsPerWord)) {
      fill.erase();
      continue;
    }
    auto isElements = [&](OpOperand &operand) {
      return op.getMatchingIndexingMap(&operand).isIdentity();
    };
    auto *elements = llvm::find_if(op->getOpOperands(), isElements);
    if (op.getNumLoops() == 1 && elements != op->getOpOperands().end())
      fillRestOnly(fill, output, elements->get());
  }
}
