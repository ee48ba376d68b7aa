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
#include "quant-bnn/Support/RawElements.h"

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
  return readRawElements(resource.getType(), blob->getData());
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
