// RUN: bnn-opt %s --quant-bnn-fuse-pipeline --quant-bnn-bufferize-pipeline \
// RUN:   | FileCheck %s --check-prefixes=CHECK,RETURN
// RUN: bnn-opt %s --quant-bnn-fuse-pipeline --quant-bnn-bufferize-pipeline=results=out-params \
// RUN:   | FileCheck %s --check-prefixes=CHECK,OUT

// One buffer, the result's, and no copy.
// CHECK-LABEL: func @chain(
// RETURN-SAME: %[[X:[^:]*]]: memref<?xf32>, %[[B:.*]]: memref<?xf32>) -> memref<?xf32>
// RETURN-SAME: quant_bnn.signature = (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
// OUT-SAME:    %[[X:[^:]*]]: memref<?xf32>, %[[B:.*]]: memref<?xf32>, %[[DEST:.*]]: memref<?xf32>)
// OUT-SAME:    quant_bnn.signature = (tensor<?xf32>, tensor<?xf32>, memref<?xf32>) -> ()
func.func @chain(%x: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  // RETURN: %[[DEST:.*]] = memref.alloc
  // OUT-NOT: memref.alloc
  // CHECK: linalg.generic {{.*}} ins(%[[X]], %[[B]] : memref<?xf32>, memref<?xf32>) outs(%[[DEST]] : memref<?xf32>)
  // CHECK-NOT: memref.{{alloc|copy|dealloc}}
  // RETURN: return %[[DEST]]
  // OUT: return
  %0 = arith.addf %x, %b : tensor<?xf32>
  %1 = quant_bnn.sign %0 clip = 1.0 : tensor<?xf32>
  %2 = arith.mulf %1, %b : tensor<?xf32>
  return %2 : tensor<?xf32>
}

