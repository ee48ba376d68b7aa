//===- Signature.cpp - The signature of a function ------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/ExecutionEngine/Signature.h"

#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"

using namespace mlir;
using namespace quant_bnn;

/// Returns nullopt if a value of `type` cannot be passed.
static std::optional<SignatureValue> getValue(Type type) {
  Type element = type;
  ArrayRef<int64_t> shape;
  bool isArray = true, isWritable = false;
  if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    if (tensor.getEncoding())
      return std::nullopt;
    element = tensor.getElementType();
    shape = tensor.getShape();
  } else if (auto memref = dyn_cast<MemRefType>(type)) {
    if (!memref.getLayout().isIdentity() || memref.getMemorySpace())
      return std::nullopt;
    element = memref.getElementType();
    shape = memref.getShape();
    isWritable = true;
  } else {
    isArray = false;
  }
  std::optional<NpyElementType> elementType = getNpyElementType(element);
  if (!elementType)
    return std::nullopt;
  return SignatureValue{type, *elementType, shape, isArray, isWritable};
}

/// Returns the types that `types` become in lowering, before tensors become
/// buffers.
static SmallVector<Type> materializePacked(TypeRange types) {
  SmallVector<Type> materialized;
  for (Type type : types)
    llvm::append_range(materialized, PackedAttr::getMaterializedTypes(type));
  return materialized;
}

static LogicalResult addValues(Operation *function, TypeRange types,
                               StringRef what,
                               SmallVectorImpl<SignatureValue> &values) {
  for (auto [index, type] : llvm::enumerate(types)) {
    std::optional<SignatureValue> value = getValue(type);
    if (!value)
      return function->emitError()
             << what << " " << index << " has type " << type
             << ", which cannot be passed: expected bool, an integer of 8, 16, "
                "32 or 64 bits, index, f16, bf16, f32, f64, or a ranked tensor "
                "or memref of one, with no encoding, layout or memory space";
    values.push_back(*value);
  }
  return success();
}

static Type toMemRef(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor)
    return type;
  return MemRefType::get(tensor.getShape(), tensor.getElementType());
}

static FailureOr<FunctionType> getLoweredType(Operation *function) {
  if (!isa<LLVM::LLVMFuncOp>(function))
    return function->emitError("expected a function of the LLVM dialect");
  auto attr = function->getAttrOfType<TypeAttr>(signatureAttrName);
  auto type = attr ? dyn_cast<FunctionType>(attr.getValue()) : FunctionType();
  if (!type)
    return function->emitError()
           << "expected the function's type before lowering as attribute '"
           << signatureAttrName << "'";
  return type;
}

FailureOr<Signature> Signature::get(Operation *function, bool isLowered) {
  FunctionType type;
  auto funcOp = dyn_cast<func::FuncOp>(function);
  if (isLowered) {
    FailureOr<FunctionType> lowered = getLoweredType(function);
    if (failed(lowered))
      return failure();
    type = *lowered;
  } else {
    if (!funcOp)
      return function->emitError("expected a function of the func dialect");
    if (funcOp.isExternal())
      return function->emitError("expected a function with a body");
    if (funcOp.isPrivate())
      return function->emitError("expected a public function");
    type = funcOp.getFunctionType();
  }

  Signature signature;
  SmallVector<Type> inputs = materializePacked(type.getInputs());
  SmallVector<Type> results = materializePacked(type.getResults());
  if (failed(addValues(function, inputs, "argument", signature.arguments)) ||
      failed(addValues(function, results, "result", signature.results)))
    return failure();
  // If another pipeline has run, it is unknown which arguments the function may
  // write to.
  for (SignatureValue &argument : signature.arguments)
    argument.isWritable |= isLowered;
  SignatureValue *next = signature.arguments.begin();
  for (auto [index, before] : llvm::enumerate(type.getInputs())) {
    size_t count = PackedAttr::getMaterializedTypes(before).size();
    auto writable =
        funcOp
            ? funcOp.getArgAttrOfType<BoolAttr>(
                  index, bufferization::BufferizationDialect::kWritableAttrName)
            : BoolAttr();
    next->isWritable |= writable && writable.getValue();
    next += count;
  }
  signature.bufferized = FunctionType::get(
      type.getContext(), llvm::map_to_vector(inputs, toMemRef),
      llvm::map_to_vector(results, toMemRef));
  return signature;
}

/// Whether elements of type `actual` can be passed as values of `expected`.
static bool isElement(Type expected, NpyElementType actual) {
  if (getNpyElementType(expected) == actual)
    return true;
  // NumPy has no bf16, so a bf16 is passed as two untyped bytes or as an
  // unsigned integer. A signless integer is passed as a signed or unsigned one.
  if (expected.isBF16())
    return actual == NpyElementType{'u', 2};
  return expected.isSignlessInteger() && actual.kind == 'u' &&
         expected.getIntOrFloatBitWidth() == 8 * actual.size;
}

llvm::Error quant_bnn::checkArgument(const SignatureValue &value, size_t index,
                                     const NpyArray &array, StringRef path) {
  ArrayRef<int64_t> shape = array.getShape();
  auto fits = [](auto dims) {
    auto [expected, actual] = dims;
    return ShapedType::isDynamic(expected) || expected == actual;
  };
  if (isElement(getElementTypeOrSelf(value.type), array.getElementType()) &&
      shape.size() == value.shape.size() &&
      llvm::all_of(llvm::zip(value.shape, shape), fits))
    return llvm::Error::success();

  std::string message;
  llvm::raw_string_ostream stream(message);
  stream << path << ": expected '" << value.type << "' for argument " << index
         << ", but got shape [";
  llvm::interleave(shape, stream, ",");
  stream << "] and type '" << array.getElementType().str() << "'";
  return llvm::createStringError(message);
}
