"""The quantizers as functions of JAX.

Names, parameters and defaults are those of the ops in docs/Reference/Dialect.md, values
and gradients those of docs/Semantics.md. Each value and each gradient is a composite: XLA
computes it by the formula here, on any device, and ``quant_bnn.jax.export`` keeps the
op. Arrays are floats of any type and shape; arithmetic on 16-bit floats is in float32.
XLA on CPUs takes subnormal numbers for zeros in arithmetic; signs and windows with given
bounds are right.
"""

import operator
from functools import partial
from typing import Callable, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.custom_batching import custom_vmap

# ---------------------------------------------------------------------------
# Ops
# ---------------------------------------------------------------------------


class _Enum(NamedTuple):
    """A value of an attribute that is one of a set."""

    name: str
    value: str

    def __str__(self):
        return f"#quant_bnn<{self.name} {self.value}>"


class _Op(NamedTuple):
    """An op with its attributes, which are hashable."""

    name: str
    #: The formula, which takes the arrays and the attributes.
    function: Callable
    attributes: tuple = ()
    is_elementwise: bool = True

    def __call__(self, *arrays):
        attributes = {name: v for name, v in self.attributes if v is not None}
        values = {n: v.value if type(v) is _Enum else v for n, v in attributes.items()}
        # Strings are attributes in MLIR's syntax.
        written = {n: str(v) if type(v) is _Enum else v for n, v in attributes.items()}
        written = {n: "unit" if v is True else v for n, v in written.items()}

        def compute(*arrays, **_):
            return self.function(*arrays, **values)

        @custom_vmap
        def run(*arrays):
            return lax.composite(compute, f"quant_bnn.{self.name}")(*arrays, **written)

        @run.def_vmap
        def run_batched(size, is_batched, *arrays):
            arrays = [
                array if batched else jnp.broadcast_to(array, (size, *array.shape))
                for array, batched in zip(arrays, is_batched)
            ]
            if self.is_elementwise:
                return run(*arrays), True
            result = lax.map(lambda arrays: run(*arrays), tuple(arrays))
            return result, jax.tree.map(lambda _: True, result)

        return run(*arrays)


class _Rule(NamedTuple):
    """A quantizer of one array: its value, and its gradient as an op on x and g; g itself
    without one."""

    value: _Op
    gradient: _Op | None


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _quantize(rule, x):
    return rule.value(x)


def _quantize_forward(rule, x):
    return rule.value(x), None if rule.gradient is None else x


def _quantize_backward(rule, x, g):
    return (g if rule.gradient is None else rule.gradient(x, g),)


_quantize.defvjp(_quantize_forward, _quantize_backward)


# ---------------------------------------------------------------------------
# Arguments
# ---------------------------------------------------------------------------

_MAX_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 24}


def _check_array(x, name="x"):
    x = jnp.asarray(x)
    if x.dtype.name not in _MAX_BITS:
        raise TypeError(f"{name} is an array of floats, but has the type {x.dtype}")
    return x


def _check_scalar(scalar, x, name):
    scalar = jnp.asarray(scalar, x.dtype)
    if scalar.ndim:
        raise ValueError(f"{name} is a number, but has the shape {scalar.shape}")
    return scalar


def _check_bits(bits, x, low=1):
    high, bits = _MAX_BITS[x.dtype.name], operator.index(bits)
    if not low <= bits <= high:
        raise ValueError(f"bits are from {low} to {high} for {x.dtype}, but are {bits}")
    return bits


def _check_bound(value, name):
    """Returns a bound of a window, which is at least 0."""
    if value is None:
        return None
    value = float(value)
    if not value >= 0:
        raise ValueError(f"{name} is at least 0, but is {value:g}")
    # Not -0.
    return abs(value)


def _check_enum(name, value, *values):
    if value not in values:
        raise ValueError(f"expected one of {values}, but got {value!r}")
    return _Enum(name, value)


