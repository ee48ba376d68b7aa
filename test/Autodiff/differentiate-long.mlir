// Long functions take neither the stack nor time that grows faster than they do.

// RUN: %python %S/Inputs/write_chain.py 45000 f32 > %t.scalars.mlir
// RUN: bnn-opt %t.scalars.mlir --quant-bnn-differentiate=functions=f | FileCheck %s --check-prefix=LONG
// RUN: %python %S/Inputs/write_chain.py 10000 "tensor<?xf32>" > %t.tensors.mlir
// RUN: bnn-opt %t.tensors.mlir --quant-bnn-differentiate=functions=f | FileCheck %s --check-prefix=LONG
// LONG: func.func @f_bwd(

// Nor does what is used twice count twice.
// RUN: %python %S/Inputs/write_doublings.py product > %t.product.mlir
// RUN: bnn-opt %t.product.mlir --quant-bnn-differentiate=functions=f | FileCheck %s --check-prefix=LONG
// RUN: %python %S/Inputs/write_doublings.py loop > %t.loop.mlir
// RUN: not bnn-opt %t.loop.mlir --quant-bnn-differentiate=functions=f 2>&1 | FileCheck %s --check-prefix=LOOP
// LOOP: error: 'scf.for' op cannot be differentiated: the extents of carried value #0
