// Modules that are valid and unusual, for run_every_pass.py.

// async_omp
func.func @f(%m: memref<4xf32>) {
  omp.parallel {
    %c0 = arith.constant 0 : index
    %x = memref.load %m[%c0] : memref<4xf32>
    %y = quant_bnn.sign %x : f32
    memref.store %y, %m[%c0] : memref<4xf32>
    omp.terminator
  }
  return
}
func.func @g(%x: f32) -> !async.token {
  %t = async.execute { async.yield }
  return %t : !async.token
}

// -----

// cmp_narrow_tensor
func.func @f(%x: tensor<?xf16>, %y: tensor<4xbf16>) -> (tensor<?xi1>, tensor<4xi1>) {
  %z = arith.constant dense<0.0> : tensor<4xf32>
  %n = arith.constant dense<1.0> : tensor<4xf32>
  %1 = arith.extf %y : tensor<4xbf16> to tensor<4xf32>
  %2 = math.absf %1 : tensor<4xf32>
  %4 = arith.cmpf ole, %2, %n : tensor<4xf32>
  %5 = arith.extf %x : tensor<?xf16> to tensor<?xf32>
  %c = tensor.cast %z : tensor<4xf32> to tensor<?xf32>
  %6 = arith.cmpf olt, %5, %c : tensor<?xf32>
  return %6, %4 : tensor<?xi1>, tensor<4xi1>
}

// -----

// complex
func.func @f(%x: tensor<?xcomplex<f32>>, %s: complex<f32>) -> tensor<?xcomplex<f32>> {
  %0 = complex.add %s, %s : complex<f32>
  %1 = complex.exp %0 : complex<f32>
  %2 = tensor.empty() : tensor<4xcomplex<f32>>
  %c = linalg.fill ins(%1 : complex<f32>) outs(%2 : tensor<4xcomplex<f32>>) -> tensor<4xcomplex<f32>>
  %d = tensor.cast %c : tensor<4xcomplex<f32>> to tensor<?xcomplex<f32>>
  return %d : tensor<?xcomplex<f32>>
}

// -----

// declaration
func.func private @f(tensor<?xf32>, f32) -> tensor<?xf32>

// -----

// declaration_called
func.func private @f(tensor<?xf32>) -> tensor<?xf32>
func.func @g(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = call @f(%x) : (tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// empty


// -----

// empty_module
module {}

// -----

// encoding
#csr = #sparse_tensor.encoding<{ map = (d0, d1) -> (d0 : dense, d1 : compressed) }>
func.func @f(%x: tensor<?x?xf32, #csr>) -> tensor<?x?xf32, #csr> {
  %1 = arith.addf %x, %x : tensor<?x?xf32, #csr>
  return %1 : tensor<?x?xf32, #csr>
}
func.func @g(%x: tensor<4xf32, 1 : i64>) -> tensor<4xf32, 1 : i64> {
  %1 = arith.addf %x, %x : tensor<4xf32, 1 : i64>
  return %1 : tensor<4xf32, 1 : i64>
}

// -----

// func_in_func_region
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  builtin.module {
    func.func @inner(%x2: tensor<4xf32>) -> tensor<4xf32> {
      %0 = quant_bnn.sign %x2 : tensor<4xf32>
      return %0 : tensor<4xf32>
    }
  }
  return %x : tensor<4xf32>
}

// -----

// gpu_func
module attributes {gpu.container_module} {
  gpu.module @kernels {
    func.func @helper(%x: f32) -> f32 {
      %0 = quant_bnn.sign %x : f32
      return %0 : f32
    }
    gpu.func @k(%m: memref<?xf32>, %n: index) kernel {
      %t = gpu.thread_id x
      %x = memref.load %m[%t] : memref<?xf32>
      %y = func.call @helper(%x) : (f32) -> f32
      memref.store %y, %m[%t] : memref<?xf32>
      gpu.return
    }
  }
  func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    %0 = quant_bnn.sign %x : tensor<?xf32>
    return %0 : tensor<?xf32>
  }
}

// -----

// gpu_module_empty
module attributes {gpu.container_module} {
  gpu.module @kernels {
  }
}

