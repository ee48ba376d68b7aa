// RUN: bnn-opt %s --bnn-codegen-widen-accumulators | FileCheck %s

// The values are tested in unittests/Execution/NarrowFloatsTest.cpp.

// CHECK-LABEL: func @fill
// CHECK:         %[[ZERO:.*]] = arith.constant 0.000000e+00 : f32
// CHECK:         %[[INIT:.*]] = linalg.fill ins(%[[ZERO]] : f32) outs(%{{.*}} : tensor<?xf32>)
// CHECK:         %[[SUM:.*]] = linalg.matvec ins({{.*}} : tensor<?x?xbf16>, tensor<?xbf16>) outs(%[[INIT]] : tensor<?xf32>)
// CHECK:         %[[ROUNDED:.*]] = linalg.generic {{.*}} ins(%[[SUM]] : tensor<?xf32>)
// CHECK:           arith.truncf %{{.*}} : f32 to bf16
// CHECK:         return %[[ROUNDED]] : tensor<?xbf16>
func.func @fill(%a: tensor<?x?xbf16>, %x: tensor<?xbf16>, %n: index) -> tensor<?xbf16> {
  %zero = arith.constant 0.0 : bf16
  %empty = tensor.empty(%n) : tensor<?xbf16>
  %init = linalg.fill ins(%zero : bf16) outs(%empty : tensor<?xbf16>) -> tensor<?xbf16>
  %0 = linalg.matvec ins(%a, %x : tensor<?x?xbf16>, tensor<?xbf16>) outs(%init : tensor<?xbf16>) -> tensor<?xbf16>
  return %0 : tensor<?xbf16>
}

// Of two outputs, the sum; a product is not rounded before it is added, unless
// it has been.
// CHECK-LABEL: func @two
// CHECK:         linalg.generic
// CHECK:           arith.extf %{{.*}} : f16 to f32
// CHECK:         %[[R:.*]]:2 = linalg.generic {{.*}} outs(%{{.*}}, %{{.*}} : tensor<f32>, tensor<f16>)
// CHECK:         ^bb0(%[[X:.*]]: f16, %[[SUM:.*]]: f32, %[[MAX:.*]]: f16):
// CHECK:           %[[A:.*]] = arith.extf %[[X]] : f16 to f32
// CHECK:           %[[B:.*]] = arith.extf %[[X]] : f16 to f32
// CHECK:           %[[SQUARE:.*]] = arith.mulf %[[A]], %[[B]] : f32
// CHECK:           %[[NEW:.*]] = arith.addf %[[SQUARE]], %[[SUM]] : f32
// CHECK:           %[[NEWMAX:.*]] = arith.maximumf %[[X]], %[[MAX]] : f16
// CHECK:           linalg.yield %[[NEW]], %[[NEWMAX]] : f32, f16
func.func @two(%x: tensor<8xf16>, %sum: tensor<f16>, %max: tensor<f16>) -> (tensor<f16>, tensor<f16>) {
  %0:2 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<8xf16>) outs(%sum, %max : tensor<f16>, tensor<f16>) {
  ^bb0(%a: f16, %s: f16, %m: f16):
    %1 = arith.mulf %a, %a : f16
    %2 = arith.addf %1, %s : f16
    %3 = arith.maximumf %a, %m : f16
    linalg.yield %2, %3 : f16, f16
  } -> (tensor<f16>, tensor<f16>)
  return %0#0, %0#1 : tensor<f16>, tensor<f16>
}

// CHECK-LABEL: func @buffers
// CHECK:         %[[WIDE:.*]] = memref.alloc(%{{.*}}) : memref<?xf32>
// CHECK:         linalg.generic {{.*}} ins(%{{.*}} : memref<?xbf16>) outs(%[[WIDE]] : memref<?xf32>)
// CHECK:         linalg.reduce ins(%{{.*}} : memref<?x?xbf16>) outs(%[[WIDE]] : memref<?xf32>)
// CHECK:         linalg.generic {{.*}} ins(%[[WIDE]] : memref<?xf32>) outs(%{{.*}} : memref<?xbf16>)
// CHECK:         memref.dealloc %[[WIDE]]
func.func @buffers(%x: memref<?x?xbf16>, %y: memref<?xbf16>) {
  linalg.reduce { arith.addf } ins(%x : memref<?x?xbf16>) outs(%y : memref<?xbf16>) dimensions = [1]
  return
}

// The body rounds itself; its value has another use; it is of f32; nothing is
// reduced.
// CHECK-LABEL: func @left_alone
// CHECK-NEXT:    linalg.reduce ins({{.*}}) outs(%{{.*}} : tensor<bf16>)
// CHECK:         linalg.generic {{.*}} outs(%{{.*}}, %{{.*}} : tensor<bf16>, tensor<8xbf16>)
// CHECK:         linalg.generic {{.*}} outs(%{{.*}} : tensor<f32>)
// CHECK-NOT:     linalg.generic
// CHECK:         return
func.func @left_alone(%x: tensor<8xbf16>, %init: tensor<bf16>, %out: tensor<8xbf16>, %wide: tensor<f32>)
    -> (tensor<bf16>, tensor<bf16>, tensor<8xbf16>, tensor<f32>, tensor<8xbf16>) {
  %0 = linalg.reduce ins(%x : tensor<8xbf16>) outs(%init : tensor<bf16>) dimensions = [0]
    (%a: bf16, %acc: bf16) {
      %4 = arith.extf %a : bf16 to f32
      %5 = arith.extf %acc : bf16 to f32
      %6 = arith.addf %4, %5 : f32
      %7 = arith.truncf %6 : f32 to bf16
      linalg.yield %7 : bf16
    }
  %1:2 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>, affine_map<(i) -> (i)>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<8xbf16>) outs(%init, %out : tensor<bf16>, tensor<8xbf16>) {
  ^bb0(%a: bf16, %acc: bf16, %o: bf16):
    %4 = arith.addf %a, %acc : bf16
    linalg.yield %4, %4 : bf16, bf16
  } -> (tensor<bf16>, tensor<8xbf16>)
  %2 = linalg.generic {
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>],
      iterator_types = ["reduction"]}
      ins(%x : tensor<8xbf16>) outs(%wide : tensor<f32>) {
  ^bb0(%a: bf16, %acc: f32):
    %4 = arith.extf %a : bf16 to f32
    %5 = arith.addf %4, %acc : f32
    linalg.yield %5 : f32
  } -> tensor<f32>
  %3 = linalg.map { arith.negf } ins(%x : tensor<8xbf16>) outs(%out : tensor<8xbf16>)
  return %0, %1#0, %1#1, %2, %3 : tensor<bf16>, tensor<bf16>, tensor<8xbf16>, tensor<f32>, tensor<8xbf16>
}
