"""Networks and layers as lists of ops, from which each peer builds its own form.

Weights, images, scales and shifts are short binary fractions, so that all sums of
floats before the last sign are exact in f32, in every order, except those of a tanh.
Peers whose signs differ compute something else.
"""

import math

from arrays import random_floats, random_levels, random_words, unpack


class Graph:
    """Ops in order. A value is its number: 0 is the image, n the result of op n - 1.

    `arrays` has the constants by name. Filters are outputs x height x width x channels,
    matrices outputs x inputs; `shapes` has the height, width and channels of each value.
    """

    def __init__(self, shape, image):
        self.ops, self.arrays, self.shapes = [], {}, [tuple(shape)]
        self.arrays["image"] = (image, [1, *shape])

    def array(self, values, shape):
        name = f"array{len(self.arrays)}"
        self.arrays[name] = (values, list(shape))
        return name

    def levels(self, shape, step, limit):
        seed = len(self.arrays)
        return self.array(random_levels(seed, math.prod(shape), step, limit), shape)

    def signs(self, shape):
        words = random_words(len(self.arrays), -(-math.prod(shape) // 64))
        return self.array(unpack(words)[: math.prod(shape)], shape)

    def add(self, op, shape, **fields):
        self.ops.append({"op": op, **fields})
        self.shapes.append(tuple(shape))
        return len(self.ops)

    def windows(self, x, size, stride, padding):
        height, width, _ = self.shapes[x]
        return [
            (extent + 2 * padding - size) // stride + 1 for extent in (height, width)
        ]

    def conv(self, x, outputs, size, stride=1, padding=0, levels=None):
        shape = [outputs, size, size, self.shapes[x][2]]
        weights = self.levels(shape, *levels)
        return self.conv_of(x, weights, outputs, size, stride, padding)

    def binary_conv(self, x, outputs, size, stride=1, padding=0, pad_value=0.0):
        """Of the signs of x, padded with `pad_value`, by weights of +-1."""
        weights = self.signs([outputs, size, size, self.shapes[x][2]])
        return self.conv_of(x, weights, outputs, size, stride, padding, pad_value, True)

    def conv_of(
        self, x, weights, outputs, size, stride, padding, pad_value=0.0, binary=False
    ):
        return self.add(
            "conv",
            [*self.windows(x, size, stride, padding), outputs],
            x=x,
            weights=weights,
            size=size,
            stride=stride,
            padding=padding,
            pad_value=pad_value,
            binary=binary,
        )

    def depthwise(self, x, size, stride, padding, levels):
        channels = self.shapes[x][2]
        return self.add(
            "depthwise",
            [*self.windows(x, size, stride, padding), channels],
            x=x,
            weights=self.levels([size, size, channels], *levels),
            size=size,
            stride=stride,
            padding=padding,
        )

    def affine(self, x, scales=(1.0,), other=None):
        """x times one of `scales` for each channel, plus a shift, plus `other`."""
        channels = self.shapes[x][2]
        scales = random_floats(len(self.arrays), channels, scales)
        return self.add(
            "affine",
            self.shapes[x],
            x=x,
            scale=self.array(scales, [channels]),
            shift=self.levels([channels], 1 / 16, 0.5),
            other=other,
        )

    def map(self, op, x):
        """relu or tanh."""
        return self.add(op, self.shapes[x], x=x)

    def pool(self, kind, x, size, stride, padding=0):
        """max_pool or mean_pool."""
        shape = [*self.windows(x, size, stride, padding), self.shapes[x][2]]
        return self.add(kind, shape, x=x, size=size, stride=stride, padding=padding)

    def dense(self, x, outputs, binary=False, levels=None):
        """A matrix product with all elements of x; the result is 1 x 1 x outputs."""
        shape = [outputs, math.prod(self.shapes[x])]
        weights = self.signs(shape) if binary else self.levels(shape, *levels)
        return self.add("dense", [1, 1, outputs], x=x, weights=weights, binary=binary)


def scales_of(terms):
    """Powers of two near the inverse of the deviation of a sum of so many signs."""
    scale = 2.0 ** -round(math.log2(math.sqrt(terms)))
    return scale, scale / 2


def image_graph(height, width, channels):
    count = height * width * channels
    return Graph([height, width, channels], random_levels(1, count, 1 / 4, 1.0))


def bi_real_18():
    """Bi-Real Net 18 (Z. Liu et al. 2018)."""
    graph = image_graph(224, 224, 3)
    x = graph.conv(0, 64, 7, 2, 3, levels=(1 / 8, 0.25))
    x = graph.pool("max_pool", graph.affine(x), 3, 2, 1)
    for channels, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for layer in range(4):
            stride = first if layer == 0 else 1
            shortcut = x
            if stride == 2:
                shortcut = graph.pool("mean_pool", x, 2, 2)
                step = 1 / 4 if channels == 128 else 1 / 8
                shortcut = graph.conv(shortcut, channels, 1, levels=(step, step))
            inputs = graph.shapes[x][2]
            y = graph.binary_conv(x, channels, 3, stride, 1)
            x = graph.affine(y, scales_of(9 * inputs), shortcut)
    x = graph.pool("mean_pool", x, 7, 7)
    graph.dense(x, 1000, levels=(1 / 32, 1 / 8))
    return graph


def quicknet():
    """A network of the size of QuickNet (T. Bannink et al. 2021), which pads with +1."""
    graph = image_graph(224, 224, 3)
    x = graph.conv(0, 16, 3, 2, 1, levels=(1 / 4, 0.5))
    x = graph.map("relu", graph.affine(x))
    x = graph.depthwise(x, 3, 2, 1, levels=(1 / 4, 0.5))
    x = graph.affine(graph.conv(x, 64, 1, levels=(1 / 4, 1 / 4)))
    for channels in (64, 128, 256, 512):
        if channels > 64:
            x = graph.depthwise(graph.map("relu", x), 3, 2, 1, levels=(1, 1))
            x = graph.affine(graph.conv(x, channels, 1, levels=(1 / 8, 1 / 8)))
        for _ in range(4):
            y = graph.binary_conv(x, channels, 3, 1, 1, pad_value=1.0)
            x = graph.affine(graph.map("relu", y), scales_of(9 * channels), x)
    x = graph.pool("mean_pool", graph.map("relu", x), 7, 7)
    graph.dense(x, 1000, levels=(1 / 32, 1 / 8))
    return graph


def lenet():
    """The LeNet of examples/lenet, on an image of a digit."""
    graph = image_graph(28, 28, 1)
    x = graph.map("tanh", graph.conv(0, 32, 5, levels=(1 / 8, 0.25)))
    x = graph.affine(graph.pool("max_pool", x, 2, 2))
    x = graph.affine(graph.binary_conv(x, 32, 5), scales_of(25 * 32))
    x = graph.pool("max_pool", x, 2, 2)
    x = graph.affine(graph.dense(x, 256, binary=True), scales_of(512))
    graph.dense(graph.map("tanh", x), 10, levels=(1 / 8, 1 / 4))
    return graph


def resnet_18():
    """ResNet-18 (K. He et al. 2015), whose convolutions are of floats."""
    graph = image_graph(224, 224, 3)
    x = graph.conv(0, 64, 7, 2, 3, levels=(1 / 8, 0.25))
    x = graph.pool("max_pool", graph.map("relu", graph.affine(x)), 3, 2, 1)
    for channels, first in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for block in range(2):
            stride = first if block == 0 else 1
            shortcut = x
            if graph.shapes[x][2] != channels or stride == 2:
                shortcut = graph.conv(x, channels, 1, stride, levels=(1 / 8, 1 / 8))
            inputs = graph.shapes[x][2]
            y = graph.conv(x, channels, 3, stride, 1, levels=(1 / 8, 1 / 2))
            y = graph.map("relu", graph.affine(y, scales_of(2 * inputs)))
            y = graph.conv(y, channels, 3, 1, 1, levels=(1 / 8, 1 / 2))
            y = graph.affine(y, scales_of(2 * channels), shortcut)
            x = graph.map("relu", y)
    x = graph.pool("mean_pool", x, 7, 7)
    graph.dense(x, 1000, levels=(1 / 32, 1 / 8))
    return graph


def single_conv(image, weights, shape, outputs, size, binary):
    """One convolution of `image`, padded to keep its size."""
    graph = Graph(shape, image)
    name = graph.array(weights, [outputs, size, size, shape[2]])
    graph.conv_of(0, name, outputs, size, 1, size // 2, binary=binary)
    return graph
