//===- QuantBNNDialect.cpp - The quant_bnn dialect ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EarlierForms.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "mlir/Transforms/InliningUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace quant_bnn;

#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttrInterfaces.cpp.inc"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNDialect.cpp.inc"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNEnums.cpp.inc"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNInterfaces.cpp.inc"

/// Parses a number as an f64, and prints it without the type.
static ParseResult parseF64(AsmParser &parser, FloatAttr &number) {
  return parser.parseAttribute(number, parser.getBuilder().getF64Type());
}

static void printF64(AsmPrinter &printer, FloatAttr number) {
  printer.printAttributeWithoutType(number);
}

#define GET_ATTRDEF_CLASSES
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttributes.cpp.inc"

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
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNOps.cpp.inc"
      >();
  addInterfaces<QuantBNNInlinerInterface>();
}

/// Refuses `state`, a removed op.
static ParseResult refuseOp(OpAsmParser &parser, OperationState &state) {
  return parser.emitError(parser.getNameLoc(), "was removed: use ")
         << quant_bnn::detail::getSuccessor(state.name.getStringRef())
         << " on packed tensors, such as tensor<4x100xi1, "
            "#quant_bnn.packed<i64>>";
}

std::optional<Dialect::ParseOpHook>
QuantBNNDialect::getParseOperationHook(StringRef opName) const {
  if (quant_bnn::detail::getSuccessor(opName).empty())
    return std::nullopt;
  return refuseOp;
}

Operation *QuantBNNDialect::materializeConstant(OpBuilder &builder,
                                                Attribute value, Type type,
                                                Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

//===----------------------------------------------------------------------===//
// The link between a forward and its backward function
//===----------------------------------------------------------------------===//

bool quant_bnn::isDifferentiable(Type type) {
  return isa<FloatType>(getElementTypeOrSelf(type)) &&
         isa<FloatType, VectorType, RankedTensorType>(type);
}

/// Whether `type` has a gradient, where tensors may have become buffers.
static bool isDifferentiableOrBuffer(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return isDifferentiable(memref ? memref.getElementType() : type);
}

/// Whether `quant_bnn.no_gradient` is among the attributes at `index`. The
/// function may not be verified yet, so `attributes` may be too short.
static bool hasNoGradient(ArrayAttr attributes, unsigned index) {
  if (!attributes || index >= attributes.size())
    return false;
  auto dictionary = dyn_cast<DictionaryAttr>(attributes[index]);
  return dictionary && dictionary.contains(quant_bnn::noGradientAttrName);
}

bool quant_bnn::hasGradient(FunctionOpInterface function, unsigned index) {
  return isDifferentiableOrBuffer(function.getArgumentTypes()[index]) &&
         !hasNoGradient(function.getArgAttrsAttr(), index);
}

bool quant_bnn::hasCotangent(FunctionOpInterface function, unsigned index) {
  return isDifferentiableOrBuffer(function.getResultTypes()[index]) &&
         !hasNoGradient(function.getResAttrsAttr(), index);
}

static LogicalResult emitTypesDiffer(Operation *op, StringRef what,
                                     TypeRange expected, TypeRange found) {
  return op->emitOpError("requires a quant_bnn.backward function with ")
         << what << " (" << expected << "), but got (" << found << ")";
}

/// Checks the types of `forward`, whose results at `residuals` are saved,
/// against those of `backward`.
static LogicalResult verifyPair(FunctionOpInterface forward,
                                FunctionOpInterface backward,
                                ArrayRef<int64_t> residuals) {
  SmallVector<Type> arguments, gradients;
  for (int64_t index : residuals)
    arguments.push_back(forward.getResultTypes()[index]);
  for (auto [index, type] : llvm::enumerate(forward.getResultTypes()))
    if (hasCotangent(forward, index) &&
        !llvm::is_contained(residuals, static_cast<int64_t>(index)))
      arguments.push_back(type);
  for (auto [index, type] : llvm::enumerate(forward.getArgumentTypes()))
    if (hasGradient(forward, index))
      gradients.push_back(type);
  if (backward.getArgumentTypes() != ArrayRef(arguments))
    return emitTypesDiffer(forward, "arguments", arguments,
                           backward.getArgumentTypes());
  if (backward.getResultTypes() != ArrayRef(gradients))
    return emitTypesDiffer(forward, "results", gradients,
                           backward.getResultTypes());
  return success();
}

LogicalResult
QuantBNNDialect::verifyOperationAttribute(Operation *op,
                                          NamedAttribute attribute) {
  StringRef name = attribute.getName();
  if (name == residualsAttrName && !op->hasAttr(backwardAttrName))
    return op->emitOpError("has quant_bnn.residuals, but no "
                           "quant_bnn.backward");
  if (name != backwardAttrName)
    return success();

  auto function = dyn_cast<FunctionOpInterface>(op);
  if (!function)
    return op->emitOpError("has quant_bnn.backward, but is no function");
  auto symbol = dyn_cast<FlatSymbolRefAttr>(attribute.getValue());
  if (!symbol)
    return op->emitOpError("requires a symbol for quant_bnn.backward, but got ")
           << attribute.getValue();
  auto residuals = op->getAttrOfType<DenseI64ArrayAttr>(residualsAttrName);
  if (!residuals)
    return op->emitOpError("requires an array<i64> quant_bnn.residuals beside "
                           "quant_bnn.backward");
  auto backward =
      SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, symbol);
  if (!backward)
    return op->emitOpError("requires a function for quant_bnn.backward, but ")
           << symbol << " is none";
  // Functions of the LLVM dialect have other types: one result at most.
  if (op->getName() != backward->getName() ||
      op->getName().getStringRef() != "func.func")
    return success();
  // Attributes are verified before the ops that have them.
  for (Operation *either : {op, backward.getOperation()})
    if (!either->getAttrOfType<TypeAttr>("function_type"))
      return success();
  int64_t next = 0;
  for (int64_t index : residuals.asArrayRef()) {
    if (index < next || index >= function.getNumResults())
      return op->emitOpError("requires increasing quant_bnn.residuals below "
                             "the number of results, ")
             << function.getNumResults() << ", but got "
             << residuals.asArrayRef();
    next = index + 1;
  }
  return verifyPair(function, backward, residuals.asArrayRef());
}

/// Verifies `quant_bnn.no_gradient`, the only attribute of arguments and
/// results that the dialect has.
static LogicalResult verifyNoGradient(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == noGradientAttrName &&
      !isa<UnitAttr>(attribute.getValue()))
    return op->emitOpError(
               "requires a unit attribute for quant_bnn.no_gradient, "
               "but got ")
           << attribute.getValue();
  return success();
}

LogicalResult
QuantBNNDialect::verifyRegionArgAttribute(Operation *op, unsigned, unsigned,
                                          NamedAttribute attribute) {
  return verifyNoGradient(op, attribute);
}

LogicalResult
QuantBNNDialect::verifyRegionResultAttribute(Operation *op, unsigned, unsigned,
                                             NamedAttribute attribute) {
  return verifyNoGradient(op, attribute);
}
