"""Convolutions, linear layers, norms and pools."""

from quant_bnn import _layers
from quant_bnn._layers import Unsupported, get_moments
from quant_bnn.torch._aten.registry import Arguments, get_result, translates

# ---------------------------------------------------------------------------
# Products
# ---------------------------------------------------------------------------


def _get_padding(arguments, x, weight, dilations):
    """Returns the padding before and after images."""
    rank, padding = x.rank - 2, arguments.padding
    if padding == "same":
        total = [d * (weight.shape[2 + i] - 1) for i, d in enumerate(dilations)]
        return [t // 2 for t in total], [t - t // 2 for t in total]
    if padding == "valid":
        return [0] * rank, [0] * rank
    (padding,) = arguments.get_window(rank, "padding")
    return padding, padding


@translates("aten.conv1d.default", "aten.conv2d.default", "aten.conv3d.default")
@translates("aten.conv1d.padding", "aten.conv2d.padding", "aten.conv3d.padding")
@translates("aten.convolution.default")
def _convolve(importer, node):
    arguments = Arguments(importer, node)
    builder, x, weight = importer.builder, arguments.input, arguments.weight
    if "transposed" in arguments and arguments.transposed:
        raise Unsupported("transposed")
    rank = weight.rank - 2
    if x.rank != rank + 2:
        raise Unsupported("on an image without a batch")
    strides, dilations = arguments.get_window(rank, "stride", "dilation")
    low, high = _get_padding(arguments, x, weight, dilations)
    x = builder.add_pad(x, [0, 0, *low], [0, 0, *high], 0)
    return _layers.add_convolution(
        builder, x, weight, arguments.bias, strides, dilations, arguments.groups
    )


@translates("aten.linear.default")
def _linear(importer, node):
    arguments = Arguments(importer, node)
    return _layers.add_linear(
        importer.builder, arguments.input, arguments.weight, arguments.bias
    )


@translates("aten.mm.default", "aten.bmm.default", "aten.matmul.default")
def _matmul(importer, node):
    left, right = (importer.get(a) for a in node.args[:2])
    return _layers.add_matmul(importer.builder, left, right)


# ---------------------------------------------------------------------------
# Norms
# ---------------------------------------------------------------------------


@translates("aten.layer_norm.default", "aten.native_layer_norm.default")
def _layer_norm(importer, node):
    arguments = Arguments(importer, node)
    result = _layers.add_layer_norm(
        importer.builder,
        arguments.input,
        len(arguments.normalized_shape),
        arguments.weight,
        arguments.bias,
        arguments.eps,
    )
    is_tuple = isinstance(importer.get_fake(node), (tuple, list))
    return (result, None, None) if is_tuple else result


@translates("aten._native_batch_norm_legit_no_training.default")
def _batch_norm(importer, node):
    arguments = Arguments(importer, node)
    result = _layers.add_batch_norm(
        importer.builder,
        arguments.input,
        arguments.running_mean,
        arguments.running_var,
        arguments.weight,
        arguments.bias,
        arguments.eps,
    )
    return result, None, None


def _update(builder, old, new, momentum, factor):
    """Returns (1 - momentum) old + momentum (factor new)."""
    element = old.element
    new = _layers.convert(builder, new, element)

    def build(scalars, old, new):
        kept = scalars.compute(
            "arith.mulf", element, old, scalars.constant(1 - momentum, element)
        )
        added = scalars.compute(
            "arith.mulf", element, new, scalars.constant(momentum * factor, element)
        )
        return scalars.compute("arith.addf", element, kept, added)

    return builder.add_elementwise([old, new], old.shape, element, build)


@translates("aten._native_batch_norm_legit_functional.default")
@translates("aten._native_batch_norm_legit.no_stats")
def _batch_norm_of_batch(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.input
    has_statistics = "running_mean" in arguments

    def normalize(mean, variance):
        return _layers.add_batch_norm(
            builder, x, mean, variance, arguments.weight, arguments.bias, arguments.eps
        )

    if has_statistics and not arguments.training:
        mean, variance = arguments.running_mean, arguments.running_var
        return normalize(mean, variance), None, None, mean, variance
    mean, variance, count = get_moments(
        builder, x, [d for d in range(x.rank) if d != 1]
    )
    result = normalize(mean, variance)
    if not has_statistics:
        return result, None, None
    momentum = arguments.momentum
    # The variance that is kept is that of a sample.
    sample = count / max(count - 1, 1)
    new_mean = _update(builder, arguments.running_mean, mean, momentum, 1)
    new_variance = _update(builder, arguments.running_var, variance, momentum, sample)
    return result, None, None, new_mean, new_variance


# ---------------------------------------------------------------------------
# Pools
# ---------------------------------------------------------------------------


@translates("aten.max_pool1d.default", "aten.max_pool2d.default")
@translates("aten.max_pool2d_with_indices.default")
def _max_pool(importer, node):
    arguments = Arguments(importer, node)
    rank = 1 if "1d" in str(node.target) else 2
    kernel, padding, dilations = arguments.get_window(
        rank, "kernel_size", "padding", "dilation"
    )
    strides = arguments.get_window(rank, "stride")[0] if arguments.stride else kernel
    fake = importer.get_fake(node)
    is_tuple = isinstance(fake, (tuple, list))
    shape = importer.get_shape(fake[0] if is_tuple else fake)
    result = _layers.add_max_pool(
        importer.builder, arguments.self, kernel, strides, padding, dilations, shape
    )
    # There is no value for the indices: a use of them is an error.
    return (result, None) if is_tuple else result


@translates("aten.avg_pool1d.default", "aten.avg_pool2d.default")
def _avg_pool(importer, node):
    arguments = Arguments(importer, node)
    rank = 1 if "1d" in str(node.target) else 2
    kernel, padding = arguments.get_window(rank, "kernel_size", "padding")
    strides = arguments.get_window(rank, "stride")[0] if arguments.stride else kernel
    return _layers.add_average_pool(
        importer.builder,
        arguments.self,
        kernel,
        strides,
        padding,
        get_result(importer, node)[0],
        arguments.count_include_pad,
        arguments.divisor_override if "divisor_override" in arguments else None,
    )


@translates("aten.adaptive_avg_pool1d.default", "aten.adaptive_avg_pool2d.default")
def _adaptive_avg_pool(importer, node):
    x = Arguments(importer, node).self
    shape, _ = get_result(importer, node)
    rank = x.rank - 2
    if not _layers.is_static(x.shape[2:]):
        raise Unsupported("on images with dynamic extents")
    extents, windows = x.shape[2:], shape[2:]
    if any(e % w for e, w in zip(extents, windows)):
        raise Unsupported("with windows of different extents")
    kernel = [e // w for e, w in zip(extents, windows)]
    return _layers.add_average_pool(
        importer.builder, x, kernel, kernel, [0] * rank, shape, True
    )
