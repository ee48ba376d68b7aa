//===- LookupEmitter.cpp - Contractions with bits by lookup ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One factor of each product is one of two constants, as a bit says. The sum of
// four consecutive products, a group, is therefore one of 16 values, which
// depend on the row only. They are the lanes of a table, and the four bits of a
// column are the number of a lane: one instruction looks up the sums of 16
// columns. All columns of a task use the tables of its rows, and all rows use
// the numbers of a strip of columns.
//
//===----------------------------------------------------------------------===//

#include "LookupEmitter.h"
#include "../LoopEmission/Reductions.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

/// The terms of a group, and its sums: the lanes of a vector of f32.
static constexpr int64_t groupTerms = 4;
static constexpr int64_t tableSize = 1 << groupTerms;
/// The tables of so many rows stay in the L2 cache.
static constexpr int64_t maxTaskRows = 32;
/// So many columns use a table that building it is a small part of the work.
static constexpr int64_t maxTaskColumns = 2048;
static constexpr int64_t cacheLineBits = cacheLineBytes * 8;

int64_t LookupEmitter::getTaskRows() const {
  return maxTaskRows / blocking.kernelRows * blocking.kernelRows;
}

int64_t LookupEmitter::getTaskColumns() const {
  return std::max(maxTaskColumns, plan.lanes);
}

int64_t LookupEmitter::getMostGroups() const {
  return std::max<int64_t>(llvm::divideCeil(getMostTerms(), groupTerms), 1);
}

/// Returns the number of words that are copied at once. Rows of words may be
/// far apart, so a line is read once for all strips that have words there.
int64_t LookupEmitter::getWordsOfLine() const {
  return std::max(cacheLineBits, plan.lanes) / blocking.packed->elementsPerWord;
}

void LookupEmitter::allocateBuffers() {
  Type type = getOutput().getElementType();
  int64_t groups = getMostGroups(), terms = groups * groupTerms;
  const Access &bits = *blocking.packed;
  factors = allocate({terms}, type);
  words = allocate({terms, getWordsOfLine()}, bits.getElementType());
  tables = allocate({getTaskRows(), groups * tableSize}, type);
  numbers = allocate({groups, plan.lanes}, b.getI32Type());
  totals = keepsTotals() ? allocate({getTaskRows(), getTaskColumns()}, type)
                         : Value();
}

/// Builds the number of groups of `block`. The last one may have fewer terms.
Value LookupEmitter::buildGroupCount(const Block &block) {
  return fold<arith::CeilDivUIOp>(fold<arith::SubIOp>(block.upper, block.lower),
                                  index(groupTerms));
}

/// Emits the loop over the groups of `block`. `body` emits one, which gets its
/// number and that of its first term.
void LookupEmitter::emitGroups(const Block &block,
                               llvm::function_ref<void(Value, Value)> body) {
  buildCarryingFor(index(0), buildGroupCount(block), index(1),
                   [&](Value group) {
                     body(group, fold<arith::MulIOp>(group, index(groupTerms)));
                   });
}

/// Emits zeros for the terms that the last group of `block` does not have.
void LookupEmitter::clearRest(const Block &block, Value buffer) {
  auto type = cast<MemRefType>(buffer.getType());
  Value end = fold<arith::MulIOp>(buildGroupCount(block), index(groupTerms));
  buildCarryingFor(
      fold<arith::SubIOp>(block.upper, block.lower), end, index(1),
      [&](Value term) {
        SmallVector<Value> indices = {term};
        Value zero =
            arith::ConstantOp::create(b, b.getZeroAttr(type.getElementType()));
        if (type.getRank() == 1) {
          memref::StoreOp::create(b, zero, buffer, indices);
          return;
        }
        indices.push_back(index(0));
        vector::StoreOp::create(
            b,
            broadcast(zero, VectorType::get(type.getShape().back(),
                                            type.getElementType())),
            buffer, indices);
      });
}

