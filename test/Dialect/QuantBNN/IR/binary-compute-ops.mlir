// The ops of binary compute through text, the generic form and bytecode.
//
// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s

// CHECK-LABEL: func @xnor_matmul(
func.func @xnor_matmul(%a: tensor<4x2xi64>, %b: tensor<8x2xi64>, %c: tensor<?x?xi8>, %d: tensor<3x?x?xi16>,
                       %e: tensor<?x?x7xi16>, %f: tensor<?x7xi16>, %g: tensor<0x0xi32>, %k: index) {
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  %0 = quant_bnn.xnor_matmul %a, %b depth = 100 : (tensor<4x2xi64>, tensor<8x2xi64>) -> tensor<4x8xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} depth = %{{.*}} : (tensor<?x?xi8>, tensor<?x?xi8>) -> tensor<?x?xi32>
  %1 = quant_bnn.xnor_matmul %c, %c depth = %k : (tensor<?x?xi8>, tensor<?x?xi8>) -> tensor<?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} depth = 97 : (tensor<3x?x?xi16>, tensor<?x?x7xi16>) -> tensor<?x5x?xi32>
  %2 = quant_bnn.xnor_matmul %d, %e depth = 97 : (tensor<3x?x?xi16>, tensor<?x?x7xi16>) -> tensor<?x5x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} depth = %{{.*}} : (tensor<3x?x?xi16>, tensor<?x7xi16>) -> tensor<3x?x?xi32>
  %3 = quant_bnn.xnor_matmul %d, %f depth = %k : (tensor<3x?x?xi16>, tensor<?x7xi16>) -> tensor<3x?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} depth = 0 : (tensor<0x0xi32>, tensor<0x0xi32>) -> tensor<0x0xi32>
  %4 = quant_bnn.xnor_matmul %g, %g depth = 0 : (tensor<0x0xi32>, tensor<0x0xi32>) -> tensor<0x0xi32>
  return
}

// CHECK-LABEL: func @largest_depth(
func.func @largest_depth(%a: tensor<1x33554432xi64>, %b: tensor<?x?xi8>) {
  // CHECK-COUNT-2: quant_bnn.xnor_matmul {{.*}} depth = 2147483647
  %0 = quant_bnn.xnor_matmul %a, %a depth = 2147483647 : (tensor<1x33554432xi64>, tensor<1x33554432xi64>) -> tensor<1x1xi32>
  %1 = quant_bnn.xnor_matmul %b, %b depth = 2147483647 : (tensor<?x?xi8>, tensor<?x?xi8>) -> tensor<?x?xi32>
  return
}

// CHECK-LABEL: func @xnor_conv_2d(
func.func @xnor_conv_2d(%x: tensor<1x56x56x2xi32>, %f: tensor<128x3x3x2xi32>, %g: tensor<128x3x3x1xi32>,
                        %y: tensor<?x?x?x?xi8>, %z: tensor<?x8x?x6xi8>, %k: index) {
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} depth = 64 : (tensor<1x56x56x2xi32>, tensor<128x3x3x2xi32>) -> tensor<1x54x54x128xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 64 : (tensor<1x56x56x2xi32>, tensor<128x3x3x2xi32>) -> tensor<1x54x54x128xi32>
  // Defaults are not printed.
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} depth = 64 : (tensor<1x56x56x2xi32>, tensor<128x3x3x2xi32>) -> tensor<1x54x54x128xi32>
  %1 = quant_bnn.xnor_conv_2d %x, %f depth = 64 strides = [1, 1] dilations = [1, 1] groups = 1 padding = [0, 0, 0, 0]
      pad_value = zero polarity = negative : (tensor<1x56x56x2xi32>, tensor<128x3x3x2xi32>) -> tensor<1x54x54x128xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} depth = 7 strides = [2, 3] dilations = [4, 1] groups = 2 padding = [1, 2, 3, 4] pad_value = one polarity = nonnegative : (tensor<1x56x56x2xi32>, tensor<128x3x3x1xi32>) -> tensor<1x26x21x128xi32>
  %2 = quant_bnn.xnor_conv_2d %x, %g depth = 7 strides = [2, 3] dilations = [4, 1] groups = 2 padding = [1, 2, 3, 4]
      pad_value = one polarity = nonnegative : (tensor<1x56x56x2xi32>, tensor<128x3x3x1xi32>) -> tensor<1x26x21x128xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} depth = %{{.*}} groups = 3 padding = [0, 1, 0, 0] pad_value = minus_one : (tensor<?x?x?x?xi8>, tensor<?x?x?x?xi8>) -> tensor<?x?x?x?xi32>
  %3 = quant_bnn.xnor_conv_2d %y, %y depth = %k groups = 3 padding = [0, 1, 0, 0] pad_value = minus_one
      : (tensor<?x?x?x?xi8>, tensor<?x?x?x?xi8>) -> tensor<?x?x?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} depth = %{{.*}} groups = 3 : (tensor<?x8x?x6xi8>, tensor<?x?x?x?xi8>) -> tensor<7x?x3x9xi32>
  %4 = quant_bnn.xnor_conv_2d %z, %y depth = %k groups = 3 : (tensor<?x8x?x6xi8>, tensor<?x?x?x?xi8>) -> tensor<7x?x3x9xi32>
  return
}

