"""Ops of PyTorch, one by one: values and gradients, at the numbers where they differ."""

import pytest

torch = pytest.importorskip("torch")

import quant_bnn.torch as qb  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

# Zeros, the bounds of clamps, ties of rounding, infinities and NaN.
SPECIAL = [0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 1.5, 2.5, 6.0, 7.0, -3.0, 0.3]
LIMITS = [float("inf"), -float("inf"), float("nan")]


def special(dtype=torch.float32):
    return torch.tensor(SPECIAL + LIMITS, dtype=dtype)


def floats(*shape, seed=0, dtype=torch.float32):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator).to(dtype)


def booleans(seed):
    return floats(8, seed=seed) > 0


class Functions(nn.Module):
    """Applies each function to its arguments."""

    def __init__(self, functions):
        super().__init__()
        self.functions = functions

    def forward(self, *arguments):
        arguments = iter(arguments)
        return tuple(f(*(next(arguments) for _ in range(n))) for f, n in self.functions)


VALUES = {
    "relu": (F.relu, special()),
    "relu6": (F.relu6, special()),
    "hardtanh": (F.hardtanh, special()),
    "clamp": (lambda x: x.clamp(-0.5, 1.5), special()),
    "clamp of integers": (lambda x: x.clamp(0.5, 2.5), torch.tensor([0, 1, 5])),
    "sign": (torch.sign, special()),
    "round": (torch.round, special()),
    "abs": (torch.abs, special()),
    "leaky relu": (lambda x: F.leaky_relu(x, 0.1), special()),
    "sigmoid": (torch.sigmoid, special()),
    "silu": (F.silu, special()[:-3]),
    "tanh": (torch.tanh, special()),
    "comparisons": (lambda x, y: (x < y) | (x >= 1), special(), special().flip(0)),
    "where": (lambda x: torch.where(x > 0, x, 0.25), special()),
    "add with alpha": (lambda x, y: torch.add(x, y, alpha=3), floats(4), floats(4)),
    "sub with alpha": (lambda x, y: torch.sub(x, y, alpha=2), floats(4), floats(4)),
    "number minus tensor": (lambda x: 1 - x, floats(4)),
    "division of integers": (lambda x: x / 3, torch.tensor([1, -7])),
    "powers": (lambda x: x**2 + x.abs() ** 0.5 + x.abs() ** 1.7, floats(4)),
    "broadcast": (lambda x, y: x * y + x[:, :1], floats(3, 4), floats(2, 1, 4)),
    "promotion": (
        lambda x, y: (x == y) & (x + 1 == y + 1),
        torch.tensor([0.1, 0.5]),
        torch.tensor(0.1, dtype=torch.float64),
    ),
    "integers and floats": (lambda x, y: x * y, torch.arange(4), floats(4)),
    "or of bools": (lambda x, y: x + y, booleans(1), booleans(2)),
    "and of bools": (lambda x, y: x * y, booleans(1), booleans(2)),
    "maximum of bools": (torch.maximum, booleans(1), booleans(2)),
    "order of bools": (lambda x, y: (x < y), booleans(1), booleans(2)),
    "bools as floats": (lambda x: x.float() * 2, booleans(1)),
    "bf16 constants": (lambda x: x * 0.1 + 1e-3, floats(8, dtype=torch.bfloat16)),
    "mean of f16": (lambda x: x.mean(1), torch.full((2, 4096), 100.0).half()),
    "sum": (lambda x: x.sum((0, 2), keepdim=True), floats(3, 4, 5)),
    "sum with a type": (
        lambda x: x.sum(1, dtype=torch.float32),
        floats(3, 40, dtype=torch.bfloat16),
    ),
    "variance": (lambda x: torch.var(x), floats(3, 4)),
    "largest": (lambda x: x.amax(1), floats(3, 4)),
    "softmax": (lambda x: F.softmax(x, 0), floats(3, 4)),
    "log softmax": (lambda x: F.log_softmax(x, -1), 50 * floats(3, 4)),
    "log softmax in f64": (
        lambda x: F.log_softmax(x, 1, dtype=torch.float64),
        floats(3, 4),
    ),
    "average pool of f16": (
        lambda x: F.avg_pool2d(x, 32),
        torch.full((1, 2, 64, 64), 100.0).half(),
    ),
    "average pools": (
        lambda x: F.avg_pool2d(x, 2) + F.adaptive_avg_pool2d(x, 3),
        floats(2, 3, 6, 6),
    ),
    "max pools": (
        lambda x: (
            F.max_pool2d(x, 3, 2, 1),
            F.max_pool2d(x, 2, ceil_mode=True),
            F.max_pool2d(x, 2, 1, dilation=2),
        )[0],
        floats(2, 3, 7, 7),
    ),
    "same padding": (
        lambda x, w: F.conv2d(x, w, padding="same", dilation=(1, 2)),
        floats(2, 3, 7, 8),
        floats(4, 3, 2, 3),
    ),
    "slices": (
        lambda x: torch.cat(
            [x[:, -3:-1], x[:, 5:], x[:, 9:], x[1:, ::2][:1].expand(2, 3)], 1
        ),
        floats(2, 6),
    ),
    "views": (
        lambda x: x.view(2, 3, 4).flatten(1).unflatten(1, (4, 3)).permute(2, 0, 1),
        floats(2, 12),
    ),
    "chunks": (lambda x: torch.chunk(x, 3, 1)[1] + x.split(2, 1)[0], floats(2, 6)),
    "in place": (lambda x: x.clone().mul_(2).relu_(), floats(4)),
    "matrix products": (lambda x, y: x @ y, floats(2, 3, 4), floats(2, 4, 5)),
    "batches of products": (
        lambda x, y: (x @ y).sum((0, 1)) + x[0, 0] @ y + x @ y[0],
        floats(2, 1, 3, 4),
        floats(3, 4, 5),
    ),
    "products of vectors": (
        lambda x, y, z: (x @ y @ z) + z @ y.mT @ x[1],
        floats(3, 4),
        floats(4, 5),
        floats(5),
    ),
    "a product of vectors": (torch.matmul, floats(5), floats(5, seed=1)),
    "products of no matrices": (
        lambda x, y: (x @ y, x.unsqueeze(1) @ x.mT.unsqueeze(1))[0],
        floats(0, 3, 2),
        floats(2, 4),
    ),
    # PyTorch's value at an infinity depends on the CPU.
    "gelu": (F.gelu, special()[:-3]),
    "gelu by tanh": (lambda x: F.gelu(x, approximate="tanh"), special()),
    "gelu of bf16": (F.gelu, special(torch.bfloat16)[:-3]),
    "layer norm": (
        lambda x, w, b: F.layer_norm(x, (3, 4), w, b, 1e-3) + F.layer_norm(x, (4,)),
        floats(2, 3, 4),
        floats(3, 4, seed=1),
        floats(3, 4, seed=2),
    ),
    "layer norm of f16": (
        lambda x, w: F.layer_norm(x, (64,), w),
        (100 + floats(2, 64)).half(),
        floats(64).half(),
    ),
    "attention": (
        F.scaled_dot_product_attention,
        floats(2, 3, 5, 4),
        floats(2, 3, 6, 4, seed=1),
        floats(2, 3, 6, 7, seed=2),
    ),
    "attention without later keys": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True),
        floats(3, 5, 4),
        floats(3, 6, 4, seed=1),
        floats(3, 6, 7, seed=2),
    ),
    "attention with a scale and a mask": (
        lambda q, mask: F.scaled_dot_product_attention(q, q, q, mask, scale=0.3),
        floats(2, 5, 4),
        floats(2, 5, 5, seed=1),
    ),
    "attention with one key for several values": (
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True),
        floats(1, 2, 5, 4),
        floats(1, 2, 6, 4, seed=1),
        floats(3, 2, 6, 7, seed=2),
    ),
    # One query has no key.
    "attention with a mask of bools": (
        lambda q, mask: F.scaled_dot_product_attention(q, q, q, mask),
        floats(2, 5, 4),
        (floats(5, 5, seed=1) > 0) & (torch.arange(5) != 2)[:, None],
    ),
    "attention of f16": (
        F.scaled_dot_product_attention,
        *(floats(1, 2, 5, 4, seed=i).half() for i in range(3)),
    ),
    "dropout in eval": (lambda x: F.dropout(x, 0.5, False), floats(4)),
}


