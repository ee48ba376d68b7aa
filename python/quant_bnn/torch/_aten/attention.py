"""Attention."""

import math

import torch

from quant_bnn._builder import is_float
from quant_bnn._layers import (
    Unsupported,
    add_binary,
    add_matmul,
    add_reshape,
    convert,
    get_wide,
)
from quant_bnn.torch._aten.losses import add_exponentials
from quant_bnn.torch._aten.registry import Arguments, translates


def _add_mask(builder, scores, mask):
    """Adds a mask of floats, or keeps the scores where one of booleans is true."""
    element, adds = scores.element, is_float(mask.element)

    def build(scalars, score, mask):
        if adds:
            return scalars.compute("arith.addf", element, score, mask)
        outside = scalars.constant(-math.inf, element)
        return scalars.select(mask, score, outside, element)

    if adds:
        mask = convert(builder, mask, element)
    return builder.add_elementwise([scores, mask], scores.shape, element, build)


def _hide_later_keys(builder, scores):
    """Keeps the scores of query i and key j where j <= i."""
    element, rank = scores.element, scores.rank

    def build(scalars, score, _):
        query = scalars.op(f"linalg.index {rank - 2} : index")
        key = scalars.op(f"linalg.index {rank - 1} : index")
        is_kept = scalars.compare("ule", key, query, "index")
        outside = scalars.constant(-math.inf, element)
        return scalars.select(is_kept, score, outside, element)

    return builder.add_generic(
        [scores],
        [range(rank)],
        builder.add_empty(scores.shape, element),
        range(rank),
        ["parallel"] * rank,
        build,
    )


def _normalize_rows(builder, products, total):
    """Divides rows by their totals; the row of a query without keys is 0."""
    element = products.element

    def build(scalars, product, total):
        is_empty = scalars.compare("oeq", total, scalars.constant(0, element), element)
        one = scalars.constant(1, element)
        divisor = scalars.select(is_empty, one, total, element)
        return scalars.compute("arith.divf", element, product, divisor)

    total = add_reshape(builder, total, [*total.shape, 1])
    return builder.add_elementwise([products, total], products.shape, element, build)


@translates("aten.scaled_dot_product_attention.default")
def _attention(importer, node):
    arguments = Arguments(importer, node)
    if arguments.dropout_p:
        raise Unsupported("with dropout")
    heads = [x.shape[-3:-2] for x in (arguments.query, arguments.key, arguments.value)]
    if arguments.enable_gqa and heads != heads[:1] * 3:
        raise Unsupported("with groups of queries")
    if 0 in arguments.query.shape[-1:]:
        raise Unsupported("on vectors without elements")
    builder, element = importer.builder, arguments.query.element
    # Scores of narrow floats are not rounded to these.
    query, key, value = (
        convert(builder, x, get_wide(element))
        for x in (arguments.query, arguments.key, arguments.value)
    )
    scale = arguments.scale
    if scale is None:
        scale = 1 / math.sqrt(query.shape[-1])
    # Vectors of scores are faster than the sum of each.
    batch = range(key.rank - 2)
    columns = builder.add_transpose(key, [*batch, key.rank - 1, key.rank - 2])
    scores = add_matmul(builder, query, columns)
    factor = builder.add_splat(scale, (), scores.element)
    scores = add_binary(builder, "arith.mulf", scores, factor)
    if arguments.is_causal:
        scores = _hide_later_keys(builder, scores)
    if arguments.attn_mask is not None:
        scores = _add_mask(builder, scores, arguments.attn_mask)
    # The softmax, whose sum divides at the end. The score of a hidden key is -inf, which
    # is lower than the largest one even if all keys are hidden.
    lowest = torch.finfo(
        torch.float64 if scores.element == "f64" else torch.float32
    ).min
    _, powers, total = add_exponentials(importer, scores, scores.rank - 1, lowest)
    return convert(
        builder,
        _normalize_rows(builder, add_matmul(builder, powers, value), total),
        element,
    )
