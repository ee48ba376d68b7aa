"""The quantizers with a scale as operators: ``quant_bnn::min_max`` and ``::pact``."""

from functools import lru_cache

import torch
from torch.library import custom_op

import quant_bnn
from quant_bnn.torch._ops import (
    allocate,
    DIFFERENTIATE,
    allocate_like,
    flatten,
    get_element_type,
    restride,
)


def _write_module(op, parameters, arguments, dtype):
    """Returns a module with a function ``quantize``, which returns levels and scale."""
    element = get_element_type(op.split()[0], dtype)
    tensor, scalar = f"tensor<?x{element}>", f"tensor<{element}>"
    return (
        f"func.func @quantize(%x: {tensor}{parameters.format(element)})"
        f" -> ({tensor}, {scalar}) {{\n"
        f"  %q, %s = quant_bnn.{op.replace(' ', f' %x{arguments} ', 1)} : {tensor}\n"
        f"  %scale = tensor.from_elements %s : {scalar}\n"
        f"  return %q, %scale : {tensor}, {scalar}\n"
        f"}}\n"
    )


@lru_cache(maxsize=None)
def _get_min_max(bits, unrounded, dtype):
    op = f"min_max bits = {bits}{' unrounded' if unrounded else ''}"
    return quant_bnn.compile(
        _write_module(op, "", "", dtype), passes=DIFFERENTIATE, parallel=True
    )


@custom_op("quant_bnn::min_max", mutates_args=(), device_types="cpu")
def min_max(
    x: torch.Tensor, bits: int, unrounded: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Returns x s as integers, and s = (2^(bits-1) - 1) / max |x|, of rank 0."""
    x, q = allocate_like(x)
    scale = torch.empty((), dtype=x.dtype)
    _get_min_max(bits, unrounded, x.dtype).quantize(flatten(x), out=(flatten(q), scale))
    return q, scale


@min_max.register_fake
def _(x, bits, unrounded=False):
    return torch.empty_like(x), x.new_empty(())


@custom_op("quant_bnn::min_max_backward", mutates_args=(), device_types="cpu")
def min_max_backward(
    scale: torch.Tensor, g: torch.Tensor, bits: int, unrounded: bool
) -> torch.Tensor:
    g, dx = allocate_like(g)
    _get_min_max(bits, unrounded, g.dtype).quantize_bwd(
        scale, flatten(g), torch.zeros((), dtype=g.dtype), out=flatten(dx)
    )
    return dx


@min_max_backward.register_fake
def _(scale, g, bits, unrounded):
    return torch.empty_like(g)


def _save_scale(ctx, inputs, output):
    _, ctx.bits, ctx.unrounded = inputs
    # The scale is a constant to the gradient.
    ctx.mark_non_differentiable(output[1])
    ctx.save_for_backward(output[1])


def _differentiate_min_max(ctx, g, g_scale):
    (scale,) = ctx.saved_tensors
    return min_max_backward(scale, g, ctx.bits, ctx.unrounded), None, None


min_max.register_autograd(_differentiate_min_max, setup_context=_save_scale)


# ---------------------------------------------------------------------------
# PACT
# ---------------------------------------------------------------------------


@lru_cache(maxsize=None)
def _get_pact(bits, mode, form, grad, unrounded, dtype):
    op = f"pact bits = {bits} mode = {mode} form = {form} grad = {grad}"
    op += " unrounded" if unrounded else ""
    text = _write_module(op, ", %alpha: {}", ", %alpha", dtype)
    return quant_bnn.compile(text, passes=DIFFERENTIATE, parallel=True)


@custom_op("quant_bnn::pact", mutates_args=(), device_types="cpu")
def pact(
    x: torch.Tensor,
    alpha: torch.Tensor,
    bits: int,
    mode: str = "signed",
    form: str = "level",
    grad: str = "full",
    unrounded: bool = False,
    saves: bool = False,
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Returns the result of the op of MLIR with these attributes, and the scale.

    ``alpha`` has one element. With ``saves``, the third result has what the gradient
    needs of x: bits of which range an element is in, a row for each question.
    """
    x, q = allocate_like(x)
    alpha = alpha.detach().to(x.dtype).reshape(())
    kernels = _get_pact(bits, mode, form, grad, unrounded, x.dtype)
    scale = torch.empty((), dtype=x.dtype)
    if not saves or form == "level":
        kernels.quantize(flatten(x), alpha, out=(flatten(q), scale))
        # A result of an operator is never its argument.
        saved = x.clone() if saves and grad == "full" else x.new_empty(0)
        return q, scale, saved
    masks = x.new_empty(_count_masks(mode), (x.numel() + 7) // 8, dtype=torch.int8)
    kernels.quantize_fwd(flatten(x), alpha, out=(flatten(q), scale, *masks))
    return q, scale, masks


def _count_masks(mode):
    # Signed ranges have two ends that alpha moves.
    return 2 if mode == "unsigned" else 3


@pact.register_fake
def _(
    x,
    alpha,
    bits,
    mode="signed",
    form="level",
    grad="full",
    unrounded=False,
    saves=False,
):
    if not saves or (form == "level" and grad != "full"):
        saved = x.new_empty(0)
    elif form == "level":
        saved = torch.empty_like(x)
    else:
        saved = x.new_empty(_count_masks(mode), (x.numel() + 7) // 8, dtype=torch.int8)
    return torch.empty_like(x), x.new_empty(()), saved


@custom_op("quant_bnn::pact_backward", mutates_args=(), device_types="cpu")
def pact_backward(
    saved: torch.Tensor,
    alpha: torch.Tensor,
    g: torch.Tensor,
    g_scale: torch.Tensor,
    stride: list[int],
    bits: int,
    mode: str,
    form: str,
    grad: str,
    unrounded: bool,
) -> tuple[torch.Tensor, torch.Tensor]:
    g = restride(g.detach(), stride)
    dx = allocate(g.shape, stride, g.dtype)
    alpha = alpha.detach().to(g.dtype).reshape(())
    if form == "value":
        residuals = [part for mask in saved for part in (mask, g.numel())] + [alpha]
    elif grad == "full":
        residuals = [flatten(restride(saved.detach(), stride)), alpha]
    else:
        residuals = [alpha]
    _, dalpha = _get_pact(bits, mode, form, grad, unrounded, g.dtype).quantize_bwd(
        *residuals, flatten(g), g_scale.detach(), out=flatten(dx)
    )
    return dx, torch.tensor(dalpha, dtype=g.dtype)


@pact_backward.register_fake
def _(saved, alpha, g, g_scale, stride, bits, mode, form, grad, unrounded):
    dx = torch.empty_strided(g.shape, stride, dtype=g.dtype, device=g.device)
    return dx, g.new_empty(())


def _save_masks(ctx, inputs, output):
    _, alpha, *ctx.attributes, ctx.saves = inputs
    q, _, saved = output
    ctx.stride, ctx.alpha_shape = q.stride(), alpha.shape
    ctx.mark_non_differentiable(saved)
    ctx.save_for_backward(saved, alpha)


def _differentiate_pact(ctx, g, g_scale, _):
    if not ctx.saves:
        raise RuntimeError("quant_bnn::pact has a gradient only with saves=True")
    saved, alpha = ctx.saved_tensors
    dx, dalpha = pact_backward(saved, alpha, g, g_scale, ctx.stride, *ctx.attributes)
    dalpha = dalpha.to(alpha.dtype).reshape(ctx.alpha_shape)
    return dx, dalpha, None, None, None, None, None, None


pact.register_autograd(_differentiate_pact, setup_context=_save_masks)
