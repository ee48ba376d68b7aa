//===- ElementOps.cpp - Ops on unpacked elements --------------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Support/Remarks.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::packed;

static constexpr StringLiteral category = "quant-bnn-materialize-packed-layout";

namespace {
/// Unpacks the packed operands of an op to `i1`, and packs the results.
struct ConvertOnElements : AnyOnWords {
  using AnyOnWords::AnyOnWords;

  LogicalResult
  matchAndRewrite(Operation *op, ArrayRef<ValueRange> operands,
                  ConversionPatternRewriter &rewriter) const override;
};
} // namespace

static Type dropLayout(Type type) {
  if (!PackedAttr::find(type))
    return type;
  auto tensor = cast<RankedTensorType>(type);
  return RankedTensorType::get(tensor.getShape(), tensor.getElementType());
}

/// Builds the elements of `original`, which was converted to `converted`.
static Value buildElements(OpBuilder &builder, Location loc, Value original,
                           ValueRange converted) {
  PackedAttr layout = PackedAttr::find(original.getType());
  if (!layout)
    return converted.front();
  Type type = dropLayout(original.getType());
  // The bits of a tensor without values need not be read.
  if (auto empty = original.getDefiningOp<tensor::EmptyOp>())
    return tensor::EmptyOp::create(builder, loc, type, empty.getDynamicSizes());
  Value bits = buildUnpack(builder, loc, getWords(original, converted), layout,
                           builder.getI1Type());
  return buildTensorCast(builder, loc, type, bits);
}

LogicalResult
ConvertOnElements::matchAndRewrite(Operation *op, ArrayRef<ValueRange> operands,
                                   ConversionPatternRewriter &rewriter) const {
  if (!isa_and_present<arith::ArithDialect, linalg::LinalgDialect,
                       tensor::TensorDialect>(op->getDialect()))
    return rewriter.notifyMatchFailure(op, "is of another dialect");
  Location loc = op->getLoc();
  remark::missed(loc, getRemarkOpts("on-words", category, op))
      << (op->getName().getStringRef() +
          " not computed on words, but on elements that are unpacked")
             .str();
  SmallVector<Value> elements;
  for (auto [original, converted] :
       llvm::zip_equal(op->getOperands(), operands))
    elements.push_back(buildElements(rewriter, loc, original, converted));
  auto types = llvm::map_to_vector(op->getResultTypes(), dropLayout);
  Operation *onElements = Operation::create(
      loc, op->getName(), types, elements, op->getDiscardableAttrDictionary(),
      op->getPropertiesStorage(), /*successors=*/{}, op->getNumRegions());
  rewriter.insert(onElements);
  for (auto [before, after] :
       llvm::zip_equal(op->getRegions(), onElements->getRegions()))
    rewriter.inlineRegionBefore(before, after, after.end());
  SmallVector<SmallVector<Value>> results;
  for (auto [original, result] :
       llvm::zip_equal(op->getResults(), onElements->getResults())) {
    results.push_back({result});
    if (PackedAttr layout = PackedAttr::find(original.getType()))
      results.back() = getValues(rewriter, loc, original.getType(),
                                 buildPack(rewriter, loc, result, layout));
  }
  rewriter.replaceOpWithMultiple(op, std::move(results));
  return success();
}

void quant_bnn::packed::populateElementPatterns(
    const PackedTypeConverter &converter, RewritePatternSet &patterns) {
  patterns.add<ConvertOnElements>(converter, patterns.getContext(),
                                  /*benefit=*/0);
}
