"""The ops of PyTorch in MLIR, a function for each."""

from quant_bnn.torch._aten import (
    elementwise,
    layers,
    losses,
    quantizers,
    reductions,
    shapes,
)
from quant_bnn.torch._aten.registry import find

__all__ = [
    "elementwise",
    "find",
    "layers",
    "losses",
    "quantizers",
    "reductions",
    "shapes",
]
