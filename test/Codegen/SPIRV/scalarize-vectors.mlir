// RUN: bnn-opt %s --bnn-codegen-scalarize-vectors --split-input-file --verify-diagnostics | FileCheck %s

// CHECK-LABEL: func @elementwise
// CHECK-SAME:    %[[IN:.*]]: memref<?xf32>, %[[OUT:.*]]: memref<?xf32>, %[[I:.*]]: index
// CHECK:         %[[ZERO:.*]] = arith.constant 0.0
// CHECK-NOT:     arith.constant 0.0
// CHECK:         %[[X0:.*]] = memref.load %[[IN]][%[[I]]] {nontemporal = true} : memref<?xf32>
// CHECK:         %[[C1:.*]] = arith.constant 1 : index
// CHECK:         %[[I1:.*]] = arith.addi %[[I]], %[[C1]]
// CHECK:         %[[X1:.*]] = memref.load %[[IN]][%[[I1]]] {nontemporal = true} : memref<?xf32>
// CHECK:         %[[ABS0:.*]] = math.absf %[[X0]] fastmath<nnan> : f32
// CHECK:         %[[ABS1:.*]] = math.absf %[[X1]] fastmath<nnan> : f32
// CHECK:         %[[IS0:.*]] = arith.cmpf olt, %[[ABS0]], %[[ZERO]] : f32
// CHECK:         %[[IS1:.*]] = arith.cmpf olt, %[[ABS1]], %[[ZERO]] : f32
// CHECK:         %[[Y0:.*]] = arith.select %[[IS0]], %[[X0]], %[[ZERO]] : f32
// CHECK:         %[[Y1:.*]] = arith.select %[[IS1]], %[[X1]], %[[ZERO]] : f32
// CHECK:         memref.store %[[Y0]], %[[OUT]][%[[I]]]
// CHECK:         memref.store %[[Y1]], %[[OUT]][%{{.*}}]
// CHECK-NOT:     vector
func.func @elementwise(%in: memref<?xf32>, %out: memref<?xf32>, %i: index) {
  %zero = arith.constant dense<0.0> : vector<2xf32>
  %x = vector.load %in[%i] {nontemporal = true} : memref<?xf32>, vector<2xf32>
  %abs = math.absf %x fastmath<nnan> : vector<2xf32>
  %is = arith.cmpf olt, %abs, %zero : vector<2xf32>
  %y = arith.select %is, %x, %zero : vector<2xi1>, vector<2xf32>
  vector.store %y, %out[%i] : memref<?xf32>, vector<2xf32>
  return
}

// One condition for all lanes.
// CHECK-LABEL: func @select_scalar
// CHECK-SAME:    %[[C:.*]]: i1, %{{.*}}: memref<4xf32>
// CHECK-COUNT-2: arith.select %[[C]], %{{.*}} : f32
func.func @select_scalar(%c: i1, %m: memref<4xf32>, %i: index) {
  %x = vector.load %m[%i] : memref<4xf32>, vector<2xf32>
  %y = arith.addf %x, %x : vector<2xf32>
  %z = arith.select %c, %x, %y : vector<2xf32>
  vector.store %z, %m[%i] : memref<4xf32>, vector<2xf32>
  return
}

// CHECK-LABEL: func @lanes
// CHECK-SAME:    %[[A:.*]]: i32, %[[B:.*]]: i32, %[[OUT:.*]]: memref<?xi32>
// CHECK-DAG:     %[[C0:.*]] = arith.constant 0 : i32
// CHECK-DAG:     %[[C1:.*]] = arith.constant 1 : i32
// CHECK-DAG:     %[[C2:.*]] = arith.constant 2 : i32
// CHECK:         arith.shli %[[A]], %[[C0]]
// CHECK:         arith.shli %[[B]], %[[C1]]
// CHECK:         arith.shli %[[A]], %[[C2]]
func.func @lanes(%a: i32, %b: i32, %out: memref<?xi32>, %i: index) -> i32 {
  %shifts = arith.constant dense<[0, 1, 2]> : vector<3xi32>
  %all = vector.broadcast %a : i32 to vector<3xi32>
  %mixed = vector.insert %b, %all[1] : i32 into vector<3xi32>
  %shifted = arith.shli %mixed, %shifts : vector<3xi32>
  vector.store %shifted, %out[%i] : memref<?xi32>, vector<3xi32>
  // CHECK: return %[[B]]
  %elements = vector.from_elements %a, %b : vector<2xi32>
  %element = vector.extract %elements[1] : i32 from vector<2xi32>
  return %element : i32
}

// CHECK-LABEL: func @reduce
// CHECK-SAME:    %[[X:.*]]: f32, %[[Y:.*]]: f32, %[[SUM:.*]]: f32
// CHECK:         %[[FIRST:.*]] = arith.addf %[[SUM]], %[[X]] fastmath<contract>
// CHECK:         %[[SECOND:.*]] = arith.addf %[[FIRST]], %[[Y]] fastmath<contract>
// CHECK:         %[[MAX:.*]] = arith.maxnumf %[[X]], %[[Y]]
// CHECK:         return %[[SECOND]], %[[MAX]]
func.func @reduce(%x: f32, %y: f32, %sum: f32) -> (f32, f32) {
  %v = vector.from_elements %x, %y : vector<2xf32>
  %add = vector.reduction <add>, %v, %sum fastmath<contract> : vector<2xf32> into f32
  %max = vector.reduction <maxnumf>, %v : vector<2xf32> into f32
  return %add, %max : f32, f32
}

