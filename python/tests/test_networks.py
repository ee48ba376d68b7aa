"""Networks of PyTorch: imported, compiled, and compared with PyTorch."""

import pytest

torch = pytest.importorskip("torch")

import quant_bnn  # noqa: E402
import quant_bnn.torch as qb  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402


def randomize(model, seed=0):
    """Gives batch norms and PACT what training would."""
    generator = torch.Generator().manual_seed(seed)

    def draw(tensor, low, high):
        with torch.no_grad():
            tensor.uniform_(low, high, generator=generator)

    for module in model.modules():
        if isinstance(module, nn.modules.batchnorm._BatchNorm):
            draw(module.running_mean, -2, 2)
            draw(module.running_var, 0.5, 20)
            draw(module.weight, -1, 1)
            draw(module.bias, -0.5, 0.5)
    return model.eval()


class BinaryLayer(nn.Module):
    """A convolution or a linear layer with a quantized input and weights."""

    def __init__(self, layer, activation=None, weights=None, value=-1.0):
        super().__init__()
        self.layer = layer
        self.activation = activation or qb.QActivation()
        self.weights = weights or qb.Sign()
        self.value = value

    def forward(self, x):
        x, weight = self.activation(x), self.weights(self.layer.weight)
        if isinstance(self.layer, nn.Linear):
            return F.linear(x, weight, self.layer.bias)
        conv, rank = self.layer, x.ndim - 2
        x = F.pad(x, [conv.padding[0]] * 2 * rank, value=self.value)
        function = (F.conv1d, F.conv2d, F.conv3d)[rank - 1]
        return function(
            x, weight, conv.bias, conv.stride, 0, conv.dilation, conv.groups
        )


def make_lenet(**quantizers):
    return nn.Sequential(
        nn.Conv2d(1, 8, 5),
        nn.Tanh(),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(8),
        BinaryLayer(nn.Conv2d(8, 16, 3, padding=1, bias=False), **quantizers),
        nn.BatchNorm2d(16),
        nn.MaxPool2d(2),
        nn.Flatten(),
        BinaryLayer(nn.Linear(16 * 16, 32), **quantizers),
        nn.BatchNorm1d(32),
        nn.Tanh(),
        nn.Linear(32, 10),
    )


