// What is not binarized, and what stood in the way.
//
// RUN: bnn-opt %s --quant-bnn-binarize --split-input-file \
// RUN:   --remarks-filter='quant-bnn-binarize' -o /dev/null 2>&1 | FileCheck %s
// RUN: not bnn-opt %s --quant-bnn-binarize=word-width=24 2>&1 \
// RUN:   | FileCheck %s --check-prefix=OPTION

// OPTION: error: word-width must be 8, 16, 32 or 64, but is 24

// CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.generic not binarized: an argument may have any value
func.func @rows(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %init: tensor<2x4xf32>) -> tensor<2x4xf32> {
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.generic not binarized: it is the same along the last dimension of the result
  %b = quant_bnn.sign %w : tensor<8x2xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                                        affine_map<(m, n, k) -> (k, n)>,
                                        affine_map<(m, n, k) -> (n, m)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%init : tensor<2x4xf32>) {
  ^bb0(%l: f32, %r: f32, %out: f32):
    %product = arith.mulf %l, %r : f32
    %sum = arith.addf %out, %product : f32
    linalg.yield %sum : f32
  } -> tensor<2x4xf32>
  return %y : tensor<2x4xf32>
}

// Both operands are signs, but a sum of floats may round where the count does
// not; they are added as before.
func.func @signs(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %long: tensor<4x3000xf16>, %weights: tensor<3000x2xf16>,
                 %init: tensor<4x2xf32>, %short: tensor<4x2xf16>) -> (tensor<4x2xf32>, tensor<4x2xf16>, tensor<4x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %half = arith.constant 0.0 : f16
  %c = arith.constant dense<0.1> : tensor<8x2xf32>
  %a = quant_bnn.sign %x : tensor<4x8xf32>
  %b = quant_bnn.sign %w : tensor<8x2xf32>
  // CHECK: [[@LINE-6]]:{{[0-9]+}}: remark: {{.*}}linalg.matmul not binarized: it adds to values that may not be 0
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: [Passed] {{.*}}linalg.matmul became additions and subtractions
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %la = quant_bnn.sign %long : tensor<4x3000xf16>
  %lb = quant_bnn.sign %weights : tensor<3000x2xf16>
  %zeros16 = linalg.fill ins(%half : f16) outs(%short : tensor<4x2xf16>) -> tensor<4x2xf16>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matmul not binarized: sums of 3000 terms of +-1 may be rounded
  %z = linalg.matmul ins(%la, %lb : tensor<4x3000xf16>, tensor<3000x2xf16>) outs(%zeros16 : tensor<4x2xf16>) -> tensor<4x2xf16>
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matmul not binarized: sums of 8 terms of +-0.100000001 may be rounded
  %v = linalg.matmul ins(%a, %c : tensor<4x8xf32>, tensor<8x2xf32>) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y, %z, %v : tensor<4x2xf32>, tensor<4x2xf16>, tensor<4x2xf32>
}

// What an operand is no tensor of signs for.
func.func @operands(%x: tensor<4x8xf32>, %w: tensor<2x8xf32>, %u: tensor<2x4xf32>, %init: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  %vector = arith.constant dense<1.0> : tensor<8xf32>
  // CHECK: remark: {{.*}}linalg.matvec not binarized: an argument may have any value
  // CHECK: [[@LINE-2]]:{{[0-9]+}}: remark: {{.*}}linalg.matvec not binarized: all its elements are one constant, which needs no bits
  %y = linalg.matvec ins(%w, %vector : tensor<2x8xf32>, tensor<8xf32>) outs(%zeros : tensor<2xf32>) -> tensor<2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matvec not binarized: the quant_bnn.sign passes a NaN on
  %nan = quant_bnn.sign %w nan = propagate : tensor<2x8xf32>
  %z = linalg.matvec ins(%nan, %vector : tensor<2x8xf32>, tensor<8xf32>) outs(%zeros : tensor<2xf32>) -> tensor<2xf32>
  return %y, %z : tensor<2xf32>, tensor<2xf32>
}

