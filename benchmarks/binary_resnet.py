#!/usr/bin/env python3
"""Times a binary ResNet-18 on an image of 224 by 224, by floats and by packed bits.

    benchmarks/binary_resnet.py BUILD_DIRECTORY [--json FILE]

The network is Bi-Real Net 18 (Z. Liu et al. 2018): every 3x3 convolution but the
first has the signs of its input and of its weights, a batch norm, and a shortcut
around it; the first convolution, the 1x1 ones of the shortcuts and the classifier
are of floats. Weights are random. Both forms compute the same logits, bit for bit.
"""

import argparse
import array
import json
import math
import pathlib
import random
import re
import subprocess
import sys
import tempfile

CLASSES = 1000
STAGES = [(64, 56, 1), (128, 28, 2), (256, 14, 2), (512, 7, 2)]


class Network:
    """The text of a function, and the arrays that it takes after the image."""

    def __init__(self, directory, seed):
        self.directory = directory
        self.random = random.Random(seed)
        self.lines = []
        self.arguments = [("%image", "tensor<1x224x224x3xf32>")]
        self.files = []
        self.write([1, 224, 224, 3], self.uniform(224 * 224 * 3, 1.0), "image")

    # Arrays

    def uniform(self, count, limit, low=None):
        low = -limit if low is None else low
        return array.array("f", (self.random.uniform(low, limit) for _ in range(count)))

    def write(self, shape, values, name):
        header = repr({"descr": "<f4", "fortran_order": False, "shape": tuple(shape)})
        header += " " * (63 - (10 + len(header)) % 64) + "\n"
        if sys.byteorder != "little":
            values.byteswap()
        path = self.directory / f"{name}.npy"
        with open(path, "wb") as file:
            file.write(b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little"))
            file.write(header.encode())
            values.tofile(file)
        return path

    def argument(self, shape, values):
        name = f"a{len(self.files)}"
        self.files.append(self.write(shape, values, name))
        kind = "x".join(map(str, shape))
        self.arguments.append((f"%{name}", f"tensor<{kind}xf32>"))
        return f"%{name}"

    # Ops

    def emit(self, text):
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    @staticmethod
    def type(shape):
        return f"tensor<{'x'.join(map(str, shape))}xf32>"

    def filled(self, shape, value):
        empty = self.emit(f"tensor.empty() : {self.type(shape)}")
        return self.emit(
            f"linalg.fill ins({value} : f32) outs({empty} : {self.type(shape)})"
            f" -> {self.type(shape)}"
        )

    def padded(self, x, shape, size, value):
        if size == 0:
            return x, shape
        after = [shape[0], shape[1] + 2 * size, shape[2] + 2 * size, shape[3]]
        body = "{\n  ^bb0(%n: index, %h: index, %w: index, %c: index):\n"
        y = self.emit(
            f"tensor.pad {x} low[0, {size}, {size}, 0] high[0, {size}, {size}, 0] {body}"
            f"    tensor.yield {value} : f32\n"
            f"  }} : {self.type(shape)} to {self.type(after)}"
        )
        return y, after

    def convolve(self, x, shape, w, w_shape, stride, padding):
        x, shape = self.padded(x, shape, padding, "%zero")
        size = [(shape[i] - w_shape[i - 1]) // stride + 1 for i in (1, 2)]
        after = [shape[0], *size, w_shape[3]]
        zeros = self.filled(after, "%zero")
        y = self.emit(
            f"linalg.conv_2d_nhwc_hwcf {{strides = dense<{stride}> : vector<2xi64>}}"
            f" ins({x}, {w} : {self.type(shape)}, {self.type(w_shape)})"
            f" outs({zeros} : {self.type(after)}) -> {self.type(after)}"
        )
        return y, after

    def pool(self, x, shape, size, stride, padding, kind, init):
        x, shape = self.padded(x, shape, padding, init)
        after = [shape[0], *((shape[i] - size) // stride + 1 for i in (1, 2)), shape[3]]
        begin = self.filled(after, init)
        window = self.emit(f"tensor.empty() : {self.type([size, size])}")
        y = self.emit(
            f"linalg.pooling_nhwc_{kind} {{strides = dense<{stride}> : vector<2xi64>}}"
            f" ins({x}, {window} : {self.type(shape)}, {self.type([size, size])})"
            f" outs({begin} : {self.type(after)}) -> {self.type(after)}"
        )
        return y, after

    def map(self, x, shape, vectors, body, others=()):
        """An elementwise op with a constant of each channel for each of `vectors`."""
        empty = self.emit(f"tensor.empty() : {self.type(shape)}")
        tensors = [x, *others]
        maps = ["#image"] * len(tensors) + ["#channel"] * len(vectors) + ["#image"]
        types = [self.type(shape)] * len(tensors) + [self.type(shape[3:])] * len(vectors)
        arguments = ", ".join(f"%x{i}: f32" for i in range(len(types)))
        return self.emit(
            f"linalg.generic {{indexing_maps = [{', '.join(maps)}], iterator_types ="
            f' ["parallel", "parallel", "parallel", "parallel"]}}'
            f" ins({', '.join([*tensors, *vectors])} : {', '.join(types)})"
            f" outs({empty} : {self.type(shape)}) {{\n"
            f"  ^bb0({arguments}, %out: f32):\n{body}\n"
            f"  }} -> {self.type(shape)}"
        )

    # Layers

    def weights(self, shape, limit=None):
        count = math.prod(shape)
        limit = limit or math.sqrt(3.0 / math.prod(shape[:-1]))
        return self.argument(shape, self.uniform(count, limit))

    def normalize(self, x, shape, others=()):
        """x times a factor plus a shift, plus what is in `others`."""
        channels = shape[3]
        scale = 1.0 / math.sqrt(9.0 * channels)
        vectors = [
            self.argument([channels], self.uniform(channels, 1.5 * scale, 0.5 * scale)),
            self.argument([channels], self.uniform(channels, 0.5)),
        ]
        first = 1 + len(others)
        body = (
            f"    %scaled = arith.mulf %x0, %x{first} : f32\n"
            f"    %shifted = arith.addf %scaled, %x{first + 1} : f32\n"
        )
        result = "%shifted"
        if others:
            body += "    %sum = arith.addf %shifted, %x1 : f32\n"
            result = "%sum"
        return self.map(x, shape, vectors, body + f"    linalg.yield {result} : f32", others)

    def binary_layer(self, x, shape, channels, stride):
        """The shortcut around a convolution of signs."""
        shortcut, short_shape = x, shape
        if stride == 2:
            total, short_shape = self.pool(x, shape, 2, 2, 0, "sum", "%zero")
            w_shape = [1, 1, shape[3], channels]
            shortcut, short_shape = self.convolve(
                total, short_shape, self.weights(w_shape), w_shape, 1, 0
            )
        signs = self.emit(f"quant_bnn.sign {x} : {self.type(shape)}")
        w_shape = [3, 3, shape[3], channels]
        latent = self.weights(w_shape, 1.0)
        w = self.emit(f"quant_bnn.sign {latent} : {self.type(w_shape)}")
        y, shape = self.convolve(signs, shape, w, w_shape, stride, 1)
        assert shape == short_shape
        return self.normalize(y, shape, [shortcut]), shape

    def build(self):
        w_shape = [7, 7, 3, 64]
        x, shape = self.convolve(
            "%image", [1, 224, 224, 3], self.weights(w_shape), w_shape, 2, 3
        )
        x = self.normalize(x, shape)
        x, shape = self.pool(x, shape, 3, 2, 1, "max", "%lowest")
        for channels, size, stride in STAGES:
            for layer in range(4):
                x, shape = self.binary_layer(
                    x, shape, channels, stride if layer == 0 else 1
                )
            assert shape == [1, size, size, channels]
        x, shape = self.pool(x, shape, 7, 1, 0, "sum", "%zero")
        features, w = shape[3], self.weights([shape[3], CLASSES])
        x = self.emit(
            f"tensor.collapse_shape {x} [[0, 1, 2], [3]] : {self.type(shape)}"
            f" into {self.type([1, features])}"
        )
        zeros = self.filled([1, CLASSES], "%zero")
        result = self.emit(
            f"linalg.matmul ins({x}, {w} : {self.type([1, features])},"
            f" {self.type([features, CLASSES])})"
            f" outs({zeros} : {self.type([1, CLASSES])}) -> {self.type([1, CLASSES])}"
        )
        arguments = ", ".join(f"{name}: {kind}" for name, kind in self.arguments)
        return (
            "#image = affine_map<(n, h, w, c) -> (n, h, w, c)>\n"
            "#channel = affine_map<(n, h, w, c) -> (c)>\n"
            f"func.func @predict({arguments}) -> {self.type([1, CLASSES])} {{\n"
            "  %zero = arith.constant 0.0 : f32\n"
            "  %lowest = arith.constant 0xFF800000 : f32\n"
            + "\n".join(self.lines)
            + f"\n  return {result} : {self.type([1, CLASSES])}\n}}\n"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--json", type=pathlib.Path, help="where to write the times")
    parser.add_argument("--repeat", type=int, default=5)
    arguments = parser.parse_args()
    tools = arguments.build.resolve() / "bin"

    with tempfile.TemporaryDirectory() as name:
        directory = pathlib.Path(name)
        network = Network(directory, seed=1)
        (directory / "floats.mlir").write_text(network.build())
        bindings = [f"--arg={i}:{file}" for i, file in enumerate(network.files, 1)]
        bound = directory / "bound.mlir"
        subprocess.run(
            [
                tools / "bnn-bind",
                directory / "floats.mlir",
                "--entry=predict",
                *bindings,
                "-o",
                bound,
            ],
            check=True,
        )
        subprocess.run(
            [
                tools / "bnn-opt",
                bound,
                "--quant-bnn-binary-inference-pipeline",
                "-o",
                directory / "packed.mlir",
            ],
            check=True,
        )

        def run(form, *inputs):
            output = subprocess.run(
                [
                    tools / "bnn-runner",
                    directory / f"{form}.mlir",
                    "--entry=predict",
                    f"--arg={directory / 'image.npy'}",
                    *(f"--arg={path}" for path in inputs),
                    f"--result={directory / form}.npy",
                    f"--repeat={arguments.repeat}",
                ],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout
            return float(re.search(r"([0-9.]+) ms", output).group(1))

        times = {"floats": run("floats", *network.files), "packed": run("packed")}
        results = [(directory / f"{form}.npy").read_bytes() for form in times]
    if results[0] != results[1]:
        sys.exit("error: the logits differ")
    times["ratio"] = times["floats"] / times["packed"]
    print(
        "binary ResNet-18, 224 x 224, batch 1: floats {floats:.1f} ms, packed "
        "{packed:.1f} ms, {ratio:.1f} times as fast, the same logits".format(**times)
    )
    if arguments.json:
        arguments.json.write_text(json.dumps(times))


if __name__ == "__main__":
    main()
