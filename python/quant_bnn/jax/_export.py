"""Functions of JAX as modules of MLIR.

JAX writes StableHLO, with the quantizers as composites. These become ops here, and
torch-mlir-opt, a tool of the package torch-mlir, lowers all other ops to linalg.
"""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import jax
import jax.numpy as jnp
from jax.extend import source_info_util
from jax.interpreters import mlir
from jaxlib.mlir import ir

from quant_bnn.jax._stablehlo import (
    KEPT,
    RULES,
    UnsupportedFunctionError,
    read_place,
    replace_ops,
)

# Locations are lines of the user.
source_info_util.register_exclusion(str(Path(__file__).parent))

_PASSES = (
    "--inline",
    "--symbol-dce",
    "--stablehlo-aggressive-simplification",
    "--stablehlo-legalize-to-linalg",
    "--stablehlo-convert-to-signless",
    "--canonicalize",
    "--cse",
)


def _lower_to_linalg(text):
    if find_spec("torch_mlir") is None:
        raise ModuleNotFoundError(
            "the package torch-mlir, whose torch-mlir-opt lowers StableHLO, is not installed"
        )
    command = [sys.executable, "-m", "torch_mlir.tools.opt", "-", *_PASSES]
    command += ["--allow-unregistered-dialect", "--mlir-print-debuginfo"]
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    if run.returncode:
        lines = run.stderr.splitlines()
        raise UnsupportedFunctionError(
            "\n".join(line for line in lines if "error: " in line) or run.stderr
        )
    _refuse_what_is_left(run.stdout)
    return run.stdout.replace(f'"{KEPT}', '"')


def _refuse_what_is_left(text):
    """Ops may stay as they are, without an error of the tool."""
    for line in text.splitlines():
        op = re.match(r'\s*(?:%.* = )?"?((?:stablehlo|chlo)\.\w+)', line)
        if op:
            rest = text[text.index(line) :]
            raise UnsupportedFunctionError(
                f"{_find_place(text, rest)}error: {op[1]} is not lowered to linalg"
            )


def _find_place(text, rest):
    """Returns the file, line and column of the first location in ``rest``."""
    locations = dict(re.findall(r"^#(loc\d*) = loc\((.*)\)$", text, re.MULTILINE))
    pending = re.findall(r"loc\(#(loc\d+)\)", rest)[::-1]
    while pending:
        location = locations[pending.pop()]
        if place := read_place(location):
            return place
        pending += re.findall(r"#(loc\d+)", location)[::-1]
    return ""


def trace(function, arguments):
    """Returns what JAX knows of ``function`` for ``arguments``, a tuple."""
    for path, leaf in jax.tree_util.tree_leaves_with_path(arguments):
        if jnp.issubdtype(jnp.result_type(leaf), jax.dtypes.extended):
            raise UnsupportedFunctionError(
                f"the argument{jax.tree_util.keystr(path)} is a random key"
            )
    return jax.jit(function, keep_unused=True).trace(*arguments)


def export_traced(traced, name):
    parameters = mlir.LoweringParameters(override_lowering_rules=RULES)
    lowered = traced.lower(lowering_platforms=("cpu",), _private_parameters=parameters)
    module = lowered.compiler_ir("stablehlo")
    with module.context as context:
        context.allow_unregistered_dialects = True
        replace_ops(module)
        for op in module.body.operations:
            if ir.StringAttr(op.attributes["sym_name"]).value == "main":
                op.attributes["sym_name"] = ir.StringAttr.get(name)
        text = module.operation.get_asm(enable_debug_info=True)
    return _lower_to_linalg(text)


def export(function, *arguments, name: str = "forward") -> str:
    """Returns ``function`` as a module of MLIR, in text, with a function ``name``.

    ``arguments`` are examples of its arguments, arrays or ``jax.ShapeDtypeStruct`` in any
    containers; the function in MLIR takes and returns their leaves, in the order of
    ``jax.tree.leaves``. What ``function`` captures becomes constants. Shapes are static,
    as they are in ``jax.jit``. The quantizers of ``quant_bnn.jax`` stay ops. So do their
    gradients: for gradients, export ``jax.grad(function)``, which keeps every custom_vjp
    and stop_gradient. Those of a ``function`` that is exported without it are lost.

    Raises ``UnsupportedFunctionError``, with the op and its line, for an op that has no
    counterpart, and the errors of JAX.
    """
    return export_traced(trace(function, arguments), name)
