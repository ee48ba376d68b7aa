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
  void runOnOperation() override;

private:
  LogicalResult convert(cf::AssertOp op, SymbolTableCollection &symbols);
};
} // namespace

LogicalResult
QuantBNNConvertAssertToLLVMPass::convert(cf::AssertOp op,
                                         SymbolTableCollection &symbols) {
  ModuleOp moduleOp = getOperation();
  ImplicitLocOpBuilder b(op.getLoc(), op);
  Type pointer = LLVM::LLVMPointerType::get(b.getContext());
  FailureOr<LLVM::LLVMFuncOp> flush = LLVM::lookupOrCreateFn(
      b, moduleOp, "fflush", pointer, b.getI32Type(),
      /*isVarArg=*/false, /*isReserved=*/false, &symbols);
  FailureOr<LLVM::LLVMFuncOp> abort = LLVM::lookupOrCreateFn(
      b, moduleOp, "abort", {}, LLVM::LLVMVoidType::get(b.getContext()),
      /*isVarArg=*/false, /*isReserved=*/false, &symbols);
  if (failed(flush) || failed(abort))
    return failure();
  Block *block = op->getBlock();
  Block *rest = block->splitBlock(op->getNextNode());
  Block *stop = b.createBlock(block->getParent(), block->getParent()->end());
  b.setInsertionPoint(op);
  cf::CondBranchOp::create(b, op.getArg(), rest, stop);
  b.setInsertionPointToStart(stop);
  if (failed(LLVM::createPrintStrCall(b, op.getLoc(), moduleOp, "assert_msg",
                                      op.getMsg(),
                                      LLVMTypeConverter(b.getContext()),
                                      /*addNewline=*/false, "puts", &symbols)))
    return failure();
  LLVM::CallOp::create(b, *flush, LLVM::ZeroOp::create(b, pointer).getResult());
  LLVM::CallOp::create(b, *abort, ValueRange());
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
  for (StringRef name : {"puts", "fflush", "abort"})
    if (Operation *other = getOperation().lookupSymbol(name);
        other && !isa<LLVM::LLVMFuncOp>(other)) {
      InFlightDiagnostic error =
          ops.front().emitError("needs '")
          << name << "' of the C library, which the module hides";
      error.attachNote(other->getLoc()) << "by a symbol of that name";
      return signalPassFailure();
    }
  for (cf::AssertOp op : ops)
    if (failed(convert(op, symbols)))
      return signalPassFailure();
}
