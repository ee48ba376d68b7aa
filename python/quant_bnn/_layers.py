"""The layers of networks, as ops of linalg.

Images have the channels in dimension 1, as in PyTorch and ONNX. What has no counterpart
raises ``Unsupported``, with a message that continues "OP is not imported".
"""

import math

from quant_bnn._builder import is_float, multiply_extents


class Unsupported(Exception):
    """The message says in which case an op is not imported."""


class UnsupportedModelError(Exception):
    """A part of a model that this package does not import."""


def is_static(shape):
    return all(isinstance(extent, int) for extent in shape)


# ---------------------------------------------------------------------------
# Numbers
# ---------------------------------------------------------------------------


def get_bits(element):
    return {"i1": 1, "bf16": 16}.get(element) or int(element[1:])


def convert_number(scalars, value, source, target):
    """Converts a number between element types, as PyTorch does."""
    if source == target:
        return value

    def cast(op):
        return scalars.op(f"{op} {value} : {source} to {target}")

    if is_float(source) and is_float(target):
        if {source, target} == {"f16", "bf16"}:
            wide = convert_number(scalars, value, source, "f32")
            return convert_number(scalars, wide, "f32", target)
        widens = get_bits(target) > get_bits(source)
        return cast("arith.extf" if widens else "arith.truncf")
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


def add_binary(builder, op, left, right, shape=None):
    """Applies an op of two floats to tensors, which are broadcast."""
    element = left.element

    def build(scalars, left, right):
        return scalars.compute(op, element, left, right)

    return builder.add_elementwise(
        [left, right], left.shape if shape is None else shape, element, build
    )


def build_sign(scalars, element, x):
    """Builds the sign of a number: 0 of 0 and of NaN, as in PyTorch and ONNX."""
    zero = scalars.constant(0, element)
    one, minus = scalars.constant(1, element), scalars.constant(-1, element)
    above = scalars.compare("ogt", x, zero, element)
    below = scalars.compare("olt", x, zero, element)
    rest = scalars.select(below, minus, zero, element)
    return scalars.select(above, one, rest, element)


def build_leaky_relu(scalars, element, x, slope):
    """Builds x where x > 0, else slope x."""
    scaled = scalars.compute("arith.mulf", element, x, slope)
    above = scalars.compare("ogt", x, scalars.constant(0, element), element)
    return scalars.select(above, x, scaled, element)


def get_wide(element):
    """Returns the type in which sums of ``element`` are computed."""
    return "f32" if element in ("f16", "bf16") else element


def convert(builder, value, element):
    """Converts the elements of a tensor."""
    if value.element == element:
        return value

    def build(scalars, x):
        return convert_number(scalars, x, value.element, element)

    return builder.add_elementwise([value], value.shape, element, build)


def divide(builder, value, divisor, element=None):
    """Divides by a number; the result has the type ``element``, or that of ``value``."""
    element = element or value.element

    def build(scalars, x):
        number = scalars.constant(divisor, value.element)
        quotient = scalars.compute("arith.divf", value.element, x, number)
        return convert_number(scalars, quotient, value.element, element)

    return builder.add_elementwise([value], value.shape, element, build)


def add_along(builder, op, value, vector, dims):
    """Applies an op to a tensor and one with the dimensions ``dims`` of it."""
    element = value.element
    return builder.add_generic(
        [value, vector],
        [range(value.rank), dims],
        builder.add_empty(value.shape, element),
        range(value.rank),
        ["parallel"] * value.rank,
        lambda scalars, x, y, _: scalars.compute(op, element, x, y),
    )


def sum_up(builder, value, dims):
    """Sums up the dimensions ``dims``, which the result does not have, in the type that
    sums are computed in."""
    element = get_wide(value.element)

    def add(scalars, x, total):
        x = convert_number(scalars, x, value.element, element)
        return scalars.compute("arith.addf", element, total, x)

    return builder.add_reduction(value, dims, 0, add, element)


# ---------------------------------------------------------------------------
# Products
# ---------------------------------------------------------------------------


def _write_window(strides, dilations):
    def write(name, numbers):
        numbers = list(numbers)
        return f"{name} = dense<{numbers}> : vector<{len(numbers)}xi64>"

    return f"{{{write('dilations', dilations)}, {write('strides', strides)}}}"


_CONVOLUTIONS = {
    1: ("conv_1d_ncw_fcw", "depthwise_conv_1d_ncw_cw", None),
    2: ("conv_2d_nchw_fchw", "depthwise_conv_2d_nchw_chw", "conv_2d_ngchw_gfchw"),
    3: ("conv_3d_ncdhw_fcdhw", "depthwise_conv_3d_ncdhw_cdhw", None),
}


