//===- Passes.td - Passes before the LLVM dialect ----------*- tablegen -*-===//
//
// Part of quant-bnn, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef QUANT_BNN_CODEGEN_LLVM_PASSES
#define QUANT_BNN_CODEGEN_LLVM_PASSES

include "mlir/Pass/PassBase.td"

def QuantBNNAnnotateFunctionsPass
    : Pass<"bnn-codegen-annotate-functions", "::mlir::func::FuncOp"> {
  let summary = "Protect arguments of public functions, and record types";
  let description = [{
    Marks each tensor argument of a public function as not writable, unless the
    argument already has the attribute `bufferization.writable`. Bufferization
    then copies a buffer of the caller instead of overwriting it. The pass also
    records the type of the function in `quant_bnn.signature`, for tools that
    call the lowered function. The pass removes the attributes that only
    differentiation reads: `quant_bnn.no_gradient`, and the attributes that link
    a forward function to its backward function.

    Upstream's canonicalization may make the result type of a
    `tensor.expand_shape` static and leave its extents as operands, and
    bufferization would make an invalid op of that. The pass replaces these
    operands by the extents of the type.

    Example:

    ```mlir
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %y = quant_bnn.sign %x : tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```

    becomes

    ```mlir
    func.func @f(%x: tensor<?xf32> {bufferization.writable = false}) -> tensor<?xf32>
        attributes {quant_bnn.signature = (tensor<?xf32>) -> tensor<?xf32>} {
      %y = quant_bnn.sign %x : tensor<?xf32>
      return %y : tensor<?xf32>
    }
    ```
  }];
  let dependentDialects = ["::mlir::bufferization::BufferizationDialect",
                           "::quant_bnn::QuantBNNDialect"];
}

def QuantBNNConvertAssertToLLVMPass
    : Pass<"bnn-codegen-convert-assert-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert cf.assert so that its message is not lost";
  let description = [{
    Converts each `cf.assert` of a function to a branch: if the condition is
    false, the code prints the message by `puts`, flushes it by `fflush`, and
    calls `abort`. Upstream's conversion does not flush, so that the message is
    lost where the standard output is a file or a pipe.

    With `handler`, the code calls this function with the message instead. It
    must not return.
  }];
  let options = [
    Option<"handler", "handler", "std::string", /*default=*/"\"\"",
           "A function to call with the message of an assertion that fails">,
  ];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::cf::ControlFlowDialect"];
}

def QuantBNNConvertMathToLLVMPass
    : Pass<"bnn-codegen-convert-math-to-llvm", "::mlir::ModuleOp"> {
  let summary = "Convert the math dialect to LLVM and the C math library";
  let description = [{
    Converts `math.expm1` and `math.log1p` to calls of the C math library, as
    `convert-math-to-libm` does, then the ops that LLVM has, as
    `convert-math-to-llvm` does, then all others to calls. `convert-math-to-llvm`
    alone would convert the first two to exp(x) - 1 and log(1 + x), which cancel
    for a small x.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::func::FuncDialect",
                           "::mlir::vector::VectorDialect"];
}

def QuantBNNConvertVectorToLLVMPass
    : Pass<"bnn-codegen-convert-vector-to-llvm"> {
  let summary = "Convert the vector dialect where convert-to-llvm would not";
  let description = [{
    Runs `convert-vector-to-llvm`, with 64-bit indices, if there is an op that
    `convert-to-llvm` would leave as it is: a vector of several dimensions, a
    mask, a slice. The loops that this project writes have no such op as a rule.
    `convert-to-llvm` then converts their vectors with all other ops, which takes
    half the time and makes one descriptor of each memref instead of two.
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect",
                           "::mlir::arith::ArithDialect",
                           "::mlir::memref::MemRefDialect",
                           "::mlir::tensor::TensorDialect"];
}

def QuantBNNFenceNontemporalPass
    : Pass<"bnn-codegen-fence-nontemporal", "::mlir::LLVM::LLVMFuncOp"> {
  let summary = "Insert llvm.arithmetic.fence beside non-temporal stores";
  let description = [{
    Where an `llvm.select` of vectors takes its lanes from a load, or from an op on
    a load, AVX-512 can load with a mask, and LLVM does. On processors such as Zen 5,
    such loads of large arrays run at as little as a third of the bandwidth. In blocks
    with non-temporal stores, which only kernels for large arrays have, the pass puts
    an `llvm.arithmetic.fence`, which generates no code, between the value and the
    select, so that the mask belongs to a move of registers. Integers and floats of 16
    bits are cast to floats of 32 bits and back for it. Other blocks stay as they are,
    because the extra move costs time when the data is cached.

    LLVM stores a vector of `bf16` through the caches, also if it is cast to integers
    for a non-temporal store. A stored vector of integers of 16 bits gets a fence, too.

    Example:

    ```mlir
    llvm.func @f(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<16xi1>, %zero: vector<16xf32>) {
      %g = llvm.load %p : !llvm.ptr -> vector<16xf32>
      %y = llvm.select %mask, %g, %zero : vector<16xi1>, vector<16xf32>
      llvm.store %y, %q {nontemporal} : vector<16xf32>, !llvm.ptr
      llvm.return
    }
    ```

    becomes

    ```mlir
    llvm.func @f(%p: !llvm.ptr, %q: !llvm.ptr, %mask: vector<16xi1>, %zero: vector<16xf32>) {
      %g = llvm.load %p : !llvm.ptr -> vector<16xf32>
      %fence = llvm.call_intrinsic "llvm.arithmetic.fence"(%g)
          : (vector<16xf32>) -> vector<16xf32>
      %y = llvm.select %mask, %fence, %zero : vector<16xi1>, vector<16xf32>
      llvm.store %y, %q {nontemporal} : vector<16xf32>, !llvm.ptr
      llvm.return
    }
    ```
  }];
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

def QuantBNNRefuseMathNamesPass
    : Pass<"bnn-codegen-refuse-math-names", "::mlir::ModuleOp"> {
  let summary = "Refuse functions that shadow functions of the C math library";
  let description = [{
    Emits an error at each op of the math dialect that may be lowered to a call
    of the C math library, if the module defines a function of the same name.
    LLVM lowers an op without an instruction to such a call, for example
    `math.exp` of `f64` to a call of `exp`. The call would reach the function of
    the module instead of the library, and may even be a call of that function
    to itself.

    Example: the op in

    ```mlir
    func.func @exp(%x: f64) -> f64 {
      %y = math.exp %x : f64
      return %y : f64
    }
    ```

    is an error: `needs 'exp' of the C math library, which the module hides`.
  }];
}

#endif // QUANT_BNN_CODEGEN_LLVM_PASSES
