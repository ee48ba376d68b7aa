"""Writes a module whose @differences returns, for each case, how far a tiled product is
from the same product as it was."""

import random

# Tile sizes, the op that tiles, the shapes of both operands, which of their dimensions
# are dynamic, and the attributes of a convolution. Some tiles are ragged.
MATMULS = [
    ([4, 16], "for", (10, 70), (37, 70), "", ""),
    ([4, 16], "forall", (10, 64), (37, 64), "mk", "nk"),
    ([0, 5], "for", (3, 1), (11, 1), "m", ""),
    ([2, 3, 4], "for", (3, 8, 130), (9, 130), "bmk", "n"),
    ([1, 0, 5], "forall", (3, 8, 31), (3, 9, 31), "bm", "bnk"),
    ([4, 0], "for", (7, 0), (5, 0), "", ""),
    ([4, 4], "for", (7, 0), (5, 0), "mk", "nk"),
    ([4, 4], "forall", (0, 9), (5, 9), "m", "n"),
]
CONVS = [
    ([1, 2, 3, 4], "for", (2, 7, 8, 20), (6, 3, 3, 20), "", "", {}),
    ([1, 2, 3, 4], "forall", (2, 7, 8, 20), (6, 3, 3, 20), "nhwk", "oijk", {}),
    ([0, 2, 4], "for", (1, 9, 11, 33), (5, 3, 2, 33), "", "",
     {"strides": [2, 3], "dilations": [3, 2], "padding": [2, 4, 0, 3]}),
    ([0, 3, 2], "forall", (1, 9, 11, 33), (5, 3, 2, 33), "nhw", "o",
     {"strides": [2, 3], "dilations": [3, 2], "padding": [2, 4, 0, 3], "pad_value": "one"}),
    ([1, 2, 0, 3], "for", (2, 6, 5, 9), (7, 3, 3, 9), "hw", "",
     {"padding": [1, 0, 1, 1], "pad_value": "minus_one"}),
    # A row of one tap and rows of words of unknown length, which do not merge.
    ([0, 0, 1], "for", (1, 6, 4, 40), (3, 2, 1, 40), "k", "k", {}),
    ([3, 1, 1], "for", (1, 6, 4, 32), (1, 2, 1, 32), "hk", "k", {}),
    # Windows that read nothing but padding.
    ([0, 1, 2], "for", (1, 2, 3, 8), (2, 3, 2, 8), "", "", {"padding": [6, 7, 4, 5]}),
    ([0, 1, 2], "for", (1, 2, 3, 8), (2, 3, 2, 8), "hw", "oij",
     {"strides": [3, 1], "padding": [6, 7, 4, 5], "pad_value": "one"}),
    ([0, 3, 1], "forall", (1, 0, 3, 8), (2, 1, 2, 8), "h", "", {"padding": [3, 4, 0, 1]}),
    ([1, 1], "for", (2, 1, 1, 64), (3, 3, 3, 64), "", "", {"padding": [1, 1, 1, 1]}),
    # Rows that the stride leaves out.
    ([0, 2, 2], "for", (1, 10, 10, 5), (4, 2, 3, 5), "w", "", {"strides": [4, 5]}),
    # No positions, and no taps.
    ([1, 1], "for", (3, 1, 5, 8), (2, 3, 3, 8), "h", "", {}),
    ([0, 2], "for", (1, 4, 4, 8), (2, 0, 3, 8), "", "oi", {"strides": [2, 1]}),
    ([1, 2, 2], "for", (2, 5, 4, 2, 7), (6, 3, 2, 7), "", "",
     {"groups": 2, "padding": [1, 1, 0, 1]}),
    ([1, 2], "forall", (2, 5, 4, 3, 7), (6, 3, 2, 7), "nhwk", "oi", {"groups": 3}),
]  # fmt: skip


def get_type(shape, names, dynamic, element):
    sizes = ["?" if name in dynamic else str(n) for n, name in zip(shape, names)]
    return f"tensor<{'x'.join(sizes)}x{element}>"


def get_constant(generator, shape):
    if not shape:
        return generator.choice(["true", "false"])
    elements = [get_constant(generator, shape[1:]) for _ in range(shape[0])]
    return "[" + ", ".join(elements) + "]"


