// What bnn-codegen-convert-math-to-intrinsics converts, in each float type.
gpu.module @kernels {
  gpu.func @f16(%x: vector<8xf16>, %y: vector<8xf16>,
                %out: memref<?xvector<8xf16>>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %sqrt = math.sqrt %x : vector<8xf16>
    %fma = math.fma %sqrt, %x, %y : vector<8xf16>
    %abs = math.absf %fma : vector<8xf16>
    %round = math.roundeven %abs : vector<8xf16>
    %copysign = math.copysign %round, %y : vector<8xf16>
    memref.store %copysign, %out[%c0] : memref<?xvector<8xf16>>
    %floor = math.floor %x : vector<8xf16>
    %ceil = math.ceil %y : vector<8xf16>
    %sum = arith.addf %floor, %ceil : vector<8xf16>
    memref.store %sum, %out[%c1] : memref<?xvector<8xf16>>
    gpu.return
  }
  gpu.func @f32(%x: vector<4xf32>, %y: vector<4xf32>,
                %out: memref<?xvector<4xf32>>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %sqrt = math.sqrt %x : vector<4xf32>
    %fma = math.fma %sqrt, %x, %y : vector<4xf32>
    %abs = math.absf %fma : vector<4xf32>
    %round = math.roundeven %abs : vector<4xf32>
    %copysign = math.copysign %round, %y : vector<4xf32>
    memref.store %copysign, %out[%c0] : memref<?xvector<4xf32>>
    %floor = math.floor %x : vector<4xf32>
    %ceil = math.ceil %y : vector<4xf32>
    %sum = arith.addf %floor, %ceil : vector<4xf32>
    memref.store %sum, %out[%c1] : memref<?xvector<4xf32>>
    gpu.return
  }
  gpu.func @f64(%x: vector<2xf64>, %y: vector<2xf64>,
                %out: memref<?xvector<2xf64>>) kernel {
    %c0 = arith.constant 0 : index
    %c1 = arith.constant 1 : index
    %sqrt = math.sqrt %x : vector<2xf64>
    %fma = math.fma %sqrt, %x, %y : vector<2xf64>
    %abs = math.absf %fma : vector<2xf64>
    %round = math.roundeven %abs : vector<2xf64>
    %copysign = math.copysign %round, %y : vector<2xf64>
    memref.store %copysign, %out[%c0] : memref<?xvector<2xf64>>
    %floor = math.floor %x : vector<2xf64>
    %ceil = math.ceil %y : vector<2xf64>
    %sum = arith.addf %floor, %ceil : vector<2xf64>
    memref.store %sum, %out[%c1] : memref<?xvector<2xf64>>
    gpu.return
  }
  gpu.func @words(%n: i32, %out: memref<?xi32>) kernel {
    %c0 = arith.constant 0 : index
    %count = math.ctpop %n : i32
    memref.store %count, %out[%c0] : memref<?xi32>
    gpu.return
  }
}
