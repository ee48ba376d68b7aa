//===- BF16VectorsToI16.cpp - Hold vectors of bf16 as their bits ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "quant-bnn/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNBF16VECTORSTOI16PASS
#include "quant-bnn/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNBF16VectorsToI16Pass
    : quant_bnn::impl::QuantBNNBF16VectorsToI16PassBase<
          QuantBNNBF16VectorsToI16Pass> {
  void runOnOperation() override;
};
} // namespace

static bool isBF16Vector(Type type) {
  auto vector = dyn_cast<VectorType>(type);
  return vector && vector.getElementType().isBF16();
}

/// Whether `op` only moves the bits of the vectors that it has.
static bool movesBits(Operation *op) {
  return isa<LLVM::BitcastOp, LLVM::BrOp, LLVM::CondBrOp, LLVM::ConstantOp,
             LLVM::ExtractElementOp, LLVM::FreezeOp, LLVM::InsertElementOp,
             LLVM::LoadOp, LLVM::MaskedLoadOp, LLVM::MaskedStoreOp,
             LLVM::PoisonOp, LLVM::SelectOp, LLVM::ShuffleVectorOp,
             LLVM::StoreOp, LLVM::UndefOp, LLVM::ZeroOp>(op);
}

/// Whether `function` has vectors of bf16, and they are only moved: not
/// computed with, and not part of its own signature.
static bool onlyMovesVectors(LLVM::LLVMFuncOp function) {
  bool hasVector = false;
  WalkResult result = function.walk([&](Operation *op) {
    bool isUser = llvm::any_of(op->getResultTypes(), isBF16Vector) ||
                  llvm::any_of(op->getOperandTypes(), isBF16Vector) ||
                  (op == function &&
                   llvm::any_of(function.getArgumentTypes(), isBF16Vector));
    hasVector |= isUser;
    return isUser && !movesBits(op) ? WalkResult::interrupt()
                                    : WalkResult::advance();
  });
  return hasVector && !result.wasInterrupted();
}

/// Casts the scalars that enter and leave a vector which holds bits.
static void castElements(Operation *op) {
  OpBuilder builder(op);
  if (auto insert = dyn_cast<LLVM::InsertElementOp>(op);
      insert && insert.getValue().getType().isBF16())
    insert.getValueMutable().set(LLVM::BitcastOp::create(
        builder, op->getLoc(), builder.getI16Type(), insert.getValue()));
  auto extract = dyn_cast<LLVM::ExtractElementOp>(op);
  if (!extract || !extract.getType().isBF16())
    return;
  builder.setInsertionPointAfter(extract);
  Value element = extract.getResult();
  element.setType(builder.getI16Type());
  auto cast = LLVM::BitcastOp::create(builder, op->getLoc(),
                                      builder.getBF16Type(), element);
  element.replaceAllUsesExcept(cast, cast);
}

void QuantBNNBF16VectorsToI16Pass::runOnOperation() {
  LLVM::LLVMFuncOp function = getOperation();
  if (!onlyMovesVectors(function))
    return;
  function.walk(castElements);
  auto i16 = IntegerType::get(&getContext(), 16);
  AttrTypeReplacer replacer;
  replacer.addReplacement([&](VectorType type) -> std::optional<Type> {
    if (!isBF16Vector(type))
      return std::nullopt;
    return type.clone(i16);
  });
  replacer.addReplacement(
      [&](DenseElementsAttr value) -> std::optional<Attribute> {
        if (!isBF16Vector(value.getType()))
          return std::nullopt;
        return value.bitcast(i16);
      });
  replacer.recursivelyReplaceElementsIn(function, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
  function.walk([](LLVM::BitcastOp op) {
    if (op.getType() != op.getArg().getType())
      return;
    op.replaceAllUsesWith(op.getArg());
    op.erase();
  });
}