def _check_sign(zero, nan):
    attributes = (
        ("zero", _check_enum("zero_mode", zero, "positive", "negative", "zero")),
        (
            "nan",
            _check_enum("nan_mode", nan, "positive", "negative", "propagate", "zero"),
        ),
    )
    if nan == "zero" and zero != "zero":
        raise ValueError(f"nan='zero' requires zero='zero', but zero is {zero!r}")
    return attributes


# ---------------------------------------------------------------------------
# Numbers
# ---------------------------------------------------------------------------


def _widen(*arrays):
    """Returns the arrays in the type of arithmetic."""
    wide = [jnp.promote_types(array.dtype, jnp.float32) for array in arrays]
    wide = [array.astype(dtype) for array, dtype in zip(arrays, wide)]
    return wide[0] if len(wide) == 1 else wide


def _compare_with_zero(x):
    """Returns where x < 0, and where x > 0, also for a subnormal x: by the bits, of which
    the compiler makes no comparison of floats."""
    width = x.dtype.itemsize * 8
    bits = lax.bitcast_convert_type(x, jnp.dtype(f"int{width}"))
    infinity = lax.bitcast_convert_type(jnp.array(jnp.inf, x.dtype), bits.dtype)
    minus_zero = jnp.iinfo(bits.dtype).min
    is_negative = (bits > minus_zero) & (bits <= minus_zero + infinity)
    return is_negative, (bits > 0) & (bits <= infinity)


def _is_inside(x, limit):
    """Returns where abs x <= limit. Floats that are not negative have the order of their
    bits."""
    wide = _widen(x)
    integer = f"int{wide.dtype.itemsize * 8}"
    bits = lax.bitcast_convert_type(wide, integer) & jnp.iinfo(integer).max
    return bits <= int(np.array(limit, wide.dtype).view(integer))


def _select(condition, g):
    return jnp.where(condition, g, jnp.zeros_like(g))


def _divide_level(level, n):
    # XLA multiplies with 1 / n, which rounds twice, if it knows the divisor.
    return level / jnp.where(jnp.isnan(level), jnp.nan, jnp.asarray(n, level.dtype))


def _compute_max_abs(x):
    return jnp.max(jnp.abs(_widen(x)), initial=0)


def _limit_scale(s, dtype):
    """Returns s, finite in ``dtype``."""
    limit = jnp.finfo(dtype).max.astype(s.dtype)
    return jnp.where(s > limit, limit, s)


# ---------------------------------------------------------------------------
# Binarizers
# ---------------------------------------------------------------------------

_SPECIAL = {"positive": 1.0, "negative": -1.0, "zero": 0.0}


def _compute_sign(x, *, zero="positive", nan="positive", **_):
    is_negative, is_positive = _compare_with_zero(x)
    one = jnp.ones_like(x)
    special = x if nan == "propagate" else _SPECIAL[nan] * one
    y = jnp.where(jnp.isnan(x), special, _SPECIAL[zero] * one)
    return jnp.where(is_positive, one, jnp.where(is_negative, -one, y))


def _compute_windowed_gradient(x, g, *, clip, **_):
    return _select(_is_inside(x, clip), g)


def _make_windowed_gradient(name, clip):
    """Returns None if there is no window."""
    if clip is None:
        return None
    return _Op(f"{name}_grad", _compute_windowed_gradient, (("clip", clip),))


def sign(x, clip=None, zero="positive", nan="positive"):
    """y = -1 where x < 0 and 1 where x > 0; dx = g, with ``clip`` where abs x <= clip, else 0.

    ``zero`` selects the value at 0 and -0, of "positive", "negative" and "zero"; ``nan``
    that at NaN, of these and "propagate".
    """
    x, clip = _check_array(x), _check_bound(clip, "clip")
    attributes = (("clip", clip), *_check_sign(zero, nan))
    rule = _Rule(
        _Op("sign", _compute_sign, attributes),
        _make_windowed_gradient("sign", clip),
    )
    return _quantize(rule, x)


def _compute_approx_sign_gradient(x, g):
    wide, wide_g = _widen(x, g)
    dx = (2 - 2 * jnp.abs(wide)) * wide_g
    return _select(_is_inside(x, 1), dx.astype(g.dtype))


