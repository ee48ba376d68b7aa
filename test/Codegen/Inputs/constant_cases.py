"""Writes a module that compares products by constant weights with products by the same
weights as an argument.

    constant_cases.py float|binary
"""

import math
import random
import sys

from product_cases import (
    BYTES,
    add_product,
    build_count,
    build_product,
    pack_floats,
    print_differences,
    print_function,
    tensor,
)

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

SUMS = {"f16": "f32", "f32": "f32", "f64": "f64"}


def build_binary_body(element):
    """Adds -2 times the number of bits that differ."""
    convert = {"i64": "trunci", "i16": "extui", "i8": "extui"}.get(element)
    lines = [
        f"%bits = arith.xori %x, %w : {element}",
        f"%count = math.ctpop %bits : {element}",
        "%two = arith.constant -2 : i32",
    ]
    count = "%count"
    if convert:
        lines.append(f"%n = arith.{convert} %count : {element} to i32")
        count = "%n"
    lines.append(f"%term = arith.muli {count}, %two : i32")
    lines.append("%next = arith.addi %acc, %term : i32")
    return lines


def get_extents(indices, loops, sizes):
    """The extents of an operand: of a sum of loops, the last index plus one."""
    result = []
    for index in indices.split(","):
        terms = [term.split("*") for term in index.split("+")]
        used = [sizes[loops.index(term[0].strip())] for term in terms]
        if "?" in used:
            result.append("?")
            continue
        factors = [int(term[1]) if len(term) > 1 else 1 for term in terms]
        result.append(sum((int(s) - 1) * f for s, f in zip(used, factors)) + 1)
    return result


def make_data(element, count):
    if element.startswith("i"):
        return random.randbytes(count * BYTES[element])
    return pack_floats(element, [random.uniform(-1, 1) for _ in range(count)])


def print_case(number, case, isBinary, resources):
    (loops, reduced, x, w), element, extents = case
    names, extents = loops.split(), extents.split()
    known = [extent.rstrip("?") for extent in extents]
    declared = ["?" if extent.endswith("?") else extent for extent in extents]
    outputs = [loop for loop in names if loop not in reduced.split()]
    y = ", ".join(outputs)
    total = "i32" if isBinary else SUMS.get(element, "i32")
    inputs, weights = get_extents(x, names, known), get_extents(w, names, known)
    a, b = tensor(get_extents(x, names, declared), element), tensor(weights, element)
    c = tensor(get_extents(y, names, declared), total)
    body = (
        build_binary_body(element)
        if isBinary
        else add_product(["%x", "%w"], element, total)
    )
    product = (loops, reduced, x, w, y)
    text = build_product(product, [a, b, c], [element, element], total, body)
    constant = f"\n    %b = arith.constant dense_resource<w{number}> : {b}"
    print_function(f"given{number}", [("%a", a), ("%b", b), ("%c", c)], c, text)
    print_function(f"constant{number}", [("%a", a), ("%c", c)], c, constant + text)
    for name, shape in [("w", weights), ("x", inputs)]:
        data = make_data(element, math.prod(shape))
        resources[f"{name}{number}"] = BYTES[element], data
    result = tensor(get_extents(y, names, known), total)
    print(f"""
  func.func private @case{number}() -> i32 {{
    %x = arith.constant dense_resource<x{number}> : {tensor(inputs, element)}
    %a = tensor.cast %x : {tensor(inputs, element)} to {a}{constant}
    %zero = arith.constant dense<{"0" if total == "i32" else "0.0"}> : {result}
    %c = tensor.cast %zero : {result} to {c}
    %y0 = func.call @given{number}(%a, %b, %c) : ({a}, {b}, {c}) -> {c}
    %y1 = func.call @constant{number}(%a, %c) : ({a}, {c}) -> {c}
{build_count(c, len(outputs), total)}
  }}""")


def main():
    random.seed(0)
    kind = sys.argv[1]
    resources = {}
    print("module {")
    for number, case in enumerate(CASES[kind]):
        print_case(number, case, kind == "binary", resources)
    print_differences(len(CASES[kind]), resources)


main()
