//===- ConstantMemory.cpp - Memory that is known when compiling -----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantMemory.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace quant_bnn;

/// Returns the value of the constant global that `memref` is, with its
/// dimensions or others; null if it is none.
static ElementsAttr getConstant(Value memref) {
  while (isa_and_nonnull<memref::CollapseShapeOp, memref::ExpandShapeOp>(
      memref.getDefiningOp()))
    memref = memref.getDefiningOp()->getOperand(0);
  auto get = memref.getDefiningOp<memref::GetGlobalOp>();
  if (!get)
    return {};
  auto global = SymbolTable::lookupNearestSymbolFrom<memref::GlobalOp>(
      get, get.getNameAttr());
  if (!global || !global.getConstant() || !global.getInitialValue() ||
      !global.getType().getLayout().isIdentity())
    return {};
  return dyn_cast<ElementsAttr>(*global.getInitialValue());
}

std::optional<ConstantMemory> ConstantMemory::get(Value memref,
                                                  ArrayRef<AffineExpr> indices,
                                                  unsigned loops) {
  ElementsAttr value = getConstant(memref);
  if (!value || !value.getElementType().isIntOrFloat() ||
      value.getElementType().getIntOrFloatBitWidth() % 8 != 0)
    return std::nullopt;
  ConstantMemory memory;
  memory.bytesPerElement = value.getElementType().getIntOrFloatBitWidth() / 8;
  if (auto dense = dyn_cast<DenseElementsAttr>(value)) {
    memory.data = dense.getRawData();
    memory.isSplat = dense.isSplat();
  } else if (auto resource = dyn_cast<DenseResourceElementsAttr>(value);
             resource && resource.getRawHandle().getBlob()) {
    memory.data = resource.getRawHandle().getBlob()->getData();
  } else {
    return std::nullopt;
  }
  // A resource may have another size.
  if (!memory.isSplat && int64_t(memory.data.size()) !=
                             value.getNumElements() * memory.bytesPerElement)
    return std::nullopt;

  memory.factors.assign(loops, 0);
  int64_t stride = 1;
  ArrayRef<int64_t> shape = cast<MemRefType>(memref.getType()).getShape();
  for (auto [index, size] : llvm::reverse(llvm::zip_equal(indices, shape))) {
    SmallVector<int64_t> flat;
    // Divisions would be further columns.
    if (failed(getFlattenedAffineExpr(index, loops, /*numSymbols=*/0, &flat)) ||
        flat.size() != loops + 1)
      return std::nullopt;
    for (unsigned loop = 0; loop < loops; ++loop)
      memory.factors[loop] += flat[loop] * stride;
    memory.constant += flat.back() * stride;
    stride *= size;
  }
  return memory;
}

ArrayRef<char> ConstantMemory::getElement(ArrayRef<int64_t> ivs) const {
  int64_t position = constant;
  for (auto [factor, iv] : llvm::zip_equal(factors, ivs))
    position += factor * iv;
  return data.slice(isSplat ? 0 : position * bytesPerElement, bytesPerElement);
}

Value quant_bnn::buildConstantMemory(ImplicitLocOpBuilder &b,
                                     ArrayRef<int64_t> shape, Type element,
                                     ArrayRef<char> data) {
  auto type = RankedTensorType::get(shape, element);
  Value constant = arith::ConstantOp::create(
      b, DenseElementsAttr::getFromRawBuffer(type, data));
  return bufferization::ToBufferOp::create(b, MemRefType::get(shape, element),
                                           constant, /*read_only=*/true);
}
