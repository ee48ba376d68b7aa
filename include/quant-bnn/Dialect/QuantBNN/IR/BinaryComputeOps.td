//===- BinaryComputeOps.td - Compute on packed bits --------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS

include "mlir/Interfaces/TilingInterface.td"
include "quant-bnn/Dialect/QuantBNN/IR/PackedOps.td"

def QuantBNN_Accumulators : RankedTensorOf<[I32]>;

//===----------------------------------------------------------------------===//
// Binary matmul and convolution
//===----------------------------------------------------------------------===//

/// Base class of ops whose results have another shape than an operand.
class QuantBNN_BinaryComputeOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_PackedOp<mnemonic, traits> {
  let hasVerifier = 1;
}

/// Base class of products. The loops for tiling are the dimensions of `acc`, so
/// a tile of the loops is the tile of `acc` at the same position. Reductions
/// are not loops: a tile has complete sums of whole rows of words. A derived op
/// builds the tile in `buildTile`.
class QuantBNN_BinaryProductOp<string mnemonic>
    : QuantBNN_BinaryComputeOp<mnemonic, [
        DeclareOpInterfaceMethods<InferIntRangeInterface, ["inferResultRanges"]>,
        DeclareOpInterfaceMethods<TilingInterface, [
          "getLoopIteratorTypes", "getIterationDomain", "getTiledImplementation",
          "getResultTilePosition", "generateResultTileValue",
          "getIterationDomainTileFromResultTile"]>]> {
  code tilingDeclaration = [{
    /// Builds the tile of the op at `offsets`, which has `sizes`. If there is
    /// none, fails and sets `reason`.
    ::mlir::FailureOr<::mlir::TilingResult>
    buildTile(::mlir::OpBuilder &builder,
              ::llvm::ArrayRef<::mlir::OpFoldResult> offsets,
              ::llvm::ArrayRef<::mlir::OpFoldResult> sizes,
              std::string &reason);
  }];
  code tilingBody = [{
    ::llvm::SmallVector<::mlir::utils::IteratorType>
    $cppClass::getLoopIteratorTypes() {
      return ::llvm::SmallVector<::mlir::utils::IteratorType>(
          getAcc().getType().getRank(), ::mlir::utils::IteratorType::parallel);
    }
    ::llvm::SmallVector<::mlir::Range> $cppClass::getIterationDomain(
        ::mlir::OpBuilder &builder) {
      return ::quant_bnn::detail::getResultLoops(builder, *this);
    }
    ::llvm::LogicalResult $cppClass::getResultTilePosition(
        ::mlir::OpBuilder &, unsigned,
        ::llvm::ArrayRef<::mlir::OpFoldResult> offsets,
        ::llvm::ArrayRef<::mlir::OpFoldResult> sizes,
        ::llvm::SmallVector<::mlir::OpFoldResult> &resultOffsets,
        ::llvm::SmallVector<::mlir::OpFoldResult> &resultSizes) {
      resultOffsets.assign(offsets.begin(), offsets.end());
      resultSizes.assign(sizes.begin(), sizes.end());
      return ::mlir::success();
    }
    ::mlir::FailureOr<::mlir::TilingResult> $cppClass::getTiledImplementation(
        ::mlir::OpBuilder &builder,
        ::llvm::ArrayRef<::mlir::OpFoldResult> offsets,
        ::llvm::ArrayRef<::mlir::OpFoldResult> sizes) {
      std::string reason;
      auto tile = buildTile(builder, offsets, sizes, reason);
      if (failed(tile))
        return emitOpError(reason);
      return tile;
    }
    // Without the tile, the op stays outside of the loop of its user, which is
    // no error.
    ::mlir::FailureOr<::mlir::TilingResult> $cppClass::generateResultTileValue(
        ::mlir::OpBuilder &builder, unsigned,
        ::llvm::ArrayRef<::mlir::OpFoldResult> offsets,
        ::llvm::ArrayRef<::mlir::OpFoldResult> sizes) {
      std::string reason;
      return buildTile(builder, offsets, sizes, reason);
    }
    ::llvm::LogicalResult $cppClass::getIterationDomainTileFromResultTile(
        ::mlir::OpBuilder &, unsigned,
        ::llvm::ArrayRef<::mlir::OpFoldResult> offsets,
        ::llvm::ArrayRef<::mlir::OpFoldResult> sizes,
        ::llvm::SmallVectorImpl<::mlir::OpFoldResult> &loopOffsets,
        ::llvm::SmallVectorImpl<::mlir::OpFoldResult> &loopSizes) {
      loopOffsets.assign(offsets.begin(), offsets.end());
      loopSizes.assign(sizes.begin(), sizes.end());
      return ::mlir::success();
    }
  }];
  let extraClassDeclaration = tilingDeclaration;
  let extraClassDefinition = tilingBody;
}

