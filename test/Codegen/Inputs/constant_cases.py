"""Writes a module that compares products by constant weights with products by the same
weights as an argument.

Its function `differences` returns, for each case, in how many elements the two differ.

    constant_cases.py float|binary
"""

import math
import random
import struct
import sys

# Products: the loops, those that reduce, and the indices of the input and the weights.
# The outputs have the other loops.
MATMUL = ("m n k", "k", "m, k", "k, n")
MATMUL_ROWS = ("m n k", "k", "m, k", "n, k")
BATCHES = ("b m n k", "k", "b, m, k", "b, k, n")
CONV = ("b y x f i j c", "i j c", "b, y * 2 + i, x + j, c", "i, j, c, f")
CONV_ROWS = ("b y x f i j c", "i j c", "b, y * 2 + i, x + j, c", "f, i, j, c")

# The maps, the type of the factors, and the extents of the loops; a dynamic one ends
# with a question mark.
CASES = {
    "float": [
        (MATMUL, "f32", "17 64 300"),
        (MATMUL, "f32", "17 300 40"),
        (MATMUL, "f32", "21? 96 513"),
        (MATMUL, "f64", "18 33 700"),
        (MATMUL, "i8", "20 200 150"),
        (MATMUL, "f16", "20 64 300"),
        (MATMUL_ROWS, "f32", "17 70 300"),
        (MATMUL_ROWS, "f32", "21? 96 513"),
        (MATMUL_ROWS, "f64", "18 33 35"),
        (MATMUL_ROWS, "f16", "20 64 300"),
        (BATCHES, "f32", "3 18 64 100"),
        (CONV_ROWS, "f32", "1 7 7 40 3 3 24"),
        (CONV_ROWS, "f32", "2 5 9 30 3 2 67"),
        (CONV, "f32", "1 7 7 40 3 3 24"),
        (CONV, "f32", "2 5 9 96 3 2 64"),
        (CONV, "f32", "2? 4 9 64 3 3 33"),
    ],
    "binary": [
        (MATMUL_ROWS, "i64", "33 64 5"),
        (MATMUL_ROWS, "i64", "19 128 700"),
        (MATMUL_ROWS, "i64", "40? 64 9"),
        (MATMUL_ROWS, "i32", "50 256 7"),
        (MATMUL_ROWS, "i16", "16 128 9"),
        (MATMUL_ROWS, "i8", "16 128 33"),
        (MATMUL, "i64", "24 128 6"),
        (MATMUL_ROWS, "i64", "33 70 5"),
        (CONV_ROWS, "i64", "1 7 7 128 3 3 2"),
        (CONV_ROWS, "i64", "2 5 13 64 3 2 1"),
        (CONV, "i32", "1 6 10 64 3 3 3"),
    ],
}

SUMS = {"f32": "f32", "f64": "f64", "f16": "f32"}
BYTES = {"f16": 2, "f32": 4, "f64": 8, "i8": 1, "i16": 2, "i32": 4, "i64": 8}


def tensor(sizes, element):
    return f"tensor<{'x'.join(map(str, [*sizes, element]))}>"


def body(element):
    if BINARY:
        narrow = {"i64": "arith.trunci %count : i64 to i32", "i32": ""}
        convert = narrow.get(element, f"arith.extui %count : {element} to i32")
        count = "%narrow" if convert else "%count"
        convert = f"%narrow = {convert}\n" if convert else ""
        return (
            f"      %bits = arith.xori %x, %y : {element}\n"
            f"      %count = math.ctpop %bits : {element}\n"
            f"      {convert}"
            "      %two = arith.constant -2 : i32\n"
            f"      %term = arith.muli {count}, %two : i32\n"
            "      %next = arith.addi %acc, %term : i32\n"
        )
    total = SUMS.get(element, "i32")
    lines, factors = "", ["%x", "%y"]
    if total != element:
        widen = "arith.extsi" if total == "i32" else "arith.extf"
        lines = f"      %wx = {widen} %x : {element} to {total}\n"
        lines += f"      %wy = {widen} %y : {element} to {total}\n"
        factors = ["%wx", "%wy"]
    suffix = "i" if total == "i32" else "f"
    lines += f"      %term = arith.mul{suffix} {factors[0]}, {factors[1]} : {total}\n"
    return lines + f"      %next = arith.add{suffix} %acc, %term : {total}\n"


def extents_of(indices, loops, sizes):
    """The extents of an operand: of a sum of loops, the last index plus one."""
    result = []
    for index in indices.split(","):
        parts = [part.split("*") for part in index.split("+")]
        used = [sizes[loops.index(part[0].strip())] for part in parts]
        if "?" in used:
            result.append("?")
            continue
        factors = [int(part[1]) if len(part) > 1 else 1 for part in parts]
        result.append(sum((int(s) - 1) * f for s, f in zip(used, factors)) + 1)
    return result