def approx_sign(x, zero="positive", nan="positive"):
    """y as of ``sign``; dx = (2 - 2 abs x) g where abs x <= 1, else 0."""
    rule = _Rule(
        _Op("approx_sign", _compute_sign, _check_sign(zero, nan)),
        _Op("approx_sign_grad", _compute_approx_sign_gradient),
    )
    return _quantize(rule, _check_array(x))


def _compute_swish_sign_gradient(x, g, *, beta):
    wide, wide_g = _widen(x, g)
    z = beta * wide
    factor = beta * ((2 - z * jnp.tanh(z / 2)) / (1 + jnp.cosh(z)))
    factor = jnp.where(jnp.isinf(z), 0, factor)
    return (wide_g * factor).astype(g.dtype)


def swish_sign(x, beta=5.0, zero="positive", nan="positive"):
    """y as of ``sign``; dx = g times the derivative of the sign-swish.

    With b = beta and z = b x, it is b (2 - z tanh(z/2)) / (1 + cosh z).
    """
    x = _check_array(x)
    if not 0 < beta <= jnp.finfo(_widen(x).dtype).max:
        raise ValueError(f"beta is positive and finite, but is {beta}")
    beta = ("beta", float(beta))
    rule = _Rule(
        _Op("swish_sign", _compute_sign, (beta, *_check_sign(zero, nan))),
        _Op("swish_sign_grad", _compute_swish_sign_gradient, (beta,)),
    )
    return _quantize(rule, x)


def _compute_ste_heaviside(x, *, low, **_):
    _, is_positive = _compare_with_zero(x)
    return jnp.where(is_positive, jnp.ones_like(x), jnp.full_like(x, low))


def ste_heaviside(x, low=0.0, clip=None):
    """y = 1 where x > 0, else ``low``; dx = g, with ``clip`` where abs x <= clip, else 0.

    ``low`` is 0 or -1.
    """
    if low not in (0, -1):
        raise ValueError(f"low is 0 or -1, but is {low}")
    x, clip = _check_array(x), _check_bound(clip, "clip")
    attributes = (("low", float(low)), ("clip", clip))
    rule = _Rule(
        _Op("ste_heaviside", _compute_ste_heaviside, attributes),
        _make_windowed_gradient("ste_heaviside", clip),
    )
    return _quantize(rule, x)


# ---------------------------------------------------------------------------
# Control of gradients
# ---------------------------------------------------------------------------


def _compute_identity(x, **_):
    return x


def _compute_cancelled(x, g, *, threshold):
    return _select(_is_inside(x, threshold), g)


def gradient_cancellation(x, threshold):
    """y = x; dx = g where abs x <= threshold, else 0."""
    attributes = (("threshold", _check_bound(threshold, "threshold")),)
    rule = _Rule(
        _Op("gradient_cancellation", _compute_identity, attributes),
        _Op("gradient_cancellation_grad", _compute_cancelled, attributes),
    )
    return _quantize(rule, _check_array(x))


def qactivation(x, quantizer=sign, threshold=1.0):
    """A quantizer after ``gradient_cancellation``: the activation of a quantized layer."""
    return quantizer(gradient_cancellation(x, threshold))


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _pass_through(clip, q, x):
    op = _Op("straight_through", lambda q, x, **_: q, (("clip", clip),))
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
    q, x = _check_array(q, "q"), _check_array(x)
    if q.dtype != x.dtype or q.shape != x.shape:
        raise ValueError(
            "q and x have one type and one shape, but are "
            f"{q.dtype}{list(q.shape)} and {x.dtype}{list(x.shape)}"
        )
    return _pass_through(_check_bound(clip, "clip"), q, x)


# ---------------------------------------------------------------------------
# Uniform quantizers
# ---------------------------------------------------------------------------


def _compute_input_dorefa(x, *, bits, **_):
    n = 2**bits - 1
    level = jnp.round(jnp.clip(_widen(x), 0, 1) * n)
    return _divide_level(level, n).astype(x.dtype)


def _compute_input_dorefa_gradient(x, g, **_):
    is_negative, _ = _compare_with_zero(x)
    return _select(~is_negative & (_widen(x) <= 1), g)


