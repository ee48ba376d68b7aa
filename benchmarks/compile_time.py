"""Times quant-bnn-lower-to-llvm-pipeline on modules of many quantizers.

    compile_time.py BNN_OPT [--json FILE]

Every case has a thousand or ten thousand quantizers, in functions of their own
or in one. The time must grow with their number, no faster.
"""

import argparse
import json
import statistics
import subprocess
import time

TENSOR = "tensor<?xf32>"
QUANTIZERS = [
    "sign {} clip = 1.0",
    "input_dorefa {} bits = 2",
    "swish_sign {}",
    "gradient_cancellation {} threshold = 1.0",
    "ste_heaviside {}",
    "weight_dorefa {} bits = 4",
]


def quantizer(index, operand):
    text = QUANTIZERS[index % len(QUANTIZERS)].format(operand)
    return f"quant_bnn.{text} : {TENSOR}"


def functions(count):
    return "".join(
        f"func.func @f{i}(%x: {TENSOR}) -> {TENSOR} {{\n"
        f"  %y = {quantizer(i, '%x')}\n"
        f"  return %y : {TENSOR}\n}}\n"
        for i in range(count)
    )


def chain(count):
    """Each quantizer takes the result of the one before."""
    body = "".join(
        f"  %v{i + 1} = {quantizer(i, f'%v{i}')}\n" for i in range(count)
    )
    return (
        f"func.func @chain(%v0: {TENSOR}) -> {TENSOR} {{\n{body}"
        f"  return %v{count} : {TENSOR}\n}}\n"
    )


def independent(count):
    """Each quantizer has an argument and a result of its own."""
    arguments = ", ".join(f"%x{i}: {TENSOR}" for i in range(count))
    types = ", ".join([TENSOR] * count)
    results = ", ".join(f"%y{i}" for i in range(count))
    body = "".join(
        f"  %y{i} = {quantizer(i, f'%x{i}')}\n" for i in range(count)
    )
    return (
        f"func.func @independent({arguments}) -> ({types}) {{\n{body}"
        f"  return {results} : {types}\n}}\n"
    )


CASES = [
    ("1,000 functions", functions(1000)),
    ("10,000 functions", functions(10000)),
    ("chain of 100", chain(100)),
    ("chain of 1,000", chain(1000)),
    ("100 independent", independent(100)),
    ("1,000 independent", independent(1000)),
]


def measure(bnn_opt, source):
    command = [
        bnn_opt,
        "--quant-bnn-lower-to-llvm-pipeline=results=out-params",
        "-o",
        "/dev/null",
    ]
    begin = time.perf_counter()
    try:
        subprocess.run(command, input=source, text=True, check=True, timeout=120)
    except subprocess.TimeoutExpired:
        pass
    return time.perf_counter() - begin


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("bnn_opt")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()

    results = []
    for name, source in CASES:
        seconds = [measure(arguments.bnn_opt, source) for _ in range(arguments.runs)]
        results.append(
            {
                "name": name,
                "seconds": statistics.median(seconds),
                "least": min(seconds),
                "most": max(seconds),
            }
        )
        print(
            f"{name:20} {results[-1]['seconds']:7.2f} s"
            f"  ({min(seconds):.2f} to {max(seconds):.2f})",
            flush=True,
        )
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
