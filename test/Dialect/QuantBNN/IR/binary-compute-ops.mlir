// The ops of binary compute through text, the generic form and bytecode.
//
// RUN: bnn-opt %s | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --emit-bytecode | bnn-opt | FileCheck %s
// RUN: bnn-opt %s --mlir-print-op-generic | bnn-opt | FileCheck %s

// CHECK-LABEL: func @xnor_matmul(
func.func @xnor_matmul(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<8x100xi1, #quant_bnn.packed<i64>>, %c: tensor<?x?xi1, #quant_bnn.packed<i8>>,
                       %d: tensor<3x?x?xi1, #quant_bnn.packed<i16>>, %e: tensor<?x?x97xi1, #quant_bnn.packed<i16>>, %f: tensor<?x97xi1, #quant_bnn.packed<i16, nonnegative>>,
                       %g: tensor<0x0xi1, #quant_bnn.packed<i32>>) {
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  %0 = quant_bnn.xnor_matmul %a, %b : (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<8x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x8xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} : (tensor<?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i8>>) -> tensor<?x?xi32>
  %1 = quant_bnn.xnor_matmul %c, %c : (tensor<?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i8>>) -> tensor<?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} : (tensor<3x?x?xi1, #quant_bnn.packed<i16>>, tensor<?x?x97xi1, #quant_bnn.packed<i16>>) -> tensor<?x5x?xi32>
  %2 = quant_bnn.xnor_matmul %d, %e : (tensor<3x?x?xi1, #quant_bnn.packed<i16>>, tensor<?x?x97xi1, #quant_bnn.packed<i16>>) -> tensor<?x5x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} : (tensor<?x97xi1, #quant_bnn.packed<i16, nonnegative>>, tensor<?x97xi1, #quant_bnn.packed<i16, nonnegative>>) -> tensor<?x?xi32>
  %3 = quant_bnn.xnor_matmul %f, %f : (tensor<?x97xi1, #quant_bnn.packed<i16, nonnegative>>, tensor<?x97xi1, #quant_bnn.packed<i16, nonnegative>>) -> tensor<?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_matmul %{{.*}}, %{{.*}} : (tensor<0x0xi1, #quant_bnn.packed<i32>>, tensor<0x0xi1, #quant_bnn.packed<i32>>) -> tensor<0x0xi32>
  %4 = quant_bnn.xnor_matmul %g, %g : (tensor<0x0xi1, #quant_bnn.packed<i32>>, tensor<0x0xi1, #quant_bnn.packed<i32>>) -> tensor<0x0xi32>
  return
}

// CHECK-LABEL: func @longest_row(
func.func @longest_row(%a: tensor<1x2147483647xi1, #quant_bnn.packed<i64>>) {
  // CHECK-NEXT: quant_bnn.xnor_matmul
  %0 = quant_bnn.xnor_matmul %a, %a : (tensor<1x2147483647xi1, #quant_bnn.packed<i64>>, tensor<1x2147483647xi1, #quant_bnn.packed<i64>>) -> tensor<1x1xi32>
  return
}

// CHECK-LABEL: func @xnor_conv_2d(
func.func @xnor_conv_2d(%x: tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>, %f: tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>,
                        %y: tensor<1x56x56x2x7xi1, #quant_bnn.packed<i32, nonnegative>>, %g: tensor<128x3x3x7xi1, #quant_bnn.packed<i32, nonnegative>>,
                        %z: tensor<?x8x?x?x?xi1, #quant_bnn.packed<i8>>, %h: tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>) {
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} : (tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>, tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x54x54x128xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>, tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x54x54x128xi32>
  // Defaults are not printed.
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} : (tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>, tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x54x54x128xi32>
  %1 = quant_bnn.xnor_conv_2d %x, %f strides = [1, 1] dilations = [1, 1] groups = 1 padding = [0, 0, 0, 0] pad_value = zero
      : (tensor<1x56x56x64xi1, #quant_bnn.packed<i32>>, tensor<128x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x54x54x128xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} strides = [2, 3] dilations = [4, 1] groups = 2 padding = [1, 2, 3, 4] pad_value = one : (tensor<1x56x56x2x7xi1, #quant_bnn.packed<i32, nonnegative>>, tensor<128x3x3x7xi1, #quant_bnn.packed<i32, nonnegative>>) -> tensor<1x26x21x128xi32>
  %2 = quant_bnn.xnor_conv_2d %y, %g strides = [2, 3] dilations = [4, 1] groups = 2 padding = [1, 2, 3, 4] pad_value = one
      : (tensor<1x56x56x2x7xi1, #quant_bnn.packed<i32, nonnegative>>, tensor<128x3x3x7xi1, #quant_bnn.packed<i32, nonnegative>>) -> tensor<1x26x21x128xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} padding = [0, 1, 0, 0] pad_value = minus_one : (tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>) -> tensor<?x?x?x?xi32>
  %3 = quant_bnn.xnor_conv_2d %h, %h padding = [0, 1, 0, 0] pad_value = minus_one
      : (tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>) -> tensor<?x?x?x?xi32>
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} groups = 3 : (tensor<?x8x?x?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>) -> tensor<7x?x3x9xi32>
  %4 = quant_bnn.xnor_conv_2d %z, %h groups = 3 : (tensor<?x8x?x?x?xi1, #quant_bnn.packed<i8>>, tensor<?x?x?x?xi1, #quant_bnn.packed<i8>>) -> tensor<7x?x3x9xi32>
  return
}

// CHECK-LABEL: func @dynamic_padding(
// CHECK-SAME: %[[TOP:[^ ]+]]: index, %[[RIGHT:[^ ]+]]: index)
func.func @dynamic_padding(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>, %top: index, %right: index) {
  // CHECK-NEXT: quant_bnn.xnor_conv_2d %{{.*}}, %{{.*}} padding = [%[[TOP]], 1, 0, %[[RIGHT]]] pad_value = one : (tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x6x4xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [%top, 1, 0, %right] pad_value = one
      : (tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x6x4xi32>
  return
}

// An op stays valid when an operand becomes a constant.
// CHECK-LABEL: func @constant_padding(
func.func @constant_padding(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>, %f: tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) {
  %top = arith.constant 5 : index
  // CHECK: quant_bnn.xnor_conv_2d {{.*}} -> tensor<1x7x6x4xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [%top, 0, 0, 0]
      : (tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>, tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x7x6x4xi32>
  return
}

// CHECK-LABEL: func @threshold(
func.func @threshold(%a: tensor<4x100xi32>, %t: tensor<100xi32>, %flip: tensor<100xi1>, %b: tensor<?xi32>,
                     %c: tensor<2x?x?x?xi32>, %u: tensor<?xi32>, %v: tensor<?xi1>) {
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  %0 = quant_bnn.threshold %a, %t, %flip : (tensor<4x100xi32>, tensor<100xi32>, tensor<100xi1>) -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<?xi32>, tensor<?xi32>, tensor<100xi1>) -> tensor<?xi1, #quant_bnn.packed<i8, nonnegative>>
  %1 = quant_bnn.threshold %b, %u, %flip : (tensor<?xi32>, tensor<?xi32>, tensor<100xi1>) -> tensor<?xi1, #quant_bnn.packed<i8, nonnegative>>
  // CHECK-NEXT: quant_bnn.threshold %{{.*}}, %{{.*}}, %{{.*}} : (tensor<2x?x?x?xi32>, tensor<100xi32>, tensor<?xi1>) -> tensor<?x5x?x100xi1, #quant_bnn.packed<i32>>
  %2 = quant_bnn.threshold %c, %t, %v : (tensor<2x?x?x?xi32>, tensor<100xi32>, tensor<?xi1>) -> tensor<?x5x?x100xi1, #quant_bnn.packed<i32>>
  return
}

// Windows that are larger than an image have no positions.
// CHECK-LABEL: func @no_positions(
func.func @no_positions(%x: tensor<1x1x5x8xi1, #quant_bnn.packed<i8>>, %f: tensor<2x3x3x8xi1, #quant_bnn.packed<i8>>) {
  // CHECK-NEXT: quant_bnn.xnor_conv_2d {{.*}} -> tensor<1x0x3x2xi32>
  %0 = quant_bnn.xnor_conv_2d %x, %f : (tensor<1x1x5x8xi1, #quant_bnn.packed<i8>>, tensor<2x3x3x8xi1, #quant_bnn.packed<i8>>) -> tensor<1x0x3x2xi32>
  return
}