// A zero that stays 0 is no sign.
func.func @zeros(%w: tensor<2x8xf32>, %x: tensor<8xf32>) -> (tensor<2xf32>, tensor<2xf32>) {
  %zero = arith.constant 0.0 : f32
  %init = tensor.empty() : tensor<2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<2xf32>) -> tensor<2xf32>
  %vector = quant_bnn.sign %x : tensor<8xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matvec not binarized: the values of the quant_bnn.sign are not +a and -a
  %a = quant_bnn.sign %w zero = zero : tensor<2x8xf32>
  %y = linalg.matvec ins(%a, %vector : tensor<2x8xf32>, tensor<8xf32>) outs(%zeros : tensor<2xf32>) -> tensor<2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matvec not binarized: the values of the quant_bnn.approx_sign are not +a and -a
  %b = quant_bnn.approx_sign %w zero = zero nan = zero : tensor<2x8xf32>
  %z = linalg.matvec ins(%b, %vector : tensor<2x8xf32>, tensor<8xf32>) outs(%zeros : tensor<2xf32>) -> tensor<2xf32>
  return %y, %z : tensor<2xf32>, tensor<2xf32>
}

// With the elements of the result that differ along its last dimension in the
// lanes, terms are added in another order than lanes along K do.
func.func @other_order(%x: tensor<4x8xf32>, %w: tensor<2x8xf32>, %init: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // CHECK: remark: {{.*}}linalg.generic not binarized: an argument may have any value
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.generic not binarized: its elements along the last dimension of the result are not its innermost ones, and sums would be in another order
  %b = quant_bnn.sign %w : tensor<2x8xf32>
  %y = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %b : tensor<4x8xf32>, tensor<2x8xf32>) outs(%init : tensor<4x2xf32>) {
  ^bb0(%in: f32, %f: f32, %o: f32):
    %0 = arith.mulf %in, %f : f32
    %1 = arith.addf %o, %0 : f32
    linalg.yield %1 : f32
  } -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// A level may be NaN, a bit is none.
func.func @levels(%x: tensor<4x8xf32>, %w: tensor<8x2xf32>, %out: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%out : tensor<4x2xf32>) -> tensor<4x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matmul not binarized: the quant_bnn.input_dorefa passes a NaN on
  %a = quant_bnn.input_dorefa %x bits = 1 : tensor<4x8xf32>
  %b = quant_bnn.sign %w : tensor<8x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x2xf32>) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// Weights on levels have no NaN, but their sums may be rounded.
func.func @constant_levels(%x: tensor<4x8xf32>) -> tensor<4x2xf32> {
  %zero = arith.constant 0.0 : f32
  %w = arith.constant dense<[[1.0, -1.0], [0.333333343, -0.333333343], [1.0, 1.0], [-1.0, 0.333333343],
                             [1.0, -1.0], [0.333333343, -0.333333343], [1.0, 1.0], [-1.0, 0.333333343]]> : tensor<8x2xf32>
  %init = tensor.empty() : tensor<4x2xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%init : tensor<4x2xf32>) -> tensor<4x2xf32>
  %a = quant_bnn.sign %x : tensor<4x8xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.matmul not binarized: sums of levels may be rounded
  %y = linalg.matmul ins(%a, %w : tensor<4x8xf32>, tensor<8x2xf32>) outs(%zeros : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// There is an op for each plane of a filter.
func.func @planes(%x: tensor<1x9x9x9x4xf32>, %w: tensor<?x3x3x4x2xf32>, %out: tensor<1x?x7x7x2xf32>,
                  %long: tensor<1x70x3x3x4xf32>, %many: tensor<65x3x3x4x2xf32>, %short: tensor<1x6x1x1x2xf32>)
    -> (tensor<1x?x7x7x2xf32>, tensor<1x6x1x1x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%out : tensor<1x?x7x7x2xf32>) -> tensor<1x?x7x7x2xf32>
  %a = quant_bnn.sign %x : tensor<1x9x9x9x4xf32>
  %b = quant_bnn.sign %w : tensor<?x3x3x4x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_3d_ndhwc_dhwcf not binarized: its filter has an unknown number of planes
  %y = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>}
      ins(%a, %b : tensor<1x9x9x9x4xf32>, tensor<?x3x3x4x2xf32>) outs(%zeros : tensor<1x?x7x7x2xf32>) -> tensor<1x?x7x7x2xf32>
  %zeros1 = linalg.fill ins(%zero : f32) outs(%short : tensor<1x6x1x1x2xf32>) -> tensor<1x6x1x1x2xf32>
  %a1 = quant_bnn.sign %long : tensor<1x70x3x3x4xf32>
  %b1 = quant_bnn.sign %many : tensor<65x3x3x4x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_3d_ndhwc_dhwcf not binarized: its filter has more than 64 planes
  %y1 = linalg.conv_3d_ndhwc_dhwcf {dilations = dense<1> : vector<3xi64>, strides = dense<1> : vector<3xi64>}
      ins(%a1, %b1 : tensor<1x70x3x3x4xf32>, tensor<65x3x3x4x2xf32>) outs(%zeros1 : tensor<1x6x1x1x2xf32>) -> tensor<1x6x1x1x2xf32>
  return %y, %y1 : tensor<1x?x7x7x2xf32>, tensor<1x6x1x1x2xf32>
}