// -----

// gpu_unregistered
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @k(%m: memref<?xf32>, %x: f32) kernel {
      %y = "foo.op"(%x) : (f32) -> f32
      %c0 = arith.constant 0 : index
      memref.store %y, %m[%c0] : memref<?xf32>
      gpu.return
    }
  }
}

// -----

// graph_module_ops
%0 = arith.constant dense<1.0> : tensor<4xf32>
%1 = quant_bnn.sign %0 : tensor<4xf32>
%2 = math.tanh %1 : tensor<4xf32>
func.func @f(%x: f32) -> f32 { return %x : f32 }

// -----

// indirect
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %g = constant @g : (tensor<4xf32>) -> tensor<4xf32>
  %1 = call_indirect %g(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func @g(%x: tensor<4xf32>) -> tensor<4xf32> {
  %1 = quant_bnn.sign %x : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// isolated_region
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = scf.execute_region -> tensor<4xf32> {
    %1 = quant_bnn.sign %x : tensor<4xf32>
    scf.yield %1 : tensor<4xf32>
  }
  return %0 : tensor<4xf32>
}
func.func @r(%n: index, %x: f32) -> tensor<?xf32> {
  %0 = tensor.generate %n {
  ^bb0(%i: index):
    %y = quant_bnn.sign %x : f32
    tensor.yield %y : f32
  } : tensor<?xf32>
  %1 = memref.alloca_scope -> (f32) {
    memref.alloca_scope.return %x : f32
  }
  return %0 : tensor<?xf32>
}

// -----

// large_const
func.func @f() -> tensor<4xf32> {
  %0 = arith.constant dense_resource<blob> : tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  %2 = arith.constant sparse<[[0]], [1.0]> : tensor<4xf32>
  %3 = arith.mulf %1, %2 : tensor<4xf32>
  return %3 : tensor<4xf32>
}
{-#
  dialect_resources: {
    builtin: {
      blob: "0x04000000000080400000004000004040000080c0"
    }
  }
#-}

// -----

// lib_missing_blob
func.func @f() -> tensor<4xf32> {
  %0 = arith.constant dense_resource<nothere> : tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  %2 = quant_bnn.pack %1 : tensor<4xf32> to tensor<1xi8>
  return %1 : tensor<4xf32>
}

// -----

// linalg_mixed_empty_body
func.func @f(%a: memref<f32>, %b: memref<?x?xf32>, %t: tensor<?x?xf32>) {
  linalg.generic {indexing_maps = [affine_map<() -> ()>], iterator_types = []} outs(%a : memref<f32>) {
  ^bb0(%x: f32):
    linalg.yield %x : f32
  }
  return
}

// -----

// linalg_named
func.func @f(%a: tensor<?x?xf32>, %b: tensor<?x?xf32>, %c: tensor<?x?xf32>, %i: tensor<?x?xf32>) -> tensor<?x?xf32> {
  %0 = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>) outs(%c : tensor<?x?xf32>) -> tensor<?x?xf32>
  %1 = linalg.softmax dimension(1) ins(%0 : tensor<?x?xf32>) outs(%i : tensor<?x?xf32>) -> tensor<?x?xf32>
  %2 = linalg.transpose ins(%1 : tensor<?x?xf32>) outs(%i : tensor<?x?xf32>) permutation = [1, 0]
  %m = linalg.map { arith.addf } ins(%2, %1 : tensor<?x?xf32>, tensor<?x?xf32>) outs(%i : tensor<?x?xf32>)
  return %m : tensor<?x?xf32>
}

// -----

// llvm_func
llvm.func @ext(f32) -> f32
llvm.mlir.global internal @g(1.0 : f32) : f32
llvm.func @h(%x: f32) -> f32 {
  %0 = llvm.call @ext(%x) : (f32) -> f32
  llvm.return %0 : f32
}
func.func @f(%x: f32) -> f32 {
  %0 = llvm.call @h(%x) : (f32) -> f32
  %1 = quant_bnn.sign %0 : f32
  return %1 : f32
}

// -----

// loop_blocks
func.func @f(%x: tensor<4xf32>, %n: index) -> tensor<4xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  cf.br ^head(%c0, %x : index, tensor<4xf32>)
^head(%i: index, %a: tensor<4xf32>):
  %c = arith.cmpi ult, %i, %n : index
  cf.cond_br %c, ^body, ^exit
^body:
  %0 = quant_bnn.sign %a : tensor<4xf32>
  %1 = arith.addf %0, %x : tensor<4xf32>
  %j = arith.addi %i, %c1 : index
  cf.br ^head(%j, %1 : index, tensor<4xf32>)
^exit:
  return %a : tensor<4xf32>
}

