// Versions of a library share constants that they have in the same layout, and the
// report counts the allocations of each.

// The runtime library of this build has to be one for x86-64.
// REQUIRES: x86-64-emulation, x86-registered-target

// RUN: bnn-compile %s --cpu=x86-64,x86-64-v3 --report -o %t.o | FileCheck %s --check-prefix=REPORT
// REPORT:      allocations in a call on x86-64: 0
// REPORT-NEXT: allocations in a call on x86-64-v3: 0

// RUN: llvm-nm --format=just-symbols %t.o | FileCheck %s
// CHECK-DAG: {{^}}_mlir_ciface_look_up.x86-64{{$}}
// CHECK-DAG: {{^}}_mlir_ciface_look_up.x86-64-v3{{$}}
// RUN: llvm-nm --format=just-symbols %t.o | grep constant | count 1
func.func @look_up(%i: index) -> f32 {
  %table = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 7.0, 6.0, 5.0, 8.0]> : tensor<8xf32>
  %x = tensor.extract %table[%i] : tensor<8xf32>
  return %x : f32
}
