//===- IndexSpace.cpp - Index arithmetic over several sizes ---------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "IndexSpace.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;

quant_bnn::index_space::Positions
quant_bnn::index_space::enter(Positions at, ArrayRef<unsigned> loops,
                              ValueRange ivs) {
  for (auto [loop, iv] : llvm::zip_equal(loops, ivs))
    at[loop] = iv;
  return at;
}

Value quant_bnn::index_space::buildProduct(ImplicitLocOpBuilder &builder,
                                           ArrayRef<Value> sizes) {
  Value product = arith::ConstantIndexOp::create(builder, 1);
  for (Value size : sizes)
    product = builder.createOrFold<arith::MulIOp>(product, size);
  return product;
}

SmallVector<Value>
quant_bnn::index_space::delinearize(ImplicitLocOpBuilder &builder, Value linear,
                                    ArrayRef<Value> sizes) {
  SmallVector<Value> position(sizes.size());
  for (size_t i = sizes.size(); i-- > 1;) {
    position[i] = builder.createOrFold<arith::RemUIOp>(linear, sizes[i]);
    linear = builder.createOrFold<arith::DivUIOp>(linear, sizes[i]);
  }
  if (!position.empty())
    position.front() = linear;
  return position;
}
