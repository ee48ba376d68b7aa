// The values of softmax, gather, clampf and fpowi, which no later step lowers.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/g.npy i32 [2,1] 2 0
// RUN: %npy write %t/iota.npy f32 [2,3,2] iota
// RUN: bnn-runner %s --entry=gather_middle --arg=%t/iota.npy --arg=%t/g.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [2,2,2] 4 5 10 11  0 1 6 7
func.func @gather_middle(%x: tensor<2x?x2xf32>, %i: tensor<?x1xi32>) -> tensor<?x2x2xf32> {
  %0 = tensor.gather %x[%i] gather_dims([1]) : (tensor<2x?x2xf32>, tensor<?x1xi32>) -> tensor<?x2x2xf32>
  return %0 : tensor<?x2x2xf32>
}

// Coordinates of the dimensions 0 and 2, which are kept at size 1, in a batch of two dimensions.
// RUN: %npy write %t/g2.npy i64 [2,1,2] 1 0  0 1
// RUN: %npy write %t/h.npy f16 [2,3,2] iota
// RUN: bnn-runner %s --entry=gather_kept --arg=%t/h.npy --arg=%t/g2.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f16 [2,1,1,3,1] 6 8 10  1 3 5
func.func @gather_kept(%x: tensor<?x?x?xf16>, %i: tensor<2x?x2xindex>) -> tensor<2x?x1x?x1xf16> {
  %0 = tensor.gather %x[%i] gather_dims([0, 2]) : (tensor<?x?x?xf16>, tensor<2x?x2xindex>) -> tensor<2x?x1x?x1xf16>
  return %0 : tensor<2x?x1x?x1xf16>
}

// No batch: one element.
// RUN: %npy write %t/g3.npy i64 [2] 1 2
// RUN: %npy write %t/k.npy i32 [2,3] iota
// RUN: bnn-runner %s --entry=gather_one --arg=%t/k.npy --arg=%t/g3.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy i32 [] 5
func.func @gather_one(%x: tensor<2x3xi32>, %i: tensor<2xi64>) -> tensor<i32> {
  %0 = tensor.gather %x[%i] gather_dims([0, 1]) : (tensor<2x3xi32>, tensor<2xi64>) -> tensor<i32>
  return %0 : tensor<i32>
}

// Rows of equal elements, also where their sum of exponentials would overflow.
// RUN: %npy write %t/s.npy f32 [2,4] 1000 1000 1000 1000  -inf 3 -inf 3
// RUN: bnn-runner %s --entry=softmax --arg=%t/s.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [2,4] 0.25 0.25 0.25 0.25  0 0.5 0 0.5
func.func @softmax(%x: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c0 : tensor<?x?xf32>
  %n = tensor.dim %x, %c1 : tensor<?x?xf32>
  %e = tensor.empty(%m, %n) : tensor<?x?xf32>
  %0 = linalg.softmax dimension(1) ins(%x : tensor<?x?xf32>) outs(%e : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// A sum of 4096 ones in f16 would stay at 2048.
// RUN: %npy write %t/s16.npy f16 [4096,2] 0.5
// RUN: bnn-runner %s --entry=softmax_half --arg=%t/s16.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f16 [4096,2] 0.000244140625
func.func @softmax_half(%x: tensor<4096x2xf16>) -> tensor<4096x2xf16> {
  %e = tensor.empty() : tensor<4096x2xf16>
  %0 = linalg.softmax dimension(0) ins(%x : tensor<4096x2xf16>) outs(%e : tensor<4096x2xf16>) -> tensor<4096x2xf16>
  return %0 : tensor<4096x2xf16>
}

// RUN: %npy write %t/x.npy f32 [6] -1 0 0.5 1 2 nan
// RUN: %npy write %t/low.npy f32 [6] 0
// RUN: %npy write %t/high.npy f32 [6] 1
// RUN: bnn-runner %s --entry=clamp --arg=%t/x.npy --arg=%t/low.npy --arg=%t/high.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [6] 0 0 0.5 1 1 nan
// Bounds in the wrong order: the upper one holds.
// RUN: bnn-runner %s --entry=clamp --arg=%t/x.npy --arg=%t/high.npy --arg=%t/low.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [6] 0 0 0 0 0 nan
func.func @clamp(%x: tensor<?xf32>, %low: tensor<?xf32>, %high: tensor<?xf32>) -> tensor<?xf32> {
  %0 = math.clampf %x to [%low, %high] : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// 65537 is odd, and infinity in f16; -2147483648 has no negation.
// RUN: %npy write %t/b.npy f16 [10] 0 -2 -2 -0.0 -1 -1 nan inf 0.5 0.5
// RUN: %npy write %t/n.npy i32 [10] 0 3 -2 -1 65537 -2147483648 0 -3 -2147483648 2147483647
// RUN: bnn-runner %s --entry=power_half --arg=%t/b.npy --arg=%t/n.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f16 [10] 1 -8 0.25 -inf -1 1 1 0 inf 0
func.func @power_half(%x: tensor<?xf16>, %n: tensor<?xi32>) -> tensor<?xf16> {
  %0 = math.fpowi %x, %n : tensor<?xf16>, tensor<?xi32>
  return %0 : tensor<?xf16>
}

// 2^24 + 1 is odd, but not in f32; 2^-149 is the reciprocal of infinity.
// RUN: %npy write %t/b4.npy f32 [4] -1 2 -3 1.00000011920928955078125
// RUN: %npy write %t/n4.npy i64 [4] 16777217 -149 5 8388608
// RUN: bnn-runner %s --entry=power --arg=%t/b4.npy --arg=%t/n4.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f32 [4] -1 1.401298464324817e-45 -243 2.7182817
func.func @power(%x: tensor<4xf32>, %n: tensor<4xi64>) -> tensor<4xf32> {
  %0 = math.fpowi %x, %n : tensor<4xf32>, tensor<4xi64>
  return %0 : tensor<4xf32>
}

// Scalars.
// RUN: %npy write %t/b1.npy f64 [] -2
// RUN: %npy write %t/n1.npy index [] -3
// RUN: bnn-runner %s --entry=power_scalar --arg=%t/b1.npy --arg=%t/n1.npy --result=%t/y.npy
// RUN: %npy check %t/y.npy f64 [] -0.125
func.func @power_scalar(%x: f64, %n: index) -> f64 {
  %0 = math.fpowi %x, %n : f64, index
  return %0 : f64
}
