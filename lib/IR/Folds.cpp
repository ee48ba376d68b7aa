//===- Folds.cpp - Folds that keep value and gradient -----*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Detail.h"

using namespace mlir;
using namespace quant_bnn;
OpFoldResult IdentityOp::fold(FoldAdaptor) { return {}; }
OpFoldResult StraightThroughOp::fold(FoldAdaptor) { return {}; }
OpFoldResult GradientCancellationOp::fold(FoldAdaptor) { return {}; }
OpFoldResult SteHeavisideOp::fold(FoldAdaptor) { return {}; }
OpFoldResult ApproxSignGradOp::fold(FoldAdaptor) { return {}; }
OpFoldResult SwishSignGradOp::fold(FoldAdaptor) { return {}; }
OpFoldResult InputDoReFaOp::fold(FoldAdaptor) { return {}; }
OpFoldResult DequantizeOp::fold(FoldAdaptor) { return {}; }
OpFoldResult MinMaxGradOp::fold(FoldAdaptor) { return {}; }
OpFoldResult WeightDoReFaGradOp::fold(FoldAdaptor) { return {}; }
OpFoldResult WeightDoReFaOp::fold(FoldAdaptor) { return {}; }
OpFoldResult IdentityGradOp::fold(FoldAdaptor) { return getPassThrough(); }
OpFoldResult StraightThroughGradOp::fold(FoldAdaptor) {
  return getPassThrough();
}
OpFoldResult GradientCancellationGradOp::fold(FoldAdaptor) {
  return getPassThrough();
}
OpFoldResult SignGradOp::fold(FoldAdaptor) { return getPassThrough(); }
OpFoldResult SteHeavisideGradOp::fold(FoldAdaptor) { return getPassThrough(); }
OpFoldResult InputDoReFaGradOp::fold(FoldAdaptor) { return getPassThrough(); }
LogicalResult MinMaxOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &) {
  return failure();
}
LogicalResult PactOp::fold(FoldAdaptor, SmallVectorImpl<OpFoldResult> &) {
  return failure();
}
OpFoldResult quant_bnn::detail::foldSign(Attribute, NanMode) { return {}; }
