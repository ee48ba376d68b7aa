// RUN: bnn-translate %s --gpu-to-launch-plan --split-input-file --verify-diagnostics

// expected-error @below {{has control flow, which a launch plan cannot hold}}
func.func @branch(%c: i1) {
  cf.br ^bb1
^bb1:
  return
}

// -----

func.func @loop(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{a launch plan cannot hold this step}}
  scf.for %i = %c0 to %n step %c1 {
  }
  return
}

// -----

// expected-error @below {{is not compiled: run gpu-module-to-binary}}
gpu.module @kernels {
}

// -----

memref.global "private" constant @unknown : memref<4xf32>
func.func @constant() {
  // expected-error @below {{'@unknown' has no value that a launch plan could hold}}
  %0 = memref.get_global @unknown : memref<4xf32>
  return
}

// -----

// expected-error @below {{is not compiled for a GPU}}
gpu.binary @kernels [#gpu.object<#spirv.target_env<#spirv.vce<v1.0, [Shader], []>, #spirv.resource_limits<>>, bin = "">]