def get_positions(size, kernel, stride, dilation, low, high):
    return max((size + low + high - (kernel - 1) * dilation - 1) // stride + 1, 0)


def write_case(generator, number, op, a, b, acc, attributes, padding):
    """Writes @caseN, which returns the difference of @plainN and @tiledN. The latter gets
    its padding as arguments."""
    packed = "i1, #quant_bnn.packed<i32>"
    types, static = [], []
    for shape, names, dynamic in [a, b]:
        types.append(get_type(shape, names, dynamic, packed))
        static.append(get_type(shape, names, "", packed))
    shape, names, dynamic = acc
    y, all_dynamic = (get_type(shape, names, d, "i32") for d in (dynamic, names))
    signature = f": ({types[0]}, {types[1]}) -> {y}"
    pads = [f"%p{i}" for i in range(len(padding))]
    for kind, sizes in [("plain", padding), ("tiled", pads)]:
        given = f" padding = [{', '.join(map(str, sizes))}]" if padding else ""
        arguments = "".join(f", {pad}: index" for pad in pads)
        mark = f" {{case = {number} : i64}}" if kind == "tiled" else ""
        value = attributes.get("pad_value")
        before = "".join(f" {k} = {v}" for k, v in attributes.items() if k != "pad_value")
        after = f" pad_value = {value}" if value else ""
        print(
            f"func.func private @{kind}{number}(%a: {types[0]}, %b: {types[1]}{arguments})"
            f" -> {y} {{\n"
            f"  %y = quant_bnn.{op} %a, %b{before}{given}{after}{mark} {signature}\n"
            f"  return %y : {y}\n}}"
        )
    print(f"func.func private @case{number}() -> i32 {{")
    for name, (shape, *_), type, wide in zip("ab", [a, b], static, types):
        bits = get_constant(generator, shape) if 0 not in shape else "false"
        print(f"  %{name}0 = arith.constant dense<{bits}> : {type}")
        print(f"  %{name} = tensor.cast %{name}0 : {type} to {wide}")
    for pad, size in zip(pads, padding):
        print(f"  {pad} = arith.constant {size} : index")
    signature = f"({types[0]}, {types[1]}{', index' * len(pads)}) -> {y}"
    arguments = "".join(f", {pad}" for pad in pads)
    print(
        f"  %p = call @plain{number}(%a, %b{arguments}) : {signature}\n"
        f"  %t = call @tiled{number}(%a, %b{arguments}) : {signature}\n"
        f"  %d = arith.subi %p, %t : {y}\n"
        f"  %e = math.absi %d : {y}\n"
        "  %zero = arith.constant dense<0> : tensor<i32>\n"
        f"  %sum = linalg.reduce {{ arith.addi }} ins(%e : {y}) outs(%zero : tensor<i32>)"
        f" dimensions = {list(range(len(names)))}\n"
        "  %r = tensor.extract %sum[] : tensor<i32>\n  return %r : i32\n}"
    )


def write_transform(number, op, sizes, kind):
    loops = sum(size > 0 for size in sizes) if kind == "for" else 1
    results = ", ".join(["!transform.any_op"] * (loops + 1))
    print(
        f"  %{number} = transform.structured.match ops{{[\"quant_bnn.{op}\"]}}"
        f" attributes {{case = {number} : i64}} in %module"
        " : (!transform.any_op) -> !transform.any_op\n"
        f"  transform.structured.tile_using_{kind} %{number} tile_sizes {sizes}"
        f" : (!transform.any_op) -> ({results})"
    )


def main():
    generator = random.Random(1)
    cases = []
    print("module attributes {transform.with_named_sequence} {")
    for sizes, kind, a, b, a_dynamic, b_dynamic in MATMULS:
        a_names = "bmk"[-len(a) :]
        b_names = "bnk"[-len(b) :]
        # The result may be dynamic where the operands are not.
        acc = ((*a[:-1], b[-2]), a_names[:-1] + "n", "bmn")
        write_case(generator, len(cases), "xnor_matmul", (a, a_names, a_dynamic),
                   (b, b_names, b_dynamic), acc, {}, [])  # fmt: skip
        cases.append(("xnor_matmul", sizes, kind))
    for sizes, kind, x, w, x_dynamic, w_dynamic, attributes in CONVS:
        attributes = dict(attributes)
        padding = attributes.pop("padding", [])
        strides, dilations = (attributes.get(n, [1, 1]) for n in ("strides", "dilations"))
        pads = padding or [0] * 4
        positions = [
            get_positions(x[1 + i], w[1 + i], strides[i], dilations[i], *pads[2 * i : 2 * i + 2])
            for i in range(2)
        ]
        # Padding that is an argument makes the result dynamic.
        acc_dynamic = "hw" if padding else ""
        acc_dynamic += x_dynamic + w_dynamic.replace("i", "h").replace("j", "w")
        acc = ((x[0], *positions, w[0]), "nhwo", acc_dynamic)
        names = "nhwgk" if len(x) == 5 else "nhwk"
        write_case(generator, len(cases), "xnor_conv_2d", (x, names, x_dynamic),
                   (w, "oijk", w_dynamic), acc, attributes, padding)  # fmt: skip
        cases.append(("xnor_conv_2d", sizes, kind))
    print(f"func.func @differences() -> tensor<{len(cases)}xi32> {{")
    for number in range(len(cases)):
        print(f"  %d{number} = call @case{number}() : () -> i32")
    names = ", ".join(f"%d{number}" for number in range(len(cases)))
    print(f"  %all = tensor.from_elements {names} : tensor<{len(cases)}xi32>")
    print(f"  return %all : tensor<{len(cases)}xi32>\n}}")
    print(
        "transform.named_sequence @__transform_main("
        "%module: !transform.any_op {transform.readonly}) {"
    )
    for number, (op, sizes, kind) in enumerate(cases):
        write_transform(number, op, sizes, kind)
    print("  transform.yield\n}\n}")


main()
