// What crosses between files and a function, and how it is called.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/f32.npy f32 [2,3] -1 2 -0.0 nan inf 0x1.8p-3
// RUN: %npy write %t/scalar.npy f32 [] 2.5

// RUN: bnn-runner %s --entry=mixed --arg=%t/f32.npy --arg=%t/scalar.npy \
// RUN:   --result=%t/0.npy --result=%t/1.npy --result=%t/2.npy
// RUN: %npy check %t/0.npy f32 [2,3] -1 1 1 1 1 1
// RUN: %npy check %t/1.npy f32 [] 2.5
// RUN: %npy check %t/2.npy f32 [2,3] -1 2 -0.0 nan inf 0x1.8p-3 --bits
func.func @mixed(%x: tensor<?x3xf32>, %s: f32)
    -> (tensor<?x3xf32>, f32, tensor<?x3xf32>) {
  %0 = quant_bnn.sign %x : tensor<?x3xf32>
  return %0, %s, %x : tensor<?x3xf32>, f32, tensor<?x3xf32>
}

// Every scalar at its place in the struct of the results.
// RUN: %npy write %t/i1.npy bool [] true
// RUN: %npy write %t/i8.npy i8 [] -7
// RUN: %npy write %t/u16.npy u16 [] 65535
// RUN: %npy write %t/i32.npy i32 [] -70000
// RUN: %npy write %t/index.npy index [] 5000000000
// RUN: %npy write %t/f16.npy f16 [] -0.1
// RUN: %npy write %t/bf16.npy bf16 [] 0x7f01
// RUN: %npy write %t/f64.npy f64 [] 0.1
// RUN: bnn-runner %s --entry=scalars --arg=%t/i1.npy --arg=%t/i8.npy \
// RUN:   --arg=%t/u16.npy --arg=%t/i32.npy --arg=%t/index.npy \
// RUN:   --arg=%t/f16.npy --arg=%t/bf16.npy --arg=%t/f64.npy \
// RUN:   --result=%t/1.npy --result=%t/64.npy --result=%t/8.npy \
// RUN:   --result=%t/16.npy --result=%t/h.npy --result=%t/x.npy \
// RUN:   --result=%t/b.npy --result=%t/32.npy
// RUN: %npy equal %t/1.npy %t/i1.npy --bits
// RUN: %npy equal %t/64.npy %t/f64.npy --bits
// RUN: %npy equal %t/8.npy %t/i8.npy --bits
// RUN: %npy check %t/16.npy i16 [] -1
// RUN: %npy equal %t/h.npy %t/f16.npy --bits
// RUN: %npy equal %t/x.npy %t/index.npy --bits
// RUN: %npy equal %t/b.npy %t/bf16.npy --bits
// RUN: %npy equal %t/32.npy %t/i32.npy --bits
func.func @scalars(%i1: i1, %i8: i8, %i16: i16, %i32: i32, %index: index,
                   %f16: f16, %bf16: bf16, %f64: f64)
    -> (i1, f64, i8, i16, f16, index, bf16, i32) {
  return %i1, %f64, %i8, %i16, %f16, %index, %bf16, %i32
      : i1, f64, i8, i16, f16, index, bf16, i32
}

// The only result is returned in a register. A bf16 also comes as a number.
// RUN: %npy write %t/bits.npy u16 [] 0xbf81
// RUN: bnn-runner %s --entry=scalar --arg=%t/bits.npy --result=%t/b.npy
// RUN: %npy check %t/b.npy bf16 [] 0xbf81 --bits
func.func @scalar(%x: bf16) -> bf16 {
  return %x : bf16
}

// RUN: bnn-runner %s --entry=nothing
func.func @nothing() {
  return
}

// RUN: %npy write %t/bool.npy bool [2,2] true false
// RUN: bnn-runner %s --entry=bools --arg=%t/bool.npy --result=%t/b.npy
// RUN: %npy check %t/b.npy bool [2,2] false true
func.func @bools(%x: tensor<2x2xi1>) -> tensor<2x2xi1> {
  %true = arith.constant dense<true> : tensor<2x2xi1>
  %0 = arith.xori %x, %true : tensor<2x2xi1>
  return %0 : tensor<2x2xi1>
}

// RUN: %npy write %t/empty.npy f32 [0,3]
// RUN: bnn-runner %s --entry=mixed --arg=%t/empty.npy --arg=%t/scalar.npy \
// RUN:   --result=%t/0.npy --result=%t/1.npy --result=%t/2.npy
// RUN: %npy check %t/0.npy f32 [0,3]

