// RUN: bnn-opt %s --bnn-codegen-vectorize-popcount | FileCheck %s
// RUN: not bnn-opt %s --bnn-codegen-vectorize-popcount="vector-width=96" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=WIDTH
// RUN: not bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=nibbles" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT
// RUN: not bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=table" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=LOOKUP
// RUN: not bnn-opt %s --bnn-codegen-vectorize-popcount="popcount=table lookup=x86 vector-width=1024" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TABLE-WIDTH
// RUN: not bnn-opt %s --bnn-codegen-vectorize-popcount="task-time=-1" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=TASK

// TASK: error: task-time must be between 0 and 1000000000, but is -1
// WIDTH: error: vector-width must be a power of two and at least 64, but is 96
// COUNT: nibbles
// LOOKUP: error: popcount=table needs the instruction set for lookup: x86
// TABLE-WIDTH: error: vector-width must be 128, 256 or 512 for popcount=table, but is 1024

#a = affine_map<(m, n, w) -> (m, w)>
#b = affine_map<(m, n, w) -> (n, w)>
#out = affine_map<(m, n, w) -> (m, n)>

// The other sign.
// CHECK-LABEL: func @other_sign
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @other_sign(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %twice, %acc : i32
    linalg.yield %sum : i32
  }
  return
}

// Twice the output.
// CHECK-LABEL: func @output_twice
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @output_twice(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %more = arith.addi %acc, %twice : i32
    %sum = arith.addi %acc, %more : i32
    linalg.yield %sum : i32
  }
  return
}

// A factor that is not constant.
// CHECK-LABEL: func @variable_factor
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @variable_factor(%factor: i32, %a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %term = arith.muli %count, %factor : i32
    %sum = arith.addi %acc, %term : i32
    linalg.yield %sum : i32
  }
  return
}

// A shift that gives poison.
// CHECK-LABEL: func @long_shift
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @long_shift(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 32 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// Bits that are set in both.
// CHECK-LABEL: func @and
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @and(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.andi %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// A one that is shifted.
// CHECK-LABEL: func @shifted_one
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @shifted_one(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %one, %count : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// The bits of one operand.
// CHECK-LABEL: func @same
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @same(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %x : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// A word that is no power of two.
// CHECK-LABEL: func @i24
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @i24(%a: memref<8x4xi24>, %b: memref<8x4xi24>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi24>, memref<8x4xi24>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i24, %y: i24, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i24
    %count = math.ctpop %bits : i24
    %wide = arith.extui %count : i24 to i32
    %twice = arith.shli %wide, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// A multiple of a byte may wrap before it is extended.
// CHECK-LABEL: func @extended_multiple
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @extended_multiple(%a: memref<8x4xi8>, %b: memref<8x4xi8>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi8>, memref<8x4xi8>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i8, %y: i8, %acc: i32):
    %six = arith.constant 6 : i8
    %bits = arith.xori %x, %y : i8
    %count = math.ctpop %bits : i8
    %shifted = arith.shli %count, %six : i8
    %wide = arith.extui %shifted : i8 to i32
    %sum = arith.addi %acc, %wide : i32
    linalg.yield %sum : i32
  }
  return
}

// A sum in another type.
// CHECK-LABEL: func @i64_sum
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @i64_sum(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi64>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi64>) {
  ^bb0(%x: i32, %y: i32, %acc: i64):
    %one = arith.constant 1 : i64
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %wide = arith.extui %count : i32 to i64
    %twice = arith.shli %wide, %one : i64
    %sum = arith.subi %acc, %twice : i64
    linalg.yield %sum : i64
  }
  return
}

// Outputs that are not contiguous along either operand alone.
// CHECK-LABEL: func @transposed_output
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @transposed_output(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32, strided<[1, 8]>>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32, strided<[1, 8]>>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// An output that is read as words.
// CHECK-LABEL: func @in_place
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @in_place(%a: memref<8x8xi32>, %b: memref<8x8xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [#a, #b, #out], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%out, %b : memref<8x8xi32>, memref<8x8xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// Both operands differ along the outputs.
// CHECK-LABEL: func @elementwise
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @elementwise(%a: memref<8x8xi32>, %b: memref<8x8xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : memref<8x8xi32>, memref<8x8xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// The last dimension of the output is in both operands.
// CHECK-LABEL: func @depthwise
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @depthwise(%a: memref<8x4xi32>, %b: memref<8x4xi32>, %out: memref<8x8xi32>) {
  linalg.generic {indexing_maps = [affine_map<(m, n, w) -> (n, w)>, affine_map<(m, n, w) -> (n, w)>, affine_map<(m, n, w) -> (m, n)>], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : memref<8x4xi32>, memref<8x4xi32>) outs(%out : memref<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// No dimension for lanes.
// CHECK-LABEL: func @dot
// CHECK-NOT:     scf.for
// CHECK:         linalg.generic
func.func @dot(%a: memref<8xi32>, %b: memref<8xi32>, %out: memref<i32>) {
  linalg.generic {indexing_maps = [affine_map<(w) -> (w)>, affine_map<(w) -> (w)>, affine_map<(w) -> ()>], iterator_types = ["reduction"]}
      ins(%a, %b : memref<8xi32>, memref<8xi32>) outs(%out : memref<i32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  }
  return
}

// Tensors are for bufferization.
// CHECK-LABEL: func @tensors
// CHECK:         linalg.generic
func.func @tensors(%a: tensor<8x4xi32>, %b: tensor<8x4xi32>, %out: tensor<8x8xi32>)
    -> tensor<8x8xi32> {
  %0 = linalg.generic {indexing_maps = [#a, #b, #out],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%a, %b : tensor<8x4xi32>, tensor<8x4xi32>) outs(%out : tensor<8x8xi32>) {
  ^bb0(%x: i32, %y: i32, %acc: i32):
    %one = arith.constant 1 : i32
    %bits = arith.xori %x, %y : i32
    %count = math.ctpop %bits : i32
    %twice = arith.shli %count, %one : i32
    %sum = arith.subi %acc, %twice : i32
    linalg.yield %sum : i32
  } -> tensor<8x8xi32>
  return %0 : tensor<8x8xi32>
}
