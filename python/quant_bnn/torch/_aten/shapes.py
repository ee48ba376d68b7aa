"""Constants, and ops that move elements."""

from quant_bnn._layers import Unsupported, add_reshape
from quant_bnn.torch._aten.registry import Arguments, get_result, translates

# ---------------------------------------------------------------------------
# Constants
# ---------------------------------------------------------------------------


def _define_constant(name, get_value):
    def translate(importer, node):
        shape, element = get_result(importer, node)
        value = get_value(Arguments(importer, node))
        if not isinstance(value, (int, float, bool)):
            raise Unsupported("with a number that is computed")
        return importer.builder.add_splat(value, shape, element)

    translates(name)(translate)


for _name in ("ones", "ones_like", "new_ones"):
    _define_constant(f"aten.{_name}.default", lambda arguments: 1)
for _name in ("zeros", "zeros_like", "new_zeros"):
    _define_constant(f"aten.{_name}.default", lambda arguments: 0)
for _name in ("full", "full_like", "new_full"):
    _define_constant(f"aten.{_name}.default", lambda arguments: arguments.fill_value)
_define_constant("aten.scalar_tensor.default", lambda arguments: arguments.s)


@translates("aten.arange.default", "aten.arange.start", "aten.arange.start_step")
@translates("aten.eye.default", "aten.linspace.default")
def _evaluate(importer, node):
    if node.all_input_nodes:
        raise Unsupported("with a number that is computed")
    return importer.add_constant(node.target(*node.args, **node.kwargs))


# ---------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------


@translates("aten.view.default", "aten.reshape.default", "aten._unsafe_view.default")
@translates("aten.flatten.using_ints", "aten.unsqueeze.default", "aten.squeeze.dim")
@translates("aten.squeeze.dims", "aten.squeeze.default", "aten.unflatten.int")
def _reshape(importer, node):
    x = Arguments(importer, node).self
    shape, _ = get_result(importer, node)
    return add_reshape(importer.builder, x, shape)


@translates("aten.permute.default")
def _permute(importer, node):
    arguments = Arguments(importer, node)
    x = arguments.self
    permutation = [d % x.rank for d in arguments.dims]
    return importer.builder.add_transpose(x, permutation)


@translates("aten.transpose.int")
def _transpose(importer, node):
    arguments = Arguments(importer, node)
    x = arguments.self
    permutation = list(range(x.rank))
    a, b = arguments.dim0 % x.rank, arguments.dim1 % x.rank
    permutation[a], permutation[b] = b, a
    return importer.builder.add_transpose(x, permutation)


@translates("aten.t.default")
def _t(importer, node):
    x = Arguments(importer, node).self
    return x if x.rank < 2 else importer.builder.add_transpose(x, [1, 0])


@translates("aten.expand.default", "aten.expand_as.default")
def _expand(importer, node):
    x = Arguments(importer, node).self
    shape, element = get_result(importer, node)
    return importer.builder.add_elementwise([x], shape, element, lambda _, x: x)


@translates("aten.broadcast_tensors.default")
def _broadcast_tensors(importer, node):
    fakes = importer.get_fake(node)
    tensors = [importer.get(t) for t in node.args[0]]
    return [
        (
            t
            if t.shape == importer.get_shape(fake)
            else importer.builder.add_elementwise(
                [t], importer.get_shape(fake), t.element, lambda _, x: x
            )
        )
        for t, fake in zip(tensors, fakes)
    ]


@translates("aten.cat.default")
def _cat(importer, node):
    tensors = [importer.get(t) for t in node.args[0]]
    arguments = Arguments(importer, node)
    shape, element = get_result(importer, node)
    # PyTorch ignores tensors without elements and with one dimension.
    tensors = [t for t in tensors if t.shape != (0,)]
    if any(t.element != element for t in tensors):
        raise Unsupported("of tensors with different types")
    return importer.builder.add_concat(tensors, arguments.dim)


@translates("aten.split.Tensor", "aten.split_with_sizes.default", "aten.chunk.default")
@translates("aten.unbind.int")
def _split(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    dim, start, parts = arguments.dim % x.rank, 0, []
    is_unbind = "unbind" in str(node.target)
    for fake in importer.get_fake(node):
        shape = importer.get_shape(fake)
        extent = 1 if is_unbind else shape[dim]
        if not isinstance(extent, int):
            raise Unsupported("along a dynamic extent")
        part = builder.add_slice(x, dim, start, extent)
        parts.append(add_reshape(builder, part, shape))
        start += extent
    return parts


@translates("aten.select.int")
def _select(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    dim, index = arguments.dim % x.rank, arguments.index
    if not isinstance(index, int) or (index < 0 and not isinstance(x.shape[dim], int)):
        raise Unsupported("with a dynamic index")
    part = builder.add_slice(x, dim, index % x.shape[dim] if index < 0 else index, 1)
    return add_reshape(builder, part, get_result(importer, node)[0])


@translates("aten.slice.Tensor")
def _slice(importer, node):
    arguments = Arguments(importer, node)
    builder, x = importer.builder, arguments.self
    shape, _ = get_result(importer, node)
    dim, start, step = arguments.dim % x.rank, arguments.start or 0, arguments.step
    if tuple(shape) == tuple(x.shape):
        return x
    extent = x.shape[dim]
    if not isinstance(start, int) or (start < 0 and not isinstance(extent, int)):
        raise Unsupported("with a dynamic start")
    if start < 0:
        start = max(start + extent, 0)
    if isinstance(extent, int):
        start = min(start, extent)
    return builder.add_slice(x, dim, start, shape[dim], step)


@translates("aten.pad.default", "aten.constant_pad_nd.default")
def _pad(importer, node):
    arguments = Arguments(importer, node)
    x, amounts = arguments.self, arguments.pad
    if "mode" in arguments and arguments.mode != "constant":
        raise Unsupported(f"with mode '{arguments.mode}'")
    if any(amount < 0 for amount in amounts):
        raise Unsupported("with negative amounts")
    low, high = [0] * x.rank, [0] * x.rank
    # From the last dimension on.
    for i in range(len(amounts) // 2):
        low[-1 - i], high[-1 - i] = amounts[2 * i], amounts[2 * i + 1]
    return importer.builder.add_pad(x, low, high, arguments.value or 0)
