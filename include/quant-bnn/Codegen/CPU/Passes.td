//===- Passes.td - Passes that emit loops for CPUs ---------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_CPU_PASSES
#define QUANT_BNN_CODEGEN_CPU_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNVectorizePopcountPass : Pass<"bnn-codegen-vectorize-popcount"> {
  let summary = "Lower binary matmuls and convolutions to vector kernels";
  let description = [{
    Lowers each `linalg.generic` on memrefs whose body is
    `out + f * ctpop(a xor b)`, for a constant f, to loops over vectors. With
    f = -2, the op is a binary matmul or convolution if `out` holds the number
    of bits before the op; with f = 1, it sums Hamming distances. Words have 8,
    16, 32 or 64 bits, and outputs have 32 bits. The body may contain
    `arith.addi` with the operands in either order, `arith.subi`, and
    multiplications and shifts by constants. The count may be extended or
    truncated; a multiple of the count may only be truncated.

    The indexing maps determine the roles of the dimensions:

    * The lanes lie along the last dimension of the output. One of the operands,
      the packed operand, has this dimension. A word of the other operand, the
      broadcast operand, is the same in all lanes.
    * The rows lie along the last parallel dimension that the broadcast operand
      has and the packed operand does not have.
    * The last two reduction dimensions are collapsed into one loop if the words
      of both operands are contiguous along them.

    **Many rows.** The kernel copies the packed operand into panels. A panel
    holds the words of two vectors of outputs side by side, so that vectors of
    words can be loaded, and all rows use the panel. A block of a few rows by
    two vectors of outputs has its counters in registers. The sums that the
    block subtracts from the output need no horizontal additions.

    **Few rows.** With fewer than 16 rows (8 with `popcount=table`), a copy
    would cost too much. The lanes are then words of a row: up to four rows are
    compared with the same words of the packed operand, and the lanes are summed
    at the end. If the number of rows is dynamic, the pass emits both kernels,
    and the code chooses one at run time.

    **Epilogues.** If the next op that reads the sums is an elementwise `linalg`
    op, the kernel computes this op from the sums in registers and stores its
    results. The sums are stored only if another op reads them, or where the
    words of a row do not fit into a panel. Other operands of the op have all or
    some dimensions of the sums. With many rows, an operand that has all of them
    is prefetched before the sums are computed. The op may have several results,
    and results of which a word holds one bit for each sum; it may also write to
    the memory of the sums. The op of the product moves to the elementwise op,
    past ops that do not change its operands. The elementwise op stays as it is
    if its results lie along another dimension, if its results may overlap
    operands of the product, if it reads a sum at several positions, or if a
    result is packed and the rows are few, or of unknown number or length. A
    remark says why.

    The option `popcount` selects how bits are counted:

    * `popcount=bytes` counts bits in bytes, for which most targets have fast
      code, and widens the bytes before they overflow. A byte cannot overflow in
      the first 31 words, each of which adds at most 8.
    * `popcount=words` counts bits in words of 32 and 64 bits, which is best on
      targets with an instruction for it (AVX512VPOPCNTDQ).
    * `popcount=table` splits both operands into nibbles and looks up how many
      bits differ. The packed operand is split when it is copied into panels,
      and the broadcast operand is split once, before the loops. The nibbles of
      two rows select one of 256 tables of 16 bytes. Each byte of a table stands
      for one value of a nibble of the packed operand. The two halves of the
      byte hold the numbers of bits in which this value differs from the nibbles
      of the two rows. One instruction thus counts the bits that differ for two
      rows and for all bytes of a vector. This is the fastest way on targets
      that have no instruction to count the bits of words. The vector dialect
      has no such lookup, so `lookup` names the instruction set. Few rows are
      counted in bytes.

    `vector-width` determines the number of rows of a block, because the number
    of registers depends on their width. Set `vector-width` to the bits of a
    vector register of the target.

    With `parallel`, an `scf.parallel` computes the panels, and many rows are
    split into several tasks, if the kernel takes long enough to pay for threads
    (see `bnn-codegen-vectorize-linalg`). Panels are allocated and freed, so run
    buffer deallocation before this pass. The panels of a constant operand are a
    constant, of which `bnn-codegen-create-globals` makes a global, if the outputs
    fill all panels of all tasks, if the kernel is for many rows only, and if no
    batches select words. With `popcount=table` they have twice the bytes of the
    words.

    If a `linalg.fill` sets the output, with no memory access between the fill
    and the op, the kernel sets the output instead.

    An op is left alone if the output is not contiguous along its last
    dimension, if both operands or no operand have this dimension, or if the
    output is also an operand.

    Example:

    ```mlir
    func.func @matmul(%a: memref<64x16xi64>, %b: memref<32x16xi64>, %out: memref<64x32xi32>) {
      linalg.generic {
          indexing_maps = [affine_map<(m, n, w) -> (m, w)>,
                           affine_map<(m, n, w) -> (n, w)>,
                           affine_map<(m, n, w) -> (m, n)>],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%a, %b : memref<64x16xi64>, memref<32x16xi64>) outs(%out : memref<64x32xi32>) {
      ^bb0(%x: i64, %y: i64, %acc: i32):
        %factor = arith.constant -2 : i32
        %bits = arith.xori %x, %y : i64
        %count = math.ctpop %bits : i64
        %narrow = arith.trunci %count : i64 to i32
        %term = arith.muli %narrow, %factor : i32
        %sum = arith.addi %acc, %term : i32
        linalg.yield %sum : i32
      }
      return
    }
    ```
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"512",
           "Bits of a vector: a power of two, at least 64">,
    Option<"popcount", "popcount", "::quant_bnn::PopcountAccumulation",
           /*default=*/"::quant_bnn::PopcountAccumulation::Bytes",
           "How bits are counted",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::PopcountAccumulation::Words, "words",
                        "in words, for targets with an instruction for it"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Bytes, "bytes",
                        "in bytes, which are widened before they overflow"),
             clEnumValN(::quant_bnn::PopcountAccumulation::Table, "table",
                        "in bytes, by lookup tables for nibbles"))}]>,
    Option<"lookup", "lookup", "::quant_bnn::LookupInstructions",
           /*default=*/"::quant_bnn::LookupInstructions::None",
           "Instruction set for table lookups of bytes",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::LookupInstructions::None, "none",
                        "unknown"),
             clEnumValN(::quant_bnn::LookupInstructions::X86, "x86",
                        "SSSE3, AVX2 or AVX-512BW, selected by vector-width"))}]>,
    Option<"parallel", "parallel", "bool", /*default=*/"false",
           "Emit loops that pay for threads as scf.parallel">,
    Option<"taskTime", "task-time", "int64_t", /*default=*/"4000",
           "Nanoseconds that a task of a parallel loop takes at least, by "
           "estimate">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNCreateGlobalsPass
    : Pass<"bnn-codegen-create-globals", "::mlir::ModuleOp"> {
  let summary = "Replace bufferization.to_buffer of constants by globals";
  let description = [{
    Replaces each `bufferization.to_buffer` with `read_only` of an
    `arith.constant` by a private constant `memref.global`. The passes
    `bnn-codegen-vectorize-popcount` and `bnn-codegen-vectorize-linalg` run on
    functions, which may not create globals, and so leave the panels of constant
    weights as such constants. In a module in which the pass creates a global, it
    also erases private constant globals that nothing uses, such as the weights that
    panels replace.

    Example:

    ```mlir
    func.func @f(%i: index) -> f32 {
      %constant = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
      %buffer = bufferization.to_buffer %constant read_only
          : tensor<2xf32> to memref<2xf32>
      %0 = memref.load %buffer[%i] : memref<2xf32>
      return %0 : f32
    }
    ```

    becomes

    ```mlir
    memref.global "private" constant @__constant_2xf32 : memref<2xf32>
        = dense<[1.0, 2.0]> {alignment = 64 : i64}
    func.func @f(%i: index) -> f32 {
      %buffer = memref.get_global @__constant_2xf32 : memref<2xf32>
      %0 = memref.load %buffer[%i] : memref<2xf32>
      return %0 : f32
    }
    ```
  }];
  let dependentDialects = ["::mlir::memref::MemRefDialect"];
}