// A caller frees the result, and so it is not the argument.
// CHECK-LABEL: func @returned_argument(
// RETURN-SAME: %[[X:[^:]*]]: memref<?xf32>
// OUT-SAME:    %[[X:[^:]*]]: memref<?xf32>, %[[DEST:.*]]: memref<?xf32>
func.func @returned_argument(%x: tensor<?xf32>) -> tensor<?xf32> {
  // RETURN: %[[DEST:.*]] = memref.alloc
  // CHECK: memref.copy %[[X]], %[[DEST]]
  // RETURN: return %[[DEST]]
  %0 = quant_bnn.identity %x : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// Nor is it a constant.
// CHECK-LABEL: func @returned_constant(
// OUT-SAME: %[[DEST:.*]]: memref<4xf32>
func.func @returned_constant() -> tensor<4xf32> {
  // CHECK: %[[GLOBAL:.*]] = memref.get_global
  // RETURN: %[[DEST:.*]] = memref.alloc
  // CHECK: memref.copy %[[GLOBAL]], %[[DEST]]
  %x = arith.constant dense<[0.0, 1.0, 2.0, 3.0]> : tensor<4xf32>
  return %x : tensor<4xf32>
}

// Nor another result.
// CHECK-LABEL: func @result_returned_twice(
// OUT-SAME: %{{.*}}: memref<4xf32>, %[[A:.*]]: memref<4xf32>, %[[B:.*]]: memref<4xf32>
func.func @result_returned_twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  // RETURN: %[[A:.*]] = memref.alloc
  // CHECK: linalg.generic {{.*}} outs(%[[A]] : memref<4xf32>)
  // RETURN: %[[B:.*]] = memref.alloc
  // CHECK: memref.copy %[[A]], %[[B]]
  // RETURN: return %[[A]], %[[B]]
  %y = quant_bnn.sign %x : tensor<4xf32>
  return %y, %y : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: func @arguments_are_not_written(
// CHECK-SAME: %[[X:[^:]*]]: memref<4xf32>
func.func @arguments_are_not_written(%x: tensor<4xf32>, %i: index, %a: f32) -> tensor<4xf32> {
  // CHECK-NOT: memref.store %{{.*}}, %[[X]]
  // CHECK: return
  %y = tensor.insert %a into %x[%i] : tensor<4xf32>
  return %y : tensor<4xf32>
}

// CHECK-LABEL: func @unless_marked(
// CHECK-SAME: %[[X:[^:]*]]: memref<4xf32>
func.func @unless_marked(%x: tensor<4xf32> {bufferization.writable = true}, %i: index, %a: f32) -> tensor<4xf32> {
  // CHECK: memref.store %{{.*}}, %[[X]]
  %y = tensor.insert %a into %x[%i] : tensor<4xf32>
  return %y : tensor<4xf32>
}

// What a reduction needs is freed.
// CHECK-LABEL: func @reduction(
func.func @reduction(%x: tensor<?xf32>) -> (tensor<?xf32>, f32) {
  // CHECK: %[[MAX:.*]] = memref.alloc() {{.*}} : memref<i32>
  // CHECK: memref.dealloc %[[MAX]]
  // CHECK: return {{.*}}f32
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?xf32>
  return %q, %s : tensor<?xf32>, f32
}

// A function on memrefs is taken as it is.
// CHECK-LABEL: func @memrefs(
// CHECK-SAME: %[[X:[^:]*]]: memref<?xf32, strided<[2]>>) attributes
func.func @memrefs(%x: memref<?xf32, strided<[2]>>) {
  // CHECK-NEXT: linalg.generic {{.*}} outs(%[[X]] : memref<?xf32, strided<[2]>>)
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
      outs(%x : memref<?xf32, strided<[2]>>) {
  ^bb0(%out: f32):
    %y = quant_bnn.sign %out : f32
    linalg.yield %y : f32
  }
  return
}

// Extents that only the type states, as canonicalization leaves them.
// CHECK-LABEL: func.func @static_extents(
// RETURN: memref.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [3, 22]
// OUT: memref.copy
func.func @static_extents(%x: tensor<66xf32>) -> tensor<3x22xf32> {
  %columns = arith.constant 22 : index
  %y = tensor.expand_shape %x [[0, 1]] output_shape [3, %columns] : tensor<66xf32> into tensor<3x22xf32>
  return %y : tensor<3x22xf32>
}

// Two results of which one is computed from the other in place.
// CHECK-LABEL: func @one_from_another(
// OUT-SAME: %{{.*}}: memref<1x2xf32>, %[[Y:.*]]: memref<1x1xf32>, %[[B:.*]]: memref<1x2xf32>, %[[A:.*]]: memref<1x2xf32>)
func.func @one_from_another(%x: tensor<1x2xf32>, %y: tensor<1x1xf32>) -> (tensor<1x2xf32>, tensor<1x2xf32>) {
  // OUT: linalg.generic {{.*}} outs(%[[A]] : memref<1x2xf32>)
  // OUT: memref.copy %[[A]], %[[BOTH:.*]] :
  // OUT: memref.copy %[[Y]], %
  // OUT: memref.copy %[[BOTH]], %[[B]]
  %a = math.absf %x : tensor<1x2xf32>
  %b = tensor.insert_slice %y into %a[0, 0] [1, 1] [1, 1] : tensor<1x1xf32> into tensor<1x2xf32>
  return %b, %a : tensor<1x2xf32>, tensor<1x2xf32>
}

// One result of a branch, twice.
// CHECK-LABEL: func @branch_twice(
// OUT-SAME: %[[X:[^:]*]]: memref<4xf32>, %{{.*}}: i1, %[[A:.*]]: memref<4xf32>, %[[B:.*]]: memref<4xf32>)
func.func @branch_twice(%x: tensor<4xf32>, %c: i1) -> (tensor<4xf32>, tensor<4xf32>) {
  // OUT: %[[R:.*]] = scf.if
  // OUT: memref.copy %[[R]], %[[A]]
  // OUT: memref.copy %[[A]], %[[B]]
  %a = scf.if %c -> tensor<4xf32> {
    %y = math.absf %x : tensor<4xf32>
    scf.yield %y : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  return %a, %a : tensor<4xf32>, tensor<4xf32>
}
