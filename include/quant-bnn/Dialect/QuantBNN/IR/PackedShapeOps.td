//===- PackedShapeOps.td - Ops that move packed bits -------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDSHAPEOPS
#define QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDSHAPEOPS

include "quant-bnn/Dialect/QuantBNN/IR/PackedOps.td"

/// Base class of ops that move bits. Such an op decomposes to ops of other
/// dialects, on words if the op keeps words whole, and otherwise on unpacked
/// bits.
class QuantBNN_PackedShapeOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_DepthOp<mnemonic, [
        DeclareOpInterfaceMethods<PackedShapeOpInterface>] # traits> {
  code shapeBody = [{
    ::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>
    $cppClass::decomposeOperation(::mlir::OpBuilder &builder) {
      return ::llvm::SmallVector<::mlir::Value>{
          ::quant_bnn::detail::decomposePackedShape(*this, builder, getLoc())};
    }
    ::llvm::LogicalResult $cppClass::reifyResultShapes(
        ::mlir::OpBuilder &builder,
        ::mlir::ReifiedRankedShapedTypeDims &shapes) {
      shapes.push_back(::quant_bnn::detail::getPackedSizes(
          *this, builder, getElementSizes(builder, getLoc())));
      return ::llvm::success();
    }
  }];
  let extraClassDefinition = shapeBody;
  let hasFolder = 0;
}

/// Base class of ops that move the bits of one operand.
class QuantBNN_UnaryPackedShapeOp<string mnemonic, list<Trait> traits = []>
    : QuantBNN_PackedShapeOp<mnemonic, [
        AllElementTypesMatch<["source", "result"]>] # traits>;

def QuantBNN_PackedCastOp : QuantBNN_PackedShapeOp<"packed_cast"> {
  let summary = "Convert packed bits to words of another width or polarity";
  let description = [{
    Returns the `depth` bits of each row of `source` in words of the width of
    `result`. With `flip`, each of these bits is complemented. The bits past the
    end of a row are 0. A cast of a cast folds to one cast; two casts that
    cancel fold to their source. The cast works on whole words and never unpacks
    bits.

    Example:

    ```mlir
    func.func @packed_cast(%b: tensor<4x2xi64>) -> tensor<4x13xi8> {
      %0 = quant_bnn.packed_cast %b depth = 100 flip : tensor<4x2xi64> to tensor<4x13xi8>
      return %0 : tensor<4x13xi8>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$source, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth, UnitAttr:$flip);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $source `depth` `=` custom<Depth>($depth, $static_depth) (`flip` $flip^)?
    attr-dict `:` type($source) `to` type($result)
  }];
  let hasFolder = 1;
}

def QuantBNN_PackedTransposeOp : QuantBNN_UnaryPackedShapeOp<"packed_transpose"> {
  let summary = "Transpose a packed tensor";
  let description = [{
    Transposes the packed elements of `source`, as `linalg.transpose` transposes
    elements. Dimension i of `result` is dimension `permutation[i]` of `source`,
    both counted in elements; the last dimension of `source` has `depth`
    elements. If the last dimension stays last, the op moves whole words.

    Example:

    ```mlir
    func.func @packed_transpose(%b: tensor<4x2xi64>) -> tensor<100x1xi64> {
      %0 = quant_bnn.packed_transpose %b depth = 100 permutation = [1, 0]
          : tensor<4x2xi64> to tensor<100x1xi64>
      return %0 : tensor<100x1xi64>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$source, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth, DenseI64ArrayAttr:$permutation);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $source `depth` `=` custom<Depth>($depth, $static_depth)
    `permutation` `=` $permutation attr-dict `:` type($source) `to` type($result)
  }];
  let hasFolder = 1;
}

