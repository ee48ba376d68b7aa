//===- Signature.h - The signature of a function ----------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The signature of a function before lowering, in terms of NumPy arrays.
// Lowering loses it: in the LLVM dialect, a tensor is several pointers and
// integers.
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
  /// The element type of the file that a result is written to.
  NpyElementType elementType;
  /// Empty for a scalar. Dimensions may be dynamic.
  llvm::ArrayRef<int64_t> shape;
  /// Whether the value is a buffer after lowering, rather than a scalar.
  bool isArray;
  /// Whether the function may write to the value.
  bool isWritable;
};

struct Signature {
  llvm::SmallVector<SignatureValue> arguments;
  llvm::SmallVector<SignatureValue> results;

  /// The type of the function with memrefs instead of tensors.
  mlir::FunctionType bufferized;

  /// Returns the signature of `function`, which is a func.func, or, if
  /// `isLowered`, an llvm.func with the attribute `quant_bnn.signature`. Emits
  /// an error if it is neither, or if an argument or result has a type that
  /// cannot be passed as a NumPy array.
  static mlir::FailureOr<Signature> get(mlir::Operation *function,
                                        bool isLowered);
};

/// Fails if `array`, read from `path`, cannot be argument `index` of a function
/// that takes `value` there.
llvm::Error checkArgument(const SignatureValue &value, size_t index,
                          const NpyArray &array, llvm::StringRef path);

} // namespace quant_bnn

#endif // QUANT_BNN_EXECUTIONENGINE_SIGNATURE_H
