// An integer just above the middle of two bf16 is rounded to the middle in f32, and
// from there to the even one. At once, it is rounded up.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy i32 [1] 1077936129
// RUN: bnn-runner %s --entry=twice --arg=%t/x.npy --result=%t/signed.npy --result=%t/unsigned.npy
// RUN: %npy check %t/signed.npy bf16 [1] 0x4e80 --bits
// RUN: %npy check %t/unsigned.npy bf16 [1] 0x4e80 --bits
// RUN: bnn-runner %s --entry=once --arg=%t/x.npy --result=%t/once.npy
// RUN: %npy check %t/once.npy bf16 [1] 0x4e81 --bits

#map = affine_map<(i) -> (i)>

func.func @twice(%x: tensor<1xi32>) -> (tensor<1xbf16>, tensor<1xbf16>) {
  %s = arith.sitofp %x : tensor<1xi32> to tensor<1xf32>
  %signed = arith.truncf %s : tensor<1xf32> to tensor<1xbf16>
  %empty = tensor.empty() : tensor<1xbf16>
  %unsigned = linalg.generic {indexing_maps = [#map, #map], iterator_types = ["parallel"]}
      ins(%x : tensor<1xi32>) outs(%empty : tensor<1xbf16>) {
  ^bb0(%in: i32, %out: bf16):
    %u = arith.uitofp %in : i32 to f32
    %y = arith.truncf %u : f32 to bf16
    linalg.yield %y : bf16
  } -> tensor<1xbf16>
  return %signed, %unsigned : tensor<1xbf16>, tensor<1xbf16>
}

func.func @once(%x: tensor<1xi32>) -> tensor<1xbf16> {
  %y = arith.sitofp %x : tensor<1xi32> to tensor<1xbf16>
  return %y : tensor<1xbf16>
}
