//===- LibraryCalls.cpp - Entry points for DLPack tensors -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LibraryCalls.h"

#include "mlir/IR/TypeUtilities.h"
#include "quant-bnn/ExecutionEngine/LibraryCall.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace mlir;
using namespace quant_bnn;

namespace {

/// Builds the functions and constants of one library function.
class LibraryCallBuilder {
public:
  LibraryCallBuilder(const LibraryFunction &function, llvm::Module &module)
      : function(function), module(module), builder(module.getContext()),
        values(function.getValues()) {}

  /// Returns the description of the function.
  llvm::Constant *addEntryPoint();

private:
  llvm::Function *createFunction(llvm::Type *result,
                                 ArrayRef<llvm::Type *> parameters,
                                 const Twine &name, bool isInternal);

  /// Returns operand `i` of the function that is being built, whose only
  /// parameter points to the operands.
  llvm::Value *loadOperand(unsigned i);

  /// Returns the scalar that operand `i` points to.
  llvm::Value *loadScalar(llvm::Type *type, unsigned i);

  llvm::Function *buildCall();
  void storeScalarResults(llvm::CallInst *call, llvm::Value *resultStruct,
                          llvm::StructType *structType);

  /// Loads the numbers from the operands.
  SmallVector<llvm::Value *> loadNumbers(ArrayRef<WorkspaceNumber> numbers);
  llvm::Function *buildWorkspaceSize();

  /// Returns null if there is no function for the extents of results.
  llvm::Function *buildResultExtents();
  llvm::Constant *buildDescription();
  llvm::Constant *buildValue(const SignatureValue &value,
                             llvm::StructType *type);
  llvm::GlobalVariable *createConstant(llvm::Constant *initializer,
                                       const Twine &name);

  /// Returns the type that a scalar has in compiled code.
  llvm::Type *getScalarType(const SignatureValue &value);

  const LibraryFunction &function;
  llvm::Module &module;
  llvm::IRBuilder<> builder;
  SmallVector<SignatureValue> values;
};

} // namespace

llvm::Function *
LibraryCallBuilder::createFunction(llvm::Type *result,
                                   ArrayRef<llvm::Type *> parameters,
                                   const Twine &name, bool isInternal) {
  auto *created = llvm::Function::Create(
      llvm::FunctionType::get(result, parameters, /*isVarArg=*/false),
      isInternal ? llvm::Function::InternalLinkage
                 : llvm::Function::ExternalLinkage,
      name, module);
  builder.SetInsertPoint(
      llvm::BasicBlock::Create(module.getContext(), "", created));
  return created;
}

llvm::Value *LibraryCallBuilder::loadOperand(unsigned i) {
  llvm::Value *operands = builder.GetInsertBlock()->getParent()->getArg(0);
  llvm::Type *pointer = builder.getPtrTy();
  return builder.CreateLoad(
      pointer, builder.CreateConstInBoundsGEP1_64(pointer, operands, i));
}

llvm::Value *LibraryCallBuilder::loadScalar(llvm::Type *type, unsigned i) {
  // A bool in memory is a byte.
  if (!type->isIntegerTy(1))
    return builder.CreateLoad(type, loadOperand(i));
  return builder.CreateIsNotNull(
      builder.CreateLoad(builder.getInt8Ty(), loadOperand(i)));
}

llvm::Type *LibraryCallBuilder::getScalarType(const SignatureValue &value) {
  if (value.type.isF16())
    return builder.getHalfTy();
  if (value.type.isF32())
    return builder.getFloatTy();
  if (value.type.isF64())
    return builder.getDoubleTy();
  if (value.type.isInteger(1))
    return builder.getInt1Ty();
  return builder.getIntNTy(8 * value.elementType.size);
}