def QuantBNNFillBordersPass : Pass<"bnn-codegen-fill-borders"> {
  let summary = "Fill only what is not overwritten next";
  let description = [{
    Bufferization fills the whole result of a `tensor.pad` before it copies the
    operand to the middle. If the op that accesses the buffer next writes every
    element of a part of it, this pass fills only what is around the part: along
    each dimension what is before it and after it.

    Example:

    ```mlir
    func.func @pad(%x: memref<8x8xf32>) -> memref<10x8xf32> {
      %zero = arith.constant 0.0 : f32
      %buffer = memref.alloc() : memref<10x8xf32>
      linalg.map outs(%buffer : memref<10x8xf32>) (%old: f32) {
        linalg.yield %zero : f32
      }
      %part = memref.subview %buffer[1, 0] [8, 8] [1, 1]
          : memref<10x8xf32> to memref<8x8xf32, strided<[8, 1], offset: 8>>
      memref.copy %x, %part
          : memref<8x8xf32> to memref<8x8xf32, strided<[8, 1], offset: 8>>
      return %buffer : memref<10x8xf32>
    }
    ```

    becomes

    ```mlir
    func.func @pad(%x: memref<8x8xf32>) -> memref<10x8xf32> {
      %zero = arith.constant 0.0 : f32
      %buffer = memref.alloc() : memref<10x8xf32>
      %above = memref.subview %buffer[0, 0] [1, 8] [1, 1]
          : memref<10x8xf32> to memref<1x8xf32, strided<[8, 1]>>
      linalg.fill ins(%zero : f32) outs(%above : memref<1x8xf32, strided<[8, 1]>>)
      %below = memref.subview %buffer[9, 0] [1, 8] [1, 1]
          : memref<10x8xf32> to memref<1x8xf32, strided<[8, 1], offset: 72>>
      linalg.fill ins(%zero : f32)
          outs(%below : memref<1x8xf32, strided<[8, 1], offset: 72>>)
      %part = memref.subview %buffer[1, 0] [8, 8] [1, 1]
          : memref<10x8xf32> to memref<8x8xf32, strided<[8, 1], offset: 8>>
      memref.copy %x, %part
          : memref<8x8xf32> to memref<8x8xf32, strided<[8, 1], offset: 8>>
      return %buffer : memref<10x8xf32>
    }
    ```
  }];
  let dependentDialects = [
    "::mlir::arith::ArithDialect", "::mlir::linalg::LinalgDialect",
    "::mlir::memref::MemRefDialect"
  ];
}

