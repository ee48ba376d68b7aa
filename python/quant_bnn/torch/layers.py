"""Layers with quantized inputs and weights, and the conversion of models to them."""

import copy
from dataclasses import dataclass, field
from typing import Callable, Optional

from torch import nn
from torch.nn import functional as F

from quant_bnn.torch.quantizers import QActivation, Quantization, Sign


class _QuantizedLayer:
    """The attributes that quantized layers have beside those of PyTorch's."""

    def _quantize(self, activation, weights, pad_value=None):
        self.activation = activation or QActivation()
        self.weight_quantization = weights or Sign()
        self.pad_value = pad_value
        return self

    def _quantize_input(self, x):
        x = self.activation(x)
        if self.pad_value is None or not any(self.padding):
            return x
        # After the quantization, so that the border has a value of it, too.
        amounts = [p for extent in reversed(self.padding) for p in (extent, extent)]
        return F.pad(x, amounts, value=self.pad_value)


class QLinear(_QuantizedLayer, nn.Linear):
    """A linear layer with a quantized input and quantized weights.

    ``activation``, ``QActivation("sign")`` by default, is applied to the input, and
    ``weights``, ``Sign()`` by default, to the weights. The others are those of
    ``nn.Linear``.
    """

    def __init__(self, *arguments, activation=None, weights=None, **options):
        super().__init__(*arguments, **options)
        self._quantize(activation, weights)

    def forward(self, x):
        weight = self.weight_quantization(self.weight)
        return F.linear(self._quantize_input(x), weight, self.bias)


class _QConv(_QuantizedLayer):
    def __init__(
        self, *arguments, activation=None, weights=None, pad_value=-1.0, **options
    ):
        super().__init__(*arguments, **options)
        if isinstance(self.padding, str) or self.padding_mode != "zeros":
            raise ValueError("the padding of a quantized convolution is a number")
        self._quantize(activation, weights, pad_value)

    def forward(self, x):
        x, weight = self._quantize_input(x), self.weight_quantization(self.weight)
        padding = self.padding if self.pad_value is None else 0
        return self._convolve(
            x, weight, self.bias, self.stride, padding, self.dilation, self.groups
        )


class QConv1d(_QConv, nn.Conv1d):
    """A convolution with a quantized input and quantized weights.

    ``activation`` and ``weights`` are those of ``QLinear``. The input is padded with
    ``pad_value`` after its quantization; with None, with 0 before the product. The
    others are those of ``nn.Conv1d``.
    """

    _convolve = staticmethod(F.conv1d)


class QConv2d(_QConv, nn.Conv2d):
    """See ``QConv1d``."""

    _convolve = staticmethod(F.conv2d)


class QConv3d(_QConv, nn.Conv3d):
    """See ``QConv1d``."""

    _convolve = staticmethod(F.conv3d)


_LAYERS = {
    nn.Linear: QLinear,
    nn.Conv1d: QConv1d,
    nn.Conv2d: QConv2d,
    nn.Conv3d: QConv3d,
}


@dataclass
class BinaryConfig:
    """What ``quantize_`` makes of a layer: see ``QLinear`` and ``QConv1d``."""

    activation: nn.Module = field(default_factory=QActivation)
    weights: Quantization = field(default_factory=Sign)
    pad_value: Optional[float] = -1.0


def quantize_(
    model: nn.Module,
    config: BinaryConfig,
    filter_fn: Optional[Callable[[nn.Module, str], bool]] = None,
) -> None:
    """Makes the linear layers and convolutions in ``model`` quantized ones, in place.

    ``filter_fn(module, name)`` says whether a layer is converted; without it, all are
    but the first and the last one, which are of full precision in most binary
    networks. Parameters stay the same objects.

    Raises ``ValueError`` for a convolution whose padding is no number of zeros.
    """
    layers = [(n, m) for n, m in model.named_modules() if type(m) in _LAYERS]
    if filter_fn is None:
        layers = layers[1:-1]
    else:
        layers = [(n, m) for n, m in layers if filter_fn(m, n)]
    for name, layer in layers:
        is_padded = not isinstance(layer, nn.Linear) and layer.padding
        if is_padded and (
            isinstance(layer.padding, str) or layer.padding_mode != "zeros"
        ):
            raise ValueError(f"the padding of layer '{name}' is no number of zeros")
    for _, layer in layers:
        pad_value = None if isinstance(layer, nn.Linear) else config.pad_value
        # The object stays the same, wherever the model refers to it.
        layer.__class__ = _LAYERS[type(layer)]
        layer._quantize(
            copy.deepcopy(config.activation), copy.deepcopy(config.weights), pad_value
        )
