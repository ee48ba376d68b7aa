//===- BF16ToI16.cpp - Convert bf16 to i16 with the same bits -------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "BF16ToI16.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "quant-bnn/Codegen/Common/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNBF16TOI16PASS
#include "quant-bnn/Codegen/Common/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
class Converter {
public:
  explicit Converter(MLIRContext *context) {
    quant_bnn::addBF16ToI16Replacements(context, replacer);
  }

  /// Whether `function`, or a value or a type of an element in it, has bf16.
  bool hasBF16(LLVM::LLVMFuncOp function);
  void convert(LLVM::LLVMFuncOp function);

private:
  void castValues(Operation *op);

  AttrTypeReplacer replacer;
  /// The values that keep the type bf16; each is an operand or result of a cast
  /// from or to its bits.
  DenseSet<Value> kept;
};

struct QuantBNNBF16ToI16Pass
    : quant_bnn::impl::QuantBNNBF16ToI16PassBase<QuantBNNBF16ToI16Pass> {
  void runOnOperation() override {
    Converter converter(&getContext());
    if (!converter.hasBF16(getOperation()))
      return markAllAnalysesPreserved();
    converter.convert(getOperation());
  }
};
} // namespace

static bool isBF16(Type type) {
  return isa<FloatType, VectorType>(type) &&
         getElementTypeOrSelf(type).isBF16();
}

/// Whether `op` only moves the bits of its operands and results.
static bool movesBits(Operation *op) {
  return isa<
      LLVM::AllocaOp, LLVM::BitcastOp, LLVM::BrOp, LLVM::CallOp, LLVM::CondBrOp,
      LLVM::ConstantOp, LLVM::ExtractElementOp, LLVM::ExtractValueOp,
      LLVM::FreezeOp, LLVM::GEPOp, LLVM::InsertElementOp, LLVM::InsertValueOp,
      LLVM::LoadOp, LLVM::MaskedLoadOp, LLVM::MaskedStoreOp, LLVM::PoisonOp,
      LLVM::ReturnOp, LLVM::SelectOp, LLVM::ShuffleVectorOp, LLVM::StoreOp,
      LLVM::SwitchOp, LLVM::UndefOp, LLVM::ZeroOp, LLVM::masked_compressstore,
      LLVM::masked_expandload, LLVM::masked_gather, LLVM::masked_scatter,
      LLVM::vector_extract, LLVM::vector_insert>(op);
}

void quant_bnn::addBF16ToI16Replacements(MLIRContext *context,
                                         AttrTypeReplacer &replacer) {
  auto i16 = IntegerType::get(context, 16);
  replacer.addReplacement([=](BFloat16Type) -> Type { return i16; });
  replacer.addReplacement([=](FloatAttr value) -> std::optional<Attribute> {
    if (!value.getType().isBF16())
      return std::nullopt;
    return IntegerAttr::get(i16, value.getValue().bitcastToAPInt());
  });
  replacer.addReplacement(
      [=](DenseElementsAttr value) -> std::optional<Attribute> {
        if (!value.getElementType().isBF16())
          return std::nullopt;
        return value.bitcast(i16);
      });
}

bool Converter::hasBF16(LLVM::LLVMFuncOp function) {
  auto changes = [&](Type type) { return replacer.replace(type) != type; };
  if (changes(function.getFunctionType()))
    return true;
  return function.getBody()
      .walk([&](Operation *op) {
        if (llvm::any_of(op->getOperandTypes(), changes) ||
            llvm::any_of(op->getResultTypes(), changes))
          return WalkResult::interrupt();
        // Types of what pointers point to.
        if (isa<LLVM::GEPOp, LLVM::AllocaOp, LLVM::CallOp>(op) &&
            replacer.replace(op->getAttrDictionary()) !=
                op->getAttrDictionary())
          return WalkResult::interrupt();
        return WalkResult::advance();
      })
      .wasInterrupted();
}

/// Keeps `op` on bf16 by casts around it. The other type of the casts becomes
/// an integer when all values that are not kept are converted.
void Converter::castValues(Operation *op) {
  OpBuilder builder(op);
  auto cast = [&](Value value) -> Value {
    return LLVM::BitcastOp::create(builder, op->getLoc(), value.getType(),
                                   value);
  };
  for (OpOperand &operand : op->getOpOperands())
    if (isBF16(operand.get().getType())) {
      operand.set(cast(operand.get()));
      kept.insert(operand.get());
    }
  builder.setInsertionPointAfter(op);
  for (Value result : op->getResults())
    if (isBF16(result.getType())) {
      Value bits = cast(result);
      result.replaceAllUsesExcept(bits, bits.getDefiningOp());
      kept.insert(result);
    }
}

void Converter::convert(LLVM::LLVMFuncOp function) {
  function.setFunctionType(cast<LLVM::LLVMFunctionType>(
      replacer.replace(Type(function.getFunctionType()))));
  if (function.isExternal())
    return;
  SmallVector<Operation *> ops;
  function.getBody().walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops) {
    if (movesBits(op))
      replacer.replaceElementsIn(op, /*replaceAttrs=*/true);
    else
      castValues(op);
  }
  // A type that is not LLVM's belongs to an op that has not been lowered.
  auto convertAll = [&](ValueRange values) {
    for (Value value : values)
      if (Type type = value.getType();
          !kept.contains(value) && LLVM::isCompatibleType(type))
        value.setType(replacer.replace(type));
  };
  function.getBody().walk([&](Block *block) {
    convertAll(block->getArguments());
    for (Operation &op : *block)
      convertAll(op.getResults());
  });
  function.getBody().walk([](LLVM::BitcastOp cast) {
    if (cast.getType() != cast.getArg().getType())
      return;
    cast.replaceAllUsesWith(cast.getArg());
    cast.erase();
  });
}
