"""The quantizers as functions of JAX.

Names, parameters and defaults are those of the ops in docs/Reference/Dialect.md, values
and gradients those of docs/Semantics.md. Each value and each gradient is a composite: XLA
computes it by the formula here, on any device, and ``quant_bnn.jax.export`` keeps the
op. Arrays are floats of any type and shape; arithmetic on 16-bit floats is in float32.
XLA on CPUs takes subnormal numbers for zeros in arithmetic; signs and windows with given
bounds are right.
"""

from functools import partial

import jax
import jax.numpy as jnp

from quant_bnn.jax._ops import (
    Op,
    Rule,
    check_array,
    check_bits,
    check_bound,
    check_enum,
    check_scalar,
    check_sign,
    compare_with_zero,
    compute_max_abs,
    divide_level,
    is_inside,
    limit_scale,
    quantize,
    select,
    widen,
)

# ---------------------------------------------------------------------------
# Binarizers
# ---------------------------------------------------------------------------

_SPECIAL = {"positive": 1.0, "negative": -1.0, "zero": 0.0}


def _compute_sign(x, *, zero="positive", nan="positive", **_):
    is_negative, is_positive = compare_with_zero(x)
    one = jnp.ones_like(x)
    special = x if nan == "propagate" else _SPECIAL[nan] * one
    y = jnp.where(jnp.isnan(x), special, _SPECIAL[zero] * one)
    return jnp.where(is_positive, one, jnp.where(is_negative, -one, y))


def _compute_windowed_gradient(x, g, **window):
    (limit,) = window.values()
    return select(is_inside(x, limit), g)


def _make_windowed_gradient(name, limit, attribute="clip"):
    """Returns None if there is no window."""
    if limit is None:
        return None
    return Op(f"{name}_grad", _compute_windowed_gradient, ((attribute, limit),))


def sign(x, clip=None, zero="positive", nan="positive"):
    """y = -1 where x < 0 and 1 where x > 0; dx = g, with ``clip`` where abs x <= clip, else 0.

    ``zero`` selects the value at 0 and -0, of "positive", "negative" and "zero"; ``nan``
    that at NaN, of these and "propagate".
    """
    x, clip = check_array(x), check_bound(clip, "clip")
    attributes = (("clip", clip), *check_sign(zero, nan))
    rule = Rule(
        Op("sign", _compute_sign, attributes),
        _make_windowed_gradient("sign", clip),
    )
    return quantize(rule, x)


def _compute_approx_sign_gradient(x, g):
    wide, wide_g = widen(x, g)
    dx = (2 - 2 * jnp.abs(wide)) * wide_g
    return select(is_inside(x, 1), dx.astype(g.dtype))


def approx_sign(x, zero="positive", nan="positive"):
    """y as of ``sign``; dx = (2 - 2 abs x) g where abs x <= 1, else 0."""
    rule = Rule(
        Op("approx_sign", _compute_sign, check_sign(zero, nan)),
        Op("approx_sign_grad", _compute_approx_sign_gradient),
    )
    return quantize(rule, check_array(x))


def _compute_swish_sign_gradient(x, g, *, beta):
    wide, wide_g = widen(x, g)
    z = beta * wide
    factor = beta * ((2 - z * jnp.tanh(z / 2)) / (1 + jnp.cosh(z)))
    factor = jnp.where(jnp.isinf(z), 0, factor)
    return (wide_g * factor).astype(g.dtype)


def swish_sign(x, beta=5.0, zero="positive", nan="positive"):
    """y as of ``sign``; dx = g times the derivative of the sign-swish.

    With b = beta and z = b x, it is b (2 - z tanh(z/2)) / (1 + cosh z).
    """
    x = check_array(x)
    if not 0 < beta <= jnp.finfo(widen(x).dtype).max:
        raise ValueError(f"beta is positive and finite, but is {beta}")
    beta = ("beta", float(beta))
    rule = Rule(
        Op("swish_sign", _compute_sign, (beta, *check_sign(zero, nan))),
        Op("swish_sign_grad", _compute_swish_sign_gradient, (beta,)),
    )
    return quantize(rule, x)


