// RUN: bnn-opt %s --allow-unregistered-dialect --bnn-codegen-convert-bf16-kernels-to-i16 --split-input-file --verify-diagnostics | FileCheck %s

module attributes {gpu.container_module} {
  // CHECK-LABEL: func @host(
  // CHECK-SAME:    %[[X:.*]]: memref<?xbf16>, %[[V:.*]]: bf16)
  // CHECK-DAG:     %[[XBITS:.*]] = builtin.unrealized_conversion_cast %[[X]] : memref<?xbf16> to memref<?xi16>
  // CHECK-DAG:     %[[VBITS:.*]] = builtin.unrealized_conversion_cast %[[V]] : bf16 to i16
  // CHECK:         gpu.launch_func {{.*}} args(%[[XBITS]] : memref<?xi16>, %[[VBITS]] : i16)
  func.func @host(%x: memref<?xbf16>, %v: bf16) {
    %c1 = arith.constant 1 : index
    gpu.launch_func @kernels::@kernel blocks in (%c1, %c1, %c1) threads in (%c1, %c1, %c1)
        args(%x : memref<?xbf16>, %v : bf16)
    return
  }
  gpu.module @kernels {
    // CHECK-LABEL: gpu.func @kernel(
    // CHECK-SAME:    %{{.*}}: memref<?xi16>, %{{.*}}: i16)
    // CHECK:         arith.constant dense<16256> : vector<2xi16>
    // CHECK:         vector.load {{.*}} memref<?xi16>, vector<2xi16>
    // CHECK-NOT:     bf16
    gpu.func @kernel(%x: memref<?xbf16>, %v: bf16) kernel {
      %c0 = arith.constant 0 : index
      %one = arith.constant dense<1.0> : vector<2xbf16>
      %0 = vector.load %x[%c0] : memref<?xbf16>, vector<2xbf16>
      %bits = arith.bitcast %0 : vector<2xbf16> to vector<2xi16>
      %zero = arith.constant dense<0> : vector<2xi16>
      %c = arith.cmpi slt, %bits, %zero : vector<2xi16>
      %1 = arith.select %c, %one, %0 : vector<2xi1>, vector<2xbf16>
      vector.store %1, %x[%c0] : memref<?xbf16>, vector<2xbf16>
      memref.store %v, %x[%c0] : memref<?xbf16>
      gpu.return
    }
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%x: memref<?xbf16>) kernel {
    %c0 = arith.constant 0 : index
    %0 = memref.load %x[%c0] : memref<?xbf16>
    // expected-error @below {{'arith.addf' op on bf16 is more than its bits: emulate it in f32 first}}
    %1 = arith.addf %0, %0 : bf16
    memref.store %1, %x[%c0] : memref<?xbf16>
    gpu.return
  }
}

// -----

gpu.module @kernels {
  gpu.func @kernel(%x: bf16) kernel {
    // expected-error @below {{'other.op' op on bf16 is more than its bits: emulate it in f32 first}}
    "other.op"(%x) : (bf16) -> ()
    gpu.return
  }
}
