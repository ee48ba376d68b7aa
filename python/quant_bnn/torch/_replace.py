"""The quantizers of other packages, replaced by those of this one."""

import torch
from torch import nn

from quant_bnn.torch import quantizers


def _get(module, *names):
    """Returns the first attribute of ``names`` that ``module`` has."""
    for name in names:
        if hasattr(module, name):
            return getattr(module, name)
    raise AttributeError(f"{type(module).__name__} has none of {names}")


def _get_bits(module):
    return _get(module, "bit_width", "bits")


def _convert_bitorch(module, compat):
    """Returns what replaces a module of bitorch, or None if it is no quantizer."""
    name = type(module).__name__
    if name in ("ApproxSign", "Identity", "Sign"):
        return getattr(quantizers, name)()
    if name == "SwishSign":
        return quantizers.SwishSign(module.beta)
    if name == "SteHeaviside":
        return quantizers.SteHeaviside(compat)
    if name == "InputDoReFa":
        return quantizers.InputDoReFa(_get_bits(module))
    if name == "WeightDoReFa":
        return quantizers.WeightDoReFa(_get_bits(module), compat)
    if name == "QActivation":
        # Releases before 0.3 have private names.
        activation = _get(module, "activation_function", "_activation")
        threshold = _get(
            module,
            "gradient_cancellation_threshold",
            "_gradient_cancellation_threshold",
        )
        converted = _convert_bitorch(activation, compat)
        # The original applies a threshold only if it is above 0.
        return converted and quantizers.QActivation(
            converted, threshold if threshold > 0 else -1.0
        )
    if name == "Pact":
        converted = quantizers.Pact(module.bits)
        converted.alpha = module.alpha
        return converted
    return None


class _BrevitasBinary(nn.Module):
    """The value of brevitas' BinaryQuant and ClampedBinaryQuant: sign(x) scale, the scale,
    the zero point and the number of bits."""

    def __init__(self, original):
        super().__init__()
        self.original = original
        self.is_clamped = type(original).__name__ == "ClampedBinaryQuant"

    def forward(self, x):
        scale = self.original.scaling_impl(x)
        if self.is_clamped:
            x = self.original.tensor_clamp_impl(x, min_val=-scale, max_val=scale)
        # A NaN is negative there.
        y = torch.ops.quant_bnn.sign(x, nan="negative") * scale
        return y, scale, self.original.zero_point(), self.original.bit_width()


def _convert_brevitas(module, compat):
    if type(module).__name__ in ("BinaryQuant", "ClampedBinaryQuant"):
        return _BrevitasBinary(module)
    return None


_CONVERTERS = {"bitorch": _convert_bitorch, "brevitas": _convert_brevitas}


def _convert(module, compat, converted):
    """Returns what replaces ``module``, or the module itself. ``converted`` has what was
    converted before, by the original: a module may be in several places."""
    if module not in converted:
        package = type(module).__module__.split(".")[0]
        convert = _CONVERTERS.get(package, lambda *_: None)
        result = convert(module, compat)
        converted[module] = module if result is None else result.train(module.training)
    return converted[module]


def replace(model: nn.Module, compat: str = "bitorch-0.4") -> nn.Module:
    """Replaces the quantizers of bitorch and brevitas in ``model`` by those of this
    package, in place, and returns ``model``, or what replaces it if it is a quantizer.

    Parameters stay the same objects. ``compat`` says which release of bitorch the model
    is of: "bitorch-0.4" or "bitorch-0.2". Quantizers of these packages that have no
    counterpart here stay as they are.
    """
    quantizers.check_compat(compat)
    converted = {}
    for parent in list(model.modules()):
        for name, child in parent._modules.items():
            if child is not None:
                parent._modules[name] = _convert(child, compat, converted)
    return _convert(model, compat, converted)
