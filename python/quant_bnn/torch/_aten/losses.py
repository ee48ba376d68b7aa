"""Softmax and losses."""

import math

from quant_bnn._builder import is_float, multiply_extents
from quant_bnn._layers import (
    Unsupported,
    add_along,
    convert,
    convert_number,
    divide,
    get_wide,
    sum_up,
)
from quant_bnn.torch._aten.quantizers import stop_gradient
from quant_bnn.torch._aten.registry import Arguments, get_result, translates


def add_exponentials(importer, x, dim, lowest=-math.inf):
    """Returns x less its largest element along ``dim``, or ``lowest`` if that is larger,
    the exponentials of that, and their sum along ``dim``."""
    builder, element = importer.builder, x.element
    others = [d for d in range(x.rank) if d != dim]

    def largest(scalars, x, other):
        return scalars.compute("arith.maximumf", element, other, x)

    def exponentiate(scalars, x):
        return scalars.compute("math.exp", element, x)

    most = builder.add_reduction(x, [dim], lowest, largest)
    # Which number is subtracted does not matter to the gradient.
    most = stop_gradient(importer, most)
    shifted = add_along(builder, "arith.subf", x, most, others)
    powers = builder.add_elementwise([shifted], x.shape, element, exponentiate)
    return shifted, powers, sum_up(builder, powers, [dim])


def _add_log_softmax(importer, x, dim):
    builder = importer.builder
    others = [d for d in range(x.rank) if d != dim]
    shifted, _, total = add_exponentials(importer, x, dim)

    def log(scalars, x):
        return scalars.compute("math.log", shifted.element, x)

    logs = builder.add_elementwise([total], total.shape, x.element, log)
    return add_along(builder, "arith.subf", shifted, logs, others)


def _define_softmax(kind, add):
    def translate(importer, node):
        arguments = Arguments(importer, node)
        builder, x = importer.builder, arguments.self
        element = get_result(importer, node)[1]
        if x.rank == 0 or not is_float(element):
            raise Unsupported("on a number, or on integers")
        # The argument dtype converts first; narrow floats are computed in f32.
        x = convert(builder, convert(builder, x, element), get_wide(element))
        return convert(builder, add(importer, x, arguments.dim % x.rank), element)

    translates(f"aten.{kind}.int", f"aten._{kind}.default")(translate)


def _add_softmax(importer, x, dim):
    _, powers, total = add_exponentials(importer, x, dim)
    others = [d for d in range(x.rank) if d != dim]
    return add_along(importer.builder, "arith.divf", powers, total, others)


_define_softmax("log_softmax", _add_log_softmax)
_define_softmax("softmax", _add_softmax)


_MEAN, _SUM = 1, 2


@translates("aten.cross_entropy_loss.default")
def _cross_entropy(importer, node):
    arguments = Arguments(importer, node)
    x, target = arguments.self, arguments.target
    if x.rank != 2 or is_float(target.element):
        raise Unsupported("but for a batch of classes")
    if arguments.weight is not None or arguments.label_smoothing:
        raise Unsupported("with weights or smoothed labels")
    builder = importer.builder
    wide = convert(builder, x, get_wide(x.element))
    logs = convert(builder, _add_log_softmax(importer, wide, 1), x.element)
    return _add_nll(
        importer,
        logs,
        target,
        arguments.reduction,
        arguments.ignore_index,
    )


@translates("aten.nll_loss_nd.default")
def _nll(importer, node):
    arguments = Arguments(importer, node)
    if arguments.self.rank != 2 or arguments.weight is not None:
        raise Unsupported("but for a batch of classes without weights")
    return _add_nll(
        importer,
        arguments.self,
        arguments.target,
        arguments.reduction,
        arguments.ignore_index,
    )


def _add_nll(importer, x, target, reduction, ignored):
    """Adds the loss of logarithms of probabilities, for a batch of classes."""
    builder, element, integer = importer.builder, get_wide(x.element), target.element
    if reduction not in (_MEAN, _SUM):
        raise Unsupported("without a reduction")
    classes = x.shape[1]

    def is_ignored(scalars, target):
        return scalars.compare(
            "eq", target, scalars.constant(ignored, integer), integer
        )

    def pick(scalars, x, target, total):
        index = scalars.op("linalg.index 1 : index")
        number = scalars.op(f"arith.index_cast {index} : index to {integer}")
        is_class = scalars.compare("eq", target, number, integer)
        zero = scalars.constant(0, element)
        value = convert_number(scalars, x, x_element, element)
        value = scalars.select(is_class, value, zero, element)
        value = scalars.select(is_ignored(scalars, target), zero, value, element)
        return scalars.compute("arith.subf", element, total, value)

    def count(scalars, target, total):
        # A target that is no class makes the loss a NaN.
        number = scalars.constant(classes, integer)
        is_class = scalars.compare("ult", target, number, integer)
        one, nan = scalars.constant(1, element), scalars.constant(math.nan, element)
        counted = scalars.select(is_class, one, nan, element)
        zero = scalars.constant(0, element)
        counted = scalars.select(is_ignored(scalars, target), zero, counted, element)
        return scalars.compute("arith.addf", element, total, counted)

    def finish(scalars, total, count):
        if reduction == _MEAN:
            total = scalars.compute("arith.divf", element, total, count)
        else:
            nothing = scalars.compute("arith.subf", element, count, count)
            total = scalars.compute("arith.addf", element, total, nothing)
        return convert_number(scalars, total, element, x_element)

    x_element = x.element
    total = builder.add_generic(
        [x, target],
        [[0, 1], [0]],
        builder.add_fill(0, (), element),
        [],
        ["reduction", "reduction"],
        pick,
    )
    counted = builder.add_reduction(target, [0], 0, count, element)
    return builder.add_elementwise([total, counted], (), x_element, finish)


@translates("aten.mse_loss.default")
def _mse(importer, node):
    arguments = Arguments(importer, node)
    builder, x, target = importer.builder, arguments.self, arguments.target
    element = x.element
    if x.shape != target.shape:
        raise Unsupported("of tensors with different shapes")

    def square(scalars, x, target):
        difference = scalars.compute("arith.subf", element, x, target)
        return scalars.compute("arith.mulf", element, difference, difference)

    squares = builder.add_elementwise([x, target], x.shape, element, square)
    if arguments.reduction not in (_MEAN, _SUM):
        return squares
    total = sum_up(builder, squares, list(range(x.rank)))
    if arguments.reduction == _SUM:
        return convert(builder, total, element)
    count = multiply_extents(x.shape)
    if not isinstance(count, int):
        raise Unsupported("over a dynamic extent")
    return divide(builder, total, count, element)
