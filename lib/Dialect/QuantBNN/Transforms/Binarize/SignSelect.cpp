//===- SignSelect.cpp - Products with one bipolar operand -----------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../UniformValue.h"
#include "Product.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

using namespace mlir;
using namespace quant_bnn;
using namespace quant_bnn::binarize;

/// Returns the dimension of `map` that is `loop` alone, or nullopt if there is
/// none.
static std::optional<int64_t> findDim(AffineMap map, AffineExpr loop) {
  const AffineExpr *dim = llvm::find(map.getResults(), loop);
  if (dim == map.getResults().end())
    return std::nullopt;
  return dim - map.getResults().begin();
}

/// Whether vector code of `product` has its lanes along `loop`, as vector code
/// of the rewritten op will. Both then add the same terms in the same order.
static bool hasLanesAlong(Product product, AffineExpr loop) {
  return llvm::all_of(product.op.getIndexingMapsArray(), [&](AffineMap map) {
    unsigned position = cast<AffineDimExpr>(loop).getPosition();
    return !map.isFunctionOfDim(position) ||
           (map.getResults().back() == loop &&
            !map.dropResult(map.getNumResults() - 1).isFunctionOfDim(position));
  });
}

Value quant_bnn::binarize::buildSignSelect(Product product, OpOperand *operand,
                                           const Signs &signs,
                                           const Options &options,
                                           std::optional<Refusal> &refusal) {
  auto refuse = [&](const Twine &reason) {
    refusal = Refusal{operand->get().getLoc(), reason.str()};
    return Value();
  };
  if (!signs.isUniform())
    return refuse("the magnitudes of its elements differ");
  if (getUniformFloat(operand->get()))
    return refuse("all its elements are one constant, which needs no bits");
  // Pack along the last dimension of the result, so that a word holds the bits
  // of the elements that one vector multiplies.
  AffineMap map = product.getMap(operand);
  AffineMap outMap = product.getMap(product.init);
  if (outMap.getNumResults() == 0)
    return refuse("the result is a scalar");
  AffineExpr lanes = outMap.getResults().back();
  std::optional<int64_t> dim = findDim(map, lanes);
  if (!dim || !isa<AffineDimExpr>(lanes))
    return refuse("it is the same along the last dimension of the result");
  if (options.mode == RewriteMode::Exact && !hasLanesAlong(product, lanes))
    return refuse("its elements along the last dimension of the result are not "
                  "its innermost ones, and sums would be in another order");

  ImplicitLocOpBuilder b(product.op.getLoc(), product.op);
  SmallVector<int64_t> order;
  for (int64_t i : llvm::seq<int64_t>(map.getNumResults()))
    if (i != *dim)
      order.push_back(i);
  order.push_back(*dim);
  Value elements = operand->get();
  if (!isIdentityPermutation(order)) {
    SmallVector<OpFoldResult> sizes =
        tensor::getMixedSizes(b, b.getLoc(), elements);
    applyPermutationToVector(sizes, order);
    Value empty = tensor::EmptyOp::create(
        b, sizes, getElementTypeOrSelf(elements.getType()));
    elements = linalg::TransposeOp::create(b, elements, empty, order)
                   .getResult()
                   .front();
  }
  Value packed = PackOp::create(b, elements, options.wordBits);
  SmallVector<AffineExpr> exprs(map.getResults());
  applyPermutationToVector(exprs, order);
  AffineMap bitMap = AffineMap::get(map.getNumDims(), 0, exprs, b.getContext());

  OpOperand *other = operand == product.lhs ? product.rhs : product.lhs;
  FloatType type = product.getType();
  APFloat magnitude = signs.magnitudes.front();
  bool losesInfo;
  magnitude.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                    &losesInfo);
  // Targets may look up sums of a few terms.
  auto flags = arith::FastMathFlagsAttr::get(
      b.getContext(), options.mode == RewriteMode::Exact
                          ? arith::FastMathFlags::none
                          : arith::FastMathFlags::reassoc);
  auto generic = linalg::GenericOp::create(
      b, product.init->get().getType(), ValueRange{other->get(), packed},
      product.init->get(), ArrayRef{product.getMap(other), bitMap, outMap},
      product.op.getIteratorTypesArray(),
      [&](OpBuilder &nested, Location loc, ValueRange arguments) {
        ImplicitLocOpBuilder body(loc, nested);
        Value x = arguments[0];
        if (x.getType() != type)
          x = arith::ExtFOp::create(body, type, x);
        auto buildFactor = [&](const APFloat &factor) -> Value {
          return arith::ConstantOp::create(body, FloatAttr::get(type, factor));
        };
        Value factor = arith::SelectOp::create(body, arguments[1],
                                               buildFactor(neg(magnitude)),
                                               buildFactor(magnitude));
        Value term = arith::MulFOp::create(body, x, factor);
        Value sum = arith::AddFOp::create(body, arguments[2], term, flags);
        linalg::YieldOp::create(body, sum);
      });
  return generic.getResult(0);
}