// A result is one's own at every call, whatever it is.
// RUN: bnn-runner %s --entry=constant --result=%t/0.npy --repeat=3 \
// RUN:   | FileCheck %s --check-prefix=THREE
// RUN: %npy check %t/0.npy f64 [2] 1 2
// RUN: bnn-runner %s --entry=constant --result=/dev/null --repeat=1 \
// RUN:   | FileCheck %s --check-prefix=ONE
// THREE: {{^}}median of 3 runs: {{[0-9]+\.[0-9]+}} ms{{$}}
// ONE: {{^}}median of 1 run: {{[0-9]+\.[0-9]+}} ms{{$}}
func.func @constant() -> tensor<2xf64> {
  %0 = arith.constant dense<[1.0, 2.0]> : tensor<2xf64>
  return %0 : tensor<2xf64>
}

// A function on memrefs writes to a copy of the file, may return what it is
// given, one buffer twice, and a global.
// RUN: bnn-runner %s --entry=memrefs --arg=%t/f32.npy --result=%t/0.npy \
// RUN:   --result=%t/1.npy --result=%t/2.npy --result=%t/3.npy --repeat=2
// RUN: %npy check %t/0.npy f32 [2,3] 7 2 -0.0 nan inf 0x1.8p-3
// RUN: %npy check %t/1.npy f32 [2] 7 7
// RUN: %npy check %t/2.npy f32 [2] 7 7
// RUN: %npy check %t/3.npy f32 [2] 3 4
// RUN: %npy check %t/f32.npy f32 [2,3] -1 2 -0.0 nan inf 0x1.8p-3
memref.global "private" constant @global : memref<2xf32> = dense<[3.0, 4.0]>
func.func @memrefs(%x: memref<2x?xf32>)
    -> (memref<2x?xf32>, memref<2xf32>, memref<2xf32>, memref<2xf32>) {
  %c0 = arith.constant 0 : index
  %seven = arith.constant 7.0 : f32
  memref.store %seven, %x[%c0, %c0] : memref<2x?xf32>
  %new = memref.alloc() : memref<2xf32>
  linalg.fill ins(%seven : f32) outs(%new : memref<2xf32>)
  %global = memref.get_global @global : memref<2xf32>
  return %x, %new, %new, %global
      : memref<2x?xf32>, memref<2xf32>, memref<2xf32>, memref<2xf32>
}

// A copy with strides is a call of the runtime's memrefCopy.
// RUN: bnn-runner %s --entry=strided --arg=%t/f32.npy --result=%t/0.npy
// RUN: %npy check %t/0.npy f32 [2,2] -1 -0.0 nan 0x1.8p-3
func.func @strided(%x: memref<2x3xf32>) -> memref<2x2xf32> {
  %0 = memref.alloc() : memref<2x2xf32>
  %1 = memref.subview %x[0, 0] [2, 2] [1, 2]
      : memref<2x3xf32> to memref<2x2xf32, strided<[3, 2]>>
  memref.copy %1, %0 : memref<2x2xf32, strided<[3, 2]>> to memref<2x2xf32>
  return %0 : memref<2x2xf32>
}

// Two roundings, where a fused multiply-add has one.
// RUN: %npy write %t/a.npy f32 [] 0x1.000002p0
// RUN: %npy write %t/b.npy f32 [] -0x1.000004p0
// RUN: bnn-runner %s --entry=contract --arg=%t/a.npy --arg=%t/b.npy \
// RUN:   --result=%t/0.npy
// RUN: %npy check %t/0.npy f32 [] 0
func.func @contract(%a: f32, %b: f32) -> f32 {
  %0 = arith.mulf %a, %a : f32
  %1 = arith.addf %0, %b : f32
  return %1 : f32
}

// A module that is lowered already, from standard input.
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline \
// RUN:   | bnn-runner --entry=mixed --pipeline=none --opt-level=0 \
// RUN:     --arg=%t/f32.npy --arg=%t/scalar.npy \
// RUN:     --result=%t/0.npy --result=%t/1.npy --result=%t/2.npy
// RUN: %npy check %t/0.npy f32 [2,3] -1 1 1 1 1 1
// RUN: %npy check %t/1.npy f32 [] 2.5

// RUN: bnn-runner --help | FileCheck %s --check-prefix=HELP
// HELP: USAGE: bnn-runner [options] <FILE.mlir, - is stdin>
// HELP: --arg=<A.npy>
// HELP: --entry=<name>
// HELP: --opt-level=
// HELP: --pipeline=
// HELP: --repeat=<N>
// HELP: --result=<Y.npy>
