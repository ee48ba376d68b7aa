// bnn-runner keeps compiled code in a folder.

// RUN: rm -rf %t && mkdir %t
// DEFINE: %{entry} =
// DEFINE: %{options} =
// DEFINE: %{run} = bnn-runner %s --entry=%{entry} --arg="dense<3> : tensor<i32>" --print %{options}

// Each run after the first, and each with the folder of the environment, loads code.
//
// REDEFINE: %{entry} = add
// REDEFINE: %{options} = --cache=%t/add
// RUN: %{run} | FileCheck %s --check-prefix=ADD
// RUN: %{run} --repeat=2 | FileCheck %s --check-prefix=ADD
// RUN: env QUANT_BNN_CACHE_DIR=%t/add bnn-runner %s --entry=add --arg="dense<3> : tensor<i32>" --print | FileCheck %s --check-prefix=ADD
// RUN: ls %t/add/llvmcache-* | count 1
// ADD: 6

// The code does come from there: with that of another function, that one runs.
//
// RUN: sed 's/arith[.]addi/arith.muli/' %s > %t/changed.mlir
// RUN: bnn-runner %t/changed.mlir --entry=add --arg="dense<3> : tensor<i32>" --print --cache=%t/changed \
// RUN:   | FileCheck %s --check-prefix=MULTIPLY
// RUN: cp %t/add/llvmcache-* %t/kept && cat %t/changed/llvmcache-* > %t/other
// RUN: cp %t/other %t/add/llvmcache-*
// RUN: %{run} | FileCheck %s --check-prefix=MULTIPLY
// MULTIPLY: 9

// A damaged file is replaced.
//
// RUN: echo damaged > %t/other && cp %t/other %t/add/llvmcache-*
// RUN: %{run} | FileCheck %s --check-prefix=ADD
// RUN: cmp %t/kept %t/add/llvmcache-*

// Another function, or another option of compilation, is other code.
//
// REDEFINE: %{entry} = subtract
// RUN: %{run} | FileCheck %s --check-prefix=SUBTRACT
// RUN: ls %t/add/llvmcache-* | count 2
// REDEFINE: %{options} = --cache=%t/add --opt-level=0
// RUN: %{run} | FileCheck %s --check-prefix=SUBTRACT
// RUN: ls %t/add/llvmcache-* | count 3
// SUBTRACT: 0

// No folder, or one that cannot be made, keeps nothing.
//
// REDEFINE: %{options} = --cache=
// RUN: %{run} | FileCheck %s --check-prefix=SUBTRACT
// REDEFINE: %{options} = --cache=%t/kept/folder
// RUN: %{run} | FileCheck %s --check-prefix=SUBTRACT

func.func @add(%x: i32) -> i32 {
  %y = arith.addi %x, %x : i32
  return %y : i32
}

func.func @subtract(%x: i32) -> i32 {
  %y = arith.subi %x, %x : i32
  return %y : i32
}
