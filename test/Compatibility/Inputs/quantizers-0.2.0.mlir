module {
  func.func @f16(%arg0: f16, %arg1: f16) {
    %0 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 : f16
    %1 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = negative : f16
    %2 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = propagate : f16
    %3 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative : f16
    %4 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = negative : f16
    %5 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = propagate : f16
    %6 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero : f16
    %7 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = negative : f16
    %8 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = propagate : f16
    %9 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = zero : f16
    %10 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e+01>, %arg0, %arg1 : f16
    %11 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 : f16
    %12 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = negative : f16
    %13 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = propagate : f16
    %14 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative : f16
    %15 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = negative : f16
    %16 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = propagate : f16
    %17 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero : f16
    %18 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = negative : f16
    %19 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = propagate : f16
    %20 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = zero : f16
    %21 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e-01>, %arg0, %arg1 : f16
    return
  }
  func.func @vector_s4xbf16(%arg0: vector<[4]xbf16>, %arg1: vector<[4]xbf16>) {
    %0 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 : vector<[4]xbf16>
    %1 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = negative : vector<[4]xbf16>
    %2 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = propagate : vector<[4]xbf16>
    %3 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative : vector<[4]xbf16>
    %4 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = negative : vector<[4]xbf16>
    %5 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = propagate : vector<[4]xbf16>
    %6 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero : vector<[4]xbf16>
    %7 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = negative : vector<[4]xbf16>
    %8 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = propagate : vector<[4]xbf16>
    %9 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = zero : vector<[4]xbf16>
    %10 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e+01>, %arg0, %arg1 : vector<[4]xbf16>
    %11 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 : vector<[4]xbf16>
    %12 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = negative : vector<[4]xbf16>
    %13 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = propagate : vector<[4]xbf16>
    %14 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative : vector<[4]xbf16>
    %15 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = negative : vector<[4]xbf16>
    %16 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = propagate : vector<[4]xbf16>
    %17 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero : vector<[4]xbf16>
    %18 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = negative : vector<[4]xbf16>
    %19 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = propagate : vector<[4]xbf16>
    %20 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = zero : vector<[4]xbf16>
    %21 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e-01>, %arg0, %arg1 : vector<[4]xbf16>
    return
  }
  func.func @tensor_nxf32(%arg0: tensor<?xf32>, %arg1: tensor<?xf32>) {
    %0 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 : tensor<?xf32>
    %1 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = negative : tensor<?xf32>
    %2 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = propagate : tensor<?xf32>
    %3 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative : tensor<?xf32>
    %4 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = negative : tensor<?xf32>
    %5 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = propagate : tensor<?xf32>
    %6 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero : tensor<?xf32>
    %7 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = negative : tensor<?xf32>
    %8 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = propagate : tensor<?xf32>
    %9 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = zero : tensor<?xf32>
    %10 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e+01>, %arg0, %arg1 : tensor<?xf32>
    %11 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 : tensor<?xf32>
    %12 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = negative : tensor<?xf32>
    %13 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = propagate : tensor<?xf32>
    %14 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative : tensor<?xf32>
    %15 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = negative : tensor<?xf32>
    %16 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = propagate : tensor<?xf32>
    %17 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero : tensor<?xf32>
    %18 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = negative : tensor<?xf32>
    %19 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = propagate : tensor<?xf32>
    %20 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = zero : tensor<?xf32>
    %21 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e-01>, %arg0, %arg1 : tensor<?xf32>
    return
  }
  func.func @tensor_0xf64(%arg0: tensor<0xf64>, %arg1: tensor<0xf64>) {
    %0 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 : tensor<0xf64>
    %1 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = negative : tensor<0xf64>
    %2 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 nan = propagate : tensor<0xf64>
    %3 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative : tensor<0xf64>
    %4 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = negative : tensor<0xf64>
    %5 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = negative nan = propagate : tensor<0xf64>
    %6 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero : tensor<0xf64>
    %7 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = negative : tensor<0xf64>
    %8 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = propagate : tensor<0xf64>
    %9 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e+01>, %arg0 zero = zero nan = zero : tensor<0xf64>
    %10 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e+01>, %arg0, %arg1 : tensor<0xf64>
    %11 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 : tensor<0xf64>
    %12 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = negative : tensor<0xf64>
    %13 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 nan = propagate : tensor<0xf64>
    %14 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative : tensor<0xf64>
    %15 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = negative : tensor<0xf64>
    %16 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = negative nan = propagate : tensor<0xf64>
    %17 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero : tensor<0xf64>
    %18 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = negative : tensor<0xf64>
    %19 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = propagate : tensor<0xf64>
    %20 = quant_bnn.surrogate_sign #quant_bnn.ede<1.000000e-01>, %arg0 zero = zero nan = zero : tensor<0xf64>
    %21 = quant_bnn.surrogate_grad #quant_bnn.ede<1.000000e-01>, %arg0, %arg1 : tensor<0xf64>
    return
  }
}