// -----

// math_name_conflict
func.func @tanhf(%x: i32) -> i32 { return %x : i32 }
func.func private @expf(i32) -> i32
func.func @malloc(%x: f32) -> f32 { return %x : f32 }
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = math.tan %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// memref_space
func.func @f(%x: memref<?xf32, 1>, %y: memref<?xf32, strided<[?], offset: ?>>, %z: memref<*xf32>, %w: memref<?xf32, affine_map<(d0) -> (d0 * 2 + 1)>>) {
  linalg.copy ins(%x : memref<?xf32, 1>) outs(%y : memref<?xf32, strided<[?], offset: ?>>)
  linalg.copy ins(%x : memref<?xf32, 1>) outs(%w : memref<?xf32, affine_map<(d0) -> (d0 * 2 + 1)>>)
  memref.copy %y, %x : memref<?xf32, strided<[?], offset: ?>> to memref<?xf32, 1>
  memref.copy %z, %z : memref<*xf32> to memref<*xf32>
  return
}

// -----

// missing_symbol_attr
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> attributes {foo.ref = @nowhere::@deep} {
  %1 = quant_bnn.sign %x {ref = @missing} : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// multi_block
func.func @f(%x: tensor<?xf32>, %c: i1) -> tensor<?xf32> {
  cf.cond_br %c, ^bb1(%x : tensor<?xf32>), ^bb2
^bb1(%a: tensor<?xf32>):
  %0 = quant_bnn.sign %a : tensor<?xf32>
  cf.br ^bb3(%0 : tensor<?xf32>)
^bb2:
  %1 = quant_bnn.ste_heaviside %x : tensor<?xf32>
  cf.br ^bb3(%1 : tensor<?xf32>)
^bb3(%r: tensor<?xf32>):
  return %r : tensor<?xf32>
}

// -----

// nested_empty
module { module { module {} } }

// -----

// nested_module
module @outer {
  module @inner {
    func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
      %0 = quant_bnn.sign %x : tensor<?xf32>
      %1 = math.tanh %0 : tensor<?xf32>
      return %1 : tensor<?xf32>
    }
  }
  func.func @f(%x: tensor<?xf32>) -> tensor<?xf32> {
    %0 = quant_bnn.sign %x : tensor<?xf32>
    return %0 : tensor<?xf32>
  }
}

// -----

// no_return_loop
func.func @f(%x: tensor<4xf32>) {
  cf.br ^bb1
^bb1:
  %0 = quant_bnn.sign %x : tensor<4xf32>
  cf.br ^bb1
}

// -----

// no_symbol_name_dup
module { func.func @a() { return } }
module { func.func @a() { return } }
memref.global "private" @gg : memref<4xf32> = uninitialized
func.func @a(%x: memref<4xf32>) {
  %g = memref.get_global @gg : memref<4xf32>
  memref.copy %x, %g : memref<4xf32> to memref<4xf32>
  return
}

// -----

