#!/usr/bin/env python3
"""Runs the step of residuals.mlir.in as it is and with compressed residuals, for
each type and several shapes, and compares all results bit by bit.

  compare_residuals.py DIRECTORY   for temporary files
"""

import array
import itertools
import math
import pathlib
import random
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "Inputs"))
import npy  # noqa: E402

RESULTS = 9


def neighbors(kind, value):
    """A number and the two next to it."""
    bits = npy.to_bits(kind, value)
    return [bits - 1, bits, bits + 1]


def boundary_values(kind, alpha):
    """The elements of x and g in every combination."""
    constant = lambda *values: [npy.to_bits(kind, value) for value in values]
    x = constant(0.0, -0.0, math.inf, -math.inf, math.nan, 0.25, -0.25, 1e9, -1e9)
    edges = {0.5, 1.0, 1.5, alpha, alpha / 2}
    for edge in sorted(edge for edge in edges if 0 < edge < math.inf):
        x += neighbors(kind, edge) + neighbors(kind, -edge)
    g = constant(1.0, -0.0, math.inf, -math.inf, math.nan, -3.7) + [1]
    return zip(*itertools.product(x, g))


def random_values(kind, count):
    source = random.Random(count)
    return [
        [npy.to_bits(kind, source.uniform(-2, 2)) for _ in range(count)]
        for _ in range(2)
    ]


def to_array(kind, shape, bits):
    return npy.Array(kind, shape, array.array(npy.TYPES[kind][1], bits))


def canonical(data):
    """The array with one NaN for all: which of them a sum returns is free."""
    nan = npy.to_bits(data.kind, math.nan)
    for i, bits in enumerate(data.bits):
        if math.isnan(npy.from_bits(data.kind, bits)):
            data.bits[i] = nan
    return data


def run(directory, text, options):
    """The results of @step, of a module that is lowered with `options`."""
    lowered = subprocess.run(
        ["bnn-opt", *options], input=text, capture_output=True, text=True, check=True
    ).stdout
    results = [directory / f"result{i}.npy" for i in range(RESULTS)]
    command = ["bnn-runner", "--entry=step", "--pipeline=none"]
    command += [f"--arg={directory}/{name}.npy" for name in ("x", "alpha", "g")]
    command += [f"--result={path}" for path in results]
    subprocess.run(command, input=lowered, text=True, check=True)
    return [canonical(npy.load(path)) for path in results]


def check(directory, kind, tensor, shape, alpha, values, options=""):
    template = (HERE / "residuals.mlir.in").read_text()
    text = template.replace("%TENSOR%", f"tensor<{tensor}x{kind}>")
    text = text.replace("%T%", kind)
    x, g = values
    npy.save(directory / "x.npy", to_array(kind, shape, x))
    npy.save(directory / "g.npy", to_array(kind, shape, g))
    npy.save(directory / "alpha.npy", to_array(kind, [], [npy.to_bits(kind, alpha)]))
    lower = f"--quant-bnn-lower-to-llvm-pipeline={options}"
    compress = "--quant-bnn-compress-residuals"
    expected = run(directory, text, [lower])
    actual = run(directory, text, [compress, lower])
    name = f"{tensor}x{kind} alpha = {alpha} {options}".strip()
    for i, pair in enumerate(zip(actual, expected)):
        npy.compare(f"{name}: result {i}", *pair, exact=True)
    print(f"{name}: same")


def main():
    directory = pathlib.Path(sys.argv[1])
    for kind, alpha in ("f32", 1.25), ("f16", 1.5), ("bf16", math.inf), ("f64", -1.0):
        x, g = boundary_values(kind, alpha)
        # 7 cotangents at each x.
        shape = [len(x) // 7, 7]
        check(directory, kind, "?x7", shape, alpha, (x, g))
    for kind, tensor, shape in (
        ("f32", "10007", [10007]),
        ("f16", "?x?x3", [11, 101, 3]),
        ("f64", "3x5x7x11", [3, 5, 7, 11]),
        ("f32", "?x?", [0, 3]),
    ):
        values = random_values(kind, math.prod(shape))
        check(directory, kind, tensor, shape, 1.25, values)
    # Fewer lanes than there are bits in a word.
    values = random_values("f64", 10007)
    check(directory, "f64", "?", [10007], 1.25, values, "vector-width=128")


if __name__ == "__main__":
    try:
        main()
    except npy.NpyError as error:
        sys.exit(f"compare_residuals.py: error: {error}")