def test_values():
    functions = [(f, len(arguments)) for f, *arguments in VALUES.values()]
    arguments = [a for _, *arguments in VALUES.values() for a in arguments]
    expected = Functions(functions)(*arguments)
    compiled = qb.compile(Functions(functions), *arguments, opt_level=1)
    for name, actual, other in zip(VALUES, compiled(*arguments), expected):
        narrow = other.dtype in (torch.float16, torch.bfloat16)
        tolerance = dict(atol=0.01, rtol=0.01) if narrow else dict(atol=1e-5, rtol=1e-5)
        torch.testing.assert_close(
            actual, other, equal_nan=True, msg=lambda m: f"{name}: {m}", **tolerance
        )


class Losses(nn.Module):
    """The sum of what each function makes of a parameter, with weights."""

    def __init__(self):
        super().__init__()
        x = torch.tensor(SPECIAL).reshape(3, 4)
        self.parameters_ = nn.ParameterDict(
            {f"p{i}": nn.Parameter(x.clone()) for i in range(len(GRADIENTS))}
        )

    def forward(self, x):
        total = 0
        for i, function in enumerate(GRADIENTS.values()):
            y = function(self.parameters_[f"p{i}"])
            weights = torch.arange(1, y.numel() + 1, dtype=y.dtype).reshape(y.shape)
            total = total + (y * weights).sum()
        return total + 0 * x.sum()


