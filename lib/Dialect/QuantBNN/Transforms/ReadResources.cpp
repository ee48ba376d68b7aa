//===- ReadResources.cpp - Resource constants to dense constants ----------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ReadResources.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h"

namespace quant_bnn {
#define GEN_PASS_DEF_QUANTBNNREADRESOURCESPASS
#include "quant-bnn/Dialect/QuantBNN/Transforms/Passes.h.inc"
} // namespace quant_bnn

using namespace mlir;
using namespace quant_bnn;

DenseElementsAttr quant_bnn::readElements(DenseResourceElementsAttr resource) {
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  if (!blob)
    return {};
  ShapedType type = resource.getType();
  ArrayRef<char> data = blob->getData();
  if (!type.getElementType().isIntOrIndexOrFloat())
    return {};
  // A resource has a byte for each i1.
  bool isBool = type.getElementType().isInteger(1);
  int64_t bytes = isBool ? 1
                  : type.getElementType().isIndex()
                      ? sizeof(int64_t)
                      : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  if (int64_t(data.size()) != bytes * type.getNumElements())
    return {};
  if (!isBool)
    return DenseElementsAttr::getFromRawBuffer(type, data);
  return DenseElementsAttr::get(
      type, ArrayRef<bool>(llvm::map_to_vector(
                data, [](char byte) { return byte != 0; })));
}

namespace {
struct QuantBNNReadResourcesPass
    : quant_bnn::impl::QuantBNNReadResourcesPassBase<
          QuantBNNReadResourcesPass> {
  void runOnOperation() override {
    getOperation()->walk([](arith::ConstantOp op) {
      auto resource = dyn_cast<DenseResourceElementsAttr>(op.getValue());
      if (!resource)
        return;
      if (DenseElementsAttr elements = readElements(resource))
        op.setValueAttr(elements);
    });
  }
};
} // namespace
