"""Writes a module that compares products of floats with bits, which select +1 or -1,
with products of the same floats with +1 and -1 in memory.

Its function `differences` returns, for each case, in how many elements the two differ.
"""

import random
import struct

MATMUL = ("m n k", "k", "m, k", "k, n", "m, n")
CONV = ("b y x f i j c", "i j c", "b, y * 2 + i, x + j, c", "i, j, c, f", "b, y, x, f")

# The product, the types of its floats and of its sums, and the shapes of its input, of
# its weights and of its output. The first dimension of the input and of the output is
# dynamic in every second case.
CASES = [
    (MATMUL, "f32", "f32", "49 300", "300 128", "49 128"),
    (MATMUL, "f32", "f32", "35 257", "257 96", "35 96"),
    (MATMUL, "f64", "f64", "33 70", "70 64", "33 64"),
    (MATMUL, "bf16", "f32", "40 64", "64 200", "40 200"),
    (CONV, "f32", "f32", "1 15 9 40", "3 3 40 128", "1 7 7 128"),
    (CONV, "f32", "f32", "2 9 12 64", "3 2 64 72", "2 4 11 72"),
]

FORMATS = {"f32": "f", "f64": "d"}


def tensor(sizes, element):
    return f"tensor<{'x'.join([*sizes, element])}>"


def floats(element, count):
    values = [random.uniform(-1, 1) for _ in range(count)]
    if element == "bf16":
        return b"".join(struct.pack("<f", value)[2:] for value in values)
    return struct.pack(f"<{count}{FORMATS[element]}", *values)


def count_of(sizes):
    count = 1
    for size in sizes:
        count *= int(size)
    return count


def product(case, sizes, weight):
    """A product in which the weights have the type `weight`."""
    (loops, reduced, *indices), element, total = case[:3]
    names = ", ".join(loops.split())
    maps = ", ".join(f"affine_map<({names}) -> ({results})>" for results in indices)
    kinds = ", ".join(
        '"reduction"' if loop in reduced.split() else '"parallel"'
        for loop in loops.split()
    )
    lines, factors = [], ["%x", "%w"]
    if weight == "i1":
        lines.append(f"%s = arith.select %w, %minus, %plus : {element}")
        factors[1] = "%s"
    if element != total:
        for i, factor in enumerate(factors):
            lines.append(f"%e{i} = arith.extf {factor} : {element} to {total}")
        factors = ["%e0", "%e1"]
    body = "\n".join(f"      {line}" for line in lines)
    types = [tensor(size, kind) for size, kind in zip(sizes, [element, weight, total])]
    if weight == "i1":
        types[1] = types[1][:-1] + ", #quant_bnn.packed<i64>>"
    return (
        types,
        f"""
    %plus = arith.constant 1.0 : {element}
    %minus = arith.constant -1.0 : {element}
    %y = linalg.generic {{indexing_maps = [{maps}], iterator_types = [{kinds}]}}
        ins(%a, %b : {types[0]}, {types[1]}) outs(%c : {types[2]}) {{
    ^bb0(%x: {element}, %w: {weight}, %acc: {total}):
{body}
      %p = arith.mulf {factors[0]}, {factors[1]} : {total}
      %next = arith.addf %acc, %p : {total}
      linalg.yield %next : {total}
    }} -> {types[2]}
    return %y : {types[2]}""",
    )


def emit_case(number, case, resources):
    element, total = case[1:3]
    known = [shape.split() for shape in case[3:]]
    sizes = [list(shape) for shape in known]
    if number % 2:
        sizes[0][0] = sizes[2][0] = "?"
    functions = {}
    for name, weight in [("floats", element), ("bits", "i1")]:
        types, body = product(case, sizes, weight)
        functions[name] = types
        print(f"""
  func.func private @{name}{number}(%a: {types[0]}, %b: {types[1]}, %c: {types[2]}) -> {types[2]}
      attributes {{passthrough = ["noinline"]}} {{{body}
  }}""")
    x, y = tensor(known[0], element), tensor(known[2], total)
    a, bits, c = functions["bits"]
    b = functions["floats"][1]
    size = {"f32": 4, "f64": 8, "bf16": 2}[element]
    resources[f"x{number}"] = size, floats(element, count_of(known[0]))
    signs = tensor(known[1], "f32")
    resources[f"w{number}"] = 4, floats("f32", count_of(known[1]))
    rank = len(known[2])
    identity = ", ".join(f"d{i}" for i in range(rank))
    maps = ", ".join([f"affine_map<({identity}) -> ({identity})>"] * 2)
    kinds = ", ".join(['"reduction"'] * rank)
    narrow = f"%b = quant_bnn.unpack %bits : {bits} to {b}"
    print(f"""
  func.func private @case{number}() -> i32 {{
    %x = arith.constant dense_resource<x{number}> : {x}
    %a = tensor.cast %x : {x} to {a}
    %signs = arith.constant dense_resource<w{number}> : {signs}
    %bits = quant_bnn.pack %signs : {signs} to {bits}
    {narrow}
    %zero = arith.constant dense<0.0> : {y}
    %c = tensor.cast %zero : {y} to {c}
    %y0 = func.call @floats{number}(%a, %b, %c) : ({a}, {b}, {c}) -> {c}
    %y1 = func.call @bits{number}(%a, %bits, %c) : ({a}, {bits}, {c}) -> {c}
    %none = arith.constant dense<0> : tensor<i32>
    %n = linalg.generic {{indexing_maps = [{maps}, affine_map<({identity}) -> ()>], iterator_types = [{kinds}]}}
        ins(%y0, %y1 : {c}, {c}) outs(%none : tensor<i32>) {{
    ^bb0(%p: {total}, %q: {total}, %count: i32):
      %isDifferent = arith.cmpf une, %p, %q : {total}
      %one = arith.extui %isDifferent : i1 to i32
      %next = arith.addi %count, %one : i32
      linalg.yield %next : i32
    }} -> tensor<i32>
    %r = tensor.extract %n[] : tensor<i32>
    return %r : i32
  }}""")


def main():
    random.seed(0)
    resources = {}
    print("module {")
    for number, case in enumerate(CASES):
        emit_case(number, case, resources)
    names = ", ".join(f"%n{i}" for i in range(len(CASES)))
    result = f"tensor<{len(CASES)}xi32>"
    print(f"\n  func.func @differences() -> {result} {{")
    for i in range(len(CASES)):
        print(f"    %n{i} = func.call @case{i}() : () -> i32")
    print(f"    %r = tensor.from_elements {names} : {result}")
    print(
        f"    return %r : {result}\n  }}\n}}\n{{-#\n  dialect_resources: {{ builtin: {{"
    )
    print(
        ",\n".join(
            f'    {name}: "0x{size:02x}000000{data.hex()}"'
            for name, (size, data) in resources.items()
        )
    )
    print("  } }\n#-}")


main()
