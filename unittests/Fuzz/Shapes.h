//===- Shapes.h - What moves elements ------------------------- -*- C++ -*-===//
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

/// Elements of `shape`, each that of `source` at the position that
/// `getPosition` gives. Undefined behaviour stops the evaluation where there is
/// none.
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

/// `source` with `element` around it.
Data pad(Evaluator &evaluator, const Data &source, llvm::ArrayRef<int64_t> low,
         llvm::ArrayRef<int64_t> high, Element element);

/// The same elements in another shape.
Data reshape(Evaluator &evaluator, const Data &source,
             llvm::ArrayRef<int64_t> shape);

} // namespace quant_bnn::fuzz

#endif // QUANT_BNN_UNITTESTS_FUZZ_SHAPES_H
