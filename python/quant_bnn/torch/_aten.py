"""The ops of PyTorch in MLIR: a function for each, by the name of the op.

A function takes the importer and a node of the graph, and returns the value of the node,
or a tuple of values. What it cannot express raises ``Unsupported``, with a message that
continues "OP is not imported".
"""

import math

import torch

from quant_bnn._builder import is_float, multiply_extents, write_type
from quant_bnn.torch._ops import OPERATORS, write_float
from quant_bnn.torch._types import ELEMENTS

_TRANSLATIONS = {}


class Unsupported(Exception):
    pass


def _translates(*names):
    def register(function):
        for name in names:
            _TRANSLATIONS[name] = function
        return function

    return register


def find(target):
    """Returns the function for an op, or None."""
    return _TRANSLATIONS.get(str(target))


class _Arguments:
    """The arguments of a node by the names of the schema, with its defaults."""

    def __init__(self, importer, node):
        self._importer = importer
        self._values = {}
        for i, argument in enumerate(node.target._schema.arguments):
            if i < len(node.args):
                value = node.args[i]
            elif argument.name in node.kwargs:
                value = node.kwargs[argument.name]
            else:
                value = argument.default_value if argument.has_default_value() else None
            self._values[argument.name] = value

    def __getattr__(self, name):
        value = self._values[name]
        if not isinstance(value, torch.fx.Node):
            return value
        # An extent is no value of MLIR.
        is_tensor = isinstance(value.meta.get("val"), (torch.Tensor, tuple, list))
        return self._importer.get(value) if is_tensor else value

    def get_node(self, name):
        return self._values[name]


def _get_result(importer, node):
    """Returns the shape and the element type of the result of ``node``."""
    fake = importer.get_fake(node)
    return importer.get_shape(fake), importer.get_element(fake)


# ---------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------


def _convert(scalars, value, source, target):
    """Converts a number between element types, as PyTorch does."""
    if source == target:
        return value
    sizes = {"i1": 1, "bf16": 16}

    def get_bits(element):
        return sizes.get(element) or int(element[1:])

    def cast(op):
        return scalars.op(f"{op} {value} : {source} to {target}")

    if is_float(source) and is_float(target):
        if {source, target} == {"f16", "bf16"}:
            wide = _convert(scalars, value, source, "f32")
            return _convert(scalars, wide, "f32", target)
        return cast(
            "arith.extf" if get_bits(target) > get_bits(source) else "arith.truncf"
        )
    if target == "i1":
        zero = scalars.constant(0, source)
        return scalars.compare("une" if is_float(source) else "ne", value, zero, source)
    if is_float(target):
        return cast("arith.uitofp" if source == "i1" else "arith.sitofp")
    if is_float(source):
        return cast("arith.fptosi")
    if get_bits(target) < get_bits(source):
        return cast("arith.trunci")
    return cast("arith.extui" if source == "i1" else "arith.extsi")


def _get_operand_type(importer, operands):
    """Returns the element type that PyTorch computes ``operands`` in: nodes, numbers."""
    fakes = [
        importer.get_fake(o) if isinstance(o, torch.fx.Node) else o for o in operands
    ]
    result = fakes[0]
    dtype = torch.result_type(fakes[0], fakes[0])
    for other in fakes[1:]:
        dtype = torch.promote_types(dtype, torch.result_type(result, other))
    return ELEMENTS[dtype]


def _add_elementwise(importer, node, operands, body, compute=None):
    """Adds a loop over the result of ``node``. ``operands`` are nodes or numbers, which
    ``body(scalars, element, *operands)`` gets in the type ``compute``, or else in the
    one that PyTorch computes in. It returns a number of the type of the result, if that
    is i1, and otherwise of the type that it computes in."""
    shape, element = _get_result(importer, node)
    compute = compute or _get_operand_type(importer, operands)
    tensors = [importer.get(o) for o in operands if isinstance(o, torch.fx.Node)]

    def build(scalars, *arguments):
        arguments = iter(arguments)
        numbers = []
        for operand in operands:
            if isinstance(operand, torch.fx.Node):
                source = importer.get(operand).element
                numbers.append(_convert(scalars, next(arguments), source, compute))
            else:
                numbers.append(scalars.constant(operand, compute))
        result = body(scalars, compute, *numbers)
        return result if element == "i1" else _convert(scalars, result, compute, element)

    return importer.builder.add_elementwise(tensors, shape, element, build)


def _define_binary(name, float_op, integer_op=None):
    def translate(importer, node):
        arguments = _Arguments(importer, node)
        alpha = arguments.alpha if "alpha" in arguments._values else 1
        operands = [arguments.get_node("self"), arguments.get_node("other")]

        def body(scalars, element, left, right):
            op = float_op if is_float(element) else integer_op
            if op is None:
                raise Unsupported(f"on {element}")
            if alpha != 1:
                multiply = "arith.mulf" if is_float(element) else "arith.muli"
                factor = scalars.constant(alpha, element)
                right = scalars.compute(multiply, element, right, factor)
            return scalars.compute(op, element, left, right)

        compute = None
        if name == "div":
            compute = _get_result(importer, node)[1]
        return _add_elementwise(importer, node, operands, body, compute)

    _translates(f"aten.{name}.Tensor", f"aten.{name}.Scalar")(translate)


_define_binary("add", "arith.addf", "arith.addi")
_define_binary("sub", "arith.subf", "arith.subi")
_define_binary("mul", "arith.mulf", "arith.muli")
_define_binary("div", "arith.divf")


@_translates("aten.rsub.Scalar", "aten.rsub.Tensor")
def _rsub(importer, node):
    arguments = _Arguments(importer, node)
    if arguments.alpha != 1:
        raise Unsupported("with alpha")
    operands = [arguments.get_node("other"), arguments.get_node("self")]

    def body(scalars, element, left, right):
        op = "arith.subf" if is_float(element) else "arith.subi"
        return scalars.compute(op, element, left, right)

    return _add_elementwise(importer, node, operands, body)


@_translates("aten.maximum.default", "aten.minimum.default")
def _extreme(importer, node):
    arguments = _Arguments(importer, node)
    kind = "max" if "maximum" in str(node.target) else "min"

    def body(scalars, element, left, right):
        op = f"arith.{kind}imumf" if is_float(element) else f"arith.{kind}si"
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
        arguments = _Arguments(importer, node)
        operands = [arguments.get_node("self"), arguments.get_node("other")]

        def body(scalars, element, left, right):
            predicate = _PREDICATES[name][0 if is_float(element) else 1]
            return scalars.compare(predicate, left, right, element)

        return _add_elementwise(importer, node, operands, body)

    _translates(f"aten.{name}.Tensor", f"aten.{name}.Scalar")(translate)


