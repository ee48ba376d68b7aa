// RUN: bnn-opt %s --pass-pipeline="builtin.module(gpu.module(bnn-codegen-carry-in-variables))" | FileCheck %s

gpu.module @kernels {
  // Values are exchanged, inside of a loop that carries one, too.
  // CHECK-LABEL: gpu.func @nested
  // CHECK-SAME:    (%[[N:.*]]: index, %[[X:.*]]: f32, %[[Y:.*]]: f32
  // CHECK-DAG:     %[[A:.*]] = memref.alloca() : memref<1xf32, #spirv.storage_class<Function>>
  // CHECK-DAG:     %[[B:.*]] = memref.alloca() : memref<1xf32, #spirv.storage_class<Function>>
  // CHECK-DAG:     %[[C:.*]] = memref.alloca() : memref<1xi32, #spirv.storage_class<Function>>
  // CHECK:         memref.store %{{.*}}, %[[C]]
  // CHECK-NEXT:    scf.for %{{.*}} = %{{.*}} to %[[N]] step %{{.*}} {
  // CHECK:           %[[COUNT:.*]] = memref.load %[[C]]
  // CHECK:           memref.store %[[X]], %[[A:.*]][
  // CHECK:           memref.store %[[Y]], %[[B:.*]][
  // CHECK-NEXT:      scf.for unsigned
  // CHECK-NEXT:        %[[P:.*]] = memref.load %[[A]]
  // CHECK-NEXT:        %[[Q:.*]] = memref.load %[[B]]
  // CHECK-NEXT:        memref.store %[[Q]], %[[A]]
  // CHECK-NEXT:        memref.store %[[P]], %[[B]]
  // CHECK-NEXT:      }
  // CHECK-NEXT:      %[[RESULT:.*]] = memref.load %[[A]]
  // CHECK:           memref.store %[[RESULT]], %{{.*}} : memref<?xf32>
  // CHECK:           %[[NEXT:.*]] = arith.addi %[[COUNT]]
  // CHECK:           memref.store %[[NEXT]], %[[C]]
  // CHECK:         }
  // CHECK-NEXT:    memref.load %[[C]]
  gpu.func @nested(%n: index, %x: f32, %y: f32, %out: memref<?xf32>, %counts: memref<?xi32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %zero = arith.constant 0 : i32
    %one = arith.constant 1 : i32
    %count = scf.for %i = %c0 to %n step %c1 iter_args(%c = %zero) -> i32 {
      %a, %b = scf.for unsigned %j = %c0 to %i step %c1 iter_args(%p = %x, %q = %y) -> (f32, f32) {
        scf.yield %q, %p : f32, f32
      }
      memref.store %a, %out[%i] : memref<?xf32>
      %next = arith.addi %c, %one : i32
      scf.yield %next : i32
    }
    memref.store %count, %counts[%c0] : memref<?xi32>
    gpu.return
  }

  // CHECK-LABEL: gpu.func @nothing
  // CHECK-NOT:     memref.alloca
  gpu.func @nothing(%n: index, %x: f32, %out: memref<?xf32>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    scf.for %i = %c0 to %n step %c1 {
      memref.store %x, %out[%i] : memref<?xf32>
    }
    gpu.return
  }
}
