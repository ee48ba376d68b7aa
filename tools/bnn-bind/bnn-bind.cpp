//===- bnn-bind.cpp - Bind arguments of a function to arrays --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Support/FileUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyText.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"
#include "quant-bnn/InitAll.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/ToolOutputFile.h"

using namespace mlir;
using namespace quant_bnn;
namespace cl = llvm::cl;

static cl::OptionCategory category("bnn-bind options");

static cl::opt<std::string> inputPath(cl::Positional, cl::init("-"),
                                      cl::desc("<FILE.mlir, - is stdin>"),
                                      cl::cat(category));

static cl::opt<std::string> outputPath("o", cl::init("-"),
                                       cl::desc("The file to write"),
                                       cl::value_desc("file"),
                                       cl::cat(category));

static cl::opt<std::string>
    entry("entry",
          cl::desc("The function whose arguments are bound; needed only if "
                   "several functions have a body"),
          cl::value_desc("name"), cl::cat(category));

static cl::list<std::string> bindings(
    "arg",
    cl::desc("The number of an argument, from 0, and the file of its array, or "
             "a constant: '0:dense<[0.5, -0.0]> : tensor<2xf32>'"),
    cl::value_desc("N:A.npy"), cl::cat(category));

static cl::opt<bool> emitBytecode("emit-bytecode",
                                  cl::desc("Write bytecode instead of text"),
                                  cl::cat(category));

static llvm::ExitOnError exitOnError("bnn-bind: error: ");

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

namespace {
/// An argument and its array.
struct Binding {
  unsigned index;
  /// The path of a file, or a constant.
  StringRef text;
};
} // namespace

/// Parses the values of `--arg`.
static SmallVector<Binding> parseBindings() {
  SmallVector<Binding> parsed;
  for (StringRef text : bindings) {
    auto [number, array] = text.split(':');
    unsigned index = 0;
    if (number.getAsInteger(10, index) || array.empty())
      exitOnError(llvm::createStringError("--arg requires N:FILE, but got '" +
                                          text + "'"));
    if (llvm::any_of(parsed,
                     [&](Binding other) { return other.index == index; }))
      exitOnError(llvm::createStringError("--arg binds argument " +
                                          Twine(index) + " twice"));
    parsed.push_back({index, array});
  }
  return parsed;
}

/// Returns the elements `bytes` as a constant of `type`: a resource, or, for an
/// i1, a list of its elements.
static TypedAttr buildConstant(RankedTensorType type, StringRef name,
                               ArrayRef<char> bytes) {
  if (type.getElementType().isInteger(1))
    return DenseElementsAttr::get(
        type, ArrayRef<bool>(llvm::map_to_vector(
                  bytes, [](char byte) { return byte != 0; })));
  // The buffer of a file that is read from a pipe has this alignment, and
  // bytecode with a greater one could not be read from it.
  constexpr size_t alignment = 16;
  return DenseResourceElementsAttr::get(
      type, name,
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, alignment,
                                                    /*dataIsMutable=*/false));
}

/// Returns the constant that `binding` has for an argument of `function`.
static FailureOr<TypedAttr> readConstant(func::FuncOp function,
                                         const Binding &binding) {
  Type type = function.getArgumentTypes()[binding.index];
  auto emitError = [&](const Twine &what) {
    return function.emitError("cannot bind argument ")
           << binding.index << ": " << what;
  };
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<NpyElementType> element =
      tensor ? getNpyElementType(tensor.getElementType()) : std::nullopt;
  if (!element || tensor.getElementType().isIndex() || tensor.getEncoding())
    return emitError("requires a ranked tensor of numbers without encoding, "
                     "but the argument is ")
           << type;
  bool isText = binding.text.contains(" : ");
  llvm::Expected<NpyArray> array =
      isText ? parseNpy(binding.text, function.getContext())
             : readNpy(binding.text);
  if (!array)
    return emitError(llvm::toString(array.takeError()));
  auto arrayType =
      RankedTensorType::get(array->getShape(), tensor.getElementType());
  if (!(array->getElementType() == *element) ||
      failed(verifyCompatibleShape(tensor, arrayType)))
    return emitError(binding.text)
           << ": requires " << type << ", but has shape (" << array->getShape()
           << ") and elements of " << array->getElementType().str();
  StringRef name =
      isText ? StringRef("constant") : llvm::sys::path::stem(binding.text);
  return buildConstant(arrayType, name, array->getBytes());
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

namespace {
/// Moves a cast from a static type below the elementwise op that reads it, so
/// that the op is on static types.
struct MoveCastAfterElementwise : RewritePattern {
  explicit MoveCastAfterElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!mlir::OpTrait::hasElementwiseMappableTraits(op) ||
        op->getNumRegions() != 0)
      return rewriter.notifyMatchFailure(op, "is not elementwise");
    auto isDynamic = [](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return tensor && !tensor.hasStaticShape();
    };
    if (!llvm::any_of(op->getResultTypes(), isDynamic))
      return rewriter.notifyMatchFailure(op, "is static");
    RankedTensorType shape;
    for (Value operand : op->getOperands())
      if (auto cast = operand.getDefiningOp<tensor::CastOp>())
        if (auto source =
                dyn_cast<RankedTensorType>(cast.getSource().getType());
            source && source.hasStaticShape())
          shape = source;
    if (!shape)
      return rewriter.notifyMatchFailure(op, "has no operand of known shape");
    auto mayHaveShape = [&](Type type) {
      auto tensor = dyn_cast<RankedTensorType>(type);
      return !tensor || tensor::CastOp::areCastCompatible(
                            type, shape.clone(tensor.getElementType()));
    };
    if (!llvm::all_of(op->getOperandTypes(), mayHaveShape) ||
        !llvm::all_of(op->getResultTypes(), mayHaveShape))
      return rewriter.notifyMatchFailure(op, "has operands of other shapes");
    SmallVector<Value> operands;
    for (Value operand : op->getOperands()) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      operands.push_back(
          type ? rewriter.createOrFold<tensor::CastOp>(
                     op->getLoc(), shape.clone(type.getElementType()), operand)
               : operand);
    }
    SmallVector<Type> types;
    for (Type type : op->getResultTypes())
      types.push_back(shape.clone(getElementTypeOrSelf(type)));
    Operation *known =
        rewriter.create(op->getLoc(), op->getName().getIdentifier(), operands,
                        types, op->getAttrs());
    SmallVector<Value> results;
    for (auto [result, type] :
         llvm::zip_equal(known->getResults(), op->getResultTypes()))
      results.push_back(
          tensor::CastOp::create(rewriter, op->getLoc(), type, result));
    rewriter.replaceOp(op, results);
    return success();
  }
};
} // namespace

