//===- Dispatch.cpp - Functions that choose a version at run time ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Functions that jump to a version by a table of addresses, and not indirect
// functions of the linker (ifunc). The resolver of such a function runs before
// the library is relocated, where it cannot print an error, runs before the
// sanitizers have begun, and is unknown to musl.
//
//===----------------------------------------------------------------------===//

#include "Dispatch.h"

#include "quant-bnn/Compiler/CodeTarget.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace quant_bnn;
using llvm::ArrayRef;
using llvm::StringRef;

static constexpr llvm::StringLiteral cpuAttribute = "target-cpu";

static std::string getVersionName(StringRef function, StringRef cpu) {
  return (function + "." + cpu).str();
}

void quant_bnn::makeVersion(llvm::Module &module, StringRef cpu) {
  for (llvm::Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr(cpuAttribute, cpu);
    function.setName(getVersionName(function.getName(), cpu));
  }
  // Nothing compares addresses of constants.
  for (llvm::GlobalVariable &variable : module.globals())
    if (variable.isConstant())
      variable.setUnnamedAddr(llvm::GlobalValue::UnnamedAddr::Global);
}

void quant_bnn::compileOthersForAnyCPU(llvm::Module &module) {
  for (llvm::Function &function : module)
    if (!function.hasFnAttribute(cpuAttribute))
      function.addFnAttr(cpuAttribute, x86Levels.front());
}

/// Returns the position of `cpu` among the levels.
static unsigned getLevel(StringRef cpu) {
  return llvm::find(x86Levels, cpu) - x86Levels.begin();
}

/// Returns a table with, for each level that a CPU may have, the best version
/// of the function `name`, and null for levels below the first of `cpus`.
static llvm::Constant *buildTable(llvm::Module &module, StringRef name,
                                  ArrayRef<StringRef> cpus) {
  auto *pointer = llvm::PointerType::getUnqual(module.getContext());
  llvm::Constant *best = llvm::ConstantPointerNull::get(pointer);
  llvm::SmallVector<llvm::Constant *> versions;
  for (StringRef level : x86Levels) {
    if (llvm::is_contained(cpus, level))
      best = module.getFunction(getVersionName(name, level));
    versions.push_back(best);
  }
  auto *type = llvm::ArrayType::get(pointer, versions.size());
  return new llvm::GlobalVariable(
      module, type, /*isConstant=*/true, llvm::GlobalValue::InternalLinkage,
      llvm::ConstantArray::get(type, versions), name + ".versions");
}

/// Adds the function `name`, which jumps to its version for the CPU.
static void addDispatcher(llvm::Module &module, StringRef name,
                          ArrayRef<StringRef> cpus) {
  const llvm::Function *version =
      module.getFunction(getVersionName(name, cpus.front()));
  llvm::FunctionType *type = version->getFunctionType();
  auto *function = llvm::Function::Create(
      type, llvm::GlobalValue::ExternalLinkage, name, module);
  llvm::AttributeList attributes =
      version->getAttributes().removeFnAttributes(module.getContext());
  function->setAttributes(attributes);

  llvm::IRBuilder<> builder(
      llvm::BasicBlock::Create(module.getContext(), "", function));
  llvm::Type *integer = builder.getInt32Ty(), *pointer = builder.getPtrTy();
  llvm::FunctionCallee getCPULevel =
      module.getOrInsertFunction("quant_bnn_x86_level", integer, integer);
  llvm::Value *level =
      builder.CreateCall(getCPULevel, builder.getInt32(getLevel(cpus.front())));
  llvm::Value *chosen = builder.CreateLoad(
      pointer, builder.CreateInBoundsGEP(
                   pointer, buildTable(module, name, cpus), level));
  auto arguments = llvm::map_to_vector(
      function->args(), [](llvm::Argument &a) -> llvm::Value * { return &a; });
  llvm::CallInst *call = builder.CreateCall(type, chosen, arguments);
  call->setAttributes(attributes);
  call->setTailCallKind(llvm::CallInst::TCK_MustTail);
  if (type->getReturnType()->isVoidTy())
    builder.CreateRetVoid();
  else
    builder.CreateRet(call);
}

void quant_bnn::addDispatch(llvm::Module &module, ArrayRef<std::string> names,
                            ArrayRef<StringRef> cpus) {
  for (StringRef name : names)
    addDispatcher(module, name, cpus);
}