def QuantBNNVectorizeLinalgPass : Pass<"bnn-codegen-vectorize-linalg"> {
  let summary = "Lower linalg ops on memrefs to loops over vectors";
  let description = [{
    Lowers `linalg` ops on memrefs to `scf` loops over `vector.load` and
    `vector.store`, with the body of the op on vectors. Ops of this dialect stay
    in the body; `convert-quant-bnn-to-arith` expands them on vectors
    afterwards.

    * Adjacent dimensions that every operand accesses contiguously are
      collapsed, so an elementwise op of any rank is one loop.
    * Each step of the loop computes one vector. `loop_annotation` tells LLVM
      how often to unroll the loop, and one masked vector computes the rest. If
      the body is long, a vector has the width of four registers instead, and
      LLVM interleaves the four parts. If lanes accumulate over an inner loop, a
      step has up to four vectors, for up to four iterations of the loop outside
      at once, which share the vectors that they load; with vectors of 512 bits,
      it has up to 16 for one iteration. A reduction has 64
      accumulators. All loads of a step come before its stores, so an output may
      be exactly one of the inputs.
    * The lanes lie along the innermost dimension of the outputs if the inputs
      allow it. Reduction loops are then inside of the vector loop, with
      accumulators in registers (column sums, matrix products). Otherwise the
      lanes lie along a reduction dimension and are combined once, at the end,
      except in products with a transposed matrix (below).
    * Float sums are compensated: blocks of terms are added together with their
      rounding errors. Contractions are not compensated; their products are
      added by `math.fma`. The order of additions is specified (*Sums* in
      docs/Semantics.md): the order depends on the loops of an op, and not on
      options, addresses or other ops that are fused. If the operands of an op
      would lead to another order, the op stores its terms in a temporary
      buffer, which is then summed.

    If an elementwise op is the next one that accesses what lanes along an output
    have accumulated, such as the sums of a product or the largest values of
    windows, it is computed from them in registers, as `bnn-codegen-vectorize-popcount`
    does, and a remark says why where it is not. An op that accumulates begins with the
    value of the `linalg.fill` before it, which is erased, unless the memory may be that
    of another operand or is accessed in between.

    Words that hold one bit of each element (see `quant_bnn.pack`) are loaded
    and stored as vectors of bits. The pass emits neither the shifts that move a
    bit to its position and back, nor the zeros that a scalar loop starts from.
    A step covers whole words, and so do rows that are collapsed. The lowest
    lane is the least significant bit, which requires a little-endian target.

    An op is left alone, or lowered to loops over elements with `lower-others`, in
    these cases:

    * There is no dimension along which every operand has unit stride or does
      not change.
    * The elements of a memref are neither floats of 16 to 64 bits nor integers
      of 8 to 64 bits.
    * The body has an op that has side effects, may trap, or has no elementwise
      form.
    * A reduction is none of add, mul, min, max, and, or, xor.

    A vector of the widest operand has `vector-width` bits in memory. If the
    body computes in a wider type, a vector in the body has up to twice as many
    bits. Set `vector-width` to the width of the target's registers: LLVM splits
    wider vectors, but then packs and unpacks masks.

    **Non-temporal stores.** An elementwise op whose inputs and outputs have at
    least `nontemporal-threshold` bytes stores past the caches. Such stores do
    not read the overwritten data, which pays if the data does not stay in the
    last-level cache. If the size is dynamic, the code decides at run time.
    In-place ops do not use non-temporal stores. The loop with non-temporal
    stores comes before the plain loop, which computes the rest. The loop with
    non-temporal stores writes a line of the cache at once, or 256 bytes if vectors
    do not fill a line, and is followed by a fence. A
    head aligns the outputs to a line of the cache. There is no head beside packed
    bits and reduced outputs: there, the code checks whether the outputs begin with
    a line, and stores 16 bytes at once if they do not.

    **Bits as factors.** In a product of floats, one factor may be one of two
    constants, as a bit of a word says: binary weights. If the `math.fma` has the
    flag `reassoc`, the sums of four terms are looked up: for the four values of
    the other factor, a table has the 16 possible sums, and four bits select one
    of them. One instruction looks up the sums of 16 columns. This needs
    `lookup=x86`, a `vector-width` of at least 512, sums of `f32`, and at least four
    rows, which are checked at run time if their number is dynamic. Otherwise, from
    32 rows on, panels hold the constants that the bits select.

    **Transposed operands.** In a product of floats, the operand that differs from
    column to column of the result may lie along the innermost reduced dimension:
    a transposed matrix. From 16 rows and 8 columns on, squares of it are transposed
    in registers on the way to panels. The rows and columns are counted at run time
    if they are dynamic, and then the sums have no epilogue.

    **Constant operands.** The panels of a constant operand of a product of floats
    are a constant, of which `bnn-codegen-create-globals` makes a global. This needs
    static terms and columns, at least half as many columns as a panel has, an
    operand of whole elements and not of bits, and no other loops that select
    elements of the operand.

    **Parallel loops.** With `parallel`, threads share the outermost loops of
    which each iteration computes elements of its own, and the vector loop if
    there may be few other iterations. Of reductions, the vector loop is shared
    only if there is no other loop. An `scf.parallel` has an iteration for each
    task, and a task has as many iterations of the loops as take `task-time`. The
    time is estimated from the bytes and the ops of the body, and where extents
    are not constants, the code computes the number of iterations. A loop that
    takes less than five times as long is one task. Reductions are computed block
    by block, into a temporary buffer, and combined in order: the results are the
    same without `parallel`, with any number of threads and for any tasks.
    Temporary buffers are freed, so run buffer deallocation before this pass.

    Example:

    ```mlir
    linalg.generic {
        indexing_maps = [affine_map<(d0, d1) -> (d0, d1)>,
                         affine_map<(d0, d1) -> (d0, d1)>],
        iterator_types = ["parallel", "parallel"]}
        ins(%x : memref<?x?xf32>) outs(%y : memref<?x?xf32>) {
    ^bb0(%in: f32, %out: f32):
      %sign = quant_bnn.sign %in : f32
      linalg.yield %sign : f32
    }
    ```

    becomes

    ```mlir
    #unroll = #llvm.loop_annotation<unroll = <count = 4 : i32>>
    func.func @sign(%x: memref<?x?xf32>, %y: memref<?x?xf32>) {
      %c0 = arith.constant 0 : index
      %c16 = arith.constant 16 : index
      %lanes = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]> : vector<16xi32>
      %zero = arith.constant dense<0.0> : vector<16xf32>
      %flat_x = memref.collapse_shape %x [[0, 1]] : memref<?x?xf32> into memref<?xf32>
      %flat_y = memref.collapse_shape %y [[0, 1]] : memref<?x?xf32> into memref<?xf32>
      %size = memref.dim %flat_x, %c0 : memref<?xf32>
      %rest = arith.remui %size, %c16 : index
      %whole = arith.subi %size, %rest : index
      scf.for %i = %c0 to %whole step %c16 {
        %in = vector.load %flat_x[%i] : memref<?xf32>, vector<16xf32>
        %sign = quant_bnn.sign %in : vector<16xf32>
        vector.store %sign, %flat_y[%i] : memref<?xf32>, vector<16xf32>
      } {loop_annotation = #unroll}
      %count = arith.index_castui %rest : index to i32
      %counts = vector.broadcast %count : i32 to vector<16xi32>
      %mask = arith.cmpi ult, %lanes, %counts : vector<16xi32>
      %in = vector.maskedload %flat_x[%whole], %mask, %zero
          : memref<?xf32>, vector<16xi1>, vector<16xf32> into vector<16xf32>
      %sign = quant_bnn.sign %in : vector<16xf32>
      vector.maskedstore %flat_y[%whole], %mask, %sign
          : memref<?xf32>, vector<16xi1>, vector<16xf32>
      return
    }
    ```
  }];
  let options = [
    Option<"vectorWidth", "vector-width", "int64_t", /*default=*/"512",
           "Bits of a vector: a power of two, at least 64">,
    Option<"nontemporalThreshold", "nontemporal-threshold", "int64_t",
           /*default=*/"33554432",
           "Size in bytes from which on stores bypass the caches; 0 or less "
           "for never">,
    Option<"parallel", "parallel", "bool", /*default=*/"false",
           "Emit loops that pay for threads as scf.parallel">,
    Option<"taskTime", "task-time", "int64_t", /*default=*/"4000",
           "Nanoseconds that a task of a parallel loop takes at least, by "
           "estimate">,
    Option<"lookup", "lookup", "::quant_bnn::LookupInstructions",
           /*default=*/"::quant_bnn::LookupInstructions::None",
           "Instruction set for table lookups of f32",
           [{::llvm::cl::values(
             clEnumValN(::quant_bnn::LookupInstructions::None, "none",
                        "unknown"),
             clEnumValN(::quant_bnn::LookupInstructions::X86, "x86",
                        "AVX-512, if vector-width is at least 512"))}]>,
    Option<"lowersOthers", "lower-others", "bool", /*default=*/"false",
           "Lower ops that have no form on vectors to loops over elements">
  ];
  let dependentDialects = [
    "::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect",
    "::mlir::bufferization::BufferizationDialect", "::mlir::LLVM::LLVMDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"
  ];
}

