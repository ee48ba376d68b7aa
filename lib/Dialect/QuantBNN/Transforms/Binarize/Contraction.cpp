//===- Contraction.cpp - Bipolar matmuls ----------------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Product.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

/// Returns the number of iterations of `loops`, or dynamic.
static int64_t getNumIterations(linalg::LinalgOp op, ArrayRef<unsigned> loops) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  int64_t count = 1;
  for (unsigned loop : loops) {
    if (ShapedType::isDynamic(ranges[loop]))
      return ShapedType::kDynamic;
    count *= ranges[loop];
  }
  return count;
}

std::optional<PackedForm>
quant_bnn::binarize::matchContraction(Product product, const Options &options,
                                      std::optional<Refusal> &refusal) {
  auto refuse = [&](const Twine &reason) {
    refusal = Refusal{product.op.getLoc(), reason.str()};
    return std::nullopt;
  };
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(product.op);
  if (failed(dims) || dims->k.empty() ||
      dims->batch.size() + dims->m.size() + dims->n.size() + dims->k.size() !=
          product.op.getNumLoops())
    return refuse("it is not a matrix product");
  SmallVector<LoopGroup> aGroups, bGroups, accGroups;
  if (!dims->batch.empty())
    for (auto *groups : {&aGroups, &bGroups, &accGroups})
      groups->push_back(dims->batch);
  llvm::append_values(aGroups, dims->m, dims->k);
  llvm::append_values(bGroups, dims->n, dims->k);
  llvm::append_values(accGroups, dims->m, dims->n);
  AffineMap aMap = product.getMap(product.lhs);
  AffineMap bMap = product.getMap(product.rhs);
  AffineMap accMap = product.getMap(product.init);
  if (!coversDims(aMap, aGroups) || !coversDims(bMap, bGroups) ||
      !coversDims(accMap, accGroups))
    return refuse("it is not a matrix product");
  unsigned wordBits = options.wordBits;
  Value init = product.init->get();
  return PackedForm{
      getNumIterations(product.op, dims->k), /*imageDims=*/{},
      [=](ImplicitLocOpBuilder &b, Value lhs, Value rhs, const Padding &) {
        lhs = buildGrouped(b, lhs, aMap, aGroups);
        rhs = buildGrouped(b, rhs, bMap, bGroups);
        lhs = PackOp::create(b, lhs, wordBits);
        rhs = PackOp::create(b, rhs, wordBits);
        Value acc = XnorMatmulOp::create(b, lhs, rhs);
        return buildUngrouped(b, acc, accMap, accGroups,
                              tensor::getMixedSizes(b, b.getLoc(), init));
      }};
}
