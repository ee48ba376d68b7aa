"""Ops on each element, which broadcast."""

import math

import torch

from quant_bnn._builder import is_float
from quant_bnn._layers import (
    Unsupported,
    build_leaky_relu,
    build_sign,
    convert_number,
    get_wide,
)
from quant_bnn.torch._aten.registry import (
    Arguments,
    get_result,
    is_node,
    translates,
)
from quant_bnn.torch._types import ELEMENTS


def _get_operand_type(importer, operands):
    """Returns the element type that PyTorch computes ``operands`` in: nodes, numbers."""
    fakes = [importer.get_fake(o) if is_node(o) else o for o in operands]
    if len(fakes) == 1:
        return importer.get_element(fakes[0])
    return ELEMENTS[torch.result_type(*fakes)]


def _add_elementwise(importer, node, operands, body, compute=None):
    """Adds a loop over the result of ``node``. ``operands`` are nodes or numbers, which
    ``body(scalars, element, *operands)`` gets in the type ``compute``, or else in the
    one that PyTorch computes in. It returns a number of the type of the result, if that
    is i1, and otherwise of the type that it computes in."""
    shape, element = get_result(importer, node)
    compute = compute or _get_operand_type(importer, operands)
    tensors = [importer.get(o) for o in operands if is_node(o)]

    def build(scalars, *arguments):
        arguments = iter(arguments)
        numbers = []
        for operand in operands:
            if is_node(operand):
                source = importer.get(operand).element
                numbers.append(
                    convert_number(scalars, next(arguments), source, compute)
                )
            else:
                numbers.append(scalars.constant(operand, compute))
        result = body(scalars, compute, *numbers)
        return (
            result
            if element == "i1"
            else convert_number(scalars, result, compute, element)
        )

    return importer.builder.add_elementwise(tensors, shape, element, build)


def _define_binary(name, float_op, integer_op=None):
    def translate(importer, node):
        arguments = Arguments(importer, node)
        alpha = arguments.alpha if "alpha" in arguments else 1
        operands = [arguments.get_node("self"), arguments.get_node("other")]

        def body(scalars, element, left, right):
            op = float_op if is_float(element) else integer_op
            # Or and and.
            op = _BOOLEAN.get(op) if element == "i1" else op
            if op is None:
                raise Unsupported(f"on {element}")
            if alpha != 1:
                multiply = "arith.mulf" if is_float(element) else "arith.muli"
                factor = scalars.constant(alpha, element)
                right = scalars.compute(multiply, element, right, factor)
            return scalars.compute(op, element, left, right)

        compute = None
        if name == "div":
            compute = get_result(importer, node)[1]
        return _add_elementwise(importer, node, operands, body, compute)

    return translates(f"aten.{name}.Tensor", f"aten.{name}.Scalar")(translate)


_BOOLEAN = {"arith.addi": "arith.ori", "arith.muli": "arith.andi"}

add = _define_binary("add", "arith.addf", "arith.addi")
_define_binary("sub", "arith.subf", "arith.subi")
_define_binary("mul", "arith.mulf", "arith.muli")
_define_binary("div", "arith.divf")


@translates("aten.rsub.Scalar", "aten.rsub.Tensor")
def _rsub(importer, node):
    arguments = Arguments(importer, node)
    if arguments.alpha != 1:
        raise Unsupported("with alpha")
    operands = [arguments.get_node("other"), arguments.get_node("self")]

    def body(scalars, element, left, right):
        op = "arith.subf" if is_float(element) else "arith.subi"
        return scalars.compute(op, element, left, right)

    return _add_elementwise(importer, node, operands, body)


@translates("aten.maximum.default", "aten.minimum.default")
def _extreme(importer, node):
    arguments = Arguments(importer, node)
    kind = "max" if "maximum" in str(node.target) else "min"

    def body(scalars, element, left, right):
        integer = f"arith.{kind}ui" if element == "i1" else f"arith.{kind}si"
        op = f"arith.{kind}imumf" if is_float(element) else integer
        return scalars.compute(op, element, left, right)

    operands = [arguments.get_node("self"), arguments.get_node("other")]
    return _add_elementwise(importer, node, operands, body)


# A NaN is different from all numbers, itself included.
_PREDICATES = {
    "eq": ("oeq", "eq"),
    "ne": ("une", "ne"),
    "lt": ("olt", "slt"),
    "le": ("ole", "sle"),
    "gt": ("ogt", "sgt"),
    "ge": ("oge", "sge"),
}


def _define_comparison(name):
    def translate(importer, node):
        arguments = Arguments(importer, node)
        operands = [arguments.get_node("self"), arguments.get_node("other")]

        def body(scalars, element, left, right):
            predicate = _PREDICATES[name][0 if is_float(element) else 1]
            if element == "i1" and name not in ("eq", "ne"):
                predicate = "u" + predicate[1:]
            return scalars.compare(predicate, left, right, element)

        return _add_elementwise(importer, node, operands, body)

    translates(f"aten.{name}.Tensor", f"aten.{name}.Scalar")(translate)


