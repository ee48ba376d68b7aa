"""Training steps that the compiler has differentiated, beside those of PyTorch."""

import copy

import pytest

torch = pytest.importorskip("torch")

import quant_bnn.torch as qb  # noqa: E402
from test_networks import (  # noqa: E402
    Detached,
    Residual,
    Scaled,
    Transformer,
    make_brevitas,
    make_lenet,
)
from torch import nn  # noqa: E402
from torch.nn import functional as F  # noqa: E402


def make_pact():
    model = nn.Sequential(
        nn.Linear(8, 16), qb.Pact(2), nn.BatchNorm1d(16), nn.Linear(16, 10)
    )
    with torch.no_grad():
        model[1].alpha.fill_(0.5)
    return model


NETWORKS = {
    "lenet": (make_lenet, (6, 1, 20, 20)),
    "lenet with SwishSign": (
        lambda: make_lenet(activation=qb.QActivation("swishsign")),
        (6, 1, 20, 20),
    ),
    "residual": (Residual, (6, 3, 16, 16)),
    "detached": (Detached, (6, 32)),
    "scaled": (Scaled, (6, 32)),
    "pact": (make_pact, (6, 8)),
    "transformer": (Transformer, (2, 3, 16, 16)),
}


def make_problem(name, dtype=torch.float32):
    make, shape = NETWORKS[name]
    torch.manual_seed(0)
    model = make().to(dtype).train()
    return model, torch.randn(shape, dtype=dtype), torch.randint(0, 10, shape[:1])


def check_gradients(gradients, model):
    for name, parameter in model.named_parameters():
        if parameter.grad is not None:
            # The gradient of a bias before a batch norm is 0, and its rounding errors.
            largest = parameter.grad.abs().max().clamp_min(1e-3)
            error = (gradients[name] - parameter.grad).abs().max()
            assert error <= 5e-5 * largest, (name, error, largest)


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients(name):
    model, x, target = make_problem(name)
    expected = copy.deepcopy(model)
    step = qb.train_step(model, F.cross_entropy, x, target)
    loss, gradients = step(x, target)
    expected_loss = F.cross_entropy(expected(x), target)
    expected_loss.backward()
    torch.testing.assert_close(loss, expected_loss.detach())
    check_gradients(gradients, expected)
    for (key, buffer), other in zip(model.named_buffers(), expected.buffers()):
        torch.testing.assert_close(buffer, other, msg=key)


def test_parameters_of_the_caller():
    model, x, target = make_problem("pact")
    step = qb.train_step(model, F.cross_entropy, x, target)
    other = copy.deepcopy(model)
    with torch.no_grad():
        for parameter in other.parameters():
            parameter.mul_(0.5)
    loss, gradients = step(x, target, parameters=dict(other.named_parameters()))
    F.cross_entropy(other(x), target).backward()
    check_gradients(gradients, other)


@pytest.mark.parametrize("name", ["lenet", "residual"])
def test_twenty_steps_in_f64(name):
    model, x, target = make_problem(name, torch.float64)
    expected = copy.deepcopy(model)
    step = qb.train_step(model, F.cross_entropy, x, target, math="libm")
    optimizers = [
        torch.optim.SGD(m.parameters(), lr=0.01, momentum=0.9)
        for m in (model, expected)
    ]
    generator = torch.Generator().manual_seed(1)
    for _ in range(20):
        batch = torch.randn(x.shape, dtype=x.dtype, generator=generator)
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = step.backward(batch, target)
        expected_loss = F.cross_entropy(expected(batch), target)
        expected_loss.backward()
        torch.testing.assert_close(loss, expected_loss.detach(), atol=1e-9, rtol=1e-9)
        for optimizer in optimizers:
            optimizer.step()
    for a, b in zip(model.state_dict().values(), expected.state_dict().values()):
        torch.testing.assert_close(a, b, atol=1e-9, rtol=1e-9)


def test_accumulation():
    model, x, target = make_problem("pact")
    step = qb.train_step(model, F.mse_loss, x, torch.zeros(6, 10))
    for parameter in model.parameters():
        parameter.requires_grad_(parameter.ndim == 2)
    step.backward(x, torch.zeros(6, 10))
    first = {n: p.grad.clone() for n, p in model.named_parameters() if p.requires_grad}
    assert len(first) == 2 and model[0].bias.grad is None
    step.backward(x, torch.zeros(6, 10))
    for name, gradient in first.items():
        torch.testing.assert_close(model.get_parameter(name).grad, 2 * gradient)


