//===- Patterns.h - Conversion of packed tensors to words -------*- C++ -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_PATTERNS_H
#define QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_PATTERNS_H

#include "Words.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Transforms/DialectConversion.h"

namespace quant_bnn::packed {

/// Converts a packed tensor to words, and to an index, the number of elements
/// in a row, if this is dynamic. Other types stay.
class PackedTypeConverter : public mlir::TypeConverter {
public:
  PackedTypeConverter();
};

/// Base class of patterns for `OpTy` with packed operands or results.
template <typename OpTy>
struct OnWords : mlir::OpConversionPattern<OpTy> {
  using mlir::OpConversionPattern<OpTy>::OpConversionPattern;
  using Adaptor = typename mlir::OpConversionPattern<OpTy>::OneToNOpAdaptor;
};

/// Base class of patterns for several kinds of ops.
struct AnyOnWords : mlir::ConversionPattern {
  AnyOnWords(const mlir::TypeConverter &converter, mlir::MLIRContext *context,
             mlir::PatternBenefit benefit = 1)
      : ConversionPattern(converter, MatchAnyOpTypeTag(), benefit, context) {}
};

/// Returns the words to which the packed tensor `original` was converted.
Words getWords(mlir::Value original, mlir::ValueRange converted);

/// Returns the values to which a packed tensor of `type` is converted, if its
/// elements are in `words`.
llvm::SmallVector<mlir::Value> getValues(mlir::OpBuilder &builder,
                                         mlir::Location loc, mlir::Type type,
                                         const Words &words);

/// Replaces `op`, whose only result is packed, by `words`.
void replaceByWords(mlir::ConversionPatternRewriter &rewriter,
                    mlir::Operation *op, const Words &words);

/// Returns the elements of `constant`, or null if they are not known.
mlir::DenseElementsAttr getElements(mlir::arith::ConstantOp constant);

/// Patterns for ops of quant_bnn.
void populatePackPatterns(const PackedTypeConverter &converter,
                          mlir::RewritePatternSet &patterns);
void populateXnorMatmulPatterns(const PackedTypeConverter &converter,
                                mlir::RewritePatternSet &patterns);
void populateXnorConv2DPatterns(const PackedTypeConverter &converter,
                                mlir::RewritePatternSet &patterns);

/// Patterns for ops of other dialects that keep elements in their positions in
/// words.
void populateTensorPatterns(const PackedTypeConverter &converter,
                            mlir::RewritePatternSet &patterns);
void populateBitwisePatterns(const PackedTypeConverter &converter,
                             mlir::RewritePatternSet &patterns);

/// Patterns for all other ops of arith, linalg and tensor: they are computed on
/// elements that are unpacked to `i1`.
void populateElementPatterns(const PackedTypeConverter &converter,
                             mlir::RewritePatternSet &patterns);

} // namespace quant_bnn::packed

#endif // QUANT_BNN_LIB_DIALECT_QUANTBNN_TRANSFORMS_MATERIALIZEPACKEDLAYOUT_PATTERNS_H
