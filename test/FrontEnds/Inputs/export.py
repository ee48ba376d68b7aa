"""Writes the networks of this folder as torch-mlir hands them over.

Usage: export.py FOLDER, with the packages torch==2.13.0 (for the CPU) and
torch-mlir==20261001. Writes NAME.mlir, and NAME.txt with what PyTorch computes
for the input of input_of().
"""

import pathlib
import sys

import torch
from torch import nn
from torch.nn import functional
from torch_mlir import fx


class FunctionSign(torch.autograd.Function):
    """A sign with a clipped straight-through estimator. The import keeps only the
    value."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return torch.where(x.abs() <= 1, gradient, 0.0)


def detach_sign(x):
    """A sign with a straight-through estimator, as a difference that has no
    gradient."""
    return x + (torch.where(x >= 0, 1.0, -1.0) - x).detach()


def zero_sign(x):
    """The sign of PyTorch, which is 0 at 0."""
    return x + (torch.sign(x) - x).detach()


class BinaryLinear(nn.Linear):
    def __init__(self, inputs, outputs, sign):
        super().__init__(inputs, outputs, bias=False)
        self.sign = sign

    def forward(self, x):
        return functional.linear(self.sign(x), self.sign(self.weight))


class BinaryConv(nn.Conv2d):
    """A convolution of signs, or with a scale for each output channel."""

    def __init__(self, inputs, outputs, sign, scaled=False, groups=1):
        super().__init__(inputs, outputs, 3, padding=1, bias=False, groups=groups)
        self.sign, self.scaled = sign, scaled

    def forward(self, x):
        weight = self.sign(self.weight)
        if self.scaled:
            weight = weight * self.weight.abs().mean((1, 2, 3), keepdim=True)
        return functional.conv2d(self.sign(x), weight, padding=1, groups=self.groups)


class MLP(nn.Module):
    def __init__(self, sign):
        super().__init__()
        self.first = nn.Linear(16, 32)
        self.norms = nn.ModuleList(nn.BatchNorm1d(32) for _ in range(3))
        self.binary = nn.ModuleList(BinaryLinear(32, 32, sign) for _ in range(2))
        self.last = nn.Linear(32, 4)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        for layer, norm in zip(self.binary, self.norms[1:]):
            x = norm(layer(x))
        return self.last(x)


class CNN(nn.Module):
    """Two binary convolutions, a max pool, and a binary layer on flat images."""

    def __init__(self, sign):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))
        self.convs = nn.ModuleList(BinaryConv(8, 8, sign) for _ in range(2))
        self.pool = nn.MaxPool2d(2)
        self.dense = BinaryLinear(8 * 4 * 4, 16, sign)
        self.last = nn.Linear(16, 4)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        for conv, norm in zip(self.convs, self.norms[1:]):
            x = norm(conv(x))
        x = self.dense(self.pool(x).flatten(1))
        return self.last(torch.relu(x))


class Residual(nn.Module):
    """Scaled binary convolutions with shortcuts around them."""

    def __init__(self, sign):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))
        self.convs = nn.ModuleList(BinaryConv(8, 8, sign, scaled=True) for _ in range(2))
        self.activation = nn.PReLU(8)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        for conv, norm in zip(self.convs, self.norms[1:]):
            x = self.activation(x + norm(conv(x)))
        return self.last(x.mean((2, 3)))


class Decoder(nn.Module):
    """A binary transposed convolution, which doubles images, and another one."""

    def __init__(self, sign):
        super().__init__()
        self.sign = sign
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(8) for _ in range(3))
        self.up = nn.ConvTranspose2d(8, 8, 4, stride=2, padding=1, bias=False)
        self.conv = BinaryConv(8, 8, sign)
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        weight = self.sign(self.up.weight)
        x = functional.conv_transpose2d(self.sign(x), weight, stride=2, padding=1)
        x = self.norms[2](self.conv(self.norms[1](x)))
        return self.last(torch.relu(x).mean((2, 3)))


class Video(nn.Module):
    """Two binary convolutions of images with three dimensions."""

    def __init__(self, sign):
        super().__init__()
        self.sign = sign
        self.first = nn.Conv3d(3, 8, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm3d(8) for _ in range(3))
        self.convs = nn.ModuleList(
            nn.Conv3d(8, 8, 3, padding=1, bias=False) for _ in range(2))
        self.last = nn.Linear(8, 4)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        for conv, norm in zip(self.convs, self.norms[1:]):
            x = functional.conv3d(self.sign(x), self.sign(conv.weight), padding=1)
            x = norm(x)
        return self.last(torch.relu(x).mean((2, 3, 4)))


NETWORKS = {
    "mlp": (lambda: MLP(FunctionSign.apply), [3, 16], False),
    "mlp-detach": (lambda: MLP(detach_sign), [3, 16], True),
    "cnn": (lambda: CNN(FunctionSign.apply), [2, 3, 8, 8], False),
    "cnn-dynamic": (lambda: CNN(FunctionSign.apply), [2, 3, 8, 8], True),
    "residual": (lambda: Residual(detach_sign), [2, 3, 8, 8], False),
    "residual-zero": (lambda: Residual(zero_sign), [2, 3, 8, 8], False),
    "decoder": (lambda: Decoder(FunctionSign.apply), [2, 3, 4, 5], False),
    "video": (lambda: Video(FunctionSign.apply), [2, 3, 4, 5, 6], True),
}


def input_of(shape):
    """The numbers -2, -1.96875 and so on to 2, over and over."""
    count = 1
    for size in shape:
        count *= size
    numbers = torch.arange(count, dtype=torch.float32)
    return (((numbers * 37) % 129) / 32 - 2).reshape(shape)


def build(make):
    """A network with weights, and statistics of batch norms, that are not trivial."""
    torch.manual_seed(0)
    network = make()
    for module in network.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            module.running_mean.normal_()
            module.running_var.uniform_(0.5, 20)
            nn.init.normal_(module.weight)
            nn.init.normal_(module.bias)
    return network.eval()


def main():
    folder = pathlib.Path(sys.argv[1])
    for name, (make, shape, is_dynamic) in NETWORKS.items():
        network, x = build(make), input_of(shape)
        dynamic = [{0: torch.export.Dim("batch")}] if is_dynamic else None
        module = fx.export_and_import(
            network, x, output_type="linalg-on-tensors", func_name="forward",
            dynamic_shapes=dynamic)
        (folder / f"{name}.mlir").write_text(str(module))
        with torch.no_grad():
            values = network(x).flatten().tolist()
        (folder / f"{name}.txt").write_text(" ".join(f"{v:.9g}" for v in values) + "\n")


main()
