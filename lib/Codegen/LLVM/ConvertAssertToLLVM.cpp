//===- ConvertAssertToLLVM.cpp - Assertions whose message arrives ---------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Conversion/LLVMCommon/PrintCallHelper.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/FunctionCallUtils.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Codegen/LLVM/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCONVERTASSERTTOLLVMPASS
#include "quant-bnn/Codegen/LLVM/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

namespace {
struct QuantBNNConvertAssertToLLVMPass
    : quant_bnn::impl::QuantBNNConvertAssertToLLVMPassBase<
          QuantBNNConvertAssertToLLVMPass> {
  using QuantBNNConvertAssertToLLVMPassBase::
      QuantBNNConvertAssertToLLVMPassBase;

  void runOnOperation() override;

private:
  /// Returns the names of the functions that the code calls.
  SmallVector<StringRef> getCallees() const;
  LogicalResult abort(ImplicitLocOpBuilder &b, SymbolTableCollection &symbols);
  LogicalResult convert(cf::AssertOp op, SymbolTableCollection &symbols);
};
} // namespace

SmallVector<StringRef> QuantBNNConvertAssertToLLVMPass::getCallees() const {
  if (handler.empty())
    return {"puts", "fflush", "abort"};
  return {handler};
}

/// Builds the code that flushes what was printed and aborts.
LogicalResult
QuantBNNConvertAssertToLLVMPass::abort(ImplicitLocOpBuilder &b,
                                       SymbolTableCollection &symbols) {
  ModuleOp moduleOp = getOperation();
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  FailureOr<LLVM::LLVMFuncOp> flush = LLVM::lookupOrCreateFn(
      b, moduleOp, "fflush", pointer, b.getI32Type(),
      /*isVarArg=*/false, /*isReserved=*/false, &symbols);
  FailureOr<LLVM::LLVMFuncOp> abort = LLVM::lookupOrCreateFn(
      b, moduleOp, "abort", {}, LLVM::LLVMVoidType::get(b.getContext()),
      /*isVarArg=*/false, /*isReserved=*/false, &symbols);
  if (failed(flush) || failed(abort))
    return failure();
  LLVM::CallOp::create(b, *flush, LLVM::ZeroOp::create(b, pointer).getResult());
  LLVM::CallOp::create(b, *abort, ValueRange());
  return success();
}

LogicalResult
QuantBNNConvertAssertToLLVMPass::convert(cf::AssertOp op,
                                         SymbolTableCollection &symbols) {
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Block *block = op->getBlock();
  Block *rest = block->splitBlock(op->getNextNode());
  Block *stop = b.createBlock(block->getParent(), block->getParent()->end());
  b.setInsertionPoint(op);
  cf::CondBranchOp::create(b, op.getArg(), rest, stop);
  b.setInsertionPointToStart(stop);
  if (failed(LLVM::createPrintStrCall(
          b, op.getLoc(), getOperation(), "assert_msg", op.getMsg(),
          LLVMTypeConverter(b.getContext()), /*addNewline=*/false,
          getCallees().front(), &symbols)))
    return failure();
  if (handler.empty() && failed(abort(b, symbols)))
    return failure();
  LLVM::UnreachableOp::create(b);
  op.erase();
  return success();
}

void QuantBNNConvertAssertToLLVMPass::runOnOperation() {
  SmallVector<cf::AssertOp> ops;
  for (auto function : getOperation().getOps<func::FuncOp>())
    function.walk([&](cf::AssertOp op) { ops.push_back(op); });
  if (ops.empty())
    return markAllAnalysesPreserved();
  SymbolTableCollection symbols;
  for (StringRef name : getCallees())
    if (Operation *other = getOperation().lookupSymbol(name);
        other && !isa<LLVM::LLVMFuncOp>(other)) {
      InFlightDiagnostic error = ops.front().emitError("needs '")
                                 << name
                                 << "' of a library, which the module hides";
      error.attachNote(other->getLoc()) << "by a symbol of that name";
      return signalPassFailure();
    }
  for (cf::AssertOp op : ops)
    if (failed(convert(op, symbols)))
      return signalPassFailure();
}
