// Products of signs on the GPU, whose tensor cores depend on the chip, against
// those on the CPU.

// REQUIRES: nvptx-registered-target
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline=chip=sm_75 | FileCheck %s --check-prefix=SM75
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='chip=sm_75 features=+ptx63' | FileCheck %s --check-prefix=NONE
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline=chip=sm_86 | FileCheck %s --check-prefix=SM80
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline=chip=sm_90a | FileCheck %s --check-prefix=SM90
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline=chip=sm_100 | FileCheck %s --check-prefix=NONE

// SM75: .version 7.0
// SM75: mma.sync.aligned.m8n8k128.row.col.s32.b1.b1.s32.xor.popc
// SM80: mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.xor.popc
// SM90: mma.sync.aligned.m16n8k256.row.col.s32.b1.b1.s32.and.popc
// NONE-NOT: mma.sync

// RUN: rm -rf %t && mkdir %t
// RUN: %npy write %t/a.npy i64 [2,70,5] random:1
// RUN: %npy write %t/b.npy i64 [2,37,5] random:2
// RUN: %npy write %t/x.npy i32 [2,9,8,2,2] random:3
// RUN: %npy write %t/f.npy i32 [6,3,3,2] random:4
// RUN: bnn-runner %s --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul.npy
// RUN: bnn-runner %s --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/conv.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver PTX_EMULATOR_CAPABILITY=75 bnn-runner %s --target=cuda \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-75.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver PTX_EMULATOR_CAPABILITY=80 bnn-runner %s --target=cuda \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-80.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-90.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver PTX_EMULATOR_CAPABILITY=75 bnn-runner %s --target=cuda \
// RUN:   --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/conv-75.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver PTX_EMULATOR_CAPABILITY=80 bnn-runner %s --target=cuda \
// RUN:   --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/conv-80.npy
// RUN: env LD_LIBRARY_PATH=%cuda_driver bnn-runner %s --target=cuda \
// RUN:   --entry=conv --arg=%t/x.npy --arg=%t/f.npy --result=%t/conv-90.npy
// RUN: %npy equal %t/matmul.npy %t/matmul-75.npy --bits
// RUN: %npy equal %t/matmul.npy %t/matmul-80.npy --bits
// RUN: %npy equal %t/matmul.npy %t/matmul-90.npy --bits
// RUN: %npy equal %t/conv.npy %t/conv-75.npy --bits
// RUN: %npy equal %t/conv.npy %t/conv-80.npy --bits
// RUN: %npy equal %t/conv.npy %t/conv-90.npy --bits

// Tiles of every shape: those of one warp, of two, and of 32.
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='chip=sm_90 block-size=32' \
// RUN:   | env LD_LIBRARY_PATH=%cuda_driver bnn-runner --target=cuda --pipeline=none \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-32.npy
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='chip=sm_90 block-size=64' \
// RUN:   | env LD_LIBRARY_PATH=%cuda_driver bnn-runner --target=cuda --pipeline=none \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-64.npy
// RUN: bnn-opt %s --quant-bnn-lower-to-nvvm-pipeline='chip=sm_90 block-size=1024' \
// RUN:   | env LD_LIBRARY_PATH=%cuda_driver bnn-runner --target=cuda --pipeline=none \
// RUN:   --entry=matmul --arg=%t/a.npy --arg=%t/b.npy --result=%t/matmul-1024.npy
// RUN: %npy equal %t/matmul.npy %t/matmul-32.npy --bits
// RUN: %npy equal %t/matmul.npy %t/matmul-64.npy --bits
// RUN: %npy equal %t/matmul.npy %t/matmul-1024.npy --bits

func.func @matmul(%a: tensor<?x?x300xi1, #quant_bnn.packed<i64>>, %b: tensor<?x?x300xi1, #quant_bnn.packed<i64>>)
    -> tensor<?x?x?xi32> {
  %0 = quant_bnn.xnor_matmul %a, %b
      : (tensor<?x?x300xi1, #quant_bnn.packed<i64>>, tensor<?x?x300xi1, #quant_bnn.packed<i64>>) -> tensor<?x?x?xi32>
  return %0 : tensor<?x?x?xi32>
}

// Of several strides and dilations, in groups, and with zeros at the border.
func.func @conv(%x: tensor<?x9x8x2x64xi1, #quant_bnn.packed<i32>>, %f: tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>)
    -> tensor<?x5x6x6xi32> {
  %0 = quant_bnn.xnor_conv_2d %x, %f strides = [2, 1] dilations = [1, 2] groups = 2 padding = [1, 1, 1, 1]
      : (tensor<?x9x8x2x64xi1, #quant_bnn.packed<i32>>, tensor<6x3x3x64xi1, #quant_bnn.packed<i32>>) -> tensor<?x5x6x6xi32>
  return %0 : tensor<?x5x6x6xi32>
}