def values(element, count):
    if element.startswith("i"):
        return random.randbytes(count * BYTES[element]).hex()
    format = {"f16": "e", "f32": "f", "f64": "d"}[element]
    numbers = [random.uniform(-1, 1) for _ in range(count)]
    return struct.pack(f"<{count}{format}", *numbers).hex()


def emit_case(number, case, resources):
    (loops, reduced, x, w), element, extents = case
    loops, reduced, extents = loops.split(), reduced.split(), extents.split()
    static = ["?" if extent.endswith("?") else extent for extent in extents]
    actual = [extent.rstrip("?") for extent in extents]
    outputs = [loop for loop in loops if loop not in reduced]
    y = ", ".join(outputs)
    total = "i32" if BINARY else SUMS.get(element, "i32")
    types = [tensor(extents_of(x, loops, static), element)]
    weights = extents_of(w, loops, actual)
    types.append(tensor(weights, element))
    types.append(tensor([static[loops.index(loop)] for loop in outputs], total))
    names = ", ".join(loops)
    maps = [f"affine_map<({names}) -> ({indices})>" for indices in (x, w, y)]
    kinds = ['"reduction"' if i in reduced else '"parallel"' for i in loops]
    arguments = ", ".join(f"{name}: {t}" for name, t in zip(["%a", "%w", "%c"], types))
    product = f"""
    %y = linalg.generic {{indexing_maps = [{", ".join(maps)}], iterator_types = [{", ".join(kinds)}]}}
        ins(%a, %w : {types[0]}, {types[1]}) outs(%c : {types[2]}) {{
    ^bb0(%x: {element}, %y: {element}, %acc: {total}):
{body(element)}      linalg.yield %next : {total}
    }} -> {types[2]}"""
    constant = f"%w = arith.constant dense_resource<w{number}> : {types[1]}"
    inputs = extents_of(x, loops, actual)
    input_type = tensor(inputs, element)
    for name, sizes in [("w", weights), ("x", inputs)]:
        data = values(element, math.prod(sizes))
        resources[f"{name}{number}"] = (BYTES[element], data)
    result_type = tensor([actual[loops.index(loop)] for loop in outputs], total)
    all_map = ", ".join(f"d{i}" for i in range(len(outputs)))
    parallel = ", ".join(['"parallel"'] * len(outputs))
    all_maps = ", ".join([f"affine_map<({all_map}) -> ({all_map})>"] * 2)
    differ = "arith.cmpi ne" if total == "i32" else "arith.cmpf une"
    reductions = ", ".join(['"reduction"'] * len(outputs))
    print(f"""
  func.func private @given{number}({arguments}) -> {types[2]}
      attributes {{passthrough = ["noinline"]}} {{{product}
    return %y : {types[2]}
  }}
  func.func private @constant{number}(%a: {types[0]}, %c: {types[2]}) -> {types[2]}
      attributes {{passthrough = ["noinline"]}} {{
    {constant}{product}
    return %y : {types[2]}
  }}
  func.func private @case{number}() -> i32 {{
    %x = arith.constant dense_resource<x{number}> : {input_type}
    %a = tensor.cast %x : {input_type} to {types[0]}
    {constant}
    %zero = arith.constant dense<{"0" if total == "i32" else "0.0"}> : {result_type}
    %c = tensor.cast %zero : {result_type} to {types[2]}
    %y0 = func.call @given{number}(%a, %w, %c) : ({", ".join(types)}) -> {types[2]}
    %y1 = func.call @constant{number}(%a, %c) : ({types[0]}, {types[2]}) -> {types[2]}
    %none = arith.constant dense<0> : tensor<i32>
    %n = linalg.generic {{indexing_maps = [{all_maps}, affine_map<({all_map}) -> ()>],
        iterator_types = [{reductions}]}}
        ins(%y0, %y1 : {types[2]}, {types[2]}) outs(%none : tensor<i32>) {{
    ^bb0(%p: {total}, %q: {total}, %count: i32):
      %isDifferent = {differ}, %p, %q : {total}
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
    cases = CASES[sys.argv[1]]
    print("module {")
    for number, case in enumerate(cases):
        emit_case(number, case, resources)
    calls = "\n".join(
        f"    %n{i} = func.call @case{i}() : () -> i32" for i in range(len(cases))
    )
    counts = ", ".join(f"%n{i}" for i in range(len(cases)))
    print(f"""
  func.func @differences() -> tensor<{len(cases)}xi32> {{
{calls}
    %r = tensor.from_elements {counts} : tensor<{len(cases)}xi32>
    return %r : tensor<{len(cases)}xi32>
  }}
}}
{{-#
  dialect_resources: {{ builtin: {{""")
    print(
        ",\n".join(
            f'    {name}: "0x{size:02x}000000{data}"'
            for name, (size, data) in resources.items()
        )
    )
    print("  } }\n#-}")


BINARY = sys.argv[1] == "binary"
main()