/// Emits the tables of `row`. Sum number n of a group has the factor for a set
/// bit in term i where bit i of n is set.
void LookupEmitter::emitTable(const Strip &task, const Block &block,
                              Value row) {
  const BitFactor &bits = *blocking.bitFactor;
  Scope scope{buildRows(task.at, row, 1).front(), {}, {}};
  emitUniform(scope);
  emitTerms(scope.at, block, {}, [&](const Positions &at, Value term, State) {
    Scope inner = scope;
    inner.at = at;
    emitUniform(inner);
    memref::StoreOp::create(b, inner.scalars.lookupOrDefault(bits.other),
                            factors, term);
    return State();
  });
  clearRest(block, factors);

  auto type = VectorType::get(tableSize, getOutput().getElementType());
  auto buildBitFactors = [&](int64_t term) -> Value {
    SmallVector<Attribute> lanes;
    for (int64_t lane = 0; lane < tableSize; ++lane)
      lanes.push_back(lane >> term & 1 ? bits.ifSet : bits.ifClear);
    return arith::ConstantOp::create(b, DenseElementsAttr::get(type, lanes));
  };
  Value tableRow = fold<arith::SubIOp>(row, task.firstRow);
  emitGroups(block, [&](Value group, Value first) {
    Value sums;
    for (int64_t term = 0; term < groupTerms; ++term) {
      Value factor = vector::BroadcastOp::create(
          b, type,
          memref::LoadOp::create(b, factors,
                                 fold<arith::AddIOp>(first, index(term))));
      Value bitFactors = buildBitFactors(term);
      sums = sums ? math::FmaOp::create(b, factor, bitFactors, sums).getResult()
                  : arith::MulFOp::create(b, factor, bitFactors).getResult();
    }
    vector::StoreOp::create(
        b, sums, tables,
        ValueRange{tableRow, fold<arith::MulIOp>(group, index(tableSize))});
  });
}

/// Emits the copy of the words of `block` from `column` on: of a whole line, or
/// of the last columns.
void LookupEmitter::emitWords(const Strip &task, const Block &block,
                              Value column, bool isWhole) {
  const Access &bits = *blocking.packed;
  Value base = bases[bits.operand->getOperandNumber()];
  auto line = VectorType::get(getWordsOfLine(), bits.getElementType());
  emitTerms(task.at, block, {}, [&](const Positions &at, Value term, State) {
    SmallVector<Value> first =
        buildIndices(bits, enter(at, plan.vectorLoop, column));
    if (isWhole) {
      vector::StoreOp::create(b, vector::LoadOp::create(b, line, base, first),
                              words, ValueRange{term, index(0)});
      return State();
    }
    Value count = fold<arith::CeilDivUIOp>(
        fold<arith::SubIOp>(sizes[plan.vectorLoop], column),
        index(bits.elementsPerWord));
    buildCarryingFor(index(0), count, index(1), [&](Value word) {
      SmallVector<Value> indices = first;
      indices.back() = fold<arith::AddIOp>(indices.back(), word);
      memref::StoreOp::create(b, memref::LoadOp::create(b, base, indices),
                              words, ValueRange{term, word});
    });
    return State();
  });
  clearRest(block, words);
}

/// Emits the numbers of the groups of `block` for a strip, whose words begin
/// with `firstWord` of a line.
void LookupEmitter::emitNumbers(const Block &block, Value firstWord) {
  const Access &bits = *blocking.packed;
  auto wordsType =
      VectorType::get(plan.lanes / bits.elementsPerWord, bits.getElementType());
  emitGroups(block, [&](Value group, Value first) {
    Value number;
    for (int64_t term = 0; term < groupTerms; ++term) {
      Value word = vector::LoadOp::create(
          b, wordsType, words,
          ValueRange{fold<arith::AddIOp>(first, index(term)), firstWord});
      Value isSet =
          vector::BitCastOp::create(b, getVectorType(b.getI1Type()), word);
      auto build = [&](int64_t value) {
        return broadcast(
            arith::ConstantOp::create(b, b.getI8IntegerAttr(value)));
      };
      Value digit =
          arith::SelectOp::create(b, isSet, build(1 << term), build(0));
      number =
          number ? arith::OrIOp::create(b, number, digit).getResult() : digit;
    }
    vector::StoreOp::create(
        b, arith::ExtUIOp::create(b, getVectorType(b.getI32Type()), number),
        numbers, ValueRange{group, index(0)});
  });
}