for _name in _PREDICATES:
    _define_comparison(_name)


def _define_unary(name, build):
    """``build(scalars, element, x)`` computes in the type of the result."""

    def translate(importer, node):
        operand = _Arguments(importer, node).get_node("self")
        element = _get_result(importer, node)[1]
        if not is_float(element):
            raise Unsupported(f"on {element}")
        return _add_elementwise(importer, node, [operand], build, element)

    _translates(f"aten.{name}.default")(translate)


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


def _relu(scalars, element, x):
    return scalars.compute("arith.maximumf", element, x, scalars.constant(0, element))


def _sigmoid(scalars, element, x):
    one = scalars.constant(1, element)
    negated = scalars.compute("arith.negf", element, x)
    power = scalars.compute("math.exp", element, negated)
    return scalars.compute(
        "arith.divf", element, one, scalars.compute("arith.addf", element, one, power)
    )


def _reciprocal(scalars, element, x):
    return scalars.compute("arith.divf", element, scalars.constant(1, element), x)


_define_unary("relu", _relu)
_define_unary("sigmoid", _sigmoid)
_define_unary("reciprocal", _reciprocal)
_define_unary(
    "silu",
    lambda scalars, element, x: scalars.compute(
        "arith.mulf", element, x, _sigmoid(scalars, element, x)
    ),
)


def _clamp(importer, node, low, high):
    operand = _Arguments(importer, node).get_node("self")

    def body(scalars, element, x):
        kinds = ("arith.maximumf", "arith.minimumf")
        if not is_float(element):
            kinds = ("arith.maxsi", "arith.minsi")
        for op, bound in zip(kinds, (low, high)):
            if bound is not None:
                x = scalars.compute(op, element, x, scalars.constant(bound, element))
        return x

    return _add_elementwise(importer, node, [operand], body)


@_translates("aten.clamp.default")
def _clamp_default(importer, node):
    arguments = _Arguments(importer, node)
    return _clamp(importer, node, arguments.min, arguments.max)


@_translates("aten.hardtanh.default")
def _hardtanh(importer, node):
    arguments = _Arguments(importer, node)
    return _clamp(importer, node, arguments.min_val, arguments.max_val)


@_translates("aten.clamp_min.default")
def _clamp_min(importer, node):
    return _clamp(importer, node, _Arguments(importer, node).min, None)


@_translates("aten.relu6.default")
def _relu6(importer, node):
    return _clamp(importer, node, 0, 6)


@_translates("aten.pow.Tensor_Scalar")
def _pow(importer, node):
    arguments = _Arguments(importer, node)
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

    element = _get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")
    return _add_elementwise(importer, node, [arguments.get_node("self")], body, element)


@_translates("aten.pow.Scalar")
def _pow_scalar(importer, node):
    arguments = _Arguments(importer, node)
    element = _get_result(importer, node)[1]
    if arguments.self != 2 or not is_float(element):
        raise Unsupported("but for powers of 2")

    def body(scalars, element, x):
        return scalars.compute("math.exp2", element, x)

    operands = [arguments.get_node("exponent")]
    return _add_elementwise(importer, node, operands, body, element)


@_translates("aten.sign.default")
def _sign(importer, node):
    # PyTorch's sign of NaN is 0, which the op has at zero alone.
    operand = _Arguments(importer, node).get_node("self")

    def body(scalars, element, x):
        zero = scalars.constant(0, element)
        one, minus = scalars.constant(1, element), scalars.constant(-1, element)
        above = scalars.compare("ogt", x, zero, element)
        below = scalars.compare("olt", x, zero, element)
        rest = scalars.select(below, minus, zero, element)
        return scalars.select(above, one, rest, element)

    element = _get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")
    return _add_elementwise(importer, node, [operand], body, element)


def _where(importer, node):
    arguments = _Arguments(importer, node)
    condition = arguments.get_node("condition")
    shape, element = _get_result(importer, node)
    operands = [arguments.get_node("self"), arguments.get_node("other")]
    tensors = [importer.get(o) for o in (condition, *operands) if _is_node(o)]

    def build(scalars, chosen, *others):
        others = iter(others)
        numbers = [
            _convert(scalars, next(others), importer.get(o).element, element)
            if _is_node(o)
            else scalars.constant(o, element)
            for o in operands
        ]
        return scalars.select(chosen, *numbers, element)

    return importer.builder.add_elementwise(tensors, shape, element, build)


_translates(
    "aten.where.self", "aten.where.Scalar", "aten.where.ScalarOther", "aten.where.ScalarSelf"
)(_where)


def _is_node(operand):
    return isinstance(operand, torch.fx.Node)


@_translates("aten.logical_not.default", "aten.bitwise_not.default")
def _not(importer, node):
    operand = _Arguments(importer, node).get_node("self")
    if importer.get(operand).element != "i1":
        raise Unsupported("but for tensors of bool")

    def body(scalars, element, x):
        return scalars.op(f"arith.xori {x}, {scalars.constant(1, 'i1')} : i1")

    return _add_elementwise(importer, node, [operand], body, "i1")


def _define_logic(name, op):
    def translate(importer, node):
        arguments = _Arguments(importer, node)
        operands = [arguments.get_node("self"), arguments.get_node("other")]

        def body(scalars, element, left, right):
            return scalars.compute(op, element, left, right)

        return _add_elementwise(importer, node, operands, body, "i1")

    _translates(f"aten.logical_{name}.default")(translate)


_define_logic("and", "arith.andi")
_define_logic("or", "arith.ori")


@_translates("aten._to_copy.default", "aten.type_as.default", "aten.to.dtype")
def _to(importer, node):
    operand = _Arguments(importer, node).get_node("self")
    element = _get_result(importer, node)[1]
    if importer.get(operand).element == element:
        return importer.get(operand)
    source = importer.get(operand).element
    if element == "i1":

        def body(scalars, compute, x):
            return _convert(scalars, x, source, "i1")

        return _add_elementwise(importer, node, [operand], body, source)
    return _add_elementwise(importer, node, [operand], lambda _, __, x: x, element)


