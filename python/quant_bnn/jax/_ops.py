"""What quantizers of JAX are made of: ops with formulas, and checked arguments."""

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


class Enum(NamedTuple):
    """A value of an attribute that is one of a set."""

    name: str
    value: str

    def __str__(self):
        return f"#quant_bnn<{self.name} {self.value}>"


class Op(NamedTuple):
    """An op with its attributes, which are hashable."""

    name: str
    #: The formula, which takes the arrays and the attributes.
    function: Callable
    attributes: tuple = ()
    is_elementwise: bool = True

    def __call__(self, *arrays):
        values, written = {}, {}
        for name, value in self.attributes:
            if value is None:
                continue
            values[name] = written[name] = value
            # Strings are attributes in MLIR's syntax.
            if isinstance(value, Enum):
                values[name], written[name] = value.value, str(value)
            elif value is True:
                written[name] = "unit"

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


class Rule(NamedTuple):
    """A quantizer of one array: its value, and its gradient as an op on x and g; g itself
    without one."""

    value: Op
    gradient: Op | None


@partial(jax.custom_vjp, nondiff_argnums=(0,))
def quantize(rule, x):
    return rule.value(x)


def _quantize_forward(rule, x):
    return rule.value(x), None if rule.gradient is None else x


def _quantize_backward(rule, x, g):
    return (g if rule.gradient is None else rule.gradient(x, g),)


quantize.defvjp(_quantize_forward, _quantize_backward)


# ---------------------------------------------------------------------------
# Arguments
# ---------------------------------------------------------------------------

_MAX_BITS = {"float16": 11, "bfloat16": 8, "float32": 24, "float64": 24}


def check_array(x, name="x"):
    x = jnp.asarray(x)
    if x.dtype.name not in _MAX_BITS:
        raise TypeError(f"{name} is an array of floats, but has the type {x.dtype}")
    return x


def check_scalar(scalar, x, name):
    scalar = jnp.asarray(scalar, x.dtype)
    if scalar.ndim:
        raise ValueError(f"{name} is a number, but has the shape {scalar.shape}")
    return scalar


def check_bits(bits, x, low=1):
    high, bits = _MAX_BITS[x.dtype.name], operator.index(bits)
    if not low <= bits <= high:
        raise ValueError(f"bits are from {low} to {high} for {x.dtype}, but are {bits}")
    return bits


def check_bound(value, name):
    """Returns a bound of a window, which is at least 0."""
    if value is None:
        return None
    value = float(value)
    if not value >= 0:
        raise ValueError(f"{name} is at least 0, but is {value:g}")
    # Not -0.
    return abs(value)


def check_enum(name, value, *values):
    if value not in values:
        raise ValueError(f"expected one of {values}, but got {value!r}")
    return Enum(name, value)


def check_sign(zero, nan):
    attributes = (
        ("zero", check_enum("zero_mode", zero, "positive", "negative", "zero")),
        (
            "nan",
            check_enum("nan_mode", nan, "positive", "negative", "propagate", "zero"),
        ),
    )
    if nan == "zero" and zero != "zero":
        raise ValueError(f"nan='zero' requires zero='zero', but zero is {zero!r}")
    return attributes


# ---------------------------------------------------------------------------
# Numbers
# ---------------------------------------------------------------------------


def widen(*arrays):
    """Returns the arrays in the type of arithmetic."""
    wide = [jnp.promote_types(array.dtype, jnp.float32) for array in arrays]
    wide = [array.astype(dtype) for array, dtype in zip(arrays, wide)]
    return wide[0] if len(wide) == 1 else wide


def compare_with_zero(x):
    """Returns where x < 0, and where x > 0, also for a subnormal x: by the bits, of which
    the compiler makes no comparison of floats."""
    width = x.dtype.itemsize * 8
    bits = lax.bitcast_convert_type(x, jnp.dtype(f"int{width}"))
    infinity = lax.bitcast_convert_type(jnp.array(jnp.inf, x.dtype), bits.dtype)
    minus_zero = jnp.iinfo(bits.dtype).min
    is_negative = (bits > minus_zero) & (bits <= minus_zero + infinity)
    return is_negative, (bits > 0) & (bits <= infinity)


def is_inside(x, limit):
    """Returns where abs x <= limit. Floats that are not negative have the order of their
    bits."""
    wide = widen(x)
    integer = f"int{wide.dtype.itemsize * 8}"
    bits = lax.bitcast_convert_type(wide, integer) & jnp.iinfo(integer).max
    return bits <= int(np.array(limit, wide.dtype).view(integer))


def select(condition, g):
    return jnp.where(condition, g, jnp.zeros_like(g))


def divide_level(level, n):
    # XLA multiplies with 1 / n, which rounds twice, if it knows the divisor.
    return level / jnp.where(jnp.isnan(level), jnp.nan, jnp.asarray(n, level.dtype))


def compute_max_abs(x):
    return jnp.max(jnp.abs(widen(x)), initial=0)


def limit_scale(s, dtype):
    """Returns s, finite in ``dtype``."""
    limit = jnp.finfo(dtype).max.astype(s.dtype)
    return jnp.where(s > limit, limit, s)
