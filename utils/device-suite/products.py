"""Products of packed signs, as MLIR and as what a caller has to know of them.

A function takes two packed tensors, each as its words and the length of a row, and
returns the products. device/products.py has the shapes.
"""

import dataclasses

from kernels import Module


@dataclasses.dataclass(frozen=True)
class Product:
    name: str
    kernel: str
    type: str


def _module(kernel, element, a, b, attributes, y):
    """`a`, `b` and `y`: the shapes of the operands and the result."""
    product = Product(f"{kernel}_{element}", kernel, element)
    left, right = (f"tensor<{shape}xi1, #quant_bnn.packed<{element}>>" for shape in (a, b))
    result = f"tensor<{y}xi32>"
    text = f"""func.func @{product.name}(%a: {left}, %b: {right}) -> {result} {{
  %y = quant_bnn.{kernel} %a, %b {attributes}
      : ({left}, {right}) -> {result}
  return %y : {result}
}}
"""
    return Module(product.name, text, products=(product,))


def list_modules(is_quick):
    modules = []
    for element in ("i64",) if is_quick else ("i8", "i32", "i64"):
        modules.append(_module("xnor_matmul", element, "?x?", "?x?", "", "?x?"))
        modules.append(
            _module(
                "xnor_conv_2d",
                element,
                "?x?x?x?",
                "?x3x3x?",
                "strides = [2, 1] padding = [1, 1, 1, 1]",
                "?x?x?x?",
            )
        )
    return modules
