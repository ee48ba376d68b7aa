//===- Contraction.cpp - Matrix products of signs -------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scale.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

/// The iterations of `loops`, or dynamic.
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

Value quant_bnn::binarize::binarizeContraction(
    Product product, const Options &options, std::optional<Refusal> &refusal) {
  FailureOr<linalg::ContractionDimensions> dims =
      linalg::inferContractionDims(product.op);
  auto refuse = [&](Value value, const Twine &reason) {
    refusal = Refusal{value.getLoc(), reason.str()};
    return Value();
  };
  if (failed(dims) || dims->k.empty() ||
      dims->batch.size() + dims->m.size() + dims->n.size() + dims->k.size() !=
          product.op.getNumLoops())
    return refuse(product.op->getResult(0), "it is no matrix product");
  SmallVector<LoopGroup> aGroups, bGroups, accGroups;
  if (!dims->batch.empty())
    for (auto *groups : {&aGroups, &bGroups, &accGroups})
      groups->push_back(dims->batch);
  llvm::append_values(aGroups, dims->m, dims->k);
  llvm::append_values(bGroups, dims->n, dims->k);
  llvm::append_values(accGroups, dims->m, dims->n);
  if (!coversDims(product.getMap(product.lhs), aGroups) ||
      !coversDims(product.getMap(product.rhs), bGroups) ||
      !coversDims(product.getMap(product.init), accGroups))
    return refuse(product.op->getResult(0), "it is no matrix product");
  std::optional<Signs> lhs = matchSigns(product.lhs->get(), refusal);
  std::optional<Signs> rhs =
      lhs ? matchSigns(product.rhs->get(), refusal) : std::nullopt;
  if (!rhs)
    return Value();
  int64_t numTerms = getNumIterations(product.op, dims->k);
  if (!ShapedType::isDynamic(numTerms) &&
      numTerms > std::numeric_limits<int32_t>::max())
    return refuse(product.op->getResult(0),
                  "a sum has more than 2^31 - 1 terms");
  if (!addsToZero(product) && options.mode == RewriteMode::Exact)
    return refuse(product.init->get(), "it adds to what may not be 0");
  std::optional<Scale> scale =
      matchScale(product, *lhs, *rhs, numTerms, options.mode, refusal);
  if (!scale)
    return Value();

  ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
  Value aElements =
      buildGrouped(b, product.lhs->get(), product.getMap(product.lhs), aGroups);
  Value bElements =
      buildGrouped(b, product.rhs->get(), product.getMap(product.rhs), bGroups);
  OpFoldResult depth = tensor::getMixedSizes(b, b.getLoc(), aElements).back();
  Value aWords = PackOp::create(b, aElements, options.wordBits);
  Value bWords = PackOp::create(b, bElements, options.wordBits);
  Value acc = XnorMatmulOp::create(b, aWords, bWords, depth);
  acc =
      buildUngrouped(b, acc, product.getMap(product.init), accGroups,
                     tensor::getMixedSizes(b, b.getLoc(), product.init->get()));
  return buildScaled(b, product, acc, *scale);
}
