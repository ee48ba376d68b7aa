// RUN: bnn-opt %s --bnn-codegen-check-extents | FileCheck %s
// RUN: bnn-opt %s --convert-quant-bnn-to-linalg --bnn-codegen-check-extents \
// RUN:   | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func @elementwise(
// CHECK-SAME:      %[[X:.*]]: tensor<?x4xf32>, %[[Y:.*]]: tensor<?x4xf32>, %[[Z:.*]]: tensor<?x4xf32>
// CHECK-DAG:     %[[N:.*]] = tensor.dim %[[X]]
// CHECK-DAG:     %[[M:.*]] = tensor.dim %[[Y]]
// CHECK:         %[[EQUAL:.*]] = arith.cmpi eq, %[[N]], %[[M]]
// CHECK:         cf.assert %[[EQUAL]], "{{.*}}check-extents.mlir:[[@LINE+8]]:8: @elementwise requires dimension 0 of argument 1 to be dimension 0 of argument 0 for 'arith.addf'"
// The sum has the extent of %x, and each pair is compared once.
// CHECK:         cf.assert %{{.*}}, "{{.*}} requires dimension 0 of argument 2 to be dimension 0 of argument 0 for 'arith.mulf'"
// CHECK-NOT:     cf.assert
// LINALG-LABEL: func @elementwise(
// LINALG-COUNT-2: cf.assert
// LINALG-NOT:   cf.assert
func.func @elementwise(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>, %z: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %0 = arith.addf %x, %y : tensor<?x4xf32>
  %1 = arith.mulf %0, %z : tensor<?x4xf32>
  %2 = arith.subf %1, %y : tensor<?x4xf32>
  %3 = quant_bnn.sign %2 : tensor<?x4xf32>
  return %3 : tensor<?x4xf32>
}

// Extents that agree by construction are not compared.
// CHECK-LABEL: func @agree(
// CHECK-NOT:     cf.assert
// LINALG-LABEL: func @agree(
// LINALG-NOT:     cf.assert
func.func @agree(%x: tensor<?xf32>, %s: tensor<8xf32>) -> (tensor<?xf32>, tensor<8xf32>) {
  %0 = math.absf %x : tensor<?xf32>
  %1 = arith.addf %0, %x : tensor<?xf32>
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %e = tensor.empty(%n) : tensor<?xf32>
  %2 = linalg.add ins(%1, %x : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %3 = arith.addf %s, %s : tensor<8xf32>
  return %2, %3 : tensor<?xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @matmul(
// LINALG-LABEL: func @matmul(
// CHECK:         cf.assert {{.*}} requires dimension 0 of argument 2 to be dimension 0 of argument 0 for 'linalg.matmul'
// CHECK:         cf.assert {{.*}} requires dimension 1 of argument 2 to be dimension 1 of argument 1 for 'linalg.matmul'
// CHECK:         cf.assert {{.*}} requires dimension 0 of argument 1 to be dimension 1 of argument 0 for 'linalg.matmul'
// CHECK-NOT:     cf.assert
func.func @matmul(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>, %z: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%x, %y : tensor<?x?xf32>, tensor<?x?xf32>) outs(%z : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A window must stay within the image, unless there is no window.
// CHECK-LABEL: func @window(
// CHECK:         %[[LAST:.*]] = affine.apply
// CHECK:         arith.cmpi ult, %[[LAST]]
// CHECK:         cf.assert {{.*}} requires every index to be within dimension 0 of argument 0 for 'linalg.conv_1d'
// CHECK-NOT:     cf.assert
func.func @window(%x: tensor<?xf32>, %k: tensor<3xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.conv_1d ins(%x, %k : tensor<?xf32>, tensor<3xf32>) outs(%y : tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func @cast(
// CHECK:         cf.assert {{.*}} requires dimension 0 of argument 0 to be 4 for 'tensor.cast'
// CHECK-NOT:     cf.assert
func.func @cast(%x: tensor<?xf32>) -> tensor<4xf32> {
  %0 = tensor.cast %x : tensor<?xf32> to tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: func @slices(
// CHECK:         cf.assert {{.*}} requires every index to be within dimension 0 of argument 0 for 'tensor.extract_slice'
// CHECK:         cf.assert {{.*}} requires every index to be within dimension 0 of argument 0 for 'tensor.extract_slice'
// CHECK:         cf.assert {{.*}} requires every index to be within dimension 0 of argument 1 for 'tensor.insert_slice'
// CHECK:         cf.assert {{.*}} requires every index to be within dimension 0 of argument 1 for 'tensor.insert_slice'
// CHECK-NOT:     cf.assert
func.func @slices(%x: tensor<?xf32>, %y: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %0 = tensor.extract_slice %x[2] [%n] [1] : tensor<?xf32> to tensor<?xf32>
  %1 = tensor.insert_slice %0 into %y[%n] [%n] [1] : tensor<?xf32> into tensor<?xf32>
  return %1 : tensor<?xf32>
}

// CHECK-LABEL: func @expand(
// CHECK:         cf.assert {{.*}} requires dimension 0 of argument 0 to be
// CHECK-NOT:     cf.assert
func.func @expand(%x: tensor<?xf32>, %n: index) -> tensor<?x4xf32> {
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [%n, 4] : tensor<?xf32> into tensor<?x4xf32>
  return %0 : tensor<?x4xf32>
}

// CHECK-LABEL: func @concat(
// CHECK:         cf.assert {{.*}} requires dimension 1 of argument 1 to be dimension 1 of argument 0 for 'tensor.concat'
// CHECK-NOT:     cf.assert
func.func @concat(%x: tensor<?x?xf32>, %y: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = tensor.concat dim(0) %x, %y : (tensor<?x?xf32>, tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// An op that may not run is checked where it runs.
// CHECK-LABEL: func @branch(
// CHECK-NOT:     cf.assert
// CHECK:         scf.if
// CHECK:           cf.assert {{.*}} for 'arith.addf'
// CHECK-NEXT:      arith.addf %
func.func @branch(%c: i1, %x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = scf.if %c -> tensor<?xf32> {
    %1 = arith.addf %x, %y : tensor<?xf32>
    scf.yield %1 : tensor<?xf32>
  } else {
    scf.yield %x : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func @buffers(
// CHECK:         memref.dim
// CHECK:         cf.assert {{.*}} requires dimension 0 of argument 1 to be dimension 0 of argument 0 for 'linalg.copy'
func.func @buffers(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.copy ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
  return
}

// Ops of quant_bnn are checked as the linalg ops that they become.
// LINALG-LABEL: func @gradient(
// LINALG:         cf.assert {{.*}} requires dimension 0 of argument 1 to be dimension 0 of argument 0 for
func.func @gradient(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %0 = quant_bnn.ste_heaviside_grad %x, %g clip = 1.0 : tensor<?xf32>
  return %0 : tensor<?xf32>
}