class Residual(nn.Module):
    """Shortcuts, strides, average pools, and a sum over images."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in (8, 8, 16))
        self.same = BinaryLayer(nn.Conv2d(8, 8, 3, padding=1, bias=False))
        self.down = BinaryLayer(nn.Conv2d(8, 16, 3, padding=1, stride=2, bias=False))
        self.shortcut = nn.Conv2d(8, 16, 1, bias=False)
        self.prelu = nn.PReLU(16)
        self.last = nn.Linear(16, 10)

    def forward(self, x):
        x = self.norms[0](self.first(x))
        x = x + self.norms[1](self.same(x))
        x = self.shortcut(F.avg_pool2d(x, 2)) + self.norms[2](self.down(x))
        return self.last(self.prelu(x).mean((2, 3)))


class Detached(nn.Module):
    """Straight-through estimators in the ways of writing them by detach."""

    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList([nn.Linear(32, 16), nn.Linear(16, 16)])
        self.last = nn.Linear(16, 10)

    def forward(self, x):
        first, second = self.layers

        def binarize(x):
            return torch.where(x >= 0, 1.0, -1.0)

        x = first(x)
        x = x + (binarize(x) - x).detach()
        clamped = second.weight.clamp(-1, 1)
        weight = binarize(second.weight).detach() - clamped.detach() + clamped
        return self.last(F.linear(x, weight, second.bias))


class Scaled(nn.Module):
    """A scale for each channel, and levels of activations."""

    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(32, 16, bias=False)
        self.last = nn.Linear(16, 10)

    def forward(self, x):
        scale = self.layer.weight.abs().mean(1, keepdim=True)
        x = F.linear(qb.Sign()(x), qb.Sign()(self.layer.weight) * scale)
        return self.last(qb.InputDoReFa(2)(torch.sigmoid(x)))


class Shapes(nn.Module):
    """Ops that move elements, groups, and images of one and three dimensions."""

    def __init__(self):
        super().__init__()
        self.grouped = nn.Conv2d(4, 8, 3, groups=2)
        self.depthwise = nn.Conv2d(8, 8, 3, groups=8, padding=1)
        self.line = nn.Conv1d(8, 6, 3, stride=2, dilation=2)
        self.volume = nn.Conv3d(2, 3, 2)

    def forward(self, x):
        y = self.depthwise(self.grouped(x))
        y = torch.cat([y, y[:, :4].transpose(2, 3)], 1)[:, 2:10]
        y = self.line(y.flatten(2)).unsqueeze(1).permute(0, 2, 3, 1).squeeze(-1)
        z = self.volume(x.reshape(-1, 2, 2, 8, 8)).amax((2, 3, 4))
        return y.sum(2), z


class Transformer(nn.Module):
    """Blocks of attention and of two layers, all of which are binary."""

    def __init__(self, size=16, patch=4, width=32, heads=2, blocks=2):
        super().__init__()
        self.patches = nn.Conv2d(3, width, patch, patch)
        self.token = nn.Parameter(torch.randn(1, 1, width))
        self.positions = nn.Parameter(torch.randn(1, (size // patch) ** 2 + 1, width))
        self.blocks = nn.ModuleList(self.Block(width, heads) for _ in range(blocks))
        self.last = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 10))

    class Block(nn.Module):
        def __init__(self, width, heads):
            super().__init__()
            self.heads = heads
            self.before = nn.ModuleList(nn.LayerNorm(width) for _ in range(2))
            self.inputs = qb.QLinear(width, 3 * width)
            self.outputs = qb.QLinear(width, width)
            self.mlp = nn.Sequential(
                qb.QLinear(width, 2 * width), nn.GELU(), qb.QLinear(2 * width, width)
            )

        def forward(self, x):
            split = self.inputs(self.before[0](x)).unflatten(2, (3, self.heads, -1))
            query, key, value = split.permute(2, 0, 3, 1, 4)
            y = F.scaled_dot_product_attention(query, key, value)
            x = x + self.outputs(y.transpose(1, 2).flatten(2))
            return x + self.mlp(self.before[1](x))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        for block in self.blocks:
            x = block(x)
        return self.last(x[:, 0])


NETWORKS = {
    "lenet": (lambda: make_lenet(), (3, 1, 20, 20)),
    "lenet with DoReFa weights": (
        lambda: make_lenet(weights=qb.WeightDoReFa(1)),
        (3, 1, 20, 20),
    ),
    "lenet with SwishSign": (
        lambda: make_lenet(activation=qb.QActivation("swishsign")),
        (3, 1, 20, 20),
    ),
    "residual": (Residual, (2, 3, 16, 16)),
    "detached": (Detached, (4, 32)),
    "scaled": (Scaled, (4, 32)),
    "pact": (
        lambda: nn.Sequential(nn.Linear(8, 8), qb.Pact(2), nn.Linear(8, 10)),
        (4, 8),
    ),
    "min-max": (lambda: nn.Sequential(nn.Linear(8, 10), qb.MinMaxQuant()), (4, 8)),
    "shapes": (Shapes, (2, 4, 8, 8)),
    "transformer": (Transformer, (2, 3, 16, 16)),
}
# The layers on bits or of additions.
BINARY_LAYERS = {"lenet": 2, "lenet with DoReFa weights": 2, "lenet with SwishSign": 2}
BINARY_LAYERS |= {"residual": 2, "detached": 1, "scaled": 1, "transformer": 8}


def count_binary_layers(report):
    return sum(report.count(op) for op in ("xnor_", "additions and subtractions"))


@pytest.mark.parametrize("dynamic", [False, True], ids=["static", "dynamic"])
@pytest.mark.parametrize("name", NETWORKS)
def test_inference(name, dynamic):
    make, shape = NETWORKS[name]
    torch.manual_seed(0)
    model, x = randomize(make()), torch.randn(shape)
    compiled = qb.compile(model, x, dynamic_batch=dynamic)
    for batch in (x, torch.randn(5, *shape[1:])) if dynamic else (x,):
        with torch.no_grad():
            expected = model(batch)
        torch.testing.assert_close(compiled(batch), expected, atol=2e-5, rtol=1e-4)
    report = compiled.report()
    assert count_binary_layers(report) == BINARY_LAYERS.get(name, 0), report
    if name in ("lenet", "residual"):
        size = shape[0]
        assert f"equal classes: {size} of {size}" in report


def test_report_names_layers():
    torch.manual_seed(0)
    compiled = qb.compile(randomize(make_lenet()), torch.randn(1, 1, 20, 20))
    rows = [line.split() for line in compiled.report().splitlines()[1:5]]
    assert [row[0] for row in rows] == ["0", "4", "8", "11"]
    assert rows[1][2] == "quant_bnn.xnor_conv_2d"
    assert rows[2][2] == "quant_bnn.xnor_matmul"


def test_f64():
    torch.manual_seed(0)
    model = randomize(make_lenet()).double()
    x = torch.randn(2, 1, 20, 20, dtype=torch.float64)
    with torch.no_grad():
        expected = model(x)
    torch.testing.assert_close(qb.compile(model, x)(x), expected)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16], ids=str)
def test_narrow_types(dtype):
    # Without signs, which a difference in rounding may change.
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 10)).to(dtype)
    x = torch.randn(4, 8, dtype=dtype)
    expected = model(x).detach()
    torch.testing.assert_close(qb.compile(model, x)(x), expected, atol=0.02, rtol=0.02)


def test_save(tmp_path):
    torch.manual_seed(0)
    model, x = randomize(make_lenet()), torch.randn(2, 1, 20, 20)
    compiled = qb.compile(model, x)
    compiled.save(tmp_path / "net.so", header=tmp_path / "net.h")
    assert torch.equal(quant_bnn.load(tmp_path / "net.so").forward(x), compiled(x))
    assert "void forward(" in (tmp_path / "net.h").read_text()


def test_sign_of_zero():
    # torch.sign(0) is 0, which bits cannot be.
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(32, 8, bias=False)

        def forward(self, x):
            weight = self.layer.weight
            weight = weight + (weight.sign() - weight).detach()
            return F.linear(x + (x.sign() - x).detach(), weight)

    model, x = Network(), torch.randn(2, 32)
    x[0, 0] = 0
    compiled = qb.compile(model, x)
    torch.testing.assert_close(compiled(x), model(x).detach())
    assert count_binary_layers(compiled.report()) <= 1
    pipeline = "quant-bnn-binary-inference-pipeline"
    options = "{mode=relaxed assume-no-zeros assume-no-nans}"
    binary = qb.compile(model, x, passes=pipeline + options)
    assert "quant_bnn.xnor_matmul" in binary.report()
    assert torch.equal(binary(x[1:].repeat(2, 1)), model(x[1:].repeat(2, 1)).detach())


class Attention(nn.Module):
    def __init__(self, options):
        super().__init__()
        self.options = options

    def forward(self, query, key, value):
        return F.scaled_dot_product_attention(query, key, value, **self.options)


def test_errors():
    class Cumulative(nn.Module):
        def forward(self, x):
            return torch.cumsum(x, 1)

    with pytest.raises(
        qb.UnsupportedModelError,
        match=r"aten.cumsum.default.*test_networks.py.*in forward",
    ):
        qb.export(Cumulative(), torch.randn(2, 4))
    with pytest.raises(qb.UnsupportedModelError, match="call eval"):
        qb.export(nn.BatchNorm1d(4), torch.randn(2, 4))
    with pytest.raises(
        qb.UnsupportedModelError, match="native_dropout.*train_step.*eval"
    ):
        qb.export(nn.Dropout(), torch.randn(2, 4))
    x = torch.randn(1, 4, 2, 2)
    for options, message in (
        ({"dropout_p": 0.5}, "with dropout"),
        ({"enable_gqa": True}, "with groups of queries"),
    ):
        keys = x[:, :2] if "enable_gqa" in options else x
        with pytest.raises(qb.UnsupportedModelError, match=message):
            qb.export(Attention(options), x, keys, keys)
    with pytest.raises(qb.UnsupportedModelError, match="with mode 'reflect'"):
        qb.export(nn.ReflectionPad1d(1), torch.randn(2, 3, 4))
    with pytest.raises(ValueError, match="batches of different sizes"):
        qb.export(
            nn.Bilinear(2, 2, 2),
            torch.randn(2, 2),
            torch.randn(3, 2),
            dynamic_batch=True,
        )


BITORCH = ["LeNet", "ResnetE18", "QuickNetSmall", "MeliusNet22", "DenseNet28"]


@pytest.mark.parametrize("name", BITORCH)
def test_bitorch(name):
    models = pytest.importorskip("bitorch.models")
    torch.manual_seed(0)
    shape = {"LeNet": (4, 1, 28, 28), "QuickNetSmall": (2, 3, 64, 64)}
    shape = shape.get(name, (2, 3, 32, 32))
    arguments = ([1, *shape[1:]],)
    model = getattr(models, name)(*arguments, num_classes=10)
    model, x = randomize(model), torch.randn(shape)
    with torch.no_grad():
        expected = model(x)
    compiled = qb.compile(qb.replace(model), x, dynamic_batch=True)
    layers = {"LeNet": 2, "MeliusNet22": 17, "DenseNet28": 23}.get(name, 16)
    assert count_binary_layers(compiled.report()) == layers
    actual = compiled(x)
    torch.testing.assert_close(actual, expected, atol=1e-4, rtol=1e-4)
    assert torch.equal(actual.argmax(1), expected.argmax(1))


def make_brevitas():
    networks = pytest.importorskip("brevitas_examples.bnn_pynq.models.FC")
    torch.manual_seed(0)
    return networks.FC(
        num_classes=10,
        weight_bit_width=1,
        act_bit_width=1,
        in_bit_width=1,
        in_channels=1,
        out_features=[64, 64],
    )


def test_brevitas():
    model = make_brevitas()
    model, x = randomize(model), torch.rand(4, 1, 28, 28)
    with torch.no_grad():
        expected = model(x)
    compiled = qb.compile(qb.replace(model), x)
    assert torch.equal(compiled(x), expected)
    assert count_binary_layers(compiled.report()) == 3
