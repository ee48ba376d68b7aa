//===- TrainStep.h - The functions of train_step.mlir -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How C++ calls what `quant-bnn-lower-to-llvm-pipeline=results=out-params` made
// of train_step.mlir: a tensor is a pointer to a memref descriptor, a scalar is
// itself, and the buffers for the tensors of the results come last. They must
// not overlap the arguments.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_DIGITS_TRAINSTEP_H
#define QUANT_BNN_EXAMPLES_DIGITS_TRAINSTEP_H

#include <cstdint>
#include <vector>

/// MLIR's memref descriptor.
template <typename T, int Rank>
struct MemRef {
  T *allocated;
  T *aligned;
  int64_t offset;
  int64_t sizes[Rank];
  int64_t strides[Rank];
};
using Matrix = MemRef<float, 2>;
using Vector = MemRef<float, 1>;
using Labels = MemRef<int32_t, 1>;

template <typename T>
MemRef<T, 1> asVector(std::vector<T> &values) {
  int64_t size = static_cast<int64_t>(values.size());
  return {values.data(), values.data(), 0, {size}, {1}};
}

/// `values` as a row-major matrix of `columns` columns.
inline Matrix asMatrix(std::vector<float> &values, int64_t columns) {
  int64_t rows = static_cast<int64_t>(values.size()) / columns;
  return {values.data(), values.data(), 0, {rows, columns}, {columns, 1}};
}

extern "C" {
float _mlir_ciface_gradients(Matrix *images, Labels *labels, Matrix *w1,
                             Vector *b1, Matrix *w2, Vector *b2, Matrix *w3,
                             Vector *b3, Matrix *dw1, Vector *db1, Matrix *dw2,
                             Vector *db2, Matrix *dw3, Vector *db3);
void _mlir_ciface_adam(Vector *parameter, Vector *gradient, Vector *mean,
                       Vector *variance, float rate, float step, float limit,
                       Vector *nextParameter, Vector *nextMean,
                       Vector *nextVariance);
void _mlir_ciface_predict(Matrix *images, Matrix *w1, Vector *b1, Matrix *w2,
                          Vector *b2, Matrix *w3, Vector *b3, Labels *classes);
}

#endif // QUANT_BNN_EXAMPLES_DIGITS_TRAINSTEP_H