def _compute_ste_heaviside(x, *, low, **_):
    _, is_positive = compare_with_zero(x)
    return jnp.where(is_positive, jnp.ones_like(x), jnp.full_like(x, low))


def ste_heaviside(x, low=0.0, clip=None):
    """y = 1 where x > 0, else ``low``; dx = g, with ``clip`` where abs x <= clip, else 0.

    ``low`` is 0 or -1.
    """
    if low not in (0, -1):
        raise ValueError(f"low is 0 or -1, but is {low}")
    x, clip = check_array(x), check_bound(clip, "clip")
    attributes = (("low", float(low)), ("clip", clip))
    rule = Rule(
        Op("ste_heaviside", _compute_ste_heaviside, attributes),
        _make_windowed_gradient("ste_heaviside", clip),
    )
    return quantize(rule, x)


# ---------------------------------------------------------------------------
# Control of gradients
# ---------------------------------------------------------------------------


def _compute_identity(x, **_):
    return x


def gradient_cancellation(x, threshold):
    """y = x; dx = g where abs x <= threshold, else 0."""
    name, threshold = "gradient_cancellation", check_bound(threshold, "threshold")
    if threshold is None:
        raise ValueError("threshold is at least 0, but is None")
    rule = Rule(
        Op(name, _compute_identity, (("threshold", threshold),)),
        _make_windowed_gradient(name, threshold, "threshold"),
    )
    return quantize(rule, check_array(x))


def qactivation(x, quantizer=sign, threshold=1.0):
    """A quantizer after ``gradient_cancellation``: the activation of a quantized layer."""
    return quantizer(gradient_cancellation(x, threshold))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _pass_through(clip, q, x):
    op = Op("straight_through", lambda q, x, **_: q, (("clip", clip),))
    return op(q, x)


def _pass_through_forward(clip, q, x):
    return _pass_through(clip, q, x), None if clip is None else x


def _pass_through_backward(clip, x, g):
    gradient = _make_windowed_gradient("straight_through", clip)
    return jnp.zeros_like(g), gradient(x, g) if gradient else g


_pass_through.defvjp(_pass_through_forward, _pass_through_backward)


def straight_through(q, x, clip=None):
    """y = q; dx = g, with ``clip`` where abs x <= clip, else 0; q gets no gradient.

    The straight-through estimator around any function q of x. q and x have one type and
    one shape.
    """
    q, x = check_array(q, "q"), check_array(x)
    if q.dtype != x.dtype or q.shape != x.shape:
        raise ValueError(
            "q and x have one type and one shape, but are "
            f"{q.dtype}{list(q.shape)} and {x.dtype}{list(x.shape)}"
        )
    return _pass_through(check_bound(clip, "clip"), q, x)


# ---------------------------------------------------------------------------
# Uniform quantizers
# ---------------------------------------------------------------------------


def _compute_input_dorefa(x, *, bits, **_):
    n = 2**bits - 1
    level = jnp.round(jnp.clip(widen(x), 0, 1) * n)
    return divide_level(level, n).astype(x.dtype)


def _compute_input_dorefa_gradient(x, g, **_):
    is_negative, _ = compare_with_zero(x)
    return select(~is_negative & (widen(x) <= 1), g)


def input_dorefa(x, bits, grad="identity"):
    """y = round(clamp(x, 0, 1) n) / n, n = 2^bits - 1; dx = g, with ``grad="window"`` where
    0 <= x <= 1, else 0."""
    x = check_array(x)
    grad = ("grad", check_enum("input_dorefa_gradient", grad, "identity", "window"))
    gradient = None
    if grad[1].value == "window":
        gradient = Op("input_dorefa_grad", _compute_input_dorefa_gradient, (grad,))
    attributes = (("bits", check_bits(bits, x)), grad)
    rule = Rule(Op("input_dorefa", _compute_input_dorefa, attributes), gradient)
    return quantize(rule, x)


def _compute_weight_dorefa(w, *, bits, **_):
    n = 2**bits - 1
    t, m = jnp.tanh(widen(w)), jnp.tanh(compute_max_abs(w))
    half = t / jnp.where(m == 0, 1, 2 * m)
    level = jnp.round((half + 0.5) * n)
    return (2 * divide_level(level, n) - 1).astype(w.dtype)


