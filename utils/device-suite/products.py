"""Products of packed signs, as MLIR and as what a caller has to know of them.

A function takes two operands of words and its sizes, and returns the products, all
in one dimension. device/products.py has the order of the sizes.
"""

import dataclasses

from kernels import Module


@dataclasses.dataclass(frozen=True)
class Product:
    name: str
    kernel: str
    type: str


def _function(name, element, sizes, left, right, op, result):
    """`left`, `right` and `result`: the sizes of the op's operands and result."""

    def shape(of, kind):
        return f"tensor<{'x'.join('?' * len(of))}x{kind}>"

    def group(of):
        return f"[[{', '.join(map(str, range(len(of))))}]]"

    arguments = "".join(f", %{size}: index" for size in sizes)
    lines = [
        f"func.func @{name}(%a: tensor<?x{element}>, %b: tensor<?x{element}>{arguments})"
        " -> tensor<?xi32> {",
        f"  %bits = arith.constant {element[1:]} : index",
        "  %three = arith.constant 3 : index",
        "  %depth = arith.muli %words, %bits : index",
    ]
    for operand, of in (("a", left), ("b", right)):
        lines.append(
            f"  %{operand}s = tensor.expand_shape %{operand} {group(of)}"
            f" output_shape [{', '.join('%' + size for size in of)}]"
            f" : tensor<?x{element}> into {shape(of, element)}"
        )
    return "\n".join(
        [
            *lines,
            f"  %y = quant_bnn.{op} : ({shape(left, element)}, {shape(right, element)})"
            f" -> {shape(result, 'i32')}",
            f"  %flat = tensor.collapse_shape %y {group(result)}"
            f" : {shape(result, 'i32')} into tensor<?xi32>",
            "  return %flat : tensor<?xi32>",
            "}",
            "",
        ]
    )


def _module(kernel, element, sizes, left, right, attributes, result):
    product = Product(f"{kernel}_{element}", kernel, element)
    op = f"{kernel} %as, %bs depth = %depth {attributes}"
    text = _function(product.name, element, sizes, left, right, op, result)
    return Module(product.name, text, products=(product,))


def list_modules(is_quick):
    modules = []
    for element in ("i64",) if is_quick else ("i8", "i32", "i64"):
        modules.append(
            _module(
                "xnor_matmul",
                element,
                ("rows", "columns", "words"),
                ("rows", "words"),
                ("columns", "words"),
                "",
                ("rows", "columns"),
            )
        )
        modules.append(
            _module(
                "xnor_conv_2d",
                element,
                ("images", "height", "width", "filters", "words"),
                ("images", "height", "width", "words"),
                ("filters", "three", "three", "words"),
                "strides = [2, 1] padding = [1, 1, 1, 1]",
                ("images", "height", "width", "filters"),
            )
        )
    return modules
