//===- MemRef.h - Tensors as compiled functions take them -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How C++ calls what `quant-bnn-lower-to-llvm-pipeline` with
// `results=out-params` makes of a function: a tensor is a pointer to a memref
// descriptor, a scalar is itself, and the buffers for the tensors of the
// results come last. They must not overlap the arguments.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXAMPLES_TRAINING_MEMREF_H
#define QUANT_BNN_EXAMPLES_TRAINING_MEMREF_H

#include <array>
#include <cstdint>
#include <vector>

/// MLIR's memref descriptor. Sizes and strides are in elements.
template <typename T, int Rank>
struct MemRef {
  T *allocated;
  T *aligned;
  int64_t offset;
  int64_t sizes[Rank];
  int64_t strides[Rank];
};

/// `data` as a row-major tensor of the given sizes.
template <typename T, typename... Sizes>
MemRef<T, sizeof...(Sizes)> asTensor(std::vector<T> &data, Sizes... sizes) {
  constexpr int rank = sizeof...(Sizes);
  MemRef<T, rank> result = {data.data(), data.data(), 0, {sizes...}, {}};
  int64_t stride = 1;
  for (int i = rank; i-- > 0; stride *= result.sizes[i])
    result.strides[i] = stride;
  return result;
}

#endif // QUANT_BNN_EXAMPLES_TRAINING_MEMREF_H