llvm::Function *LibraryCallBuilder::buildCall() {
  llvm::Function *wrapper = module.getFunction(function.getWrapperName());
  llvm::Function *call =
      createFunction(builder.getVoidTy(), builder.getPtrTy(),
                     "call." + function.name, /*isInternal=*/true);
  SmallVector<llvm::Type *> scalarTypes;
  for (const SignatureValue &result : function.getScalarResults())
    scalarTypes.push_back(getScalarType(result));

  SmallVector<llvm::Value *> arguments;
  llvm::Value *resultStruct = nullptr;
  llvm::StructType *structType = nullptr;
  if (scalarTypes.size() > 1) {
    structType = llvm::StructType::get(module.getContext(), scalarTypes);
    resultStruct = builder.CreateAlloca(structType);
    arguments.push_back(resultStruct);
  }
  size_t firstResult = function.signature.arguments.size();
  for (auto [i, value] : llvm::enumerate(values)) {
    if (value.isArray)
      arguments.push_back(loadOperand(i));
    else if (i < firstResult)
      arguments.push_back(loadScalar(getScalarType(value), i));
  }
  if (function.hasWorkspace)
    arguments.push_back(loadOperand(values.size()));
  storeScalarResults(builder.CreateCall(wrapper, arguments), resultStruct,
                     structType);
  builder.CreateRetVoid();
  return call;
}

void LibraryCallBuilder::storeScalarResults(llvm::CallInst *call,
                                            llvm::Value *resultStruct,
                                            llvm::StructType *structType) {
  size_t firstResult = function.signature.arguments.size();
  unsigned field = 0;
  for (auto [i, result] : llvm::enumerate(function.signature.results)) {
    if (result.isArray)
      continue;
    llvm::Value *value = call;
    if (resultStruct)
      value = builder.CreateLoad(
          getScalarType(result),
          builder.CreateStructGEP(structType, resultStruct, field++));
    if (value->getType()->isIntegerTy(1))
      value = builder.CreateZExt(value, builder.getInt8Ty());
    builder.CreateStore(value, loadOperand(firstResult + i));
  }
}

SmallVector<llvm::Value *>
LibraryCallBuilder::loadNumbers(ArrayRef<WorkspaceNumber> numbers) {
  SmallVector<llvm::Value *> values;
  for (const WorkspaceNumber &number : numbers) {
    llvm::Value *operand = loadOperand(number.value);
    // The extents of a descriptor follow two pointers and the offset.
    if (number.dim)
      operand = builder.CreateConstInBoundsGEP1_64(builder.getInt64Ty(),
                                                   operand, 3 + *number.dim);
    values.push_back(builder.CreateLoad(builder.getInt64Ty(), operand));
  }
  return values;
}

llvm::Function *LibraryCallBuilder::buildWorkspaceSize() {
  llvm::Function *sizeFunction =
      module.getFunction(function.getWorkspaceSizeName());
  llvm::Function *call = createFunction(
      builder.getInt64Ty(), builder.getPtrTy(),
      "call." + function.getWorkspaceSizeName(), /*isInternal=*/true);
  builder.CreateRet(builder.CreateCall(
      sizeFunction, loadNumbers(getWorkspaceNumbers(function))));
  return call;
}

llvm::Function *LibraryCallBuilder::buildResultExtents() {
  llvm::Function *extents = module.getFunction(function.getResultExtentsName());
  if (!extents)
    return nullptr;
  llvm::Type *integer = builder.getInt64Ty();
  llvm::Function *call = createFunction(
      builder.getVoidTy(), {builder.getPtrTy(), builder.getPtrTy()},
      "call." + function.getResultExtentsName(), /*isInternal=*/true);
  llvm::Value *result =
      builder.CreateCall(extents, loadNumbers(getArgumentNumbers(function)));
  auto *type = dyn_cast<llvm::StructType>(result->getType());
  for (unsigned i = 0, e = type ? type->getNumElements() : 1; i < e; ++i)
    builder.CreateStore(
        type ? builder.CreateExtractValue(result, i) : result,
        builder.CreateConstInBoundsGEP1_64(integer, call->getArg(1), i));
  builder.CreateRetVoid();
  return call;
}

llvm::GlobalVariable *
LibraryCallBuilder::createConstant(llvm::Constant *initializer,
                                   const Twine &name) {
  return new llvm::GlobalVariable(module, initializer->getType(),
                                  /*isConstant=*/true,
                                  llvm::GlobalValue::InternalLinkage,
                                  initializer, name + "." + function.name);
}

/// Returns the code of DLPack for a type of numbers.
static uint8_t getDLPackCode(const SignatureValue &value) {
  if (getElementTypeOrSelf(value.type).isBF16())
    return QUANT_BNN_BFLOAT;
  switch (value.elementType.kind) {
  case 'u':
    return QUANT_BNN_UINT;
  case 'f':
    return QUANT_BNN_FLOAT;
  case 'b':
    return QUANT_BNN_BOOL;
  default:
    return QUANT_BNN_INT;
  }
}

