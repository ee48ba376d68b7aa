//===- TranspositionEmitter.cpp - Transposing loops -----------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Some inputs lie along another loop than the outputs do. For each square of
// these two loops, vectors of such an input are transposed in registers, and
// stored to a small buffer, whose rows lie as the outputs do. A line of memory
// is then read and written as a whole, or soon again.
//
//===----------------------------------------------------------------------===//

#include "TranspositionEmitter.h"
#include "../LoopEmission/MaskedAccess.h"
#include "../LoopEmission/Transposition.h"
#include "NestEmitter.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

namespace {
/// Which sides of a square are known to be within the extents of the loops.
struct Whole {
  bool rows;
  bool columns;
};

class TranspositionEmitter : public NestEmitter {
public:
  TranspositionEmitter(const Plan &plan, const Options &options)
      : NestEmitter(plan, options, /*epilogue=*/nullptr),
        rowLoop(*plan.transposedLoop) {}

  void emit();

private:
  void splitLoops();
  void emitNest(unsigned level, const Positions &at, Value column);
  Value isWithin(Value first, unsigned loop);
  void emitSquares(const Positions &at, Value column);
  void emitSquare(const Positions &at, Value row, Value column, Whole whole);
  void transpose(const Access &input, const Positions &at, Value row,
                 Value column, Whole whole);
  Value loadVector(const Access &access, const Positions &at, const Step &step,
                   int64_t part) override;

  /// The loop along which transposed inputs lie: its iterations are the rows of
  /// squares, and those of the vector loop are the columns.
  unsigned rowLoop;
  /// The other loops: those outside of all squares, and those inside of a
  /// vector of columns.
  SmallVector<unsigned> outside, inside;
  /// By operand number, for transposed inputs: the square that is computed.
  llvm::SmallMapVector<unsigned, Value, 2> squares;
  /// The row of the square that is computed.
  Value current;
};
} // namespace

/// Returns which index of `access` is a function of `loop`, or the number of
/// indices.
static size_t findIndex(const Access &access, unsigned loop) {
  const AffineExpr *index = llvm::find_if(access.indices, [&](AffineExpr expr) {
    return expr.isFunctionOfDim(loop);
  });
  return index - access.indices.begin();
}

/// Loops that are outside of both loops of squares in memory, for inputs and
/// outputs, are outside; the others lie between them.
void TranspositionEmitter::splitLoops() {
  for (unsigned loop : plan.outer) {
    if (loop == rowLoop)
      continue;
    auto isOutside = [&](const Access &access) {
      size_t index = findIndex(access, loop);
      return !access.uses(loop) || (index < findIndex(access, rowLoop) &&
                                    index < findIndex(access, plan.vectorLoop));
    };
    auto isOutsideInput = [&](const Access &input) {
      return !plan.isTransposed(input) || isOutside(input);
    };
    bool isOuter = llvm::all_of(plan.inputs, isOutsideInput) &&
                   llvm::all_of(plan.outputs, isOutside);
    (isOuter ? outside : inside).push_back(loop);
  }
}

/// Emits the square of `input` at `row` and `column`. Rows and columns past the
/// end hold anything.
void TranspositionEmitter::transpose(const Access &input, const Positions &at,
                                     Value row, Value column, Whole whole) {
  Value base = bases[input.operand->getOperandNumber()];
  VectorType type = getVectorType(input.getElementType());
  Value mask;
  if (!whole.rows)
    mask =
        vector::CreateMaskOp::create(b, getVectorType(b.getI1Type()),
                                     fold<arith::SubIOp>(sizes[rowLoop], row));
  Value lastColumn = fold<arith::SubIOp>(sizes[plan.vectorLoop], index(1));
  SmallVector<Value> vectors;
  for (int64_t i = 0; i < plan.lanes; ++i) {
    Value position = fold<arith::AddIOp>(column, index(i));
    if (!whole.columns)
      position = fold<arith::MinUIOp>(position, lastColumn);
    Positions first = enter(enter(at, plan.vectorLoop, position), rowLoop, row);
    vectors.push_back(
        loadMasked(b, type, base, buildIndices(input, first), mask));
  }
  transposeParts(b, vectors);
  Value square = squares.lookup(input.operand->getOperandNumber());
  for (auto [i, vector] : llvm::enumerate(vectors))
    vector::StoreOp::create(b, vector, square, ValueRange{index(i), index(0)});
}

Value TranspositionEmitter::loadVector(const Access &access,
                                       const Positions &at, const Step &step,
                                       int64_t part) {
  Value square = squares.lookup(access.operand->getOperandNumber());
  if (!square)
    return NestEmitter::loadVector(access, at, step, part);
  return vector::LoadOp::create(b, getVectorType(access.getElementType()),
                                square, ValueRange{current, index(0)});
}

