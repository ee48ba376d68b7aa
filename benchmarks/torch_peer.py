"""Forward plus backward of quantizers: this project against PyTorch.

    torch_peer.py KERNELS_LIBRARY [--json FILE] [--mib 64]

One thread, f32, tensors of 64 MiB. PyTorch runs what its users write, an
autograd.Function around each forward and gradient, and allocates its results as
it always does. The kernels write into buffers that are there already, as
ahead-of-time callers do. The operators of `quant_bnn.torch` run if Python finds the
package (`PYTHONPATH=BUILD/python`); they allocate their results, too. Medians of
alternating runs.
"""

import argparse
import ctypes
import importlib.util
import json
import statistics
import time

import torch


class MemRef(ctypes.Structure):
    _fields_ = [
        ("allocated", ctypes.c_void_p),
        ("aligned", ctypes.c_void_p),
        ("offset", ctypes.c_int64),
        ("size", ctypes.c_int64),
        ("stride", ctypes.c_int64),
    ]

    def __init__(self, tensor):
        data = tensor.data_ptr()
        super().__init__(data, data, 0, tensor.numel(), 1)


# ----------------------------------------------------------------------------
# Quantizers in PyTorch
# ----------------------------------------------------------------------------


def signum(x):
    return torch.where(x < 0, -1.0, 1.0)


def dorefa(x, bits):
    n = 2**bits - 1
    return torch.round(torch.clamp(x, 0, 1) * n) / n


