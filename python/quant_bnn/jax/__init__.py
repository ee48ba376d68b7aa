"""Binary and low-bit networks in JAX: quantizers with gradients, and compilation.

>>> import jax, jax.numpy as jnp, quant_bnn.jax as qb
>>> def network(w, x):
...     return qb.sign(x, clip=1.0) @ qb.sign(w, clip=1.0)
>>> compiled = qb.compile(network, w, x)
>>> y = compiled(w, x)
"""

from quant_bnn.jax._compile import CompiledFunction, compile, ffi_call
from quant_bnn.jax._export import UnsupportedFunctionError, export
from quant_bnn.jax.quantizers import (
    approx_sign,
    dequantize,
    gradient_cancellation,
    input_dorefa,
    min_max,
    pact,
    qactivation,
    sign,
    ste_heaviside,
    straight_through,
    swish_sign,
    weight_dorefa,
)

__all__ = [
    "CompiledFunction",
    "UnsupportedFunctionError",
    "approx_sign",
    "compile",
    "dequantize",
    "export",
    "ffi_call",
    "gradient_cancellation",
    "input_dorefa",
    "min_max",
    "pact",
    "qactivation",
    "sign",
    "ste_heaviside",
    "straight_through",
    "swish_sign",
    "weight_dorefa",
]