@_translates("aten.prelu.default", "aten._prelu_kernel.default")
def _prelu(importer, node):
    arguments = _Arguments(importer, node)
    builder, x, weight = importer.builder, arguments.self, arguments.weight
    if weight.rank == 1 and x.rank > 1 and weight.shape[0] != 1:
        groups = [[0, *range(1, x.rank - 1)]]
        shape = [weight.shape[0]] + [1] * (x.rank - 2)
        weight = builder.add_expand(weight, groups, shape)

    def build(scalars, x, slope):
        zero = scalars.constant(0, element)
        scaled = scalars.compute("arith.mulf", element, x, slope)
        above = scalars.compare("ogt", x, zero, element)
        return scalars.select(above, x, scaled, element)

    shape, element = _get_result(importer, node)
    return builder.add_elementwise([x, weight], shape, element, build)


@_translates("aten.leaky_relu.default")
def _leaky_relu(importer, node):
    arguments = _Arguments(importer, node)

    def body(scalars, element, x):
        slope = scalars.constant(arguments.negative_slope, element)
        above = scalars.compare("ogt", x, scalars.constant(0, element), element)
        scaled = scalars.compute("arith.mulf", element, x, slope)
        return scalars.select(above, x, scaled, element)

    return _add_elementwise(importer, node, [arguments.get_node("self")], body)


# ---------------------------------------------------------------------------
# Quantizers
# ---------------------------------------------------------------------------


def _define_quantizer(name, operator):
    def translate(importer, node):
        arguments = _Arguments(importer, node)
        builder, x = importer.builder, arguments.x
        *own, threshold = operator.complete(
            [arguments.get_node(a.name) for a in node.target._schema.arguments[1:]]
        )
        if threshold is not None:
            x = builder.add_tensor_op(
                f"quant_bnn.gradient_cancellation {x.name} "
                f"threshold = {write_float(threshold)} : {x.type}",
                x.shape,
                x.element,
            )
        text = f"quant_bnn.{name} {x.name}{operator.quantizer.write(*own)} : {x.type}"
        return builder.add_tensor_op(text, x.shape, x.element)

    _translates(f"quant_bnn.{name}.default")(translate)


for _name, _operator in OPERATORS.items():
    _define_quantizer(_name, _operator)


def _scaled(importer, node, text):
    """Adds an op that returns a tensor and a scale."""
    arguments = _Arguments(importer, node)
    builder, x = importer.builder, arguments.x
    name = builder.make_name()
    builder.add_line(f"{name}:2 = {text} : {x.type}")
    scale = builder.add_tensor_op(
        f"tensor.from_elements {name}#1 : tensor<{x.element}>", (), x.element
    )
    return type(x)(f"{name}#0", x.shape, x.element), scale


@_translates("quant_bnn.min_max.default")
def _min_max(importer, node):
    arguments = _Arguments(importer, node)
    unrounded = " unrounded" if arguments.unrounded else ""
    text = f"quant_bnn.min_max {arguments.x.name} bits = {arguments.bits}{unrounded}"
    return _scaled(importer, node, text)


@_translates("quant_bnn.pact.default")
def _pact(importer, node):
    arguments = _Arguments(importer, node)
    builder, x, alpha = importer.builder, arguments.x, arguments.alpha
    zeros = ", ".join(builder.add_index(0) for _ in alpha.shape)
    number = builder.add_op(f"tensor.extract {alpha.name}[{zeros}] : {alpha.type}")
    number = _convert(_TopLevel(builder), number, alpha.element, x.element)
    unrounded = " unrounded" if arguments.unrounded else ""
    text = (
        f"quant_bnn.pact {x.name}, {number} bits = {arguments.bits} "
        f"mode = {arguments.mode} form = {arguments.form} grad = {arguments.grad}"
        f"{unrounded}"
    )
    return (*_scaled(importer, node, text), None)


class _TopLevel:
    """Numbers outside of loops."""

    def __init__(self, builder):
        self.op = builder.add_op


# ---------------------------------------------------------------------------
# Gradients that stop
# ---------------------------------------------------------------------------


@_translates("aten.detach.default")
def _detach(importer, node):
    x = _same(importer, node)
    return _stop_gradient(importer, x) if is_float(x.element) else x


@_translates("aten.clone.default", "aten.alias.default")
@_translates("aten.lift_fresh_copy.default", "aten.contiguous.default")
@_translates("aten.dropout.default", "aten.native_dropout.default")
def _same(importer, node):
    arguments = _Arguments(importer, node)
    if "dropout" in str(node.target) and arguments.train:
        raise Unsupported("in training: call eval() first")
    operand = "input" if "dropout" in str(node.target) else "self"
    return getattr(arguments, operand)


def _match(node, name, *positions):
    """Returns the arguments of ``node`` if it is the op ``name``, or None."""
    if _is_node(node) and str(node.target) == name:
        return [node.args[i] for i in positions]
    return None


def _undetach(node):
    inner = _match(node, "aten.detach.default", 0)
    return inner[0] if inner else None


def _find_estimator(node):
    """Returns (q, h) if ``node`` has the value q and the gradient of h, as written by
    detach: h + (q - h).detach() and q.detach() - h.detach() + h; otherwise None."""
    operands = _match(node, "aten.add.Tensor", 0, 1)
    if not operands or node.kwargs.get("alpha", 1) != 1:
        return None
    for h, rest in (operands, operands[::-1]):
        if not _is_node(h):
            continue
        difference = _match(_undetach(rest), "aten.sub.Tensor", 0, 1)
        if difference and difference[1] is h:
            return difference[0], h
        difference = _match(rest, "aten.sub.Tensor", 0, 1)
        if difference and _undetach(difference[1]) is h:
            q = _undetach(difference[0])
            if q is not None:
                return q, h
    return None


_add = _TRANSLATIONS["aten.add.Tensor"]


@_translates("aten.add.Tensor")
def _add_or_estimate(importer, node):
    estimator = _find_estimator(node)
    if estimator is None:
        return _add(importer, node)
    q, h = (importer.get(operand) for operand in estimator)
    if q.shape != h.shape or q.element != h.element:
        return _add(importer, node)
    text = f"quant_bnn.straight_through {q.name} for {h.name} : {q.type}"
    return importer.builder.add_tensor_op(text, q.shape, q.element)


# ---------------------------------------------------------------------------
# Constants
# ---------------------------------------------------------------------------


