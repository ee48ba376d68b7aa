//===- DLPack.h - The C interfaces of DLPack --------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// nanobind has DLPack's tensor; this is what it lacks: version 1.3 of the table
// of functions that the type of a tensor has as `__dlpack_c_exchange_api__`.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_PYTHON_DLPACK_H
#define QUANT_BNN_PYTHON_DLPACK_H

#include <nanobind/ndarray.h>

namespace quant_bnn::python {

using DLTensor = nanobind::dlpack::dltensor;

struct DLManagedTensorVersioned;

struct DLPackExchangeAPI {
  struct {
    uint32_t major, minor;
  } version;
  const DLPackExchangeAPI *earlier;
  int (*allocate)(DLTensor *prototype, DLManagedTensorVersioned **result,
                  void *context,
                  void (*setError)(void *context, const char *kind,
                                   const char *message));
  int (*fromObject)(void *object, DLManagedTensorVersioned **result);
  int (*toObject)(DLManagedTensorVersioned *tensor, void **object);
  /// May be null.
  int (*viewObject)(void *object, DLTensor *result);
  int (*getStream)(int32_t deviceType, int32_t device, void **stream);
};

} // namespace quant_bnn::python

#endif // QUANT_BNN_PYTHON_DLPACK_H
