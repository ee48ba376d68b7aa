"""Quantizers with their gradients in PyTorch, and networks of them, compiled."""

from quant_bnn.torch._importer import UnsupportedModelError
from quant_bnn.torch._model import CompiledModel, compile, export
from quant_bnn.torch._replace import replace
from quant_bnn.torch._train import TrainStep, train_step
from quant_bnn.torch.layers import (
    BinaryConfig,
    QConv1d,
    QConv2d,
    QConv3d,
    QLinear,
    quantize_,
)
from quant_bnn.torch.quantizers import (
    STE,
    ApproxQuantizer,
    ApproxSign,
    GradientCancellation,
    Identity,
    InputDoReFa,
    MinMaxQuant,
    Pact,
    PACTQuant,
    QActivation,
    Quantization,
    Sign,
    SteHeaviside,
    SwishSign,
    WeightDoReFa,
)

__all__ = [
    "STE",
    "ApproxQuantizer",
    "ApproxSign",
    "BinaryConfig",
    "CompiledModel",
    "GradientCancellation",
    "Identity",
    "InputDoReFa",
    "MinMaxQuant",
    "PACTQuant",
    "Pact",
    "QActivation",
    "QConv1d",
    "QConv2d",
    "QConv3d",
    "QLinear",
    "Quantization",
    "Sign",
    "SteHeaviside",
    "SwishSign",
    "TrainStep",
    "UnsupportedModelError",
    "WeightDoReFa",
    "compile",
    "export",
    "quantize_",
    "replace",
    "train_step",
]
