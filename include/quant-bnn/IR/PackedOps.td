//===- PackedOps.td - One bit an element -------------------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_PACKEDOPS
#define QUANT_BNN_IR_PACKEDOPS

include "quant-bnn/IR/QuantBNNBase.td"

def QuantBNN_Elements : RankedTensorOf<[I1, F16, BF16, F32, F64]>;
def QuantBNN_Words : RankedTensorOf<[I8, I16, I32, I64]>;

/// An op on words that hold bits of elements, which states its own result shape.
class QuantBNN_PackedOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_DecomposableOp<mnemonic, traits> {
  let extraClassDefinition = "";
  let hasVerifier = 1;
  let hasFolder = 1;
}

/// One whose rows of words hold `depth` bits each, which their shape does not
/// tell: an attribute, or an operand where it is dynamic.
class QuantBNN_DepthOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_PackedOp<mnemonic, traits> {
  code depthDeclaration = [{
    /// The elements of a row: a constant, or a value.
    ::mlir::OpFoldResult getMixedDepth() {
      return ::quant_bnn::detail::getMixedDepth(getDepth(), getStaticDepthAttr());
    }
  }];
  let extraClassDeclaration = depthDeclaration;
}

def QuantBNN_PackOp : QuantBNN_PackedOp<"pack"> {
  let summary = "One bit of every element, in words along the last dimension";
  let description = [{
    Bit `k mod N` of word `k floordiv N` of a row is 1 where element `k` of that
    row is

    ```
    x < 0       polarity = negative, the default
    not x < 0   polarity = nonnegative
    x           of i1, which takes no other polarity than the default
    ```

    so the least significant bit comes first, both zeros count as +1, and so does a
    NaN. `x` is `..xK` of `f16`, `bf16`, `f32`, `f64` or `i1`, `words` is `..xW` of
    words of `N` = 8, 16, 32 or 64 bits, with the same leading dimensions and
    `W = ceil(K / N)`; `W` is dynamic exactly where `K` is. Bits past the end of a
    row are 0: every row begins with a new word. Reshape to one dimension first
    where that would waste bits.

    Words are integers. As bytes in memory, packings with different `N` are the same
    on a little-endian machine only, but for the bytes that fill up a row.

    Bits carry no gradient. `unpack(pack(x))` is the value of `sign` with
    `nan = positive`, and canonicalizes to its comparison, which has no gradient
    either; of `i1` it folds to `x`.

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
    /// Words of `wordBits` bits.
    OpBuilder<(ins "::mlir::Value":$x, CArg<"unsigned", "8">:$wordBits,
                   CArg<"::quant_bnn::Polarity",
                        "::quant_bnn::Polarity::negative">:$polarity)>];
  let extraClassDeclaration = [{
    /// N: the bits of a word.
    unsigned getWordBits() {
      return getWords().getType().getElementTypeBitWidth();
    }
  }];
}

def QuantBNN_UnpackOp : QuantBNN_PackedOp<"unpack"> {
  let summary = "The elements that packed bits stand for";
  let description = [{
    The inverse of `pack`: element `k` of a row comes from bit `k mod N` of word
    `k floordiv N` of that row, as

    ```
    -1 where the bit is 1, else +1   polarity = negative, the default
    +1 where the bit is 1, else -1   polarity = nonnegative
    the bit                          to i1, which takes no other polarity
    ```

    `words` is `..xW` of `i8`, `i16`, `i32` or `i64`, `x` is `..xK` of `f16`, `bf16`,
    `f32`, `f64` or `i1`, with the same leading dimensions and `W = ceil(K / N)`.
    Where `K` is dynamic, which is exactly where `W` is, the operand `depth` is `K`:
    `W` alone does not tell it. A `depth` with another `W` is undefined behaviour.
    Bits past the end of a row are not read.

    `pack(unpack(words))` folds to `words` where `K` is a static multiple of `N`:
    elsewhere there are bits past the end that it would clear.

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
    /// N: the bits of a word.
    unsigned getWordBits() {
      return getWords().getType().getElementTypeBitWidth();
    }
  }];
  let hasCanonicalizeMethod = 1;
}

#endif // QUANT_BNN_IR_PACKEDOPS