def input_dorefa(x, bits, grad="identity"):
    """y = round(clamp(x, 0, 1) n) / n, n = 2^bits - 1; dx = g, with ``grad="window"`` where
    0 <= x <= 1, else 0."""
    x = _check_array(x)
    grad = ("grad", _check_enum("input_dorefa_gradient", grad, "identity", "window"))
    gradient = None
    if grad[1].value == "window":
        gradient = _Op("input_dorefa_grad", _compute_input_dorefa_gradient, (grad,))
    attributes = (("bits", _check_bits(bits, x)), grad)
    rule = _Rule(_Op("input_dorefa", _compute_input_dorefa, attributes), gradient)
    return _quantize(rule, x)


def _compute_weight_dorefa(w, *, bits, **_):
    n = 2**bits - 1
    t, m = jnp.tanh(_widen(w)), jnp.tanh(_compute_max_abs(w))
    half = t / jnp.where(m == 0, 1, 2 * m)
    level = jnp.round((half + 0.5) * n)
    return (2 * _divide_level(level, n) - 1).astype(w.dtype)


def _compute_weight_dorefa_gradient(w, g, *, grad):
    if grad == "zero":
        return jnp.zeros_like(g)
    t, m = jnp.tanh(_widen(w)), jnp.tanh(_compute_max_abs(w))
    dw = _widen(g) * (1 - t * t) / m
    return jnp.where(m == 0, 0, dw).astype(g.dtype)


def weight_dorefa(w, bits, grad="identity"):
    """y = 2 round((t / (2 m) + 1/2) n) / n - 1, t = tanh w, m = max abs t, n = 2^bits - 1.

    dw = g, with ``grad="tanh"`` g (1 - t^2) / m, with ``grad="zero"`` 0.
    """
    w = _check_array(w, "w")
    enum = _check_enum("weight_dorefa_gradient", grad, "identity", "tanh", "zero")
    attributes = (("bits", _check_bits(bits, w)), ("grad", enum))
    gradient = None
    if grad != "identity":
        gradient = _Op(
            "weight_dorefa_grad",
            _compute_weight_dorefa_gradient,
            (("grad", enum),),
            is_elementwise=False,
        )
    value = _Op("weight_dorefa", _compute_weight_dorefa, attributes, False)
    return _quantize(_Rule(value, gradient), w)


def _compute_min_max(x, *, bits, unrounded=False):
    m = _compute_max_abs(x)
    s = jnp.where(m == 0, 0, _limit_scale((2 ** (bits - 1) - 1) / m, x.dtype))
    q = _widen(x) * s
    q = q if unrounded else jnp.round(q)
    return q.astype(x.dtype), s.astype(x.dtype)


def _compute_min_max_gradient(s, g):
    s, wide_g = _widen(s, g)
    return (wide_g * s).astype(g.dtype)


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def _min_max(op, x):
    return tuple(op(x))


def _min_max_forward(op, x):
    q, s = op(x)
    return (q, s), s


def _min_max_backward(op, s, cotangents):
    gradient = _Op("min_max_grad", _compute_min_max_gradient, (), False)
    return (gradient(s, cotangents[0]),)


_min_max.defvjp(_min_max_forward, _min_max_backward)


def min_max(x, bits, unrounded=False):
    """Returns q = round(x s) and s = (2^(bits-1) - 1) / max abs x; dx = g s, s gets none.

    ``unrounded`` leaves out the rounding.
    """
    x = _check_array(x)
    attributes = (
        ("bits", _check_bits(bits, x, low=2)),
        ("unrounded", True if unrounded else None),
    )
    return _min_max(_Op("min_max", _compute_min_max, attributes, False), x)


def _compute_dequantize(q, s):
    wide, wide_s = _widen(q, s)
    return jnp.where(wide_s == 0, 0, wide / wide_s).astype(q.dtype)


