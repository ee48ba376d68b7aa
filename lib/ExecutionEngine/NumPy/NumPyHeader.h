//===- NumPyHeader.h - The header of NumPy's file format --------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_EXECUTIONENGINE_NUMPY_NUMPYHEADER_H
#define QUANT_BNN_LIB_EXECUTIONENGINE_NUMPY_NUMPYHEADER_H

#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

namespace quant_bnn {

struct NpyHeader {
  NpyElementType elementType;
  llvm::SmallVector<int64_t> shape;
};

/// Parses the dictionary, a Python literal, that follows the header's length.
llvm::Expected<NpyHeader> parseNpyHeader(llvm::StringRef dictionary);

/// Returns the bytes of a file up to its first element.
std::string printNpyHeader(NpyElementType elementType,
                           llvm::ArrayRef<int64_t> shape);

} // namespace quant_bnn

#endif // QUANT_BNN_LIB_EXECUTIONENGINE_NUMPY_NUMPYHEADER_H