// odd_types
func.func @f(%x: tensor<4xf8E4M3FN>, %y: tensor<4xi17>, %z: tensor<4xf128>, %w: tensor<4xf80>, %u: tensor<4xtf32>, %v: tensor<4xindex>, %t: tensor<2xvector<4xf32>>) -> (tensor<4xf8E4M3FN>, tensor<4xi17>, tensor<4xf128>, tensor<4xf80>, tensor<4xtf32>, tensor<4xindex>) {
  %0 = arith.addf %x, %x : tensor<4xf8E4M3FN>
  %1 = arith.addi %y, %y : tensor<4xi17>
  %2 = math.tanh %z : tensor<4xf128>
  %3 = math.roundeven %w : tensor<4xf80>
  %4 = arith.maximumf %u, %u : tensor<4xtf32>
  %5 = arith.addi %v, %v : tensor<4xindex>
  %c = arith.cmpf olt, %z, %2 : tensor<4xf128>
  %6 = arith.select %c, %z, %2 : tensor<4xi1>, tensor<4xf128>
  return %0, %1, %6, %3, %4, %5 : tensor<4xf8E4M3FN>, tensor<4xi17>, tensor<4xf128>, tensor<4xf80>, tensor<4xtf32>, tensor<4xindex>
}
func.func @s(%x: f8E4M3FN, %z: f128, %w: f80) -> (f8E4M3FN, f128, f80, i1) {
  %0 = arith.addf %x, %x : f8E4M3FN
  %2 = math.tanh %z : f128
  %3 = math.roundeven %w : f80
  %4 = math.exp %w : f80
  %c = arith.cmpf olt, %x, %x : f8E4M3FN
  return %0, %2, %4, %c : f8E4M3FN, f128, f80, i1
}

// -----

