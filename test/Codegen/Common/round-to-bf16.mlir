// RUN: bnn-opt %s --bnn-codegen-round-to-bf16=instruction=avx512 | FileCheck %s
// RUN: bnn-opt %s --bnn-codegen-round-to-bf16 | FileCheck %s --check-prefix=NONE

// NONE-LABEL:  func @has_value
// NONE-NOT:      truncf
// NONE-LABEL:  func @has_constant
// NONE-NOT:      truncf
// NONE-LABEL:  func @third
// NONE-LABEL:  func @never_subnormal
// NONE:          arith.truncf %{{.*}} : vector<32xf32> to vector<32xbf16>
// NONE-LABEL:  func @any
// NONE-NOT:      scf.if
// NONE-NOT:      fptrunc

// The result of each rounding op is a bf16, so nothing is rounded in between.
// CHECK-LABEL: func @has_value
// CHECK:         %[[WIDE:.*]] = arith.extf
// CHECK:         %[[ROUNDED:.*]] = math.roundeven %[[WIDE]]
// CHECK:         %[[LESS:.*]] = arith.minimumf %[[ROUNDED]], %[[WIDE]] : f32
// CHECK:         %[[BITS:.*]] = arith.bitcast %[[LESS]] : f32 to i32
// CHECK:         %[[UPPER:.*]] = arith.shrui %[[BITS]], %{{.*}} : i32
// CHECK:         %[[HALF:.*]] = arith.trunci %[[UPPER]] : i32 to i16
// CHECK:         %[[Y:.*]] = arith.bitcast %[[HALF]] : i16 to bf16
// CHECK:         return %[[Y]]
func.func @has_value(%x: bf16) -> bf16 {
  %wide = arith.extf %x : bf16 to f32
  %0 = math.roundeven %wide : f32
  %1 = arith.truncf %0 : f32 to bf16
  %2 = arith.extf %1 : bf16 to f32
  %3 = arith.minimumf %2, %wide : f32
  %4 = arith.truncf %3 : f32 to bf16
  return %4 : bf16
}

// CHECK-LABEL: func @has_constant
// CHECK-NOT:     truncf
func.func @has_constant(%c: i1, %x: bf16, %i: i8) -> (bf16, bf16) {
  %half = arith.constant 0.5 : f32
  %wide = arith.extf %x : bf16 to f32
  %0 = arith.select %c, %wide, %half : f32
  %1 = arith.truncf %0 : f32 to bf16
  %2 = arith.sitofp %i : i8 to f32
  %3 = arith.truncf %2 : f32 to bf16
  return %1, %3 : bf16, bf16
}

// CHECK-LABEL: func @third
// CHECK:         arith.truncf
func.func @third(%c: i1, %x: bf16) -> bf16 {
  %third = arith.constant 0.333333343 : f32
  %wide = arith.extf %x : bf16 to f32
  %0 = arith.select %c, %wide, %third : f32
  %1 = arith.truncf %0 : f32 to bf16
  return %1 : bf16
}

// CHECK-LABEL: func @never_subnormal
// CHECK-NOT:     scf.if
// CHECK:         %[[SUM:.*]] = arith.addf
// CHECK-DAG:     %[[HIGH:.*]] = vector.extract_strided_slice %[[SUM]] {offsets = [16], sizes = [16]
// CHECK-DAG:     %[[LOW:.*]] = vector.extract_strided_slice %[[SUM]] {offsets = [0], sizes = [16]
// CHECK:         llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"(%[[HIGH]], %[[LOW]])
func.func @never_subnormal(%x: vector<32xf32>) -> vector<32xbf16> {
  %third = arith.constant dense<0.333333343> : vector<32xf32>
  %divisor = arith.constant dense<7.0> : vector<32xf32>
  %0 = math.roundeven %x : vector<32xf32>
  %1 = arith.mulf %0, %third : vector<32xf32>
  %2 = arith.divf %0, %divisor : vector<32xf32>
  %3 = arith.addf %1, %2 : vector<32xf32>
  %4 = arith.truncf %3 : vector<32xf32> to vector<32xbf16>
  return %4 : vector<32xbf16>
}

// The difference is 0 or at least 2^-111, and less if the product is not rounded.
// CHECK-LABEL: func @rounded_product
// CHECK-NOT:     scf.if
// CHECK-LABEL: func @fused_product
// CHECK:         scf.if
func.func @rounded_product(%x: vector<16xf32>, %y: vector<16xf32>) -> vector<16xbf16> {
  %scale = arith.constant dense<3.0e-27> : vector<16xf32>
  %0 = math.roundeven %x : vector<16xf32>
  %1 = math.roundeven %y : vector<16xf32>
  %2 = arith.mulf %0, %scale : vector<16xf32>
  %3 = arith.mulf %2, %1 : vector<16xf32>
  %4 = arith.subf %3, %scale : vector<16xf32>
  %5 = arith.truncf %4 : vector<16xf32> to vector<16xbf16>
  return %5 : vector<16xbf16>
}
func.func @fused_product(%x: vector<16xf32>, %y: vector<16xf32>) -> vector<16xbf16> {
  %scale = arith.constant dense<3.0e-27> : vector<16xf32>
  %0 = math.roundeven %x : vector<16xf32>
  %1 = math.roundeven %y : vector<16xf32>
  %2 = arith.mulf %0, %scale : vector<16xf32>
  %3 = arith.mulf %2, %1 fastmath<contract> : vector<16xf32>
  %4 = arith.subf %3, %scale fastmath<contract> : vector<16xf32>
  %5 = arith.truncf %4 : vector<16xf32> to vector<16xbf16>
  return %5 : vector<16xbf16>
}

