// RUN: bnn-opt %s --bnn-codegen-convert-assert-to-llvm | FileCheck %s

// A handler takes the message instead.
// RUN: bnn-opt %s --bnn-codegen-convert-assert-to-llvm=handler=report \
// RUN:   | FileCheck %s --check-prefix=HANDLER --implicit-check-not=abort
// HANDLER: llvm.func @report(!llvm.ptr)
// HANDLER: llvm.call @report
// HANDLER-NEXT: llvm.unreachable

// The message arrives in a file.
// RUN: bnn-opt %s --quant-bnn-lower-to-llvm-pipeline | bnn-translate --mlir-to-llvmir -o %t.ll
// RUN: %clang -Wno-override-module -x ir %t.ll -o %t
// RUN: not --crash %t > %t.out
// RUN: FileCheck %s --check-prefix=OUT --input-file=%t.out
// OUT: one is not two

// CHECK-DAG:   llvm.func @puts(!llvm.ptr)
// CHECK-DAG:   llvm.func @fflush(!llvm.ptr) -> i32
// CHECK-DAG:   llvm.func @abort()
// CHECK-DAG:   llvm.mlir.global private constant @[[$MESSAGE:.*]](dense<[111, 110, 101,
// CHECK-LABEL: func @main(
// CHECK:         %[[EQUAL:.*]] = arith.cmpi eq
// CHECK:         cf.cond_br %[[EQUAL]], ^[[REST:.*]], ^[[STOP:.*]]
// CHECK:       ^[[REST]]:
// CHECK:         return
// CHECK:       ^[[STOP]]:
// CHECK:         llvm.mlir.addressof @[[$MESSAGE]]
// CHECK:         llvm.call @puts
// CHECK:         llvm.call @fflush
// CHECK:         llvm.call @abort
// CHECK-NEXT:    llvm.unreachable
func.func @main(%count: i32) -> i32 {
  %two = arith.constant 2 : i32
  %equal = arith.cmpi eq, %count, %two : i32
  cf.assert %equal, "one is not two"
  return %count : i32
}

// RUN: not bnn-opt %S/Inputs/assert-hidden.mlir --bnn-codegen-convert-assert-to-llvm 2>&1 \
// RUN:   | FileCheck %s --check-prefix=HIDDEN
// HIDDEN: assert-hidden.mlir:4:3: error: needs 'fflush' of a library, which the module hides
// HIDDEN: assert-hidden.mlir:1:1: note: by a symbol of that name
