"""Writes a function of constants only: weights that DoReFa quantizes, the mean of their
absolute values, and a batch norm in bf16."""

import random
import struct

random.seed(0)
weights = [random.gauss(0, 1) for _ in range(37 * 50)]
data = struct.pack(f"<{len(weights)}f", *weights).hex()
variances = ", ".join(f"{random.uniform(0.1, 9):.4f}" for _ in range(37))

print(f"""#all = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (i)>
func.func @f() -> (tensor<37x50xf32>, tensor<37xf32>, tensor<37xbf16>) {{
  %w = arith.constant dense_resource<w> : tensor<37x50xf32>
  %levels = quant_bnn.weight_dorefa %w bits = 3 : tensor<37x50xf32>
  %zero = arith.constant dense<0.0> : tensor<37xf32>
  %sums = linalg.generic {{indexing_maps = [#all, #row], iterator_types = ["parallel", "reduction"]}}
      ins(%w : tensor<37x50xf32>) outs(%zero : tensor<37xf32>) {{
  ^bb0(%x: f32, %sum: f32):
    %a = math.absf %x : f32
    %next = arith.addf %sum, %a : f32
    linalg.yield %next : f32
  }} -> tensor<37xf32>
  %count = arith.constant dense<50.0> : tensor<37xf32>
  %means = arith.divf %sums, %count : tensor<37xf32>
  %variances = arith.constant dense<[{variances}]> : tensor<37xbf16>
  %epsilon = arith.constant dense<1.0e-3> : tensor<37xbf16>
  %positive = arith.addf %variances, %epsilon : tensor<37xbf16>
  %scales = math.rsqrt %positive : tensor<37xbf16>
  return %levels, %means, %scales : tensor<37x50xf32>, tensor<37xf32>, tensor<37xbf16>
}}
{{-# dialect_resources: {{ builtin: {{ w: "0x04000000{data}" }} }} #-}}""")