// CHECK-LABEL: func @carried
// CHECK:         %[[SUMS:.*]]:2 = scf.for {{.*}} iter_args(%[[S0:.*]] = %{{.*}}, %[[S1:.*]] = %{{.*}}) -> (f32, f32)
// CHECK:           %[[NEXT0:.*]] = arith.addf %[[S0]]
// CHECK:           %[[NEXT1:.*]] = arith.addf %[[S1]]
// CHECK:           scf.yield %[[NEXT0]], %[[NEXT1]]
// CHECK:         arith.addf %[[SUMS]]#0, %[[SUMS]]#1
func.func @carried(%in: memref<?xf32>, %n: index) -> f32 {
  %c0 = arith.constant 0 : index
  %c2 = arith.constant 2 : index
  %zero = arith.constant dense<0.0> : vector<2xf32>
  %sums = scf.for %i = %c0 to %n step %c2 iter_args(%s = %zero) -> vector<2xf32> {
    %x = vector.load %in[%i] : memref<?xf32>, vector<2xf32>
    %next = arith.addf %s, %x : vector<2xf32>
    scf.yield %next : vector<2xf32>
  }
  %sum = vector.reduction <add>, %sums : vector<2xf32> into f32
  return %sum : f32
}

// -----

// Lanes change their places.
// CHECK-LABEL: func @places(
// CHECK-DAG:     %[[X0:.*]] = memref.load %{{.*}}[%{{.*}}] : memref<?xf32>
// CHECK-COUNT-3: memref.load
// CHECK-NOT:     vector
// CHECK:         return
func.func @places(%in: memref<?xf32>, %i: index) {
  %x = vector.load %in[%i] : memref<?xf32>, vector<4xf32>
  %high = vector.extract_strided_slice %x {offsets = [2], sizes = [2], strides = [1]} : vector<4xf32> to vector<2xf32>
  %y = vector.shuffle %high, %high [1, 0] : vector<2xf32>, vector<2xf32>
  vector.store %y, %in[%i] : memref<?xf32>, vector<2xf32>
  return
}

// -----

// Bits make up a word, the first lane the lowest, and come out of it again.
// CHECK-LABEL: func @bits(
// CHECK:         %[[B0:.*]] = arith.cmpf olt
// CHECK:         %[[B1:.*]] = arith.cmpf olt
// CHECK:         %[[LOW:.*]] = arith.extui %[[B0]] : i1 to i8
// CHECK:         %[[WIDE:.*]] = arith.extui %[[B1]] : i1 to i8
// CHECK:         %[[HIGH:.*]] = arith.shli %[[WIDE]], %c1_i8 : i8
// CHECK:         arith.ori %[[LOW]], %[[HIGH]] : i8
// CHECK-COUNT-6: arith.ori
// CHECK:         memref.store %{{.*}} : memref<?xi8>
// CHECK:         %[[WORD:.*]] = memref.load %{{.*}} : memref<?xi8>
// CHECK:         arith.trunci %[[WORD]] : i8 to i1
// CHECK:         %[[SHIFTED:.*]] = arith.shrui %[[WORD]], %{{.*}} : i8
// CHECK:         arith.trunci %[[SHIFTED]] : i8 to i1
func.func @bits(%in: memref<?xf32>, %words: memref<?xi8>, %i: index) {
  %zero = arith.constant dense<0.0> : vector<8xf32>
  %one = arith.constant dense<1.0> : vector<8xf32>
  %x = vector.load %in[%i] : memref<?xf32>, vector<8xf32>
  %below = arith.cmpf olt, %x, %zero : vector<8xf32>
  %word = vector.bitcast %below : vector<8xi1> to vector<1xi8>
  vector.store %word, %words[%i] : memref<?xi8>, vector<1xi8>
  %saved = vector.load %words[%i] : memref<?xi8>, vector<1xi8>
  %mask = vector.bitcast %saved : vector<1xi8> to vector<8xi1>
  %y = arith.select %mask, %x, %one : vector<8xi1>, vector<8xf32>
  vector.store %y, %in[%i] : memref<?xf32>, vector<8xf32>
  return
}

// -----

func.func @bits_of_floats(%in: memref<?xf32>, %out: memref<?xi32>, %i: index) {
  %x = vector.load %in[%i] : memref<?xf32>, vector<2xf32>
  // expected-error @below {{failed to legalize operation 'vector.bitcast'}}
  %y = vector.bitcast %x : vector<2xf32> to vector<2xi32>
  vector.store %y, %out[%i] : memref<?xi32>, vector<2xi32>
  return
}

// -----

func.func @two_dimensions(%in: memref<?x4xf32>, %i: index) {
  // expected-error @below {{'vector.load' op expected vectors of one fixed dimension, but got 'vector<2x2xf32>'}}
  %x = vector.load %in[%i, %i] : memref<?x4xf32>, vector<2x2xf32>
  vector.store %x, %in[%i, %i] : memref<?x4xf32>, vector<2x2xf32>
  return
}

// -----

func.func @buffer_of_vectors(%in: memref<?xvector<2xf32>>, %i: index) {
  // expected-error @below {{failed to legalize operation 'vector.load'}}
  %x = vector.load %in[%i] : memref<?xvector<2xf32>>, vector<2xf32>
  vector.store %x, %in[%i] : memref<?xvector<2xf32>>, vector<2xf32>
  return
}

// -----

func.func @dynamic_lane(%in: memref<?xf32>, %i: index) -> f32 {
  %x = vector.load %in[%i] : memref<?xf32>, vector<2xf32>
  // expected-error @below {{failed to legalize operation 'vector.extract'}}
  %y = vector.extract %x[%i] : f32 from vector<2xf32>
  return %y : f32
}
