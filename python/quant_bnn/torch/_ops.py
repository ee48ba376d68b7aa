"""The quantizers as operators of PyTorch: ``torch.ops.quant_bnn``.

For each quantizer there is an operator, which has a gradient, and the two operators
that it is made of in training: one computes the value and what the gradient needs of
x, the other one the gradient. All of them run compiled kernels, on tensors of any shape
and stride.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Callable

import torch

import quant_bnn
from quant_bnn._builder import write_number
from quant_bnn._library import use_huge_pages
from quant_bnn.torch._types import ELEMENTS


def get_element_type(name, dtype):
    """Returns MLIR's type for ``dtype``, which an argument of the operator has."""
    if not dtype.is_floating_point or dtype not in ELEMENTS:
        raise TypeError(f"quant_bnn::{name} takes a tensor of floats, got {dtype}")
    return ELEMENTS[dtype]


@dataclass(frozen=True)
class Quantizer:
    """An elementwise quantizer, or one that reduces to a scalar within."""

    name: str
    #: Its attributes, as parameters in a schema of PyTorch.
    parameters: tuple
    #: Returns the attributes in MLIR's syntax.
    write: Callable
    #: Returns what the gradient needs, before any threshold: "nothing", "mask" (one bit
    #: for each element) or "x".
    saves: Callable

    @property
    def schema(self):
        # The threshold is that of a gradient_cancellation before the quantizer.
        return "".join(f", {p}" for p in (*self.parameters, "float? threshold=None"))

    def get_saved(self, *attributes):
        saved = self.saves(*attributes[:-1])
        return "mask" if saved == "nothing" and attributes[-1] is not None else saved

    def write_module(self, attributes, dtype):
        """Returns a module with a function ``quantize`` on arrays of one dimension."""
        *own, threshold = attributes
        tensor = f"tensor<?x{get_element_type(self.name, dtype)}>"
        window, x = "", "%x"
        if threshold is not None:
            x = "%window"
            window = (
                f"  {x} = quant_bnn.gradient_cancellation %x "
                f"threshold = {write_float(threshold)} : {tensor}\n"
            )
        return (
            f"func.func @quantize(%x: {tensor}) -> {tensor} {{\n"
            f"{window}"
            f"  %y = quant_bnn.{self.name} {x}{self.write(*own)} : {tensor}\n"
            f"  return %y : {tensor}\n"
            f"}}\n"
        )


def write_float(value):
    """Returns ``value`` as MLIR reads an attribute of type f64."""
    return write_number(value, "f64")


def _write_clip(clip):
    return "" if clip is None else f" clip = {write_float(clip)}"


QUANTIZERS = [
    Quantizer(
        "sign",
        ("float? clip=None", 'str zero="positive"', 'str nan="positive"'),
        lambda clip, zero, nan: f"{_write_clip(clip)} zero = {zero} nan = {nan}",
        lambda clip, zero, nan: "nothing" if clip is None else "mask",
    ),
    Quantizer("approx_sign", (), lambda: "", lambda: "x"),
    Quantizer(
        "swish_sign",
        ("float beta=5.0",),
        lambda beta: f" beta = {write_float(beta)}",
        lambda beta: "x",
    ),
    Quantizer(
        "ste_heaviside",
        ("float low=0.0", "float? clip=None"),
        lambda low, clip: f" low = {write_float(low)}{_write_clip(clip)}",
        lambda low, clip: "nothing" if clip is None else "mask",
    ),
    Quantizer(
        "input_dorefa",
        ("int bits", 'str grad="identity"'),
        lambda bits, grad: f" bits = {bits} grad = {grad}",
        lambda bits, grad: "nothing" if grad == "identity" else "mask",
    ),
    Quantizer(
        "weight_dorefa",
        ("int bits", 'str grad="identity"'),
        lambda bits, grad: f" bits = {bits} grad = {grad}",
        lambda bits, grad: "x" if grad == "tanh" else "nothing",
    ),
    Quantizer("identity", (), lambda: "", lambda: "nothing"),
]

DIFFERENTIATE = (
    "func.func(quant-bnn-fuse-ste),quant-bnn-differentiate{functions=quantize},"
    "quant-bnn-compress-residuals"
)


@lru_cache(maxsize=None)
def get_kernels(quantizer, attributes, dtype):
    """Returns a library with ``quantize``, ``quantize_fwd`` and ``quantize_bwd``."""
    return quant_bnn.compile(
        quantizer.write_module(attributes, dtype),
        passes=DIFFERENTIATE,
        parallel=True,
    )


# ---------------------------------------------------------------------------
# Layouts
# ---------------------------------------------------------------------------


def flatten(x):
    """Returns the elements of ``x``, which has no gaps, in the order of memory."""
    return x.as_strided((x.numel(),), (1,))


def in_huge_pages(result):
    """Returns ``result``, which is new, in huge pages where the system has them."""
    begin = result.data_ptr()
    use_huge_pages(begin, begin + result.nbytes)
    return result


def restride(x, stride):
    """Returns ``x`` with the strides ``stride``, copied unless it has them."""
    if x.stride() == tuple(stride):
        return x
    return allocate(x.shape, stride, x.dtype).copy_(x)


def allocate(shape, stride, dtype):
    return in_huge_pages(torch.empty_strided(shape, stride, dtype=dtype))


def allocate_like(x):
    """Returns x without gaps, and an array for a result with the same strides."""
    result = in_huge_pages(torch.empty_like(x))
    return restride(x.detach(), result.stride()), result


# ---------------------------------------------------------------------------
# Operators
# ---------------------------------------------------------------------------

