"""Writes a function in which each of 64 values in a row is used twice by the next, so
that there are 2^64 paths through them.

  write_doublings.py loop      values of a loop that are not of its carried tensor
  write_doublings.py product   selections of a product along a dimension
"""

import sys


def chain(text):
    return "\n".join("    " + text.format(i + 1, i) for i in range(64))


forms = {
    "loop": """\
func.func @f(%x: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %y = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %x) -> tensor<?xf32> {{
    %t0 = arith.addf %b, %b : tensor<?xf32>
{chain}
    scf.yield %t64 : tensor<?xf32>
  }}
  return %y : tensor<?xf32>
}}""".format(chain=chain("%t{0} = arith.mulf %t{1}, %t{1} : tensor<?xf32>")),
    "product": """\
func.func @f(%x: tensor<?xf32>, %e: tensor<f32>, %p: i1) -> tensor<f32> {{
  %y = linalg.generic {{
      indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>],
      iterator_types = ["reduction"]}}
      ins(%x : tensor<?xf32>) outs(%e : tensor<f32>) {{
  ^bb0(%in: f32, %out: f32):
    %t0 = arith.mulf %out, %in : f32
{chain}
    linalg.yield %t64 : f32
  }} -> tensor<f32>
  return %y : tensor<f32>
}}""".format(chain=chain("%t{0} = arith.select %p, %t{1}, %t{1} : f32")),
}
print(forms[sys.argv[1]])