def _define_constant(name, get_value):
    def translate(importer, node):
        shape, element = _get_result(importer, node)
        value = get_value(_Arguments(importer, node))
        if not isinstance(value, (int, float, bool)):
            raise Unsupported("with a number that is computed")
        return importer.builder.add_splat(value, shape, element)

    _translates(name)(translate)


for _name in ("ones", "ones_like", "new_ones"):
    _define_constant(f"aten.{_name}.default", lambda arguments: 1)
for _name in ("zeros", "zeros_like", "new_zeros"):
    _define_constant(f"aten.{_name}.default", lambda arguments: 0)
for _name in ("full", "full_like", "new_full"):
    _define_constant(f"aten.{_name}.default", lambda arguments: arguments.fill_value)
_define_constant("aten.scalar_tensor.default", lambda arguments: arguments.s)


# ---------------------------------------------------------------------------
# Layers
# ---------------------------------------------------------------------------


def _add_bias(builder, value, bias, dim):
    """Adds a vector along dimension ``dim``."""
    if bias is None:
        return value
    rank = value.rank
    maps = [range(rank), [dim]]
    return builder.add_generic(
        [value, bias],
        maps,
        builder.add_empty(value.shape, value.element),
        range(rank),
        ["parallel"] * rank,
        lambda scalars, x, b, _: scalars.compute("arith.addf", value.element, x, b),
    )


def _write_window(strides, dilations):
    def write(name, numbers):
        numbers = list(numbers)
        return f"{name} = dense<{numbers}> : vector<{len(numbers)}xi64>"

    return f"{{{write('dilations', dilations)}, {write('strides', strides)}}}"


def _get_window(arguments, rank, names):
    """Returns the numbers for each dimension of the images, which may be one for all."""
    result = []
    for name in names:
        numbers = getattr(arguments, name)
        numbers = [numbers] if isinstance(numbers, int) else list(numbers)
        result.append(numbers * rank if len(numbers) == 1 else numbers)
    return result


_CONVOLUTIONS = {
    1: ("conv_1d_ncw_fcw", "depthwise_conv_1d_ncw_cw", None),
    2: ("conv_2d_nchw_fchw", "depthwise_conv_2d_nchw_chw", "conv_2d_ngchw_gfchw"),
    3: ("conv_3d_ncdhw_fcdhw", "depthwise_conv_3d_ncdhw_cdhw", None),
}


