// RUN: bnn-opt %s --pass-pipeline="builtin.module(gpu.module(bnn-codegen-prepare-spirv-kernels))" \
// RUN:   --split-input-file --verify-diagnostics | FileCheck %s

// CHECK:      gpu.module @kernels [#spirv.target_env<
// CHECK-SAME: ] attributes {spirv.target_env = #spirv.target_env<#spirv.vce<v1.3, [Float16, Shader], []>
// CHECK:      gpu.func @kernel() kernel
// CHECK-SAME:   spirv.entry_point_abi = #spirv.entry_point_abi<workgroup_size = [64, 2, 1]>
// CHECK:      gpu.func @helper()
// CHECK-NOT:    spirv.entry_point_abi
gpu.module @kernels [#spirv.target_env<#spirv.vce<v1.3, [Float16, Shader], []>, #spirv.resource_limits<>>] {
  gpu.func @kernel() kernel attributes {known_block_size = array<i32: 64, 2, 1>} {
    gpu.return
  }
  gpu.func @helper() {
    gpu.return
  }
}

// -----

// CHECK-LABEL: gpu.module @memory
// CHECK:         gpu.func @kernel(%[[X:.*]]: f32) private(%[[PRIVATE:.*]] : memref<1xf32, #gpu.address_space<private>>) kernel
// CHECK:           %[[A:.*]] = memref.alloc() : memref<64xf32, #spirv.storage_class<Workgroup>>
// CHECK:           %[[B:.*]] = memref.alloc() : memref<8xi8, #spirv.storage_class<Workgroup>>
// CHECK:           %[[C0:.*]] = arith.constant 0 : index
// CHECK:           memref.store %[[X]], %[[A]][%[[C0]]]
// CHECK:           memref.load %[[B]][%[[C0]]]
// CHECK:           memref.store %[[X]], %[[PRIVATE]][%[[C0]]]
gpu.module @memory {
  gpu.func @kernel(%x: f32)
      workgroup(%a: memref<64xf32, #gpu.address_space<workgroup>> {llvm.align = 16 : i64},
                %b: memref<8xi8, #gpu.address_space<workgroup>>)
      private(%p: memref<1xf32, #gpu.address_space<private>>)
      kernel attributes {known_block_size = array<i32: 64, 1, 1>} {
    %c0 = arith.constant 0 : index
    memref.store %x, %a[%c0] : memref<64xf32, #gpu.address_space<workgroup>>
    %w = memref.load %b[%c0] : memref<8xi8, #gpu.address_space<workgroup>>
    memref.store %x, %p[%c0] : memref<1xf32, #gpu.address_space<private>>
    gpu.return
  }
}

// -----

gpu.module @unknown_size {
  // expected-error @below {{requires 'known_block_size', because the size of a workgroup is part of a SPIR-V kernel}}
  gpu.func @kernel() kernel {
    gpu.return
  }
}