/// Propagates the sizes that constants of static shape make known.
static LogicalResult propagateShapes(func::FuncOp function) {
  MLIRContext *context = function.getContext();
  RewritePatternSet patterns(context);
  for (Dialect *dialect : context->getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : context->getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, context);
  patterns.add<MoveCastAfterElementwise>(context);
  return applyPatternsGreedily(function, std::move(patterns));
}

//===----------------------------------------------------------------------===//
// The function
//===----------------------------------------------------------------------===//

/// Returns the function whose arguments are bound.
static FailureOr<func::FuncOp> findFunction(ModuleOp moduleOp) {
  func::FuncOp found;
  for (auto function : moduleOp.getOps<func::FuncOp>()) {
    if (function.isExternal() ||
        (!entry.empty() && function.getName() != entry))
      continue;
    if (found)
      return moduleOp.emitError("has several functions: choose one with "
                                "--entry");
    found = function;
  }
  if (!found)
    return moduleOp.emitError("has no function ")
           << (entry.empty() ? "" : "'@" + entry + "' ") << "with a body";
  if (!SymbolTable::symbolKnownUseEmpty(found, moduleOp))
    return found.emitError("has callers, so its arguments cannot be bound: "
                           "inline it first");
  return found;
}

static LogicalResult bind(ModuleOp moduleOp) {
  SmallVector<Binding> parsed = parseBindings();
  FailureOr<func::FuncOp> function = findFunction(moduleOp);
  if (failed(function))
    return failure();
  for (const Binding &binding : parsed)
    if (binding.index >= function->getNumArguments())
      return function->emitError("has ")
             << function->getNumArguments() << " arguments, but --arg binds "
             << "argument " << binding.index;

  OpBuilder builder(function->getBody());
  llvm::BitVector bound(function->getNumArguments());
  for (const Binding &binding : parsed) {
    FailureOr<TypedAttr> constant = readConstant(*function, binding);
    if (failed(constant))
      return failure();
    BlockArgument argument = function->getArgument(binding.index);
    Value value =
        arith::ConstantOp::create(builder, argument.getLoc(), *constant);
    if (value.getType() != argument.getType())
      value = tensor::CastOp::create(builder, argument.getLoc(),
                                     argument.getType(), value);
    argument.replaceAllUsesWith(value);
    bound.set(binding.index);
  }
  if (failed(function->eraseArguments(bound)))
    return failure();
  return propagateShapes(*function);
}

int main(int argc, char **argv) {
  llvm::InitLLVM initLLVM(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::ParseCommandLineOptions(
      argc, argv,
      "quant-bnn binder: replaces arguments of a function by constants from "
      "NumPy files\n");

  DialectRegistry registry;
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  quant_bnn::registerAllDialects(registry);
  MLIRContext context(registry);
  context.printOpOnDiagnostic(false);
  context.loadDialect<arith::ArithDialect, tensor::TensorDialect>();

  std::string message;
  std::unique_ptr<llvm::MemoryBuffer> buffer =
      openInputFile(inputPath, &message);
  if (!buffer)
    exitOnError(llvm::createStringError(message));
  llvm::SourceMgr sourceMgr;
  sourceMgr.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  SourceMgrDiagnosticHandler handler(sourceMgr, &context);
  OwningOpRef<ModuleOp> moduleOp =
      parseSourceFile<ModuleOp>(sourceMgr, &context);
  if (!moduleOp || failed(bind(*moduleOp)))
    return 1;

  std::unique_ptr<llvm::ToolOutputFile> output =
      openOutputFile(outputPath, &message);
  if (!output)
    exitOnError(llvm::createStringError(message));
  if (!emitBytecode)
    moduleOp->print(output->os());
  else if (failed(writeBytecodeToFile(*moduleOp, output->os())))
    return 1;
  output->keep();
  return 0;
}
