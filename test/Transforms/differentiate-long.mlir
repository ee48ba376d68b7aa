// Long functions take neither the stack nor time that grows faster than they do.

// RUN: %python %S/Inputs/write_chain.py 45000 f32 > %t.scalars.mlir
// RUN: bnn-opt %t.scalars.mlir --quant-bnn-differentiate=functions=f | FileCheck %s --check-prefix=LONG
// RUN: %python %S/Inputs/write_chain.py 10000 "tensor<?xf32>" > %t.tensors.mlir
// RUN: bnn-opt %t.tensors.mlir --quant-bnn-differentiate=functions=f | FileCheck %s --check-prefix=LONG
// LONG: func.func @f_bwd(