for _name in _PREDICATES:
    _define_comparison(_name)


def _define_unary(name, build):
    """``build(scalars, element, x)`` computes in the type of the result."""

    def translate(importer, node):
        operand = Arguments(importer, node).get_node("self")
        element = get_result(importer, node)[1]
        if not is_float(element):
            raise Unsupported(f"on {element}")
        return _add_elementwise(importer, node, [operand], build, element)

    translates(f"aten.{name}.default")(translate)


def _define_math(name, op):
    _define_unary(name, lambda scalars, element, x: scalars.compute(op, element, x))


for _name, _op in (
    ("abs", "math.absf"),
    ("neg", "arith.negf"),
    ("tanh", "math.tanh"),
    ("exp", "math.exp"),
    ("log", "math.log"),
    ("log2", "math.log2"),
    ("sqrt", "math.sqrt"),
    ("rsqrt", "math.rsqrt"),
    ("round", "math.roundeven"),
    ("floor", "math.floor"),
    ("ceil", "math.ceil"),
    ("erf", "math.erf"),
    ("sin", "math.sin"),
    ("cos", "math.cos"),
):
    _define_math(_name, _op)


def _sigmoid(scalars, element, x):
    # By the exponential of -abs x, which is finite, and whose gradient is, too.
    zero, one = scalars.constant(0, element), scalars.constant(1, element)
    is_positive = scalars.compare("oge", x, zero, element)
    negated = scalars.compute("arith.negf", element, x)
    below = scalars.select(is_positive, negated, x, element)
    power = scalars.compute("math.exp", element, below)
    total = scalars.compute("arith.addf", element, one, power)
    top = scalars.select(is_positive, one, power, element)
    return scalars.compute("arith.divf", element, top, total)


def _reciprocal(scalars, element, x):
    return scalars.compute("arith.divf", element, scalars.constant(1, element), x)


_define_unary("sigmoid", _sigmoid)
_define_unary("reciprocal", _reciprocal)
_define_unary(
    "silu",
    lambda scalars, element, x: scalars.compute(
        "arith.mulf", element, x, _sigmoid(scalars, element, x)
    ),
)


@translates("aten.gelu.default")
def _gelu(importer, node):
    arguments = Arguments(importer, node)
    element = get_result(importer, node)[1]

    def body(scalars, element, x):
        def multiply(*factors):
            product = factors[0]
            for factor in factors[1:]:
                if not isinstance(factor, str):
                    factor = scalars.constant(factor, element)
                product = scalars.compute("arith.mulf", element, product, factor)
            return product

        if arguments.approximate == "tanh":
            cube = multiply(x, x, x, 0.044715)
            inner = scalars.compute("arith.addf", element, x, cube)
            inner = multiply(inner, math.sqrt(2 / math.pi))
            share = scalars.compute("math.tanh", element, inner)
        else:
            share = scalars.compute("math.erf", element, multiply(x, math.sqrt(0.5)))
        one = scalars.constant(1, element)
        return multiply(x, 0.5, scalars.compute("arith.addf", element, one, share))

    operand = arguments.get_node("self")
    return _add_elementwise(importer, node, [operand], body, get_wide(element))


def _clamp(importer, node, low, high, is_open=False):
    """Clamps to [low, high]. In training, the gradient is that of PyTorch: g in the range,
    without its bounds if ``is_open``."""
    operand = Arguments(importer, node).get_node("self")
    element = get_result(importer, node)[1]
    inside = ("ogt", "olt") if is_open else ("oge", "ole")
    outside = {"ogt": "ole", "olt": "oge", "oge": "olt", "ole": "ogt"}

    def select(scalars, element, x, bound, predicate):
        number = scalars.constant(bound, element)
        # A NaN stays.
        is_outside = scalars.compare(outside[predicate], x, number, element)
        return scalars.select(is_outside, number, x, element)

    def body(scalars, element, x):
        kinds = ("maximumf", "minimumf") if is_float(element) else ("maxsi", "minsi")
        for kind, predicate, bound in zip(kinds, inside, (low, high)):
            if bound is None:
                continue
            if importer.trains and is_float(element):
                x = select(scalars, element, x, bound, predicate)
            else:
                number = scalars.constant(bound, element)
                x = scalars.compute(f"arith.{kind}", element, x, number)
        return x

    return _add_elementwise(importer, node, [operand], body, element)


@translates("aten.clamp.default")
def _clamp_default(importer, node):
    arguments = Arguments(importer, node)
    return _clamp(importer, node, arguments.min, arguments.max)


@translates("aten.clamp_min.default")
def _clamp_min(importer, node):
    return _clamp(importer, node, Arguments(importer, node).min, None)


@translates("aten.hardtanh.default")
def _hardtanh(importer, node):
    arguments = Arguments(importer, node)
    return _clamp(importer, node, arguments.min_val, arguments.max_val, is_open=True)


@translates("aten.relu.default")
def _relu(importer, node):
    return _clamp(importer, node, 0, None, is_open=True)


