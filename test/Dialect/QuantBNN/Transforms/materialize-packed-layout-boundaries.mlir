// Functions, loops and branches. A dynamic number of elements in a row goes
// beside the words.
//
// RUN: bnn-opt %s --quant-bnn-materialize-packed-layout --split-input-file | FileCheck %s

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

// CHECK-DAG: #[[$CEIL:.*]] = affine_map<(d0) -> (d0 ceildiv 64)>
// CHECK: func.func private @declared(tensor<?xi32>, index) -> (tensor<?xi32>, index)
func.func private @declared(tensor<?xi1, #quant_bnn.packed<i32>>) -> tensor<?xi1, #quant_bnn.packed<i32>>

// CHECK: func.func private @callee(%[[A:.*]]: tensor<?x?xi64>, %[[K:.*]]: index, %[[N:.*]]: index, %[[B:.*]]: tensor<4x13xi8>)
// CHECK-SAME: -> (tensor<4x13xi8>, tensor<?x?xi64>, index)
func.func private @callee(%a: tensor<?x?xi1, #quant_bnn.packed<i64>>, %n: index, %b: tensor<4x100xi1, #quant_bnn.packed<i8>>) -> (tensor<4x100xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i64>>) {
  // CHECK-DAG: %[[COUNT:.*]] = tensor.dim %[[A]], %c1
  // CHECK-DAG: %[[NEEDED:.*]] = affine.apply #[[$CEIL]](%[[K]])
  // CHECK: %[[SAME:.*]] = arith.cmpi eq, %[[COUNT]], %[[NEEDED]] : index
  // CHECK: %[[VALID:.*]] = arith.cmpi sge, %[[K]], %{{.*}} : index
  // CHECK: %[[MATCHES:.*]] = arith.andi %[[SAME]], %[[VALID]]
  // CHECK: cf.assert %[[MATCHES]], "argument 0 of callee: requires the words that hold the elements of a row, whose number is argument 1"
  // CHECK: return %[[B]], %[[A]], %[[K]]
  return %b, %a : tensor<4x100xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i64>>
}

// Attributes stay with the words.
// CHECK: func.func @caller(%[[A:.*]]: tensor<?x?xi64> {test.name = "a"}, %[[K:.*]]: index, %[[N:.*]]: index, %[[B:.*]]: tensor<4x13xi8> {test.name = "b"})
// CHECK-SAME: -> (tensor<?x?xi64> {test.name = "r"}, index)
func.func @caller(%a: tensor<?x?xi1, #quant_bnn.packed<i64>> {test.name = "a"}, %n: index, %b: tensor<4x100xi1, #quant_bnn.packed<i8>> {test.name = "b"}) -> (tensor<?x?xi1, #quant_bnn.packed<i64>> {test.name = "r"}) {
  // CHECK: %[[R:.*]]:3 = call @callee(%[[A]], %[[K]], %[[N]], %[[B]])
  // CHECK: return %[[R]]#1, %[[R]]#2
  %0:2 = call @callee(%a, %n, %b) : (tensor<?x?xi1, #quant_bnn.packed<i64>>, index, tensor<4x100xi1, #quant_bnn.packed<i8>>) -> (tensor<4x100xi1, #quant_bnn.packed<i8>>, tensor<?x?xi1, #quant_bnn.packed<i64>>)
  return %0#1 : tensor<?x?xi1, #quant_bnn.packed<i64>>
}

// CHECK-LABEL: func.func @call_of_declared(
func.func @call_of_declared(%a: tensor<?xi1, #quant_bnn.packed<i32>>) -> tensor<?xi1, #quant_bnn.packed<i32>> {
  // CHECK: call @declared(%{{.*}}, %{{.*}}) : (tensor<?xi32>, index) -> (tensor<?xi32>, index)
  %0 = call @declared(%a) : (tensor<?xi1, #quant_bnn.packed<i32>>) -> tensor<?xi1, #quant_bnn.packed<i32>>
  return %0 : tensor<?xi1, #quant_bnn.packed<i32>>
}

// -----

// Residuals are counted with the lengths.
// CHECK: func.func private @backward(tensor<?xi8>, index, tensor<1xi8>, tensor<?xf32>) -> tensor<?xf32>
func.func private @backward(%p: tensor<?xi1, #quant_bnn.packed<i8>>, %q: tensor<8xi1, #quant_bnn.packed<i8>>, %dx: tensor<?xf32>) -> tensor<?xf32>
// CHECK: func.func @forward(
// CHECK-SAME: -> (tensor<?xf32>, tensor<?xi8>, index, tensor<1xi8>) attributes {quant_bnn.backward = @backward, quant_bnn.residuals = array<i64: 1, 2, 3>}
func.func @forward(%x: tensor<?xf32>, %q: tensor<8xi1, #quant_bnn.packed<i8>>) -> (tensor<?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>)
    attributes {quant_bnn.backward = @backward, quant_bnn.residuals = array<i64: 1, 2>} {
  %0 = quant_bnn.pack %x : tensor<?xf32> to tensor<?xi1, #quant_bnn.packed<i8>>
  return %x, %0, %q : tensor<?xf32>, tensor<?xi1, #quant_bnn.packed<i8>>, tensor<8xi1, #quant_bnn.packed<i8>>
}

// -----

//===----------------------------------------------------------------------===//
// Loops and branches
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func.func @if(
// CHECK-SAME: %{{.*}}: i1, %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index, %[[B:.*]]: tensor<4x?xi64>, %[[L:.*]]: index)
func.func @if(%c: i1, %a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: %[[R:.*]]:2 = scf.if %{{.*}} -> (tensor<4x?xi64>, index)
  // CHECK: scf.yield %[[A]], %[[K]]
  // CHECK: scf.yield %[[B]], %[[L]]
  // CHECK: return %[[R]]#0, %[[R]]#1
  %0 = scf.if %c -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
    scf.yield %a : tensor<4x?xi1, #quant_bnn.packed<i64>>
  } else {
    scf.yield %b : tensor<4x?xi1, #quant_bnn.packed<i64>>
  }
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func.func @for(
// CHECK-SAME: %{{.*}}: index, %[[A:.*]]: tensor<4x2xi64>, %[[B:.*]]: tensor<4x?xi64>, %[[K:.*]]: index)
func.func @for(%n: index, %a: tensor<4x100xi1, #quant_bnn.packed<i64>>, %b: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) {
  // CHECK: scf.for {{.*}} iter_args(%[[X:.*]] = %[[A]], %[[Y:.*]] = %[[B]], %[[L:.*]] = %[[K]]) -> (tensor<4x2xi64>, tensor<4x?xi64>, index)
  // CHECK: %[[NEXT:.*]] = arith.xori %[[X]], %[[A]] : tensor<4x2xi64>
  // CHECK: scf.yield %[[NEXT]], %[[Y]], %[[L]]
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0:2 = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a, %y = %b) -> (tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>) {
    %1 = arith.xori %x, %a : tensor<4x100xi1, #quant_bnn.packed<i64>>
    scf.yield %1, %y : tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>
  }
  return %0#0, %0#1 : tensor<4x100xi1, #quant_bnn.packed<i64>>, tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func.func @while(
// CHECK-SAME: %{{.*}}: index, %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index)
func.func @while(%n: index, %a: tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
  // CHECK: scf.while (%[[X:.*]] = %[[A]], %[[L:.*]] = %[[K]]) : (tensor<4x?xi64>, index) -> (tensor<4x?xi64>, index)
  // CHECK: arith.cmpi ult, %[[L]], %{{.*}} : index
  // CHECK: scf.condition(%{{.*}}) %[[X]], %[[L]]
  %0 = scf.while (%x = %a) : (tensor<4x?xi1, #quant_bnn.packed<i64>>) -> tensor<4x?xi1, #quant_bnn.packed<i64>> {
    %c1 = arith.constant 1 : index
    %k = tensor.dim %x, %c1 : tensor<4x?xi1, #quant_bnn.packed<i64>>
    %c = arith.cmpi ult, %k, %n : index
    scf.condition(%c) %x : tensor<4x?xi1, #quant_bnn.packed<i64>>
  } do {
  ^bb0(%y: tensor<4x?xi1, #quant_bnn.packed<i64>>):
    scf.yield %y : tensor<4x?xi1, #quant_bnn.packed<i64>>
  }
  return %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>
}

// -----

// CHECK-LABEL: func.func @branches(
// CHECK-SAME: %{{.*}}: i1, %[[A:.*]]: tensor<4x?xi64>, %[[K:.*]]: index, %[[B:.*]]: tensor<4x2xi64>)
func.func @branches(%c: i1, %a: tensor<4x?xi1, #quant_bnn.packed<i64>>, %b: tensor<4x100xi1, #quant_bnn.packed<i64>>) -> (tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>) {
  // CHECK: cf.cond_br %{{.*}}, ^[[JOIN:.*]](%[[A]], %[[K]], %[[B]] : tensor<4x?xi64>, index, tensor<4x2xi64>), ^{{.*}}
  // CHECK: ^[[JOIN]](%[[X:.*]]: tensor<4x?xi64>, %[[L:.*]]: index, %[[Y:.*]]: tensor<4x2xi64>):
  // CHECK: return %[[X]], %[[L]], %[[Y]]
  // CHECK: cf.br ^[[JOIN]](%[[A]], %[[K]], %{{.*}} : tensor<4x?xi64>, index, tensor<4x2xi64>)
  cf.cond_br %c, ^bb1(%a, %b : tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>), ^bb2
^bb1(%x: tensor<4x?xi1, #quant_bnn.packed<i64>>, %y: tensor<4x100xi1, #quant_bnn.packed<i64>>):
  return %x, %y : tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>
^bb2:
  %0 = arith.xori %b, %b : tensor<4x100xi1, #quant_bnn.packed<i64>>
  cf.br ^bb1(%a, %0 : tensor<4x?xi1, #quant_bnn.packed<i64>>, tensor<4x100xi1, #quant_bnn.packed<i64>>)
}

// -----

// Upstream would fold this op to a constant of a dynamic type.
// CHECK-LABEL: func.func @xor_of_itself(
func.func @xor_of_itself(%a: tensor<?x8xi1, #quant_bnn.packed<i8>>) -> tensor<?x8xi1, #quant_bnn.packed<i8>> {
  // CHECK: arith.xori %[[A:.*]], %[[A]] : tensor<?x1xi8>
  %0 = arith.xori %a, %a : tensor<?x8xi1, #quant_bnn.packed<i8>>
  return %0 : tensor<?x8xi1, #quant_bnn.packed<i8>>
}