def QuantBNN_XnorMatmulOp : QuantBNN_BinaryProductOp<"xnor_matmul"> {
  let summary = "Multiply two packed bipolar matrices";
  let description = [{
    Computes the matrix product of elements that are +1 or -1 from their packed
    bits:

    ```
    acc[m, n] = sum over k of a[m, k] b[n, k] = K - 2 popcount(a[m] xor b[n])
    ```

    * `a` is `MxK` and `b` is `NxK`, packed with the same encoding. K is at most
      2^31 - 1.
    * Both operands have their rows along K, so `b` is the transpose of the
      second operand of `linalg.matmul`.
    * `acc` is `MxN` integers from -K to K and exact.
    * Batches: `a` may be `BxMxK`. `acc` is then `BxMxN`, and `b` is `BxNxK`, or
      `NxK` if all batches share `b`.

    Integers have no gradient, so `quant-bnn-differentiate` runs before
    `quant-bnn-binarize`, which creates this op.

    The identity is from M. Courbariaux et al. (2016), *Binarized Neural
    Networks*, arXiv:1602.02830.

    Example:

    ```mlir
    func.func @xnor_matmul(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>,
                           %b: tensor<8x100xi1, #quant_bnn.packed<i64>>,
                           %x: tensor<3x?x?xi1, #quant_bnn.packed<i32>>,
                           %y: tensor<?x?xi1, #quant_bnn.packed<i32>>)
        -> (tensor<4x8xi32>, tensor<3x?x?xi32>) {
      %0 = quant_bnn.xnor_matmul %a, %b
          : (tensor<4x100xi1, #quant_bnn.packed<i64>>,
             tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
      %1 = quant_bnn.xnor_matmul %x, %y
          : (tensor<3x?x?xi1, #quant_bnn.packed<i32>>,
             tensor<?x?xi1, #quant_bnn.packed<i32>>) -> tensor<3x?x?xi32>
      return %0, %1 : tensor<4x8xi32>, tensor<3x?x?xi32>
    }
    ```
  }];
  let arguments = (ins QuantBNN_PackedTensor:$a, QuantBNN_PackedTensor:$b);
  let results = (outs QuantBNN_Accumulators:$acc);
  let assemblyFormat = [{
    $a `,` $b `` custom<NoLayout>(ref($b)) attr-dict
    `:` `(` type($a) `,` type($b) `)` `->` type($acc)
  }];
  let builders = [
    OpBuilder<(ins "::mlir::Value":$a, "::mlir::Value":$b)>];
}