def QuantBNNFoldTranspositionsPass : Pass<"bnn-codegen-fold-transpositions"> {
  let summary = "Read transposed operands of products as they lie in memory";
  let description = [{
    Makes a contraction of floats on tensors read the operand of a
    `linalg.transpose` in place of its result, if the operand lies along the
    innermost reduced dimension, and if there are at least 16 rows and 8 columns
    of sums, for which `bnn-codegen-vectorize-linalg` transposes squares of such
    an operand on the way to its panels. All readers of the result must be such
    contractions. The order in which the products are added does not change.

    Example:

    ```mlir
    func.func @f(%x: tensor<16x64xf32>, %w: tensor<32x64xf32>,
                 %empty: tensor<64x32xf32>, %init: tensor<16x32xf32>)
        -> tensor<16x32xf32> {
      %t = linalg.transpose ins(%w : tensor<32x64xf32>)
          outs(%empty : tensor<64x32xf32>) permutation = [1, 0]
      %y = linalg.matmul ins(%x, %t : tensor<16x64xf32>, tensor<64x32xf32>)
          outs(%init : tensor<16x32xf32>) -> tensor<16x32xf32>
      return %y : tensor<16x32xf32>
    }
    ```

    becomes

    ```mlir
    #x = affine_map<(m, n, k) -> (m, k)>
    #w = affine_map<(m, n, k) -> (n, k)>
    #y = affine_map<(m, n, k) -> (m, n)>
    func.func @f(%x: tensor<16x64xf32>, %w: tensor<32x64xf32>,
                 %empty: tensor<64x32xf32>, %init: tensor<16x32xf32>)
        -> tensor<16x32xf32> {
      %y = linalg.generic {indexing_maps = [#x, #w, #y],
          iterator_types = ["parallel", "parallel", "reduction"]}
          ins(%x, %w : tensor<16x64xf32>, tensor<32x64xf32>)
          outs(%init : tensor<16x32xf32>) {
      ^bb0(%a: f32, %b: f32, %c: f32):
        %0 = math.fma %a, %b, %c : f32
        linalg.yield %0 : f32
      } -> tensor<16x32xf32>
      return %y : tensor<16x32xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect"];
}

def QuantBNNOutlineLoopsPass
    : Pass<"bnn-codegen-outline-loops", "::mlir::ModuleOp"> {
  let summary = "Move the loops of long functions to functions of their own";
  let description = [{
    Moves each `scf.for` and `scf.if` without results that is not in another one
    to a private function that is not inlined, in functions of more than
    `max-ops` ops. The time that LLVM takes for a function grows faster than the
    function: a step of training with thousands of loops would take minutes.
    Loops of a few ops stay where they are. Values that a loop uses become
    arguments, apart from constants, which its function has for itself.

    Run the pass after memory is planned: a function with a loop of another one
    does not show which buffers are in use at the same time.

    Example, with `max-ops=0`:

    ```mlir
    func.func @f(%x: memref<64xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      scf.for %i = %c0 to %c64 step %c1 {
        %value = memref.load %x[%i] : memref<64xf32>
        %negated = arith.negf %value : f32
        memref.store %negated, %x[%i] : memref<64xf32>
      }
      return
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: memref<64xf32>) {
      call @f_loop(%x) : (memref<64xf32>) -> ()
      return
    }
    func.func private @f_loop(%x: memref<64xf32>) attributes {llvm.linkage = #llvm.linkage<internal>, passthrough = ["noinline"]} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      scf.for %i = %c0 to %c64 step %c1 {
        %value = memref.load %x[%i] : memref<64xf32>
        %negated = arith.negf %value : f32
        memref.store %negated, %x[%i] : memref<64xf32>
      }
      return
    }
    ```
  }];
  let options = [
    Option<"maxOps", "max-ops", "int64_t", /*default=*/"4096",
           "The largest number of ops of a function that stays as it is">
  ];
  let dependentDialects = ["::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def QuantBNNOutlineParallelPass
    : Pass<"bnn-codegen-outline-parallel", "::mlir::ModuleOp"> {
  let summary = "Run the iterations of parallel loops on threads";
  let description = [{
    Moves the body of each `scf.parallel` to a private function, a task, and calls
    `@quant_bnn_parallel_for` of the library `quant_bnn_runtime`
    (`ExecutionEngine/Parallel.h`) in place of the loop. Each iteration is a call of
    the task, so a loop should have iterations that are worth one: see `parallel`
    of `bnn-codegen-vectorize-linalg`. The values that the body uses are stored
    in the stack frame of the function; a task computes constants for itself.

    A loop in a loop that becomes tasks is part of a task. A loop that has a
    reduction, that is not in a function of the module, or that uses a value with
    no form in LLVM stays as it is, with a remark, and runs on one thread; so
    does an `scf.forall`, which `scf-forall-to-parallel` converts. It is an
    error if the module has another symbol `@quant_bnn_parallel_for`.

    Example:

    ```mlir
    func.func @negate(%x: memref<64xf32>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c64 = arith.constant 64 : index
      scf.parallel (%i) = (%c0) to (%c64) step (%c1) {
        %value = memref.load %x[%i] : memref<64xf32>
        %negated = arith.negf %value : f32
        memref.store %negated, %x[%i] : memref<64xf32>
      }
      return
    }
    ```

    becomes

    ```mlir
    !memref = !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
    !context = !llvm.struct<(struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>)>
    llvm.func @quant_bnn_parallel_for(!llvm.ptr, !llvm.ptr, i64)
    func.func @negate(%x: memref<64xf32>) {
      %one = llvm.mlir.constant(1 : i64) : i64
      %context = llvm.alloca %one x !context : (i64) -> !llvm.ptr
      %empty = llvm.mlir.poison : !context
      %descriptor = builtin.unrealized_conversion_cast %x : memref<64xf32> to !memref
      %values = llvm.insertvalue %descriptor, %empty[0] : !context
      llvm.store %values, %context : !context, !llvm.ptr
      %c64 = arith.constant 64 : index
      %tasks = builtin.unrealized_conversion_cast %c64 : index to i64
      %function = func.constant @negate_task_entry : (!llvm.ptr, i64) -> ()
      %entry = builtin.unrealized_conversion_cast %function : (!llvm.ptr, i64) -> () to !llvm.ptr
      llvm.call @quant_bnn_parallel_for(%entry, %context, %tasks) : (!llvm.ptr, !llvm.ptr, i64) -> ()
      return
    }
    func.func private @negate_task(%i: index, %x: memref<64xf32>)
        attributes {llvm.linkage = #llvm.linkage<internal>} {
      %value = memref.load %x[%i] : memref<64xf32>
      %negated = arith.negf %value : f32
      memref.store %negated, %x[%i] : memref<64xf32>
      return
    }
    func.func private @negate_task_entry(%context: !llvm.ptr, %task: i64)
        attributes {llvm.linkage = #llvm.linkage<internal>} {
      %i = builtin.unrealized_conversion_cast %task : i64 to index
      %values = llvm.load %context : !llvm.ptr -> !context
      %descriptor = llvm.extractvalue %values[0] : !context
      %x = builtin.unrealized_conversion_cast %descriptor : !memref to memref<64xf32>
      func.call @negate_task(%i, %x) : (index, memref<64xf32>) -> ()
      return
    }
    ```
  }];
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

#endif // QUANT_BNN_CODEGEN_CPU_PASSES
