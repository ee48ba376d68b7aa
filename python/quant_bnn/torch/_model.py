"""Networks of PyTorch as modules of MLIR and as compiled functions."""

from typing import Optional

import torch

import quant_bnn
from quant_bnn._report import describe_difference
from quant_bnn.torch._importer import Importer


def _make_dynamic(arguments):
    """Returns the arguments with a batch that torch.export does not take for a constant,
    and what it has to know of their shapes."""
    batch = torch.export.Dim("batch", min=1, max=1 << 30)
    sizes = {argument.shape[0] for argument in arguments}
    if len(sizes) != 1:
        raise ValueError(f"the arguments have batches of different sizes: {sizes}")
    (size,) = sizes
    # Extents of 0 and 1 are constants to it.
    repeated = tuple(torch.cat([a] * 2) if size == 1 else a for a in arguments)
    return repeated, tuple({0: batch} for _ in arguments)


def export(
    model: torch.nn.Module,
    *arguments: torch.Tensor,
    dynamic_batch: bool = False,
    name: str = "forward",
) -> str:
    """Returns ``model`` as a module of MLIR, in text, with a function ``name``.

    ``arguments`` are examples of the tensors that ``model.forward`` takes; the function
    takes tensors of their types and shapes, with ``dynamic_batch`` of any extent in
    dimension 0. Parameters and buffers become constants. The quantizers of
    ``quant_bnn.torch`` stay ops with their gradients, and so does
    ``h + (q - h).detach()``, the straight-through estimator. The model is exported as it
    is: in most cases, call ``eval()`` first.

    Raises ``UnsupportedModelError``, with the op and the line of the model, for an op
    that has no counterpart, and the errors of torch.export.
    """
    shapes = None
    if dynamic_batch:
        arguments, shapes = _make_dynamic(arguments)
    with torch.no_grad():
        program = torch.export.export(model, arguments, dynamic_shapes=shapes)
        program = program.run_decompositions({})
    return Importer(program).run(name)


class CompiledModel:
    """A network that was compiled: call it with tensors or arrays.

    ``mlir`` is the network before its compilation, ``library`` the ``quant_bnn.Library``.
    """

    mlir: str
    library: quant_bnn.Library

    def __init__(self, model, arguments, mlir, library):
        self.mlir = mlir
        self.library = library
        self._model = model
        self._arguments = arguments

    def __call__(self, *arguments, out=None):
        return self.library["forward"](
            *(a.detach() if isinstance(a, torch.Tensor) else a for a in arguments),
            out=out,
        )

    def save(self, path: str, header: Optional[str] = None) -> None:
        """Writes the shared library to ``path``, and its C header to ``header``."""
        self.library.save(path, header)

    def report(self, *arguments: torch.Tensor) -> str:
        """Returns a table of the layers, and how the results compare with the model's.

        For each layer, it says what computes it, or why floats do. The comparison is on
        ``arguments``, or on the examples that the model was compiled with.
        """
        arguments = arguments or self._arguments
        with torch.no_grad():
            expected = self._model(*arguments)
        actual = self(*arguments)
        if not isinstance(expected, torch.Tensor) or not expected.is_floating_point():
            return self.library.report
        return self.library.report + describe_difference(
            [(actual, expected)], "PyTorch"
        )


def compile(
    model: torch.nn.Module,
    *arguments: torch.Tensor,
    dynamic_batch: bool = False,
    passes: str = "quant-bnn-binary-inference-pipeline{mode=relaxed}",
    **options,
) -> CompiledModel:
    """Compiles ``model`` for inference, with binary layers on packed bits.

    ``arguments`` and ``dynamic_batch`` are those of ``export``; ``passes`` and
    ``options`` those of ``quant_bnn.compile``. Returns a ``CompiledModel``.

    The default passes reorder the sums of convolutions of floats: results agree with
    those of PyTorch up to rounding. If signs of 0 and NaN do not occur, the options
    assume-no-zeros and assume-no-nans of the pipeline let it binarize ``torch.sign``.
    """
    mlir = export(model, *arguments, dynamic_batch=dynamic_batch)
    library = quant_bnn.compile(mlir, passes=passes, **options)
    return CompiledModel(model, arguments, mlir, library)
