// Insertions side by side are a concatenation.

// RUN: bnn-opt %s --convert-quant-bnn-to-linalg --split-input-file | FileCheck %s

// CHECK-LABEL: func @forward(
// CHECK-SAME: %[[X:.*]]: tensor<12x3xf32>, %[[FIRST:[^:]*]]: tensor<1x3xf32>, {{.*}}, %[[LAST:[^:]*]]: tensor<1x3xf32>)
func.func @forward(%x: tensor<12x3xf32>, %s0: tensor<1x3xf32>, %s1: tensor<1x3xf32>, %s2: tensor<1x3xf32>, %s3: tensor<1x3xf32>, %s4: tensor<1x3xf32>, %s5: tensor<1x3xf32>, %s6: tensor<1x3xf32>, %s7: tensor<1x3xf32>) -> tensor<12x3xf32> {
  // CHECK-NEXT: %[[ROWS:.*]] = tensor.concat dim(0) %[[FIRST]], {{.*}}, %[[LAST]] :
  // CHECK-NEXT: %[[ALL:.*]] = tensor.insert_slice %[[ROWS]] into %[[X]][0, 0] [8, 3] [1, 1]
  // CHECK-NEXT: return %[[ALL]]
  %0 = tensor.insert_slice %s0 into %x[0, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s1 into %0[1, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s2 into %1[2, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s3 into %2[3, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s4 into %3[4, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s5 into %4[5, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s6 into %5[6, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %7 = tensor.insert_slice %s7 into %6[7, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  return %7 : tensor<12x3xf32>
}

// -----

// CHECK-LABEL: func @backward(
// CHECK-SAME: %[[X:.*]]: tensor<12x3xf32>, %[[FIRST:[^:]*]]: tensor<1x3xf32>, {{.*}}, %[[LAST:[^:]*]]: tensor<1x3xf32>)
func.func @backward(%x: tensor<12x3xf32>, %s0: tensor<1x3xf32>, %s1: tensor<1x3xf32>, %s2: tensor<1x3xf32>, %s3: tensor<1x3xf32>, %s4: tensor<1x3xf32>, %s5: tensor<1x3xf32>, %s6: tensor<1x3xf32>, %s7: tensor<1x3xf32>) -> tensor<12x3xf32> {
  // CHECK-NEXT: %[[ROWS:.*]] = tensor.concat dim(0) %[[FIRST]], {{.*}}, %[[LAST]] :
  // CHECK-NEXT: %[[ALL:.*]] = tensor.insert_slice %[[ROWS]] into %[[X]][0, 0] [8, 3] [1, 1]
  // CHECK-NEXT: return %[[ALL]]
  %0 = tensor.insert_slice %s7 into %x[7, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s6 into %0[6, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s5 into %1[5, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s4 into %2[4, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s3 into %3[3, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s2 into %4[2, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s1 into %5[1, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %7 = tensor.insert_slice %s0 into %6[0, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  return %7 : tensor<12x3xf32>
}

// -----

// Slices that lack a dimension of size 1.
// CHECK-LABEL: func @rows(
// CHECK-SAME: %[[X:.*]]: tensor<12x3xf32>, %[[FIRST:[^:]*]]: tensor<3xf32>
func.func @rows(%x: tensor<12x3xf32>, %s0: tensor<3xf32>, %s1: tensor<3xf32>, %s2: tensor<3xf32>, %s3: tensor<3xf32>, %s4: tensor<3xf32>, %s5: tensor<3xf32>, %s6: tensor<3xf32>, %s7: tensor<3xf32>) -> tensor<12x3xf32> {
  // CHECK-NEXT: %[[ROW:.*]] = tensor.expand_shape %[[FIRST]] {{\[}}[0, 1]] output_shape [1, 3] : tensor<3xf32> into tensor<1x3xf32>
  // CHECK-COUNT-7: tensor.expand_shape
  // CHECK-NEXT: %[[ROWS:.*]] = tensor.concat dim(0) %[[ROW]],
  // CHECK-NEXT: %[[ALL:.*]] = tensor.insert_slice %[[ROWS]] into %[[X]][0, 0] [8, 3] [1, 1]
  // CHECK-NEXT: return %[[ALL]]
  %0 = tensor.insert_slice %s0 into %x[0, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s1 into %0[1, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s2 into %1[2, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s3 into %2[3, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s4 into %3[4, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s5 into %4[5, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s6 into %5[6, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  %7 = tensor.insert_slice %s7 into %6[7, 0] [1, 3] [1, 1] : tensor<3xf32> into tensor<12x3xf32>
  return %7 : tensor<12x3xf32>
}

// -----

// The order of what overlaps, or is apart, is kept.
// CHECK-LABEL: func @apart(
func.func @apart(%x: tensor<12x3xf32>, %s0: tensor<1x3xf32>, %s1: tensor<1x3xf32>, %s2: tensor<1x3xf32>, %s3: tensor<1x3xf32>, %s4: tensor<1x3xf32>, %s5: tensor<1x3xf32>, %s6: tensor<1x3xf32>, %s7: tensor<1x3xf32>) -> tensor<12x3xf32> {
  // CHECK-NOT: tensor.concat
  %0 = tensor.insert_slice %s0 into %x[0, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s1 into %0[1, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s2 into %1[2, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s3 into %2[3, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s5 into %3[5, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s4 into %4[4, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s6 into %5[6, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %7 = tensor.insert_slice %s7 into %6[7, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  return %7 : tensor<12x3xf32>
}

// -----

// What is read on the way is kept.
// CHECK-LABEL: func @read(
func.func @read(%x: tensor<12x3xf32>, %s0: tensor<1x3xf32>) -> (tensor<12x3xf32>, tensor<12x3xf32>) {
  // CHECK-NOT: tensor.concat
  %0 = tensor.insert_slice %s0 into %x[0, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s0 into %0[1, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s0 into %1[2, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s0 into %2[3, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s0 into %3[4, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s0 into %4[5, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s0 into %5[6, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %7 = tensor.insert_slice %s0 into %6[7, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  return %3, %7 : tensor<12x3xf32>, tensor<12x3xf32>
}

// -----

// Insertions before a loop are not moved into it.
// CHECK-LABEL: func @loop(
func.func @loop(%x: tensor<12x3xf32>, %s: tensor<1x3xf32>, %n: index) -> tensor<12x3xf32> {
  // CHECK-NOT: tensor.concat
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = tensor.insert_slice %s into %x[0, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %1 = tensor.insert_slice %s into %0[1, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %2 = tensor.insert_slice %s into %1[2, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %3 = tensor.insert_slice %s into %2[3, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %4 = tensor.insert_slice %s into %3[4, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %5 = tensor.insert_slice %s into %4[5, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %6 = tensor.insert_slice %s into %5[6, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
  %y = scf.for %i = %c0 to %n step %c1 iter_args(%old = %x) -> tensor<12x3xf32> {
    %7 = tensor.insert_slice %s into %6[7, 0] [1, 3] [1, 1] : tensor<1x3xf32> into tensor<12x3xf32>
    %8 = arith.addf %old, %7 : tensor<12x3xf32>
    scf.yield %8 : tensor<12x3xf32>
  }
  return %y : tensor<12x3xf32>
}