library = torch.library.Library("quant_bnn", "DEF")


def count_mask_bytes(x):
    return (x.numel() + 7) // 8


class _Operator:
    """The operators of one quantizer."""

    def __init__(self, quantizer):
        self.quantizer = quantizer
        name, schema = quantizer.name, quantizer.schema
        library.define(f"{name}(Tensor x{schema}) -> Tensor")
        library.define(f"{name}_forward(Tensor x{schema}) -> (Tensor, Tensor)")
        library.define(
            f"{name}_backward(Tensor saved, Tensor g, SymInt[] stride{schema}) -> Tensor"
        )
        packet = getattr(torch.ops.quant_bnn, name)
        self.op = packet.default
        self.forward_op = getattr(torch.ops.quant_bnn, f"{name}_forward").default
        self.backward_op = getattr(torch.ops.quant_bnn, f"{name}_backward").default
        arguments = self.op._schema.arguments
        self.defaults = [
            a.default_value if a.has_default_value() else None for a in arguments[1:]
        ]
        library.impl(name, self.run, "CPU")
        library.impl(f"{name}_forward", self.run_forward, "CPU")
        library.impl(f"{name}_backward", self.run_backward, "CPU")
        library.impl(name, self.run_autograd, "Autograd")
        torch.library.register_fake(self.op, self.fake, lib=library)
        torch.library.register_fake(self.forward_op, self.fake_forward, lib=library)
        torch.library.register_fake(self.backward_op, self.fake_backward, lib=library)

    def complete(self, attributes):
        """Returns ``attributes`` with the defaults that PyTorch leaves out."""
        return (*attributes, *self.defaults[len(attributes) :])

    def get_kernels(self, attributes, dtype):
        return get_kernels(self.quantizer, attributes, dtype)

    # On the CPU.

    def run(self, x, *attributes):
        kernels = self.get_kernels(self.complete(attributes), x.dtype)
        x, y = allocate_like(x)
        kernels.quantize(flatten(x), out=flatten(y))
        return y

    def run_forward(self, x, *attributes):
        kernels = self.get_kernels(self.complete(attributes), x.dtype)
        x, y = allocate_like(x)
        mask = in_huge_pages(torch.empty(count_mask_bytes(x), dtype=torch.int8))
        kernels.quantize_fwd(flatten(x), out=(flatten(y), mask))
        return y, mask

    def run_backward(self, saved, g, stride, *attributes):
        attributes = self.complete(attributes)
        kernels = self.get_kernels(attributes, g.dtype)
        g = restride(g.detach(), stride)
        dx = allocate(g.shape, stride, g.dtype)
        if self.quantizer.get_saved(*attributes) == "x":
            saved = (flatten(restride(saved.detach(), stride)),)
        else:
            saved = (saved, g.numel())
        kernels.quantize_bwd(*saved, flatten(g), out=flatten(dx))
        return dx

    # Without values.

    def fake(self, x, *attributes):
        return torch.empty_like(x)

    def fake_forward(self, x, *attributes):
        return torch.empty_like(x), x.new_empty(count_mask_bytes(x), dtype=torch.int8)

    def fake_backward(self, saved, g, stride, *attributes):
        return torch.empty_strided(g.shape, stride, dtype=g.dtype, device=g.device)

    # With a gradient.

    def run_autograd(self, x, *attributes):
        _refuse_tangent(x)
        if torch.is_grad_enabled() and x.requires_grad:
            return _Quantize.apply(self, x, *self.complete(attributes))
        with torch._C._AutoDispatchBelowAutograd():
            return self.op(x, *attributes)


class _RefuseSecondGradient(torch.autograd.Function):
    """Returns a gradient, whose own gradient is an error."""

    @staticmethod
    def forward(ctx, gradient, *sources):
        return gradient.view_as(gradient)

    @staticmethod
    def backward(ctx, g):
        raise RuntimeError(
            "quant_bnn states no gradient of the gradient of a quantizer"
        )


def _refuse_tangent(x):
    """A quantizer has no forward-mode gradient."""
    forward_ad = torch.autograd.forward_ad
    if forward_ad._current_level >= 0 and forward_ad.unpack_dual(x).tangent is not None:
        raise NotImplementedError("quant_bnn states no forward-mode gradient")


class _Quantize(torch.autograd.Function):
    @staticmethod
    def forward(ctx, operator, x, *attributes):
        ctx.operator, ctx.attributes = operator, attributes
        ctx.saved = operator.quantizer.get_saved(*attributes)
        with torch._C._AutoDispatchBelowAutograd():
            if ctx.saved == "mask":
                y, mask = operator.forward_op(x, *attributes)
                ctx.save_for_backward(mask)
            else:
                y = operator.op(x, *attributes)
                if ctx.saved == "x":
                    ctx.save_for_backward(x)
        ctx.stride = y.stride()
        return y

    @staticmethod
    def backward(ctx, g):
        gradient = g
        if ctx.saved != "nothing":
            with torch.no_grad():
                gradient = ctx.operator.backward_op(
                    *ctx.saved_tensors, g, ctx.stride, *ctx.attributes
                )
            if torch.is_grad_enabled():
                gradient = _RefuseSecondGradient.apply(gradient, g, *ctx.saved_tensors)
        elif (
            ctx.operator.quantizer.name == "weight_dorefa" and "zero" in ctx.attributes
        ):
            gradient = torch.zeros_like(g)
        return None, gradient, *(None for _ in ctx.attributes)


OPERATORS = {quantizer.name: _Operator(quantizer) for quantizer in QUANTIZERS}
