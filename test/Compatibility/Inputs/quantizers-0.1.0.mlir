module {
  func.func @f16(%arg0: f16, %arg1: f16, %arg2: f16, %arg3: f16) {
    %0 = quant_bnn.identity %arg0 : f16
    %1 = quant_bnn.straight_through %arg1 for %arg0 : f16
    %2 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : f16
    %3 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : f16
    %4 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : f16
    %5 = quant_bnn.qactivation %arg0 quantizer = "identity" : f16
    %6 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : f16
    %7 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : f16
    %8 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : f16
    %9 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : f16
    %10 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : f16
    %11 = quant_bnn.sign %arg0 : f16
    %12 = quant_bnn.sign %arg0 zero = negative : f16
    %13 = quant_bnn.sign %arg0 nan = negative : f16
    %14 = quant_bnn.sign %arg0 nan = propagate : f16
    %15 = quant_bnn.sign %arg0 zero = negative nan = propagate : f16
    %16 = quant_bnn.sign %arg0 zero = zero : f16
    %17 = quant_bnn.sign %arg0 zero = zero nan = negative : f16
    %18 = quant_bnn.sign %arg0 zero = zero nan = propagate : f16
    %19 = quant_bnn.sign %arg0 zero = zero nan = zero : f16
    %20 = quant_bnn.sign %arg0 clip = 1.000000e+00 : f16
    %21 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : f16
    %22 = quant_bnn.approx_sign %arg0 : f16
    %23 = quant_bnn.approx_sign %arg0 zero = negative : f16
    %24 = quant_bnn.approx_sign %arg0 nan = negative : f16
    %25 = quant_bnn.approx_sign %arg0 nan = propagate : f16
    %26 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : f16
    %27 = quant_bnn.approx_sign %arg0 zero = zero : f16
    %28 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : f16
    %29 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : f16
    %30 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : f16
    %31 = quant_bnn.swish_sign %arg0 : f16
    %32 = quant_bnn.swish_sign %arg0 zero = negative : f16
    %33 = quant_bnn.swish_sign %arg0 nan = negative : f16
    %34 = quant_bnn.swish_sign %arg0 nan = propagate : f16
    %35 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : f16
    %36 = quant_bnn.swish_sign %arg0 zero = zero : f16
    %37 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : f16
    %38 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : f16
    %39 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : f16
    %40 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : f16
    %41 = quant_bnn.ste_heaviside %arg0 : f16
    %42 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : f16
    %43 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : f16
    %44 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : f16
    %45 = quant_bnn.input_dorefa %arg0 bits = 1 : f16
    %46 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : f16
    %47 = quant_bnn.identity_grad %arg2 : f16
    %48 = quant_bnn.straight_through_grad %arg0, %arg2 : f16
    %49 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : f16
    %50 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : f16
    %51 = quant_bnn.sign_grad %arg0, %arg2 : f16
    %52 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : f16
    %53 = quant_bnn.approx_sign_grad %arg0, %arg2 : f16
    %54 = quant_bnn.swish_sign_grad %arg0, %arg2 : f16
    %55 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : f16
    %56 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : f16
    %57 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : f16
    %58 = quant_bnn.input_dorefa_grad %arg0, %arg2 : f16
    %59 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : f16
    %60 = quant_bnn.dequantize %arg0, %arg3 : f16
    %61 = quant_bnn.min_max_grad %arg3, %arg2 : f16
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : f16
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : f16
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : f16
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : f16
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : f16
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : f16
    return
  }
  func.func @vector_8xf16(%arg0: vector<8xf16>, %arg1: vector<8xf16>, %arg2: vector<8xf16>, %arg3: f16) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 : vector<8xf16>
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : vector<8xf16>
    %2 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : vector<8xf16>
    %3 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : vector<8xf16>
    %4 = quant_bnn.sign %arg0 nan = negative : vector<8xf16>
    %5 = quant_bnn.sign %arg0 zero = zero : vector<8xf16>
    %6 = quant_bnn.sign %arg0 zero = zero nan = zero : vector<8xf16>
    %7 = quant_bnn.approx_sign %arg0 : vector<8xf16>
    %8 = quant_bnn.approx_sign %arg0 nan = propagate : vector<8xf16>
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : vector<8xf16>
    %10 = quant_bnn.swish_sign %arg0 : vector<8xf16>
    %11 = quant_bnn.swish_sign %arg0 nan = propagate : vector<8xf16>
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : vector<8xf16>
    %13 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : vector<8xf16>
    %14 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : vector<8xf16>
    %15 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : vector<8xf16>
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : vector<8xf16>
    %17 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : vector<8xf16>
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : vector<8xf16>
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 : vector<8xf16>
    %20 = quant_bnn.dequantize %arg0, %arg3 : vector<8xf16>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : vector<8xf16>
    %22 = quant_bnn.dequantize %arg0, %arg0 : vector<8xf16>, vector<8xf16>
    %23 = quant_bnn.min_max_grad %arg0, %arg2 : vector<8xf16>, vector<8xf16>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : vector<8xf16>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : vector<8xf16>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : vector<8xf16>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : vector<8xf16>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : vector<8xf16>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : vector<8xf16>
    return
  }
  func.func @tensor_0xf16(%arg0: tensor<0xf16>, %arg1: tensor<0xf16>, %arg2: tensor<0xf16>, %arg3: f16) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : tensor<0xf16>
    %1 = quant_bnn.qactivation %arg0 quantizer = "identity" : tensor<0xf16>
    %2 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : tensor<0xf16>
    %3 = quant_bnn.sign %arg0 : tensor<0xf16>
    %4 = quant_bnn.sign %arg0 nan = propagate : tensor<0xf16>
    %5 = quant_bnn.sign %arg0 zero = zero nan = negative : tensor<0xf16>
    %6 = quant_bnn.sign %arg0 clip = 1.000000e+00 : tensor<0xf16>
    %7 = quant_bnn.approx_sign %arg0 zero = negative : tensor<0xf16>
    %8 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : tensor<0xf16>
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : tensor<0xf16>
    %10 = quant_bnn.swish_sign %arg0 zero = negative : tensor<0xf16>
    %11 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : tensor<0xf16>
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : tensor<0xf16>
    %13 = quant_bnn.ste_heaviside %arg0 : tensor<0xf16>
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : tensor<0xf16>
    %15 = quant_bnn.identity_grad %arg2 : tensor<0xf16>
    %16 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : tensor<0xf16>
    %17 = quant_bnn.approx_sign_grad %arg0, %arg2 : tensor<0xf16>
    %18 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : tensor<0xf16>
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : tensor<0xf16>
    %20 = quant_bnn.dequantize %arg0, %arg3 : tensor<0xf16>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<0xf16>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<0xf16>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<0xf16>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<0xf16>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<0xf16>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<0xf16>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<0xf16>
    %22 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<0xf16>
    %23 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<0xf16>
    %24 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<0xf16>
    %25 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<0xf16>
    %26 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<0xf16>
    %27 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<0xf16>
    %28 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<0xf16>
    %29 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<0xf16>
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<0xf16>
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<0xf16>
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<0xf16>
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<0xf16>
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<0xf16>
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<0xf16>
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<0xf16>
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<0xf16>
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<0xf16>
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<0xf16>
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<0xf16>
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<0xf16>
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<0xf16>
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<0xf16>
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<0xf16>
    return
  }
  func.func @bf16(%arg0: bf16, %arg1: bf16, %arg2: bf16, %arg3: bf16) {
    %0 = quant_bnn.identity %arg0 : bf16
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : bf16
    %2 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : bf16
    %3 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : bf16
    %4 = quant_bnn.sign %arg0 zero = negative : bf16
    %5 = quant_bnn.sign %arg0 zero = negative nan = propagate : bf16
    %6 = quant_bnn.sign %arg0 zero = zero nan = propagate : bf16
    %7 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : bf16
    %8 = quant_bnn.approx_sign %arg0 nan = negative : bf16
    %9 = quant_bnn.approx_sign %arg0 zero = zero : bf16
    %10 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : bf16
    %11 = quant_bnn.swish_sign %arg0 nan = negative : bf16
    %12 = quant_bnn.swish_sign %arg0 zero = zero : bf16
    %13 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : bf16
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : bf16
    %15 = quant_bnn.input_dorefa %arg0 bits = 1 : bf16
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 : bf16
    %17 = quant_bnn.sign_grad %arg0, %arg2 : bf16
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 : bf16
    %19 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : bf16
    %20 = quant_bnn.dequantize %arg0, %arg3 : bf16
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : bf16
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : bf16
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : bf16
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : bf16
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : bf16
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : bf16
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : bf16
    return
  }
  func.func @vector_s4xbf16(%arg0: vector<[4]xbf16>, %arg1: vector<[4]xbf16>, %arg2: vector<[4]xbf16>, %arg3: bf16) {
    %0 = quant_bnn.identity %arg0 : vector<[4]xbf16>
    %1 = quant_bnn.straight_through %arg1 for %arg0 : vector<[4]xbf16>
    %2 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : vector<[4]xbf16>
    %3 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : vector<[4]xbf16>
    %4 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : vector<[4]xbf16>
    %5 = quant_bnn.qactivation %arg0 quantizer = "identity" : vector<[4]xbf16>
    %6 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : vector<[4]xbf16>
    %7 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : vector<[4]xbf16>
    %8 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : vector<[4]xbf16>
    %9 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : vector<[4]xbf16>
    %10 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : vector<[4]xbf16>
    %11 = quant_bnn.sign %arg0 : vector<[4]xbf16>
    %12 = quant_bnn.sign %arg0 zero = negative : vector<[4]xbf16>
    %13 = quant_bnn.sign %arg0 nan = negative : vector<[4]xbf16>
    %14 = quant_bnn.sign %arg0 nan = propagate : vector<[4]xbf16>
    %15 = quant_bnn.sign %arg0 zero = negative nan = propagate : vector<[4]xbf16>
    %16 = quant_bnn.sign %arg0 zero = zero : vector<[4]xbf16>
    %17 = quant_bnn.sign %arg0 zero = zero nan = negative : vector<[4]xbf16>
    %18 = quant_bnn.sign %arg0 zero = zero nan = propagate : vector<[4]xbf16>
    %19 = quant_bnn.sign %arg0 zero = zero nan = zero : vector<[4]xbf16>
    %20 = quant_bnn.sign %arg0 clip = 1.000000e+00 : vector<[4]xbf16>
    %21 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : vector<[4]xbf16>
    %22 = quant_bnn.approx_sign %arg0 : vector<[4]xbf16>
    %23 = quant_bnn.approx_sign %arg0 zero = negative : vector<[4]xbf16>
    %24 = quant_bnn.approx_sign %arg0 nan = negative : vector<[4]xbf16>
    %25 = quant_bnn.approx_sign %arg0 nan = propagate : vector<[4]xbf16>
    %26 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : vector<[4]xbf16>
    %27 = quant_bnn.approx_sign %arg0 zero = zero : vector<[4]xbf16>
    %28 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : vector<[4]xbf16>
    %29 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : vector<[4]xbf16>
    %30 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : vector<[4]xbf16>
    %31 = quant_bnn.swish_sign %arg0 : vector<[4]xbf16>
    %32 = quant_bnn.swish_sign %arg0 zero = negative : vector<[4]xbf16>
    %33 = quant_bnn.swish_sign %arg0 nan = negative : vector<[4]xbf16>
    %34 = quant_bnn.swish_sign %arg0 nan = propagate : vector<[4]xbf16>
    %35 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : vector<[4]xbf16>
    %36 = quant_bnn.swish_sign %arg0 zero = zero : vector<[4]xbf16>
    %37 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : vector<[4]xbf16>
    %38 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : vector<[4]xbf16>
    %39 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : vector<[4]xbf16>
    %40 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : vector<[4]xbf16>
    %41 = quant_bnn.ste_heaviside %arg0 : vector<[4]xbf16>
    %42 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : vector<[4]xbf16>
    %43 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : vector<[4]xbf16>
    %44 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : vector<[4]xbf16>
    %45 = quant_bnn.input_dorefa %arg0 bits = 1 : vector<[4]xbf16>
    %46 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : vector<[4]xbf16>
    %47 = quant_bnn.identity_grad %arg2 : vector<[4]xbf16>
    %48 = quant_bnn.straight_through_grad %arg0, %arg2 : vector<[4]xbf16>
    %49 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : vector<[4]xbf16>
    %50 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : vector<[4]xbf16>
    %51 = quant_bnn.sign_grad %arg0, %arg2 : vector<[4]xbf16>
    %52 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : vector<[4]xbf16>
    %53 = quant_bnn.approx_sign_grad %arg0, %arg2 : vector<[4]xbf16>
    %54 = quant_bnn.swish_sign_grad %arg0, %arg2 : vector<[4]xbf16>
    %55 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : vector<[4]xbf16>
    %56 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : vector<[4]xbf16>
    %57 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : vector<[4]xbf16>
    %58 = quant_bnn.input_dorefa_grad %arg0, %arg2 : vector<[4]xbf16>
    %59 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : vector<[4]xbf16>
    %60 = quant_bnn.dequantize %arg0, %arg3 : vector<[4]xbf16>
    %61 = quant_bnn.min_max_grad %arg3, %arg2 : vector<[4]xbf16>
    %62 = quant_bnn.dequantize %arg0, %arg0 : vector<[4]xbf16>, vector<[4]xbf16>
    %63 = quant_bnn.min_max_grad %arg0, %arg2 : vector<[4]xbf16>, vector<[4]xbf16>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : vector<[4]xbf16>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : vector<[4]xbf16>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : vector<[4]xbf16>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : vector<[4]xbf16>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : vector<[4]xbf16>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : vector<[4]xbf16>
    return
  }
  func.func @tensor_4xnxbf16(%arg0: tensor<4x?xbf16>, %arg1: tensor<4x?xbf16>, %arg2: tensor<4x?xbf16>, %arg3: bf16) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : tensor<4x?xbf16>
    %1 = quant_bnn.qactivation %arg0 quantizer = "identity" : tensor<4x?xbf16>
    %2 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : tensor<4x?xbf16>
    %3 = quant_bnn.sign %arg0 : tensor<4x?xbf16>
    %4 = quant_bnn.sign %arg0 nan = propagate : tensor<4x?xbf16>
    %5 = quant_bnn.sign %arg0 zero = zero nan = negative : tensor<4x?xbf16>
    %6 = quant_bnn.sign %arg0 clip = 1.000000e+00 : tensor<4x?xbf16>
    %7 = quant_bnn.approx_sign %arg0 zero = negative : tensor<4x?xbf16>
    %8 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : tensor<4x?xbf16>
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : tensor<4x?xbf16>
    %10 = quant_bnn.swish_sign %arg0 zero = negative : tensor<4x?xbf16>
    %11 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : tensor<4x?xbf16>
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : tensor<4x?xbf16>
    %13 = quant_bnn.ste_heaviside %arg0 : tensor<4x?xbf16>
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : tensor<4x?xbf16>
    %15 = quant_bnn.identity_grad %arg2 : tensor<4x?xbf16>
    %16 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : tensor<4x?xbf16>
    %17 = quant_bnn.approx_sign_grad %arg0, %arg2 : tensor<4x?xbf16>
    %18 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : tensor<4x?xbf16>
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : tensor<4x?xbf16>
    %20 = quant_bnn.dequantize %arg0, %arg3 : tensor<4x?xbf16>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<4x?xbf16>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<4x?xbf16>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<4x?xbf16>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<4x?xbf16>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<4x?xbf16>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<4x?xbf16>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<4x?xbf16>
    %22 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<4x?xbf16>
    %23 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<4x?xbf16>
    %24 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<4x?xbf16>
    %25 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<4x?xbf16>
    %26 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<4x?xbf16>
    %27 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<4x?xbf16>
    %28 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<4x?xbf16>
    %29 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<4x?xbf16>
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<4x?xbf16>
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<4x?xbf16>
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<4x?xbf16>
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<4x?xbf16>
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<4x?xbf16>
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<4x?xbf16>
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<4x?xbf16>
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<4x?xbf16>
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<4x?xbf16>
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<4x?xbf16>
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<4x?xbf16>
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<4x?xbf16>
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<4x?xbf16>
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<4x?xbf16>
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<4x?xbf16>
    return
  }
  func.func @f32(%arg0: f32, %arg1: f32, %arg2: f32, %arg3: f32) {
    %0 = quant_bnn.identity %arg0 : f32
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : f32
    %2 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : f32
    %3 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : f32
    %4 = quant_bnn.sign %arg0 zero = negative : f32
    %5 = quant_bnn.sign %arg0 zero = negative nan = propagate : f32
    %6 = quant_bnn.sign %arg0 zero = zero nan = propagate : f32
    %7 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : f32
    %8 = quant_bnn.approx_sign %arg0 nan = negative : f32
    %9 = quant_bnn.approx_sign %arg0 zero = zero : f32
    %10 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : f32
    %11 = quant_bnn.swish_sign %arg0 nan = negative : f32
    %12 = quant_bnn.swish_sign %arg0 zero = zero : f32
    %13 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : f32
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : f32
    %15 = quant_bnn.input_dorefa %arg0 bits = 1 : f32
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 : f32
    %17 = quant_bnn.sign_grad %arg0, %arg2 : f32
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 : f32
    %19 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : f32
    %20 = quant_bnn.dequantize %arg0, %arg3 : f32
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : f32
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : f32
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : f32
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : f32
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : f32
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : f32
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : f32
    return
  }
  func.func @vector_2xs4xf32(%arg0: vector<2x[4]xf32>, %arg1: vector<2x[4]xf32>, %arg2: vector<2x[4]xf32>, %arg3: f32) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 : vector<2x[4]xf32>
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : vector<2x[4]xf32>
    %2 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : vector<2x[4]xf32>
    %3 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : vector<2x[4]xf32>
    %4 = quant_bnn.sign %arg0 nan = negative : vector<2x[4]xf32>
    %5 = quant_bnn.sign %arg0 zero = zero : vector<2x[4]xf32>
    %6 = quant_bnn.sign %arg0 zero = zero nan = zero : vector<2x[4]xf32>
    %7 = quant_bnn.approx_sign %arg0 : vector<2x[4]xf32>
    %8 = quant_bnn.approx_sign %arg0 nan = propagate : vector<2x[4]xf32>
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : vector<2x[4]xf32>
    %10 = quant_bnn.swish_sign %arg0 : vector<2x[4]xf32>
    %11 = quant_bnn.swish_sign %arg0 nan = propagate : vector<2x[4]xf32>
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : vector<2x[4]xf32>
    %13 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : vector<2x[4]xf32>
    %14 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : vector<2x[4]xf32>
    %15 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : vector<2x[4]xf32>
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : vector<2x[4]xf32>
    %17 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : vector<2x[4]xf32>
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : vector<2x[4]xf32>
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 : vector<2x[4]xf32>
    %20 = quant_bnn.dequantize %arg0, %arg3 : vector<2x[4]xf32>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : vector<2x[4]xf32>
    %22 = quant_bnn.dequantize %arg0, %arg0 : vector<2x[4]xf32>, vector<2x[4]xf32>
    %23 = quant_bnn.min_max_grad %arg0, %arg2 : vector<2x[4]xf32>, vector<2x[4]xf32>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : vector<2x[4]xf32>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : vector<2x[4]xf32>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : vector<2x[4]xf32>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : vector<2x[4]xf32>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : vector<2x[4]xf32>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : vector<2x[4]xf32>
    return
  }
  func.func @tensor_nxf32(%arg0: tensor<?xf32>, %arg1: tensor<?xf32>, %arg2: tensor<?xf32>, %arg3: f32) {
    %0 = quant_bnn.identity %arg0 : tensor<?xf32>
    %1 = quant_bnn.straight_through %arg1 for %arg0 : tensor<?xf32>
    %2 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : tensor<?xf32>
    %3 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : tensor<?xf32>
    %4 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : tensor<?xf32>
    %5 = quant_bnn.qactivation %arg0 quantizer = "identity" : tensor<?xf32>
    %6 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : tensor<?xf32>
    %7 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : tensor<?xf32>
    %8 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : tensor<?xf32>
    %9 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : tensor<?xf32>
    %10 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : tensor<?xf32>
    %11 = quant_bnn.sign %arg0 : tensor<?xf32>
    %12 = quant_bnn.sign %arg0 zero = negative : tensor<?xf32>
    %13 = quant_bnn.sign %arg0 nan = negative : tensor<?xf32>
    %14 = quant_bnn.sign %arg0 nan = propagate : tensor<?xf32>
    %15 = quant_bnn.sign %arg0 zero = negative nan = propagate : tensor<?xf32>
    %16 = quant_bnn.sign %arg0 zero = zero : tensor<?xf32>
    %17 = quant_bnn.sign %arg0 zero = zero nan = negative : tensor<?xf32>
    %18 = quant_bnn.sign %arg0 zero = zero nan = propagate : tensor<?xf32>
    %19 = quant_bnn.sign %arg0 zero = zero nan = zero : tensor<?xf32>
    %20 = quant_bnn.sign %arg0 clip = 1.000000e+00 : tensor<?xf32>
    %21 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : tensor<?xf32>
    %22 = quant_bnn.approx_sign %arg0 : tensor<?xf32>
    %23 = quant_bnn.approx_sign %arg0 zero = negative : tensor<?xf32>
    %24 = quant_bnn.approx_sign %arg0 nan = negative : tensor<?xf32>
    %25 = quant_bnn.approx_sign %arg0 nan = propagate : tensor<?xf32>
    %26 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : tensor<?xf32>
    %27 = quant_bnn.approx_sign %arg0 zero = zero : tensor<?xf32>
    %28 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : tensor<?xf32>
    %29 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : tensor<?xf32>
    %30 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : tensor<?xf32>
    %31 = quant_bnn.swish_sign %arg0 : tensor<?xf32>
    %32 = quant_bnn.swish_sign %arg0 zero = negative : tensor<?xf32>
    %33 = quant_bnn.swish_sign %arg0 nan = negative : tensor<?xf32>
    %34 = quant_bnn.swish_sign %arg0 nan = propagate : tensor<?xf32>
    %35 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : tensor<?xf32>
    %36 = quant_bnn.swish_sign %arg0 zero = zero : tensor<?xf32>
    %37 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : tensor<?xf32>
    %38 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : tensor<?xf32>
    %39 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : tensor<?xf32>
    %40 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : tensor<?xf32>
    %41 = quant_bnn.ste_heaviside %arg0 : tensor<?xf32>
    %42 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : tensor<?xf32>
    %43 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : tensor<?xf32>
    %44 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : tensor<?xf32>
    %45 = quant_bnn.input_dorefa %arg0 bits = 1 : tensor<?xf32>
    %46 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : tensor<?xf32>
    %47 = quant_bnn.identity_grad %arg2 : tensor<?xf32>
    %48 = quant_bnn.straight_through_grad %arg0, %arg2 : tensor<?xf32>
    %49 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?xf32>
    %50 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : tensor<?xf32>
    %51 = quant_bnn.sign_grad %arg0, %arg2 : tensor<?xf32>
    %52 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?xf32>
    %53 = quant_bnn.approx_sign_grad %arg0, %arg2 : tensor<?xf32>
    %54 = quant_bnn.swish_sign_grad %arg0, %arg2 : tensor<?xf32>
    %55 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : tensor<?xf32>
    %56 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : tensor<?xf32>
    %57 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?xf32>
    %58 = quant_bnn.input_dorefa_grad %arg0, %arg2 : tensor<?xf32>
    %59 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : tensor<?xf32>
    %60 = quant_bnn.dequantize %arg0, %arg3 : tensor<?xf32>
    %61 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<?xf32>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<?xf32>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<?xf32>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<?xf32>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<?xf32>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<?xf32>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<?xf32>
    %62 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<?xf32>
    %63 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<?xf32>
    %64 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<?xf32>
    %65 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<?xf32>
    %66 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<?xf32>
    %67 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<?xf32>
    %68 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<?xf32>
    %69 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<?xf32>
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<?xf32>
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<?xf32>
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<?xf32>
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<?xf32>
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<?xf32>
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<?xf32>
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<?xf32>
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<?xf32>
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<?xf32>
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<?xf32>
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<?xf32>
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<?xf32>
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<?xf32>
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<?xf32>
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<?xf32>
    return
  }
  func.func @tensor_2x3xf32_blocked(%arg0: tensor<2x3xf32, "blocked">, %arg1: tensor<2x3xf32, "blocked">, %arg2: tensor<2x3xf32, "blocked">, %arg3: f32) {
    %0 = quant_bnn.identity %arg0 : tensor<2x3xf32, "blocked">
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : tensor<2x3xf32, "blocked">
    %2 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : tensor<2x3xf32, "blocked">
    %3 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : tensor<2x3xf32, "blocked">
    %4 = quant_bnn.sign %arg0 zero = negative : tensor<2x3xf32, "blocked">
    %5 = quant_bnn.sign %arg0 zero = negative nan = propagate : tensor<2x3xf32, "blocked">
    %6 = quant_bnn.sign %arg0 zero = zero nan = propagate : tensor<2x3xf32, "blocked">
    %7 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : tensor<2x3xf32, "blocked">
    %8 = quant_bnn.approx_sign %arg0 nan = negative : tensor<2x3xf32, "blocked">
    %9 = quant_bnn.approx_sign %arg0 zero = zero : tensor<2x3xf32, "blocked">
    %10 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : tensor<2x3xf32, "blocked">
    %11 = quant_bnn.swish_sign %arg0 nan = negative : tensor<2x3xf32, "blocked">
    %12 = quant_bnn.swish_sign %arg0 zero = zero : tensor<2x3xf32, "blocked">
    %13 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : tensor<2x3xf32, "blocked">
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : tensor<2x3xf32, "blocked">
    %15 = quant_bnn.input_dorefa %arg0 bits = 1 : tensor<2x3xf32, "blocked">
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 : tensor<2x3xf32, "blocked">
    %17 = quant_bnn.sign_grad %arg0, %arg2 : tensor<2x3xf32, "blocked">
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 : tensor<2x3xf32, "blocked">
    %19 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<2x3xf32, "blocked">
    %20 = quant_bnn.dequantize %arg0, %arg3 : tensor<2x3xf32, "blocked">
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<2x3xf32, "blocked">
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<2x3xf32, "blocked">
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<2x3xf32, "blocked">
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<2x3xf32, "blocked">
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<2x3xf32, "blocked">
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<2x3xf32, "blocked">
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<2x3xf32, "blocked">
    %22 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<2x3xf32, "blocked">
    %23 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<2x3xf32, "blocked">
    %24 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<2x3xf32, "blocked">
    %25 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<2x3xf32, "blocked">
    %26 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<2x3xf32, "blocked">
    %27 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<2x3xf32, "blocked">
    %28 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<2x3xf32, "blocked">
    %29 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<2x3xf32, "blocked">
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<2x3xf32, "blocked">
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<2x3xf32, "blocked">
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<2x3xf32, "blocked">
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<2x3xf32, "blocked">
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<2x3xf32, "blocked">
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<2x3xf32, "blocked">
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<2x3xf32, "blocked">
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<2x3xf32, "blocked">
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<2x3xf32, "blocked">
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<2x3xf32, "blocked">
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<2x3xf32, "blocked">
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<2x3xf32, "blocked">
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<2x3xf32, "blocked">
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<2x3xf32, "blocked">
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<2x3xf32, "blocked">
    return
  }
  func.func @f64(%arg0: f64, %arg1: f64, %arg2: f64, %arg3: f64) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 : f64
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : f64
    %2 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : f64
    %3 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : f64
    %4 = quant_bnn.sign %arg0 nan = negative : f64
    %5 = quant_bnn.sign %arg0 zero = zero : f64
    %6 = quant_bnn.sign %arg0 zero = zero nan = zero : f64
    %7 = quant_bnn.approx_sign %arg0 : f64
    %8 = quant_bnn.approx_sign %arg0 nan = propagate : f64
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : f64
    %10 = quant_bnn.swish_sign %arg0 : f64
    %11 = quant_bnn.swish_sign %arg0 nan = propagate : f64
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : f64
    %13 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : f64
    %14 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : f64
    %15 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : f64
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : f64
    %17 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : f64
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : f64
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 : f64
    %20 = quant_bnn.dequantize %arg0, %arg3 : f64
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : f64
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : f64
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : f64
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : f64
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : f64
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : f64
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : f64
    return
  }
  func.func @vector_f64(%arg0: vector<f64>, %arg1: vector<f64>, %arg2: vector<f64>, %arg3: f64) {
    %0 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : vector<f64>
    %1 = quant_bnn.qactivation %arg0 quantizer = "identity" : vector<f64>
    %2 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : vector<f64>
    %3 = quant_bnn.sign %arg0 : vector<f64>
    %4 = quant_bnn.sign %arg0 nan = propagate : vector<f64>
    %5 = quant_bnn.sign %arg0 zero = zero nan = negative : vector<f64>
    %6 = quant_bnn.sign %arg0 clip = 1.000000e+00 : vector<f64>
    %7 = quant_bnn.approx_sign %arg0 zero = negative : vector<f64>
    %8 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : vector<f64>
    %9 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : vector<f64>
    %10 = quant_bnn.swish_sign %arg0 zero = negative : vector<f64>
    %11 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : vector<f64>
    %12 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : vector<f64>
    %13 = quant_bnn.ste_heaviside %arg0 : vector<f64>
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : vector<f64>
    %15 = quant_bnn.identity_grad %arg2 : vector<f64>
    %16 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : vector<f64>
    %17 = quant_bnn.approx_sign_grad %arg0, %arg2 : vector<f64>
    %18 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : vector<f64>
    %19 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : vector<f64>
    %20 = quant_bnn.dequantize %arg0, %arg3 : vector<f64>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : vector<f64>
    %22 = quant_bnn.dequantize %arg0, %arg0 : vector<f64>, vector<f64>
    %23 = quant_bnn.min_max_grad %arg0, %arg2 : vector<f64>, vector<f64>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : vector<f64>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : vector<f64>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : vector<f64>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : vector<f64>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : vector<f64>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : vector<f64>
    return
  }
  func.func @tensor_f64(%arg0: tensor<f64>, %arg1: tensor<f64>, %arg2: tensor<f64>, %arg3: f64) {
    %0 = quant_bnn.identity %arg0 : tensor<f64>
    %1 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : tensor<f64>
    %2 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : tensor<f64>
    %3 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : tensor<f64>
    %4 = quant_bnn.sign %arg0 zero = negative : tensor<f64>
    %5 = quant_bnn.sign %arg0 zero = negative nan = propagate : tensor<f64>
    %6 = quant_bnn.sign %arg0 zero = zero nan = propagate : tensor<f64>
    %7 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : tensor<f64>
    %8 = quant_bnn.approx_sign %arg0 nan = negative : tensor<f64>
    %9 = quant_bnn.approx_sign %arg0 zero = zero : tensor<f64>
    %10 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : tensor<f64>
    %11 = quant_bnn.swish_sign %arg0 nan = negative : tensor<f64>
    %12 = quant_bnn.swish_sign %arg0 zero = zero : tensor<f64>
    %13 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : tensor<f64>
    %14 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : tensor<f64>
    %15 = quant_bnn.input_dorefa %arg0 bits = 1 : tensor<f64>
    %16 = quant_bnn.straight_through_grad %arg0, %arg2 : tensor<f64>
    %17 = quant_bnn.sign_grad %arg0, %arg2 : tensor<f64>
    %18 = quant_bnn.swish_sign_grad %arg0, %arg2 : tensor<f64>
    %19 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<f64>
    %20 = quant_bnn.dequantize %arg0, %arg3 : tensor<f64>
    %21 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<f64>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<f64>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<f64>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<f64>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<f64>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<f64>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<f64>
    %22 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<f64>
    %23 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<f64>
    %24 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<f64>
    %25 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<f64>
    %26 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<f64>
    %27 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<f64>
    %28 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<f64>
    %29 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<f64>
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<f64>
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<f64>
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<f64>
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<f64>
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<f64>
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<f64>
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<f64>
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<f64>
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<f64>
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<f64>
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<f64>
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<f64>
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<f64>
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<f64>
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<f64>
    return
  }
  func.func @tensor_nxnxnxf64(%arg0: tensor<?x?x?xf64>, %arg1: tensor<?x?x?xf64>, %arg2: tensor<?x?x?xf64>, %arg3: f64) {
    %0 = quant_bnn.identity %arg0 : tensor<?x?x?xf64>
    %1 = quant_bnn.straight_through %arg1 for %arg0 : tensor<?x?x?xf64>
    %2 = quant_bnn.straight_through %arg1 for %arg0 clip = 5.000000e-01 : tensor<?x?x?xf64>
    %3 = quant_bnn.gradient_cancellation %arg0 threshold = 1.000000e+00 : tensor<?x?x?xf64>
    %4 = quant_bnn.gradient_cancellation %arg0 threshold = 0x7FF0000000000000 : tensor<?x?x?xf64>
    %5 = quant_bnn.qactivation %arg0 quantizer = "identity" : tensor<?x?x?xf64>
    %6 = quant_bnn.qactivation %arg0 quantizer = "sign" threshold = 1.000000e+00 : tensor<?x?x?xf64>
    %7 = quant_bnn.qactivation %arg0 quantizer = "approx_sign" : tensor<?x?x?xf64>
    %8 = quant_bnn.qactivation %arg0 quantizer = "swish_sign" threshold = 0.000000e+00 beta = 4.000000e+00 : tensor<?x?x?xf64>
    %9 = quant_bnn.qactivation %arg0 quantizer = "ste_heaviside" : tensor<?x?x?xf64>
    %10 = quant_bnn.qactivation %arg0 quantizer = "input_dorefa" threshold = 1.000000e+00 bits = 2 : tensor<?x?x?xf64>
    %11 = quant_bnn.sign %arg0 : tensor<?x?x?xf64>
    %12 = quant_bnn.sign %arg0 zero = negative : tensor<?x?x?xf64>
    %13 = quant_bnn.sign %arg0 nan = negative : tensor<?x?x?xf64>
    %14 = quant_bnn.sign %arg0 nan = propagate : tensor<?x?x?xf64>
    %15 = quant_bnn.sign %arg0 zero = negative nan = propagate : tensor<?x?x?xf64>
    %16 = quant_bnn.sign %arg0 zero = zero : tensor<?x?x?xf64>
    %17 = quant_bnn.sign %arg0 zero = zero nan = negative : tensor<?x?x?xf64>
    %18 = quant_bnn.sign %arg0 zero = zero nan = propagate : tensor<?x?x?xf64>
    %19 = quant_bnn.sign %arg0 zero = zero nan = zero : tensor<?x?x?xf64>
    %20 = quant_bnn.sign %arg0 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %21 = quant_bnn.sign %arg0 clip = 0x7FF0000000000000 zero = zero nan = zero : tensor<?x?x?xf64>
    %22 = quant_bnn.approx_sign %arg0 : tensor<?x?x?xf64>
    %23 = quant_bnn.approx_sign %arg0 zero = negative : tensor<?x?x?xf64>
    %24 = quant_bnn.approx_sign %arg0 nan = negative : tensor<?x?x?xf64>
    %25 = quant_bnn.approx_sign %arg0 nan = propagate : tensor<?x?x?xf64>
    %26 = quant_bnn.approx_sign %arg0 zero = negative nan = propagate : tensor<?x?x?xf64>
    %27 = quant_bnn.approx_sign %arg0 zero = zero : tensor<?x?x?xf64>
    %28 = quant_bnn.approx_sign %arg0 zero = zero nan = negative : tensor<?x?x?xf64>
    %29 = quant_bnn.approx_sign %arg0 zero = zero nan = propagate : tensor<?x?x?xf64>
    %30 = quant_bnn.approx_sign %arg0 zero = zero nan = zero : tensor<?x?x?xf64>
    %31 = quant_bnn.swish_sign %arg0 : tensor<?x?x?xf64>
    %32 = quant_bnn.swish_sign %arg0 zero = negative : tensor<?x?x?xf64>
    %33 = quant_bnn.swish_sign %arg0 nan = negative : tensor<?x?x?xf64>
    %34 = quant_bnn.swish_sign %arg0 nan = propagate : tensor<?x?x?xf64>
    %35 = quant_bnn.swish_sign %arg0 zero = negative nan = propagate : tensor<?x?x?xf64>
    %36 = quant_bnn.swish_sign %arg0 zero = zero : tensor<?x?x?xf64>
    %37 = quant_bnn.swish_sign %arg0 zero = zero nan = negative : tensor<?x?x?xf64>
    %38 = quant_bnn.swish_sign %arg0 zero = zero nan = propagate : tensor<?x?x?xf64>
    %39 = quant_bnn.swish_sign %arg0 zero = zero nan = zero : tensor<?x?x?xf64>
    %40 = quant_bnn.swish_sign %arg0 beta = 1.000000e-01 zero = zero nan = propagate : tensor<?x?x?xf64>
    %41 = quant_bnn.ste_heaviside %arg0 : tensor<?x?x?xf64>
    %42 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 : tensor<?x?x?xf64>
    %43 = quant_bnn.ste_heaviside %arg0 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %44 = quant_bnn.ste_heaviside %arg0 low = -1.000000e+00 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %45 = quant_bnn.input_dorefa %arg0 bits = 1 : tensor<?x?x?xf64>
    %46 = quant_bnn.input_dorefa %arg0 bits = 8 grad = window : tensor<?x?x?xf64>
    %47 = quant_bnn.identity_grad %arg2 : tensor<?x?x?xf64>
    %48 = quant_bnn.straight_through_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %49 = quant_bnn.straight_through_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %50 = quant_bnn.gradient_cancellation_grad %arg0, %arg2 threshold = 1.000000e+00 : tensor<?x?x?xf64>
    %51 = quant_bnn.sign_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %52 = quant_bnn.sign_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %53 = quant_bnn.approx_sign_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %54 = quant_bnn.swish_sign_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %55 = quant_bnn.swish_sign_grad %arg0, %arg2 beta = 4.000000e+00 : tensor<?x?x?xf64>
    %56 = quant_bnn.ste_heaviside_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %57 = quant_bnn.ste_heaviside_grad %arg0, %arg2 clip = 1.000000e+00 : tensor<?x?x?xf64>
    %58 = quant_bnn.input_dorefa_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %59 = quant_bnn.input_dorefa_grad %arg0, %arg2 grad = window : tensor<?x?x?xf64>
    %60 = quant_bnn.dequantize %arg0, %arg3 : tensor<?x?x?xf64>
    %61 = quant_bnn.min_max_grad %arg3, %arg2 : tensor<?x?x?xf64>
    %q, %s = quant_bnn.pact %arg0, %arg3 bits = 8 : tensor<?x?x?xf64>
    %q_0, %s_1 = quant_bnn.pact %arg0, %arg3 bits = 1 mode = unsigned : tensor<?x?x?xf64>
    %q_2, %s_3 = quant_bnn.pact %arg0, %arg3 bits = 4 mode = unsigned form = value : tensor<?x?x?xf64>
    %q_4, %s_5 = quant_bnn.pact %arg0, %arg3 bits = 2 form = value unrounded : tensor<?x?x?xf64>
    %q_6, %s_7 = quant_bnn.pact %arg0, %arg3 bits = 8 grad = compat : tensor<?x?x?xf64>
    %q_8, %s_9 = quant_bnn.pact %arg0, %arg3 bits = 8 mode = unsigned grad = compat unrounded : tensor<?x?x?xf64>
    %62 = quant_bnn.qactivation %arg0 quantizer = "weight_dorefa" bits = 2 : tensor<?x?x?xf64>
    %63 = quant_bnn.weight_dorefa %arg0 bits = 1 : tensor<?x?x?xf64>
    %64 = quant_bnn.weight_dorefa %arg0 bits = 8 grad = tanh : tensor<?x?x?xf64>
    %65 = quant_bnn.weight_dorefa %arg0 bits = 2 grad = zero : tensor<?x?x?xf64>
    %66 = quant_bnn.weight_dorefa_grad %arg0, %arg2 : tensor<?x?x?xf64>
    %67 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = tanh : tensor<?x?x?xf64>
    %68 = quant_bnn.weight_dorefa_grad %arg0, %arg2 max %arg3 grad = tanh : tensor<?x?x?xf64>
    %69 = quant_bnn.weight_dorefa_grad %arg0, %arg2 grad = zero : tensor<?x?x?xf64>
    %q_10, %s_11 = quant_bnn.min_max %arg0 bits = 8 : tensor<?x?x?xf64>
    %q_12, %s_13 = quant_bnn.min_max %arg0 bits = 2 unrounded : tensor<?x?x?xf64>
    %dx, %dalpha = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 : tensor<?x?x?xf64>
    %dx_14, %dalpha_15 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 : tensor<?x?x?xf64>
    %dx_16, %dalpha_17 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 1 mode = unsigned : tensor<?x?x?xf64>
    %dx_18, %dalpha_19 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 1 mode = unsigned : tensor<?x?x?xf64>
    %dx_20, %dalpha_21 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 4 mode = unsigned form = value : tensor<?x?x?xf64>
    %dx_22, %dalpha_23 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 4 mode = unsigned form = value : tensor<?x?x?xf64>
    %dx_24, %dalpha_25 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 2 form = value : tensor<?x?x?xf64>
    %dx_26, %dalpha_27 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 2 form = value : tensor<?x?x?xf64>
    %dx_28, %dalpha_29 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 grad = compat : tensor<?x?x?xf64>
    %dx_30, %dalpha_31 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 grad = compat : tensor<?x?x?xf64>
    %dx_32, %dalpha_33 = quant_bnn.pact_grad %arg0, %arg3, %arg2 bits = 8 mode = unsigned grad = compat : tensor<?x?x?xf64>
    %dx_34, %dalpha_35 = quant_bnn.pact_grad %arg0, %arg3, %arg2 scale_gradient %arg3 bits = 8 mode = unsigned grad = compat : tensor<?x?x?xf64>
    %dq, %ds = quant_bnn.dequantize_grad %arg0, %arg3, %arg2 : tensor<?x?x?xf64>
    return
  }
  func.func @layer_fwd(%arg0: tensor<?xf32>, %arg1: tensor<?xf32> {quant_bnn.no_gradient}) -> (tensor<?xf32>, tensor<?xf32>, f32 {quant_bnn.no_gradient}) attributes {quant_bnn.backward = @layer_bwd, quant_bnn.residuals = array<i64: 1>} {
    %cst = arith.constant 0.000000e+00 : f32
    %0 = quant_bnn.sign %arg0 clip = 1.000000e+00 : tensor<?xf32>
    return %0, %arg0, %cst : tensor<?xf32>, tensor<?xf32>, f32
  }
  func.func @layer_bwd(%arg0: tensor<?xf32>, %arg1: tensor<?xf32>) -> tensor<?xf32> {
    %0 = quant_bnn.sign_grad %arg0, %arg1 clip = 1.000000e+00 : tensor<?xf32>
    return %0 : tensor<?xf32>
  }
}