/// Emits the sums of `block` in `rows` rows from `firstRow` on.
void LookupEmitter::emitKernel(const Strip &strip, const Block &block,
                               Value firstRow, int64_t rows) {
  auto type = VectorType::get(tableSize, getOutput().getElementType());
  VectorType numberType = type.clone(b.getI32Type());
  // The vector dialect does not have this operation.
  StringAttr lookup = b.getStringAttr("llvm.x86.avx512.permvar.sf.512");
  int64_t parts = plan.lanes / tableSize;
  Value tableRow = fold<arith::SubIOp>(firstRow, strip.firstRow);

  SmallVector<Value> sums(rows * parts,
                          buildNeutral(b, *getOutput().combiner, type));
  sums = buildFor(
      index(0), buildGroupCount(block), index(1), sums,
      [&](Value group, ValueRange before) {
        SmallVector<Value> after;
        SmallVector<Value> numbersOfParts;
        for (int64_t part = 0; part < parts; ++part)
          numbersOfParts.push_back(vector::LoadOp::create(
              b, numberType, numbers,
              ValueRange{group, index(part * tableSize)}));
        for (int64_t row = 0; row < rows; ++row) {
          Value table = vector::LoadOp::create(
              b, type, tables,
              ValueRange{fold<arith::AddIOp>(tableRow, index(row)),
                         fold<arith::MulIOp>(group, index(tableSize))});
          for (Value number : numbersOfParts) {
            Value found = LLVM::CallIntrinsicOp::create(
                              b, type, lookup, ValueRange{table, number})
                              ->getResult(0);
            after.push_back(
                arith::AddFOp::create(b, before[after.size()], found));
          }
        }
        return after;
      });

  SmallVector<Value> vectors;
  for (int64_t row = 0; row < rows; ++row) {
    VectorType whole = getVectorType(type.getElementType());
    Value vector = arith::ConstantOp::create(b, b.getZeroAttr(whole));
    for (int64_t part = 0; part < parts; ++part)
      vector = vector::InsertStridedSliceOp::create(
          b, sums[row * parts + part], vector, part * tableSize, 1);
    vectors.push_back(vector);
  }
  finishBlock(strip, block, buildRows(strip.at, firstRow, rows), firstRow,
              vectors);
}

void LookupEmitter::emitTask(const Strip &task, Value lower, Value upper) {
  auto emitStrips = [&](Value from, Value to,
                        llvm::function_ref<void(const Strip &, Value)> body) {
    emitColumns(
        from, to, plan.lanes, plan.lanes, [&](Value column, bool isWhole) {
          Strip strip = buildStrip(task, column, /*vectors=*/1, isWhole);
          strip.totalsColumn = fold<arith::SubIOp>(column, lower);
          body(strip, column);
        });
  };
  emitStrips(lower, upper,
             [&](const Strip &strip, Value) { emitInitialTotals(strip); });
  int64_t perWord = blocking.packed->elementsPerWord;
  int64_t width = getWordsOfLine() * perWord;
  emitBlocks([&](const Block &block) {
    buildCarryingFor(task.firstRow, task.lastRow, index(1),
                     [&](Value row) { emitTable(task, block, row); });
    emitColumns(lower, upper, width, width, [&](Value first, bool isWhole) {
      emitWords(task, block, first, isWhole);
      Value end = fold<arith::AddIOp>(first, index(width));
      emitStrips(
          first, isWhole ? end : upper, [&](const Strip &strip, Value column) {
            emitNumbers(block,
                        fold<arith::DivUIOp>(fold<arith::SubIOp>(column, first),
                                             index(perWord)));
            emitRows(strip, [&](Value row, int64_t count) {
              emitKernel(strip, block, row, count);
            });
          });
    });
  });
}