def QuantBNN_XnorConv2DOp : QuantBNN_BinaryProductOp<"xnor_conv_2d"> {
  let summary = "Convolve packed bipolar images with packed bipolar filters";
  let description = [{
    Computes the 2-D convolution of elements that are +1 or -1 from their packed
    bits:

    ```
    acc[n, h, w, o] = sum over i, j, c of
        x[n, h sh + i dh - top, w sw + j dw - left, c] filter[o, i, j, c]
    ```

    * `x` is batch x height x width x channels, `filter` is outputs x height x
      width x channels (OHWI), and `acc` is batch x height x width x outputs. `x`
      and `filter` are packed with the same encoding.
    * `acc` is exact; an output is a sum of at most 2^31 - 1 products, each of
      which is -1, 0 or +1.
    * `strides` = [sh, sw] and `dilations` = [dh, dw] are 1 by default.
    * `padding` = [top, bottom, left, right] is 0 by default. Each size is a
      number or an `index` from 0 to 2^31 - 1. Behavior is undefined if an
      `index` is outside of this range, or if `acc` has another extent than the
      window has positions. Padded elements have the value that `pad_value`
      selects: `zero` (the default), `one` or `minus_one`. Padded zeros add
      nothing to the sum.
    * With `groups` = G above 1, `x` is batch x height x width x G x channels,
      where the channels are those of a group. The outputs are split into G
      groups of equal size, and each group of outputs reads one group of
      channels.

    Example:

    ```mlir
    func.func @xnor_conv_2d(%x: tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>,
                            %f: tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>)
        -> tensor<1x28x28x128xi32> {
      %0 = quant_bnn.xnor_conv_2d %x, %f strides = [2, 2] padding = [1, 1, 1, 1]
          : (tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>,
             tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x28x28x128xi32>
      return %0 : tensor<1x28x28x128xi32>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_PackedTensor:$x, QuantBNN_PackedTensor:$filter,
    Variadic<Index>:$dynamic_padding,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
    DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
    DefaultValuedAttr<I64Attr, "1">:$groups,
    DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
    DefaultValuedAttr<QuantBNN_PadValueAttr, "::quant_bnn::PadValue::zero">:$pad_value);
  let results = (outs QuantBNN_Accumulators:$acc);
  let assemblyFormat = [{
    $x `,` $filter `` custom<NoLayout>(ref($filter))
    (`strides` `=` $strides^)? (`dilations` `=` $dilations^)?
    (`groups` `=` $groups^)?
    (`padding` `=` custom<DynamicIndexList>($dynamic_padding, $padding)^)?
    (`pad_value` `=` `` $pad_value^)? `` custom<NoLayout>(ref($filter)) attr-dict
    `:` `(` type($x) `,` type($filter) `)` `->` type($acc)
  }];
  let extraClassDeclaration = tilingDeclaration # [{
    /// Returns the sizes of the padding, as attributes or values.
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedPadding();

    /// Returns the movement of the window along the height and the width, for a
    /// filter with these extents and padding with these sizes.
    std::array<::quant_bnn::Walk, 2>
    getWalks(::mlir::OpFoldResult height, ::mlir::OpFoldResult width,
             ::llvm::ArrayRef<::mlir::OpFoldResult> padding);
  }];
}

//===----------------------------------------------------------------------===//
// Ops on the results of binary products
//===----------------------------------------------------------------------===//

def QuantBNN_ThresholdOp : QuantBNN_BinaryComputeOp<"threshold"> {
  let summary = "Compare integers with per-channel thresholds and pack bits";
  let description = [{
    Packs the result of one comparison for each element of `acc`. The bit of
    element n of a row of `packed` is

    ```
    (acc[.., n] < t[n]) xor flip[n]
    ```

    * `acc` is `..xN` of `i32`, `t` has N elements of `i32`, and `flip` has N
      elements of `i1`. `packed` has the shape of `acc`.

    The sign of a monotone function of an accumulator is one threshold. `flip`
    is for functions that decrease, and for the polarity `nonnegative`.
    `quant-bnn-fold-thresholds` creates the op, for example from a batch norm
    and a sign.

    No integer is below `t` = -2^31. With this `t`, the bit is `flip`.

    Example:

    ```mlir
    func.func @threshold(%acc: tensor<4x100xi32>, %t: tensor<100xi32>,
                         %flip: tensor<100xi1>)
        -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
      %0 = quant_bnn.threshold %acc, %t, %flip
          : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>)
          -> tensor<4x100xi1, #quant_bnn.packed<i64>>
      return %0 : tensor<4x100xi1, #quant_bnn.packed<i64>>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Accumulators:$acc, 1DTensorOf<[I32]>:$t, 1DTensorOf<[I1]>:$flip);
  let results = (outs QuantBNN_PackedTensor:$packed);
  let assemblyFormat = [{
    $acc `,` $t `,` $flip attr-dict
    `:` `(` type($acc) `,` type($t) `,` type($flip) `)` `->` type($packed)
  }];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_BINARYCOMPUTEOPS
