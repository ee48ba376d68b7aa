// RUN: bnn-opt %s --pass-pipeline="builtin.module(spirv.module(bnn-codegen-set-spirv-float-controls))" \
// RUN:   | FileCheck %s --check-prefixes=CHECK,PRESERVE
// RUN: bnn-opt %s --pass-pipeline="builtin.module(spirv.module(bnn-codegen-set-spirv-float-controls{denormals=any}))" \
// RUN:   | FileCheck %s --check-prefixes=CHECK,ANY --implicit-check-not=DenormPreserve

// CHECK-LABEL: spirv.module @floats
spirv.module @floats Logical GLSL450 {
  spirv.func @f() "None" {
    %x = spirv.Constant 1.0 : f32
    %h = spirv.FConvert %x : f32 to f16
    // CHECK: spirv.FMul %{{.*}}, %{{.*}} {no_contraction} : f16
    %p = spirv.FMul %h, %h : f16
    // CHECK: spirv.FAdd %{{.*}}, %{{.*}} {no_contraction} : f16
    %s = spirv.FAdd %p, %h : f16
    // CHECK: spirv.FSub %{{.*}}, %{{.*}} {no_contraction} : f16
    %d = spirv.FSub %s, %h : f16
    // CHECK: spirv.FDiv %{{[^ ]*}}, %{{[^ ]*}} : f16
    %q = spirv.FDiv %d, %h : f16
    spirv.Return
  }
  // CHECK:         spirv.EntryPoint "GLCompute" @f
  // CHECK-NEXT:    spirv.ExecutionMode @f "SignedZeroInfNanPreserve", 16
  // CHECK-NEXT:    spirv.ExecutionMode @f "SignedZeroInfNanPreserve", 32
  // CHECK-NEXT:    spirv.ExecutionMode @f "RoundingModeRTE", 16
  // CHECK-NEXT:    spirv.ExecutionMode @f "RoundingModeRTE", 32
  // PRESERVE-NEXT: spirv.ExecutionMode @f "DenormPreserve", 16
  // PRESERVE-NEXT: spirv.ExecutionMode @f "DenormPreserve", 32
  // ANY-NEXT:      }
  spirv.EntryPoint "GLCompute" @f
}

// CHECK-LABEL: spirv.module @integers
// CHECK:         spirv.EntryPoint "GLCompute" @g
// CHECK-NEXT:    }
spirv.module @integers Logical GLSL450 {
  spirv.func @g() "None" {
    %x = spirv.Constant 1 : i32
    spirv.Return
  }
  spirv.EntryPoint "GLCompute" @g
}
