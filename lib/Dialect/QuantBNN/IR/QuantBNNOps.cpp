//===- QuantBNNOps.cpp - Shared code of the quant_bnn ops -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BinaryCompute.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace quant_bnn;

//===----------------------------------------------------------------------===//
// Verification
//===----------------------------------------------------------------------===//

/// Returns the largest number of bits for which every level is exact in `type`:
/// the precision of `type`, but at most that of `f32`.
static int64_t getMaxBits(Type type) {
  return std::min(24u, cast<FloatType>(type).getFPMantissaWidth());
}

LogicalResult quant_bnn::detail::verifyAttributeLimits(Operation *op) {
  for (StringRef name : {"clip", "threshold"}) {
    auto limit = op->getAttrOfType<FloatAttr>(name);
    if (limit && !(limit.getValueAsDouble() >= 0.0))
      return op->emitOpError("requires a ")
             << name << " of at least 0, but got " << limit.getValueAsDouble();
  }
  if (auto beta = op->getAttrOfType<FloatAttr>("beta"))
    if (!(beta.getValueAsDouble() > 0.0) || !beta.getValue().isFinite())
      return op->emitOpError("requires a positive and finite beta, but got ")
             << beta.getValueAsDouble();
  auto nan = op->getAttrOfType<NanModeAttr>("nan");
  auto zero = op->getAttrOfType<ZeroModeAttr>("zero");
  if (nan && zero && nan.getValue() == NanMode::zero &&
      zero.getValue() != ZeroMode::zero)
    return op->emitOpError("requires zero = zero with nan = zero, but got "
                           "zero = ")
           << stringifyZeroMode(zero.getValue());
  if (auto bits = op->getAttrOfType<IntegerAttr>("bits")) {
    Type type = getElementTypeOrSelf(op->getOperand(0).getType());
    int64_t maxBits = getMaxBits(type);
    if (bits.getInt() < 1 || bits.getInt() > maxBits)
      return op->emitOpError("requires bits from 1 to ")
             << maxBits << " for " << type << ", but got " << bits.getInt();
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

LogicalResult
quant_bnn::detail::reifyResultShapes(Operation *op, OpBuilder &builder,
                                     ReifiedRankedShapedTypeDims &shapes) {
  auto shaped = llvm::find_if(op->getOperands(), [](Value operand) {
    return isa<RankedTensorType>(operand.getType());
  });
  if (shaped == op->operand_end())
    return failure();
  for (Type type : op->getResultTypes()) {
    shapes.emplace_back();
    if (isa<RankedTensorType>(type))
      shapes.back() = tensor::getMixedSizes(builder, op->getLoc(), *shaped);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Payloads
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::getPassThrough(Operation *op) {
  auto payloadOp = dyn_cast<ElementwisePayloadOpInterface>(op);
  return payloadOp ? payloadOp.getPassThrough() : Value();
}

Value quant_bnn::expandPayload(OpBuilder &builder,
                               ElementwisePayloadOpInterface op) {
  if (Value value = op.getPassThrough())
    return value;
  return buildElementwise(
             builder, op.getLoc(), op->getResultTypes(), op->getOperands(),
             [&](PayloadBuilder &payloadBuilder, ValueRange operands) {
               return SmallVector<Value>{
                   op.buildForward(payloadBuilder, operands)};
             })
      .front();
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

Value quant_bnn::detail::buildMasked(PayloadBuilder &builder, Value mask,
                                     Value g) {
  return builder.select(mask, g, builder.constant(0.0));
}

Value quant_bnn::detail::buildMasked(OpBuilder &builder, Location loc,
                                     Value mask, Value g) {
  return buildElementwise(builder, loc, g.getType(), {mask, g},
                          [](PayloadBuilder &payload, ValueRange operands) {
                            return SmallVector<Value>{
                                buildMasked(payload, operands[0], operands[1])};
                          })
      .front();
}

static constexpr StringLiteral windowAttrNames[] = {"clip", "threshold"};

std::optional<double> quant_bnn::detail::getWindow(Operation *op) {
  for (StringRef name : windowAttrNames)
    if (auto window = op->getAttrOfType<FloatAttr>(name))
      return window.getValueAsDouble();
  return std::nullopt;
}

Value quant_bnn::detail::buildWithWindow(Operation *op, OpBuilder &builder,
                                         Location loc, Value x, double window) {
  auto windowed = cast<WindowedGradientOpInterface>(op);
  std::optional<double> own = windowed.getWindow();
  const auto *name = llvm::find_if(windowAttrNames, [&](StringRef name) {
    return llvm::is_contained(op->getName().getAttributeNames(), name);
  });
  bool isCut = own && *own <= window;
  if (!isCut && name == std::end(windowAttrNames))
    return Value();
  // Set the operand by number, since its value may be another operand as well.
  unsigned operand = windowed.getWindowedOperand().getOperandNumber();
  Operation *copy = builder.clone(*op);
  copy->setLoc(loc);
  copy->setOperand(operand, x);
  if (!isCut)
    copy->setAttr(*name, builder.getF64FloatAttr(window));
  return copy->getResult(0);
}

//===----------------------------------------------------------------------===//
// Custom directives
//===----------------------------------------------------------------------===//

/// Parses `type(shaped)`, and then `, type(scalar)` if that is not the element
/// type of `shaped`.
static ParseResult parseScalarOrSame(OpAsmParser &parser, Type &shaped,
                                     Type &scalar) {
  if (parser.parseType(shaped))
    return failure();
  scalar = getElementTypeOrSelf(shaped);
  if (succeeded(parser.parseOptionalComma()))
    return parser.parseType(scalar);
  return success();
}

static void printScalarOrSame(OpAsmPrinter &printer, Operation *, Type shaped,
                              Type scalar) {
  printer << shaped;
  if (scalar != getElementTypeOrSelf(shaped))
    printer << ", " << scalar;
}

/// Parses `type(shaped)`, whose element type is that of an optional scalar
/// operand.
static ParseResult parseWithOptionalScalar(
    OpAsmParser &parser, Type &shaped,
    const std::optional<OpAsmParser::UnresolvedOperand> &operand,
    Type &scalar) {
  if (parser.parseType(shaped))
    return failure();
  if (operand)
    scalar = getElementTypeOrSelf(shaped);
  return success();
}

static void printWithOptionalScalar(OpAsmPrinter &printer, Operation *,
                                    Type shaped, Value, Type) {
  printer << shaped;
}

#define GET_OP_CLASSES
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNOps.cpp.inc"
