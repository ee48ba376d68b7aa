//===- GenerateControlFlow.cpp - Random conditions, loops and calls -------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Generator.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::fuzz;

/// The maximal nesting depth.
static constexpr unsigned maxDepth = 2;

/// Adds an scf.if whose regions yield the value x, or a value of its type that
/// ops of the region compute.
void Generator::addIf() {
  if (depth >= maxDepth)
    return addQuantizer();
  Value condition = random.oneIn(2)
                        ? anyBit()
                        : arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                                anyScalar(), floatConstant(0.0))
                              .getResult();
  Entry x = random.oneIn(3) ? Entry{anyScalar(), {}} : anyElements();
  auto op = scf::IfOp::create(b, TypeRange{x.value.getType()}, condition,
                              /*addThenBlock=*/true, /*addElseBlock=*/true);
  ++depth;
  for (Region *region : {&op.getThenRegion(), &op.getElseRegion()}) {
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPointToStart(&region->front());
    size_t numEntries = entries.size();
    Value result = x.value;
    if (random.oneIn(4)) {
      addOp();
      // Only a yielded value is visible outside of the region.
      for (const Entry &entry : ArrayRef(entries).drop_front(numEntries))
        if (entry.value.getType() == x.value.getType() &&
            entry.extents == x.extents)
          result = entry.value;
    } else if (!random.oneIn(4)) {
      result =
          PackedAttr::find(x.value.getType()) ? bitMath(x.value, 1)
          : theme == Theme::Smooth && llvm::isa<FloatType>(x.value.getType())
              ? smoothOp(x.value)
          : theme == Theme::Smooth
              ? arith::MulFOp::create(b, x.value, x.value).getResult()
              : quantizer(x.value);
    }
    scf::YieldOp::create(b, result);
    llvm::erase_if(entries, [&](Entry &entry) {
      return region->isAncestor(entry.value.getParentRegion());
    });
  }
  --depth;
  add(op.getResult(0), x.extents);
}

/// Adds a loop of at most three iterations that carries a value.
void Generator::addFor() {
  if (depth >= maxDepth)
    return addQuantizer();
  Entry x = random.oneIn(3) ? Entry{anyScalar(), {}} : anyElements();
  auto op = scf::ForOp::create(b, index(0), index(random.below(4)), index(1),
                               x.value);
  ++depth;
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(op.getBody());
  Value carried = op.getRegionIterArg(0), result = carried;
  if (llvm::isa<FloatType>(carried.getType())) {
    result = scalarMath({carried, x.value}, 1 + random.below(2));
  } else if (PackedAttr::find(carried.getType())) {
    result = bitMath({carried, x.value}, 1 + random.below(2));
  } else if (random.oneIn(2)) {
    result = arith::AddFOp::create(b, carried, x.value);
  } else if (theme == Theme::Smooth) {
    result = arith::MulFOp::create(b, carried, x.value);
  } else {
    result = quantizer(carried);
  }
  scf::YieldOp::create(b, result);
  --depth;
  add(op.getResult(0), x.extents);
}

/// Adds a call of an existing function, on arguments of the extents that the
/// function requires.
void Generator::addCall() {
  if (functions.empty())
    return addElementwise();
  func::FuncOp callee = random.pick(functions);
  SmallVector<Value> operands;
  for (auto [i, argumentType] : llvm::enumerate(callee.getArgumentTypes())) {
    Shape extents;
    if (auto tensor = llvm::dyn_cast<RankedTensorType>(argumentType)) {
      extents.assign(tensor.getShape());
      if (auto attr =
              callee.getArgAttrOfType<DenseI64ArrayAttr>(i, extentsAttr))
        extents.assign(attr.asArrayRef().begin(), attr.asArrayRef().end());
    }
    Value operand;
    for (const Entry &entry : entries)
      if (entry.value.getType() == argumentType && entry.extents == extents &&
          random.oneIn(2))
        operand = entry.value;
    operands.push_back(operand ? operand
                               : argument(argumentType, extents).value);
  }
  auto call = func::CallOp::create(b, callee, operands);
  // The extents of a result are known only if its type is static.
  for (Value result : call.getResults()) {
    auto tensor = llvm::dyn_cast<RankedTensorType>(result.getType());
    if (!tensor)
      add(result, {});
    else if (tensor.hasStaticShape())
      add(result, Shape(tensor.getShape()));
  }
}
