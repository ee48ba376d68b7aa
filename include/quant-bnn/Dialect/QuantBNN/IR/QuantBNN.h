//===- QuantBNN.h - The quant_bnn dialect -----------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNN_H
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/Linalg/IR/LinalgInterfaces.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/TensorEncoding.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Interfaces/InferIntRangeInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/TilingInterface.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNTraits.h"
#include "quant-bnn/Dialect/QuantBNN/IR/RaiseForms.h"
#include "quant-bnn/Support/FunctionAttributes.h"
#include "quant-bnn/Support/ImageWindow.h"
#include "quant-bnn/Support/PayloadBuilder.h"

namespace quant_bnn {
// The method of `linalg::AggregatedOpInterface` is declared with these names.
using llvm::SmallVector;
using mlir::FailureOr;
using mlir::OpBuilder;
using mlir::Value;
} // namespace quant_bnn

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNDialect.h.inc"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNEnums.h.inc"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNInterfaces.h.inc"

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttrInterfaces.h.inc"

#define GET_ATTRDEF_CLASSES
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttributes.h.inc"

#define GET_OP_CLASSES
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNOps.h.inc"

namespace quant_bnn {

/// Whether values of `type` can have a gradient: `type` is a float scalar, or a
/// vector or ranked tensor of floats.
bool isDifferentiable(mlir::Type type);

/// Whether the backward function of `function` returns a gradient for the
/// argument at `index`, or takes a cotangent for the result at `index`.
bool hasGradient(mlir::FunctionOpInterface function, unsigned index);
bool hasCotangent(mlir::FunctionOpInterface function, unsigned index);

/// Expands `op` into arith and math at the insertion point of `builder`: widens
/// the operands to the compute type and rounds the result once. Returns the
/// operand that `op` passes through, if there is one. `op` is not erased.
mlir::Value expandPayload(mlir::OpBuilder &builder,
                          ElementwisePayloadOpInterface op);

} // namespace quant_bnn

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNN_H
