//===- LinearView.cpp - Views indexed by loop iterations ------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearView.h"
#include "mlir/Analysis/FlatLinearValueConstraints.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace quant_bnn::map_to_gpu;

using Coefficients = SmallVector<int64_t>;

/// Returns, for each result of `map`, the factor of each loop and the constant
/// term, or failure if a result is not linear.
static FailureOr<SmallVector<Coefficients>> getCoefficients(AffineMap map) {
  SmallVector<Coefficients> indices;
  for (AffineExpr expr : map.getResults()) {
    Coefficients &index = indices.emplace_back();
    // A quotient would have a coefficient of its own.
    if (failed(getFlattenedAffineExpr(expr, map.getNumDims(),
                                      map.getNumSymbols(), &index)) ||
        index.size() != map.getNumDims() + 1)
      return failure();
  }
  return indices;
}

bool quant_bnn::map_to_gpu::isLinear(AffineMap map) {
  return succeeded(getCoefficients(map));
}

LinearView quant_bnn::map_to_gpu::buildLinearView(ImplicitLocOpBuilder &builder,
                                                  Value memref, AffineMap map,
                                                  const Options &options) {
  View view = buildView(builder, memref, options);
  SmallVector<Coefficients> indices = *getCoefficients(map);
  auto linearize = [&](Value offset, unsigned number) {
    Value sum = offset;
    for (auto [index, stride] : llvm::zip_equal(indices, view.strides)) {
      Value factor = arith::ConstantIndexOp::create(builder, index[number]);
      sum = builder.createOrFold<arith::AddIOp>(
          sum, builder.createOrFold<arith::MulIOp>(stride, factor));
    }
    return sum;
  };
  Value zero = arith::ConstantIndexOp::create(builder, 0);
  LinearView linear{view.buffer, linearize(view.offset, map.getNumDims()), {}};
  for (unsigned loop = 0; loop < map.getNumDims(); ++loop)
    linear.steps.push_back(linearize(zero, loop));
  return linear;
}

Value LinearView::advance(ImplicitLocOpBuilder &builder, Value index,
                          ValueRange position, ArrayRef<unsigned> loops) const {
  for (auto [iterations, loop] : llvm::zip_equal(position, loops))
    index = builder.createOrFold<arith::AddIOp>(
        index, builder.createOrFold<arith::MulIOp>(iterations, steps[loop]));
  return index;
}
