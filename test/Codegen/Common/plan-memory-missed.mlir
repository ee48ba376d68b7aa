// Buffers that stay as they are, and why.

// RUN: bnn-opt %s --bnn-codegen-plan-memory > %t
// RUN: bnn-opt %s | diff %t -
// RUN: bnn-opt %s --bnn-codegen-plan-memory --remarks-filter='bnn-codegen-plan-memory' \
// RUN:   -o /dev/null 2>&1 | FileCheck %s

func.func @returned() -> memref<4xf32> {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}memory is allocated in each call: it is not freed in the block that allocates it
  %a = memref.alloc() : memref<4xf32>
  return %a : memref<4xf32>
}

func.func @parallel(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}the op around it may run its region several times at once
    %a = memref.alloc() : memref<4xf32>
    memref.dealloc %a : memref<4xf32>
  }
  return
}

func.func @size_in_memory(%x: memref<index>) {
  %n = memref.load %x[] : memref<index>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}its size is not known at the entry of the function
  %a = memref.alloc(%n) : memref<?xf32>
  memref.dealloc %a : memref<?xf32>
  return
}

func.func @size_of_iteration(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}its size is not known at the entry of the function
    %a = memref.alloc(%i) : memref<?xf32>
    memref.dealloc %a : memref<?xf32>
  }
  return
}

func.func @size_on_a_condition(%n: index) {
  %c5 = arith.constant 5 : index
  %large = arith.cmpi sgt, %n, %c5 : index
  scf.if %large {
    %rest = arith.subi %n, %c5 : index
    // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it may not be needed, and its size may be negative then
    %a = memref.alloc(%rest) : memref<?xf32>
    memref.dealloc %a : memref<?xf32>
  }
  return
}

func.func @size_in_a_block(%n: index, %large: i1) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.cond_br %large, ^then, ^end
^then:
  scf.for %i = %c0 to %n step %c1 {
    // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it may not be needed, and its size may be negative then
    %a = memref.alloc(%n) : memref<?xf32>
    memref.dealloc %a : memref<?xf32>
  }
  cf.br ^end
^end:
  return
}

func.func @memory_space() {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it has a layout, a memory space or an alignment above 64
  %a = memref.alloc() : memref<4xf32, 3>
  memref.dealloc %a : memref<4xf32, 3>
  return
}

func.func @elements_without_size() {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}the size of its elements is not known
  %a = memref.alloc() : memref<2xmemref<4xf32>>
  memref.dealloc %a : memref<2xmemref<4xf32>>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}the size of its elements is not known
  %b = memref.alloc() : memref<2xvector<[4]xf32>>
  memref.dealloc %b : memref<2xvector<[4]xf32>>
  return
}

// The bytes of the first do not fit into 64 bits, nor does the sum of the
// others.
func.func @too_large() {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it is larger than memory can be
  %a = memref.alloc() : memref<4611686018427387904xf64>
  memref.dealloc %a : memref<4611686018427387904xf64>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it is larger than memory can be
  %b = memref.alloc() : memref<4611686018427387904xi8>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}it is larger than memory can be
  %c = memref.alloc() : memref<4611686018427387904xi8>
  memref.dealloc %b : memref<4611686018427387904xi8>
  memref.dealloc %c : memref<4611686018427387904xi8>
  return
}