// recursion
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = quant_bnn.sign %x : tensor<4xf32>
  %1 = call @g(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func @g(%x: tensor<4xf32>) -> tensor<4xf32> {
  %1 = call @f(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// self_use_dead
func.func @f(%x: f32) -> f32 {
  return %x : f32
^dead:
  %1 = arith.mulf %1, %x : f32
  %2 = quant_bnn.sign %1 : f32
  cf.br ^dead
}

// -----

// shape
func.func @f(%x: tensor<?xf32>) -> index {
  %0 = shape.shape_of %x : tensor<?xf32> -> tensor<1xindex>
  %1 = shape.num_elements %0 : tensor<1xindex> -> index
  return %1 : index
}

// -----

// spirv_module
spirv.module Logical GLSL450 requires #spirv.vce<v1.0, [Shader], []> {
  spirv.func @f(%x: f32) -> f32 "None" {
    %0 = spirv.GL.Exp %x : f32
    spirv.ReturnValue %0 : f32
  }
}
func.func @f(%x: f32) -> f32 { return %x : f32 }

// -----

// tensor_math
func.func @f(%x: tensor<?xf32>, %y: tensor<4xf64>, %z: tensor<f16>, %w: tensor<2x0xbf16>) -> (tensor<?xf32>, tensor<4xf64>, tensor<f16>, tensor<2x0xbf16>) {
  %0 = math.tanh %x : tensor<?xf32>
  %1 = math.exp %0 : tensor<?xf32>
  %2 = math.log1p %1 : tensor<?xf32>
  %3 = math.exp %y : tensor<4xf64>
  %4 = math.tanh %3 : tensor<4xf64>
  %5 = math.log %4 : tensor<4xf64>
  %6 = math.roundeven %5 : tensor<4xf64>
  %7 = math.expm1 %6 : tensor<4xf64>
  %8 = math.exp %z : tensor<f16>
  %9 = math.rsqrt %8 : tensor<f16>
  %c = arith.cmpf olt, %9, %8 : tensor<f16>
  %10 = arith.select %c, %9, %8 : tensor<i1>, tensor<f16>
  %c1 = arith.cmpf une, %w, %w : tensor<2x0xbf16>
  %11 = arith.select %c1, %w, %w : tensor<2x0xi1>, tensor<2x0xbf16>
  %12 = math.absf %11 : tensor<2x0xbf16>
  %13 = math.copysign %12, %w : tensor<2x0xbf16>
  %14 = math.fma %7, %6, %5 : tensor<4xf64>
  %15 = math.powf %14, %14 : tensor<4xf64>
  %16 = math.roundeven %2 : tensor<?xf32>
  %17 = math.floor %16 : tensor<?xf32>
  %18 = math.sqrt %17 : tensor<?xf32>
  return %18, %15, %10, %13 : tensor<?xf32>, tensor<4xf64>, tensor<f16>, tensor<2x0xbf16>
}
func.func @i(%x: tensor<?xi32>, %y: tensor<4xi64>) -> (tensor<?xi32>, tensor<4xi64>) {
  %0 = math.ctpop %x : tensor<?xi32>
  %1 = math.ctpop %y : tensor<4xi64>
  %2 = arith.maxsi %0, %x : tensor<?xi32>
  return %2, %1 : tensor<?xi32>, tensor<4xi64>
}

// -----

// tosa
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = tosa.tanh %x : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// tuple_none
func.func @f(%x: tuple<f32, tensor<4xf32>>, %n: none, %f: (f32) -> f32) -> tuple<f32, tensor<4xf32>> {
  return %x : tuple<f32, tensor<4xf32>>
}

// -----

// ub_poison
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %p = ub.poison : tensor<4xf32>
  %q = ub.poison : f32
  %0 = arith.addf %p, %x : tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// unranked
func.func @f(%x: tensor<*xf32>) -> tensor<*xf32> {
  %0 = math.tanh %x : tensor<*xf32>
  %1 = arith.addf %0, %x : tensor<*xf32>
  %c = arith.cmpf olt, %0, %x : tensor<*xf32>
  %2 = arith.select %c, %0, %1 : tensor<*xi1>, tensor<*xf32>
  return %2 : tensor<*xf32>
}
func.func @g(%x: memref<*xf32>) {
  return
}

// -----

// unreachable_block
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
^dead(%a: tensor<4xf32>):
  %0 = quant_bnn.sign %a : tensor<4xf32>
  %1 = arith.mulf %2, %0 : tensor<4xf32>
  %2 = arith.addf %1, %1 : tensor<4xf32>
  cf.br ^dead(%2 : tensor<4xf32>)
}

// -----

// unrealized
func.func @f(%x: tensor<4xf32>, %y: i17) -> tensor<4xf32> {
  %0 = builtin.unrealized_conversion_cast %y : i17 to f32
  %1 = tensor.splat %0 : tensor<4xf32>
  %2 = quant_bnn.sign %1 : tensor<4xf32>
  return %2 : tensor<4xf32>
}

// -----

// unreg_symbol_user
func.func @f(%x: f32) -> f32 {
  %0 = "foo.call"(%x) {callee = @g} : (f32) -> f32
  return %0 : f32
}
func.func private @g(%x: f32) -> f32 {
  %0 = quant_bnn.sign %x : f32
  return %0 : f32
}

// -----

// unregistered
func.func @f(%x: tensor<?xf32>, %s: f32) -> tensor<?xf32> {
  %0 = "foo.bar"(%x, %s) {a = 1 : i32} : (tensor<?xf32>, f32) -> tensor<?xf32>
  %1 = quant_bnn.sign %0 : tensor<?xf32>
  return %1 : tensor<?xf32>
}

// -----

// unregistered_attr
func.func @f(%x: tensor<4xf32> {foo.attr = #foo.bar<1>}) -> tensor<4xf32> attributes {foo.x = #foo.bar<2>, quant_bnn_x = 1} {
  %1 = quant_bnn.sign %x {foo.baz} : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// unregistered_branch
func.func @f(%x: tensor<4xf32>, %c: i1) -> tensor<4xf32> {
  %1 = quant_bnn.sign %x : tensor<4xf32>
  "foo.br"(%c)[^bb1, ^bb2] : (i1) -> ()
^bb1:
  return %1 : tensor<4xf32>
^bb2:
  return %x : tensor<4xf32>
}

// -----

// unregistered_func
"foo.func"() ({
^bb0(%x: tensor<4xf32>):
  %1 = quant_bnn.sign %x : tensor<4xf32>
  "foo.return"(%1) : (tensor<4xf32>) -> ()
}) {sym_name = "f", function_type = (tensor<4xf32>) -> tensor<4xf32>} : () -> ()
func.func @f2() { return }

// -----

// unregistered_in_body
func.func @f(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
     ins(%x : tensor<?xf32>) outs(%y : tensor<?xf32>) {
  ^bb0(%a: f32, %b: f32):
    %1 = "foo.op"(%a) : (f32) -> f32
    linalg.yield %1 : f32
  } -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

// unregistered_nodialect
func.func @f(%x: tensor<4xf32>, %s: f32) -> tensor<4xf32> {
  %0 = "bar"(%x, %s) : (tensor<4xf32>, f32) -> tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// unregistered_on_memref
func.func @f(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.generic {indexing_maps = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0)>], iterator_types = ["parallel"]}
     ins(%x : memref<?xf32>) outs(%y : memref<?xf32>) {
  ^bb0(%a: f32, %b: f32):
    %1 = "foo.op"(%a) : (f32) -> f32
    linalg.yield %1 : f32
  }
  "foo.touch"(%x) : (memref<?xf32>) -> ()
  return
}

// -----

// unregistered_region
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = "foo.region"(%x) ({
  ^bb0(%a: tensor<4xf32>):
    %2 = quant_bnn.sign %a : tensor<4xf32>
    %3 = arith.addf %2, %x : tensor<4xf32>
    "foo.yield"(%3) : (tensor<4xf32>) -> ()
  }, {}) : (tensor<4xf32>) -> tensor<4xf32>
  %1 = quant_bnn.sign %0 : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// unregistered_scalar
func.func @f(%x: f32) -> f32 {
  %1 = "foo.op"(%x) : (f32) -> f32
  %2 = quant_bnn.sign %1 : f32
  return %2 : f32
}

// -----

// unregistered_term
func.func @f(%x: tensor<4xf32>) -> tensor<4xf32> {
  %1 = quant_bnn.sign %x : tensor<4xf32>
  "foo.exit"(%1) : (tensor<4xf32>) -> ()
}

// -----

// unregistered_top
"foo.top"() ({
  %x = "foo.def"() : () -> tensor<4xf32>
  %1 = quant_bnn.sign %x : tensor<4xf32>
  "foo.use"(%1, %2) : (tensor<4xf32>, tensor<4xf32>) -> ()
  %2 = arith.addf %1, %1 : tensor<4xf32>
}) : () -> ()
func.func @f() { return }

// -----

// unregistered_type
func.func @f(%x: !foo.bar, %y: tensor<4x!foo.bar>) -> !foo.bar {
  return %x : !foo.bar
}

// -----

// vector_rank0
func.func @f(%x: vector<f32>, %y: vector<f64>, %z: vector<bf16>, %w: vector<2x3x4xf16>) -> (vector<f32>, vector<f64>, vector<i1>, vector<2x3x4xi1>) {
  %0 = math.tanh %x : vector<f32>
  %1 = math.exp %0 : vector<f32>
  %2 = math.exp %y : vector<f64>
  %3 = math.roundeven %2 : vector<f64>
  %c = arith.cmpf olt, %z, %z : vector<bf16>
  %d = arith.cmpf oeq, %w, %w : vector<2x3x4xf16>
  %4 = quant_bnn.sign %1 : vector<f32>
  return %4, %3, %c, %d : vector<f32>, vector<f64>, vector<i1>, vector<2x3x4xi1>
}

// -----

// vector_scalable
func.func @f(%x: vector<[4]xf32>, %y: vector<[2]xf64>, %z: vector<[8]xf16>) -> (vector<[4]xf32>, vector<[2]xf64>, vector<[8]xi1>) {
  %0 = math.tanh %x : vector<[4]xf32>
  %1 = math.exp %0 : vector<[4]xf32>
  %2 = math.exp %y : vector<[2]xf64>
  %3 = math.roundeven %2 : vector<[2]xf64>
  %c = arith.cmpf olt, %z, %z : vector<[8]xf16>
  %4 = quant_bnn.sign %1 : vector<[4]xf32>
  return %4, %3, %c : vector<[4]xf32>, vector<[2]xf64>, vector<[8]xi1>
}

// -----

// zero_vector_mask
func.func @f(%x: tensor<0xf32>, %y: tensor<3x0x2xf16>) -> (tensor<0xf32>, tensor<3x0x2xf16>) {
  %0 = quant_bnn.sign %x : tensor<0xf32>
  %1, %s = quant_bnn.min_max %y bits = 4 : tensor<3x0x2xf16>
  return %0, %1 : tensor<0xf32>, tensor<3x0x2xf16>
}
