// Constants as arguments, and results as text: what executes an op in a few
// lines.

// RUN: bnn-runner %s --entry=sign --arg="dense<[0.5, -0.0, 0x7FC00000, -2.0]> : tensor<4xf32>" --print | FileCheck %s --check-prefix=SIGN
// SIGN: {{^}}[1, 1, 1, -1]{{$}}
func.func @sign(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = quant_bnn.sign %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// Every type comes out as it went in, one result a line.
// RUN: bnn-runner %s --entry=types --print --arg="-1.5 : f64" --arg="0.1 : f16" --arg="0xFF80 : bf16" --arg="1 : i1" \
// RUN:   --arg="-128 : i8" --arg="255 : ui8" --arg="-5 : index" \
// RUN:   --arg="dense<[[1.0, -0.0, 0x7FC0], [3.0e38, 1.0e-40, 0.1]]> : tensor<2x3xbf16>" \
// RUN:   --arg="dense<[true, false]> : tensor<2xi1>" --arg="dense<> : tensor<2x0xi32>" --arg="dense<7> : tensor<1x2xi16>" \
// RUN:   | FileCheck %s --check-prefix=TYPES
// TYPES:      {{^}}-1.5{{$}}
// TYPES-NEXT: {{^}}0.1{{$}}
// TYPES-NEXT: {{^}}-inf{{$}}
// TYPES-NEXT: {{^}}true{{$}}
// TYPES-NEXT: {{^}}-128{{$}}
// TYPES-NEXT: {{^}}255{{$}}
// TYPES-NEXT: {{^}}-5{{$}}
// TYPES-NEXT: {{^}}{{\[\[}}1, -0, nan], [3.0E+38, 9.0E-41, 0.1]]{{$}}
// TYPES-NEXT: {{^}}[true, false]{{$}}
// TYPES-NEXT: {{^}}{{\[\[}}], []]{{$}}
// TYPES-NEXT: {{^}}{{\[\[}}7, 7]]{{$}}
func.func @types(%0: f64, %1: f16, %2: bf16, %3: i1, %4: i8, %5: ui8, %6: index,
                 %7: tensor<2x3xbf16>, %8: tensor<2xi1>, %9: tensor<2x0xi32>,
                 %10: tensor<1x2xi16>)
    -> (f64, f16, bf16, i1, i8, ui8, index, tensor<2x3xbf16>, tensor<2xi1>,
        tensor<2x0xi32>, tensor<1x2xi16>) {
  return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10
      : f64, f16, bf16, i1, i8, ui8, index, tensor<2x3xbf16>, tensor<2xi1>,
        tensor<2x0xi32>, tensor<1x2xi16>
}

// RUN: not bnn-runner %s --entry=sign --print --arg="dense<[0.5> : tensor<1xf32>" 2>&1 | FileCheck %s --check-prefix=SYNTAX
// SYNTAX: bnn-runner: error: dense<[0.5> : tensor<1xf32>: {{.*}}expected

// RUN: not bnn-runner %s --entry=sign --print --arg="dense<1> : tensor<2xi128>" 2>&1 | FileCheck %s --check-prefix=TYPE
// TYPE: bnn-runner: error: dense<1> : tensor<2xi128>: not a constant of MLIR that a function can take

// RUN: not bnn-runner %s --entry=sign --print --arg="dense<1.0> : tensor<4000000000x4000000000xf32>" 2>&1 \
// RUN:   | FileCheck %s --check-prefix=HUGE
// HUGE: bnn-runner: error: dense<1.0> : tensor<4000000000x4000000000xf32>: the shape has too many elements

// RUN: not bnn-runner %s --entry=sign --print --arg="2.0 : f32" 2>&1 | FileCheck %s --check-prefix=SHAPE
// SHAPE: bnn-runner: error: 2.0 : f32: expected 'tensor<?xf32>' for argument 0, but got shape [] and type '<f4'

// Results also go to files, all or none.
// RUN: bnn-runner %s --entry=sign --print --arg="dense<-1.0> : tensor<1xf32>" --result=%t.npy | FileCheck %s --check-prefix=FILE
// RUN: %npy check %t.npy f32 [1] -1
// FILE: {{^}}[-1]{{$}}
// RUN: not bnn-runner %s --entry=sign --print --arg="dense<-1.0> : tensor<1xf32>" --result=%t.0 --result=%t.1 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT
// COUNT: bnn-runner: error: '@sign' has 1 results, but --result is given 2 times
