// GRAD-LABEL: func @hard_sign
// GRAD-SAME:    %[[X:.*]]: tensor<?xf32>, %[[G:.*]]: tensor<?xf32>
// GRAD: %[[DX:.*]] = consumer.hard_sign_grad %[[X]], %[[G]]
// GRAD: return %[[DX]]
// LINALG-LABEL: func @hard_sign
// LINALG: linalg.generic
// LINALG: consumer.hard_sign %{{.*}} : f32
// LLVM-NOT: consumer
// LLVM-LABEL: llvm.func @hard_sign
// LLVM-NOT: consumer
func.func @hard_sign(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = consumer.hard_sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// A quantizer of quant_bnn through the same pass of the consumer's.
// GRAD-LABEL: func @sign
// GRAD: quant_bnn.sign_grad %{{.*}} clip = 1
// LLVM-LABEL: llvm.func @sign
// LLVM-NOT: {{consumer\.|quant_bnn\.sign_grad}}
func.func @sign(%x: tensor<?xf32>, %g: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x clip = 1.0 : tensor<?xf32>
  return %y : tensor<?xf32>
}

// ARITH-LABEL: func @vector
// ARITH: arith.cmpf olt
// ARITH-NOT: consumer.
// DIFF-LABEL: func @vector_bwd
// DIFF-SAME:    %[[X:.*]]: vector<8xbf16>, %[[G:.*]]: vector<8xbf16>
// DIFF: consumer.hard_sign_grad %[[X]], %[[G]]
func.func @vector(%x: vector<8xbf16>) -> vector<8xbf16> {
  %y = consumer.hard_sign %x : vector<8xbf16>
  return %y : vector<8xbf16>
}

// The gradient written out in arithmetic.
// RAISE-LABEL: func.func @written_out(
// RAISE-SAME:    %[[X:.*]]: f32, %[[G:.*]]: f32)
// RAISE-NEXT:    %[[DX:.*]] = consumer.hard_sign_grad %[[X]], %[[G]] : f32
// RAISE-NEXT:    return %[[DX]]
func.func @written_out(%x: f32, %g: f32) -> f32 {
  %one = arith.constant 1.0 : f32
  %zero = arith.constant 0.0 : f32
  %abs = math.absf %x : f32
  %height = arith.subf %one, %abs : f32
  %inside = arith.cmpf ogt, %height, %zero : f32
  %scaled = arith.mulf %g, %height : f32
  %dx = arith.select %inside, %scaled, %zero : f32
  return %dx : f32
}
