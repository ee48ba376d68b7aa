"""Trains a binary LeNet on handwritten digits in PyTorch, and deploys it on bits.

    python examples/pytorch/digits.py examples/digits/digits.csv digits.so

Each row of the file has the 64 pixels of an image, from 0 to 16, and its digit. The
last 360 rows are for the test.
"""

import argparse
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import quant_bnn.torch as qb


def make_network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.BatchNorm2d(32),
        qb.QConv2d(32, 64, 3, bias=False),
        nn.BatchNorm2d(64),
        nn.MaxPool2d(2),
        nn.Flatten(),
        qb.QLinear(64 * 3 * 3, 256, bias=False),
        nn.BatchNorm1d(256),
        nn.Hardtanh(),
        nn.Linear(256, 10),
    )


def read(path):
    """Returns images, with pixels from -1 to 1, and digits."""
    rows = torch.from_numpy(numpy.loadtxt(path, numpy.int64, delimiter=","))
    return rows[:, :-1].reshape(-1, 1, 8, 8).float() / 8 - 1, rows[:, -1]


def train(model, images, digits, epochs, batch_size=128):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    step = qb.train_step(
        model.train(), F.cross_entropy, images[:batch_size], digits[:batch_size]
    )
    for epoch in range(epochs):
        losses = []
        for batch in torch.randperm(len(images)).split(batch_size):
            if len(batch) < batch_size:
                continue
            optimizer.zero_grad()
            losses.append(step.backward(images[batch], digits[batch]))
            optimizer.step()
        if (epoch + 1) % 10 == 0:
            mean = torch.stack(losses).mean()
            print(f"epoch {epoch + 1}: loss {mean:.3f}", file=sys.stderr)
    return model.eval()


def time_call(function, images):
    """Returns the median time of a call for one image, in milliseconds."""
    times = []
    for image in images[:200].split(1):
        begin = time.perf_counter()
        function(image)
        times.append(time.perf_counter() - begin)
    return 1e3 * sorted(times)[len(times) // 2]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("digits", help="the file with the images")
    parser.add_argument("library", help="the shared library to write")
    parser.add_argument("--epochs", type=int, default=30)
    options = parser.parse_args()

    torch.manual_seed(0)
    images, digits = read(options.digits)
    model = train(make_network(), images[:-360], digits[:-360], options.epochs)

    images, digits = images[-360:], digits[-360:]
    network = qb.compile(model, images[:1], dynamic_batch=True)
    print(network.report(images))
    classes = network(images).argmax(1)
    print(f"right digits: {(classes == digits).sum()} of {len(digits)}")
    with torch.no_grad():
        eager = time_call(model, images)
    print(f"one image: {time_call(network, images):.3f} ms, PyTorch {eager:.3f} ms")
    network.save(options.library, options.library.removesuffix(".so") + ".h")


if __name__ == "__main__":
    main()
