// Products and elementwise ops of any sizes, on numbers that differ from each other.

#image = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#row = affine_map<(d0, d1, d2) -> (d0, d2)>

func.func private @numbers(%rows: index, %columns: index) -> tensor<?x?xf32> {
  %numbers = tensor.generate %rows, %columns {
  ^bb0(%i: index, %j: index):
    %c37 = arith.constant 37 : index
    %scaled = arith.muli %i, %c37 : index
    %sum = arith.addi %scaled, %j : index
    %integer = arith.index_cast %sum : index to i32
    %number = arith.sitofp %integer : i32 to f32
    %sine = math.sin %number : f32
    tensor.yield %sine : f32
  } : tensor<?x?xf32>
  return %numbers : tensor<?x?xf32>
}

func.func @product(%m: index, %k: index, %n: index) -> tensor<?x?xf32> {
  %a = call @numbers(%m, %k) : (index, index) -> tensor<?x?xf32>
  %b = call @numbers(%k, %n) : (index, index) -> tensor<?x?xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty(%m, %n) : tensor<?x?xf32>
  %zeros = linalg.fill ins(%zero : f32) outs(%empty : tensor<?x?xf32>) -> tensor<?x?xf32>
  %y = linalg.matmul ins(%a, %b : tensor<?x?xf32>, tensor<?x?xf32>)
                     outs(%zeros : tensor<?x?xf32>) -> tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}

func.func @bias(%m: index, %k: index, %n: index) -> tensor<?x?x?xf32> {
  %bias = call @numbers(%m, %n) : (index, index) -> tensor<?x?xf32>
  %c7 = arith.constant 7 : index
  %x = tensor.generate %m, %k, %n {
  ^bb0(%i: index, %j: index, %l: index):
    %scaled = arith.muli %j, %c7 : index
    %sum = arith.addi %scaled, %l : index
    %integer = arith.index_cast %sum : index to i32
    %number = arith.sitofp %integer : i32 to f32
    tensor.yield %number : f32
  } : tensor<?x?x?xf32>
  %empty = tensor.empty(%m, %k, %n) : tensor<?x?x?xf32>
  %y = linalg.generic {indexing_maps = [#image, #row, #image],
                       iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%x, %bias : tensor<?x?x?xf32>, tensor<?x?xf32>) outs(%empty : tensor<?x?x?xf32>) {
  ^bb0(%in: f32, %b: f32, %out: f32):
    %sum = arith.addf %in, %b : f32
    linalg.yield %sum : f32
  } -> tensor<?x?x?xf32>
  return %y : tensor<?x?x?xf32>
}