def _compute_weight_dorefa_gradient(w, g, *, grad):
    if grad == "zero":
        return jnp.zeros_like(g)
    t, m = jnp.tanh(widen(w)), jnp.tanh(compute_max_abs(w))
    dw = widen(g) * (1 - t * t) / m
    return jnp.where(m == 0, 0, dw).astype(g.dtype)


def weight_dorefa(w, bits, grad="identity"):
    """y = 2 round((t / (2 m) + 1/2) n) / n - 1, t = tanh w, m = max abs t, n = 2^bits - 1.

    dw = g, with ``grad="tanh"`` g (1 - t^2) / m, with ``grad="zero"`` 0.
    """
    w = check_array(w, "w")
    enum = check_enum("weight_dorefa_gradient", grad, "identity", "tanh", "zero")
    attributes = (("bits", check_bits(bits, w)), ("grad", enum))
    gradient = None
    if grad != "identity":
        gradient = Op(
            "weight_dorefa_grad",
            _compute_weight_dorefa_gradient,
            (("grad", enum),),
            is_elementwise=False,
        )
    value = Op("weight_dorefa", _compute_weight_dorefa, attributes, False)
    return quantize(Rule(value, gradient), w)


def _compute_min_max(x, *, bits, unrounded=False):
    m = compute_max_abs(x)
    s = jnp.where(m == 0, 0, limit_scale((2 ** (bits - 1) - 1) / m, x.dtype))
    q = widen(x) * s
    q = q if unrounded else jnp.round(q)
    return q.astype(x.dtype), s.astype(x.dtype)


def _compute_min_max_gradient(s, g):
    s, wide_g = widen(s, g)
    return (wide_g * s).astype(g.dtype)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _min_max(op, x):
    return tuple(op(x))


def _min_max_forward(op, x):
    q, s = op(x)
    return (q, s), s


def _min_max_backward(op, s, cotangents):
    gradient = Op("min_max_grad", _compute_min_max_gradient, (), False)
    return (gradient(s, cotangents[0]),)


_min_max.defvjp(_min_max_forward, _min_max_backward)


def min_max(x, bits, unrounded=False):
    """Returns q = round(x s) and s = (2^(bits-1) - 1) / max abs x; dx = g s, s gets none.

    ``unrounded`` leaves out the rounding.
    """
    x = check_array(x)
    attributes = (
        ("bits", check_bits(bits, x, low=2)),
        ("unrounded", bool(unrounded) or None),
    )
    return _min_max(Op("min_max", _compute_min_max, attributes, False), x)


def _compute_dequantize(q, s):
    wide, wide_s = widen(q, s)
    return jnp.where(wide_s == 0, 0, wide / wide_s).astype(q.dtype)


def _compute_dequantize_gradient(q, s, g):
    wide, wide_s, wide_g = widen(q, s, g)
    dq = wide_g / wide_s
    ds = -jnp.sum(dq * (wide / wide_s))
    dq, ds = (jnp.where(wide_s == 0, 0, d) for d in (dq, ds))
    return dq.astype(q.dtype), ds.astype(s.dtype)


@jax.custom_vjp
def _dequantize(q, s):
    return Op("dequantize", _compute_dequantize, (), False)(q, s)


def _dequantize_backward(saved, g):
    gradient = Op("dequantize_grad", _compute_dequantize_gradient, (), False)
    return tuple(gradient(*saved, g))


_dequantize.defvjp(lambda q, s: (_dequantize(q, s), (q, s)), _dequantize_backward)


def dequantize(q, s):
    """x = q / s, and 0 where s = 0; dq = g / s, ds = -sum of (g / s) (q / s)."""
    q = check_array(q, "q")
    return _dequantize(q, check_scalar(s, q, "s"))


# PACT.


