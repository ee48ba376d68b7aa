"""Writes a module that compares products of floats with bits, which select +1 or -1,
with products of the same floats with +1 and -1 in memory.
"""

import math
import random

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


def build_body(element, total, weight):
    if weight != "i1":
        return add_product(["%x", "%w"], element, total)
    return [
        f"%plus = arith.constant 1.0 : {element}",
        f"%minus = arith.constant -1.0 : {element}",
        f"%s = arith.select %w, %minus, %plus : {element}",
        *add_product(["%x", "%s"], element, total),
    ]


def print_case(number, case, resources):
    product, element, total, *shapes = case
    shapes = [shape.split() for shape in shapes]
    x, w, y = shapes
    dynamic = [["?", *x[1:]], w, ["?", *y[1:]]] if number % 2 else shapes
    a, c = tensor(dynamic[0], element), tensor(dynamic[2], total)
    weights = {
        "floats": (element, tensor(w, element)),
        "bits": ("i1", tensor(w, "i1", ", #quant_bnn.packed<i64>")),
    }
    for name, (kind, b) in weights.items():
        body = build_body(element, total, kind)
        arguments = [("%a", a), ("%b", b), ("%c", c)]
        text = build_product(product, [a, b, c], [element, kind], total, body)
        print_function(f"{name}{number}", arguments, c, text)
    latent = tensor(w, "f32")
    for name, kind, shape in [("x", element, x), ("w", "f32", w)]:
        values = [random.uniform(-1, 1) for _ in range(math.prod(map(int, shape)))]
        resources[f"{name}{number}"] = BYTES[kind], pack_floats(kind, values)
    (_, floats), (_, bits) = weights.values()
    print(f"""
  func.func private @case{number}() -> i32 {{
    %x = arith.constant dense_resource<x{number}> : {tensor(x, element)}
    %a = tensor.cast %x : {tensor(x, element)} to {a}
    %latent = arith.constant dense_resource<w{number}> : {latent}
    %bits = quant_bnn.pack %latent : {latent} to {bits}
    %signs = quant_bnn.unpack %bits : {bits} to {floats}
    %zero = arith.constant dense<0.0> : {tensor(y, total)}
    %c = tensor.cast %zero : {tensor(y, total)} to {c}
    %y0 = func.call @floats{number}(%a, %signs, %c) : ({a}, {floats}, {c}) -> {c}
    %y1 = func.call @bits{number}(%a, %bits, %c) : ({a}, {bits}, {c}) -> {c}
{build_count(c, len(y), total)}
  }}""")


def main():
    random.seed(0)
    resources = {}
    print("module {")
    for number, case in enumerate(CASES):
        print_case(number, case, resources)
    print_differences(len(CASES), resources)


main()