def test_ignored_targets():
    model, x, _ = make_problem("pact")
    target = torch.tensor([3, -100, 9, 0, -100, 1])
    step = qb.train_step(model, F.cross_entropy, x, target)
    loss, _ = step(x, target)
    torch.testing.assert_close(loss, F.cross_entropy(model(x), target).detach())


def test_targets_that_are_no_classes():
    model, x, target = make_problem("pact")
    options = dict(ignore_index=3, reduction="sum")

    def loss(y, target):
        return F.cross_entropy(y, target, **options)

    step = qb.train_step(model, loss, x, target)
    target = torch.tensor([3, 1, 9, 0, 3, 1])
    expected = copy.deepcopy(model)
    actual, gradients = step(x, target)
    expected_loss = loss(expected(x), target)
    expected_loss.backward()
    torch.testing.assert_close(actual, expected_loss.detach())
    check_gradients(gradients, expected)
    for wrong in (10, -1):
        target[0] = wrong
        assert step(x, target)[0].isnan()


def test_shared_and_unused_parameters():
    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.a, self.b = nn.Linear(4, 4), nn.Linear(4, 4)
            self.b.weight = self.a.weight
            self.unused = nn.Parameter(torch.ones(3))
            self.detached = nn.Parameter(torch.ones(4))

        def forward(self, x):
            return self.b(self.a(x).tanh()) * self.detached.detach()

    torch.manual_seed(0)
    model, x, target = Network(), torch.randn(5, 4), torch.randn(5, 4)
    expected = copy.deepcopy(model)
    qb.train_step(model, F.mse_loss, x, target).backward(x, target)
    F.mse_loss(expected(x), target).backward()
    for actual, other in zip(model.parameters(), expected.parameters()):
        if other.grad is None:
            assert actual.grad is None
        else:
            torch.testing.assert_close(actual.grad, other.grad)


class Regions(nn.Linear):
    """Ways to change gradients that torch.export forgets."""

    def __init__(self, region):
        super().__init__(4, 2)
        self.region = region

    def forward(self, x):
        y = super().forward(x)
        if self.region == "no_grad":
            with torch.no_grad():
                scale = self.weight.abs().mean()
            return y * scale
        if self.region == "detach_":
            return y * self.bias.clone().detach_()
        y.register_hook(lambda g: 2 * g)
        return y


@pytest.mark.parametrize("region", ["no_grad", "detach_", "hook"])
def test_regions_are_refused(region):
    x, target = torch.randn(2, 4), torch.tensor([0, 1])
    with pytest.raises(qb.UnsupportedModelError, match=region):
        qb.train_step(Regions(region), F.cross_entropy, x, target)
    assert Regions("hook")(x).requires_grad


@pytest.mark.parametrize(
    "register, name",
    [
        (lambda m: m[0].register_full_backward_hook, "'0'"),
        (lambda m: m[0].register_full_backward_pre_hook, "'0'"),
        (lambda m: m[0].weight.register_hook, "'0.weight'"),
        (lambda m: m[0].bias.register_post_accumulate_grad_hook, "'0.bias'"),
        (lambda m: nn.modules.module.register_module_full_backward_hook, "all modules"),
    ],
)
def test_hooks_are_refused(register, name):
    model, x = nn.Sequential(nn.Linear(4, 2)), torch.randn(2, 4)
    target = torch.tensor([0, 1])
    handle = register(model)(lambda *_: None)
    with pytest.raises(
        qb.UnsupportedModelError, match=f"hook of the gradient of {name}"
    ):
        qb.train_step(model, F.cross_entropy, x, target)
    handle.remove()
    qb.train_step(model, F.cross_entropy, x, target)


def test_errors_of_the_loss():
    model, x, target = make_problem("pact")
    with pytest.raises(qb.UnsupportedModelError, match="not one number"):
        qb.train_step(model, lambda y, t: y, x, target)
    with pytest.raises(qb.UnsupportedModelError, match="a loss with parameters"):
        qb.train_step(model, nn.Bilinear(10, 1, 1), x, target)
    step = qb.train_step(model, F.cross_entropy, x, target)
    with pytest.raises(TypeError, match="a batch has 2 tensors, but 1 were given"):
        step(x)


