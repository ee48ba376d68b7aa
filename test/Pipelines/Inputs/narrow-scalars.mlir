// Scalars of a narrow type that are passed, selected, carried by loops,
// returned, converted and computed with.

func.func @passed(%c: i1, %x: NARROW, %y: NARROW) -> NARROW {
  %0 = arith.select %c, %x, %y : NARROW
  return %0 : NARROW
}
func.func @called(%c: i1, %x: NARROW, %y: NARROW) -> (NARROW, NARROW) {
  %0 = func.call @passed(%c, %x, %y) : (i1, NARROW, NARROW) -> NARROW
  return %0, %x : NARROW, NARROW
}
// Some are passed in memory.
func.func @many(%c: i1, %0: NARROW, %1: NARROW, %2: NARROW, %3: NARROW, %4: NARROW,
                %5: NARROW, %6: NARROW, %7: NARROW, %8: NARROW, %9: NARROW)
    -> (NARROW, NARROW, NARROW, NARROW, NARROW) {
  %a = scf.if %c -> NARROW {
    scf.yield %9 : NARROW
  } else {
    scf.yield %8 : NARROW
  }
  return %a, %0, %7, %8, %9 : NARROW, NARROW, NARROW, NARROW, NARROW
}
func.func @loop(%x: tensor<?xNARROW>, %init: NARROW) -> NARROW {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %zero : tensor<?xNARROW>
  %r = scf.for %i = %zero to %n step %one iter_args(%acc = %init) -> NARROW {
    %a = tensor.extract %x[%i] : tensor<?xNARROW>
    %0 = arith.addf %acc, %a : NARROW
    %1 = arith.cmpf ogt, %0, %init : NARROW
    %2 = arith.select %1, %0, %acc : NARROW
    scf.yield %2 : NARROW
  }
  return %r : NARROW
}
func.func @converted(%x: NARROW, %d: f64, %i: i64, %j: i32) -> (f64, NARROW, NARROW, NARROW, i32) {
  %0 = arith.extf %x : NARROW to f64
  %1 = arith.truncf %d : f64 to NARROW
  %2 = arith.sitofp %i : i64 to NARROW
  %3 = arith.uitofp %j : i32 to NARROW
  %4 = arith.fptosi %x : NARROW to i32
  return %0, %1, %2, %3, %4 : f64, NARROW, NARROW, NARROW, i32
}
func.func @computed(%x: NARROW, %v: tensor<8xNARROW>) -> (NARROW, NARROW, NARROW, tensor<8xNARROW>) {
  %0 = math.exp %x : NARROW
  %1 = math.log1p %x : NARROW
  %2 = math.fma %x, %0, %1 : NARROW
  %3 = math.tanh %v : tensor<8xNARROW>
  %4 = math.erf %3 : tensor<8xNARROW>
  return %0, %1, %2, %4 : NARROW, NARROW, NARROW, tensor<8xNARROW>
}
