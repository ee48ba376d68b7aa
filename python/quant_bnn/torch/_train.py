"""Steps of training that the compiler has differentiated."""

import threading
from contextlib import contextmanager
from typing import Callable, Optional

import torch
from torch import nn

import quant_bnn
from quant_bnn.torch._importer import (
    Draw,
    Importer,
    UnsupportedModelError,
    describe,
    find_used,
)

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
    """Within it, a torch.autograd.Function and a hook of a tensor are errors: torch.export
    keeps what is computed, and loses what they do to gradients."""
    original = torch.autograd.Function.__dict__["apply"]
    owner = threading.get_ident()

    def apply(cls, *arguments, **keywords):
        # Not in other threads, nor those of operators, which stay operators.
        is_operator = cls.__module__.split(".")[0] in ("quant_bnn", "torch")
        if is_operator or threading.get_ident() != owner:
            return original.__get__(None, cls)(*arguments, **keywords)
        raise UnsupportedModelError(
            f"the gradient of {cls.__module__}.{cls.__name__}, a torch.autograd.Function, "
            "is lost by torch.export: use the quantizers of quant_bnn.torch, or replace()"
        )

    def register_hook(tensor, hook):
        if threading.get_ident() != owner:
            return hooks(tensor, hook)
        raise UnsupportedModelError("a hook of a tensor is lost by torch.export")

    hooks = torch.Tensor.register_hook
    torch.autograd.Function.apply = classmethod(apply)
    torch.Tensor.register_hook = register_hook
    try:
        yield
    finally:
        torch.autograd.Function.apply = original
        torch.Tensor.register_hook = hooks


def _refuse_hooks(model):
    """The compiled step does not call the hooks of modules and parameters, which may change
    gradients."""
    kinds = ("_backward_hooks", "_backward_pre_hooks", "_post_accumulate_grad_hooks")
    every = nn.modules.module
    if every._global_backward_hooks or every._global_backward_pre_hooks:
        raise UnsupportedModelError(
            "a hook of the gradient of all modules is not imported"
        )
    for name, part in (*model.named_modules(), *model.named_parameters()):
        if any(getattr(part, kind, None) for kind in kinds):
            raise UnsupportedModelError(
                f"a hook of the gradient of '{name}' is not imported"
            )


def _refuse_no_grad(program):
    """torch.no_grad and detach_ are forgotten where the program is made functional."""
    for module in program.graph_module.modules():
        for node in getattr(module, "graph", torch.fx.Graph()).nodes:
            # Constants are detached, too.
            if "aten.detach_." in str(node.target) and not _is_constant(node.args[0]):
                raise UnsupportedModelError(
                    "detach_ in a training step is not imported: use detach()"
                )
            is_region = "wrap_with_set_grad_enabled" in str(node.target)
            if is_region and node.args[0] is False:
                raise UnsupportedModelError(
                    "torch.no_grad in a training step is not imported: use detach()"
                )


def _refuse_unused_draws(program):
    """What the model draws and does not use is gone after torch.export; what it draws
    later would be other numbers than in PyTorch."""
    used = find_used(program.graph)
    for node in program.graph.nodes:
        if node.op != "call_function" or node in used:
            continue
        is_random = torch.Tag.nondeterministic_seeded in getattr(
            node.target, "tags", ()
        )
        if is_random and not node.target._schema.is_mutable:
            raise UnsupportedModelError(
                f"{node.target}{describe(node)} draws random numbers that are not used"
            )


def _get_loss_type(program):
    """Returns the type of the loss, which is a number."""
    (output,) = (n for n in program.graph.nodes if n.op == "output")
    buffers = program.graph_signature.buffers_to_mutate
    results = [r for r in output.args[0] if getattr(r, "name", None) not in buffers]
    fakes = [r.meta["val"] for r in results if isinstance(r, torch.fx.Node)]
    if len(fakes) != 1 or fakes[0].ndim != 0 or not fakes[0].is_floating_point():
        raise UnsupportedModelError("the loss is not one number of a float type")
    return fakes[0].dtype


def _is_constant(node):
    return "aten.lift_fresh_copy" in str(node.target)


