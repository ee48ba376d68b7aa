//===- BindArguments.cpp - Arguments to constants from files --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyTypes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNBINDARGUMENTSPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

namespace {
struct QuantBNNBindArgumentsPass
    : quant_bnn::impl::QuantBNNBindArgumentsPassBase<
          QuantBNNBindArgumentsPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  FailureOr<func::FuncOp> findFunction();
};
} // namespace

FailureOr<func::FuncOp> QuantBNNBindArgumentsPass::findFunction() {
  ModuleOp moduleOp = getOperation();
  auto found = moduleOp.lookupSymbol<func::FuncOp>(function);
  if (!found || found.isExternal())
    return moduleOp.emitError("requires a function with a body to bind "
                              "arguments of, but @")
           << function.getValue() << " is none";
  if (!SymbolTable::symbolKnownUseEmpty(found, moduleOp))
    return found.emitError("has callers, so its arguments cannot be bound");
  if (first < 0 || first + files.size() > found.getNumArguments())
    return found.emitError("requires ")
           << files.size() << " arguments to bind from number "
           << int64_t(first) << " on, but has " << found.getNumArguments();
  return found;
}

/// The constant in `path` for an argument of `type`.
static FailureOr<DenseElementsAttr>
readConstant(func::FuncOp function, unsigned index, StringRef path) {
  Type type = function.getArgumentTypes()[index];
  auto emitError = [&](const Twine &what) {
    return function.emitError("cannot bind argument ") << index << ": " << what;
  };
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<NpyElementType> element =
      tensor ? getNpyElementType(tensor.getElementType()) : std::nullopt;
  if (!element || tensor.getElementType().isIndex() || tensor.getEncoding())
    return emitError("") << type << " is no type of a file";
  llvm::Expected<NpyArray> array = readNpy(path);
  if (!array)
    return emitError(llvm::toString(array.takeError()));
  auto arrayType =
      RankedTensorType::get(array->getShape(), tensor.getElementType());
  if (!(array->getElementType() == *element) ||
      failed(verifyCompatibleShape(tensor, arrayType)))
    return emitError(path) << ": requires " << type << ", but has shape ("
                           << array->getShape() << ") and elements of "
                           << array->getElementType().str();
  ArrayRef<char> bytes = array->getBytes();
  if (!tensor.getElementType().isInteger(1))
    return DenseElementsAttr::getFromRawBuffer(arrayType, bytes);
  return DenseElementsAttr::get(
      arrayType, ArrayRef<bool>(llvm::map_to_vector(
                     bytes, [](char byte) { return byte != 0; })));
}

namespace {
/// What computes element by element does so on what is known to be static.
struct MoveCastAfterElementwise : RewritePattern {
  explicit MoveCastAfterElementwise(MLIRContext *context)
      : RewritePattern(MatchAnyOpTypeTag(), /*benefit=*/1, context) {}

  LogicalResult matchAndRewrite(Operation *op,
                                PatternRewriter &rewriter) const override {
    if (!OpTrait::hasElementwiseMappableTraits(op) || op->getNumRegions() != 0)
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

void QuantBNNBindArgumentsPass::runOnOperation() {
  FailureOr<func::FuncOp> found = findFunction();
  if (failed(found))
    return signalPassFailure();
  SmallVector<DenseElementsAttr> constants;
  for (auto [i, path] : llvm::enumerate(files)) {
    FailureOr<DenseElementsAttr> constant =
        readConstant(*found, first + i, path);
    if (failed(constant))
      return signalPassFailure();
    constants.push_back(*constant);
  }
  OpBuilder builder(found->getBody());
  llvm::BitVector bound(found->getNumArguments());
  for (auto [i, constant] : llvm::enumerate(constants)) {
    BlockArgument argument = found->getArgument(first + i);
    Value value =
        arith::ConstantOp::create(builder, argument.getLoc(), constant);
    if (value.getType() != argument.getType())
      value = tensor::CastOp::create(builder, argument.getLoc(),
                                     argument.getType(), value);
    argument.replaceAllUsesWith(value);
    bound.set(argument.getArgNumber());
  }
  if (failed(found->eraseArguments(bound)))
    return signalPassFailure();

  // Sizes that are known now make others known.
  RewritePatternSet patterns(&getContext());
  for (Dialect *dialect : getContext().getLoadedDialects())
    dialect->getCanonicalizationPatterns(patterns);
  for (RegisteredOperationName op : getContext().getRegisteredOperations())
    op.getCanonicalizationPatterns(patterns, &getContext());
  patterns.add<MoveCastAfterElementwise>(&getContext());
  if (failed(applyPatternsGreedily(*found, std::move(patterns))))
    signalPassFailure();
}
