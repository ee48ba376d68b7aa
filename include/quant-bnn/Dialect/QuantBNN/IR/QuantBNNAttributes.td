//===- QuantBNNAttributes.td - Attributes of quant_bnn -----*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES
#define QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/TensorEncoding.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNAttrInterfaces.td"
include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNEnums.td"

def QuantBNN_EDEAttr : AttrDef<QuantBNN_Dialect, "EDE", [
    DeclareAttrInterfaceMethods<SurrogateGradientAttrInterface>]> {
  let mnemonic = "ede";
  let summary = "The error decay estimator of IR-Net";
  let description = [{
    The derivative of k tanh(t x), with k = max(1 / t, 1):

    ```
    dx = g max(1, t) (1 - tanh(t x)^2),  0 where t x is infinite
    ```

    Training raises `t`, for example from 0.1 to 10: the gradient changes from
    about `g` everywhere to a peak at `x = 0`. `t` is positive and finite.

    The result is within 8 epsilon max(1, t) |g| of the exact gradient.

    Source: Qin et al. 2020, IR-Net, arXiv:1909.10788.

    Example:

    ```mlir
    %y = quant_bnn.surrogate_sign #quant_bnn.ede<10.0>, %x : tensor<?xf32>
    ```
  }];
  let parameters = (ins "::mlir::FloatAttr":$t);
  let assemblyFormat = "`<` custom<F64>($t) `>`";
  let genVerifyDecl = 1;
}

def QuantBNN_PackedAttr : AttrDef<QuantBNN_Dialect, "Packed", [
    DeclareAttrInterfaceMethods<VerifiableTensorEncoding>]> {
  let mnemonic = "packed";
  let summary = "The layout of a tensor of bits that are packed into words";
  let description = [{
    The encoding of a packed tensor. A tensor of `i1` with this encoding holds
    its elements as single bits of words. Bit `k mod N` of word `k floordiv N`
    of a row, where `N` is the number of bits in a word, is element `k` of that
    row.

    * A row is the last dimension. Each row begins with a new word.
    * The least significant bit of a word comes first.
    * The bits past the end of a row are 0.

    `word` is a signless integer of 8, 16, 32 or 64 bits. `polarity` says which
    floats a bit of 1 stands for: with `negative`, the default, 1 stands for -1
    and 0 for +1; with `nonnegative`, 1 stands for +1 and 0 for -1.

    Ops of `tensor`, `linalg` and `arith` on packed tensors are computed on the
    elements, as on other tensors of `i1`. `quant-bnn-materialize-packed-layout`
    replaces `tensor<..xKxi1, #quant_bnn.packed<iN>>` by
    `tensor<..xceil(K/N)xiN>`.

    Words are integers. Packed tensors with different `N` have the same bytes in
    memory only on a little-endian machine, and only up to the bytes that pad a
    row.

    Example:

    ```mlir
    func.func @transpose(%x: tensor<4x100xi1, #quant_bnn.packed<i64>>)
        -> tensor<100x4xi1, #quant_bnn.packed<i64>> {
      %empty = tensor.empty() : tensor<100x4xi1, #quant_bnn.packed<i64>>
      %y = linalg.transpose ins(%x : tensor<4x100xi1, #quant_bnn.packed<i64>>)
          outs(%empty : tensor<100x4xi1, #quant_bnn.packed<i64>>) permutation = [1, 0]
      return %y : tensor<100x4xi1, #quant_bnn.packed<i64>>
    }
    ```
  }];
  let parameters = (ins
    "::mlir::IntegerType":$word,
    DefaultValuedParameter<"::quant_bnn::Polarity",
                           "::quant_bnn::Polarity::negative">:$polarity);
  let assemblyFormat = "`<` $word (`,` $polarity^)? `>`";
  let genVerifyDecl = 1;
  let extraClassDeclaration = [{
    /// Returns the encoding of `type` if it is a packed tensor, or null.
    static PackedAttr find(::mlir::Type type);

    /// Returns N, the number of bits in a word.
    unsigned getWordBits() const { return getWord().getWidth(); }

    /// Returns the type of a packed tensor of `shape`.
    ::mlir::RankedTensorType
    getTensorType(::llvm::ArrayRef<int64_t> shape) const;

    /// Returns the type of the words of a packed tensor of `shape`, which
    /// counts elements.
    ::mlir::RankedTensorType getWordsType(::llvm::ArrayRef<int64_t> shape) const;

    /// Returns the types that hold a value of `type` after packed tensors have
    /// become words: `type` itself, or the type of the words of a packed tensor,
    /// and an index, the number of elements in a row, if this is dynamic.
    static ::llvm::SmallVector<::mlir::Type, 2>
    getMaterializedTypes(::mlir::Type type);
  }];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_QUANTBNNATTRIBUTES
