"""The quantizers of bitorch and torchapprox as modules of PyTorch.

Names, parameters and defaults are those of the originals. Where releases of bitorch
differ, ``compat`` selects one: "bitorch-0.4", the default, or "bitorch-0.2". Values and
gradients are those of docs/Semantics.md, which lists where they differ from the
originals: on purpose, and only at special values.
"""

import torch
from torch import nn

from quant_bnn.torch import _scaled_ops

_ops = torch.ops.quant_bnn

_COMPAT = ("bitorch-0.2", "bitorch-0.4")


def check_compat(compat):
    if compat not in _COMPAT:
        raise ValueError(f"compat is one of {_COMPAT}, but is {compat!r}")


# ---------------------------------------------------------------------------
# bitorch
# ---------------------------------------------------------------------------


class Quantization(nn.Module):
    """The base of the quantizers: a module whose forward is ``quantize``."""

    name = "None"
    bitwidth = -1

    @property
    def bit_width(self):
        return self.bitwidth

    def quantize(self, x):
        return self.quantize_within(x, None)

    def quantize_within(self, x, threshold):
        """Quantizes x; the gradient is 0 where abs x is above ``threshold``."""
        raise NotImplementedError("a quantizer implements quantize_within")

    def forward(self, x):
        return self.quantize(x)


class Identity(Quantization):
    """y = x, dx = g."""

    name = "identity"
    bitwidth = 32

    def quantize_within(self, x, threshold):
        return x if threshold is None else _ops.identity(x, threshold)


class Sign(Quantization):
    """y = 1 if x >= 0 else -1, dx = g."""

    name = "sign"
    bitwidth = 1

    def quantize_within(self, x, threshold):
        return _ops.sign(x, threshold=threshold)


class ApproxSign(Quantization):
    """y as of ``Sign``, dx = (2 - 2 abs x) g where abs x <= 1, else 0."""

    name = "approxsign"
    bitwidth = 1

    def quantize_within(self, x, threshold):
        return _ops.approx_sign(x, threshold)


class SwishSign(Quantization):
    """y as of ``Sign``, dx = g times the derivative of the sign-swish.

    ``beta`` is its steepness; 0 and None mean the default, 5.0.
    """

    name = "swishsign"
    bitwidth = 1

    def __init__(self, beta=5.0):
        super().__init__()
        self.beta = float(beta or 5.0)

    def quantize_within(self, x, threshold):
        return _ops.swish_sign(x, self.beta, threshold)

    def extra_repr(self):
        return f"beta={self.beta}"


class SteHeaviside(Quantization):
    """y = 1 if x > 0, else -1; dx = g where abs x <= 1, else 0.

    With ``compat="bitorch-0.2"``, y is 0 for x <= 0, and dx = g.
    """

    name = "steheaviside"
    bitwidth = 1

    def __init__(self, compat="bitorch-0.4"):
        super().__init__()
        check_compat(compat)
        self.compat = compat

    def quantize_within(self, x, threshold):
        low, clip = (0.0, None) if self.compat == "bitorch-0.2" else (-1.0, 1.0)
        return _ops.ste_heaviside(x, low, clip, threshold)


class InputDoReFa(Quantization):
    """Quantizes to 2^bits levels on [0, 1]; dx = g. 0 and None bits mean 1."""

    name = "inputdorefa"

    def __init__(self, bits=1):
        super().__init__()
        self.bits = self.bitwidth = bits or 1

    def quantize_within(self, x, threshold):
        return _ops.input_dorefa(x, self.bits, "identity", threshold)

    def extra_repr(self):
        return f"bits={self.bits}"


class WeightDoReFa(Quantization):
    """Quantizes tanh x / max abs tanh x to 2^bits levels on [-1, 1]; dx = g.

    With ``compat="bitorch-0.2"``, dx = 0. 0 and None bits mean 1.
    """

    name = "weightdorefa"

    def __init__(self, bits=1, compat="bitorch-0.4"):
        super().__init__()
        check_compat(compat)
        self.bits = self.bitwidth = bits or 1
        self.compat = compat

    def quantize_within(self, x, threshold):
        grad = "zero" if self.compat == "bitorch-0.2" else "identity"
        return _ops.weight_dorefa(x, self.bits, grad, threshold)

    def extra_repr(self):
        return f"bits={self.bits}"


class STE:
    """``STE.apply(x)`` is x, with the gradient g."""

    @staticmethod
    def apply(x):
        return x