// A zero in place of a subnormal number is rounded to the same integer.
// CHECK-LABEL: func @to_integer
// CHECK-NOT:     scf.if
// CHECK:         llvm.fptrunc
// CHECK-NOT:     truncf
func.func @to_integer(%x: vector<16xf32>) -> vector<16xbf16> {
  %0 = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %1 = arith.extf %0 : vector<16xbf16> to vector<16xf32>
  %2 = math.roundeven %1 : vector<16xf32>
  %3 = arith.truncf %2 : vector<16xf32> to vector<16xbf16>
  return %3 : vector<16xbf16>
}

// But not by floor, nor in another use.
// CHECK-LABEL: func @to_floor
// CHECK:         scf.if
// CHECK:         scf.if
func.func @to_floor(%x: vector<16xf32>, %y: vector<16xf32>) -> (vector<16xf32>, vector<16xf32>, vector<16xbf16>) {
  %0 = arith.truncf %x : vector<16xf32> to vector<16xbf16>
  %1 = arith.extf %0 : vector<16xbf16> to vector<16xf32>
  %2 = math.floor %1 : vector<16xf32>
  %3 = arith.truncf %y : vector<16xf32> to vector<16xbf16>
  %4 = arith.extf %3 : vector<16xbf16> to vector<16xf32>
  %5 = math.roundeven %4 : vector<16xf32>
  return %2, %5, %3 : vector<16xf32>, vector<16xf32>, vector<16xbf16>
}

// CHECK-LABEL: func @any
// CHECK-SAME:    %[[X:[a-z0-9]+]]: vector<32xf32>, %[[Y:[a-z0-9]+]]: vector<8xf32>
// CHECK-DAG:     %[[LOW:.*]] = vector.extract_strided_slice %[[X]] {offsets = [0], sizes = [16]
// CHECK-DAG:     %[[HIGH:.*]] = vector.extract_strided_slice %[[X]] {offsets = [16], sizes = [16]
// CHECK-DAG:     %[[A:.*]] = llvm.call_intrinsic "llvm.x86.avx512.fpclass.ps.512"(%[[LOW]],
// CHECK-DAG:     %[[B:.*]] = llvm.call_intrinsic "llvm.x86.avx512.fpclass.ps.512"(%[[HIGH]],
// CHECK:         %[[EITHER:.*]] = arith.ori %[[A]], %[[B]] : vector<16xi1>
// CHECK:         %[[MASK:.*]] = llvm.bitcast %[[EITHER]] : vector<16xi1> to i16
// CHECK:         %[[FOUND:.*]] = arith.cmpi ne, %[[MASK]], %{{.*}} : i16
// CHECK:         scf.if %[[FOUND]]
// CHECK-NEXT:      arith.truncf %[[X]]
// CHECK:         } else {
// CHECK:           llvm.call_intrinsic "llvm.x86.avx512bf16.cvtne2ps2bf16.512"(
// CHECK:         "llvm.x86.avx512.fpclass.ps.256"(%[[Y]],
// CHECK:         llvm.fptrunc %[[Y]]
func.func @any(%x: vector<32xf32>, %y: vector<8xf32>) -> (vector<32xbf16>, vector<8xbf16>) {
  %0 = arith.truncf %x : vector<32xf32> to vector<32xbf16>
  %1 = arith.truncf %y : vector<8xf32> to vector<8xbf16>
  return %0, %1 : vector<32xbf16>, vector<8xbf16>
}

// Other types, sizes, ranks and modes.
// CHECK-LABEL: func @others
// CHECK-COUNT-7: arith.truncf
// CHECK:         return
func.func @others(%a: f32, %b: vector<3xf32>, %c: vector<2x16xf32>, %d: vector<16xf64>, %e: vector<[4]xf32>,
                  %f: vector<16xf32>) -> (bf16, vector<3xbf16>, vector<2x16xbf16>, vector<16xbf16>, vector<[4]xbf16>,
                  vector<16xbf16>, vector<16xf16>) {
  %0 = arith.truncf %a : f32 to bf16
  %1 = arith.truncf %b : vector<3xf32> to vector<3xbf16>
  %2 = arith.truncf %c : vector<2x16xf32> to vector<2x16xbf16>
  %3 = arith.truncf %d : vector<16xf64> to vector<16xbf16>
  %4 = arith.truncf %e : vector<[4]xf32> to vector<[4]xbf16>
  %5 = arith.truncf %f toward_zero : vector<16xf32> to vector<16xbf16>
  %6 = arith.truncf %f : vector<16xf32> to vector<16xf16>
  return %0, %1, %2, %3, %4, %5, %6 : bf16, vector<3xbf16>, vector<2x16xbf16>, vector<16xbf16>, vector<[4]xbf16>,
                                      vector<16xbf16>, vector<16xf16>
}
