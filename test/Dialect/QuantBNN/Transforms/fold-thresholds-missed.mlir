// What is packed after a sum and is no threshold of it, and why.
//
// RUN: bnn-opt %s > %t.before
// RUN: bnn-opt %s --quant-bnn-fold-thresholds > %t.after
// RUN: diff %t.before %t.after
// RUN: bnn-opt %s --quant-bnn-fold-thresholds \
// RUN:   --remarks-filter='quant-bnn-fold-thresholds' -o /dev/null 2>&1 | FileCheck %s

func.func @not_constant(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>, %shift: tensor<4x8xf32>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  // CHECK: [[@LINE-3]]:{{[0-9]+}}: remark: {{.*}}no threshold: the packed value is not a function of the sum and of constants of its channel
  %y = arith.addf %x, %shift : tensor<4x8xf32>
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}

// The quantizer is expanded only to be looked at.
func.func @quantized(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>, %shift: tensor<4x8xf32>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  // CHECK: [[@LINE-3]]:{{[0-9]+}}: remark: {{.*}}no threshold: the packed value is not a function of the sum and of constants of its channel
  %q = quant_bnn.input_dorefa %x bits = 2 : tensor<4x8xf32>
  %y = arith.addf %q, %shift : tensor<4x8xf32>
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}

func.func @not_evaluated(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  %five = arith.constant dense<5.0> : tensor<4x8xf32>
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  %sine = math.sin %x : tensor<4x8xf32>
  // CHECK: [[@LINE-1]]:{{[0-9]+}}: remark: {{.*}}no threshold: the packed value is not a function of the sum and of constants of its channel
  %y = arith.subf %sine, %five : tensor<4x8xf32>
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}

// The distance to the next even number below, and so on: 32 switches.
func.func @many_switches(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  %four = arith.constant dense<4.0> : tensor<4x8xf32>
  %half = arith.constant dense<0.5> : tensor<4x8xf32>
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<8x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x8xi32>
  %x = arith.sitofp %acc : tensor<4x8xi32> to tensor<4x8xf32>
  %quarter = arith.divf %x, %four : tensor<4x8xf32>
  %floor = math.floor %quarter : tensor<4x8xf32>
  %rest = arith.subf %quarter, %floor : tensor<4x8xf32>
  %y = arith.subf %rest, %half : tensor<4x8xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}no threshold: the bit switches too often, or at unknown sums, in channel 0
  %p = quant_bnn.pack %y : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}

func.func @channels(%a: tensor<4x64xi1, #quant_bnn.packed<i32>>, %b: tensor<?x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x?xi1, #quant_bnn.packed<i8>> {
  %acc = quant_bnn.xnor_matmul %a, %b : (tensor<4x64xi1, #quant_bnn.packed<i32>>, tensor<?x64xi1, #quant_bnn.packed<i32>>) -> tensor<4x?xi32>
  %x = arith.sitofp %acc : tensor<4x?xi32> to tensor<4x?xf32>
  // CHECK: [[@LINE+1]]:{{[0-9]+}}: remark: {{.*}}no threshold: the number of channels is not known
  %p = quant_bnn.pack %x : tensor<4x?xf32> to tensor<4x?xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x?xi1, #quant_bnn.packed<i8>>
}

// Nothing is summed here, so nothing is said.
func.func @floats(%x: tensor<4x8xf32>) -> tensor<4x8xi1, #quant_bnn.packed<i8>> {
  // CHECK-NOT: remark
  %p = quant_bnn.pack %x : tensor<4x8xf32> to tensor<4x8xi1, #quant_bnn.packed<i8>>
  return %p : tensor<4x8xi1, #quant_bnn.packed<i8>>
}
