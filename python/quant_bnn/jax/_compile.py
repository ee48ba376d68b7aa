"""Compiled functions within JAX."""

import itertools
from typing import Any, Callable, Optional

import jax
import jax.numpy as jnp

import quant_bnn
from quant_bnn._loaded import open_copy
from quant_bnn._report import describe_difference
from quant_bnn.jax._export import export_traced, trace

_count = itertools.count()


def ffi_call(library: quant_bnn.Library, name: str, results: Any) -> Callable:
    """Returns the function ``name`` of ``library`` as a function of JAX on the CPU.

    It takes an array for each argument in MLIR and may be called within ``jax.jit``.
    ``results`` is a ``jax.ShapeDtypeStruct`` for its result, or a sequence of these. It is
    a target of ``jax.ffi``, which stays in memory, and there is no gradient. Needs the
    package jax-tvm-ffi.

    Raises ``KeyError`` if there is no such function. Arrays of other types or extents
    are errors when it is called.
    """
    import jax_tvm_ffi
    import tvm_ffi

    if name not in library:
        raise KeyError(name)
    target = f"quant_bnn.{next(_count)}.{name}"
    with open_copy(library.path) as path:
        function = tvm_ffi.load_module(path).get_function(library._prefix + name)
    jax_tvm_ffi.register_ffi_target(target, function, ["args", "rets"], platform="cpu")
    return jax.ffi.ffi_call(target, results, vmap_method="sequential")


def _as_signed(array):
    """Returns the bits of unsigned numbers as signed ones, the integers of arith."""
    if jnp.issubdtype(array.dtype, jnp.unsignedinteger):
        return jax.lax.bitcast_convert_type(array, f"int{array.dtype.itemsize * 8}")
    return array


def _convert(x, shape, dtype):
    """Returns an argument as an array. Numbers of Python take the type, as in JAX."""
    array = jnp.asarray(x)
    if isinstance(x, (bool, int, float, complex)):
        if jnp.result_type(x, dtype) == dtype:
            array = jnp.asarray(x, dtype)
    if array.shape != shape or array.dtype != dtype:
        raise TypeError(
            f"expected {dtype}{list(shape)}, got {array.dtype}{list(array.shape)}"
        )
    return array


class CompiledFunction:
    """A function that was compiled: it takes and returns what the original does, on the
    CPU, also within ``jax.jit``. It has no gradient: compile ``jax.grad(function)``.

    ``mlir`` is the function before its compilation, ``library`` the ``quant_bnn.Library``,
    whose function ``forward`` takes the leaves of the arguments.
    """

    mlir: str
    library: quant_bnn.Library

    def __init__(self, function, traced, arguments, mlir, library):
        self.mlir = mlir
        self.library = library
        self._function = function
        self._arguments = arguments
        leaves, self._structure = jax.tree.flatten(arguments)
        self._types = [(jnp.shape(x), jnp.result_type(x)) for x in leaves]
        self._results, self._result_structure = jax.tree.flatten(traced.out_info)
        types = [jax.eval_shape(_as_signed, result) for result in self._results]
        self._call = ffi_call(library, "forward", types)

    def __call__(self, *arguments: Any) -> Any:
        leaves, structure = jax.tree.flatten(arguments)
        if structure != self._structure:
            raise TypeError(f"expected arguments {self._structure}, got {structure}")
        leaves = [
            _convert(x, shape, dtype) for x, (shape, dtype) in zip(leaves, self._types)
        ]
        results = self._call(*map(_as_signed, leaves))
        results = [
            (
                r
                if r.dtype == result.dtype
                else jax.lax.bitcast_convert_type(r, result.dtype)
            )
            for r, result in zip(results, self._results)
        ]
        return jax.tree.unflatten(self._result_structure, results)

    def save(self, path: str, header: Optional[str] = None) -> None:
        """Writes the shared library to ``path``, and its C header to ``header``."""
        self.library.save(path, header)

    def report(self, *arguments: Any) -> str:
        """Returns a table of the layers, and how results of floats compare with JAX's.

        For each layer, it says what computes it, or why floats do. The comparison is on
        ``arguments``, or on the examples that the function was compiled with.
        """
        arguments = arguments or self._arguments
        leaves = jax.tree.leaves(arguments)
        if any(isinstance(x, jax.ShapeDtypeStruct) for x in leaves):
            return self.library.report
        expected = jax.tree.leaves(jax.jit(self._function)(*arguments))
        actual = jax.tree.leaves(self(*arguments))
        pairs = [
            (a, e)
            for a, e in zip(actual, expected)
            if jnp.issubdtype(e.dtype, jnp.floating)
        ]
        return self.library.report + describe_difference(pairs, "JAX")


def compile(
    function: Callable,
    *arguments: Any,
    passes: str = "quant-bnn-binary-inference-pipeline",
    **options,
) -> CompiledFunction:
    """Compiles ``function`` with binary layers on packed bits, and returns a
    ``CompiledFunction``.

    ``arguments`` are those of ``export``, ``passes`` and ``options`` those of
    ``quant_bnn.compile``. Needs the packages torch-mlir and jax-tvm-ffi.

    Results agree with those of JAX up to the order of sums. With the option
    ``mode=relaxed`` of the pipeline, scales of binary weights are applied to the sums, and
    signs are taken of no NaN.
    """
    traced = trace(function, arguments)
    mlir = export_traced(traced, "forward")
    library = quant_bnn.compile(mlir, passes=passes, **options)
    return CompiledFunction(function, traced, arguments, mlir, library)
