// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --split-input-file --verify-diagnostics --allow-unregistered-dialect

func.func @operand(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) {
  // expected-error @+1 {{'test.op' op has no form on words, so its packed operands and results must be unpacked}}
  "test.op"(%a) : (tensor<4x100xi1, #quant_bnn.packed<i64>>) -> ()
  return
}

// -----

func.func @result() {
  // expected-error @+1 {{has no form on words}}
  %0 = "test.op"() : () -> tensor<4x100xi1, #quant_bnn.packed<i64>>
  return
}

// -----

func.func @region() {
  // expected-error @+1 {{has no form on words}}
  "test.op"() ({
  ^bb0(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>):
    "test.yield"() : () -> ()
  }) : () -> ()
  return
}

// -----

func.func @other_dialect(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> memref<4x100xi1> {
  // expected-error @+1 {{'bufferization.to_buffer' op has no form on words}}
  %0 = bufferization.to_buffer %a : tensor<4x100xi1, #quant_bnn.packed<i64>> to memref<4x100xi1>
  return %0 : memref<4x100xi1>
}

// -----

func.func @loop(%a: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
  // expected-error @+1 {{'scf.execute_region' op has no form on words}}
  %0 = scf.execute_region -> tensor<4x100xi1, #quant_bnn.packed<i64>> {
    scf.yield %a : tensor<4x100xi1, #quant_bnn.packed<i64>>
  }
  return %0 : tensor<4x100xi1, #quant_bnn.packed<i64>>
}

// -----

func.func @no_data() -> tensor<8xi1, #quant_bnn.packed<i8>> {
  // expected-error @+1 {{'arith.constant' op requires the values of a packed tensor, and a static shape}}
  %0 = arith.constant dense_resource<nothing> : tensor<8xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<8xi1, #quant_bnn.packed<i8>>
}

// -----

func.func private @g(tensor<8xi1, #quant_bnn.packed<i8>>)

func.func @pointer() {
  // expected-error @+1 {{'func.constant' op has no form on words}}
  %0 = func.constant @g : (tensor<8xi1, #quant_bnn.packed<i8>>) -> ()
  return
}

// -----

func.func @constant_padding(%x: tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>,
                            %f: tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x6x4xi32> {
  %size = arith.constant -5 : index
  // expected-error @+2 {{'quant_bnn.xnor_conv_2d' op requires padding from 0 to 2^31 - 1, but got -5}}
  // expected-error @+1 {{failed to legalize}}
  %0 = quant_bnn.xnor_conv_2d %x, %f padding = [%size, 0, 0, 0]
      : (tensor<1x8x8x64xi1, #quant_bnn.packed<i32>>,
         tensor<4x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<1x?x6x4xi32>
  return %0 : tensor<1x?x6x4xi32>
}
