//===- PackedOps.td - Pack and unpack one bit per element --*- tablegen -*-===//
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
def QuantBNN_PackedTensor : Type<
    CPred<"static_cast<bool>(::quant_bnn::PackedAttr::find($_self))">,
    "packed tensor, that is tensor<..xKxi1, #quant_bnn.packed<iN>>",
    "::mlir::RankedTensorType">;

/// Base class of ops on packed tensors.
class QuantBNN_PackedOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_Op<mnemonic, traits> {
  let extraClassDefinition = "";
}

/// Base class of ops that keep the elements and change how they are held.
class QuantBNN_PackingOp<string mnemonic>
    : QuantBNN_PackedOp<mnemonic, [AllShapesMatch<["x", "packed"]>]> {
  let extraClassDeclaration = [{
    /// Returns the encoding of the packed tensor.
    ::quant_bnn::PackedAttr getLayout() {
      return ::quant_bnn::PackedAttr::find(getPacked().getType());
    }
  }];
  let extraClassDefinition = reifyBody;
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
}

def QuantBNN_PackOp : QuantBNN_PackingOp<"pack"> {
  let summary = "Pack one bit of each element into words";
  let description = [{
    Holds the sign (or, for `i1`, the value) of each element as one bit of a
    [packed tensor](#packedattr). The bit of an element is 1 where

    ```
    x < 0       for floats, if the packed tensor has the polarity negative
    not x < 0   for floats, if it has the polarity nonnegative
    x           for i1
    ```

    * Both zeros and NaN count as +1.
    * `x` is `..xK` elements of `f16`, `bf16`, `f32`, `f64` or `i1`, and `packed`
      has the same shape. `x` is not packed itself.
    * Each row begins with a new word. To avoid wasted bits, reshape `x` to one
      dimension first.

    Packed bits have no gradient. `unpack(pack(x))` has the value of `sign` with
    `nan = positive`, and canonicalizes to a comparison, which has no gradient
    either. For `i1`, `unpack(pack(x))` folds to `x`.

    Example:

    ```mlir
    func.func @pack(%x: tensor<4x100xf32>, %m: tensor<?xi1>)
        -> (tensor<4x100xi1, #quant_bnn.packed<i64>>,
            tensor<4x100xi1, #quant_bnn.packed<i8, nonnegative>>,
            tensor<?xi1, #quant_bnn.packed<i8>>) {
      %0 = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i64>>
      %1 = quant_bnn.pack %x : tensor<4x100xf32> to tensor<4x100xi1, #quant_bnn.packed<i8, nonnegative>>
      %2 = quant_bnn.pack %m : tensor<?xi1> to tensor<?xi1, #quant_bnn.packed<i8>>
      return %0, %1, %2 : tensor<4x100xi1, #quant_bnn.packed<i64>>,
          tensor<4x100xi1, #quant_bnn.packed<i8, nonnegative>>,
          tensor<?xi1, #quant_bnn.packed<i8>>
    }
    ```
  }];
  let arguments = (ins QuantBNN_Elements:$x);
  let results = (outs QuantBNN_PackedTensor:$packed);
  let assemblyFormat = [{
    $x `` custom<NoLayout>(ref($x)) attr-dict `:` type($x) `to` type($packed)
  }];
  let builders = [
    /// Packs `x` into words of `wordBits` bits.
    OpBuilder<(ins "::mlir::Value":$x, CArg<"unsigned", "8">:$wordBits,
                   CArg<"::quant_bnn::Polarity",
                        "::quant_bnn::Polarity::negative">:$polarity)>];
}

def QuantBNN_UnpackOp : QuantBNN_PackingOp<"unpack"> {
  let summary = "Unpack bits into elements";
  let description = [{
    Inverts `pack`. The element of a bit is

    ```
    -1 where the bit is 1, else +1   for floats, if packed has the polarity negative
    +1 where the bit is 1, else -1   for floats, if it has the polarity nonnegative
    the bit                          for i1
    ```

    * `packed` is a packed tensor. `x` has the same shape, and elements of `f16`,
      `bf16`, `f32`, `f64` or `i1`. `x` is not packed.

    `pack(unpack(b))` folds to `b`. If the words or the polarity of `pack` and
    `unpack` differ, `pack(unpack(b))` canonicalizes to a `tensor.cast` of `b`
    or of the complement of `b`.

    Example:

    ```mlir
    func.func @unpack(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>,
                      %b: tensor<?xi1, #quant_bnn.packed<i8>>)
        -> (tensor<4x100xf32>, tensor<?xi1>) {
      %0 = quant_bnn.unpack %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to tensor<4x100xf32>
      %1 = quant_bnn.unpack %b : tensor<?xi1, #quant_bnn.packed<i8>> to tensor<?xi1>
      return %0, %1 : tensor<4x100xf32>, tensor<?xi1>
    }
    ```
  }];
  let arguments = (ins QuantBNN_PackedTensor:$packed);
  let results = (outs QuantBNN_Elements:$x);
  let assemblyFormat = [{
    $packed `` custom<NoLayout>(ref($packed)) attr-dict
    `:` type($packed) `to` type($x)
  }];
  let builders = [
    /// Unpacks to elements of type `element`.
    OpBuilder<(ins "::mlir::Value":$packed, "::mlir::Type":$element)>];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDOPS
