"""The ops of PyTorch in MLIR, a function for each."""

from quant_bnn.torch._aten import (
    attention,
    elementwise,
    layers,
    losses,
    quantizers,
    random,
    reductions,
    shapes,
)
from quant_bnn.torch._aten.registry import find

__all__ = [
    "attention",
    "elementwise",
    "find",
    "layers",
    "losses",
    "quantizers",
    "random",
    "reductions",
    "shapes",
]