GRADIENTS = {
    "relu": F.relu,
    "relu6": F.relu6,
    "hardtanh": F.hardtanh,
    "clamp": lambda x: x.clamp(-0.5, 1.5),
    "clamp_min": lambda x: x.clamp_min(0.5),
    "leaky relu": lambda x: F.leaky_relu(x, 0.1),
    "maximum": lambda x: torch.maximum(x, torch.tensor(0.5)),
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "silu": F.silu,
    "abs": torch.abs,
    "square": lambda x: x**2,
    "where": lambda x: torch.where(x > 0, x, -2 * x),
    "mean": lambda x: x.mean(1),
    "variance": lambda x: torch.var(x),
    "softmax": lambda x: F.softmax(x, 1),
    "log softmax": lambda x: F.log_softmax(x, 0),
    "pool": lambda x: F.max_pool1d(x.unsqueeze(0), 2),
    "average pool": lambda x: F.avg_pool1d(x.unsqueeze(0), 3, 1, 1),
    "slices": lambda x: torch.cat([x[:, 1:], x[:1].expand(3, 4)], 1),
    "detach": lambda x: x * x.detach(),
    "estimator": lambda x: x + (x.round() - x).detach(),
    "no estimator": lambda x: x + torch.sub(x.round(), x, alpha=2).detach(),
    "round": torch.round,
    "batch norm": lambda x: F.batch_norm(x, None, None, training=True),
    "gelu": F.gelu,
    "gelu by tanh": lambda x: F.gelu(x, approximate="tanh"),
    "layer norm": lambda x: F.layer_norm(x, (4,)),
    "attention": lambda x: F.scaled_dot_product_attention(x, x[:, :4], x, x @ x.mT),
    "attention with a mask": lambda x: F.scaled_dot_product_attention(
        x, x, x, torch.tensor([[0, 0, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.bool)
    ),
    "quantizer": lambda x: qb.InputDoReFa(2)(x) + qb.QActivation("approxsign")(x),
}


def test_gradients():
    model, x = Losses(), torch.zeros(1)
    target = torch.zeros(())
    step = qb.train_step(model, lambda y, t: y + t, x, target, opt_level=1)
    loss, gradients = step(x, target)
    expected = model(x)
    expected.backward()
    torch.testing.assert_close(loss, expected.detach())
    for name, (key, parameter) in zip(GRADIENTS, model.named_parameters()):
        torch.testing.assert_close(
            gradients[key],
            parameter.grad,
            atol=1e-4,
            rtol=1e-4,
            msg=lambda m: f"{name}: {m}",
        )


def test_rounding_of_bf16_constants():
    from quant_bnn._builder import write_number

    generator = torch.Generator().manual_seed(0)
    values = torch.randn(2000, generator=generator, dtype=torch.float64) * 3
    ties = torch.tensor(
        [1 + 2**-8, 1 + 3 * 2**-8, 1 + 2**-8 + 2**-40, 3.4e38, 1e-40, -0.0]
    )
    for value in (*values.tolist(), *ties.tolist(), 1 + 2**-8 + 2**-45, 1e300, 9.2e-41):
        bits = torch.tensor(value, dtype=torch.float64).to(torch.bfloat16)
        expected = bits.view(torch.uint16).item()
        # PyTorch rounds twice, by f32.
        single = torch.tensor(value, dtype=torch.float64).float().double().item()
        if single == value:
            assert int(write_number(value, "bf16"), 16) == expected, value
    assert write_number(1 + 2**-8 + 2**-45, "bf16") == "0x3F81"
    assert write_number(1e300, "bf16") == "0x7F80"
    assert write_number(70000, "f16") == "0x7C00"