def test_lost_gradients_are_refused():
    class Sign(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.sign()

        @staticmethod
        def backward(ctx, g):
            return g

    class Network(nn.Linear):
        def forward(self, x):
            return super().forward(Sign.apply(x))

    x, target = torch.randn(2, 4), torch.tensor([0, 1])
    with pytest.raises(
        qb.UnsupportedModelError, match=r"Sign, a torch.autograd.Function"
    ):
        qb.train_step(Network(4, 2), F.cross_entropy, x, target)
    # It works as before.
    assert Sign.apply(torch.tensor([-2.0])).item() == -1


def run_with_seed(step, model, x, target, seed=1):
    """Returns the loss and the gradients of the step, and the loss of ``model``, whose
    parameters have their gradients; both draw the same random numbers."""
    torch.manual_seed(seed)
    loss, gradients = step(x, target)
    torch.manual_seed(seed)
    model.zero_grad()
    expected = F.cross_entropy(model(x), target)
    expected.backward()
    return loss, gradients, expected.detach()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=str)
def test_dropout(dtype):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Dropout(0.2),
        nn.Linear(12, 36),
        nn.Unflatten(1, (4, 3, 3)),
        nn.Dropout2d(0.5),
        qb.QConv2d(4, 8, 3),
        nn.Flatten(),
        nn.Dropout(0),
        nn.Linear(8, 10),
        nn.Dropout(),
    ).to(dtype)
    x, target = torch.randn(6, 12, dtype=dtype), torch.randint(0, 10, (6,))
    step = qb.train_step(model, F.cross_entropy, x, target, opt_level=1)
    tolerance = 1e-5 if dtype == torch.float32 else 0.05
    losses = []
    # The random numbers are those that PyTorch draws.
    for seed in (1, 2):
        loss, gradients, expected = run_with_seed(step, model, x, target, seed)
        losses.append(loss.item())
        torch.testing.assert_close(loss, expected, atol=tolerance, rtol=tolerance)
        for name, parameter in model.named_parameters():
            torch.testing.assert_close(
                gradients[name], parameter.grad, atol=tolerance, rtol=tolerance
            )
    assert losses[0] != losses[1]


class Draws(nn.Module):
    """Draws like a tensor whose elements share memory, and in code."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4))

    def forward(self, x):
        wide = F.dropout((x * self.weight)[:, :, None].expand(-1, -1, 3), 0.3)
        kept = torch.empty_like(x).bernoulli_(0.4)
        return wide.sum(2) + kept * x


def test_draws():
    model, x, target = Draws(), torch.randn(5, 4), torch.randint(0, 4, (5,))
    step = qb.train_step(model, F.cross_entropy, x, target)
    loss, gradients, expected = run_with_seed(step, model, x, target)
    torch.testing.assert_close(loss, expected)
    torch.testing.assert_close(gradients["weight"], model.weight.grad)

    class Unused(nn.Linear):
        def forward(self, x):
            F.dropout(x)
            return super().forward(x)

    with pytest.raises(qb.UnsupportedModelError, match="aten.dropout.* not used"):
        qb.train_step(Unused(4, 4), F.cross_entropy, x, target)


def test_without_any_element_left():
    model = nn.Sequential(nn.Linear(4, 3), nn.Dropout(1))
    x, target = torch.randn(2, 4), torch.tensor([0, 1])
    loss, gradients = qb.train_step(model, F.cross_entropy, x, target)(x, target)
    torch.testing.assert_close(loss, F.cross_entropy(torch.zeros(2, 3), target))
    assert all((g == 0).all() for g in gradients.values())


@pytest.mark.parametrize("name", ["LeNet", "ResnetE18"])
def test_bitorch(name):
    models = pytest.importorskip("bitorch.models")
    shape = (4, 1, 28, 28) if name == "LeNet" else (4, 3, 32, 32)
    torch.manual_seed(0)
    models = [
        qb.replace(getattr(models, name)([1, *shape[1:]], num_classes=10)).train()
        for _ in range(2)
    ]
    models[1].load_state_dict(models[0].state_dict())
    x, target = torch.randn(shape), torch.randint(0, 10, shape[:1])
    step = qb.train_step(models[0], F.cross_entropy, x, target, opt_level=0)
    _, gradients = step(x, target)
    F.cross_entropy(models[1](x), target).backward()
    assert len(gradients) == {"LeNet": 13, "ResnetE18": 62}[name]
    check_gradients(gradients, models[1])


def test_brevitas():
    """A network with dropout, as brevitas computes it."""
    original = make_brevitas().train()
    for module in original.modules():
        if isinstance(module, nn.BatchNorm1d):
            # A sum that is the mean of the batch would be at 0, where rounding decides.
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.uniform_(module.bias, -0.5, 0.5)
    model = qb.replace(copy.deepcopy(original))
    x, target = torch.rand(37, 1, 28, 28), torch.randint(0, 10, (37,))
    step = qb.train_step(model, F.cross_entropy, x, target)
    loss, gradients, expected = run_with_seed(step, original, x, target)
    torch.testing.assert_close(loss, expected)
    check_gradients(gradients, original)