def _compute_dequantize_gradient(q, s, g):
    wide, wide_s, wide_g = _widen(q, s, g)
    dq = wide_g / wide_s
    ds = -jnp.sum(dq * (wide / wide_s))
    dq, ds = (jnp.where(wide_s == 0, 0, d) for d in (dq, ds))
    return dq.astype(q.dtype), ds.astype(s.dtype)


@jax.custom_vjp
def _dequantize(q, s):
    return _Op("dequantize", _compute_dequantize, (), False)(q, s)


def _dequantize_backward(saved, g):
    gradient = _Op("dequantize_grad", _compute_dequantize_gradient, (), False)
    return tuple(gradient(*saved, g))


_dequantize.defvjp(lambda q, s: (_dequantize(q, s), (q, s)), _dequantize_backward)


def dequantize(q, s):
    """x = q / s, and 0 where s = 0; dq = g / s, ds = -sum of (g / s) (q / s)."""
    q = _check_array(q, "q")
    return _dequantize(q, _check_scalar(s, q, "s"))


# PACT.


def _compute_pact_range(alpha, dtype, bits, mode):
    """Returns whether alpha is valid, alpha or -1, and the scale or 0."""
    alpha = _widen(alpha)
    is_valid = alpha > 0
    if mode == "signed":
        s = (2 ** (bits - 1) - 1) / alpha
    else:
        s = (2**bits - 1) * (1 / alpha)
    s = jnp.where(is_valid, _limit_scale(s, dtype), 0)
    return is_valid, jnp.where(is_valid, alpha, -1), s


def _compute_pact(x, alpha, *, bits, mode, form, unrounded=False, **_):
    is_valid, alpha, s = _compute_pact_range(alpha, x.dtype, bits, mode)
    if mode == "signed":
        limit = 2 ** (bits - 1) - 1
        level = jnp.clip(s * _widen(x), -limit, limit)
    else:
        level = jnp.clip(_widen(x), 0, alpha) * s
    if not unrounded:
        level = jnp.round(level)
    q = level / s if form == "value" else level
    return jnp.where(is_valid, q, 0).astype(x.dtype), s.astype(x.dtype)


def _compute_pact_gradient(x, alpha, g, gs=None, *, bits, mode, form, grad):
    is_valid, range_alpha, s = _compute_pact_range(alpha, x.dtype, bits, mode)
    wide, wide_g = _widen(x, g)
    if grad == "compat":
        dx = jnp.where(is_valid, wide_g * s, 0)
        return dx.astype(x.dtype), jnp.zeros_like(alpha)
    is_negative, _ = _compare_with_zero(x)
    magnitude = jnp.abs(wide) if mode == "signed" else wide
    inside = magnitude <= range_alpha
    if mode == "unsigned":
        inside &= ~is_negative
    if form == "level":
        dx = _select(inside, wide_g * s)
        dalpha = jnp.sum(_select(inside, wide_g * ((wide / range_alpha) * s)))
        if gs is not None:
            dalpha += (_widen(gs) / range_alpha) * s
        dalpha = -dalpha
    else:
        dx = _select(inside, wide_g)
        signed = wide_g
        if mode == "signed":
            signed = jnp.where(is_negative, -wide_g, wide_g)
        dalpha = jnp.sum(_select(magnitude >= range_alpha, signed))
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
    gradient and dx = g s. The gradients of ``pact`` in Semantics.md.
    """
    x = _check_array(x)
    alpha = _check_scalar(alpha, x, "alpha")
    shared = (
        ("bits", _check_bits(bits, x, low=2 if mode == "signed" else 1)),
        ("mode", _check_enum("pact_mode", mode, "signed", "unsigned")),
        ("form", _check_enum("pact_form", form, "level", "value")),
        ("grad", _check_enum("pact_gradient", grad, "full", "compat")),
    )
    if grad == "compat" and form == "value":
        raise ValueError("grad='compat' requires form='level', but form is 'value'")
    ops = _Rule(
        _Op(
            "pact",
            _compute_pact,
            (*shared, ("unrounded", True if unrounded else None)),
            False,
        ),
        _Op("pact_grad", _compute_pact_gradient, shared, False),
    )
    return _pact(ops, x, alpha)
