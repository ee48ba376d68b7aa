"""Checks gradients at tiny, huge and cancelling points against true derivatives.

  check_derivatives.py TYPE ULPS

For each op below, runs the backward function that the compiler makes of it, on
tensors of TYPE (f32 or f64), at the points of the table and with cotangents that
are tiny, huge and neither. The gradient of each operand must be within ULPS units
in the last place of the derivative times the cotangent, which are computed with
100 digits. One below the smallest normal number is compared absolutely.
"""

import os
import re
import subprocess
import sys
import tempfile
from decimal import Decimal, getcontext

sys.path.insert(
    0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "Inputs")
)
import npy  # noqa: E402

getcontext().prec = 100
getcontext().Emax, getcontext().Emin = 10**6, -(10**6)

# The precision, the smallest exponent of a normal number and the largest one.
FORMATS = {"f32": (24, -126, 127), "f64": (53, -1022, 1023)}

# The derivatives by the operands.
OPS = {
    "arith.divf": (lambda x, y: 1 / y, lambda x, y: -x / y / y),
    "math.atan2": (
        lambda y, x: x / (x * x + y * y),
        lambda y, x: -y / (x * x + y * y),
    ),
    "math.log1p": (lambda x: 1 / (1 + x),),
    "math.expm1": (lambda x: x.exp(),),
    "math.exp": (lambda x: x.exp(),),
    "math.asin": (lambda x: 1 / (1 - x * x).sqrt(),),
    "math.acos": (lambda x: -1 / (1 - x * x).sqrt(),),
    "math.atan": (lambda x: 1 / (1 + x * x),),
    "math.asinh": (lambda x: 1 / (1 + x * x).sqrt(),),
    "math.acosh": (lambda x: 1 / (x * x - 1).sqrt(),),
    "math.atanh": (lambda x: 1 / (1 - x * x),),
}


def points(op, kind):
    """Operands and a cotangent: exponents of 2 are fractions of the range."""
    precision, low, high = FORMATS[kind]
    tiny, huge, small = 2.0 ** (low + 3), 2.0 ** (high - 3), 2.0 ** (low - precision // 2)
    root, step = 2.0 ** (high // 2), 2.0 ** (1 - precision)
    ones = [1.0, -0.75, 1e-10, 1e10]
    if op == "arith.divf":
        pairs = [(0.0, small), (0.0, tiny), (tiny, tiny), (3.0, 7.0), (-3.0, tiny * 2**20),
                 (huge, huge / 3), (1.0, huge), (small, -small), (root, 1 / root)]
        return [(x, y, g) for x, y in pairs for g in ones]
    if op == "math.atan2":
        sizes = [tiny, 3 * tiny, 1 / root, 1.0, 2.5, root, huge]
        pairs = [(y, -x) for y in sizes for x in sizes]
        pairs += [(0.0, x) for x in sizes] + [(-y, 0.0) for y in sizes] + [(small, small / 2)]
        return [(y, x, g) for y, x in pairs for g in ones]
    unit = [0.0, tiny, 1e-3, 0.5, -0.9, 1 - step, step - 1, 1 - 100 * step]
    log = high * 0.69
    values = {
        "math.log1p": unit + [1.5, root, huge],
        "math.expm1": [0.0, tiny, 1.0, -1.0, -20.0, -50.0, -log, log],
        "math.exp": [0.0, tiny, 1.0, -20.0, -log, log],
        "math.atan": unit + [3.0, root / 8, -root / 8],
        "math.asinh": unit + [3.0, root, -root * 8, huge, 2.0**60],
        "math.acosh": [1 + step, 1 + 100 * step, 2.0, 1e5, root * 8, huge],
    }.get(op, unit)
    return [(x, g) for x in values for g in ones]


def to_float(kind, value):
    return npy.from_bits(kind, npy.to_bits(kind, value))


def check(kind, op, derivative, operands, g, actual, ulps):
    precision, low, high = FORMATS[kind]
    expected = derivative(*map(Decimal, operands)) * Decimal(g)
    if abs(expected) >= Decimal(2) ** (high + 1):
        return True  # It may be infinite.
    size = max(abs(expected), Decimal(2) ** low)
    error = abs(Decimal(actual) - expected) if actual == actual else Decimal("inf")
    if error <= size * Decimal(2) ** (1 - precision) * ulps:
        return True
    print(f"{op} at {operands}, cotangent {g}: {actual}, not {float(expected)}")
    return False


def main():
    kind, ulps = sys.argv[1], int(sys.argv[2])
    failures = count = 0
    with tempfile.TemporaryDirectory() as folder:
        arguments, results, files = [], [], []
        body, inputs = [], {}
        for index, (op, derivatives) in enumerate(OPS.items()):
            rows = [[to_float(kind, v) for v in row] for row in points(op, kind)]
            type = f"tensor<{len(rows)}x{kind}>"
            names = [f"%x{index}_{operand}" for operand in range(len(derivatives))]
            arguments += [f"{name}: {type}" for name in names]
            body.append(f"  %y{index} = {op} {', '.join(names)} : {type}")
            results.append((f"%y{index}", type))
            inputs[op] = rows
            for column, name in enumerate(names + [f"%g{index}"]):
                path = os.path.join(folder, name[1:] + ".npy")
                write(path, kind, [row[column] for row in rows])
        values, types = zip(*results)
        module = (f"func.func @f({', '.join(arguments)}) -> ({', '.join(types)}) {{\n"
                  + "\n".join(body)
                  + f"\n  return {', '.join(values)} : {', '.join(types)}\n}}\n")
        source = os.path.join(folder, "f.mlir")
        with open(source, "w") as file:
            file.write(module)
        made = os.path.join(folder, "made.mlir")
        subprocess.run(["bnn-opt", source, "--quant-bnn-differentiate=functions=f combine", "-o", made],
                       check=True)
        names = [re.match("%(\\w+)", argument).group(1) for argument in arguments]
        cotangents = [f"g{index}" for index in range(len(OPS))]
        command = ["bnn-runner", made, "--entry=f_vjp"]
        command += [f"--arg={folder}/{name}.npy" for name in names + cotangents]
        command += [f"--result={folder}/y{index}.npy" for index in range(len(OPS))]
        command += [f"--result={folder}/d{name}.npy" for name in names]
        subprocess.run(command, check=True)
        for index, (op, derivatives) in enumerate(OPS.items()):
            for operand, derivative in enumerate(derivatives):
                gradients = npy.load(os.path.join(folder, f"dx{index}_{operand}.npy"))
                for at, row in enumerate(inputs[op]):
                    count += 1
                    failures += not check(kind, op, derivative, row[:-1], row[-1],
                                          gradients.value(at), ulps)
    print(f"{count} gradients, {failures} failures")


def write(path, kind, values):
    npy.save(path, npy.parse_array(kind, f"[{len(values)}]", [repr(value) for value in values]))


main()
