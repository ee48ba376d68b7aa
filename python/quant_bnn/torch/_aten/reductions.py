"""Sums, means, variances and extrema."""

import math

from quant_bnn._builder import is_float, multiply_extents
from quant_bnn._layers import (
    Unsupported,
    add_binary,
    convert,
    divide,
    get_moments,
    get_wide,
    sum_up,
)
from quant_bnn.torch._aten.registry import Arguments, get_result, translates


def _get_dims(arguments, rank):
    """Returns the dimensions that a node reduces: those that it names, or all."""
    dims = arguments.dim if "dim" in arguments else None
    dims = [dims] if isinstance(dims, int) else dims
    if rank == 0:
        return []
    return sorted(d % rank for d in dims) if dims else list(range(rank))


def _restore(builder, x, value, dims, shape):
    """Gives the reduction of x the shape of the result, which may keep the dimensions."""
    if len(shape) == value.rank:
        return value
    return builder.add_expand(value, _group_ones(x.rank, dims), shape)


def _reduce(importer, node, reduce):
    """Reduces by ``reduce(builder, x, dims)``. Returns the result in its shape, and the
    number of elements of each reduction."""
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    shape, element = get_result(importer, node)
    if get_wide(element) == element:
        # The argument dtype converts before the sum.
        x = convert(builder, x, element)
    dims = _get_dims(arguments, x.rank)
    count = multiply_extents(x.shape[d] for d in dims)
    return _restore(builder, x, reduce(builder, x, dims), dims, shape), count


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
        element = get_result(importer, node)[1]
        if not is_float(element):
            raise Unsupported(f"on {element}")
        total, count = _reduce(importer, node, sum_up)
        if not is_mean:
            return convert(importer.builder, total, element)
        if not isinstance(count, int):
            raise Unsupported("over a dynamic extent")
        return divide(importer.builder, total, count, element)

    translates(name)(translate)


_define_sum("aten.mean.dim", True)
_define_sum("aten.mean.default", True)
_define_sum("aten.sum.dim_IntList", False)
_define_sum("aten.sum.default", False)


@translates("aten.var.default", "aten.var.dim", "aten.var.correction")
def _var(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    if "correction" in arguments:
        correction = 1 if arguments.correction is None else arguments.correction
    else:
        correction = int(arguments.unbiased)
    dims = _get_dims(arguments, x.rank)
    _, variance, count = get_moments(builder, x, dims)
    if count <= correction:
        raise Unsupported("of as many elements")
    if correction:
        factor = builder.add_splat(count / (count - correction), (), variance.element)
        variance = add_binary(builder, "arith.mulf", variance, factor)
    variance = convert(builder, variance, x.element)
    return _restore(builder, x, variance, dims, get_result(importer, node)[0])


@translates("aten.amax.default", "aten.max.default")
def _amax(importer, node):
    element = get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")
    if importer.trains:
        # PyTorch shares the gradient among the largest elements.
        raise Unsupported("in training")

    def reduce(builder, x, dims):
        def combine(scalars, x, largest):
            return scalars.compute("arith.maximumf", element, largest, x)

        return builder.add_reduction(x, dims, -math.inf, combine)

    return _reduce(importer, node, reduce)[0]