// Zeros between pixels: where the convolution has strides, into what is not zero, where
// the first image stays zero, and with 65 positions between two pixels.
func.func @between(%x: tensor<2x4x4x4xf32>, %w: tensor<3x3x4x2xf32>, %out: tensor<2x2x5x2xf32>, %long: tensor<3x5x5x2xf32>,
                   %wide: tensor<2x2x194x2xf32>)
    -> (tensor<2x2x5x2xf32>, tensor<2x2x5x2xf32>, tensor<3x5x5x2xf32>, tensor<2x2x194x2xf32>) {
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %zeros = linalg.fill ins(%zero : f32) outs(%out : tensor<2x2x5x2xf32>) -> tensor<2x2x5x2xf32>
  %many = linalg.fill ins(%zero : f32) outs(%long : tensor<3x5x5x2xf32>) -> tensor<3x5x5x2xf32>
  %e0 = tensor.empty() : tensor<2x7x7x4xf32>
  %z0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<2x7x7x4xf32>) -> tensor<2x7x7x4xf32>
  %z1 = linalg.fill ins(%one : f32) outs(%e0 : tensor<2x7x7x4xf32>) -> tensor<2x7x7x4xf32>
  %e2 = tensor.empty() : tensor<3x7x7x4xf32>
  %z2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<3x7x7x4xf32>) -> tensor<3x7x7x4xf32>
  %a = quant_bnn.sign %x : tensor<2x4x4x4xf32>
  %b = quant_bnn.sign %w : tensor<3x3x4x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_2d_nhwc_hwcf not binarized: the tensor.insert_slice may have any value
  %i0 = tensor.insert_slice %a into %z0[0, 0, 0, 0] [2, 4, 4, 4] [1, 2, 2, 1] : tensor<2x4x4x4xf32> into tensor<2x7x7x4xf32>
  %y0 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<[4, 1]> : vector<2xi64>}
      ins(%i0, %b : tensor<2x7x7x4xf32>, tensor<3x3x4x2xf32>) outs(%zeros : tensor<2x2x5x2xf32>) -> tensor<2x2x5x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_2d_nhwc_hwcf not binarized: the tensor.insert_slice may have any value
  %i1 = tensor.insert_slice %a into %z1[0, 0, 0, 0] [2, 4, 4, 4] [1, 1, 2, 1] : tensor<2x4x4x4xf32> into tensor<2x7x7x4xf32>
  %y1 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<[4, 1]> : vector<2xi64>}
      ins(%i1, %b : tensor<2x7x7x4xf32>, tensor<3x3x4x2xf32>) outs(%zeros : tensor<2x2x5x2xf32>) -> tensor<2x2x5x2xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_2d_nhwc_hwcf not binarized: the tensor.insert_slice may have any value
  %i2 = tensor.insert_slice %a into %z2[1, 0, 0, 0] [2, 4, 4, 4] [1, 2, 2, 1] : tensor<2x4x4x4xf32> into tensor<3x7x7x4xf32>
  %y2 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%i2, %b : tensor<3x7x7x4xf32>, tensor<3x3x4x2xf32>) outs(%many : tensor<3x5x5x2xf32>) -> tensor<3x5x5x2xf32>
  %far = linalg.fill ins(%zero : f32) outs(%wide : tensor<2x2x194x2xf32>) -> tensor<2x2x194x2xf32>
  %e3 = tensor.empty() : tensor<2x4x196x4xf32>
  %z3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x4x196x4xf32>) -> tensor<2x4x196x4xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}linalg.conv_2d_nhwc_hwcf not binarized: the tensor.insert_slice may have any value
  %i3 = tensor.insert_slice %a into %z3[0, 0, 0, 0] [2, 4, 4, 4] [1, 1, 65, 1] : tensor<2x4x4x4xf32> into tensor<2x4x196x4xf32>
  %y3 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : vector<2xi64>, strides = dense<1> : vector<2xi64>}
      ins(%i3, %b : tensor<2x4x196x4xf32>, tensor<3x3x4x2xf32>) outs(%far : tensor<2x2x194x2xf32>) -> tensor<2x2x194x2xf32>
  return %y0, %y1, %y2, %y3 : tensor<2x2x5x2xf32>, tensor<2x2x5x2xf32>, tensor<3x5x5x2xf32>, tensor<2x2x194x2xf32>
}