class Sign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return signum(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where(x.abs() <= 1, g, 0.0)


class ApproxSign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return signum(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where(x.abs() <= 1, (2 - 2 * x.abs()) * g, 0.0)


class SwishSign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return signum(x)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        z = 5.0 * x
        return g * 5.0 * (2 - z * torch.tanh(z / 2)) / (1 + torch.cosh(z))


class Heaviside(Sign):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.where(x > 0, 1.0, 0.0)


class InputDoReFa(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return dorefa(x, 2)

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return torch.where((x >= 0) & (x <= 1), g, 0.0)


class WeightDoReFa(torch.autograd.Function):
    @staticmethod
    def forward(ctx, w):
        t = torch.tanh(w)
        m = t.abs().max()
        ctx.save_for_backward(t, m)
        return 2 * torch.round((t / (2 * m) + 0.5) * 3) / 3 - 1

    @staticmethod
    def backward(ctx, g):
        t, m = ctx.saved_tensors
        return g * (1 - t * t) / m


class Pact(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.save_for_backward(x, alpha)
        s = 15 / alpha
        return torch.round(torch.clamp(x, min=0).minimum(alpha) * s) / s

    @staticmethod
    def backward(ctx, g):
        x, alpha = ctx.saved_tensors
        dx = torch.where((x >= 0) & (x <= alpha), g, 0.0)
        return dx, torch.where(x >= alpha, g, 0.0).sum()


class MinMax(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        s = 127 / x.abs().max()
        ctx.save_for_backward(s)
        return torch.round(x * s)

    @staticmethod
    def backward(ctx, g):
        (s,) = ctx.saved_tensors
        return g * s


class Cancellation(Sign):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.view_as(x)


class PlainSign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = torch.sign(x)
        return torch.where(y == 0, 1.0, y)

    @staticmethod
    def backward(ctx, g):
        return g


class QActivation:
    """The quantized activation of sign with a cancellation threshold of 1."""

    @staticmethod
    def apply(x):
        return PlainSign.apply(Cancellation.apply(x))


# The operators of `quant_bnn.torch` by the names of quantizers.
OPERATORS = {
    "sign": lambda ops, x: ops.sign(x, 1.0),
    "approx_sign": lambda ops, x: ops.approx_sign(x),
    "swish_sign": lambda ops, x: ops.swish_sign(x),
    "ste_heaviside": lambda ops, x: ops.ste_heaviside(x, 0.0, 1.0),
    "input_dorefa": lambda ops, x: ops.input_dorefa(x, 2, "window"),
    "weight_dorefa": lambda ops, x: ops.weight_dorefa(x, 2, "tanh"),
    "pact": lambda ops, x, alpha: ops.pact(
        x, alpha, 4, "unsigned", "value", "full", False, True
    )[0],
    "min_max": lambda ops, x: ops.min_max(x, 8)[0],
    "qactivation": lambda ops, x: ops.sign(x, threshold=1.0),
}

# Name, function, and the kernels of its forward and gradient with what they
# take: x, g, y (forward's result), d (dx), a (alpha), s (scale), r (dalpha),
# b (one bit an element), n (the number of bits).
QUANTIZERS = [
    ("sign", Sign, ("sign", "xy"), ("sign_grad", "xgd")),
    ("approx_sign", ApproxSign, ("approx_sign", "xy"), ("approx_sign_grad", "xgd")),
    ("swish_sign", SwishSign, ("sign", "xy"), ("swish_sign_grad", "xgd")),
    ("ste_heaviside", Heaviside, ("ste_heaviside", "xy"), ("sign_grad", "xgd")),
    (
        "input_dorefa",
        InputDoReFa,
        ("input_dorefa_2", "xy"),
        ("input_dorefa_grad", "xgd"),
    ),
    (
        "weight_dorefa",
        WeightDoReFa,
        ("weight_dorefa", "xy"),
        ("weight_dorefa_grad", "xgd"),
    ),
    ("pact", Pact, ("pact_value", "xay"), ("pact_grad", "xgadr")),
    ("min_max", MinMax, ("min_max", "xys"), ("min_max_grad", "gsd")),
    ("qactivation", QActivation, ("saved_forward", "xyb"), ("saved_backward", "bngd")),
]


# ----------------------------------------------------------------------------
# Timing
# ----------------------------------------------------------------------------


def timed(function):
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


def run_torch(apply, inputs, g):
    for tensor in inputs:
        tensor.grad = None
    apply(*inputs).backward(g)


def measure(library, entry, count, rounds):
    name, function, forward, gradient = entry
    x = torch.empty(count).uniform_(-2, 2)
    g = torch.empty(count).uniform_(-2, 2)
    y, d = torch.empty(count).zero_(), torch.empty(count).zero_()
    alpha, s, r = torch.tensor(0.75), torch.tensor(3.0), torch.tensor(0.0)
    b = torch.zeros((count + 7) // 8, dtype=torch.int8)
    tensors = {"x": x, "g": g, "y": y, "d": d, "a": alpha, "s": s, "r": r, "b": b}

    def call(kernel, operands):
        function = getattr(library, f"_mlir_ciface_{kernel}_f32")
        arguments = [
            (
                ctypes.c_int64(count)
                if operand == "n"
                else ctypes.byref(MemRef(tensors[operand]))
            )
            for operand in operands
        ]
        return lambda: function(*arguments)

    ours = call(*forward), call(*gradient)
    leaves = [x.clone().requires_grad_()]
    if function is Pact:
        leaves.append(alpha.clone().requires_grad_())
    # Otherwise, the ninth function of one line of code is not compiled.
    torch._dynamo.reset()
    compiled = torch.compile(lambda *inputs: function.apply(*inputs))
    variants = {
        "ours": lambda: [kernel() for kernel in ours],
        "eager": lambda: run_torch(function.apply, leaves, g),
        "compile": lambda: run_torch(compiled, leaves, g),
    }
    if importlib.util.find_spec("quant_bnn"):
        import quant_bnn.torch

        operator = OPERATORS[name]
        variants["operator"] = lambda: run_torch(
            lambda *inputs: operator(torch.ops.quant_bnn, *inputs), leaves, g
        )

    for variant, step in variants.items():
        step()
        if variant == "ours":
            continue
        # Elements on a tie or where tanh rounds otherwise may differ, few of them.
        differing = (leaves[0].grad - d).abs() > 1e-4
        if differing.float().mean() > 1e-4:
            raise SystemExit(f"torch_peer.py: {name} of {variant} differs from ours")

    times = {variant: [] for variant in variants}
    for _ in range(rounds):
        for variant, step in variants.items():
            times[variant].append(timed(step))
    result = {"name": name}
    for ours, suffix in ("ours", ""), ("operator", "_of_operator"):
        if ours not in times:
            continue
        result[f"{ours}_ms"] = 1e3 * statistics.median(times[ours])
        for peer in "eager", "compile":
            ratios = [a / b for a, b in zip(times[peer], times[ours])]
            result[peer + suffix] = statistics.quantiles(ratios, n=4)
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library")
    parser.add_argument("--json", help="write the results to this file")
    parser.add_argument("--mib", type=int, default=64, help="size of a tensor")
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()

    torch.set_num_threads(1)
    library = ctypes.CDLL(arguments.library)
    count = arguments.mib * 2**20 // 4
    results = []
    for entry in QUANTIZERS:
        result = measure(library, entry, count, arguments.rounds)
        results.append(result)
        for ours, suffix in ("ours", ""), ("operator", "_of_operator"):
            if f"{ours}_ms" not in result:
                continue
            ratios = "".join(
                f"  {peer} {{1:5.2f}} [{{0:.2f}}, {{2:.2f}}]".format(
                    *result[peer + suffix]
                )
                for peer in ("eager", "compile")
            )
            print(
                f"{result['name']:14} {ours:8} {result[f'{ours}_ms']:8.2f} ms{ratios}",
                flush=True,
            )
    if arguments.json:
        with open(arguments.json, "w") as file:
            json.dump(results, file, indent=1)


if __name__ == "__main__":
    main()
