//===- Passes.td - Passes that upstream will replace -------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_WORKAROUNDS_PASSES
#define QUANT_BNN_CODEGEN_WORKAROUNDS_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNExpandDynamicReshapesPass
    : Pass<"bnn-codegen-expand-dynamic-reshapes"> {
  let summary = "Expand memref.expand_shape with several dynamic sizes";
  let description = [{
    Replaces a `memref.expand_shape` that expands one dimension into several
    dimensions of dynamic size by a `memref.reinterpret_cast` with the sizes
    that the op gives. `expand-strided-metadata` of LLVM 22 cannot distinguish
    these sizes. Other reshapes are left to `expand-strided-metadata`.

    Example:

    ```mlir
    func.func @f(%x: memref<?xf32>, %rows: index, %columns: index) -> memref<?x?xf32> {
      %y = memref.expand_shape %x [[0, 1]] output_shape [%rows, %columns]
          : memref<?xf32> into memref<?x?xf32>
      return %y : memref<?x?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<?xf32>, %rows: index, %columns: index) -> memref<?x?xf32> {
      %base, %offset, %size, %stride = memref.extract_strided_metadata %x
          : memref<?xf32> -> memref<f32>, index, index, index
      %y = memref.reinterpret_cast %base to offset: [0], sizes: [%rows, %columns], strides: [%columns, 1]
          : memref<f32> to memref<?x?xf32>
      return %y : memref<?x?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect"];
}

def QuantBNNStoreKnownLanesPass : Pass<"bnn-codegen-store-known-lanes"> {
  let summary = "Store lanes that a constant mask selects without the mask";
  let description = [{
    Replaces a `vector.maskedstore` of integers of less than 64 bits, or of
    `bf16`, whose mask is constant and selects the first lanes, by stores of
    vectors whose sizes are powers of two. LLVM 22 stores too many bytes for
    such a mask if the integers are truncated ones and the target has AVX-512.

    Example:

    ```mlir
    func.func @f(%x: memref<?xi16>, %i: index, %v: vector<8xi16>) {
      %mask = vector.constant_mask [3] : vector<8xi1>
      vector.maskedstore %x[%i], %mask, %v : memref<?xi16>, vector<8xi1>, vector<8xi16>
      return
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<?xi16>, %i: index, %v: vector<8xi16>) {
      %0 = vector.shuffle %v, %v [0, 1] : vector<8xi16>, vector<8xi16>
      vector.store %0, %x[%i] : memref<?xi16>, vector<2xi16>
      %1 = vector.shuffle %v, %v [2] : vector<8xi16>, vector<8xi16>
      %c2 = arith.constant 2 : index
      %2 = arith.addi %i, %c2 : index
      vector.store %1, %x[%2] : memref<?xi16>, vector<1xi16>
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNConvertSCFToCFPass : Pass<"bnn-codegen-convert-scf-to-cf"> {
  let summary = "Convert structured control flow to branches, last op first";
  let description = [{
    Converts the ops that `convert-scf-to-cf` converts, with the same patterns,
    from the last op of a block to the first. The conversion of an op moves all
    ops that follow in the block to a new block. Converting from the first op on
    moves an op once for each op before it, which takes half of the lowering
    time of a function with a thousand loops. As upstream does, the pass
    converts an op before the ops in its regions, because the patterns expect
    the terminator of a region in its first block.

    The pass fails at an op that has no pattern, such as an `scf.forall` with
    results, and at an op in a region that takes a single block, such as the
    body of a `linalg.generic`.

    Example:

    ```mlir
    func.func @f(%c: i1, %x: f32, %m: memref<f32>) {
      scf.if %c {
        memref.store %x, %m[] : memref<f32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @f(%c: i1, %x: f32, %m: memref<f32>) {
      cf.cond_br %c, ^bb1, ^bb2
    ^bb1:
      memref.store %x, %m[] : memref<f32>
      cf.br ^bb2
    ^bb2:
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::cf::ControlFlowDialect"];
}

#endif // QUANT_BNN_CODEGEN_WORKAROUNDS_PASSES