def _convolve(importer, node, x, weight, bias, strides, padding, dilations, groups):
    builder = importer.builder
    rank = x.rank - 2
    if rank not in _CONVOLUTIONS:
        raise Unsupported(f"on images of {rank} dimensions")
    plain, depthwise, grouped = _CONVOLUTIONS[rank]
    if padding == "valid":
        padding = [0] * rank
    if padding == "same":
        low, high = [0, 0], [0, 0]
        for i in range(rank):
            total = dilations[i] * (weight.shape[2 + i] - 1)
            low.append(total // 2)
            high.append(total - total // 2)
        x = builder.add_pad(x, low, high, 0)
    else:
        x = builder.add_pad(x, [0, 0, *padding], [0, 0, *padding], 0)
    shape, element = _get_result(importer, node)
    window = _write_window(strides, dilations)

    def convolve(name, x, weight, shape):
        initial = builder.add_fill(0, shape, element)
        text = (
            f"linalg.{name} {window} ins({x.name}, {weight.name} : {x.type}, "
            f"{weight.type}) outs({initial.name} : {initial.type}) -> {initial.type}"
        )
        return builder.add_tensor_op(text, shape, element)

    if groups == 1:
        result = convolve(plain, x, weight, shape)
    elif groups == x.shape[1] == weight.shape[0] and depthwise:
        joined = [[0, 1], *([2 + i] for i in range(rank))]
        result = convolve(depthwise, x, builder.add_collapse(weight, joined), shape)
    elif grouped:
        split = [[0], [1, 2], *([3 + i] for i in range(rank))]
        apart = [groups, weight.shape[0] // groups, *weight.shape[1:]]
        weight = builder.add_expand(
            weight, [[0, 1], *([2 + i] for i in range(rank + 1))], apart
        )
        apart = [x.shape[0], groups, x.shape[1] // groups, *x.shape[2:]]
        x = builder.add_expand(x, split, apart)
        apart = [shape[0], groups, shape[1] // groups, *shape[2:]]
        result = builder.add_collapse(convolve(grouped, x, weight, apart), split)
    else:
        raise Unsupported(f"with {groups} groups on images of {rank} dimensions")
    return _add_bias(builder, result, bias, 1)


@_translates("aten.conv1d.default", "aten.conv2d.default", "aten.conv3d.default")
@_translates("aten.conv1d.padding", "aten.conv2d.padding", "aten.conv3d.padding")
def _conv(importer, node):
    arguments = _Arguments(importer, node)
    x = arguments.input
    strides, dilations = _get_window(arguments, x.rank - 2, ("stride", "dilation"))
    padding = arguments.padding
    if not isinstance(padding, str):
        (padding,) = _get_window(arguments, x.rank - 2, ("padding",))
    return _convolve(
        importer, node, x, arguments.weight, arguments.bias, strides, padding, dilations,
        arguments.groups,
    )


@_translates("aten.convolution.default")
def _convolution(importer, node):
    arguments = _Arguments(importer, node)
    if arguments.transposed:
        raise Unsupported("transposed")
    x = arguments.input
    window = _get_window(arguments, x.rank - 2, ("stride", "padding", "dilation"))
    return _convolve(
        importer, node, x, arguments.weight, arguments.bias, *window, arguments.groups
    )


def _flatten_rows(builder, x):
    """Joins all dimensions but the last."""
    if x.rank == 2:
        return x
    if x.rank == 1:
        return builder.add_expand(x, [[0, 1]], [1, x.shape[0]])
    return builder.add_collapse(x, [list(range(x.rank - 1)), [x.rank - 1]])


def _unflatten_rows(builder, y, shape):
    if len(shape) == 2:
        return y
    if len(shape) == 1:
        return builder.add_collapse(y, [[0, 1]])
    rank = len(shape)
    return builder.add_expand(y, [list(range(rank - 1)), [rank - 1]], shape)


@_translates("aten.linear.default")
def _linear(importer, node):
    arguments = _Arguments(importer, node)
    builder, weight = importer.builder, arguments.weight
    shape, element = _get_result(importer, node)
    x = _flatten_rows(builder, arguments.input)
    result = [x.shape[0], weight.shape[0]]
    initial = builder.add_fill(0, result, element)
    maps = ", ".join(
        f"affine_map<(m, n, k) -> ({r})>" for r in ("m, k", "n, k", "m, n")
    )
    text = (
        f"linalg.matmul indexing_maps = [{maps}] ins({x.name}, {weight.name} : {x.type}, "
        f"{weight.type}) outs({initial.name} : {initial.type}) -> {initial.type}"
    )
    y = builder.add_tensor_op(text, result, element)
    y = _add_bias(builder, y, arguments.bias, 1)
    return _unflatten_rows(builder, y, shape)


def _contract(importer, node, name):
    builder = importer.builder
    shape, element = _get_result(importer, node)
    left, right = (importer.get(a) for a in node.args[:2])
    initial = builder.add_fill(0, shape, element)
    text = (
        f"linalg.{name} ins({left.name}, {right.name} : {left.type}, {right.type}) "
        f"outs({initial.name} : {initial.type}) -> {initial.type}"
    )
    return builder.add_tensor_op(text, shape, element)


@_translates("aten.mm.default")
def _mm(importer, node):
    return _contract(importer, node, "matmul")


@_translates("aten.bmm.default")
def _bmm(importer, node):
    return _contract(importer, node, "batch_matmul")


@_translates("aten.matmul.default")
def _matmul(importer, node):
    ranks = [importer.get(a).rank for a in node.args]
    if ranks == [2, 2]:
        return _mm(importer, node)
    if ranks == [3, 3]:
        return _bmm(importer, node)
    raise Unsupported(f"on tensors of {ranks[0]} and {ranks[1]} dimensions")


def _normalize(builder, x, mean, variance, weight, bias, eps):
    """Returns the batch norm of x with these vectors, of which the last two may be None."""
    element = x.element

    def build_scale(scalars, variance, *weight):
        wide = scalars.compute(
            "arith.addf", element, variance, scalars.constant(eps, element)
        )
        root = scalars.compute("math.sqrt", element, wide)
        scale = scalars.compute(
            "arith.divf", element, scalars.constant(1, element), root
        )
        return scalars.compute("arith.mulf", element, scale, *weight) if weight else scale

    def build_shift(scalars, mean, scale, *bias):
        product = scalars.compute("arith.mulf", element, mean, scale)
        if not bias:
            return scalars.compute("arith.negf", element, product)
        return scalars.compute("arith.subf", element, *bias, product)

    def build(scalars, x, scale, shift, _):
        product = scalars.compute("arith.mulf", element, x, scale)
        return scalars.compute("arith.addf", element, product, shift)

    def add(inputs, body):
        present = [i for i in inputs if i is not None]
        return builder.add_elementwise(present, mean.shape, element, body)

    scale = add([variance, weight], build_scale)
    shift = add([mean, scale, bias], build_shift)
    return builder.add_generic(
        [x, scale, shift],
        [range(x.rank), [1], [1]],
        builder.add_empty(x.shape, element),
        range(x.rank),
        ["parallel"] * x.rank,
        build,
    )


@_translates("aten._native_batch_norm_legit_no_training.default")
def _batch_norm(importer, node):
    arguments = _Arguments(importer, node)
    result = _normalize(
        importer.builder, arguments.input, arguments.running_mean, arguments.running_var,
        arguments.weight, arguments.bias, arguments.eps,
    )
    return result, None, None


def _get_moments(builder, x):
    """Returns the mean and the variance of x for each channel, and the number of elements
    of a channel."""
    element = x.element
    dims = [d for d in range(x.rank) if d != 1]
    count = multiply_extents(x.shape[d] for d in dims)
    if not isinstance(count, int):
        raise Unsupported("in training with a dynamic batch")

    def add(scalars, x, total):
        return scalars.compute("arith.addf", element, total, x)

    def square(scalars, x, mean, _):
        difference = scalars.compute("arith.subf", element, x, mean)
        return scalars.compute("arith.mulf", element, difference, difference)

    mean = _divide(builder, builder.add_reduction(x, dims, 0, add), count)
    squares = builder.add_generic(
        [x, mean],
        [range(x.rank), [1]],
        builder.add_empty(x.shape, element),
        range(x.rank),
        ["parallel"] * x.rank,
        square,
    )
    variance = _divide(builder, builder.add_reduction(squares, dims, 0, add), count)
    return mean, variance, count


def _update(builder, old, new, momentum, factor):
    """Returns (1 - momentum) old + momentum (factor new)."""
    element = old.element

    def build(scalars, old, new):
        kept = scalars.compute(
            "arith.mulf", element, old, scalars.constant(1 - momentum, element)
        )
        added = scalars.compute(
            "arith.mulf", element, new, scalars.constant(momentum * factor, element)
        )
        return scalars.compute("arith.addf", element, kept, added)

    return builder.add_elementwise([old, new], old.shape, element, build)


@_translates("aten._native_batch_norm_legit_functional.default")
def _batch_norm_in_training(importer, node):
    arguments = _Arguments(importer, node)
    builder, x = importer.builder, arguments.input
    mean, variance = arguments.running_mean, arguments.running_var
    weight, bias, eps = arguments.weight, arguments.bias, arguments.eps
    if not arguments.training:
        y = _normalize(builder, x, mean, variance, weight, bias, eps)
        return y, None, None, mean, variance
    batch_mean, batch_variance, count = _get_moments(builder, x)
    y = _normalize(builder, x, batch_mean, batch_variance, weight, bias, eps)
    momentum = arguments.momentum
    # The variance that is kept is that of a sample.
    sample = count / max(count - 1, 1)
    new_mean = _update(builder, mean, batch_mean, momentum, 1)
    new_variance = _update(builder, variance, batch_variance, momentum, sample)
    return y, None, None, new_mean, new_variance


# ---------------------------------------------------------------------------
# Losses
# ---------------------------------------------------------------------------


def _stop_gradient(importer, x):
    if not importer.trains:
        return x
    zero = importer.builder.add_splat(0, x.shape, x.element)
    text = f"quant_bnn.straight_through {x.name} for {zero.name} : {x.type}"
    return importer.builder.add_tensor_op(text, x.shape, x.element)


def _add_exponentials(importer, x, dim):
    """Returns x less its largest element along ``dim``, the exponentials of that, and
    their sum along ``dim``."""
    builder, element = importer.builder, x.element
    others = [d for d in range(x.rank) if d != dim]
    kinds = ["parallel"] * x.rank

    def largest(scalars, x, other):
        return scalars.compute("arith.maximumf", element, other, x)

    def subtract(scalars, x, most, _):
        return scalars.compute("arith.subf", element, x, most)

    def exponentiate(scalars, x):
        return scalars.compute("math.exp", element, x)

    def add(scalars, x, total):
        return scalars.compute("arith.addf", element, total, x)

    most = builder.add_reduction(x, [dim], -math.inf, largest)
    # Which number is subtracted does not matter to the gradient.
    most = _stop_gradient(importer, most)
    shifted = builder.add_generic(
        [x, most],
        [range(x.rank), others],
        builder.add_empty(x.shape, element),
        range(x.rank),
        kinds,
        subtract,
    )
    powers = builder.add_elementwise([shifted], x.shape, element, exponentiate)
    return shifted, powers, builder.add_reduction(powers, [dim], 0, add)


def _combine_rows(importer, x, rows, dim, body):
    """Adds a loop over x and what there is for each of its rows along ``dim``."""
    others = [d for d in range(x.rank) if d != dim]
    return importer.builder.add_generic(
        [x, rows],
        [range(x.rank), others],
        importer.builder.add_empty(x.shape, x.element),
        range(x.rank),
        ["parallel"] * x.rank,
        body,
    )


def _log_softmax_of(importer, x, dim):
    shifted, _, total = _add_exponentials(importer, x, dim)

    def body(scalars, x, total, _):
        log = scalars.compute("math.log", shifted.element, total)
        return scalars.compute("arith.subf", shifted.element, x, log)

    return _combine_rows(importer, shifted, total, dim, body)


@_translates("aten.log_softmax.int", "aten._log_softmax.default")
def _log_softmax(importer, node):
    arguments = _Arguments(importer, node)
    return _log_softmax_of(importer, arguments.self, arguments.dim % arguments.self.rank)


@_translates("aten.softmax.int", "aten._softmax.default")
def _softmax(importer, node):
    arguments = _Arguments(importer, node)
    dim = arguments.dim % arguments.self.rank
    _, powers, total = _add_exponentials(importer, arguments.self, dim)

    def body(scalars, x, total, _):
        return scalars.compute("arith.divf", powers.element, x, total)

    return _combine_rows(importer, powers, total, dim, body)


_MEAN, _SUM = 1, 2


@_translates("aten.cross_entropy_loss.default")
def _cross_entropy(importer, node):
    arguments = _Arguments(importer, node)
    x, target = arguments.self, arguments.target
    if x.rank != 2 or is_float(target.element):
        raise Unsupported("but for a batch of classes")
    if arguments.weight is not None or arguments.label_smoothing:
        raise Unsupported("with weights or smoothed labels")
    return _add_nll(
        importer, _log_softmax_of(importer, x, 1), target, arguments.reduction,
        arguments.ignore_index,
    )


@_translates("aten.nll_loss_nd.default")
def _nll(importer, node):
    arguments = _Arguments(importer, node)
    if arguments.self.rank != 2 or arguments.weight is not None:
        raise Unsupported("but for a batch of classes without weights")
    return _add_nll(
        importer, arguments.self, arguments.target, arguments.reduction,
        arguments.ignore_index,
    )


def _add_nll(importer, x, target, reduction, ignored):
    builder, element = importer.builder, x.element
    if reduction not in (_MEAN, _SUM):
        raise Unsupported("without a reduction")

    def pick(scalars, x, target, total):
        index = scalars.op("linalg.index 1 : index")
        number = scalars.op(f"arith.index_cast {index} : index to {target_element}")
        is_class = scalars.compare("eq", target, number, target_element)
        zero = scalars.constant(0, element)
        value = scalars.select(is_class, x, zero, element)
        return scalars.compute("arith.subf", element, total, value)

    def count(scalars, target, total):
        number = scalars.constant(ignored, target_element)
        counts = scalars.compare("ne", target, number, target_element)
        one = scalars.op(f"arith.uitofp {counts} : i1 to {element}")
        return scalars.compute("arith.addf", element, total, one)

    def divide(scalars, total, count):
        return scalars.compute("arith.divf", element, total, count)

    target_element = target.element
    total = builder.add_generic(
        [x, target],
        [[0, 1], [0]],
        builder.add_fill(0, (), element),
        [],
        ["reduction", "reduction"],
        pick,
    )
    if reduction == _SUM:
        return total
    counted = builder.add_reduction(target, [0], 0, count, element)
    return builder.add_elementwise([total, counted], (), element, divide)


@_translates("aten.mse_loss.default")
def _mse(importer, node):
    arguments = _Arguments(importer, node)
    builder, x, target = importer.builder, arguments.self, arguments.target
    element = x.element
    if x.shape != target.shape:
        raise Unsupported("of tensors with different shapes")

    def square(scalars, x, target):
        difference = scalars.compute("arith.subf", element, x, target)
        return scalars.compute("arith.mulf", element, difference, difference)

    def add(scalars, x, total):
        return scalars.compute("arith.addf", element, total, x)

    squares = builder.add_elementwise([x, target], x.shape, element, square)
    if arguments.reduction not in (_MEAN, _SUM):
        return squares
    total = builder.add_reduction(squares, range(x.rank), 0, add)
    if arguments.reduction == _SUM:
        return total
    count = multiply_extents(x.shape)
    if not isinstance(count, int):
        raise Unsupported("over a dynamic extent")
    return _divide(builder, total, count)


# ---------------------------------------------------------------------------
# Pools
# ---------------------------------------------------------------------------


_POOLS = {1: "ncw", 2: "nchw", 3: "ncdhw"}


def _add_pool(importer, x, kind, initial, kernel, strides, padding, dilations, shape):
    builder = importer.builder
    rank = len(kernel)
    if rank == 3 and kind in ("max", "sum"):
        raise Unsupported("on volumes")
    # What the last window needs beyond the image.
    high = []
    for i in range(rank):
        extent = x.shape[2 + i]
        last = (shape[2 + i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1
        high.append(max(last - extent - padding[i], 0))
    x = builder.add_pad(x, [0, 0, *padding], [0, 0, *high], initial)
    window = builder.add_empty(kernel, x.element)
    start = builder.add_fill(initial, shape, x.element)
    text = (
        f"linalg.pooling_{_POOLS[rank]}_{kind} {_write_window(strides, dilations)} "
        f"ins({x.name}, {window.name} : {x.type}, {window.type}) "
        f"outs({start.name} : {start.type}) -> {start.type}"
    )
    return builder.add_tensor_op(text, shape, x.element)


def _is_static(shape):
    return all(isinstance(extent, int) for extent in shape)


@_translates("aten.max_pool1d.default", "aten.max_pool2d.default")
@_translates("aten.max_pool2d_with_indices.default")
def _max_pool(importer, node):
    arguments = _Arguments(importer, node)
    x = arguments.self
    rank = 1 if "1d" in str(node.target) else 2
    names = ("kernel_size", "stride", "padding", "dilation")
    if not arguments.stride:
        arguments._values["stride"] = arguments.kernel_size
    kernel, strides, padding, dilations = _get_window(arguments, rank, names)
    fake = importer.get_fake(node)
    has_indices = not isinstance(fake, torch.Tensor)
    shape = importer.get_shape(fake[0] if has_indices else fake)
    if x.rank != rank + 2 or not _is_static(x.shape[2:]):
        raise Unsupported("but for a batch of images with static extents")
    result = _add_pool(
        importer, x, "max", -math.inf, kernel, strides, padding, dilations, shape
    )
    return (result, None) if has_indices else result


@_translates("aten.avg_pool1d.default", "aten.avg_pool2d.default")
def _avg_pool(importer, node):
    arguments = _Arguments(importer, node)
    x = arguments.self
    rank = 1 if "1d" in str(node.target) else 2
    if not arguments.stride:
        arguments._values["stride"] = arguments.kernel_size
    kernel, strides, padding = _get_window(
        arguments, rank, ("kernel_size", "stride", "padding")
    )
    shape, element = _get_result(importer, node)
    if x.rank != rank + 2 or not _is_static(x.shape[2:]):
        raise Unsupported("but for a batch of images with static extents")
    divisor = arguments._values.get("divisor_override")
    # The elements that each window is divided by, along each dimension.
    counts = []
    for i in range(rank):
        counts.append(
            _count_elements(
                x.shape[2 + i], shape[2 + i], kernel[i], strides[i], padding[i],
                arguments.count_include_pad,
            )
        )
    total = _add_pool(
        importer, x, "sum", 0, kernel, strides, padding, [1] * rank, shape
    )
    if divisor or all(len(set(c)) == 1 for c in counts):
        divisor = divisor or math.prod(c[0] for c in counts)
        return _divide(importer.builder, total, divisor)
    raise Unsupported("with windows that have different numbers of elements")


def _count_elements(extent, windows, kernel, stride, padding, includes_padding):
    counts = []
    for i in range(windows):
        begin = i * stride - padding
        end = min(begin + kernel, extent + padding)
        if not includes_padding:
            begin, end = max(begin, 0), min(end, extent)
        counts.append(end - begin)
    return counts


def _divide(builder, value, divisor):
    def build(scalars, x):
        number = scalars.constant(divisor, value.element)
        return scalars.compute("arith.divf", value.element, x, number)

    return builder.add_elementwise([value], value.shape, value.element, build)


@_translates("aten.adaptive_avg_pool1d.default", "aten.adaptive_avg_pool2d.default")
def _adaptive_avg_pool(importer, node):
    x = _Arguments(importer, node).self
    shape, _ = _get_result(importer, node)
    rank = x.rank - 2
    if rank not in (1, 2) or not _is_static(x.shape[2:]):
        raise Unsupported("but for a batch of images with static extents")
    extents, windows = x.shape[2:], shape[2:]
    if any(e % w for e, w in zip(extents, windows)):
        raise Unsupported("with windows of different extents")
    kernel = [e // w for e, w in zip(extents, windows)]
    total = _add_pool(
        importer, x, "sum", 0, kernel, kernel, [0] * rank, [1] * rank, shape
    )
    return _divide(importer.builder, total, math.prod(kernel))


# ---------------------------------------------------------------------------
# Reductions
# ---------------------------------------------------------------------------


def _reduce(importer, node, body, initial):
    """Reduces the dimensions that the node names, or all; returns the result in its
    shape, and how many elements each of its elements has seen, or None."""
    arguments = _Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    dims = arguments._values.get("dim")
    dims = [dims] if isinstance(dims, int) else dims
    dims = sorted(d % x.rank for d in dims) if dims else list(range(x.rank))
    shape, element = _get_result(importer, node)
    result = builder.add_reduction(x, dims, initial, body, element)
    count = multiply_extents(x.shape[d] for d in dims)
    if len(shape) != result.rank:
        result = builder.add_expand(result, _group_ones(x.rank, dims), shape)
    return result, count


def _group_ones(rank, dims):
    """Returns, for each dimension that is kept, itself and dimensions of extent 1."""
    kept = [d for d in range(rank) if d not in dims]
    if not kept:
        return []
    groups = [[d] for d in kept]
    for d in sorted(dims):
        # With the kept dimension before it, or else with the first one.
        before = [i for i, k in enumerate(kept) if k < d]
        groups[before[-1] if before else 0].append(d)
    return [sorted(group) for group in groups]


def _define_sum(name, is_mean):
    def translate(importer, node):
        element = _get_result(importer, node)[1]
        if not is_float(element):
            raise Unsupported(f"on {element}")

        def add(scalars, x, total):
            return scalars.compute("arith.addf", element, total, x)

        result, count = _reduce(importer, node, add, 0)
        if not is_mean:
            return result
        if not isinstance(count, int):
            raise Unsupported("over a dynamic extent")
        return _divide(importer.builder, result, count)

    _translates(name)(translate)


_define_sum("aten.mean.dim", True)
_define_sum("aten.mean.default", True)
_define_sum("aten.sum.dim_IntList", False)
_define_sum("aten.sum.default", False)


@_translates("aten.var.default")
def _var(importer, node):
    arguments = _Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    element = x.element
    count = multiply_extents(x.shape)
    if not isinstance(count, int) or not is_float(element):
        raise Unsupported("over a dynamic extent")

    def add(scalars, x, total):
        return scalars.compute("arith.addf", element, total, x)

    def square(scalars, x, mean):
        difference = scalars.compute("arith.subf", element, x, mean)
        return scalars.compute("arith.mulf", element, difference, difference)

    dims = range(x.rank)
    mean = _divide(builder, builder.add_reduction(x, dims, 0, add), count)
    squares = builder.add_elementwise([x, mean], x.shape, element, square)
    total = builder.add_reduction(squares, dims, 0, add)
    return _divide(builder, total, count - 1 if arguments.unbiased else count)


@_translates("aten.amax.default", "aten.max.default")
def _amax(importer, node):
    element = _get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")

    def combine(scalars, x, largest):
        return scalars.compute("arith.maximumf", element, largest, x)

    return _reduce(importer, node, combine, -math.inf)[0]


# ---------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------


@_translates("aten.view.default", "aten.reshape.default", "aten._unsafe_view.default")
@_translates("aten.flatten.using_ints", "aten.unsqueeze.default", "aten.squeeze.dim")
@_translates("aten.squeeze.dims", "aten.squeeze.default", "aten.unflatten.int")
def _reshape(importer, node):
    x = _Arguments(importer, node).self
    shape, _ = _get_result(importer, node)
    return _add_reshape(importer.builder, x, shape)


def _add_reshape(builder, x, shape):
    if tuple(x.shape) == tuple(shape):
        return x
    groups = _group(x.shape, shape)
    if groups is None:
        raise Unsupported(f"from {x.shape} to {shape}")
    sources, targets = zip(*groups) if groups else ((), ())
    if x.rank == 0:
        return builder.add_expand(x, [], shape)
    joined = builder.add_collapse(x, sources) if sources else x
    if not shape:
        return builder.add_collapse(x, [])
    return builder.add_expand(joined, targets, shape)


def _group(source, target):
    """Pairs the smallest groups of dimensions of both shapes that have as many elements;
    returns None if there are no such groups."""
    if not source or not target:
        return []
    groups, i, j = [], 0, 0
    while i < len(source) and j < len(target):
        left, right = [i], [j]
        i, j = i + 1, j + 1
        while True:
            a = multiply_extents(source[k] for k in left)
            b = multiply_extents(target[k] for k in right)
            if a == b:
                break
            can_grow_left, can_grow_right = i < len(source), j < len(target)
            grows_left = can_grow_left and (not can_grow_right or _is_less(a, b))
            if grows_left:
                left.append(i)
                i += 1
            elif can_grow_right:
                right.append(j)
                j += 1
            else:
                return None
        groups.append((left, right))
    # What is left has one element.
    groups[-1][0].extend(range(i, len(source)))
    groups[-1][1].extend(range(j, len(target)))
    return groups


def _is_less(a, b):
    """Whether ``a`` has to grow to be ``b``; symbols count as large numbers."""

    def estimate(extent):
        if isinstance(extent, int):
            return extent
        return extent.subs({symbol: 1000003 for symbol in extent.free_symbols})

    return estimate(a) < estimate(b)


@_translates("aten.permute.default")
def _permute(importer, node):
    arguments = _Arguments(importer, node)
    x = arguments.self
    permutation = [d % x.rank for d in arguments.dims]
    return importer.builder.add_transpose(x, permutation)


@_translates("aten.transpose.int")
def _transpose(importer, node):
    arguments = _Arguments(importer, node)
    x = arguments.self
    permutation = list(range(x.rank))
    a, b = arguments.dim0 % x.rank, arguments.dim1 % x.rank
    permutation[a], permutation[b] = b, a
    return importer.builder.add_transpose(x, permutation)


@_translates("aten.t.default")
def _t(importer, node):
    x = _Arguments(importer, node).self
    return x if x.rank < 2 else importer.builder.add_transpose(x, [1, 0])


@_translates("aten.expand.default", "aten.expand_as.default")
def _expand(importer, node):
    x = _Arguments(importer, node).self
    shape, element = _get_result(importer, node)
    return importer.builder.add_elementwise([x], shape, element, lambda _, x: x)


@_translates("aten.broadcast_tensors.default")
def _broadcast_tensors(importer, node):
    fakes = importer.get_fake(node)
    tensors = [importer.get(t) for t in node.args[0]]
    return [
        t
        if t.shape == importer.get_shape(fake)
        else importer.builder.add_elementwise(
            [t], importer.get_shape(fake), t.element, lambda _, x: x
        )
        for t, fake in zip(tensors, fakes)
    ]


@_translates("aten.cat.default")
def _cat(importer, node):
    tensors = [importer.get(t) for t in node.args[0]]
    arguments = _Arguments(importer, node)
    shape, element = _get_result(importer, node)
    # PyTorch ignores tensors without elements and with one dimension.
    tensors = [t for t in tensors if t.shape != (0,)]
    if any(t.element != element for t in tensors):
        raise Unsupported("of tensors with different types")
    dim = arguments.dim % len(shape)
    names = ", ".join(t.name for t in tensors)
    types = ", ".join(t.type for t in tensors)
    text = f"tensor.concat dim({dim}) {names} : ({types}) -> "
    return importer.builder.add_tensor_op(
        text + write_type(shape, element), shape, element
    )


@_translates("aten.slice.Tensor")
def _slice(importer, node):
    arguments = _Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    shape, element = _get_result(importer, node)
    dim, start, step = arguments.dim % x.rank, arguments.start or 0, arguments.step
    if tuple(shape) == tuple(x.shape):
        return x
    extent = x.shape[dim]
    if not isinstance(start, int) or (start < 0 and not isinstance(extent, int)):
        raise Unsupported("with a dynamic start")
    if start < 0:
        start = max(start + extent, 0)
    offsets = ", ".join(str(start if d == dim else 0) for d in range(x.rank))
    strides = ", ".join(str(step if d == dim else 1) for d in range(x.rank))
    extents = ", ".join(
        str(e) if isinstance(e, int) else builder.resolve(e) for e in shape
    )
    text = (
        f"tensor.extract_slice {x.name}[{offsets}] [{extents}] [{strides}] : {x.type} to "
        f"{write_type(shape, element)}"
    )
    return builder.add_tensor_op(text, shape, element)


@_translates("aten.pad.default", "aten.constant_pad_nd.default")
def _pad(importer, node):
    arguments = _Arguments(importer, node)
    x, amounts = arguments.self, arguments.pad
    if arguments._values.get("mode", "constant") != "constant":
        raise Unsupported(f"with mode '{arguments.mode}'")
    if any(amount < 0 for amount in amounts):
        raise Unsupported("with negative amounts")
    low, high = [0] * x.rank, [0] * x.rank
    # From the last dimension on.
    for i in range(len(amounts) // 2):
        low[-1 - i], high[-1 - i] = amounts[2 * i], amounts[2 * i + 1]
    return importer.builder.add_pad(x, low, high, arguments.value or 0)
