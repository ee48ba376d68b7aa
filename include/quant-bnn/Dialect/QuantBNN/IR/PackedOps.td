//===- PackedOps.td - Ops that pack bits into words --------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDOPS

include "quant-bnn/Dialect/QuantBNN/IR/QuantBNNBase.td"

def QuantBNN_Elements : RankedTensorOf<[I1, F16, BF16, F32, F64]>;
def QuantBNN_Words : RankedTensorOf<[I8, I16, I32, I64]>;

/// Base class of ops on words that hold the bits of elements. A derived op
/// states its own result shape.
class QuantBNN_PackedOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_DecomposableOp<mnemonic, traits> {
  let extraClassDefinition = "";
  let hasVerifier = 1;
  let hasFolder = 1;
}

/// Base class of packed ops with a `depth`: the number of bits in a row, which
/// the shape of the words does not determine. A static depth is an attribute; a
/// dynamic depth is an operand.
class QuantBNN_DepthOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_PackedOp<mnemonic, traits> {
  code depthDeclaration = [{
    /// Returns the number of elements in a row: a constant or a value.
    ::mlir::OpFoldResult getMixedDepth() {
      return ::quant_bnn::detail::getMixedDepth(getDepth(), getStaticDepthAttr());
    }
  }];
  let extraClassDeclaration = depthDeclaration;
}

def QuantBNN_PackOp : QuantBNN_PackedOp<"pack"> {
  let summary = "Pack one bit of each element into words";
  let description = [{
    Stores the sign (or, for `i1`, the value) of each element as one bit, in
    words along the last dimension. Bit `k mod N` of word `k floordiv N` of a
    row is 1 where element `k` of that row satisfies

    ```
    x < 0       polarity = negative, the default
    not x < 0   polarity = nonnegative
    x           for i1, which takes only the default polarity
    ```

    * The least significant bit of a word comes first.
    * Both zeros and NaN count as +1.
    * `x` is `..xK` elements of `f16`, `bf16`, `f32`, `f64` or `i1`. `words` is
      `..xW` words of `N` = 8, 16, 32 or 64 bits, with the same leading
      dimensions and `W = ceil(K / N)`. `W` is dynamic if and only if `K` is
      dynamic.
    * Each row begins with a new word. The bits past the end of a row are 0. To
      avoid wasted bits, reshape `x` to one dimension first.

    Words are integers. Packings with different `N` have the same bytes in
    memory only on a little-endian machine, and only up to the bytes that pad a
    row.

    Packed bits have no gradient. `unpack(pack(x))` has the value of `sign` with
    `nan = positive`, and canonicalizes to a comparison, which has no gradient
    either. For `i1`, `unpack(pack(x))` folds to `x`.

    Example:

    ```mlir
    func.func @pack(%x: tensor<4x100xf32>, %m: tensor<?xi1>)
        -> (tensor<4x2xi64>, tensor<4x13xi8>, tensor<?xi8>) {
      %0 = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x2xi64>
      %1 = quant_bnn.pack %x polarity = nonnegative : tensor<4x100xf32> to tensor<4x13xi8>
      %2 = quant_bnn.pack %m : tensor<?xi1> to tensor<?xi8>
      return %0, %1, %2 : tensor<4x2xi64>, tensor<4x13xi8>, tensor<?xi8>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Elements:$x,
    DefaultValuedAttr<QuantBNN_PolarityAttr, "::quant_bnn::Polarity::negative">:$polarity);
  let results = (outs QuantBNN_Words:$words);
  let assemblyFormat = [{
    $x (`polarity` `=` `` $polarity^)? attr-dict `:` type($x) `to` type($words)
  }];
  let builders = [
    /// Packs `x` into words of `wordBits` bits.
    OpBuilder<(ins "::mlir::Value":$x, CArg<"unsigned", "8">:$wordBits,
                   CArg<"::quant_bnn::Polarity",
                        "::quant_bnn::Polarity::negative">:$polarity)>];
  let extraClassDeclaration = [{
    /// Returns N, the number of bits in a word.
    unsigned getWordBits() {
      return getWords().getType().getElementTypeBitWidth();
    }
  }];
}

def QuantBNN_UnpackOp : QuantBNN_PackedOp<"unpack"> {
  let summary = "Unpack the bits of words into elements";
  let description = [{
    Inverts `pack`: bit `k mod N` of word `k floordiv N` of a row gives element
    `k` of that row:

    ```
    -1 where the bit is 1, else +1   polarity = negative, the default
    +1 where the bit is 1, else -1   polarity = nonnegative
    the bit                          to i1, which takes only the default polarity
    ```

    * `words` is `..xW` words of `i8`, `i16`, `i32` or `i64`. `x` is `..xK`
      elements of `f16`, `bf16`, `f32`, `f64` or `i1`, with the same leading
      dimensions and `W = ceil(K / N)`.
    * The operand `depth` is `K`. The operand is required if and only if `K` is
      dynamic, because `W` does not determine `K`. `K` is dynamic if and only if
      `W` is dynamic. A `depth` that does not satisfy `W = ceil(K / N)` is
      undefined behaviour.
    * The bits past the end of a row are not read.

    `pack(unpack(words))` folds to `words` if `K` is a static multiple of `N`.
    Otherwise `pack` clears the bits past the end of a row, so the two ops are
    not folded.

    Example:

    ```mlir
    func.func @unpack(%a: tensor<4x2xi64>, %b: tensor<?xi8>, %k: index)
        -> (tensor<4x100xf32>, tensor<?xi1>) {
      %0 = quant_bnn.unpack %a : tensor<4x2xi64> to tensor<4x100xf32>
      %1 = quant_bnn.unpack %b depth %k : tensor<?xi8> to tensor<?xi1>
      return %0, %1 : tensor<4x100xf32>, tensor<?xi1>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$words, Optional<Index>:$depth,
    DefaultValuedAttr<QuantBNN_PolarityAttr, "::quant_bnn::Polarity::negative">:$polarity);
  let results = (outs QuantBNN_Elements:$x);
  let assemblyFormat = [{
    $words (`depth` $depth^)? (`polarity` `=` `` $polarity^)? attr-dict
    `:` type($words) `to` type($x)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Type":$type, "::mlir::Value":$words,
                   CArg<"::mlir::Value", "{}">:$depth,
                   CArg<"::quant_bnn::Polarity",
                        "::quant_bnn::Polarity::negative">:$polarity), [{
      build($_builder, $_state, type, words, depth,
            PolarityAttr::get($_builder.getContext(), polarity));
    }]>];
  let extraClassDeclaration = [{
    /// Returns N, the number of bits in a word.
    unsigned getWordBits() {
      return getWords().getType().getElementTypeBitWidth();
    }
  }];
  let hasCanonicalizeMethod = 1;
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDOPS
