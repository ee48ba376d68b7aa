"""Writes a module whose @differences returns, for each convolution among zeros, how far
the sums with constant filters are from those with the same filters as an argument."""

import random

# Height, width, channels of a group, filters, groups, kernel, strides, dilations, and
# padding at the top, bottom, left and right.
CASES = [
    (7, 9, 20, 3, 1, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
    (5, 4, 70, 4, 2, (3, 2), (2, 1), (1, 3), (2, 0, 1, 2)),
    (2, 3, 8, 2, 1, (5, 1), (1, 2), (2, 1), (6, 5, 0, 1)),
    (1, 1, 64, 17, 1, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1)),
]


def bits(random, shape):
    if not shape:
        return random.choice(["true", "false"])
    return "[" + ", ".join(bits(random, shape[1:]) for _ in range(shape[0])) + "]"


def positions(size, kernel, stride, dilation, low, high):
    return (size + low + high - (kernel - 1) * dilation - 1) // stride + 1


def main():
    generator = random.Random(1)
    names = []
    for number, case in enumerate(CASES):
        height, width, channels, filters, groups, kernel, strides, dilations, pads = case
        groups_shape = [groups] if groups > 1 else []
        x_shape = [1, height, width, *groups_shape, channels]
        w_shape = [filters, *kernel, channels]
        rows = positions(height, kernel[0], strides[0], dilations[0], *pads[:2])
        columns = positions(width, kernel[1], strides[1], dilations[1], *pads[2:])
        tensor = lambda shape, element: f"tensor<{'x'.join(map(str, shape))}x{element}>"
        x, w = (tensor(s, "i1, #quant_bnn.packed<i32>") for s in (x_shape, w_shape))
        y = tensor([1, rows, columns, filters], "i32")
        attributes = f"strides = {list(strides)} dilations = {list(dilations)} "
        if groups > 1:
            attributes += f"groups = {groups} "
        attributes += f"padding = {list(pads)}"
        conv = f"quant_bnn.xnor_conv_2d %x, %w {attributes} : ({x}, {w}) -> {y}"
        print(
            f"func.func private @conv{number}(%x: {x}, %w: {w}) -> {y} {{\n"
            f"  %y = {conv}\n  return %y : {y}\n}}\n"
            f"func.func private @case{number}() -> i32 {{\n"
            f"  %x = arith.constant dense<{bits(generator, x_shape)}> : {x}\n"
            f"  %w = arith.constant dense<{bits(generator, w_shape)}> : {w}\n"
            f"  %y = {conv}\n"
            f"  %z = func.call @conv{number}(%x, %w) : ({x}, {w}) -> {y}\n"
            f"  %d = arith.subi %y, %z : {y}\n"
            f"  %a = math.absi %d : {y}\n"
            "  %zero = arith.constant dense<0> : tensor<i32>\n"
            f"  %sum = linalg.reduce {{ arith.addi }} ins(%a : {y}) outs(%zero : tensor<i32>)"
            " dimensions = [0, 1, 2, 3]\n"
            "  %r = tensor.extract %sum[] : tensor<i32>\n  return %r : i32\n}"
        )
        names.append(f"%d{number}")
    print(f"func.func @differences() -> tensor<{len(names)}xi32> {{")
    for number, name in enumerate(names):
        print(f"  {name} = call @case{number}() : () -> i32")
    print(f"  %all = tensor.from_elements {', '.join(names)} : tensor<{len(names)}xi32>")
    print(f"  return %all : tensor<{len(names)}xi32>\n}}")


main()