def QuantBNN_PackedReshapeOp : QuantBNN_UnaryPackedShapeOp<"packed_reshape", [
    AttrSizedOperandSegments]> {
  let summary = "Reshape a packed tensor";
  let description = [{
    Returns the elements of `source`, in row-major order, as a tensor of
    `shape`. `shape` lists all dimensions of the result in elements, and the
    packed dimension is the last one. Both shapes have the same number of
    elements. The op keeps whole words if the last dimension keeps its size, or
    if both last dimensions are known to be multiples of the word width.

    Example:

    ```mlir
    func.func @packed_reshape(%b: tensor<?x7x7x1xi64>, %n: index) -> tensor<?x49xi64> {
      %0 = quant_bnn.packed_reshape %b depth = 64 shape = [%n, 3136]
          : tensor<?x7x7x1xi64> to tensor<?x49xi64>
      return %0 : tensor<?x49xi64>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$source, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth,
    Variadic<Index>:$shape, DenseI64ArrayAttr:$static_shape);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $source `depth` `=` custom<Depth>($depth, $static_depth)
    `shape` `=` custom<DynamicIndexList>($shape, $static_shape) attr-dict
    `:` type($source) `to` type($result)
  }];
  let hasFolder = 1;
}

def QuantBNN_PackedConcatOp : QuantBNN_PackedShapeOp<"packed_concat", [
    AttrSizedOperandSegments]> {
  let summary = "Concatenate packed tensors";
  let description = [{
    Concatenates the packed elements of `sources` along dimension `dim`, as
    `tensor.concat` concatenates elements. `depths` gives the number of elements
    in a row of each source. The depths are equal unless `dim` is the last
    dimension. The op moves whole words if `dim` is not the last dimension, or
    if all depths but the last are known to be multiples of the word width.

    Example:

    ```mlir
    func.func @packed_concat(%a: tensor<4x1xi64>, %b: tensor<4x2xi64>) -> tensor<4x3xi64> {
      %0 = quant_bnn.packed_concat %a, %b depths = [64, 100] dim = 1
          : (tensor<4x1xi64>, tensor<4x2xi64>) -> tensor<4x3xi64>
      return %0 : tensor<4x3xi64>
    }
    ```
  }];
  let arguments = (ins
    Variadic<QuantBNN_Words>:$sources, Variadic<Index>:$depths,
    DenseI64ArrayAttr:$static_depths, I64Attr:$dim);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $sources `depths` `=` custom<DynamicIndexList>($depths, $static_depths)
    `dim` `=` $dim attr-dict `:` functional-type($sources, $result)
  }];
  let extraClassDeclaration = [{
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedDepths() {
      return ::mlir::getMixedValues(getStaticDepths(), getDepths(), getContext());
    }
  }];
}

def QuantBNN_PackedSliceOp : QuantBNN_UnaryPackedShapeOp<"packed_slice", [
    AttrSizedOperandSegments]> {
  let summary = "Extract a slice of a packed tensor";
  let description = [{
    Extracts a slice of the packed elements of `source`, as
    `tensor.extract_slice` does for elements. `offsets`, `sizes` and `strides`
    are counted in elements. Each list has one value for each dimension, and the
    packed dimension is the last one. The op moves whole words if the slice of
    the last dimension is known to have stride 1, to begin at a word boundary,
    and to end at a word boundary or at the end of the row.

    Example:

    ```mlir
    func.func @packed_slice(%b: tensor<?x2xi64>, %i: index) -> tensor<1x1xi64> {
      %0 = quant_bnn.packed_slice %b depth = 100 offsets = [%i, 64] sizes = [1, 36]
          strides = [1, 1] : tensor<?x2xi64> to tensor<1x1xi64>
      return %0 : tensor<1x1xi64>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$source, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth,
    Variadic<Index>:$offsets, Variadic<Index>:$sizes, Variadic<Index>:$strides,
    DenseI64ArrayAttr:$static_offsets, DenseI64ArrayAttr:$static_sizes,
    DenseI64ArrayAttr:$static_strides);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $source `depth` `=` custom<Depth>($depth, $static_depth)
    `offsets` `=` custom<DynamicIndexList>($offsets, $static_offsets)
    `sizes` `=` custom<DynamicIndexList>($sizes, $static_sizes)
    `strides` `=` custom<DynamicIndexList>($strides, $static_strides) attr-dict
    `:` type($source) `to` type($result)
  }];
}

def QuantBNN_PackedPadOp : QuantBNN_UnaryPackedShapeOp<"packed_pad", [
    AttrSizedOperandSegments]> {
  let summary = "Pad a packed tensor";
  let description = [{
    Adds `low` elements before and `high` elements after the packed elements of
    `source` in each dimension, as `tensor.pad` does for elements. The packed
    dimension is the last one. The added bits are 1 with `ones`, and 0
    otherwise. The op moves whole words if the last dimension gets no padding,
    and the added bits are 0 or rows are known to be multiples of the word
    width.

    Example:

    ```mlir
    func.func @packed_pad(%b: tensor<1x56x56x2xi32>) -> tensor<1x58x58x2xi32> {
      %0 = quant_bnn.packed_pad %b depth = 64 low = [0, 1, 1, 0] high = [0, 1, 1, 0] ones
          : tensor<1x56x56x2xi32> to tensor<1x58x58x2xi32>
      return %0 : tensor<1x58x58x2xi32>
    }
    ```
  }];
  let arguments = (ins
    QuantBNN_Words:$source, Optional<Index>:$depth,
    OptionalAttr<I64Attr>:$static_depth,
    Variadic<Index>:$low, Variadic<Index>:$high,
    DenseI64ArrayAttr:$static_low, DenseI64ArrayAttr:$static_high, UnitAttr:$ones);
  let results = (outs QuantBNN_Words:$result);
  let assemblyFormat = [{
    $source `depth` `=` custom<Depth>($depth, $static_depth)
    `low` `=` custom<DynamicIndexList>($low, $static_low)
    `high` `=` custom<DynamicIndexList>($high, $static_high) (`ones` $ones^)?
    attr-dict `:` type($source) `to` type($result)
  }];
}

#endif // QUANT_BNN_DIALECT_QUANTBNN_IR_PACKEDSHAPEOPS
