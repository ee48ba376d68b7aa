//===- EpilogueEmitter.cpp - Emit an epilogue in a kernel -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EpilogueEmitter.h"
#include "MaskedAccess.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

EpilogueEmitter::EpilogueEmitter(const Epilogue &epilogue, int64_t lanes,
                                 ArrayRef<Value> sizes,
                                 ImplicitLocOpBuilder &kernel)
    : BodyEmitter(epilogue.plan), epilogue(epilogue), sizes(sizes) {
  plan.lanes = lanes;
  b.restoreInsertionPoint(kernel.saveInsertionPoint());
  collapseBases();
}

void EpilogueEmitter::emit(ImplicitLocOpBuilder &kernel, const Sums &sums) {
  b.restoreInsertionPoint(kernel.saveInsertionPoint());
  current = sums.value;
  row = sums.row;
  if (!isa<VectorType>(current.getType()))
    current = vector::BroadcastOp::create(b, getVectorType(current.getType()),
                                          current);
  Scope scope{epilogue.getPositions(b, sums.at, sizes), {}, {}};
  Step step{{scope.at[plan.vectorLoop]}, sums.mask};
  defineCaptures(scope);
  emitStep(scope, step, State(plan.outputs.size()));
}

void EpilogueEmitter::prefetch(ImplicitLocOpBuilder &kernel,
                               const index_space::Positions &at) {
  b.restoreInsertionPoint(kernel.saveInsertionPoint());
  Positions position = epilogue.getPositions(b, at, sizes);
  auto usesAllLoops = [&](const Access &input) {
    return llvm::all_of(llvm::seq<unsigned>(plan.loops.size()),
                        [&](unsigned loop) { return input.uses(loop); });
  };
  for (const Access &input : plan.inputs)
    if (input.getValue() != epilogue.sums && usesAllLoops(input))
      memref::PrefetchOp::create(b, bases[input.operand->getOperandNumber()],
                                 buildIndices(input, position),
                                 /*isWrite=*/false, /*localityHint=*/3,
                                 /*isDataCache=*/true);
}

Value EpilogueEmitter::loadVector(const Access &access,
                                  const index_space::Positions &at,
                                  const Step &step, int64_t part) {
  if (access.getValue() == epilogue.sums)
    return current;
  return BodyEmitter::loadVector(access, at, step, part);
}

void EpilogueEmitter::storeVector(Value value, const Access &access,
                                  const index_space::Positions &at,
                                  const Step &step, int64_t part) {
  if (access.elementsPerWord <= plan.lanes)
    return BodyEmitter::storeVector(value, access, at, step, part);
  unsigned number = access.operand->getOperandNumber();
  Value base = bases[number];
  Value position = step.positions[part];
  auto beginWord = [&] {
    Word word;
    word.indices =
        buildIndices(access, index_space::enter(at, plan.vectorLoop, position));
    // A word exists if its first lane does.
    if (step.mask)
      word.mask = vector::ShuffleOp::create(b, step.mask, step.mask,
                                            ArrayRef<int64_t>{0});
    auto type = VectorType::get({1}, access.getElementType());
    word.bits =
        access.isCleared
            ? arith::ConstantOp::create(b, b.getZeroAttr(type)).getResult()
            : loadMasked(b, type, base, word.indices, word.mask);
    return word;
  };
  // The bits past the end stay as they are.
  if (step.mask)
    value = arith::AndIOp::create(b, value, step.mask);
  if (epilogue.packing == PackingSupport::PartsOfWords) {
    Word word = beginWord();
    Value distance = arith::IndexCastUIOp::create(
        b, access.getElementType(),
        fold<arith::RemUIOp>(position, index(access.elementsPerWord)));
    addBits(word, value, distance);
    return storeMasked(b, word.bits, base, word.indices, word.mask);
  }
  Word &word = words[{number, row}];
  if (word.numBits == 0)
    word = beginWord();
  addBits(word, value,
          arith::ConstantOp::create(
              b, b.getIntegerAttr(access.getElementType(), word.numBits)));
  word.numBits += plan.lanes;
  // Also before all bits are known: otherwise LLVM would move what computes the
  // first ones past the loops for the others, and all sums would be in use.
  storeMasked(b, word.bits, base, word.indices, word.mask);
  if (word.numBits == access.elementsPerWord)
    words.erase({number, row});
}

/// Adds `bits`, one per lane, to `word`, shifted by `distance`.
void EpilogueEmitter::addBits(Word &word, Value bits, Value distance) {
  auto type = cast<VectorType>(word.bits.getType());
  auto narrow = VectorType::get({1}, b.getIntegerType(plan.lanes));
  bits = vector::BitCastOp::create(b, narrow, bits);
  bits = arith::ExtUIOp::create(b, type, bits);
  bits = arith::ShLIOp::create(b, bits, broadcast(distance, type));
  word.bits = b.createOrFold<arith::OrIOp>(word.bits, bits);
}
