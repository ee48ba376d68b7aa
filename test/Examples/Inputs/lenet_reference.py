"""Writes lenet-reference.txt: one training step of examples/lenet by PyTorch.

    lenet_reference.py > lenet-reference.txt

The network in double precision, with the straight-through estimators of the
dialect as autograd functions. Every line is a name, the shape and the elements:
first what goes in, rounded to float before, then what comes out.
"""

import torch
import torch.nn.functional as F

torch.manual_seed(3)
BATCH, SIDE, CHANNELS, HIDDEN, CLASSES = 6, 18, 3, 7, 10


class ClippedSign(torch.autograd.Function):
    """sign with the gradient let through where abs x <= 1."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x < 0, -1.0, 1.0).to(x.dtype)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where(x.abs() <= 1.0, g, torch.zeros_like(g))


sign = ClippedSign.apply


def draw(*shape, low=-1.0, high=1.0):
    x = torch.rand(*shape, dtype=torch.float32) * (high - low) + low
    return x.double()


def batch_norm(x, gamma, beta):
    """Over all but the last dimension."""
    dims = tuple(range(x.dim() - 1))
    mean = x.mean(dims)
    variance = ((x - mean) ** 2).mean(dims)
    return (x - mean) / torch.sqrt(variance + 1e-5) * gamma + beta, mean, variance


def convolve(x, w):
    """x in NHWC, w in HWIO."""
    y = F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1))
    return y.permute(0, 2, 3, 1)


def max_pool(x):
    return F.max_pool2d(x.permute(0, 3, 1, 2), 2).permute(0, 2, 3, 1)


flat = CHANNELS  # One pixel is left after two convolutions and pools.
images = draw(BATCH, SIDE, SIDE, 1)
labels = torch.randint(0, CLASSES, (BATCH,))
parameters = {
    "w1": draw(5, 5, 1, CHANNELS, low=-0.3, high=0.3),
    "b1": draw(CHANNELS),
    "gamma1": draw(CHANNELS, low=0.5, high=1.5),
    "beta1": draw(CHANNELS),
    "w2": draw(5, 5, CHANNELS, CHANNELS, low=-1.2, high=1.2),
    "gamma2": draw(CHANNELS, low=0.5, high=1.5),
    "beta2": draw(CHANNELS),
    "w3": draw(flat, HIDDEN, low=-1.2, high=1.2),
    "gamma3": draw(HIDDEN, low=0.5, high=1.5),
    "beta3": draw(HIDDEN),
    "w4": draw(HIDDEN, CLASSES),
    "b4": draw(CLASSES),
}
p = {name: value.clone().requires_grad_() for name, value in parameters.items()}

x = max_pool(torch.tanh(convolve(images, p["w1"]) + p["b1"]))
x, mean1, variance1 = batch_norm(x, p["gamma1"], p["beta1"])
x = convolve(sign(x), sign(p["w2"]))
x, mean2, variance2 = batch_norm(x, p["gamma2"], p["beta2"])
x = sign(max_pool(x)).flatten(1) @ sign(p["w3"])
x, mean3, variance3 = batch_norm(x, p["gamma3"], p["beta3"])
logits = torch.tanh(x) @ p["w4"] + p["b4"]
loss = F.cross_entropy(logits, labels)
loss.backward()


def write(name, tensor):
    shape = "x".join(map(str, tensor.shape)) or "scalar"
    elements = " ".join(f"{x:.9g}" for x in tensor.detach().flatten().tolist())
    print(name, shape, elements)


write("images", images)
write("labels", labels)
for name, value in parameters.items():
    write(name, value)
write("loss", loss)
for name, tensor in {
    "mean1": mean1, "variance1": variance1, "mean2": mean2,
    "variance2": variance2, "mean3": mean3, "variance3": variance3,
}.items():
    write(name, tensor)
for name, value in p.items():
    write("d" + name, value.grad)
