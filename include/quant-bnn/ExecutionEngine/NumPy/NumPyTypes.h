//===- NumPyTypes.h - NumPy's element types ---------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTYPES_H
#define QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTYPES_H

#include "mlir/IR/Types.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

#include <optional>

namespace quant_bnn {

/// Returns NumPy's element type for `type`, or nullopt if there is none.
std::optional<NpyElementType> getNpyElementType(mlir::Type type);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_NUMPY_NUMPYTYPES_H
