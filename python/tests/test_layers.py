"""Quantized layers, and models that are converted to them."""

import pytest

torch = pytest.importorskip("torch")

import quant_bnn.torch as qb  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402

CONVOLUTIONS = {
    1: (nn.Conv1d, F.conv1d),
    2: (nn.Conv2d, F.conv2d),
    3: (nn.Conv3d, F.conv3d),
}


def sign(x):
    return torch.where(x < 0, -1.0, 1.0)


@pytest.mark.parametrize("rank", CONVOLUTIONS)
@pytest.mark.parametrize("pad_value", [-1.0, 1.0, None])
def test_convolutions(rank, pad_value):
    torch.manual_seed(0)
    name = f"QConv{rank}d"
    options = dict(padding=tuple(range(rank)), stride=2, groups=2, bias=True)
    layer = getattr(qb, name)(4, 6, 3, pad_value=pad_value, **options)
    x = torch.randn(2, 4, *[7] * rank)
    convolve = CONVOLUTIONS[rank][1]
    padded = F.pad(
        sign(x),
        [p for extent in reversed(layer.padding) for p in (extent, extent)],
        value=pad_value or 0.0,
    )
    expected = convolve(padded, sign(layer.weight), layer.bias, 2, 0, 1, 2)
    torch.testing.assert_close(layer(x), expected)


def test_linear():
    torch.manual_seed(0)
    layer = qb.QLinear(8, 4, activation=qb.InputDoReFa(2), weights=qb.WeightDoReFa(2))
    x = torch.rand(3, 8)
    expected = F.linear(
        qb.InputDoReFa(2)(x), qb.WeightDoReFa(2)(layer.weight), layer.bias
    )
    assert torch.equal(layer(x), expected)


def make_model():
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(3, 8, 3),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.Flatten(),
        nn.Linear(8 * 36, 16),
        nn.Linear(16, 10),
    )


def test_quantize():
    model, x = make_model(), torch.randn(2, 3, 8, 8)
    parameters = list(model.parameters())
    assert qb.quantize_(model, qb.BinaryConfig()) is None
    kinds = [type(module).__name__ for module in model]
    assert kinds == ["Conv2d", "QConv2d", "Flatten", "QLinear", "Linear"]
    assert all(a is b for a, b in zip(model.parameters(), parameters))
    assert model[1].activation is not model[3].activation
    report = qb.compile(model.eval(), x).report()
    assert report.count("quant_bnn.xnor_") == 2 and "equal classes: 2 of 2" in report
    step = qb.train_step(model, F.cross_entropy, x, torch.tensor([1, 2]))
    _, gradients = step(x, torch.tensor([1, 2]))
    F.cross_entropy(model(x), torch.tensor([1, 2])).backward()
    for name, parameter in model.named_parameters():
        torch.testing.assert_close(
            gradients[name], parameter.grad, atol=1e-5, rtol=1e-4
        )


def test_filter():
    model = make_model()
    config = qb.BinaryConfig(activation=qb.QActivation("inputdorefa"), pad_value=None)
    qb.quantize_(model, config, lambda module, name: name == "4")
    kinds = [type(module).__name__ for module in model]
    assert kinds == ["Conv2d", "Conv2d", "Flatten", "Linear", "QLinear"]
    assert model[4].activation.activation.name == "inputdorefa"
    circular = nn.Sequential(nn.Conv1d(1, 1, 3, padding=1, padding_mode="circular"))
    with pytest.raises(ValueError, match="the padding of layer '0'"):
        qb.quantize_(circular, qb.BinaryConfig(), lambda module, name: True)
    assert type(circular[0]) is nn.Conv1d
    with pytest.raises(ValueError, match="the padding of a quantized convolution"):
        qb.QConv2d(1, 1, 3, padding="same")
