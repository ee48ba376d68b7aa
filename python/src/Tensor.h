//===- Tensor.h - Python objects as tensors of a call -----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PYTHON_TENSOR_H
#define QUANT_BNN_PYTHON_TENSOR_H

#include "DLPack.h"
#include "quant-bnn/ExecutionEngine/LibraryCall.h"

#include <cstdint>
#include <utility>

namespace quant_bnn::python {

/// The exchange API of the type of `object`, or null if it has none.
const DLPackExchangeAPI *getExchangeAPI(nanobind::handle object);

/// What an argument is used for.
enum class Access {
  Read,
  /// The function may write to it, and the caller sees that.
  Write
};

/// A view of an array of Python, as long as the object lives: of NumPy, of any
/// other type with the buffer protocol, or of a framework with DLPack. An array
/// with gaps is copied, if it is only read.
class TensorView {
public:
  TensorView() = default;
  TensorView(TensorView &&) = delete;
  ~TensorView();

  /// Views `object` as the array that `value` describes. Returns false if it is
  /// no array. Raises an error of Python if it is one that cannot be viewed.
  bool view(nanobind::handle object, const quant_bnn_value &value,
            Access access);

  DLTensor &getTensor() { return tensor; }

  /// Returns the bytes that the array is in.
  std::pair<const char *, const char *> getRange() const;

private:
  void viewBuffer(nanobind::handle object, const quant_bnn_value &value,
                  Access access);
  bool viewWithoutCopy(nanobind::handle object, const quant_bnn_value &value,
                       Access access);
  bool isContiguous() const;

  DLTensor tensor = {};
  Py_buffer buffer = {};
  /// For the strides of a buffer, which are in bytes. NumPy has as many
  /// dimensions.
  int64_t strides[64];
  /// Keeps a copy, or an array of another framework.
  nanobind::object owner;
  nanobind::ndarray<> array;
};

/// Allocates an array of NumPy, or, with `api`, of its framework.
nanobind::object allocate(const quant_bnn_value &value, const int64_t *shape,
                          const DLPackExchangeAPI *api);

/// Asks the system for huge pages from `begin` to `end`, where nothing was
/// written to: with small ones, the first write takes several times as long as
/// a kernel. NumPy does so for its arrays.
void useHugePages(uintptr_t begin, uintptr_t end);

} // namespace quant_bnn::python

#endif // QUANT_BNN_PYTHON_TENSOR_H
