"""Quantizers, and gradients that stop."""

from quant_bnn._builder import is_float
from quant_bnn._layers import Unsupported, convert_number
from quant_bnn.torch._aten import elementwise
from quant_bnn.torch._aten.registry import Arguments, is_node, translates
from quant_bnn.torch._ops import OPERATORS, write_float


def stop_gradient(importer, x):
    """Returns x, which passes no gradient on in training."""
    if not importer.trains:
        return x
    zero = importer.builder.add_splat(0, x.shape, x.element)
    text = f"quant_bnn.straight_through {x.name} for {zero.name} : {x.type}"
    return importer.builder.add_tensor_op(text, x.shape, x.element)


def _define_quantizer(name, operator):
    def translate(importer, node):
        arguments = Arguments(importer, node)
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

    translates(f"quant_bnn.{name}.default")(translate)


for _name, _operator in OPERATORS.items():
    _define_quantizer(_name, _operator)


def _scaled(importer, node, text):
    """Adds an op that returns a tensor and a scale."""
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.x
    name = builder.make_name()
    builder.add_line(f"{name}:2 = {text} : {x.type}")
    scale = builder.add_tensor_op(
        f"tensor.from_elements {name}#1 : tensor<{x.element}>", (), x.element
    )
    return type(x)(f"{name}#0", x.shape, x.element), scale


@translates("quant_bnn.min_max.default")
def _min_max(importer, node):
    arguments = Arguments(importer, node)
    unrounded = " unrounded" if arguments.unrounded else ""
    text = f"quant_bnn.min_max {arguments.x.name} bits = {arguments.bits}{unrounded}"
    return _scaled(importer, node, text)


@translates("quant_bnn.pact.default")
def _pact(importer, node):
    arguments = Arguments(importer, node)
    builder, x, alpha = importer.builder, arguments.x, arguments.alpha
    zeros = ", ".join(builder.add_index(0) for _ in alpha.shape)
    number = builder.add_op(f"tensor.extract {alpha.name}[{zeros}] : {alpha.type}")
    number = convert_number(_TopLevel(builder), number, alpha.element, x.element)
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


@translates("aten.detach.default")
def _detach(importer, node):
    x = Arguments(importer, node).self
    return stop_gradient(importer, x) if is_float(x.element) else x


@translates("aten.clone.default", "aten.alias.default")
@translates("aten.lift_fresh_copy.default", "aten.contiguous.default")
def _same(importer, node):
    return Arguments(importer, node).self


def _match(node, name, *positions):
    """Returns the arguments of ``node`` if it is the op ``name``, or None."""
    has_factor = is_node(node) and node.kwargs.get("alpha", 1) != 1
    if is_node(node) and str(node.target) == name and not has_factor:
        return [node.args[i] for i in positions]
    return None


def _undetach(node):
    inner = _match(node, "aten.detach.default", 0)
    return inner[0] if inner else None


def _find_estimator(node):
    """Returns (q, h) if ``node`` has the value q and the gradient of h, as written by
    detach: h + (q - h).detach() and q.detach() - h.detach() + h; otherwise None."""
    operands = _match(node, "aten.add.Tensor", 0, 1)
    if not operands:
        return None
    for h, rest in (operands, operands[::-1]):
        if not is_node(h):
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


_add = elementwise.add


@translates("aten.add.Tensor")
def _add_or_estimate(importer, node):
    estimator = _find_estimator(node)
    if estimator is None:
        return _add(importer, node)
    q, h = (importer.get(operand) for operand in estimator)
    if q.shape != h.shape or q.element != h.element:
        return _add(importer, node)
    text = f"quant_bnn.straight_through {q.name} for {h.name} : {q.type}"
    return importer.builder.add_tensor_op(text, q.shape, q.element)
