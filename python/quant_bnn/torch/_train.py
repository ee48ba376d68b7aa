"""Steps of training that the compiler has differentiated."""

from contextlib import contextmanager
from typing import Callable, Optional

import torch
from torch import nn

import quant_bnn
from quant_bnn.torch._importer import Importer, UnsupportedModelError

_PASSES = (
    "inline,func.func(quant-bnn-fuse-ste,quant-bnn-channels-last),"
    "quant-bnn-differentiate{functions=step combine zero-derivative=silent},"
    "quant-bnn-compress-residuals,inline,canonicalize,cse"
)


class _Loss(nn.Module):
    def __init__(self, model, loss):
        super().__init__()
        self.model = model
        self.loss = loss

    def forward(self, *batch):
        *inputs, target = batch
        return self.loss(self.model(*inputs), target)


@contextmanager
def _refuse_functions():
    """Within it, a torch.autograd.Function is an error: torch.export keeps what it
    computes, and loses its gradient."""
    original = torch.autograd.Function.__dict__["apply"]

    def apply(cls, *arguments, **keywords):
        # Those of operators, which stay operators.
        if cls.__module__.split(".")[0] in ("quant_bnn", "torch"):
            return original.__get__(None, cls)(*arguments, **keywords)
        raise UnsupportedModelError(
            f"the gradient of {cls.__module__}.{cls.__name__}, a torch.autograd.Function, "
            "is lost by torch.export: use the quantizers of quant_bnn.torch, or replace()"
        )

    torch.autograd.Function.apply = classmethod(apply)
    try:
        yield
    finally:
        torch.autograd.Function.apply = original


class TrainStep:
    """The loss of a batch and its gradients, in one compiled function.

    ``mlir`` is the loss before it was differentiated, ``library`` the
    ``quant_bnn.Library``.
    """

    mlir: str
    library: quant_bnn.Library

    def __init__(self, model, mlir, library, argument_names, buffer_names):
        self.mlir = mlir
        self.library = library
        self._model = model
        self._function = library["step_vjp"]
        self._names = [n and n.removeprefix("model.") for n in argument_names]
        self._buffers = [n.removeprefix("model.") for n in buffer_names]

    def __call__(
        self,
        *batch: torch.Tensor,
        parameters: Optional[dict[str, torch.Tensor]] = None,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Returns the loss of ``batch``, and a dict with the gradient of each parameter.

        ``batch`` has the tensors that the model takes, then the target. ``parameters`` is
        a dict of tensors by name, by default those of the model. The buffers of the model,
        such as the statistics of batch norms, are updated.
        """
        state = {**dict(self._model.named_buffers()), **self._get(parameters)}
        batch = iter(batch)
        arguments = [
            (next(batch) if name is None else state[name]).detach()
            for name in self._names
        ]
        (loss, *buffers), gradients = self._split(
            self._function(*arguments, self._make_cotangent(arguments))
        )
        for name, value in zip(self._buffers, buffers):
            state[name].copy_(value)
        return loss, gradients

    def backward(self, *batch: torch.Tensor) -> torch.Tensor:
        """Adds the gradients of the loss of ``batch`` to those of the parameters of the
        model, as ``loss.backward()`` does, and returns the loss."""
        loss, gradients = self(*batch)
        for name, parameter in self._model.named_parameters():
            if not parameter.requires_grad:
                continue
            if parameter.grad is None:
                parameter.grad = gradients[name]
            else:
                parameter.grad += gradients[name]
        return loss

    def _get(self, parameters):
        return dict(self._model.named_parameters()) if parameters is None else parameters

    def _make_cotangent(self, arguments):
        floats = [a for a in arguments if a.is_floating_point()]
        return torch.ones((), dtype=floats[0].dtype)

    def _split(self, results):
        parameters = dict(self._model.named_parameters())
        names = [n for n in self._names if n in parameters]
        count = len(results) - len(names)
        return results[:count], dict(zip(names, results[count:]))


def train_step(
    model: nn.Module,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
    *batch: torch.Tensor,
    **options,
) -> TrainStep:
    """Compiles the loss of ``model`` and its gradients, and returns a ``TrainStep``.

    ``loss(output, target)`` is a number, such as ``torch.nn.functional.cross_entropy``;
    ``batch`` has examples of the tensors that the model takes, and of the target. The
    quantizers of ``quant_bnn.torch`` have their gradients, and what they save is bits
    where that suffices. Call ``model.train()`` first. ``options`` are those of
    ``quant_bnn.compile``.

    Raises ``UnsupportedModelError`` for an op that has no counterpart, and for a
    torch.autograd.Function, whose gradient torch.export loses.
    """
    with _refuse_functions():
        program = torch.export.export(_Loss(model, loss), batch)
        program = program.run_decompositions({})
    importer = Importer(program, trains=True)
    mlir = importer.run("step")
    library = quant_bnn.compile(mlir, passes=_PASSES, entries=["step_vjp"], **options)
    return TrainStep(
        model, mlir, library, importer.argument_names, importer.buffer_names
    )
