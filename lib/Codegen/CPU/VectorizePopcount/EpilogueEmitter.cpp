//===- EpilogueEmitter.cpp - Emit an epilogue in a kernel -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EpilogueEmitter.h"
#include "../../LoopEmission/MaskedAccess.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize_popcount;

EpilogueEmitter::EpilogueEmitter(const popcount::Epilogue &epilogue,
                                 int64_t lanes, ArrayRef<Value> sizes,
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
  vectorize::Scope scope{epilogue.getPositions(b, sums.at, sizes), {}, {}};
  vectorize::Step step{{scope.at[plan.vectorLoop]}, sums.mask};
  defineCaptures(scope);
  emitStep(scope, step, vectorize::State(plan.outputs.size()));
}

Value EpilogueEmitter::loadVector(const vectorize::Access &access,
                                  const index_space::Positions &at,
                                  const vectorize::Step &step, int64_t part) {
  if (access.getValue() == epilogue.sums)
    return current;
  return BodyEmitter::loadVector(access, at, step, part);
}

void EpilogueEmitter::storeVector(Value value, const vectorize::Access &access,
                                  const index_space::Positions &at,
                                  const vectorize::Step &step, int64_t part) {
  if (access.elementsPerWord <= plan.lanes)
    return BodyEmitter::storeVector(value, access, at, step, part);
  unsigned number = access.operand->getOperandNumber();
  Value base = bases[number];
  auto type = VectorType::get({1}, access.getElementType());
  Word &word = words[{number, row}];
  if (word.numBits == 0) {
    word.indices = buildIndices(
        access, index_space::enter(at, plan.vectorLoop, step.positions[part]));
    // A word exists if its first lane does.
    if (step.mask)
      word.mask = vector::ShuffleOp::create(b, step.mask, step.mask,
                                            ArrayRef<int64_t>{0});
    word.bits =
        access.isCleared
            ? arith::ConstantOp::create(b, b.getZeroAttr(type)).getResult()
            : loadMasked(b, type, base, word.indices, word.mask);
  }
  // The bits past the end stay as they are.
  if (step.mask)
    value = arith::AndIOp::create(b, value, step.mask);
  auto narrow = VectorType::get({1}, b.getIntegerType(plan.lanes));
  Value bits = vector::BitCastOp::create(b, narrow, value);
  bits = arith::ExtUIOp::create(b, type, bits);
  Value distance = arith::ConstantOp::create(
      b, DenseElementsAttr::get(
             type, b.getIntegerAttr(type.getElementType(), word.numBits)));
  bits = arith::ShLIOp::create(b, bits, distance);
  word.bits = b.createOrFold<arith::OrIOp>(word.bits, bits);
  word.numBits += plan.lanes;
  // Also before all bits are known: otherwise LLVM would move what computes the
  // first ones past the loops for the others, and all sums would be in use.
  storeMasked(b, word.bits, base, word.indices, word.mask);
  if (word.numBits == access.elementsPerWord)
    words.erase({number, row});
}
