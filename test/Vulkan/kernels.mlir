// Kernels in the form that mapping makes, run on a Vulkan device. What it makes of
// subnormal numbers is left to it.

// REQUIRES: vulkan
// RUN: bnn-opt %s --quant-bnn-compile-spirv-kernels-pipeline=denormals=any -o %t.mlir
// RUN: bnn-translate --gpu-binary-to-object %t.mlir -o %t.spv
// RUN: %if spirv-val %{ spirv-val --target-env vulkan1.1 %t.spv %}

module attributes {gpu.container_module} {
gpu.module @kernels {

// RUN: %npy write %t.x.npy f32 [8] -2.5 -0.0 0 nan -inf inf 0x1p-126 -0x1p-126
// RUN: %npy write %t.y.npy f32 [8] 0
// RUN: %npy write %t.n.npy i32 [] 8
// RUN: %vulkan_run %t.spv --entry=sign_f32 --workgroups=2 --arg=%t.x.npy --arg=%t.y.npy --arg=%t.n.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy f32 [8] --bits -1 1 1 1 -1 1 1 -1
gpu.func @sign_f32(%in: memref<?xf32>, %out: memref<?xf32>, %n: index) kernel
    attributes {known_block_size = array<i32: 64, 1, 1>} {
  %zero = arith.constant dense<0.0> : vector<4xf32>
  %one = arith.constant dense<1.0> : vector<4xf32>
  %minus_one = arith.constant dense<-1.0> : vector<4xf32>
  %c4 = arith.constant 4 : index
  %thread = gpu.global_id x
  %block = gpu.block_dim x
  %blocks = gpu.grid_dim x
  %threads = arith.muli %block, %blocks : index
  %first = arith.muli %thread, %c4 : index
  %step = arith.muli %threads, %c4 : index
  scf.for %i = %first to %n step %step {
    %x = vector.load %in[%i] : memref<?xf32>, vector<4xf32>
    %negative = arith.cmpf olt, %x, %zero : vector<4xf32>
    %y = arith.select %negative, %minus_one, %one : vector<4xi1>, vector<4xf32>
    vector.store %y, %out[%i] : memref<?xf32>, vector<4xf32>
  }
  gpu.return
}

// A gradient that is 0 outside of a window, of bf16 as its bits.
// RUN: %npy write %t.x.npy bf16 [8] -2.5 -0.0 0.5 nan -inf inf 1 -1.0078125
// RUN: %npy write %t.g.npy bf16 [8] 1 2 nan 4 5 6 7 8
// RUN: %npy write %t.y.npy bf16 [8] 9
// RUN: %vulkan_run %t.spv --entry=mask_bf16 --arg=%t.x.npy --arg=%t.g.npy --arg=%t.y.npy --result=2=%t.out.npy
// RUN: %npy check %t.out.npy bf16 [8] --bits 0 2 nan 0 0 0 7 0
gpu.func @mask_bf16(%in: memref<?xi16>, %grad: memref<?xi16>, %out: memref<?xi16>)
    kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
  %zero = arith.constant dense<0> : vector<8xi16>
  %one = arith.constant dense<0x3f80> : vector<8xi16>
  %no_sign = arith.constant dense<0x7fff> : vector<8xi16>
  %c0 = arith.constant 0 : index
  %x = vector.load %in[%c0] : memref<?xi16>, vector<8xi16>
  %g = vector.load %grad[%c0] : memref<?xi16>, vector<8xi16>
  %magnitude = arith.andi %x, %no_sign : vector<8xi16>
  %inside = arith.cmpi ule, %magnitude, %one : vector<8xi16>
  %y = arith.select %inside, %g, %zero : vector<8xi1>, vector<8xi16>
  vector.store %y, %out[%c0] : memref<?xi16>, vector<8xi16>
  gpu.return
}

// The same of f16, computed with.
// RUN: %npy write %t.x.npy f16 [8] -2.5 -0.0 0.5 nan -inf inf 1 -1.0009765625
// RUN: %npy write %t.g.npy f16 [8] 1 2 nan 4 5 6 65504 8
// RUN: %npy write %t.y.npy f16 [8] 9
// RUN: %vulkan_run %t.spv --entry=mask_f16 --arg=%t.x.npy --arg=%t.g.npy --arg=%t.y.npy --result=2=%t.out.npy
// RUN: %npy check %t.out.npy f16 [8] 0 2 nan 0 0 0 65504 0
gpu.func @mask_f16(%in: memref<?xf16>, %grad: memref<?xf16>, %out: memref<?xf16>)
    kernel attributes {known_block_size = array<i32: 1, 1, 1>} {
  %zero = arith.constant dense<0.0> : vector<8xf16>
  %one = arith.constant dense<1.0> : vector<8xf32>
  %c0 = arith.constant 0 : index
  %x = vector.load %in[%c0] : memref<?xf16>, vector<8xf16>
  %g = vector.load %grad[%c0] : memref<?xf16>, vector<8xf16>
  %wide = arith.extf %x : vector<8xf16> to vector<8xf32>
  %magnitude = math.absf %wide : vector<8xf32>
  %inside = arith.cmpf ole, %magnitude, %one : vector<8xf32>
  %y = arith.select %inside, %g, %zero : vector<8xi1>, vector<8xf16>
  vector.store %y, %out[%c0] : memref<?xf16>, vector<8xf16>
  gpu.return
}

// Two bits, with a tail of scalars that the fewest threads go around for.
// RUN: %npy write %t.x.npy f32 [9] 0.5 -0.5 nan 2 0.16 0.17 0.84 -0.0 0.5
// RUN: %npy write %t.y.npy f32 [9] 7
// RUN: %npy write %t.n.npy i32 [] 8
// RUN: %vulkan_run %t.spv --entry=dorefa_f32 --arg=%t.x.npy --arg=%t.y.npy --arg=%t.n.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy f32 [9] 0x1.555556p-1 0 nan 1 0 0x1.555556p-2 1 -0.0 7
gpu.func @dorefa_f32(%in: memref<?xf32>, %out: memref<?xf32>, %n: index) kernel
    attributes {known_block_size = array<i32: 2, 1, 1>} {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %three = arith.constant 3.0 : f32
  // 1/3 as hi + lo, of which hi is short enough to be multiplied exactly.
  %hi = arith.constant 0.333251953125 : f32
  %lo = arith.constant 8.13802084e-05 : f32
  %thread = gpu.thread_id x
  %threads = gpu.block_dim x
  scf.for %i = %thread to %n step %threads {
    %x = memref.load %in[%i] : memref<?xf32>
    %negative = arith.cmpf olt, %x, %zero : f32
    %above_0 = arith.select %negative, %zero, %x : f32
    %large = arith.cmpf ogt, %above_0, %one : f32
    %clamped = arith.select %large, %one, %above_0 : f32
    %scaled = arith.mulf %clamped, %three : f32
    %level = math.roundeven %scaled : f32
    %high = arith.mulf %level, %hi : f32
    %low = arith.mulf %level, %lo : f32
    %y = arith.addf %high, %low : f32
    memref.store %y, %out[%i] : memref<?xf32>
  }
  gpu.return
}

// RUN: %npy write %t.x.npy f64 [10] 0.5 -0.5 1.5 2.5 -0.3 -0.0 nan -inf 0x1.8p52 0x1.fffffffffffffp51
// RUN: %npy write %t.y.npy f64 [10] 7
// RUN: %vulkan_run %t.spv --entry=round_f64 --workgroups=5 --arg=%t.x.npy --arg=%t.y.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy f64 [10] --bits 0 -0.0 2 2 -0.0 -0.0 nan -inf 0x1.8p52 0x1p52
gpu.func @round_f64(%in: memref<?xf64>, %out: memref<?xf64>) kernel
    attributes {known_block_size = array<i32: 1, 1, 1>} {
  %c2 = arith.constant 2 : index
  %block = gpu.block_id x
  %i = arith.muli %block, %c2 : index
  %x = vector.load %in[%i] : memref<?xf64>, vector<2xf64>
  %y = math.roundeven %x : vector<2xf64>
  vector.store %y, %out[%i] : memref<?xf64>, vector<2xf64>
  gpu.return
}

// One bit an element: of words of 8 bits, what is inside a window.
// RUN: %npy write %t.x.npy f32 [16] 0 1 2 3 -0.5 -1 -1.5 nan 0 2 2 2 2 2 2 1
// RUN: %npy write %t.y.npy u8 [2] 0
// RUN: %vulkan_run %t.spv --entry=pack_i8 --workgroups=2 --arg=%t.x.npy --arg=%t.y.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy u8 [2] 0x33 0x81
gpu.func @pack_i8(%in: memref<?xf32>, %words: memref<?xi8>) kernel
    attributes {known_block_size = array<i32: 1, 1, 1>} {
  %one = arith.constant dense<1.0> : vector<8xf32>
  %positions = arith.constant dense<[0, 1, 2, 3, 4, 5, 6, 7]> : vector<8xi8>
  %c8 = arith.constant 8 : index
  %word = gpu.block_id x
  %i = arith.muli %word, %c8 : index
  %x = vector.load %in[%i] : memref<?xf32>, vector<8xf32>
  %magnitude = math.absf %x : vector<8xf32>
  %inside = arith.cmpf ole, %magnitude, %one : vector<8xf32>
  %bits = arith.extui %inside : vector<8xi1> to vector<8xi8>
  %shifted = arith.shli %bits, %positions : vector<8xi8>
  %packed = vector.reduction <or>, %shifted : vector<8xi8> into i8
  memref.store %packed, %words[%word] : memref<?xi8>
  gpu.return
}

// RUN: %npy write %t.words.npy u32 [2] 0x80000001 0xf0000000
// RUN: %npy write %t.g.npy f32 [64] 3
// RUN: %npy write %t.y.npy f32 [64] 7
// RUN: %vulkan_run %t.spv --entry=unpack_i32 --workgroups=2 --arg=%t.words.npy --arg=%t.g.npy --arg=%t.y.npy --result=2=%t.out.npy
// RUN: %npy check %t.out.npy f32 [64] 3 0*30 3 0*28 3*4
gpu.func @unpack_i32(%words: memref<?xi32>, %grad: memref<?xf32>, %out: memref<?xf32>)
    kernel attributes {known_block_size = array<i32: 8, 1, 1>} {
  %lanes = arith.constant dense<[0, 1, 2, 3]> : vector<4xi32>
  %one = arith.constant dense<1> : vector<4xi32>
  %zero = arith.constant dense<0.0> : vector<4xf32>
  %c4 = arith.constant 4 : index
  %block = gpu.block_id x
  %thread = gpu.thread_id x
  %element = gpu.global_id x
  %i = arith.muli %element, %c4 : index
  %word = memref.load %words[%block] : memref<?xi32>
  %first = arith.muli %thread, %c4 : index
  %position = arith.index_cast %first : index to i32
  %positions = vector.broadcast %position : i32 to vector<4xi32>
  %shifts = arith.addi %positions, %lanes : vector<4xi32>
  %all = vector.broadcast %word : i32 to vector<4xi32>
  %shifted = arith.shrui %all, %shifts : vector<4xi32>
  %bits = arith.andi %shifted, %one : vector<4xi32>
  %inside = arith.cmpi eq, %bits, %one : vector<4xi32>
  %g = vector.load %grad[%i] : memref<?xf32>, vector<4xf32>
  %y = arith.select %inside, %g, %zero : vector<4xi1>, vector<4xf32>
  vector.store %y, %out[%i] : memref<?xf32>, vector<4xf32>
  gpu.return
}

// RUN: %npy write %t.words.npy u64 [2] 0x8000000000000001 0xffffffff00000000
// RUN: %vulkan_run %t.spv --entry=words_i64 --workgroups=2 --arg=%t.words.npy --result=0=%t.out.npy
// RUN: %npy check %t.out.npy u64 [2] 0x3fffffffffffffff 0x000000007fffffff
gpu.func @words_i64(%words: memref<?xi64>) kernel
    attributes {known_block_size = array<i32: 1, 1, 1>} {
  %all = arith.constant -1 : i64
  %one = arith.constant 1 : i64
  %i = gpu.block_id x
  %word = memref.load %words[%i] : memref<?xi64>
  %outside = arith.xori %word, %all : i64
  %shifted = arith.shrui %outside, %one : i64
  memref.store %shifted, %words[%i] : memref<?xi64>
  gpu.return
}

// A loop without iterations leaves what it began with: threads after the second.
// RUN: %npy write %t.x.npy f32 [2] 1 2
// RUN: %npy write %t.y.npy f32 [4] 0
// RUN: %npy write %t.n.npy i32 [] 2
// RUN: %vulkan_run %t.spv --entry=no_iteration --arg=%t.x.npy --arg=%t.y.npy --arg=%t.n.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy f32 [4] 6 7 5 5
gpu.func @no_iteration(%in: memref<?xf32>, %out: memref<?xf32>, %n: index) kernel
    attributes {known_block_size = array<i32: 4, 1, 1>} {
  %five = arith.constant 5.0 : f32
  %thread = gpu.thread_id x
  %threads = gpu.block_dim x
  %sum = scf.for %i = %thread to %n step %threads iter_args(%s = %five) -> f32 {
    %x = memref.load %in[%i] : memref<?xf32>
    %next = arith.addf %s, %x : f32
    scf.yield %next : f32
  }
  memref.store %sum, %out[%thread] : memref<?xf32>
  gpu.return
}

// The largest magnitude that a workgroup sees, as an integer maximum of bits.
// RUN: %npy write %t.big.npy f32 [1000] 1*600 -1000.5 2*399
// RUN: %npy write %t.y.npy f32 [2] 0
// RUN: %npy write %t.n.npy i32 [] 1000
// RUN: %vulkan_run %t.spv --entry=max_abs --workgroups=2 --arg=%t.big.npy --arg=%t.y.npy --arg=%t.n.npy --result=1=%t.out.npy
// RUN: %npy check %t.out.npy f32 [2] 1000.5 2
gpu.func @max_abs(%in: memref<?xf32>, %out: memref<?xi32>, %n: index)
    workgroup(%shared: memref<64xi32, #gpu.address_space<workgroup>>) kernel
    attributes {known_block_size = array<i32: 64, 1, 1>} {
  %no_sign = arith.constant dense<0x7fffffff> : vector<4xi32>
  %none = arith.constant dense<0> : vector<4xi32>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c6 = arith.constant 6 : index
  %c32 = arith.constant 32 : index
  %thread = gpu.thread_id x
  %global = gpu.global_id x
  %block = gpu.block_id x
  %block_size = gpu.block_dim x
  %blocks = gpu.grid_dim x
  %threads = arith.muli %block_size, %blocks : index
  %first = arith.muli %global, %c4 : index
  %step = arith.muli %threads, %c4 : index
  %maxima = scf.for %i = %first to %n step %step iter_args(%m = %none) -> vector<4xi32> {
    %x = vector.load %in[%i] : memref<?xf32>, vector<4xf32>
    %bits = arith.bitcast %x : vector<4xf32> to vector<4xi32>
    %magnitude = arith.andi %bits, %no_sign : vector<4xi32>
    %next = arith.maxui %m, %magnitude : vector<4xi32>
    scf.yield %next : vector<4xi32>
  }
  %mine = vector.reduction <maxui>, %maxima : vector<4xi32> into i32
  memref.store %mine, %shared[%thread] : memref<64xi32, #gpu.address_space<workgroup>>
  gpu.barrier
  scf.for %k = %c0 to %c6 step %c1 {
    %offset = arith.shrui %c32, %k : index
    %active = arith.cmpi ult, %thread, %offset : index
    scf.if %active {
      %other = arith.addi %thread, %offset : index
      %a = memref.load %shared[%thread] : memref<64xi32, #gpu.address_space<workgroup>>
      %b = memref.load %shared[%other] : memref<64xi32, #gpu.address_space<workgroup>>
      %max = arith.maxui %a, %b : i32
      memref.store %max, %shared[%thread] : memref<64xi32, #gpu.address_space<workgroup>>
    }
    gpu.barrier
  }
  %is_first = arith.cmpi eq, %thread, %c0 : index
  scf.if %is_first {
    %max = memref.load %shared[%c0] : memref<64xi32, #gpu.address_space<workgroup>>
    memref.store %max, %out[%block] : memref<?xi32>
  }
  gpu.return
}

}
}
