"""Sums, means, variances and extrema."""

import math

from quant_bnn._builder import is_float, multiply_extents
from quant_bnn._layers import Unsupported, add_binary, divide, get_moments
from quant_bnn.torch._aten.registry import Arguments, get_result, translates


def _reduce(importer, node, body, initial):
    """Reduces the dimensions that the node names, or all; returns the result in its
    shape, and how many elements each of its elements has seen, or None."""
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    dims = arguments.dim if "dim" in arguments else None
    dims = [dims] if isinstance(dims, int) else dims
    dims = sorted(d % x.rank for d in dims) if dims else list(range(x.rank))
    shape, element = get_result(importer, node)
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
        element = get_result(importer, node)[1]
        if not is_float(element):
            raise Unsupported(f"on {element}")

        def add(scalars, x, total):
            return scalars.compute("arith.addf", element, total, x)

        result, count = _reduce(importer, node, add, 0)
        if not is_mean:
            return result
        if not isinstance(count, int):
            raise Unsupported("over a dynamic extent")
        return divide(importer.builder, result, count)

    translates(name)(translate)


_define_sum("aten.mean.dim", True)
_define_sum("aten.mean.default", True)
_define_sum("aten.sum.dim_IntList", False)
_define_sum("aten.sum.default", False)


@translates("aten.var.default")
def _var(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    _, variance, count = get_moments(builder, x, list(range(x.rank)))
    if not arguments.unbiased:
        return variance
    total = add_binary(
        builder, "arith.mulf", variance, builder.add_splat(count, (), x.element)
    )
    return divide(builder, total, count - 1)


@translates("aten.amax.default", "aten.max.default")
def _amax(importer, node):
    element = get_result(importer, node)[1]
    if not is_float(element):
        raise Unsupported(f"on {element}")

    def combine(scalars, x, largest):
        return scalars.compute("arith.maximumf", element, largest, x)

    return _reduce(importer, node, combine, -math.inf)[0]
