//===- Tasks.cpp - Loops whose iterations threads share -------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Tasks.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace quant_bnn;

/// A second, in nanoseconds.
static constexpr int64_t maxTaskTime = 1'000'000'000;
/// A loop that is shared has at least the time of this many tasks.
static constexpr int64_t tasksPerLoop = 5;
/// A simple instruction on a vector. Processors run two or three in a cycle.
static constexpr int64_t picosecondsPerOp = 150;
/// A division, a square root, or a step of a polynomial for several bits.
static constexpr int64_t opsPerDivision = 8;
/// A call of the C math library, for one element.
static constexpr int64_t picosecondsPerCall = 10'000;
/// A read or a write of one element that may be far from the last one.
static constexpr int64_t picosecondsPerElementAccess = 500;
/// One thread reads or writes 16 bytes in a nanosecond.
static constexpr int64_t bitsPerNanosecond = 128;

static Value buildIndex(ImplicitLocOpBuilder &b, int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

LogicalResult quant_bnn::tasks::checkTaskTime(int64_t taskTime,
                                              MLIRContext *context) {
  if (taskTime >= 0 && taskTime <= maxTaskTime)
    return success();
  return emitError(UnknownLoc::get(context))
         << "task-time must be between 0 and " << maxTaskTime << ", but is "
         << taskTime;
}

Value quant_bnn::tasks::buildLeast(ImplicitLocOpBuilder &b, Value cost,
                                   int64_t taskNanoseconds) {
  Value one = buildIndex(b, 1);
  Value least = b.createOrFold<arith::CeilDivUIOp>(
      buildIndex(b, taskNanoseconds * 1000),
      b.createOrFold<arith::MaxUIOp>(cost, one));
  return b.createOrFold<arith::MaxUIOp>(least, one);
}

Value quant_bnn::tasks::buildGrain(ImplicitLocOpBuilder &b, Value count,
                                   Value cost, int64_t taskNanoseconds) {
  int64_t picoseconds = taskNanoseconds * 1000;
  Value least = buildLeast(b, cost, taskNanoseconds);
  Value total = b.createOrFold<arith::MulIOp>(count, cost);
  Value pays =
      b.createOrFold<arith::CmpIOp>(arith::CmpIPredicate::uge, total,
                                    buildIndex(b, tasksPerLoop * picoseconds));
  Value all = b.createOrFold<arith::MaxUIOp>(count, buildIndex(b, 1));
  return b.createOrFold<arith::SelectOp>(pays, least, all);
}

bool quant_bnn::tasks::isOneTask(Value count, Value grain) {
  std::optional<int64_t> size = getConstantIntValue(count);
  std::optional<int64_t> length = getConstantIntValue(grain);
  return count == grain || (size && length && *size <= *length);
}

void quant_bnn::tasks::buildRanges(ImplicitLocOpBuilder &b, Value count,
                                   Value grain,
                                   function_ref<void(Value, Value)> body) {
  Value zero = buildIndex(b, 0);
  if (isOneTask(count, grain))
    return body(zero, count);
  scf::ParallelOp::create(
      b, ValueRange{zero}, ValueRange{count}, ValueRange{grain},
      [&](OpBuilder &nested, Location, ValueRange ivs) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(nested.saveInsertionPoint());
        Value end = b.createOrFold<arith::AddIOp>(ivs.front(), grain);
        body(ivs.front(), b.createOrFold<arith::MinUIOp>(end, count));
      });
}

void quant_bnn::tasks::buildLoop(ImplicitLocOpBuilder &b, Value count,
                                 Value grain, function_ref<void(Value)> body) {
  buildRanges(b, count, grain, [&](Value lower, Value upper) {
    scf::ForOp::create(b, lower, upper, buildIndex(b, 1), ValueRange(),
                       [&](OpBuilder &nested, Location, Value iv, ValueRange) {
                         OpBuilder::InsertionGuard guard(b);
                         b.restoreInsertionPoint(nested.saveInsertionPoint());
                         body(iv);
                         scf::YieldOp::create(b);
                       });
  });
}

/// Returns the time that `op` takes for an element.
static int64_t estimateOp(Operation *op, int64_t vectorBits) {
  if (op->getNumResults() == 0 || op->hasTrait<OpTrait::ConstantLike>())
    return 0;
  int64_t bits = 1;
  for (Type type : op->getOperandTypes())
    if (type.isIntOrFloat())
      bits = std::max<int64_t>(bits, type.getIntOrFloatBitWidth());
  int64_t picoseconds = std::max<int64_t>(
      picosecondsPerOp * std::min(bits, vectorBits) / vectorBits, 1);
  if (isa<arith::DivFOp, arith::DivSIOp, arith::DivUIOp, arith::RemFOp,
          arith::RemSIOp, arith::RemUIOp, math::SqrtOp, math::RsqrtOp>(op))
    return picoseconds * opsPerDivision;
  bool isSimple =
      !isa<math::MathDialect>(op->getDialect()) ||
      isa<math::AbsFOp, math::AbsIOp, math::CeilOp, math::CopySignOp,
          math::CtPopOp, math::FloorOp, math::FmaOp, math::RoundOp,
          math::RoundEvenOp, math::TruncOp>(op);
  return isSimple ? picoseconds : picosecondsPerCall;
}

int64_t quant_bnn::tasks::estimateBody(Block &block, int64_t vectorBits) {
  int64_t picoseconds = 0;
  block.walk([&](Operation *op) { picoseconds += estimateOp(op, vectorBits); });
  return std::max<int64_t>(picoseconds, 1);
}

int64_t quant_bnn::tasks::estimateElement(Block &block) {
  return estimateBody(block, /*vectorBits=*/1) +
         block.getNumArguments() * picosecondsPerElementAccess;
}

int64_t quant_bnn::tasks::estimateAccess(int64_t bits) {
  return std::max<int64_t>(bits * 1000 / bitsPerNanosecond, 1);
}
