// RUN: bnn-opt %s --pass-pipeline="builtin.module(gpu.module(bnn-codegen-convert-popcount-to-spirv))" | FileCheck %s

gpu.module @kernels {
  // CHECK-LABEL: func @narrow(
  // CHECK-SAME:    %[[X:.*]]: i16
  func.func @narrow(%x: i16) -> i16 {
    // CHECK: %[[W:.*]] = arith.extui %[[X]] : i16 to i32
    // CHECK: %[[N:.*]] = spirv.BitCount %[[W]] : i32
    // CHECK: arith.trunci %[[N]] : i32 to i16
    %y = math.ctpop %x : i16
    return %y : i16
  }

  // CHECK-LABEL: func @word(
  func.func @word(%x: i32) -> i32 {
    // CHECK-NOT: arith
    // CHECK: spirv.BitCount %{{.*}} : i32
    %y = math.ctpop %x : i32
    return %y : i32
  }

  // CHECK-LABEL: func @wide(
  // CHECK-SAME:    %[[X:.*]]: i64
  func.func @wide(%x: i64) -> i64 {
    // CHECK:     %[[H:.*]] = arith.shrui %[[X]], %{{.*}} : i64
    // CHECK-DAG: %[[LOW:.*]] = arith.trunci %[[X]] : i64 to i32
    // CHECK-DAG: %[[HIGH:.*]] = arith.trunci %[[H]] : i64 to i32
    // CHECK-DAG: %[[A:.*]] = spirv.BitCount %[[LOW]]
    // CHECK-DAG: %[[B:.*]] = spirv.BitCount %[[HIGH]]
    // CHECK:     %[[N:.*]] = arith.addi %[[A]], %[[B]]
    // CHECK:     arith.extui %[[N]] : i32 to i64
    %y = math.ctpop %x : i64
    return %y : i64
  }
}
