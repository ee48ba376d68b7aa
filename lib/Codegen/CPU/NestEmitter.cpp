//===- NestEmitter.cpp - What nests of vector loops share -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NestEmitter.h"
#include "Tasks.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::vectorize;

void NestEmitter::prepare() {
  for (const Loop &loop : plan.loops)
    sizes.push_back(buildSize(loop));
  collapseBases();
  if (epilogue)
    epilogueEmitter.emplace(*epilogue, plan.lanes, sizes, b);
}

SmallVector<Value> NestEmitter::getSizes(ArrayRef<unsigned> loops) const {
  return llvm::map_to_vector(loops, [&](unsigned loop) { return sizes[loop]; });
}

int64_t NestEmitter::estimateElement() const {
  int64_t bits = 0;
  for (const Access &input : plan.inputs)
    if (input.uses(plan.vectorLoop))
      bits += input.getElementType().getIntOrFloatBitWidth() /
              input.elementsPerWord;
  for (const Output &output : plan.outputs)
    if (output.kind == OutputKind::Stored)
      bits += output.getElementType().getIntOrFloatBitWidth() /
              output.elementsPerWord;
  return std::max(tasks::estimateBody(*plan.getBody(), options.vectorBits),
                  tasks::estimateAccess(bits));
}

Value NestEmitter::buildCost(ArrayRef<unsigned> loops) {
  return fold<arith::MulIOp>(index_space::buildProduct(b, getSizes(loops)),
                             index(estimateElement()));
}

void NestEmitter::buildTasks(Value count,
                             llvm::function_ref<Value()> buildCostOfOne,
                             llvm::function_ref<void(Value, Value)> body) {
  if (!options.parallel)
    return body(index(0), count);
  Value grain =
      tasks::buildGrain(b, count, buildCostOfOne(), options.taskNanoseconds);
  tasks::buildRanges(b, count, grain, body);
}

void NestEmitter::storeVector(Value value, const Access &access,
                              const Positions &at, const Step &step,
                              int64_t part) {
  if (!epilogue || epilogue->storesSums)
    BodyEmitter::storeVector(value, access, at, step, part);
  if (epilogue)
    epilogueEmitter->emit(
        b,
        {value, step.mask, enter(at, plan.vectorLoop, step.positions[part])});
}
