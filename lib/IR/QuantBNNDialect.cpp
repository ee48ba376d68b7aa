//===- QuantBNNDialect.cpp - The quant_bnn dialect ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Transforms/InliningUtils.h"
#include "quant-bnn/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;

#include "quant-bnn/IR/QuantBNNDialect.cpp.inc"
#include "quant-bnn/IR/QuantBNNEnums.cpp.inc"
#include "quant-bnn/IR/QuantBNNInterfaces.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "quant-bnn/IR/QuantBNNAttributes.cpp.inc"

namespace {
/// Every op is pure, so all of them may be inlined.
struct QuantBNNInlinerInterface : public DialectInlinerInterface {
  using DialectInlinerInterface::DialectInlinerInterface;

  bool isLegalToInline(Operation *, Region *, bool, IRMapping &) const final {
    return true;
  }
};
} // namespace

void QuantBNNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "quant-bnn/IR/QuantBNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "quant-bnn/IR/QuantBNNOps.cpp.inc"
      >();
  addInterfaces<QuantBNNInlinerInterface>();
}

Operation *QuantBNNDialect::materializeConstant(OpBuilder &builder,
                                                Attribute value, Type type,
                                                Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}
