"""Quantizers with their gradients in PyTorch, and networks of them, compiled."""

from quant_bnn.torch._importer import UnsupportedModelError
from quant_bnn.torch._model import CompiledModel, compile, export
from quant_bnn.torch._replace import replace
from quant_bnn.torch._train import TrainStep, train_step
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
    "CompiledModel",
    "GradientCancellation",
    "Identity",
    "InputDoReFa",
    "MinMaxQuant",
    "PACTQuant",
    "Pact",
    "QActivation",
    "Quantization",
    "Sign",
    "SteHeaviside",
    "SwishSign",
    "TrainStep",
    "UnsupportedModelError",
    "WeightDoReFa",
    "compile",
    "export",
    "replace",
    "train_step",
]