llvm::Constant *LibraryCallBuilder::buildValue(const SignatureValue &value,
                                               llvm::StructType *type) {
  llvm::Constant *shape = llvm::ConstantPointerNull::get(builder.getPtrTy());
  if (!value.shape.empty()) {
    auto extents = llvm::map_to_vector(value.shape, [](int64_t extent) {
      return uint64_t(ShapedType::isDynamic(extent) ? -1 : extent);
    });
    shape = createConstant(
        llvm::ConstantDataArray::get(module.getContext(), extents), "shape");
  }
  int32_t rank = value.isArray ? value.shape.size() : -1;
  return llvm::ConstantStruct::get(type,
                                   {shape, builder.getInt32(rank),
                                    builder.getInt8(getDLPackCode(value)),
                                    builder.getInt8(8 * value.elementType.size),
                                    builder.getInt8(value.isWritable)});
}

llvm::Constant *LibraryCallBuilder::buildDescription() {
  llvm::LLVMContext &context = module.getContext();
  auto *valueType = llvm::StructType::get(
      context, {builder.getPtrTy(), builder.getInt32Ty(), builder.getInt8Ty(),
                builder.getInt8Ty(), builder.getInt8Ty()});
  auto constants =
      llvm::map_to_vector(values, [&](const SignatureValue &value) {
        return buildValue(value, valueType);
      });
  auto *array = llvm::ConstantArray::get(
      llvm::ArrayType::get(valueType, constants.size()), constants);
  auto orNull = [&](llvm::Function *function) -> llvm::Constant * {
    if (function)
      return function;
    return llvm::ConstantPointerNull::get(builder.getPtrTy());
  };
  return createConstant(
      llvm::ConstantStruct::getAnon(
          {createConstant(
               llvm::ConstantDataArray::getString(context, function.name),
               "name"),
           createConstant(array, "values"),
           builder.getInt32(function.signature.arguments.size()),
           builder.getInt32(function.signature.results.size()), buildCall(),
           orNull(function.hasWorkspace ? buildWorkspaceSize() : nullptr),
           orNull(buildResultExtents())}),
      "function");
}

llvm::Constant *LibraryCallBuilder::addEntryPoint() {
  llvm::Constant *description = buildDescription();
  llvm::Type *pointer = builder.getPtrTy(), *integer = builder.getInt32Ty();
  llvm::Function *entry =
      createFunction(integer, {pointer, pointer, integer, pointer},
                     "__tvm_ffi_" + function.name, /*isInternal=*/false);
  llvm::FunctionCallee body =
      module.getOrInsertFunction("quant_bnn_call_from_tvm_ffi", integer,
                                 pointer, pointer, integer, pointer);
  builder.CreateRet(
      builder.CreateCall(body, {description, entry->getArg(1), entry->getArg(2),
                                entry->getArg(3)}));
  return description;
}

void quant_bnn::addLibraryCalls(ArrayRef<LibraryFunction> functions,
                                llvm::Module &module) {
  auto descriptions =
      llvm::map_to_vector(functions, [&](const LibraryFunction &function) {
        return LibraryCallBuilder(function, module).addEntryPoint();
      });
  llvm::LLVMContext &context = module.getContext();
  auto *pointer = llvm::PointerType::getUnqual(context);
  auto addConstant = [&](llvm::Constant *initializer,
                         llvm::GlobalValue::LinkageTypes linkage,
                         const Twine &name) {
    return new llvm::GlobalVariable(module, initializer->getType(),
                                    /*isConstant=*/true, linkage, initializer,
                                    name);
  };
  auto *array = llvm::ConstantArray::get(
      llvm::ArrayType::get(pointer, descriptions.size()), descriptions);
  auto *integer = llvm::Type::getInt32Ty(context);
  // Static libraries with this name can be linked to one program.
  addConstant(llvm::ConstantStruct::getAnon(
                  {llvm::ConstantInt::get(integer, QUANT_BNN_LIBRARY_VERSION),
                   llvm::ConstantInt::get(integer, descriptions.size()),
                   addConstant(array, llvm::GlobalValue::InternalLinkage,
                               "functions")}),
              llvm::GlobalValue::WeakAnyLinkage, libraryDescriptionName);
}
