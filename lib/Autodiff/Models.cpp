//===- Models.cpp - Gradients of ops of other dialects --------------------===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "quant-bnn/Autodiff/Models.h"
#include "Detail.h"

void quant_bnn::registerDifferentiableOpInterfaceModels(
    mlir::DialectRegistry &registry) {
  detail::registerArithModels(registry);
  detail::registerFuncModels(registry);
  detail::registerLinalgModels(registry);
  detail::registerMathModels(registry);
  detail::registerSCFModels(registry);
  detail::registerTensorModels(registry);
}
