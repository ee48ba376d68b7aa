//===- Shapes.h - Functions that move elements ------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_UNITTESTS_FUZZ_SHAPES_H
#define QUANT_BNN_UNITTESTS_FUZZ_SHAPES_H

#include "Evaluator.h"

namespace quant_bnn::fuzz {

/// Returns data of the shape `shape`, in which each element is the element of
/// `source` at the position that `getPosition` computes. A position outside of
/// `source` is undefined behavior and stops the evaluation.
Data gather(
    Evaluator &evaluator, const Data &source, llvm::ArrayRef<int64_t> shape,
    llvm::function_ref<void(llvm::MutableArrayRef<int64_t>)> getPosition);

Data slice(Evaluator &evaluator, const Data &source,
           llvm::ArrayRef<int64_t> offsets, llvm::ArrayRef<int64_t> sizes,
           llvm::ArrayRef<int64_t> strides);

Data transpose(Evaluator &evaluator, const Data &source,
               llvm::ArrayRef<int64_t> permutation);

Data concat(Evaluator &evaluator, llvm::ArrayRef<const Data *> sources,
            int64_t dim);

/// Returns `source` padded with `element`.
Data pad(Evaluator &evaluator, const Data &source, llvm::ArrayRef<int64_t> low,
         llvm::ArrayRef<int64_t> high, Element element);

/// Returns the elements of `source` in the shape `shape`.
Data reshape(Evaluator &evaluator, const Data &source,
             llvm::ArrayRef<int64_t> shape);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_SHAPES_H
