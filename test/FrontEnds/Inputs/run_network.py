"""Runs @forward of a module as it is, and after passes, and compares both with the
values that PyTorch computed.

Usage: run_network.py NAME.mlir SHAPE PASSES FOLDER, with NAME.txt beside the
module. SHAPE is that of the input, such as 2,3,8,8; FOLDER is for files.
"""

import array
import ast
import math
import pathlib
import subprocess
import sys

sys.path.append(str(pathlib.Path(__file__).parents[2] / "Inputs"))
import npy


def input_of(shape):
    """The input of export.py."""
    numbers = [((i * 37) % 129) / 32 - 2 for i in range(math.prod(shape))]
    bits = array.array("I", [npy.to_bits("f32", number) for number in numbers])
    return npy.Array("f32", shape, bits)


def flatten(values):
    return sum(map(flatten, values), []) if isinstance(values, list) else [values]


def run(module, folder):
    """The values that @forward of `module` prints."""
    command = ["bnn-runner", module, "--entry=forward", "--opt-level=0"]
    command += [f"--arg={folder}/x.npy", "--print"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return flatten(ast.literal_eval(done.stdout))


def main():
    module, shape, passes, folder = sys.argv[1:]
    npy.save(f"{folder}/x.npy", input_of([int(size) for size in shape.split(",")]))
    packed = f"{folder}/packed.mlir"
    pipeline = f"--pass-pipeline=builtin.module({passes})"
    subprocess.run(["bnn-opt", module, pipeline, "-o", packed], check=True)
    expected = [float(v) for v in pathlib.Path(module).with_suffix(".txt").read_text().split()]
    largest = max(map(abs, expected))
    for form, path in (("floats", module), ("bits", packed)):
        actual = run(path, folder)
        assert len(actual) == len(expected), (actual, expected)
        error = max(abs(a - e) for a, e in zip(actual, expected)) / largest
        print(f"{form}: {'equal to PyTorch' if error < 1e-5 else error}")


main()
