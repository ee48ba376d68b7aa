// What a function cannot be run for. Each ends with exit code 1, a message, and
// no file written.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/f32.npy f32 [3] 1
// RUN: %npy write %t/true.npy bool [] true
// RUN: %npy write %t/false.npy bool [] false
// RUN: %npy write %t/huge.npy index [] 1000000000000000

// RUN: not bnn-runner %s --entry=missing 2>&1 | FileCheck %s --check-prefix=MISSING
// MISSING: bnn-runner: error: {{.*}}bnn-runner-errors.mlir: there is no function '@missing'

// RUN: not bnn-runner %s --entry=global 2>&1 | FileCheck %s --check-prefix=GLOBAL
// GLOBAL: bnn-runner-errors.mlir:[[@LINE+1]]:1: error: expected a function of the func dialect
memref.global constant @global : memref<2xf32> = dense<[3.0, 4.0]>

// RUN: not bnn-runner %s --entry=external 2>&1 | FileCheck %s --check-prefix=EXTERNAL
// EXTERNAL: bnn-runner-errors.mlir:[[@LINE+1]]:1: error: expected a function with a body
func.func private @external(f32) -> f32

// RUN: not bnn-runner %s --entry=private 2>&1 | FileCheck %s --check-prefix=PRIVATE
// PRIVATE: bnn-runner-errors.mlir:[[@LINE+1]]:1: error: expected a public function
func.func private @private() {
  return
}

// RUN: not bnn-runner %s --entry=vector 2>&1 | FileCheck %s --check-prefix=VECTOR
// VECTOR: bnn-runner-errors.mlir:[[@LINE+1]]:1: error: argument 1 has type 'vector<4xf32>', which cannot be passed: expected bool, an integer
func.func @vector(%s: f32, %x: vector<4xf32>) {
  return
}

// RUN: not bnn-runner %s --entry=unranked 2>&1 | FileCheck %s --check-prefix=UNRANKED
// UNRANKED: error: argument 0 has type 'tensor<*xf32>', which cannot be passed
func.func @unranked(%x: tensor<*xf32>) {
  return
}

// RUN: not bnn-runner %s --entry=i4 2>&1 | FileCheck %s --check-prefix=I4
// I4: error: result 0 has type 'tensor<2xi4>', which cannot be passed
func.func @i4() -> tensor<2xi4> {
  %0 = arith.constant dense<1> : tensor<2xi4>
  return %0 : tensor<2xi4>
}

// RUN: not bnn-runner %s --entry=layout 2>&1 | FileCheck %s --check-prefix=LAYOUT
// LAYOUT: error: argument 0 has type 'memref<2xf32, strided<[2]>>', which cannot be passed
func.func @layout(%x: memref<2xf32, strided<[2]>>) {
  return
}

// RUN: not bnn-runner %s --entry=space 2>&1 | FileCheck %s --check-prefix=SPACE
// SPACE: error: argument 0 has type 'memref<2xf32, 3>', which cannot be passed
func.func @space(%x: memref<2xf32, 3>) {
  return
}

// RUN: not bnn-runner %s --entry=encoding 2>&1 | FileCheck %s --check-prefix=ENCODING
// ENCODING: error: argument 0 has type 'tensor<2xf32, 1 : i64>', which cannot be passed
func.func @encoding(%x: tensor<2xf32, 1 : i64>) {
  return
}

// RUN: not bnn-runner %s --entry=one 2>&1 | FileCheck %s --check-prefix=NOARG
// NOARG: bnn-runner: error: '@one' has 1 arguments, but --arg is given 0 times
// RUN: not bnn-runner %s --entry=one --arg=%t/f32.npy 2>&1 | FileCheck %s --check-prefix=NORESULT
// NORESULT: bnn-runner: error: '@one' has 1 results, but --result is given 0 times
// RUN: not bnn-runner %s --entry=one --arg=%t/true.npy --result=%t/y.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=RANK
// RANK: bnn-runner: error: {{.*}}true.npy: expected 'tensor<?xf32>' for argument 0, but got shape [] and type '|b1'
func.func @one(%x: tensor<?xf32>) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// RUN: not bnn-runner %s --entry=shape --arg=%t/f32.npy 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: expected 'tensor<4xf32>' for argument 0, but got shape [3] and type '<f4'
func.func @shape(%x: tensor<4xf32>) {
  return
}

// RUN: not bnn-runner %s --entry=type --arg=%t/f32.npy 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: expected 'tensor<3xi32>' for argument 0, but got shape [3] and type '<f4'
func.func @type(%x: tensor<3xi32>) {
  return
}

// An unsigned array is no index.
// RUN: %npy write %t/u64.npy u64 [] 1
// RUN: not bnn-runner %s --entry=index --arg=%t/u64.npy 2>&1 | FileCheck %s --check-prefix=INDEX
// INDEX: expected 'index' for argument 0, but got shape [] and type '<u8'
func.func @index(%x: index) {
  return
}

// RUN: not bnn-runner %s --entry=assert --arg=%t/false.npy 2>&1 | FileCheck %s --check-prefix=ASSERT
// RUN: bnn-runner %s --entry=assert --arg=%t/true.npy
// ASSERT: must be true
// ASSERT: bnn-runner: error: the function called abort
func.func @assert(%x: i1) {
  cf.assert %x, "must be true"
  return
}

// RUN: not bnn-runner %s --entry=memory --arg=%t/huge.npy --result=%t/y.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=MEMORY
// MEMORY: bnn-runner: error: the function cannot allocate {{[0-9]+}} bytes
func.func @memory(%n: index) -> tensor<?xf32> {
  %zero = arith.constant 1.0 : f32
  %0 = tensor.splat %zero[%n] : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// It says of its memref that it only reads it.
// RUN: not bnn-runner %s --entry=writes --arg=%t/f32.npy 2>&1 | FileCheck %s --check-prefix=WRITES
// WRITES: bnn-runner: error: '@writes' has changed an argument
func.func @writes(%x: tensor<?xf32>) {
  %c0 = arith.constant 0 : index
  %seven = arith.constant 7.0 : f32
  %0 = bufferization.to_buffer %x read_only
      : tensor<?xf32> to memref<?xf32>
  memref.store %seven, %0[%c0] : memref<?xf32>
  return
}

// RUN: not bnn-runner %s --entry=one --arg=%t/f32.npy --result=%t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=DIRECTORY
// DIRECTORY: bnn-runner: error: {{.*}}: is a directory
// RUN: not bnn-runner %s --entry=one --arg=%t/f32.npy --result=%t/no/y.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=UNWRITABLE
// UNWRITABLE: bnn-runner: error: {{.*}}no/y.npy: no such file or directory

// RUN: not bnn-runner %s --entry=one --opt-level=4 2>&1 | FileCheck %s --check-prefix=LEVEL
// LEVEL: bnn-runner: error: --opt-level is at most 3
// RUN: not bnn-runner %s --entry=one --repeat=0 2>&1 | FileCheck %s --check-prefix=REPEAT
// REPEAT: bnn-runner: error: --repeat is at least 1
// RUN: not bnn-runner %t/no.mlir --entry=one 2>&1 | FileCheck %s --check-prefix=INPUT
// INPUT: bnn-runner: error: cannot open input file '{{.*}}no.mlir'

// RUN: not ls %t/y.npy
