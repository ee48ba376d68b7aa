//===- CreateGlobals.cpp - Create globals of constant memory --------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "quant-bnn/Codegen/CPU/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNCREATEGLOBALSPASS
#include "quant-bnn/Codegen/CPU/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;

/// A line of the cache, which a vector fills.
static constexpr int64_t alignment = 64;

/// Returns the constant that `op` is the memory of, if it is only read; null
/// otherwise.
static arith::ConstantOp getReadOnlyConstant(bufferization::ToBufferOp op) {
  auto type = dyn_cast<MemRefType>(op.getType());
  if (!op.getReadOnly() || !type || !type.getLayout().isIdentity() ||
      type.getMemorySpace())
    return {};
  return op.getTensor().getDefiningOp<arith::ConstantOp>();
}

namespace {
class Globals {
public:
  /// Replaces `op`, whose tensor is `constant`.
  void replace(bufferization::ToBufferOp op, arith::ConstantOp constant);
  /// Erases private constant globals that nothing uses from the modules that
  /// `replace` has created globals in. `root` has all of them.
  void eraseUnused(ModuleOp root);

private:
  memref::GlobalOp get(arith::ConstantOp constant, MemRefType type);

  SymbolTableCollection tables;
  SetVector<ModuleOp> modules;
  /// The globals that have been created, by module and value.
  DenseMap<std::pair<Operation *, Attribute>, memref::GlobalOp> created;
};

struct QuantBNNCreateGlobalsPass
    : quant_bnn::impl::QuantBNNCreateGlobalsPassBase<
          QuantBNNCreateGlobalsPass> {
  void runOnOperation() override {
    SmallVector<bufferization::ToBufferOp> buffers;
    getOperation()->walk([&](bufferization::ToBufferOp op) {
      if (getReadOnlyConstant(op))
        buffers.push_back(op);
    });
    if (buffers.empty())
      return markAllAnalysesPreserved();
    Globals globals;
    for (bufferization::ToBufferOp op : buffers)
      globals.replace(op, getReadOnlyConstant(op));
    globals.eraseUnused(getOperation());
  }
};
} // namespace

/// Returns a global of `type` with the value of `constant`, one that has been
/// created here: others with this value may be written.
memref::GlobalOp Globals::get(arith::ConstantOp constant, MemRefType type) {
  auto module = constant->getParentOfType<ModuleOp>();
  memref::GlobalOp &global = created[{module, constant.getValue()}];
  if (global)
    return global;
  std::string name = "__constant_";
  llvm::raw_string_ostream stream(name);
  llvm::interleave(type.getShape(), stream, "x");
  stream << 'x' << type.getElementType();
  OpBuilder b(module.getContext());
  global = memref::GlobalOp::create(
      b, constant.getLoc(), name, b.getStringAttr("private"), type,
      constant.getValue(), /*constant=*/true, b.getI64IntegerAttr(alignment));
  tables.getSymbolTable(module).insert(global, module.getBody()->begin());
  modules.insert(module);
  return global;
}

void Globals::replace(bufferization::ToBufferOp op,
                      arith::ConstantOp constant) {
  memref::GlobalOp global = get(constant, cast<MemRefType>(op.getType()));
  OpBuilder b(op);
  op.replaceAllUsesWith(memref::GetGlobalOp::create(
                            b, op.getLoc(), global.getType(), global.getName())
                            .getResult());
  op.erase();
  if (constant->use_empty())
    constant.erase();
}

void Globals::eraseUnused(ModuleOp root) {
  SymbolUserMap users(tables, root);
  for (ModuleOp module : modules)
    for (auto global :
         llvm::make_early_inc_range(module.getOps<memref::GlobalOp>()))
      if (global.isPrivate() && global.getConstant() && users.useEmpty(global))
        global.erase();
}