def _find_trained(program):
    """Returns the names of the parameters that have a gradient: those from which the loss
    is computed, but for what is detached."""
    (output,) = (n for n in program.graph.nodes if n.op == "output")
    buffers = program.graph_signature.buffers_to_mutate
    pending = [r for r in output.args[0] if r.name not in buffers]
    seen = set()
    while pending:
        node = pending.pop()
        if node in seen or str(node.target) == "aten.detach.default":
            continue
        seen.add(node)
        pending.extend(node.all_input_nodes)
    parameters = program.graph_signature.inputs_to_parameters
    return {parameters[n.name] for n in seen if n.name in parameters}


class TrainStep:
    """The loss of a batch and its gradients, in one compiled function.

    ``mlir`` is the loss before it was differentiated, ``library`` the
    ``quant_bnn.Library``.
    """

    mlir: str
    library: quant_bnn.Library

    def __init__(self, model, mlir, library, importer, loss_type, trained):
        self.mlir = mlir
        self.library = library
        self._model = model
        self._loss_type = loss_type
        # A parameter that two layers share has the first of its names.
        first = {}
        self._canonical = {
            name: first.setdefault(id(parameter), name)
            for name, parameter in model.named_parameters(remove_duplicate=False)
        }
        self._names = [
            self._get_canonical(n.removeprefix("model.")) if isinstance(n, str) else n
            for n in importer.argument_names
        ]
        self._trained = {self._get_canonical(n.removeprefix("model.")) for n in trained}
        self._buffers = [n.removeprefix("model.") for n in importer.buffer_names]

    def __call__(
        self,
        *batch: torch.Tensor,
        parameters: Optional[dict[str, torch.Tensor]] = None,
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Returns the loss of ``batch``, and a dict with the gradient of each parameter that
        the loss depends on.

        ``batch`` has the tensors that the model takes, then the target. ``parameters`` is
        a dict of tensors by name, by default those of the model. The buffers of the model,
        such as the statistics of batch norms, are updated. The random numbers of dropout
        are drawn by the default generator of PyTorch.
        """
        if len(batch) != self._names.count(None):
            raise TypeError(
                f"a batch has {self._names.count(None)} tensors, but {len(batch)} were given"
            )
        state = {**dict(self._model.named_buffers()), **self._get(parameters)}
        batch = iter(batch)

        def get(name):
            if isinstance(name, Draw):
                return name.draw()
            return (next(batch) if name is None else state[name]).detach()

        arguments = [get(name) for name in self._names]
        cotangent = torch.ones((), dtype=self._loss_type)
        results = self.library["step_vjp"](*arguments, cotangent)
        (loss, *buffers), gradients = self._split(results)
        for name, value in zip(self._buffers, buffers):
            state[name].copy_(value)
        return loss, gradients

    def backward(self, *batch: torch.Tensor) -> torch.Tensor:
        """Adds the gradients of the loss of ``batch`` to those of the parameters of the
        model, as ``loss.backward()`` does, and returns the loss."""
        loss, gradients = self(*batch)
        for name, parameter in self._model.named_parameters():
            if not parameter.requires_grad or name not in gradients:
                continue
            if parameter.grad is None:
                parameter.grad = gradients[name]
            else:
                parameter.grad += gradients[name]
        return loss

    def _get(self, parameters):
        return (
            dict(self._model.named_parameters()) if parameters is None else parameters
        )

    def _get_canonical(self, name):
        return self._canonical.get(name, name)

    def _split(self, results):
        parameters = set(self._canonical.values())
        names = [n for n in self._names if n in parameters]
        count = len(results) - len(names)
        gradients = {}
        for name, gradient in zip(names, results[count:]):
            known = gradients.get(name)
            if name not in self._trained:
                continue
            gradients[name] = gradient if known is None else known + gradient
        return results[:count], gradients


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

    Raises ``UnsupportedModelError`` for an op that has no counterpart, for a
    torch.autograd.Function, whose gradient torch.export loses, and for hooks of
    gradients.
    """
    if isinstance(loss, nn.Module) and list(loss.parameters()):
        raise UnsupportedModelError("a loss with parameters: make them the model's")
    _refuse_hooks(model)
    with _refuse_functions():
        program = torch.export.export(_Loss(model, loss), batch)
        _refuse_no_grad(program)
        _refuse_unused_draws(program)
        program = program.run_decompositions({})
    loss_type = _get_loss_type(program)
    importer = Importer(program, trains=True)
    mlir = importer.run("step")
    library = quant_bnn.compile(mlir, passes=_PASSES, entries=["step_vjp"], **options)
    trained = _find_trained(program)
    return TrainStep(model, mlir, library, importer, loss_type, trained)
