//===- BinaryComputeOps.td - Compute on packed bits --------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS

include "quant-bnn/Dialect/QuantBNN/IR/PackedOps.td"

def QuantBNN_Accumulators : RankedTensorOf<[I32]>;

//===----------------------------------------------------------------------===//
// Binary matmul and convolution
//===----------------------------------------------------------------------===//

def QuantBNN_XnorMatmulOp : QuantBNN_DepthOp<"xnor_matmul", [
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>,
    AllElementTypesMatch<["a", "b"]>]> {
  let summary = "Multiply two packed bipolar matrices";
  let description = [{
    Computes the matrix product of elements that are +1 or -1 from their packed
    bits:

    ```
    acc[m, n] = sum over k of a[m, k] b[n, k] = K - 2 popcount(a[m] xor b[n])
    ```

    * `a` is `MxW` words and `b` is `NxW` words. Each row holds `depth` = K
      elements. `pack` has packed both operands with the same polarity, which
      may be either one.
    * Both operands have their rows along K, so `b` is the transpose of the
      second operand of `linalg.matmul`.
    * The bits past the end of a row are 0, as `pack` leaves them.
    * `acc` is `MxN` integers from -K to K and exact. K is at most 2^31 - 1.
    * Batches: `a` may be `BxMxW`. `acc` is then `BxMxN`, and `b` is `BxNxW`, or
      `NxW` if all batches share `b`.
    * `depth` is an attribute if it is static, and an index operand if it is
      dynamic. `depth` determines the number of words in a row: W is K divided
      by the bits of a word, rounded up. A dynamic `depth` that does not match W
      is undefined behaviour.

    Integers have no gradient, so `quant-bnn-differentiate` runs before
    `quant-bnn-binarize`, which creates this op.

    The identity is from M. Courbariaux et al. (2016), *Binarized Neural
    Networks*, arXiv:1602.02830.

    Example:

    ```mlir
    func.func @xnor_matmul(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>,
                           %x: tensor<3x?x?xi32>, %y: tensor<?x?xi32>, %k: index)
        -> (tensor<4x8xi32>, tensor<3x?x?xi32>) {
      %0 = quant_bnn.xnor_matmul %a, %b depth = 100
          : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
      %1 = quant_bnn.xnor_matmul %x, %y depth = %k
          : (tensor<3x?x?xi32>, tensor<?x?xi32>) -> tensor<3x?x?xi32>
      return %0, %1 : tensor<4x8xi32>, tensor<3x?x?xi32>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$a, QuantBNN_Words:$b, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth);
  let results = (outs QuantBNN_Accumulators:$acc);
  let assemblyFormat = [{
    $a `,` $b `depth` `=` custom<Depth>($depth, $static_depth) attr-dict
    `:` `(` type($a) `,` type($b) `)` `->` type($acc)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b,
                   "::mlir::OpFoldResult":$depth)>];
  let hasFolder = 0;
}

def QuantBNN_XnorConv2DOp : QuantBNN_DepthOp<"xnor_conv_2d", [
    DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>,
    AllElementTypesMatch<["x", "filter"]>]> {
  let summary = "Convolve packed bipolar images with packed bipolar filters";
  let description = [{
    Computes the 2-D convolution of elements that are +1 or -1 from their packed
    bits:

    ```
    acc[n, h, w, o] = sum over i, j, c of
        x[n, h sh + i dh - top, w sw + j dw - left, c] filter[o, i, j, c]
    ```

    * `x` is batch x height x width x words, `filter` is outputs x height x
      width x words (OHWI), and `acc` is batch x height x width x outputs. The
      elements of `x` and `filter` are packed along the channels, with the same
      `polarity`.
    * `depth` is the number of channels of `x` that contribute to an output.
      `depth` is an attribute or an index. `acc` is exact; an output is a sum of
      at most 2^31 - 1 products, each of which is -1, 0 or +1.
    * `strides` = [sh, sw] and `dilations` = [dh, dw] are 1 by default.
    * `padding` = [top, bottom, left, right] is 0 by default. Padded elements
      have the value that `pad_value` selects: `zero` (the default), `one` or
      `minus_one`. Padded zeros add nothing to the sum.
    * With `groups` = G, the outputs are split into G groups of equal size, and
      group g reads the channels from g C to (g + 1) C, where C is `depth`. A
      pixel of `x` has G times the words of a pixel of `filter`, because each
      group begins with a new word.

    Example:

    ```mlir
    func.func @xnor_conv_2d(%x: tensor<1x56x56x2xi32>, %f: tensor<128x3x3x2xi32>)
        -> tensor<1x28x28x128xi32> {
      %0 = quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [2, 2]
          padding = [1, 1, 1, 1]
          : (tensor<1x56x56x2xi32>, tensor<128x3x3x2xi32>) -> tensor<1x28x28x128xi32>
      return %0 : tensor<1x28x28x128xi32>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$x, QuantBNN_Words:$filter, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
    DefaultValuedAttr<QuantBNN_PadValueAttr, "::quant_bnn::PadValue::zero">:$pad_value,
    DefaultValuedAttr<QuantBNN_PolarityAttr, "::quant_bnn::Polarity::negative">:$polarity);
  let results = (outs QuantBNN_Accumulators:$acc);
  let assemblyFormat = [{
    $x `,` $filter `depth` `=` custom<Depth>($depth, $static_depth)
    (`strides` `=` $strides^)? (`dilations` `=` $dilations^)?
    (`groups` `=` $groups^)? (`padding` `=` $padding^)?
    (`pad_value` `=` `` $pad_value^)? (`polarity` `=` `` $polarity^)? attr-dict
    `:` `(` type($x) `,` type($filter) `)` `->` type($acc)
  }];
  let hasFolder = 0;
}

//===----------------------------------------------------------------------===//
// Ops on the results of binary products
//===----------------------------------------------------------------------===//

def QuantBNN_ThresholdOp : QuantBNN_PackedOp<"threshold"> {
  let summary = "Compare integers with per-channel thresholds and pack bits";
  let description = [{
    Packs the result of one comparison for each element of `acc`. The bit of
    element n of a row of `words` is

    ```
    (acc[.., n] < t[n]) xor flip[n]
    ```

    * `acc` is `..xN` of `i32`, `t` has N elements of `i32`, and `flip` has N
      elements of `i1`.
    * `words` has the layout of `pack` of an `..xN` tensor: a bit of 1 stands
      for -1, and the bits past the end of a row are 0.

    The sign of a monotone function of an accumulator is one threshold. `flip`
    is for functions that decrease. `quant-bnn-fold-thresholds` creates the op,
    for example from a batch norm and a sign.

    No integer is below `t` = -2^31. With this `t`, the bit is `flip`.

    Example:

    ```mlir
    func.func @threshold(%acc: tensor<4x100xi32>, %t: tensor<100xi32>,
                         %flip: tensor<100xi1>) -> tensor<4x2xi64> {
      %0 = quant_bnn.threshold %acc, %t, %flip
          : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x2xi64>
      return %0 : tensor<4x2xi64>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Accumulators:$acc, 1DTensorOf<[I32]>:$t, 1DTensorOf<[I1]>:$flip);
  let results = (outs QuantBNN_Words:$words);
  let assemblyFormat = [{
    $acc `,` $t `,` $flip attr-dict
    `:` `(` type($acc) `,` type($t) `,` type($flip) `)` `->` type($words)
  }];
  let hasFolder = 0;
}

def QuantBNN_XnorMaxPool2DOp : QuantBNN_PackedOp<"xnor_max_pool_2d", [
    AllElementTypesMatch<["x", "y"]>]> {
  let summary = "Compute the max pool of packed bipolar images";
  let description = [{
    Computes the maximum over windows of elements that are +1 or -1, packed
    along the channels:

    ```
    y[n, h, w, c] = max over i, j of x[n, h sh + i dh - top, w sw + j dw - left, c]
    ```

    * `x` and `y` are batch x height x width x words. `kernel` = [height, width]
      is the size of a window.
    * `strides`, `dilations` and `padding` are those of `xnor_conv_2d`, but
      padded elements do not take part in the maximum.
    * Each window contains at least one pixel of an image: padding is less than
      the extent of a window, 1 + d (k - 1), and images are large enough for the
      dilations. If a dynamic size violates this rule, the behaviour is
      undefined.

    The maximum of signs is the sign of the maximum, so a sign after a max pool
    may be moved before it.

    Example:

    ```mlir
    func.func @xnor_max_pool_2d(%x: tensor<1x112x112x2xi32>) -> tensor<1x56x56x2xi32> {
      %0 = quant_bnn.xnor_max_pool_2d %x kernel = [3, 3] strides = [2, 2]
          padding = [1, 1, 1, 1] : tensor<1x112x112x2xi32> to tensor<1x56x56x2xi32>
      return %0 : tensor<1x56x56x2xi32>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$x, DenseI64ArrayAttr:$kernel,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
    DefaultValuedAttr<QuantBNN_PolarityAttr, "::quant_bnn::Polarity::negative">:$polarity);
  let results = (outs QuantBNN_Words:$y);
  let assemblyFormat = [{
    $x `kernel` `=` $kernel (`strides` `=` $strides^)?
    (`dilations` `=` $dilations^)? (`padding` `=` $padding^)?
    (`polarity` `=` `` $polarity^)? attr-dict `:` type($x) `to` type($y)
  }];
  let hasFolder = 0;
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS
