"""The quantizers in PyTorch against their formulas, on every type, shape and stride."""

import pathlib

import pytest

torch = pytest.importorskip("torch")

import quant_bnn.torch as qb  # noqa: E402

TYPES = [torch.float16, torch.bfloat16, torch.float32, torch.float64]


def sign(x):
    return torch.where(x < 0, -1.0, 1.0).to(x.dtype)


def where_within(x, limit, g):
    return torch.where(x.abs() <= limit, g, torch.zeros_like(g))


def swish_gradient(x, g, beta):
    # In f64, as the formula overflows in narrower types.
    z = beta * x.double()
    factor = beta * (2 - z * torch.tanh(z / 2)) / (1 + torch.cosh(z))
    return (factor * g.double()).to(g.dtype)


def round_levels(x, n):
    return torch.round(x * n) / n


# Module, value, gradient, and whether both are exact.
QUANTIZERS = [
    (qb.Identity(), lambda x: x, lambda x, g: g, True),
    (qb.Sign(), sign, lambda x, g: g, True),
    (
        qb.ApproxSign(),
        sign,
        lambda x, g: where_within(x, 1, (2 - 2 * x.abs()) * g),
        False,
    ),
    (qb.SwishSign(), sign, lambda x, g: swish_gradient(x, g, 5.0), False),
    (qb.SwishSign(beta=2.0), sign, lambda x, g: swish_gradient(x, g, 2.0), False),
    (
        qb.SteHeaviside(),
        lambda x: torch.where(x > 0, 1.0, -1.0).to(x.dtype),
        lambda x, g: where_within(x, 1, g),
        True,
    ),
    (
        qb.SteHeaviside(compat="bitorch-0.2"),
        lambda x: torch.where(x > 0, 1.0, 0.0).to(x.dtype),
        lambda x, g: g,
        True,
    ),
    (
        qb.InputDoReFa(bits=2),
        lambda x: round_levels(x.double().clamp(0, 1), 3).to(x.dtype),
        lambda x, g: g,
        False,
    ),
]


def make_input(dtype, shape=(5, 7, 3)):
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    special = torch.tensor([0.0, -0.0, 1.0, -1.0, 0.5, -0.5], dtype=dtype)
    x.flatten()[: len(special)] = special
    g = torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype)
    return x, g


def differentiate(module, x, g):
    x = x.detach().requires_grad_()
    y = module(x)
    y.backward(g)
    return y.detach(), x.grad


def check(actual, expected, is_exact):
    if is_exact:
        assert torch.equal(actual, expected)
    else:
        torch.testing.assert_close(actual, expected)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
@pytest.mark.parametrize("case", QUANTIZERS, ids=lambda case: repr(case[0]))
def test_value_and_gradient(case, dtype):
    module, value, gradient, is_exact = case
    x, g = make_input(dtype)
    y, dx = differentiate(module, x, g)
    check(y, value(x), is_exact)
    check(dx, gradient(x, g), is_exact)
    assert torch.equal(module(x), y)


@pytest.mark.parametrize("threshold", [0.5, 2.0])
@pytest.mark.parametrize("case", QUANTIZERS, ids=lambda case: repr(case[0]))
def test_qactivation(case, threshold):
    module, value, gradient, is_exact = case
    x, g = make_input(torch.float32)
    y, dx = differentiate(qb.QActivation(module, threshold), x, g)
    check(y, value(x), is_exact)
    check(dx, where_within(x, threshold, gradient(x, g)), is_exact)


def test_qactivation_thresholds():
    x = torch.tensor([-3, -1, -0.3, 0, 0.3, 1, 3])
    for threshold, kept in ((None, 1.0), (0.0, 1.0), (-1.0, 4.0)):
        _, dx = differentiate(qb.QActivation("sign", threshold), x, x)
        assert torch.equal(dx, where_within(x, kept, x))
    with pytest.raises(ValueError, match="there is no quantizer 'Sign'"):
        qb.QActivation("Sign")
    with pytest.raises(ValueError, match="neither a quantizer nor its name"):
        qb.QActivation(torch.nn.ReLU())


@pytest.mark.parametrize("bits", [1, 2, 4])
@pytest.mark.parametrize("compat", ["bitorch-0.2", "bitorch-0.4"])
def test_weight_dorefa(bits, compat):
    x, g = make_input(torch.float32)
    y, dx = differentiate(qb.WeightDoReFa(bits, compat), x, g)
    n = 2**bits - 1
    t = torch.tanh(x.double())
    level = (t / (2 * t.abs().max()) + 0.5) * n
    torch.testing.assert_close(y, (2 * torch.round(level) / n - 1).float())
    assert torch.equal(dx, torch.zeros_like(g) if compat == "bitorch-0.2" else g)


@pytest.mark.parametrize("dtype", TYPES, ids=str)
def test_weight_dorefa_tanh_gradient(dtype):
    x, g = make_input(dtype)
    x.requires_grad_()
    torch.ops.quant_bnn.weight_dorefa(x, 2, "tanh").backward(g)
    t = torch.tanh(x.detach().double())
    expected = g.double() * (1 - t * t) / t.abs().max()
    torch.testing.assert_close(x.grad, expected.to(dtype))


@pytest.mark.parametrize("rounded", [True, False])
def test_min_max(rounded):
    x, g = make_input(torch.float32)
    module = qb.MinMaxQuant()
    assert module.bitwidth == 8 and module.int_max == 127
    q, dx = differentiate(lambda x: module(x, rounded), x, g)
    scale = 127 / x.abs().max()
    torch.testing.assert_close(q, torch.round(x * scale) if rounded else x * scale)
    torch.testing.assert_close(dx, g * scale)
    torch.testing.assert_close(module.scale_factor, scale.reshape(1))


def test_pact_quant():
    x, g = make_input(torch.float32)
    module = qb.PACTQuant(bitwidth=4)
    q, dx = differentiate(module, x, g)
    scale = 7 / module.alpha.detach()
    torch.testing.assert_close(q, torch.round((x * scale).clamp(-7, 7)))
    torch.testing.assert_close(dx, g * scale)
    torch.testing.assert_close(module.scale_factor, scale)
    assert module.alpha.grad is None


def test_pact_learns_its_range():
    x, g = make_input(torch.float32)
    module = qb.Pact(bits=2)
    with torch.no_grad():
        module.alpha.fill_(1.0)
    y, dx = differentiate(module, x, g)
    torch.testing.assert_close(y, round_levels(x.clamp(0, 1), 3))
    assert torch.equal(dx, torch.where((x >= 0) & (x <= 1), g, 0.0))
    torch.testing.assert_close(module.alpha.grad, g[x >= 1].sum())


# How x lies in memory.
LAYOUTS = {
    "scalar": lambda: torch.tensor(0.3),
    "empty": lambda: torch.randn(0, 4),
    "every second": lambda: torch.randn(6, 8)[:, ::2],
    "transposed": lambda: torch.randn(3, 4, 5).transpose(0, 2),
    "expanded": lambda: torch.randn(3, 1).expand(3, 4),
    "channels last": lambda: torch.randn(2, 3, 4, 5).contiguous(
        memory_format=torch.channels_last
    ),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["sign", "approx_sign"])
def test_layouts(name, layout):
    quantize = getattr(torch.ops.quant_bnn, name)
    x = LAYOUTS[layout]().requires_grad_()
    g = torch.randn(x.shape)
    y = quantize(x, threshold=0.5)
    y.backward(g)
    factor = 1 if name == "sign" else 2 - 2 * x.detach().abs()
    assert torch.equal(y, sign(x.detach()))
    assert y.stride() == torch.empty_like(x).stride()
    torch.testing.assert_close(x.grad, where_within(x.detach(), 0.5, factor * g))


def get_saved_bytes(module, x):
    """Returns the bytes that autograd keeps for the gradient of ``module``, without
    those of parameters and scales."""
    saved = []
    hooks = torch.autograd.graph.saved_tensors_hooks(
        lambda t: saved.append(t) or t, lambda t: t
    )
    with hooks:
        module(x.requires_grad_())
    return sum(t.numel() * t.element_size() for t in saved if t.numel() > 1)


@pytest.mark.parametrize(
    "module, fraction",
    [
        (qb.Sign(), 0),
        (qb.Identity(), 0),
        (qb.InputDoReFa(2), 0),
        (qb.WeightDoReFa(2), 0),
        (qb.MinMaxQuant(), 0),
        (qb.PACTQuant(), 0),
        (qb.SteHeaviside(), 1 / 32),
        (qb.QActivation("sign"), 1 / 32),
        (qb.QActivation("inputdorefa"), 1 / 32),
        (qb.Pact(), 1 / 16),
        (qb.ApproxSign(), 1),
        (qb.SwishSign(), 1),
    ],
    ids=repr,
)
def test_saved_bytes(module, fraction):
    x = torch.randn(1024)
    assert get_saved_bytes(module, x) == 4096 * fraction


OPERATORS = [
    ("sign", (1.0,)),
    ("approx_sign", (0.5,)),
    ("swish_sign", (3.0,)),
    ("ste_heaviside", (-1.0, 1.0)),
    ("input_dorefa", (2, "window")),
    ("weight_dorefa", (2, "tanh")),
    ("identity", ()),
    ("min_max", (8,)),
]


@pytest.mark.parametrize("name, attributes", OPERATORS, ids=lambda o: str(o))
def test_opcheck(name, attributes):
    operator = getattr(torch.ops.quant_bnn, name).default
    x = torch.randn(3, 5, requires_grad=True)
    torch.library.opcheck(operator, (x, *attributes))


@pytest.mark.parametrize("form", ["value", "level"])
def test_opcheck_pact(form):
    x = torch.randn(3, 5, requires_grad=True)
    alpha = torch.tensor(0.5, requires_grad=True)
    torch.library.opcheck(
        torch.ops.quant_bnn.pact.default,
        (x, alpha, 4, "signed", form, "full", False, True),
    )


def test_compile_has_no_graph_breaks():
    module = torch.nn.Sequential(torch.nn.Linear(4, 4), qb.QActivation(), qb.Pact())
    x = torch.randn(3, 4)
    compiled = torch.compile(module, fullgraph=True, backend="aot_eager")
    expected = torch.autograd.grad(module(x).sum(), module.parameters())
    actual = torch.autograd.grad(compiled(x).sum(), module.parameters())
    for a, e in zip(actual, expected):
        torch.testing.assert_close(a, e)


def test_autocast_keeps_the_type_of_the_layer():
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = qb.QActivation()(torch.nn.Linear(4, 4)(torch.randn(3, 4)))
    assert y.dtype == torch.bfloat16


def test_errors():
    with pytest.raises(
        TypeError, match="sign takes a tensor of floats, got torch.int32"
    ):
        qb.Sign()(torch.ones(3, dtype=torch.int32))
    with pytest.raises(ValueError, match="compat is one of .* but is 'bitorch-1'"):
        qb.SteHeaviside(compat="bitorch-1")
    with pytest.raises(ValueError, match="bitwidth is at least 2, but is 1"):
        qb.MinMaxQuant(bitwidth=1)
    # The gradient of a gradient is no part of a straight-through estimator.
    x = torch.randn(3, requires_grad=True)
    (dx,) = torch.autograd.grad(qb.ApproxSign()(x).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="no gradient of the gradient"):
        dx.sum().backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="no gradient of the gradient"):
        torch.autograd.grad(dx.sum(), x)
    with pytest.raises(NotImplementedError, match="no forward-mode gradient"):
        torch.func.jvp(qb.Sign(), (x.detach(),), (x.detach(),))


def read_flags(address):
    """Returns the flags that Linux has for the memory at ``address``."""
    begin = end = 0
    with open("/proc/self/smaps") as file:
        for line in file:
            first, *rest = line.split()
            if "-" in first:
                begin, end = (int(part, 16) for part in first.split("-"))
            elif first == "VmFlags:" and begin <= address < end:
                return rest
    return []


@pytest.mark.skipif(
    not pathlib.Path("/sys/kernel/mm/transparent_hugepage").exists(),
    reason="the system has no huge pages",
)
def test_large_results_are_in_huge_pages():
    x = torch.ones(2**21, requires_grad=True)
    y = qb.ApproxSign()(x)
    (dx,) = torch.autograd.grad(y, x, torch.ones_like(x))
    for result in y, dx:
        assert "hg" in read_flags(result.data_ptr() + result.nbytes // 2)
