//===- Words.h - Packed tensors as words ------------------------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_WORDS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_WORDS_H

#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "quant-bnn/Dialect/QuantBNN/IR/QuantBNN.h"

namespace quant_bnn::packed {

/// A packed tensor as words.
struct Words {
  /// `..xceil(K/N)` words.
  mlir::Value value;
  /// K, the number of elements in a row.
  mlir::OpFoldResult length;

  mlir::RankedTensorType getType() const {
    return mlir::cast<mlir::RankedTensorType>(value.getType());
  }
  mlir::IntegerType getWord() const {
    return mlir::cast<mlir::IntegerType>(getType().getElementType());
  }
  unsigned getWordBits() const { return getWord().getWidth(); }
};

//===----------------------------------------------------------------------===//
// Sizes
//===----------------------------------------------------------------------===//

/// Whether rows of `length` elements are known to fill words of `wordBits`.
bool isWholeWords(mlir::OpFoldResult length, unsigned wordBits);

/// Builds the number of words that hold a row of `length` elements: a value if
/// `length` is one.
mlir::OpFoldResult buildWordCount(mlir::OpBuilder &builder, mlir::Location loc,
                                  mlir::OpFoldResult length, unsigned wordBits);

/// Builds the sizes of the elements of `words`.
llvm::SmallVector<mlir::OpFoldResult> getElementSizes(mlir::OpBuilder &builder,
                                                      mlir::Location loc,
                                                      const Words &words);

/// Builds the sizes of the words that hold elements of `sizes`.
llvm::SmallVector<mlir::OpFoldResult>
getWordSizes(mlir::OpBuilder &builder, mlir::Location loc,
             llvm::ArrayRef<mlir::OpFoldResult> sizes, unsigned wordBits);

/// Returns the constant sizes of `sizes`, and dynamic for the others.
llvm::SmallVector<int64_t>
getStaticSizes(llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// Returns the reassociation that splits dimension `dim` of `rank` into two.
llvm::SmallVector<mlir::ReassociationIndices> getSplit(int64_t rank,
                                                       int64_t dim);

/// Returns the length of the rows of `a` and `b`, the operands of `op`: a
/// static one if there is one. Asserts that they are the same if that is not
/// known.
mlir::OpFoldResult buildCommonLength(mlir::ImplicitLocOpBuilder &builder,
                                     mlir::Operation *op, const Words &a,
                                     const Words &b);

/// Casts `value` to the tensor type `type`, which may differ only in which
/// sizes are static.
mlir::Value buildTensorCast(mlir::OpBuilder &builder, mlir::Location loc,
                            mlir::Type type, mlir::Value value);

//===----------------------------------------------------------------------===//
// Elements
//===----------------------------------------------------------------------===//

/// Packs `elements`, floats or `i1`, with `layout`.
Words buildPack(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::Value elements, PackedAttr layout);

/// Returns the words that hold the elements of `bits`, a packed constant.
mlir::DenseElementsAttr packConstant(mlir::DenseElementsAttr bits);

/// Unpacks `words`, which have `layout`, to elements of type `element`.
mlir::Value buildUnpack(mlir::OpBuilder &builder, mlir::Location loc,
                        const Words &words, PackedAttr layout,
                        mlir::Type element);

/// Builds the bits of `words` in words of type `word`.
Words buildWithWord(mlir::OpBuilder &builder, mlir::Location loc,
                    const Words &words, mlir::IntegerType word);

//===----------------------------------------------------------------------===//
// Bits of a word
//===----------------------------------------------------------------------===//

/// Builds element `index` of a row from `word`, the word that holds it.
mlir::Value buildBit(mlir::ImplicitLocOpBuilder &builder, mlir::Value word,
                     mlir::Value index);

/// Builds a word whose bits are 1 for elements of a row of `length`, and 0 past
/// the end of the row. `index` counts the words of the row.
mlir::Value buildUsedBits(mlir::ImplicitLocOpBuilder &builder,
                          mlir::Value index, mlir::IntegerType word,
                          mlir::OpFoldResult length);

/// Builds a word in which each element of the row is `bit`. `index` and
/// `length` are as above.
mlir::Value buildRepeatedBit(mlir::ImplicitLocOpBuilder &builder,
                             mlir::Value bit, mlir::Value index,
                             mlir::IntegerType word, mlir::OpFoldResult length);

/// Pads `words` before and after dimensions other than the last with elements
/// that are all `bit`, an `i1`.
Words buildPadded(mlir::ImplicitLocOpBuilder &builder, const Words &words,
                  llvm::ArrayRef<mlir::OpFoldResult> low,
                  llvm::ArrayRef<mlir::OpFoldResult> high, mlir::Value bit);

} // namespace quant_bnn::packed

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_WORDS_H
