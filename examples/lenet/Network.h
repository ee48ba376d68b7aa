//===- Network.h - The functions of network.mlir ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_LENET_NETWORK_H
#define QUANT_BNN_EXAMPLES_LENET_NETWORK_H

#include "../training/MemRef.h"

using Images = MemRef<float, 4>;
using Matrix = MemRef<float, 2>;
using Vector = MemRef<float, 1>;
using Labels = MemRef<int32_t, 1>;

extern "C" {
/// What the compiler makes of @loss: the loss on a batch, the mean and variance
/// of each batch norm and, times `cotangent`, the gradient of the loss for
/// every parameter.
float _mlir_ciface_loss_vjp(
    Images *images, Labels *labels, Images *w1, Vector *b1, Vector *gamma1,
    Vector *beta1, Images *w2, Vector *gamma2, Vector *beta2, Matrix *w3,
    Vector *gamma3, Vector *beta3, Matrix *w4, Vector *b4, float cotangent,
    Vector *mean1, Vector *variance1, Vector *mean2, Vector *variance2,
    Vector *mean3, Vector *variance3, Images *dw1, Vector *db1, Vector *dgamma1,
    Vector *dbeta1, Images *dw2, Vector *dgamma2, Vector *dbeta2, Matrix *dw3,
    Vector *dgamma3, Vector *dbeta3, Matrix *dw4, Vector *db4);
void _mlir_ciface_predict(Images *images, Images *w1, Vector *b1,
                          Vector *gamma1, Vector *beta1, Images *w2,
                          Vector *gamma2, Vector *beta2, Matrix *w3,
                          Vector *gamma3, Vector *beta3, Matrix *w4, Vector *b4,
                          Vector *mean1, Vector *variance1, Vector *mean2,
                          Vector *variance2, Vector *mean3, Vector *variance3,
                          Labels *classes);
}

#endif // QUANT_BNN_EXAMPLES_LENET_NETWORK_H
