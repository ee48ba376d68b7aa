// Subnormal scalars of bf16 at the boundaries of functions, as residuals and as
// factors, whatever the CPU converts bf16 with.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy bf16 [2] 1 -1
// RUN: %npy write %t/alpha.npy bf16 [] 0x006d
// RUN: bnn-runner %s --entry=argument --arg=%t/x.npy --arg=%t/alpha.npy --result=%t/q.npy --result=%t/a.npy
// RUN: %npy check %t/q.npy bf16 [2] 3 -3 --bits
// RUN: %npy check %t/a.npy bf16 [] 0x006d --bits
// RUN: bnn-runner %s --entry=loaded --arg=%t/x.npy --arg=%t/alpha.npy --result=%t/q.npy --result=%t/a.npy
// RUN: %npy check %t/q.npy bf16 [2] 3 -3 --bits
// RUN: %npy check %t/a.npy bf16 [] 0x006d --bits
// RUN: bnn-runner %s --entry=factor --arg=%t/x.npy --arg=%t/alpha.npy --result=%t/y.npy --result=%t/a.npy
// RUN: %npy check %t/y.npy bf16 [2] 9.99e37 -9.99e37
// RUN: %npy write %t/large.npy bf16 [3] 3.3e38 1 -2e38
// RUN: %npy write %t/g.npy bf16 [3] 1 1 1
// RUN: bnn-runner %s --entry=result --arg=%t/large.npy --arg=%t/g.npy \
// RUN:   --result=%t/q.npy --result=%t/dx.npy --result=%t/s.npy
// RUN: %npy check %t/s.npy bf16 [] 0x0021 --bits
// RUN: %npy write %t/c.npy bool [] 1
// RUN: bnn-runner %s --entry=carried --arg=%t/c.npy --arg=%t/alpha.npy --result=%t/y.npy --result=%t/z.npy
// RUN: %npy check %t/y.npy bf16 [] 0x006d --bits
// RUN: %npy check %t/z.npy bf16 [] 0x0001 --bits

func.func @argument(%x: tensor<?xbf16>, %a: bf16) -> (tensor<?xbf16>, bf16) {
  %y, %s = quant_bnn.pact %x, %a bits = 3 grad = compat : tensor<?xbf16>
  return %y, %a : tensor<?xbf16>, bf16
}
func.func @loaded(%x: tensor<?xbf16>, %t: tensor<bf16>) -> (tensor<?xbf16>, bf16) {
  %a = tensor.extract %t[] : tensor<bf16>
  %y, %s = quant_bnn.pact %x, %a bits = 3 grad = compat : tensor<?xbf16>
  return %y, %a : tensor<?xbf16>, bf16
}
func.func @factor(%x: tensor<?xbf16>, %t: tensor<bf16>) -> (tensor<?xbf16>, bf16) {
  %a = tensor.extract %t[] : tensor<bf16>
  %y = quant_bnn.dequantize %x, %a : tensor<?xbf16>
  return %y, %a : tensor<?xbf16>, bf16
}
func.func @result(%x: tensor<?xbf16>, %g: tensor<?xbf16>) -> (tensor<?xbf16>, tensor<?xbf16>, bf16) {
  %y, %s = quant_bnn.min_max %x bits = 2 : tensor<?xbf16>
  %dx = quant_bnn.min_max_grad %s, %g : tensor<?xbf16>
  return %y, %dx, %s : tensor<?xbf16>, tensor<?xbf16>, bf16
}
// Through a branch, a call and arithmetic.
func.func private @identity(%x: bf16) -> bf16 attributes {no_inline} {
  return %x : bf16
}
func.func @carried(%c: i1, %x: bf16) -> (bf16, bf16) {
  %least = arith.constant 0x0001 : bf16
  %zero = arith.constant 0.0 : bf16
  %0:2 = scf.if %c -> (bf16, bf16) {
    %1 = func.call @identity(%x) : (bf16) -> bf16
    scf.yield %1, %least : bf16, bf16
  } else {
    scf.yield %zero, %x : bf16, bf16
  }
  %2 = arith.addf %0#1, %zero : bf16
  return %0#0, %2 : bf16, bf16
}
