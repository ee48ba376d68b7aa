// The ops that move packed bits through text, the generic form and bytecode.
//
// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s

// CHECK-LABEL: func @packed_cast(
func.func @packed_cast(%a: tensor<4x2xi64>, %b: tensor<?x?xi8>, %k: index) {
  // CHECK-NEXT: quant_bnn.packed_cast %{{.*}} depth = 100 : tensor<4x2xi64> to tensor<4x13xi8>
  %0 = quant_bnn.packed_cast %a depth = 100 : tensor<4x2xi64> to tensor<4x13xi8>
  // CHECK-NEXT: quant_bnn.packed_cast %{{.*}} depth = %{{.*}} flip : tensor<?x?xi8> to tensor<?x?xi16>
  %1 = quant_bnn.packed_cast %b depth = %k flip : tensor<?x?xi8> to tensor<?x?xi16>
  // CHECK-NEXT: quant_bnn.packed_cast %{{.*}} depth = 9 : tensor<?x?xi8> to tensor<3x2xi8>
  %2 = quant_bnn.packed_cast %b depth = 9 : tensor<?x?xi8> to tensor<3x2xi8>
  return
}

// CHECK-LABEL: func @packed_transpose(
func.func @packed_transpose(%a: tensor<4x2xi64>, %b: tensor<?x?x3xi8>, %c: tensor<?xi16>, %k: index) {
  // CHECK-NEXT: quant_bnn.packed_transpose %{{.*}} depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x1xi64>
  %0 = quant_bnn.packed_transpose %a depth = 100 permutation = [1, 0] : tensor<4x2xi64> to tensor<100x1xi64>
  // CHECK-NEXT: quant_bnn.packed_transpose %{{.*}} depth = %{{.*}} permutation = [2, 0, 1] : tensor<?x?x3xi8> to tensor<20x?x?xi8>
  %1 = quant_bnn.packed_transpose %b depth = %k permutation = [2, 0, 1] : tensor<?x?x3xi8> to tensor<20x?x?xi8>
  // CHECK-NEXT: quant_bnn.packed_transpose %{{.*}} depth = %{{.*}} permutation = [0] : tensor<?xi16> to tensor<?xi16>
  %2 = quant_bnn.packed_transpose %c depth = %k permutation = [0] : tensor<?xi16> to tensor<?xi16>
  return
}

// CHECK-LABEL: func @packed_reshape(
func.func @packed_reshape(%a: tensor<?x7x7x1xi64>, %b: tensor<?x?xi8>, %n: index, %k: index) {
  // CHECK-NEXT: quant_bnn.packed_reshape %{{.*}} depth = 64 shape = [%{{.*}}, 3136] : tensor<?x7x7x1xi64> to tensor<?x49xi64>
  %0 = quant_bnn.packed_reshape %a depth = 64 shape = [%n, 3136] : tensor<?x7x7x1xi64> to tensor<?x49xi64>
  // CHECK-NEXT: quant_bnn.packed_reshape %{{.*}} depth = %{{.*}} shape = [5, %{{.*}}, %{{.*}}] : tensor<?x?xi8> to tensor<?x2x?xi8>
  %1 = quant_bnn.packed_reshape %b depth = %k shape = [5, %n, %k] : tensor<?x?xi8> to tensor<?x2x?xi8>
  // CHECK-NEXT: quant_bnn.packed_reshape %{{.*}} depth = 0 shape = [3, 0] : tensor<?x?xi8> to tensor<3x0xi8>
  %2 = quant_bnn.packed_reshape %b depth = 0 shape = [3, 0] : tensor<?x?xi8> to tensor<3x0xi8>
  return
}

// CHECK-LABEL: func @packed_concat(
func.func @packed_concat(%a: tensor<4x1xi64>, %b: tensor<4x2xi64>, %c: tensor<?x?xi64>, %k: index) {
  // CHECK-NEXT: quant_bnn.packed_concat %{{.*}}, %{{.*}} depths = [64, 100] dim = 1 : (tensor<4x1xi64>, tensor<4x2xi64>) -> tensor<4x3xi64>
  %0 = quant_bnn.packed_concat %a, %b depths = [64, 100] dim = 1 : (tensor<4x1xi64>, tensor<4x2xi64>) -> tensor<4x3xi64>
  // CHECK-NEXT: quant_bnn.packed_concat %{{.*}}, %{{.*}}, %{{.*}} depths = [%{{.*}}, 100, %{{.*}}] dim = 0 : (tensor<?x?xi64>, tensor<4x2xi64>, tensor<?x?xi64>) -> tensor<?x2xi64>
  %1 = quant_bnn.packed_concat %c, %b, %c depths = [%k, 100, %k] dim = 0
      : (tensor<?x?xi64>, tensor<4x2xi64>, tensor<?x?xi64>) -> tensor<?x2xi64>
  // CHECK-NEXT: quant_bnn.packed_concat %{{.*}} depths = [3] dim = 1 : (tensor<4x1xi64>) -> tensor<4x1xi64>
  %2 = quant_bnn.packed_concat %a depths = [3] dim = 1 : (tensor<4x1xi64>) -> tensor<4x1xi64>
  return
}

// CHECK-LABEL: func @packed_slice(
func.func @packed_slice(%a: tensor<?x2xi64>, %i: index) {
  // CHECK-NEXT: quant_bnn.packed_slice %{{.*}} depth = 100 offsets = [%{{.*}}, 64] sizes = [1, 36] strides = [1, 1] : tensor<?x2xi64> to tensor<1x1xi64>
  %0 = quant_bnn.packed_slice %a depth = 100 offsets = [%i, 64] sizes = [1, 36] strides = [1, 1] : tensor<?x2xi64> to tensor<1x1xi64>
  // CHECK-NEXT: quant_bnn.packed_slice %{{.*}} depth = %{{.*}} offsets = [2, %{{.*}}] sizes = [%{{.*}}, %{{.*}}] strides = [%{{.*}}, 2] : tensor<?x2xi64> to tensor<?x?xi64>
  %1 = quant_bnn.packed_slice %a depth = %i offsets = [2, %i] sizes = [%i, %i] strides = [%i, 2] : tensor<?x2xi64> to tensor<?x?xi64>
  return
}

// CHECK-LABEL: func @packed_pad(
func.func @packed_pad(%a: tensor<1x56x56x2xi32>, %b: tensor<?x?xi8>, %n: index) {
  // CHECK-NEXT: quant_bnn.packed_pad %{{.*}} depth = 64 low = [0, 1, 1, 0] high = [0, 1, 1, 0] ones : tensor<1x56x56x2xi32> to tensor<1x58x58x2xi32>
  %0 = quant_bnn.packed_pad %a depth = 64 low = [0, 1, 1, 0] high = [0, 1, 1, 0] ones : tensor<1x56x56x2xi32> to tensor<1x58x58x2xi32>
  // CHECK-NEXT: quant_bnn.packed_pad %{{.*}} depth = %{{.*}} low = [%{{.*}}, 0] high = [2, %{{.*}}] : tensor<?x?xi8> to tensor<?x?xi8>
  %1 = quant_bnn.packed_pad %b depth = %n low = [%n, 0] high = [2, %n] : tensor<?x?xi8> to tensor<?x?xi8>
  return
}