/// Emits the square at `row` and `column`.
void TranspositionEmitter::emitSquare(const Positions &at, Value row,
                                      Value column, Whole whole) {
  for (const Access &input : plan.inputs)
    if (plan.isTransposed(input) && !input.argument.use_empty())
      transpose(input, at, row, column, whole);
  Value count = index(plan.lanes);
  if (!whole.rows)
    count =
        fold<arith::MinUIOp>(count, fold<arith::SubIOp>(sizes[rowLoop], row));
  Step step;
  step.positions.push_back(column);
  if (!whole.columns)
    maskTail(step, sizes[plan.vectorLoop]);
  buildCarryingFor(index(0), count, index(1), [&](Value iv) {
    current = iv;
    Scope scope{enter(at, rowLoop, fold<arith::AddIOp>(row, iv)), {}, {}};
    defineCaptures(scope);
    emitUniform(scope);
    emitStep(scope, step, State(plan.outputs.size()));
  });
}

/// Builds whether all of a square from `first` on is within the extent of
/// `loop`.
Value TranspositionEmitter::isWithin(Value first, unsigned loop) {
  int64_t extent = plan.loops[loop].size;
  if (!ShapedType::isDynamic(extent) &&
      (extent < plan.lanes || extent % plan.lanes == 0))
    return arith::ConstantOp::create(b, b.getBoolAttr(extent >= plan.lanes));
  return b.createOrFold<arith::CmpIOp>(
      arith::CmpIPredicate::ule, fold<arith::AddIOp>(first, index(plan.lanes)),
      sizes[loop]);
}

/// Emits the squares of the columns from `column` on.
void TranspositionEmitter::emitSquares(const Positions &at, Value column) {
  Value hasColumns = isWithin(column, plan.vectorLoop);
  buildCarryingFor(index(0), sizes[rowLoop], index(plan.lanes), [&](Value row) {
    Value hasRows = isWithin(row, rowLoop);
    Whole known = {matchPattern(hasRows, m_One()),
                   matchPattern(hasColumns, m_One())};
    Value isWhole = fold<arith::AndIOp>(hasRows, hasColumns);
    if (getConstantIntValue(isWhole))
      return emitSquare(at, row, column, known);
    auto branch = scf::IfOp::create(b, isWhole, /*withElseRegion=*/true);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(branch.thenYield());
    emitSquare(at, row, column, {/*rows=*/true, /*columns=*/true});
    b.setInsertionPoint(branch.elseYield());
    emitSquare(at, row, column, known);
  });
}

/// Emits the loops inside from number `level` on, and the squares in them.
void TranspositionEmitter::emitNest(unsigned level, const Positions &at,
                                    Value column) {
  if (level == inside.size())
    return emitSquares(at, column);
  unsigned loop = inside[level];
  buildCarryingFor(index(0), sizes[loop], index(1), [&](Value iv) {
    emitNest(level + 1, enter(at, loop, iv), column);
  });
}

void TranspositionEmitter::emit() {
  prepare();
  splitLoops();
  SmallVector<Value> extents = getSizes(outside);
  extents.push_back(
      fold<arith::CeilDivUIOp>(sizes[plan.vectorLoop], index(plan.lanes)));
  Value count = index_space::buildProduct(b, extents);
  auto emitRange = [&](Value lower, Value upper) {
    for (const Access &input : plan.inputs)
      if (plan.isTransposed(input))
        squares[input.operand->getOperandNumber()] = memref::AllocOp::create(
            b,
            MemRefType::get({plan.lanes, plan.lanes}, input.getElementType()),
            b.getI64IntegerAttr(64));
    buildCarryingFor(lower, upper, index(1), [&](Value iv) {
      SmallVector<Value> position = index_space::delinearize(b, iv, extents);
      Value column =
          fold<arith::MulIOp>(position.pop_back_val(), index(plan.lanes));
      emitNest(0, enter(Positions(plan.loops.size()), outside, position),
               column);
    });
    for (const auto &[number, square] : squares)
      memref::DeallocOp::create(b, square);
  };
  auto buildCostOfOne = [&] {
    SmallVector<unsigned> loops = inside;
    loops.push_back(rowLoop);
    return fold<arith::MulIOp>(buildCost(loops), index(plan.lanes));
  };
  buildTasks(count, buildCostOfOne, emitRange);
}

void quant_bnn::vectorize::emitTransposition(const Plan &plan,
                                             const Options &options) {
  TranspositionEmitter(plan, options).emit();
}
