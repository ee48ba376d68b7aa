//===- Products.cpp - Products of all elements but one --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
// The gradient of a factor is the product of the other factors: the product of
// the factors before it times the product of the factors after it. Two loops
// over the factors compute these products in linear time.
//===----------------------------------------------------------------------===//

#include "Products.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "quant-bnn/Support/PayloadBuilder.h"

using namespace mlir;
using quant_bnn::detail::LoopOperand;
using quant_bnn::detail::Products;
using utils::IteratorType;

bool quant_bnn::detail::selectsSlices(AffineMap map) {
  llvm::SmallBitVector used(map.getNumDims());
  return llvm::all_of(map.getResults(), [&](AffineExpr expr) {
    if (isa<AffineConstantExpr>(expr))
      return true;
    auto dim = dyn_cast<AffineDimExpr>(expr);
    if (!dim || used.test(dim.getPosition()))
      return false;
    used.set(dim.getPosition());
    return true;
  });
}

namespace {
/// A pass over the factors.
struct Scan {
  Scan(OpBuilder &builder, Location loc, Value factors, AffineMap map);

  /// Builds the elements of `operand`, which has the map of the output, with
  /// one dimension for each loop in this map, in the order of the loops and in
  /// the compute type.
  Value load(LoopOperand operand);
  /// Builds the inverse of `load`, in the type and the extents of `like`.
  Value store(Value value, LoopOperand like);
  /// Builds, at each point, the product of `start` and the factors before it,
  /// or after it if `reverse`; and the product of `start` and all factors.
  std::pair<Value, Value> run(Value start, bool reverse);

  OpBuilder &builder;
  Location loc;
  Value factors;
  SmallVector<OpFoldResult> extents;
  /// The loops that the output has, and the other loops.
  SmallVector<unsigned> kept, reduced;
  /// The map of the output, from the loops that it has.
  AffineMap keptMap;
};
} // namespace

Scan::Scan(OpBuilder &builder, Location loc, Value factors, AffineMap map)
    : builder(builder), loc(loc), factors(factors),
      extents(tensor::getMixedSizes(builder, loc, factors)) {
  SmallVector<AffineExpr> replacements;
  for (unsigned loop = 0; loop < map.getNumDims(); ++loop) {
    replacements.push_back(builder.getAffineDimExpr(kept.size()));
    (map.isFunctionOfDim(loop) ? kept : reduced).push_back(loop);
  }
  keptMap = map.replaceDimsAndSymbols(replacements, {}, kept.size(), 0);
}

/// Copies `from` into `to`, converting its elements.
static Value copy(OpBuilder &builder, Location loc, Value from,
                  AffineMap fromMap, Value to, AffineMap toMap) {
  SmallVector<IteratorType> iterators(fromMap.getNumDims(),
                                      IteratorType::parallel);
  return linalg::GenericOp::create(
             builder, loc, to.getType(), from, to,
             ArrayRef<AffineMap>{fromMap, toMap}, iterators,
             [](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
               Value value =
                   quant_bnn::widen(nested, nestedLoc, arguments.front());
               value = quant_bnn::narrow(nested, nestedLoc, value,
                                         arguments.back().getType());
               linalg::YieldOp::create(nested, nestedLoc, value);
             })
      .getResult(0);
}

Value Scan::load(LoopOperand operand) {
  SmallVector<OpFoldResult> sizes;
  for (unsigned loop : kept)
    sizes.push_back(extents[loop]);
  Type element =
      quant_bnn::getComputeType(getElementTypeOrSelf(operand.value.getType()));
  Value empty = tensor::EmptyOp::create(builder, loc, sizes, element);
  return copy(builder, loc, operand.value, keptMap, empty,
              builder.getMultiDimIdentityMap(kept.size()));
}

Value Scan::store(Value value, LoopOperand like) {
  Value empty = tensor::EmptyOp::create(
      builder, loc, tensor::getMixedSizes(builder, loc, like.value),
      getElementTypeOrSelf(like.value.getType()));
  Value stored =
      copy(builder, loc, value, builder.getMultiDimIdentityMap(kept.size()),
           empty, keptMap);
  return tensor::CastOp::create(builder, loc, like.value.getType(), stored);
}

std::pair<Value, Value> Scan::run(Value start, bool reverse) {
  Type element = getElementTypeOrSelf(start.getType());
  Value init = tensor::EmptyOp::create(builder, loc, extents, element);
  Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
  Value one = arith::ConstantIndexOp::create(builder, loc, 1);
  SmallVector<Value> upper;
  for (unsigned loop : reduced)
    upper.push_back(
        getValueOrCreateConstantIndexOp(builder, loc, extents[loop]));
  SmallVector<Value> lower(reduced.size(), zero), steps(reduced.size(), one);
  scf::LoopNest nest = scf::buildLoopNest(
      builder, loc, lower, upper, steps, {init, start},
      [&](OpBuilder &nested, Location, ValueRange ivs, ValueRange carried) {
        SmallVector<OpFoldResult> offsets(extents.size(),
                                          nested.getIndexAttr(0));
        SmallVector<OpFoldResult> strides(extents.size(),
                                          nested.getIndexAttr(1));
        SmallVector<OpFoldResult> sizes = extents;
        for (auto [position, loop] : llvm::enumerate(reduced)) {
          Value index = ivs[position];
          if (reverse) {
            Value last =
                arith::SubIOp::create(nested, loc, upper[position], one);
            index = arith::SubIOp::create(nested, loc, last, index);
          }
          offsets[loop] = index;
          sizes[loop] = nested.getIndexAttr(1);
        }
        // Slices of an empty tensor would begin past its end.
        if (llvm::any_of(sizes, isZeroInteger))
          return llvm::to_vector(carried);
        Value products = tensor::InsertSliceOp::create(
            nested, loc, carried[1], carried[0], offsets, sizes, strides);
        auto sliceType = cast<RankedTensorType>(start.getType())
                             .clone(getElementTypeOrSelf(factors.getType()));
        Value factor = tensor::ExtractSliceOp::create(
            nested, loc, cast<RankedTensorType>(sliceType), factors, offsets,
            sizes, strides);
        factor = quant_bnn::widen(nested, loc, factor);
        Value product = arith::MulFOp::create(nested, loc, carried[1], factor);
        return SmallVector<Value>{products, product};
      });
  return {nest.results[0], nest.results[1]};
}

Products quant_bnn::detail::buildProducts(OpBuilder &builder, Location loc,
                                          Value factors, LoopOperand first,
                                          LoopOperand last) {
  Scan scan(builder, loc, factors, last.map);
  Value before = scan.run(scan.load(first), /*reverse=*/false).first;
  auto [after, all] = scan.run(scan.load(last), /*reverse=*/true);
  Value others = arith::MulFOp::create(builder, loc, before, after);
  return {narrow(builder, loc, others, factors.getType()),
          scan.store(all, last)};
}
