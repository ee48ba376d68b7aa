//===- Signature.h - What a function takes and returns ----------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A function's signature as its source states it, in terms of NumPy arrays.
// Lowering loses it: to the LLVM dialect every tensor is a handful of pointers
// and integers.
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_EXECUTIONENGINE_SIGNATURE_H
#define QUANT_BNN_EXECUTIONENGINE_SIGNATURE_H

#include "mlir/IR/BuiltinOps.h"
#include "quant-bnn/ExecutionEngine/NumPy/NumPyArray.h"

namespace quant_bnn {

/// An argument or a result.
struct SignatureValue {
  mlir::Type type;
  /// What a result is written as.
  NpyElementType elementType;
  /// Empty for a scalar; a dimension may be dynamic.
  llvm::ArrayRef<int64_t> shape;
  /// Whether it is a buffer when it is run, rather than a scalar.
  bool isArray;
  /// Whether the function may write to it.
  bool isWritable;
};

struct Signature {
  llvm::SmallVector<SignatureValue> arguments;
  llvm::SmallVector<SignatureValue> results;

  /// The function's type with memrefs for tensors.
  mlir::FunctionType bufferized;

  /// That of `function`, a func.func, or if it `isLowered` an llvm.func with
  /// the attribute `quant_bnn.signature`. Emits an error if it is neither, or
  /// if it takes or returns what NumPy has no type for.
  static mlir::FailureOr<Signature> get(mlir::Operation *function,
                                        bool isLowered);
};

/// Fails if `array`, read from `path`, cannot be argument `index` of a function
/// that takes `value` there.
llvm::Error checkArgument(const SignatureValue &value, size_t index,
                          const NpyArray &array, llvm::StringRef path);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_SIGNATURE_H
