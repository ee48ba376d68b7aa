//===- RawElements.h - Elements of tensors in memory ------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_SUPPORT_RAWELEMENTS_H
#define QUANT_BNN_SUPPORT_RAWELEMENTS_H

#include "mlir/IR/BuiltinAttributes.h"

namespace quant_bnn {

/// Returns the bytes of a tensor of `type`, whose elements are integers or
/// floats, in memory: an i1 is a byte, an index 8.
int64_t getRawBytes(mlir::ShapedType type);

/// Returns the elements of a tensor of `type` that are in `data` as memory
/// holds them, in C order; or null if `data` has another size,
/// or the elements are no integers and no floats.
mlir::DenseElementsAttr readRawElements(mlir::ShapedType type,
                                        llvm::ArrayRef<char> data);

/// Returns `elements` with its dimensions in the order of `permutation`, or
/// null if an element is not as wide as a number of 1, 2, 4 or 8 bytes.
/// Upstream's fold of a transposition creates an APFloat for each element.
mlir::DenseElementsAttr transposeElements(mlir::DenseElementsAttr elements,
                                          llvm::ArrayRef<int64_t> permutation);

/// Returns `elements`, those of a tensor with `shape`, with its dimensions in
/// the order of `permutation`.
llvm::SmallVector<bool> transposeElements(llvm::ArrayRef<bool> elements,
                                          llvm::ArrayRef<int64_t> shape,
                                          llvm::ArrayRef<int64_t> permutation);

} // namespace quant_bnn

#endif // QUANT_BNN_SUPPORT_RAWELEMENTS_H
