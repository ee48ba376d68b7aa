// Loops that stay as they are, and why.

// RUN: bnn-opt %s --bnn-codegen-outline-parallel > %t
// RUN: bnn-opt %s | diff %t -
// RUN: bnn-opt %s --bnn-codegen-outline-parallel --remarks-filter='bnn-codegen-outline-parallel' \
// RUN:   -o /dev/null 2>&1 | FileCheck %s

func.func @reduction(%x: memref<?xf32>, %n: index, %start: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}the loop runs on one thread: it has a reduction
  %sum = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%start) -> f32 {
    %value = memref.load %x[%i] : memref<?xf32>
    scf.reduce(%value : f32) {
    ^bb0(%a: f32, %b: f32):
      %add = arith.addf %a, %b : f32
      scf.reduce.return %add : f32
    }
  }
  return %sum : f32
}

module @inner {
  func.func @f(%x: memref<?xf32>, %n: index, %value: f32) {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it is not in a function of the module
    scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      memref.store %value, %x[%i] : memref<?xf32>
    }
    return
  }
}

func.func @type(%shape: !shape.shape, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it uses a value of type !shape.shape
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %rank = shape.rank %shape : !shape.shape -> !shape.size
  }
  return
}