@translates("aten.relu6.default")
def _relu6(importer, node):
    return _clamp(importer, node, 0, 6, is_open=True)


@translates("aten.pow.Tensor_Scalar")
def _pow(importer, node):
    arguments = Arguments(importer, node)
    exponent = arguments.exponent

    def body(scalars, element, x):
        if exponent == 1:
            return x
        if exponent == 2:
            return scalars.compute("arith.mulf", element, x, x)
        if exponent == 0.5:
            return scalars.compute("math.sqrt", element, x)
        if exponent == -0.5:
            return scalars.compute("math.rsqrt", element, x)
        power = scalars.constant(exponent, element)
        return scalars.compute("math.powf", element, x, power)

    element = get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")
    return _add_elementwise(importer, node, [arguments.get_node("self")], body, element)


@translates("aten.pow.Scalar")
def _pow_scalar(importer, node):
    arguments = Arguments(importer, node)
    element = get_result(importer, node)[1]
    if arguments.self != 2 or not is_float(element):
        raise Unsupported("but for powers of 2")

    def body(scalars, element, x):
        return scalars.compute("math.exp2", element, x)

    operands = [arguments.get_node("exponent")]
    return _add_elementwise(importer, node, operands, body, element)


@translates("aten.sign.default")
def _sign(importer, node):
    # PyTorch's sign of NaN is 0, which the op has at zero alone.
    operand = Arguments(importer, node).get_node("self")
    element = get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")
    return _add_elementwise(importer, node, [operand], build_sign, element)


def _where(importer, node):
    arguments = Arguments(importer, node)
    condition = arguments.get_node("condition")
    shape, element = get_result(importer, node)
    operands = [arguments.get_node("self"), arguments.get_node("other")]
    tensors = [importer.get(o) for o in (condition, *operands) if is_node(o)]

    def build(scalars, chosen, *others):
        others = iter(others)
        numbers = [
            (
                convert_number(scalars, next(others), importer.get(o).element, element)
                if is_node(o)
                else scalars.constant(o, element)
            )
            for o in operands
        ]
        return scalars.select(chosen, *numbers, element)

    return importer.builder.add_elementwise(tensors, shape, element, build)


translates(
    "aten.where.self",
    "aten.where.Scalar",
    "aten.where.ScalarOther",
    "aten.where.ScalarSelf",
)(_where)


@translates("aten.logical_not.default", "aten.bitwise_not.default")
def _not(importer, node):
    operand = Arguments(importer, node).get_node("self")
    if importer.get(operand).element != "i1":
        raise Unsupported("but for tensors of bool")

    def body(scalars, element, x):
        return scalars.op(f"arith.xori {x}, {scalars.constant(1, 'i1')} : i1")

    return _add_elementwise(importer, node, [operand], body, "i1")


def _define_logic(op, *names):
    def translate(importer, node):
        operands = node.args[:2]
        if any(not is_node(o) or importer.get(o).element != "i1" for o in operands):
            raise Unsupported("but for tensors of bool")

        def body(scalars, element, left, right):
            return scalars.compute(op, element, left, right)

        return _add_elementwise(importer, node, operands, body, "i1")

    translates(*names)(translate)


for _name, _op in (("and", "arith.andi"), ("or", "arith.ori"), ("xor", "arith.xori")):
    _define_logic(
        _op,
        f"aten.logical_{_name}.default",
        f"aten.bitwise_{_name}.Tensor",
        f"aten.__{_name}__.Tensor",
    )


@translates("aten._to_copy.default", "aten.type_as.default", "aten.to.dtype")
def _to(importer, node):
    operand = Arguments(importer, node).get_node("self")
    element = get_result(importer, node)[1]
    if importer.get(operand).element == element:
        return importer.get(operand)
    source = importer.get(operand).element
    if element == "i1":

        def body(scalars, compute, x):
            return convert_number(scalars, x, source, "i1")

        return _add_elementwise(importer, node, [operand], body, source)
    return _add_elementwise(importer, node, [operand], lambda _, __, x: x, element)


@translates("aten.prelu.default", "aten._prelu_kernel.default")
def _prelu(importer, node):
    arguments = Arguments(importer, node)
    builder, x, weight = importer.builder, arguments.self, arguments.weight
    if weight.rank == 1 and x.rank > 1 and weight.shape[0] != 1:
        groups = [[0, *range(1, x.rank - 1)]]
        shape = [weight.shape[0]] + [1] * (x.rank - 2)
        weight = builder.add_expand(weight, groups, shape)

    def build(scalars, x, slope):
        return build_leaky_relu(scalars, element, x, slope)

    shape, element = get_result(importer, node)
    return builder.add_elementwise([x, weight], shape, element, build)


@translates("aten.leaky_relu.default")
def _leaky_relu(importer, node):
    arguments = Arguments(importer, node)

    def body(scalars, element, x):
        slope = scalars.constant(arguments.negative_slope, element)
        return build_leaky_relu(scalars, element, x, slope)

    return _add_elementwise(importer, node, [arguments.get_node("self")], body)
