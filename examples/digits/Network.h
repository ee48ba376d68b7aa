//===- Network.h - The functions of network.mlir ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_DIGITS_NETWORK_H
#define QUANT_BNN_EXAMPLES_DIGITS_NETWORK_H

#include "../training/MemRef.h"

using Matrix = MemRef<float, 2>;
using Vector = MemRef<float, 1>;
using Labels = MemRef<int32_t, 1>;

extern "C" {
/// What the compiler makes of @loss: the loss on a batch and, times
/// `cotangent`, its gradient for every parameter.
float _mlir_ciface_loss_vjp(Matrix *images, Labels *labels, Matrix *w1,
                            Vector *b1, Matrix *w2, Vector *b2, Matrix *w3,
                            Vector *b3, float cotangent, Matrix *dw1,
                            Vector *db1, Matrix *dw2, Vector *db2, Matrix *dw3,
                            Vector *db3);
void _mlir_ciface_predict(Matrix *images, Matrix *w1, Vector *b1, Matrix *w2,
                          Vector *b2, Matrix *w3, Vector *b3, Labels *classes);
}

#endif // QUANT_BNN_EXAMPLES_DIGITS_NETWORK_H
