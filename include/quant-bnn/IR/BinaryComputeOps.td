//===- BinaryComputeOps.td - Products of packed signs ------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_IR_BINARYCOMPUTEOPS
#define QUANT_BNN_IR_BINARYCOMPUTEOPS

include "quant-bnn/IR/PackedOps.td"

def QuantBNN_Accumulators : RankedTensorOf<[I32]>;

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

def QuantBNN_XnorMatmulOp : QuantBNN_DepthOp<"xnor_matmul", [
    DeclareOpInterfaceMethods<BoundedAccumulatorOpInterface>,
    AllElementTypesMatch<["a", "b"]>]> {
  let summary = "The product of two packed matrices of +1 and -1";
  let description = [{
    ```
    acc[m, n] = sum over k of a[m, k] b[n, k] = K - 2 popcount(a[m] xor b[n])
    ```

    `a` is `MxW` and `b` is `NxW` words, rows of `depth` = K elements that `pack` made
    with one polarity, whichever. Both have their rows along K, so `b` is the
    transpose of the second operand of `linalg.matmul`. Bits past the end of a row are
    0, as `pack` leaves them. `acc` is `MxN` and exact: K is at most 2^31 - 1.

    `a` may be `BxMxW`; `acc` is then `BxMxN`, and `b` is `BxNxW`, or `NxW` for the
    same in every batch.

    The depth is an attribute, or an index where it is dynamic. It tells the words of
    a row, W = ceil(K / N); a dynamic one with another W is undefined behaviour.

    Integers carry no gradient: `quant-bnn-differentiate` comes before
    `quant-bnn-binarize`.

    The identity is from M. Courbariaux et al. (2016), *Binarized Neural Networks*,
    arXiv:1602.02830.

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
    DeclareOpInterfaceMethods<BoundedAccumulatorOpInterface>,
    AllElementTypesMatch<["x", "filter"]>]> {
  let summary = "The convolution of packed images with packed filters";
  let description = [{
    ```
    acc[n, h, w, o] = sum over i, j, c of
        x[n, h sh + i dh - top, w sw + j dw - left, c] filter[o, i, j, c]
    ```

    of elements that are +1 or -1, packed along the channels with one polarity. `x` is
    batch x height x width x words, `filter` outputs x height x width x words (OHWI),
    `acc` batch x height x width x outputs. `depth` is the number of channels of `x`
    that an output sees, an attribute or an index, and the products that make an
    output are at most 2^31 - 1.

    `strides` = [sh, sw] and `dilations` = [dh, dw] are 1 unless given. `padding` =
    [top, bottom, left, right] is 0 unless given, and what is there counts as
    `pad_value`: `zero`, the default, `one` or `minus_one`. Zeros are no signs: they
    add nothing to the sum, which is exact.

    With `groups` = G, outputs are split into G groups of the same size, and group g
    sees channels g C to (g + 1) C. The words of `x` are then G times those of
    `filter`: each group begins with a new word.

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
// What follows a product
//===----------------------------------------------------------------------===//

def QuantBNN_ThresholdOp : QuantBNN_PackedOp<"threshold"> {
  let summary = "Packed signs of integers, by a threshold for every channel";
  let description = [{
    The bit of element n of a row of `words` is

    ```
    (acc[.., n] < t[n]) xor flip[n]
    ```

    `acc` is `..xN` of `i32`, `t` N of `i32` and `flip` N of `i1`; `words` is as `pack`
    of an `..xN` tensor makes it: a bit of 1 stands for -1, and bits past the end of a
    row are 0. Any monotone function of an accumulator and a sign after it are one
    threshold: that is what `quant-bnn-fold-thresholds` makes of a batch norm. `flip`
    is for those that fall.

    Nothing is below `t` = -2^31: with it, `flip` alone is the bit.

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
  let summary = "The maximum of windows of packed images";
  let description = [{
    ```
    y[n, h, w, c] = max over i, j of x[n, h sh + i dh - top, w sw + j dw - left, c]
    ```

    of elements that are +1 or -1, packed along the channels. The maximum of signs is
    the sign of the maximum, so a max pool and a sign after it may change places. `x`
    and `y` are batch x height x width x words, `kernel` = [height, width] is the size
    of a window; `strides`, `dilations` and `padding` are as in `xnor_conv_2d`, but
    what is outside of the images takes no part. Every window has a pixel of an image:
    padding is less than the extent of a window, 1 + d (k - 1), and images are large
    enough for their dilations. Where unknown sizes are not, it is undefined behaviour.

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

#endif // QUANT_BNN_IR_BINARYCOMPUTEOPS