class GradientCancellation:
    """``GradientCancellation.apply(x, threshold)`` is x, with the gradient g where abs x
    <= threshold, else 0."""

    @staticmethod
    def apply(x, threshold):
        return _ops.identity(x, float(threshold))


_BY_NAME = {
    quantizer.name: quantizer
    for quantizer in (
        ApproxSign,
        Identity,
        InputDoReFa,
        Sign,
        SteHeaviside,
        SwishSign,
        WeightDoReFa,
    )
}


class QActivation(nn.Module):
    """Gradient cancellation, then a quantizer: the activation of a quantized layer.

    ``activation`` is a quantizer, or its name; None means "sign".
    ``gradient_cancellation_threshold`` is the largest abs x at which the gradient is kept;
    0 and None mean 1.0, as in bitorch, and a negative threshold keeps all gradients.
    """

    def __init__(self, activation=None, gradient_cancellation_threshold=0.0):
        super().__init__()
        if activation is None:
            activation = "sign"
        if isinstance(activation, str):
            if activation not in _BY_NAME:
                raise ValueError(
                    f"there is no quantizer {activation!r}: expected one of "
                    f"{sorted(_BY_NAME)}"
                )
            activation = _BY_NAME[activation]()
        if not isinstance(activation, Quantization):
            raise ValueError(f"{activation!r} is neither a quantizer nor its name")
        self.activation = activation
        self.gradient_cancellation_threshold = gradient_cancellation_threshold or 1.0

    @property
    def activation_function(self):
        """The quantizer, as bitorch 0.4 names it."""
        return self.activation

    def forward(self, x):
        threshold = self.gradient_cancellation_threshold
        return self.activation.quantize_within(
            x, float(threshold) if threshold > 0 else None
        )

    def extra_repr(self):
        return f"gradient_cancellation_threshold={self.gradient_cancellation_threshold}"


class Pact(nn.Module):
    """Quantizes to 2^bits levels on [0, alpha] with a learned alpha, 10 at first."""

    def __init__(self, bits=4):
        super().__init__()
        self.bits = bits or 4
        self.alpha = nn.Parameter(torch.tensor(10.0))

    def forward(self, x):
        return _apply_pact(x, self.alpha, self.bits, "unsigned", "value", "full")


# ---------------------------------------------------------------------------
# torchapprox
# ---------------------------------------------------------------------------


class ApproxQuantizer(nn.Module):
    """The base of torchapprox's quantizers, to the integers in [-int_max, int_max]."""

    def __init__(self, bitwidth=8):
        super().__init__()
        if bitwidth < 2:
            raise ValueError(f"bitwidth is at least 2, but is {bitwidth}")
        self._bitwidth = bitwidth
        self._scale_factor = 0.0

    @property
    def bitwidth(self):
        return self._bitwidth

    @property
    def int_max(self):
        return torch.tensor([2 ** (self._bitwidth - 1) - 1])

    @property
    def scale_factor(self):
        """What x was multiplied by, in an array of one element."""
        return torch.as_tensor(self._scale_factor).reshape(1)

    def quantize(self, x, rounded=True):
        raise NotImplementedError("a quantizer implements quantize")

    def forward(self, x, rounded=True):
        return self.quantize(x, rounded)

    def extra_repr(self):
        return f"bitwidth={self._bitwidth}"


class MinMaxQuant(ApproxQuantizer):
    """q = round(x s) with s = int_max / max abs x; dx = g s.

    Without ``rounded``, q = x s.
    """

    def quantize(self, x, rounded=True):
        q, scale = _scaled_ops.min_max(x, self._bitwidth, not rounded)
        # An exported function has no such side effect.
        if not torch.compiler.is_exporting():
            self._scale_factor = scale.detach()
        return q


class PACTQuant(ApproxQuantizer):
    """q = round(clamp(x s, -int_max, int_max)) with s = int_max / alpha; dx = g s.

    ``alpha`` is a parameter, 2.2 at first, which gets no gradient, as in torchapprox.
    """

    def __init__(self, bitwidth=8):
        super().__init__(bitwidth)
        self.alpha = nn.Parameter(torch.tensor([2.2]))

    def quantize(self, x, rounded=True):
        return _apply_pact(
            x, self.alpha.detach(), self._bitwidth, "signed", "level", "compat", rounded
        )

    @property
    def scale_factor(self):
        return self.int_max / self.alpha.detach()


def _apply_pact(x, alpha, bits, mode, form, grad, rounded=True):
    saves = torch.is_grad_enabled() and (x.requires_grad or alpha.requires_grad)
    return _scaled_ops.pact(x, alpha, bits, mode, form, grad, not rounded, saves)[0]
