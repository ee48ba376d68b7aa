// What cannot be compiled: each ends with exit code 1 and a message, and leaves the
// files of an earlier run as they are.

// RUN: rm -rf %t && mkdir %t && echo old > %t/net.so && echo old > %t/net.h
// DEFINE: %{options} =
// DEFINE: %{compile} = not bnn-compile %s -o %t/net.so --header=%t/net.h %{options} 2>&1

// REDEFINE: %{options} = --entry=missing
// RUN: %{compile} | FileCheck %s --check-prefix=MISSING
// MISSING: bnn-compile-errors.mlir:{{.*}}: error: there is no function '@missing'

// REDEFINE: %{options} = --entry=external
// RUN: %{compile} | FileCheck %s --check-prefix=EXTERNAL
// EXTERNAL: bnn-compile-errors.mlir:[[@LINE+1]]:1: error: expected a function with a body
func.func private @external(f32) -> f32

// REDEFINE: %{options} = --entry=vector
// RUN: %{compile} | FileCheck %s --check-prefix=VECTOR
// VECTOR: bnn-compile-errors.mlir:[[@LINE+1]]:1: error: argument 0 has type 'vector<4xf32>', which cannot be passed
func.func @vector(%x: vector<4xf32>) {
  return
}

// REDEFINE: %{options} = --entry=buffer
// RUN: %{compile} | FileCheck %s --check-prefix=BUFFER
// BUFFER: bnn-compile-errors.mlir:[[@LINE+1]]:1: error: returns a 'memref<4xf32>': a function of a library returns tensors, into buffers of the caller, or scalars
func.func @buffer(%x: memref<4xf32>) -> memref<4xf32> {
  return %x : memref<4xf32>
}

// REDEFINE: %{options} = --entry=main
// RUN: %{compile} | FileCheck %s --check-prefix=NAME
// NAME: bnn-compile-errors.mlir:[[@LINE+1]]:1: error: '@main' cannot be the name of a function in C: a prefix can change it
func.func @main(%x: f32) -> f32 {
  return %x : f32
}

// REDEFINE: %{options} = --entry=main --prefix=int-
// RUN: %{compile} | FileCheck %s --check-prefix=PREFIX
// PREFIX: error: '@int-main' cannot be the name of a function in C: a prefix can change it

// REDEFINE: %{options} = --entry=main,the_main --prefix=the_
// RUN: %{compile} | FileCheck %s --check-prefix=TWICE
// TWICE: error: cannot be called '@the_main': there is one
func.func @the_main(%x: f32) -> f32 {
  return %x : f32
}

// REDEFINE: %{options} = --entry=main --passes=no-such-pass --prefix=a_
// RUN: %{compile} | FileCheck %s --check-prefix=PASSES
// PASSES: error: cannot parse the passes 'no-such-pass': {{.*}}'no-such-pass' does not refer to a registered pass or pass pipeline

// REDEFINE: %{options} = --entry=main --prefix=a_ --cpu=m68k
// RUN: %{compile} | FileCheck %s --check-prefix=CPU
// CPU: bnn-compile: error: there is no CPU 'm68k': expected 'host', 'x86-64', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4', 'aarch64', or LLVM's name of a CPU for x86-64 or AArch64

// REDEFINE: %{options} = --entry=main --prefix=a_ --cpu=x86-64,znver4
// RUN: %{compile} | FileCheck %s --check-prefix=NO-LEVEL
// NO-LEVEL: bnn-compile: error: 'znver4' cannot be one of several CPUs, which are levels of x86-64: 'x86-64', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'

// REDEFINE: %{options} = --entry=main --prefix=a_ --cpu=aarch64,x86-64
// RUN: %{compile} | FileCheck %s --check-prefix=ARCHITECTURES
// ARCHITECTURES: bnn-compile: error: 'aarch64' cannot be one of several CPUs

// REDEFINE: %{options} = --entry=main --prefix=a_ --cpu=x86-64,host
// RUN: %{compile} | FileCheck %s --check-prefix=HOST
// HOST: bnn-compile: error: 'host' cannot be one of several CPUs

// REDEFINE: %{options} = --entry=main --prefix=a_ --cpu=x86-64-v3,x86-64,x86-64-v3
// RUN: %{compile} | FileCheck %s --check-prefix=LEVELS
// LEVELS: bnn-compile: error: the CPU 'x86-64-v3' is given twice

// REDEFINE: %{options} = --entry=main --prefix=a_ --opt-level=4
// RUN: %{compile} | FileCheck %s --check-prefix=LEVEL
// LEVEL: bnn-compile: error: --opt-level is at most 3

// REDEFINE: %{options} = --entry=main --prefix=a_ --linker=false
// RUN: %{compile} | FileCheck %s --check-prefix=LINKER
// LINKER: bnn-compile: error: false failed

// REDEFINE: %{options} = --entry=main --prefix=a_ --runtime=%t/no.a
// RUN: %{compile} | FileCheck %s --check-prefix=RUNTIME
// RUNTIME: no.a

// RUN: cat %t/net.so %t/net.h | FileCheck %s --check-prefix=OLD --implicit-check-not={{.}}
// OLD:      old
// OLD-NEXT: old
// RUN: ls %t | count 2

// RUN: not bnn-compile %s -o %t/net.dll 2>&1 | FileCheck %s --check-prefix=KIND
// KIND: bnn-compile: error: {{.*}}net.dll: expected a name that ends in .so, .a or .o

// RUN: not bnn-compile %s --entry=main --prefix=a_ -o %t/none/net.so 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not bnn-compile %s --entry=main --prefix=a_ -o %t/none/net.a 2>&1 | FileCheck %s --check-prefix=FOLDER
// RUN: not bnn-compile %s --entry=main --prefix=a_ -o %t/none/net.o 2>&1 | FileCheck %s --check-prefix=FOLDER
// FOLDER: bnn-compile: error: {{.*}}o such file or directory

// RUN: echo 'module {}' | not bnn-compile -o %t/empty.o 2>&1 | FileCheck %s --check-prefix=EMPTY
// EMPTY: error: there is no public function with a body
