// The same function and files, on the GPU: on the driver of the tests.

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/x.npy f32 [2,33] random:7
// RUN: %npy write %t/alpha.npy f32 [] 1.5
// RUN: bnn-runner %s --entry=mixed --arg=%t/x.npy --arg=%t/alpha.npy \
// RUN:   --result=%t/q.npy --result=%t/s.npy --result=%t/bits.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda \
// RUN:   --entry=mixed --arg=%t/x.npy --arg=%t/alpha.npy \
// RUN:   --result=%t/gpu-q.npy --result=%t/gpu-s.npy --result=%t/gpu-bits.npy
// RUN: %npy equal %t/q.npy %t/gpu-q.npy --bits
// RUN: %npy equal %t/s.npy %t/gpu-s.npy --bits
// RUN: %npy equal %t/bits.npy %t/gpu-bits.npy --bits
func.func @mixed(%x: tensor<?x33xf32>, %alpha: f32)
    -> (tensor<?x33xf32>, f32, tensor<?x33xi1, #quant_bnn.packed<i8>>) {
  %q, %s = quant_bnn.pact %x, %alpha bits = 4 : tensor<?x33xf32>
  %bits = quant_bnn.pack %x : tensor<?x33xf32> to tensor<?x33xi1, #quant_bnn.packed<i8>>
  return %q, %s, %bits : tensor<?x33xf32>, f32, tensor<?x33xi1, #quant_bnn.packed<i8>>
}

// Nothing in, nothing out.
// RUN: %npy write %t/empty.npy f32 [0,33]
// RUN: env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda \
// RUN:   --entry=mixed --arg=%t/empty.npy --arg=%t/alpha.npy \
// RUN:   --result=%t/q.npy --result=%t/s.npy --result=%t/bits.npy
// RUN: %npy check %t/q.npy f32 [0,33]

// Without a device nothing is written.
// RUN: not env LD_LIBRARY_PATH=%cuda_driver PTX_EMULATOR_DEVICES=0 \
// RUN:   bnn-runner %s --target=cuda --entry=one --result=%t/none.npy 2>&1 \
// RUN:   | FileCheck %s --check-prefix=NONE
// RUN: not ls %t/none.npy
// NONE: bnn-runner: error: --target=cuda: {{.*}}CUDA_ERROR_NO_DEVICE
func.func @one() -> f32 {
  %0 = arith.constant 1.0 : f32
  return %0 : f32
}
