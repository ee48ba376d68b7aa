"""Writes a function of so many elementwise ops, each of the one before.

  write_chain.py COUNT TYPE
"""

import sys

count, type = int(sys.argv[1]), sys.argv[2]
ops = ["math.sin %{0} : {1}", "arith.mulf %{0}, %w : {1}", "arith.mulf %{0}, %{0} : {1}",
       "math.tanh %{0} : {1}"]
print(f"func.func @f(%w: {type}) -> {type} {{")
print(f"  %0 = arith.addf %w, %w : {type}")
for index in range(count):
    print(f"  %{index + 1} = " + ops[index % len(ops)].format(index, type))
print(f"  return %{count} : {type}\n}}")