def add_convolution(builder, x, weight, bias, strides, dilations, groups):
    """Convolves images without padding."""
    rank = x.rank - 2
    if rank not in _CONVOLUTIONS:
        raise Unsupported(f"on images of {rank} dimensions")
    plain, depthwise, grouped = _CONVOLUTIONS[rank]
    window = _write_window(strides, dilations)
    shape = [x.shape[0], weight.shape[0]]
    for i in range(rank):
        covered = dilations[i] * (weight.shape[2 + i] - 1) + 1
        shape.append((x.shape[2 + i] - covered) // strides[i] + 1)

    def convolve(name, x, weight, shape):
        initial = builder.add_fill(0, shape, x.element)
        text = (
            f"linalg.{name} {window} ins({x.name}, {weight.name} : {x.type}, "
            f"{weight.type}) outs({initial.name} : {initial.type}) -> {initial.type}"
        )
        return builder.add_tensor_op(text, shape, x.element)

    images = [[2 + i] for i in range(rank)]
    if groups == 1:
        result = convolve(plain, x, weight, shape)
    elif groups == x.shape[1] == weight.shape[0]:
        filters = builder.add_collapse(weight, [[0, 1], *images])
        result = convolve(depthwise, x, filters, shape)
    elif grouped:
        split = [[0], [1, 2], *([3 + i] for i in range(rank))]

        def separate(extents):
            return [extents[0], groups, extents[1] // groups, *extents[2:]]

        filters = builder.add_expand(
            weight,
            [[0, 1], [2], *([3 + i] for i in range(rank))],
            [groups, weight.shape[0] // groups, *weight.shape[1:]],
        )
        parts = builder.add_expand(x, split, separate(x.shape))
        result = convolve(grouped, parts, filters, separate(shape))
        result = builder.add_collapse(result, split)
    else:
        raise Unsupported(f"with {groups} groups on images of {rank} dimensions")
    return (
        result if bias is None else add_along(builder, "arith.addf", result, bias, [1])
    )


def add_linear(builder, x, weight, bias):
    """Multiplies the rows of x, in its last dimension, with those of ``weight``."""
    y = add_matmul(builder, x, weight, transposes_right=True)
    if bias is None:
        return y
    return add_along(builder, "arith.addf", y, bias, [y.rank - 1])


def add_matmul(builder, left, right, transposes_right=False):
    """Multiplies matrices, vectors, or batches of matrices, which are broadcast. With
    ``transposes_right``, the rows of ``right`` are multiplied."""
    rows, columns = left.rank > 1, right.rank > 1
    if not rows:
        left = builder.add_expand(left, [[0, 1]], [1, *left.shape])
    if not columns:
        # A row.
        right = builder.add_expand(right, [[0, 1]], [1, *right.shape])
        transposes_right = True
    y = _add_batch_matmul(builder, left, right, transposes_right)
    dims = [y.rank - 2] * (not rows) + [y.rank - 1] * (not columns)
    return builder.add_selection(y, [d for d in range(y.rank) if d not in dims])


def _add_batch_matmul(builder, left, right, transposes_right):
    """Multiplies batches of matrices with any leading dimensions."""
    if right.rank == 2 and left.rank > 2:
        groups = [list(range(left.rank - 1)), [left.rank - 1]]
        rows = builder.add_collapse(left, groups)
        y = _add_plain_matmul(builder, rows, right, transposes_right)
        return builder.add_expand(y, groups, [*left.shape[:-1], y.shape[-1]])
    batch = _broadcast_shapes(left.shape[:-2], right.shape[:-2])
    # Broadcast operands are copied.
    left, right = (
        (
            x
            if tuple(x.shape[:-2]) == batch
            else builder.add_elementwise(
                [x], (*batch, *x.shape[-2:]), x.element, lambda _, x: x
            )
        )
        for x in (left, right)
    )
    if len(batch) < 2:
        return _add_plain_matmul(builder, left, right, transposes_right)
    groups = [list(range(len(batch))), [len(batch)], [len(batch) + 1]]
    left, right = (builder.add_collapse(x, groups) for x in (left, right))
    y = _add_plain_matmul(builder, left, right, transposes_right)
    return builder.add_expand(y, groups, [*batch, *y.shape[-2:]])


def _broadcast_shapes(a, b):
    rank = max(len(a), len(b))
    a, b = ((1,) * (rank - len(shape)) + tuple(shape) for shape in (a, b))
    return tuple(n if m == 1 else m for m, n in zip(a, b))


def _add_plain_matmul(builder, left, right, transposes_right):
    """Multiplies matrices, or batches of matrices with one leading dimension."""
    is_batch = left.rank == 3
    name = "batch_matmul" if is_batch else "matmul"
    dims = "b, m, n, k" if is_batch else "m, n, k"
    maps = ", ".join(
        f"affine_map<({dims}) -> ({'b, ' if is_batch else ''}{results})>"
        for results in ("m, k", "n, k" if transposes_right else "k, n", "m, n")
    )
    shape = [*left.shape[:-1], right.shape[-2 if transposes_right else -1]]
    initial = builder.add_fill(0, shape, left.element)
    text = (
        f"linalg.{name} indexing_maps = [{maps}] ins({left.name}, {right.name} : "
        f"{left.type}, {right.type}) outs({initial.name} : {initial.type}) "
        f"-> {initial.type}"
    )
    return builder.add_tensor_op(text, shape, left.element)


# ---------------------------------------------------------------------------
# Norms
# ---------------------------------------------------------------------------


def _build_inverse_deviation(scalars, element, variance, eps):
    """Builds 1 / sqrt(variance + eps)."""
    epsilon = scalars.constant(eps, element)
    root = scalars.compute(
        "math.sqrt",
        element,
        scalars.compute("arith.addf", element, variance, epsilon),
    )
    return scalars.compute("arith.divf", element, scalars.constant(1, element), root)


def add_batch_norm(builder, x, mean, variance, weight, bias, eps):
    """Normalizes the channels of x; ``weight`` and ``bias`` may be None. All are computed
    with in the type of sums."""
    element = get_wide(x.element)
    mean, variance, weight, bias = (
        v and convert(builder, v, element) for v in (mean, variance, weight, bias)
    )

    def build_scale(scalars, variance, *weight):
        scale = _build_inverse_deviation(scalars, element, variance, eps)
        return (
            scalars.compute("arith.mulf", element, scale, *weight) if weight else scale
        )

    def build_shift(scalars, mean, scale, *bias):
        product = scalars.compute("arith.mulf", element, mean, scale)
        if not bias:
            return scalars.compute("arith.negf", element, product)
        return scalars.compute("arith.subf", element, *bias, product)

    def build(scalars, number, scale, shift, _):
        number = convert_number(scalars, number, x.element, element)
        product = scalars.compute("arith.mulf", element, number, scale)
        result = scalars.compute("arith.addf", element, product, shift)
        return convert_number(scalars, result, element, x.element)

    def add(inputs, body):
        present = [i for i in inputs if i is not None]
        return builder.add_elementwise(present, mean.shape, element, body)

    scale = add([variance, weight], build_scale)
    shift = add([mean, scale, bias], build_shift)
    return builder.add_generic(
        [x, scale, shift],
        [range(x.rank), [1], [1]],
        builder.add_empty(x.shape, x.element),
        range(x.rank),
        ["parallel"] * x.rank,
        build,
    )


def get_moments(builder, x, dims):
    """Returns the mean and the variance over ``dims``, which these do not have, in the type
    of sums, and the number of elements that each is of."""
    count = multiply_extents(x.shape[d] for d in dims)
    if not isinstance(count, int):
        raise Unsupported("over a dynamic extent")
    element = get_wide(x.element)
    kept = [d for d in range(x.rank) if d not in dims]

    def square(scalars, number, mean, _):
        number = convert_number(scalars, number, x.element, element)
        difference = scalars.compute("arith.subf", element, number, mean)
        return scalars.compute("arith.mulf", element, difference, difference)

    mean = divide(builder, sum_up(builder, x, dims), count)
    squares = builder.add_generic(
        [x, mean],
        [range(x.rank), kept],
        builder.add_empty(x.shape, element),
        range(x.rank),
        ["parallel"] * x.rank,
        square,
    )
    return mean, divide(builder, sum_up(builder, squares, dims), count), count


def add_layer_norm(builder, x, num_dims, weight, bias, eps):
    """Normalizes the last ``num_dims`` dimensions, to which ``weight`` and ``bias`` are
    broadcast; both may be None. Arithmetic is in the type of sums."""
    element = get_wide(x.element)
    first = x.rank - num_dims
    mean, variance, _ = get_moments(builder, x, list(range(first, x.rank)))

    def build_scale(scalars, variance):
        return _build_inverse_deviation(scalars, element, variance, eps)

    def build(scalars, number, mean, scale, *affine):
        number = convert_number(scalars, number, x.element, element)
        number = scalars.compute("arith.subf", element, number, mean)
        number = scalars.compute("arith.mulf", element, number, scale)
        affine = iter(affine)
        for op, vector in (("arith.mulf", weight), ("arith.addf", bias)):
            if vector is not None:
                other = convert_number(scalars, next(affine), vector.element, element)
                number = scalars.compute(op, element, number, other)
        return convert_number(scalars, number, element, x.element)

    scale = builder.add_elementwise([variance], variance.shape, element, build_scale)
    rows = [*mean.shape, *[1] * num_dims]
    inputs = [x, add_reshape(builder, mean, rows), add_reshape(builder, scale, rows)]
    inputs += [vector for vector in (weight, bias) if vector is not None]
    return builder.add_elementwise(inputs, x.shape, x.element, build)


# ---------------------------------------------------------------------------
# Pools
# ---------------------------------------------------------------------------

_POOLS = {1: "ncw", 2: "nchw"}


def add_pool(builder, x, kind, initial, kernel, strides, padding, dilations, shape):
    """Reduces windows by ``kind``, "max" or "sum", which begins with ``initial``; sums are
    in the type of sums.

    ``padding`` is that before the image; after it, there is as much as the windows of the
    result ``shape`` need.
    """
    rank = len(kernel)
    if rank not in _POOLS or x.rank != rank + 2 or not is_static(x.shape[2:]):
        raise Unsupported("but for a batch of images with static extents")
    if not is_float(x.element):
        raise Unsupported(f"on {x.element}")
    element = x.element if kind == "max" else get_wide(x.element)
    high = []
    for i in range(rank):
        last = (shape[2 + i] - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1
        high.append(max(last - x.shape[2 + i] - padding[i], 0))
    x = builder.add_pad(x, [0, 0, *padding], [0, 0, *high], initial)
    window = builder.add_empty(kernel, x.element)
    start = builder.add_fill(initial, shape, element)
    text = (
        f"linalg.pooling_{_POOLS[rank]}_{kind} {_write_window(strides, dilations)} "
        f"ins({x.name}, {window.name} : {x.type}, {window.type}) "
        f"outs({start.name} : {start.type}) -> {start.type}"
    )
    return builder.add_tensor_op(text, shape, element)


def add_max_pool(builder, x, kernel, strides, padding, dilations, shape):
    return add_pool(
        builder, x, "max", -math.inf, kernel, strides, padding, dilations, shape
    )


def _count_elements(extent, windows, kernel, stride, padding, includes_padding):
    """Returns how many elements each window along one dimension has."""
    counts = []
    for i in range(windows):
        begin = i * stride - padding
        end = min(begin + kernel, extent + padding)
        if not includes_padding:
            begin, end = max(begin, 0), min(end, extent)
        counts.append(end - begin)
    return counts


def add_average_pool(
    builder, x, kernel, strides, padding, shape, includes_padding, divisor=None
):
    """Averages windows. ``divisor`` replaces the number of elements."""
    rank = len(kernel)
    total = add_pool(builder, x, "sum", 0, kernel, strides, padding, [1] * rank, shape)
    if divisor:
        return divide(builder, total, divisor, x.element)
    counts = [
        _count_elements(
            x.shape[2 + i],
            shape[2 + i],
            kernel[i],
            strides[i],
            padding[i],
            includes_padding,
        )
        for i in range(rank)
    ]
    if any(len(set(numbers)) != 1 for numbers in counts):
        raise Unsupported("with windows that have different numbers of elements")
    count = math.prod(numbers[0] for numbers in counts)
    return divide(builder, total, count, x.element)


# ---------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------


def add_reshape(builder, x, shape):
    """Gives the elements of x, in order, another shape."""
    shape = tuple(shape)
    if tuple(x.shape) == shape:
        return x
    if x.rank == 0:
        return builder.add_expand(x, [], shape)
    if not shape:
        return builder.add_collapse(x, [])
    groups = _group(x.shape, shape)
    if groups is None:
        raise Unsupported(f"from the shape {x.shape} to {shape}")
    sources, targets = zip(*groups)
    return builder.add_expand(builder.add_collapse(x, sources), targets, shape)


def _group(source, target):
    """Pairs the smallest groups of dimensions of both shapes that have as many elements;
    returns None if there are no such groups."""
    groups, i, j = [], 0, 0
    while i < len(source) and j < len(target):
        left, right = [i], [j]
        i, j = i + 1, j + 1
        while True:
            a = multiply_extents(source[k] for k in left)
            b = multiply_extents(target[k] for k in right)
            if a == b:
                break
            if i < len(source) and (j == len(target) or _is_less(a, b)):
                left.append(i)
                i += 1
            elif j < len(target):
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
        # An expression of sympy.
        return extent.subs({symbol: 1000003 for symbol in extent.free_symbols})

    return estimate(a) < estimate(b)