// CHECK-LABEL: func @threshold(
func.func @threshold(%a: tensor<4x100xi32>, %t: tensor<100xi32>, %flip: tensor<100xi1>, %b: tensor<?xi32>,
                     %c: tensor<2x?x?x?xi32>, %u: tensor<?xi32>, %v: tensor<?xi1>) {
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x2xi64>
  %0 = quant_bnn.threshold %a, %t, %flip : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x2xi64>
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?xi32>, tensor<?xi32>, tensor<100xi1>) -> tensor<?xi8>
  %1 = quant_bnn.threshold %b, %u, %flip : (tensor<?xi32>, tensor<?xi32>, tensor<100xi1>) -> tensor<?xi8>
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x?x?x?xi32>, tensor<100xi32>, tensor<?xi1>) -> tensor<?x5x?x4xi32>
  %2 = quant_bnn.threshold %c, %t, %v : (tensor<2x?x?x?xi32>, tensor<100xi32>, tensor<?xi1>) -> tensor<?x5x?x4xi32>
  return
}

// CHECK-LABEL: func @xnor_max_pool_2d(
func.func @xnor_max_pool_2d(%x: tensor<1x112x112x2xi32>, %y: tensor<?x?x7x?xi16>) {
  // CHECK-NEXT: quant_bnn.xnor_max_pool_2d %{{.*}} kernel = [3, 3] strides = [2, 2] padding = [1, 1, 1, 1] : tensor<1x112x112x2xi32> to tensor<1x56x56x2xi32>
  %0 = quant_bnn.xnor_max_pool_2d %x kernel = [3, 3] strides = [2, 2] padding = [1, 1, 1, 1]
      : tensor<1x112x112x2xi32> to tensor<1x56x56x2xi32>
  // CHECK-NEXT: quant_bnn.xnor_max_pool_2d %{{.*}} kernel = [1, 2] : tensor<?x?x7x?xi16> to tensor<?x?x6x?xi16>
  %1 = quant_bnn.xnor_max_pool_2d %y kernel = [1, 2] strides = [1, 1] dilations = [1, 1] padding = [0, 0, 0, 0]
      polarity = negative : tensor<?x?x7x?xi16> to tensor<?x?x6x?xi16>
  // CHECK-NEXT: quant_bnn.xnor_max_pool_2d %{{.*}} kernel = [2, 3] dilations = [3, 2] padding = [3, 2, 1, 4] polarity = nonnegative : tensor<?x?x7x?xi16> to tensor<?x?x8x?xi16>
  %2 = quant_bnn.xnor_max_pool_2d %y kernel = [2, 3] dilations = [3, 2] padding = [3, 2, 1, 4] polarity = nonnegative
      : tensor<?x?x7x?xi16> to tensor<?x?x8x?xi16>
  return
}

// Windows that are larger than an image have no positions.
// CHECK-LABEL: func @no_positions(
func.func @no_positions(%x: tensor<1x1x5x1xi8>, %f: tensor<2x3x3x1xi8>) {
  // CHECK-NEXT: quant_bnn.xnor_conv_2d {{.*}} -> tensor<1x0x3x2xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f depth = 8 : (tensor<1x1x5x1xi8>, tensor<2x3x3x1xi8>) -> tensor<1x0x3x2xi32>
  // CHECK-NEXT: quant_bnn.xnor_max_pool_2d {{.*}} to tensor<1x0x5x1xi8>
  %1 = quant_bnn.xnor_max_pool_2d %x kernel = [4, 1] : tensor<1x1x5x1xi8> to tensor<1x0x5x1xi8>
  return
}