def _compute_pact_range(alpha, dtype, bits, mode):
    """Returns whether alpha is valid, alpha or -1, and the scale or 0."""
    alpha = widen(alpha)
    is_valid = alpha > 0
    if mode == "signed":
        s = (2 ** (bits - 1) - 1) / alpha
    else:
        s = (2**bits - 1) * (1 / alpha)
    s = jnp.where(is_valid, limit_scale(s, dtype), 0)
    return is_valid, jnp.where(is_valid, alpha, -1), s


def _compute_pact(x, alpha, *, bits, mode, form, unrounded=False, **_):
    is_valid, alpha, s = _compute_pact_range(alpha, x.dtype, bits, mode)
    if mode == "signed":
        limit = 2 ** (bits - 1) - 1
        level = jnp.clip(s * widen(x), -limit, limit)
    else:
        level = jnp.clip(widen(x), 0, alpha) * s
    if not unrounded:
        level = jnp.round(level)
    q = level / s if form == "value" else level
    return jnp.where(is_valid, q, 0).astype(x.dtype), s.astype(x.dtype)


def _compute_pact_gradient(x, alpha, g, gs=None, *, bits, mode, form, grad):
    is_valid, range_alpha, s = _compute_pact_range(alpha, x.dtype, bits, mode)
    wide, wide_g = widen(x, g)
    if grad == "compat":
        dx = jnp.where(is_valid, wide_g * s, 0)
        return dx.astype(x.dtype), jnp.zeros_like(alpha)
    is_negative, _ = compare_with_zero(x)
    magnitude = jnp.abs(wide) if mode == "signed" else wide
    inside = magnitude <= range_alpha
    if mode == "unsigned":
        inside &= ~is_negative
    if form == "level":
        dx = select(inside, wide_g * s)
        dalpha = jnp.sum(select(inside, wide_g * ((wide / range_alpha) * s)))
        if gs is not None:
            dalpha += (widen(gs) / range_alpha) * s
        dalpha = -dalpha
    else:
        dx = select(inside, wide_g)
        signed = wide_g
        if mode == "signed":
            signed = jnp.where(is_negative, -wide_g, wide_g)
        dalpha = jnp.sum(select(magnitude >= range_alpha, signed))
    dalpha = jnp.where(is_valid, dalpha, 0)
    return dx.astype(x.dtype), dalpha.astype(alpha.dtype)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _pact(ops, x, alpha):
    return tuple(ops.value(x, alpha))


def _pact_backward(ops, saved, cotangents):
    attributes = dict(ops.gradient.attributes)
    learns_scale = attributes["form"].value == "level"
    learns_scale &= attributes["grad"].value == "full"
    arguments = cotangents if learns_scale else cotangents[:1]
    return tuple(ops.gradient(*saved, *arguments))


_pact.defvjp(
    lambda ops, x, alpha: (_pact(ops, x, alpha), (x, alpha)),
    _pact_backward,
)


def pact(x, alpha, bits, mode="signed", form="level", grad="full", unrounded=False):
    """Quantizes x to levels of a range that ends at a learned ``alpha``, and returns q and s.

    With ``mode="signed"``, s = i / alpha and the level is round(clamp(s x, -i, i)), where
    i = 2^(bits-1) - 1. With ``mode="unsigned"``, s = n / alpha and the level is
    round(clamp(x, 0, alpha) s), where n = 2^bits - 1. q is the level, or level / s
    with ``form="value"``. ``grad`` is "full", or "compat", with which alpha gets no
    gradient and dx = g s. docs/Semantics.md has the gradients.
    """
    x = check_array(x)
    alpha = check_scalar(alpha, x, "alpha")
    shared = (
        ("bits", check_bits(bits, x, low=2 if mode == "signed" else 1)),
        ("mode", check_enum("pact_mode", mode, "signed", "unsigned")),
        ("form", check_enum("pact_form", form, "level", "value")),
        ("grad", check_enum("pact_gradient", grad, "full", "compat")),
    )
    if grad == "compat" and form == "value":
        raise ValueError("grad='compat' requires form='level', but form is 'value'")
    ops = Rule(
        Op(
            "pact",
            _compute_pact,
            (*shared, ("unrounded", bool(unrounded) or None)),
            False,
        ),
        Op("pact_grad", _compute_pact_gradient, shared, False),
    )
    return _pact(ops, x, alpha)
