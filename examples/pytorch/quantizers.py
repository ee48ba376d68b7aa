"""Draws the values of quantizers and their gradients, as compiled code computes them.

python examples/pytorch/quantizers.py quantizers.svg
"""

import sys

import matplotlib
import torch

import quant_bnn.torch as qb

matplotlib.use("svg")
from matplotlib import pyplot  # noqa: E402

QUANTIZERS = [
    ("Sign", qb.Sign()),
    ("QActivation('sign')", qb.QActivation("sign")),
    ("ApproxSign", qb.ApproxSign()),
    ("SwishSign", qb.SwishSign()),
    ("SteHeaviside", qb.SteHeaviside()),
    ("InputDoReFa(bits=2)", qb.InputDoReFa(2)),
    ("WeightDoReFa(bits=2)", qb.WeightDoReFa(2)),
    ("Pact(bits=2), alpha = 1", qb.Pact(2)),
]


def main(path):
    # The same file for the same version of matplotlib.
    options = {"svg.hashsalt": "quant-bnn", "svg.fonttype": "none", "font.size": 8}
    pyplot.rcParams.update(options)
    figure, axes = pyplot.subplots(2, 4, figsize=(10, 4.4), sharex=True, sharey=True)
    for (name, quantizer), axis in zip(QUANTIZERS, axes.flat):
        if isinstance(quantizer, qb.Pact):
            quantizer.alpha.data.fill_(1.0)
        x = torch.linspace(-2, 2, 401, requires_grad=True)
        y = quantizer(x)
        y.sum().backward()
        axis.plot(x.detach(), y.detach(), label="value")
        axis.plot(x.detach(), x.grad, "--", label="gradient")
        axis.set_title(name)
        axis.set_ylim(-1.6, 2.4)
        axis.grid(alpha=0.3)
    axes[0, 0].legend(loc="upper left")
    figure.tight_layout()
    figure.savefig(path, metadata={"Creator": None, "Date": None})


if __name__ == "__main__":
    main(sys.argv[1])
