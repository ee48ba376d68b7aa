//===- LibraryFunction.cpp - A function that a library exports ------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Compiler/LibraryFunction.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace quant_bnn;

SmallVector<SignatureValue> LibraryFunction::getValues() const {
  SmallVector<SignatureValue> values(signature.arguments);
  llvm::append_range(values, signature.results);
  return values;
}

SmallVector<SignatureValue> LibraryFunction::getScalarResults() const {
  return llvm::filter_to_vector(
      signature.results, [](const SignatureValue &v) { return !v.isArray; });
}

SmallVector<WorkspaceNumber>
quant_bnn::getWorkspaceNumbers(const LibraryFunction &function) {
  SmallVector<WorkspaceNumber> numbers;
  size_t arguments = function.signature.arguments.size();
  for (auto [i, value] : llvm::enumerate(function.getValues())) {
    if (!value.isArray && value.type.isIndex() && i < arguments)
      numbers.push_back({unsigned(i), std::nullopt});
    for (auto [dim, extent] : llvm::enumerate(value.shape))
      if (ShapedType::isDynamic(extent))
        numbers.push_back({unsigned(i), unsigned(dim)});
  }
  return numbers;
}

SmallVector<WorkspaceNumber>
quant_bnn::getArgumentNumbers(const LibraryFunction &function) {
  size_t arguments = function.signature.arguments.size();
  return llvm::filter_to_vector(
      getWorkspaceNumbers(function),
      [&](const WorkspaceNumber &n) { return n.value < arguments; });
}

/// Whether a function of C and C++ can have the name `name`.
static bool isNameInC(StringRef name) {
  constexpr StringLiteral reserved =
      "alignas alignof and and_eq asm auto bitand bitor bool break case "
      "catch char class compl concept const const_cast consteval constexpr "
      "constinit continue co_await co_return co_yield decltype default "
      "delete do double dynamic_cast else enum explicit export extern "
      "false float for friend goto if inline int long main mutable "
      "namespace new noexcept not not_eq nullptr operator or or_eq private "
      "protected public register reinterpret_cast requires restrict return "
      "short signed sizeof static static_assert static_cast struct switch "
      "template this thread_local throw true try typedef typeid typename "
      "typeof union unsigned using virtual void volatile wchar_t while xor "
      "xor_eq";
  return !name.empty() && !llvm::isDigit(name.front()) &&
         llvm::all_of(name,
                      [](char c) { return llvm::isAlnum(c) || c == '_'; }) &&
         !llvm::is_contained(llvm::split(reserved, ' '), name);
}

/// Returns the functions that `entries` name, or else all that are public.
static FailureOr<SmallVector<func::FuncOp>>
findFunctions(ModuleOp module, ArrayRef<std::string> entries) {
  SmallVector<func::FuncOp> functions;
  for (StringRef entry : entries) {
    auto function = module.lookupSymbol<func::FuncOp>(entry);
    if (!function)
      return module.emitError() << "there is no function '@" << entry << "'";
    if (!llvm::is_contained(functions, function))
      functions.push_back(function);
  }
  if (entries.empty())
    for (auto function : module.getOps<func::FuncOp>())
      if (function.isPublic() && !function.isExternal())
        functions.push_back(function);
  if (functions.empty())
    return module.emitError("there is no public function with a body");
  return functions;
}

/// Erases what `functions` do not use.
static LogicalResult eraseUnused(ModuleOp module,
                                 ArrayRef<func::FuncOp> functions) {
  for (auto symbol : module.getOps<SymbolOpInterface>())
    if (symbol.isPublic() &&
        !llvm::is_contained(functions, symbol.getOperation()))
      symbol.setPrivate();
  PassManager pm(module.getContext());
  pm.addPass(createSymbolDCEPass());
  return pm.run(module);
}

/// Puts `prefix` before the name of `function`.
static LogicalResult rename(func::FuncOp function, StringRef prefix,
                            ModuleOp module) {
  auto name =
      StringAttr::get(module.getContext(), Twine(prefix) + function.getName());
  if (!isNameInC(name))
    return function.emitError()
           << "'@" << name.getValue()
           << "' cannot be the name of a function in C: a prefix can change it";
  if (name == function.getNameAttr())
    return success();
  if (module.lookupSymbol(name))
    return function.emitError()
           << "cannot be called '@" << name.getValue() << "': there is one";
  if (failed(SymbolTable::replaceAllSymbolUses(function, name, module)))
    return function.emitError("has a use that cannot be renamed");
  function.setName(name);
  return success();
}

FailureOr<SmallVector<LibraryFunction>>
quant_bnn::selectFunctions(ModuleOp module, ArrayRef<std::string> entries,
                           StringRef prefix, bool hasWorkspace) {
  FailureOr<SmallVector<func::FuncOp>> functions =
      findFunctions(module, entries);
  if (failed(functions))
    return failure();
  // Before private functions are erased, which entries may be.
  SmallVector<Signature> signatures;
  for (func::FuncOp function : *functions) {
    FailureOr<Signature> signature =
        Signature::get(function, /*isLowered=*/false);
    if (failed(signature))
      return failure();
    signatures.push_back(*signature);
  }
  if (failed(eraseUnused(module, *functions)))
    return failure();
  SmallVector<LibraryFunction> selected;
  for (auto [function, signature] : llvm::zip_equal(*functions, signatures)) {
    if (failed(rename(function, prefix, module)))
      return failure();
    for (Type result : function.getResultTypes())
      if (isa<BaseMemRefType>(result))
        return function.emitError()
               << "returns a " << result
               << ": a function of a library returns tensors, into buffers of "
                  "the caller, or scalars";
    selected.push_back({function.getName().str(), function.getFunctionType(),
                        signature, hasWorkspace});
  }
  return selected;
}
