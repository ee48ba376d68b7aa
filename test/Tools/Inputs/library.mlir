// Functions with each kind of argument and result that a library can have.

func.func @quantize(%x: tensor<?x?xf32>) -> (tensor<?x?xf32>, f32) {
  %q, %s = quant_bnn.min_max %x bits = 8 : tensor<?x?xf32>
  return %q, %s : tensor<?x?xf32>, f32
}

// Several scalars, of all types, and an array without dimensions.
func.func @scalars(%f: f32, %d: f64, %h: bf16, %b: i1, %i: i8, %u: ui16, %n: index)
    -> (f32, i1, tensor<f64>, index, i8, bf16) {
  %f1 = arith.addf %f, %f : f32
  %true = arith.constant true
  %b1 = arith.xori %b, %true : i1
  %n1 = arith.addi %n, %n : index
  %i1 = arith.addi %i, %i : i8
  %d1 = tensor.from_elements %d : tensor<f64>
  return %f1, %b1, %d1, %n1, %i1, %h : f32, i1, tensor<f64>, index, i8, bf16
}

func.func @positive(%x: tensor<3xf16>, %limit: f32) -> (tensor<3xi1>, i1) {
  %limits = tensor.splat %limit : tensor<3xf32>
  %wide = arith.extf %x : tensor<3xf16> to tensor<3xf32>
  %above = arith.cmpf ogt, %wide, %limits : tensor<3xf32>
  %c0 = arith.constant 0 : index
  %first = tensor.extract %above[%c0] : tensor<3xi1>
  return %above, %first : tensor<3xi1>, i1
}

func.func @twice(%x: tensor<2xf32>) -> tensor<2xf32> {
  %y = arith.addf %x, %x : tensor<2xf32>
  return %y : tensor<2xf32>
}

// In C, words of bits, and the length of their rows.
func.func @products(%x: tensor<2x?xi1, #quant_bnn.packed<i32>>,
                    %w: tensor<3x?xi1, #quant_bnn.packed<i32>>) -> tensor<2x3xi32> {
  %y = quant_bnn.xnor_matmul %x, %w
      : (tensor<2x?xi1, #quant_bnn.packed<i32>>,
         tensor<3x?xi1, #quant_bnn.packed<i32>>) -> tensor<2x3xi32>
  return %y : tensor<2x3xi32>
}

func.func @increment(%x: memref<?xi32>) {
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      outs(%x : memref<?xi32>) {
  ^bb0(%old: i32):
    %one = arith.constant 1 : i32
    %new = arith.addi %old, %one : i32
    linalg.yield %new : i32
  }
  return
}

func.func private @unused(%x: vector<4xf32>) {
  return
}
