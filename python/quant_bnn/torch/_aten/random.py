"""Random numbers, which are drawn by PyTorch before each step of training."""

from quant_bnn._layers import Unsupported, add_binary, divide
from quant_bnn.torch._aten.registry import Arguments, get_result, translates


def _draw(importer, like, probability):
    """Returns numbers that are 1 with ``probability``, or else 0, as a tensor like that of
    the node ``like``."""
    if not importer.trains:
        raise Unsupported(
            "but by train_step: it draws random numbers (eval() turns dropout off)"
        )
    return importer.add_drawn(like, float(probability))


def _check_probability(p):
    if not isinstance(p, (int, float)):
        raise Unsupported("with a probability that is computed")
    return p


@translates("aten.dropout.default", "aten.native_dropout.default")
def _dropout(importer, node):
    arguments = Arguments(importer, node)
    builder, x, p = importer.builder, arguments.input, arguments.get_node("p")
    result = x
    if arguments.train and _check_probability(p) > 0:
        if p == 1:
            factors = builder.add_splat(0, x.shape, x.element)
        else:
            kept = _draw(importer, arguments.get_node("input"), 1 - p)
            factors = divide(builder, kept, 1 - p)
        result = add_binary(builder, "arith.mulf", x, factors)
    # There is no value for the mask: a use of it is an error.
    return (result, None) if "native" in str(node.target) else result


@translates("aten.bernoulli.p")
def _bernoulli(importer, node):
    arguments = Arguments(importer, node)
    p = _check_probability(arguments.get_node("p"))
    return _draw(importer, arguments.get_node("self"), p)


@translates("aten.empty_like.default", "aten.new_empty.default")
def _empty(importer, node):
    return importer.builder.add_splat(0, *get_result(importer, node))
