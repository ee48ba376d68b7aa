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
import numpy as np
from jax import lax
from jax.extend import source_info_util
from jax.interpreters import mlir
from jaxlib.mlir import ir

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

# The functions of the dialect chlo that the dialect math has, too.
_MATH = {"acos", "acosh", "asin", "asinh", "atan", "atanh", "cosh", "erf", "erfc"}
_MATH |= {"sinh", "tan"}

# Before the names of ops that the tool shall not know.
_KEPT = "kept."

# The operands and the results that are numbers and not tensors.
_NUMBERS = {
    "quant_bnn.dequantize": ({1}, ()),
    "quant_bnn.dequantize_grad": ({1}, {1}),
    "quant_bnn.min_max": ((), {1}),
    "quant_bnn.min_max_grad": ({0}, ()),
    "quant_bnn.pact": ({1}, {1}),
    "quant_bnn.pact_grad": ({1, 3}, {1}),
}


class UnsupportedFunctionError(Exception):
    """A function has an op that does not become linalg on tensors."""


# ---------------------------------------------------------------------------
# Quantizers
# ---------------------------------------------------------------------------


def _convert_attribute(value):
    """Returns an attribute of a composite as the op has it."""
    if isinstance(value, ir.StringAttr):
        return ir.Attribute.parse(value.value)
    if isinstance(value, ir.IntegerAttr):
        return ir.IntegerAttr.get(ir.IntegerType.get_signless(64), value.value)
    return value


def _replace_composite(op):
    """Replaces a composite by the op that it names."""
    name = ir.StringAttr(op.attributes["name"]).value
    number_operands, number_results = _NUMBERS.get(name, ((), ()))
    attributes = {
        attribute.name: _convert_attribute(attribute.attr)
        for attribute in ir.DictAttr(op.attributes["composite_attributes"])
    }

    def create(name, types, operands, attributes=None):
        return ir.Operation.create(name, types, operands, attributes).results

    with op.location, ir.InsertionPoint(op):
        operands = list(op.operands)
        for i in number_operands:
            if i < len(operands):
                element = ir.RankedTensorType(operands[i].type).element_type
                (operands[i],) = create("tensor.extract", [element], [operands[i]])
        types = [result.type for result in op.results]
        for i in number_results:
            types[i] = ir.RankedTensorType(types[i]).element_type
        results = list(create(name, types, operands, attributes))
        for i in number_results:
            old = op.results[i].type
            (results[i],) = create("tensor.from_elements", [old], [results[i]])
        for old, new in zip(op.results, results):
            old.replace_all_uses_with(new)
    op.erase()


def _replace_function(op):
    """Replaces a function of the dialect chlo, which the tool does not lower."""
    name = op.name.removeprefix("chlo.")
    operands = list(op.operands)
    if name == "square":
        new, operands = "stablehlo.multiply", operands * 2
    elif name in _MATH:
        new = f"{_KEPT}math.{name}"
    else:
        return
    with op.location, ir.InsertionPoint(op):
        types = [result.type for result in op.results]
        created = ir.Operation.create(new, types, operands)
    op.results[0].replace_all_uses_with(created.results[0])
    op.erase()


# What the tool can read.
_DIALECTS = {"builtin", "chlo", "func", "stablehlo"}


# ---------------------------------------------------------------------------
# Other ops
# ---------------------------------------------------------------------------

# What the tool reads.
_DIALECTS = {"builtin", "chlo", "func", "stablehlo"}

# What it reads and lowers to something else, or not at all.
_REFUSED = {"stablehlo.custom_call", "stablehlo.rng", "stablehlo.rng_bit_generator"}


def _refuse(op, why="is not imported"):
    place = _read_place(str(op.location))
    raise UnsupportedFunctionError(f"{place}error: {op.name} {why}")


def _is_unsigned(type_):
    element = ir.RankedTensorType(type_).element_type
    return isinstance(element, ir.IntegerType) and element.is_unsigned


def _forward_operands(op):
    for operand, result in zip(op.operands, op.results):
        result.replace_all_uses_with(operand)
    op.erase()


def _saturate_conversion(op):
    """Makes a conversion of floats to integers saturate, and that of NaN 0, as XLA's does;
    linalg leaves these undefined."""
    (x,), (result,) = op.operands, op.results
    source, target = (ir.RankedTensorType(v.type) for v in (x, result))
    width = target.element_type.width
    low = 0 if target.element_type.is_unsigned else -(1 << width - 1)
    high = low + (1 << width) - 1

    def create(name, types, operands, **attributes):
        attributes = {n: ir.Attribute.parse(a) for n, a in attributes.items()}
        return ir.Operation.create(name, types, operands, attributes).results[0]

    def splat(type_, value):
        return create(
            "stablehlo.constant", [type_], [], value=f"dense<{value}> : {type_}"
        )

    def replace(condition, value, other):
        return create("stablehlo.select", [target], [condition, value, other])

    with op.location, ir.InsertionPoint(op):
        flags = ir.RankedTensorType.get(source.shape, ir.IntegerType.get_signless(1))

        def compare(direction, other):
            direction = f"#stablehlo<comparison_direction {direction}>"
            kind = "#stablehlo<comparison_type FLOAT>"
            return create(
                "stablehlo.compare",
                [flags],
                [x, other],
                comparison_direction=direction,
                compare_type=kind,
            )

        value = create("stablehlo.convert", [target], [x])
        # Powers of 2, which may be infinite.
        above = compare("GE", splat(source, _write_power(high + 1, source)))
        value = replace(above, splat(target, high), value)
        below = compare("LT", splat(source, _write_power(low, source)))
        value = replace(below, splat(target, low), value)
        value = replace(compare("NE", x), splat(target, 0), value)
    result.replace_all_uses_with(value)
    op.erase()


def _write_power(value, type_):
    """Returns a float in the syntax of MLIR, or the infinity of the type."""
    if isinstance(type_.element_type, ir.F16Type) and abs(value) > 65504:
        return "0x7C00" if value > 0 else "0xFC00"
    return f"{float(value):e}"


def _find_replacement(op):
    """Returns the function that replaces an op, or None."""
    if op.name.split(".")[0] not in _DIALECTS or op.name in _REFUSED:
        # A mesh is there if something is sharded.
        return None if op.name == "sdy.mesh" else _refuse
    if op.name == "stablehlo.composite":
        name = ir.StringAttr(op.attributes["name"]).value
        return _replace_composite if name.startswith("quant_bnn.") else None
    if op.name.startswith("chlo."):
        return _replace_function
    if op.name == "stablehlo.optimization_barrier":
        return _forward_operands
    if op.name in ("stablehlo.dot_general", "stablehlo.convolution"):
        # The tool would extend the sign.
        narrow = [o.type for o in op.operands if _is_unsigned(o.type)]
        result = ir.RankedTensorType(op.results[0].type).element_type
        if any(ir.RankedTensorType(t).element_type != result for t in narrow):
            return lambda op: _refuse(op, "of unsigned numbers has a wider result")
    if op.name == "stablehlo.convert":
        source, target = (
            ir.RankedTensorType(v.type).element_type
            for v in (op.operands[0], op.results[0])
        )
        is_integer = isinstance(target, ir.IntegerType) and target.width > 1
        if isinstance(source, ir.FloatType) and is_integer:
            return _saturate_conversion
    return None


def _replace_ops(module):
    found = []

    def visit(op):
        replace = _find_replacement(op)
        if replace:
            found.append((replace, op))
        return ir.WalkResult.ADVANCE

    module.operation.walk(visit)
    for replace, op in found:
        replace(op)


# ---------------------------------------------------------------------------
# Gradients of pools
# ---------------------------------------------------------------------------


def _scatter_to_selected(
    g, x, *, select_prim, window_dimensions, window_strides, padding
):
    """The gradient of a max pool or min pool, by slices. Of equal elements, the first of a
    window gets the gradient; upstream lowers select_and_scatter such that the last one
    does, and refuses windows that overlap."""
    if 0 in g.shape:
        return jnp.zeros_like(x)
    limits = jnp.finfo(x.dtype) if jnp.issubdtype(x.dtype, jnp.floating) else None
    lowest = -jnp.inf if limits else jnp.iinfo(x.dtype).min
    highest = jnp.inf if limits else jnp.iinfo(x.dtype).max
    # As JAX does: a border is selected only where no element of the window is.
    fill = jnp.array(lowest if select_prim is lax.ge_p else highest, x.dtype)
    padded = lax.pad(x, fill, [(low, high, 0) for low, high in padding])
    offsets = list(np.ndindex(*window_dimensions))

    def get_ends(offset):
        return [o + (n - 1) * s + 1 for o, n, s in zip(offset, g.shape, window_strides)]

    selected = index = None
    for i, offset in enumerate(offsets):
        element = lax.slice(padded, offset, get_ends(offset), window_strides)
        if selected is None:
            selected, index = element, jnp.zeros(g.shape, jnp.int32)
            continue
        is_kept = select_prim.bind(selected, element)
        selected = jnp.where(is_kept, selected, element)
        index = jnp.where(is_kept, index, i)
    dx = jnp.zeros(padded.shape, g.dtype)
    for i, offset in enumerate(offsets):
        ends = zip(offset, padded.shape, get_ends(offset), window_strides)
        edges = [(o, extent - end, s - 1) for o, extent, end, s in ends]
        part = jnp.where(index == i, g, jnp.zeros_like(g))
        dx += lax.pad(part, jnp.zeros((), g.dtype), edges)
    starts = [low for low, _ in padding]
    return lax.slice(dx, starts, [s + extent for s, extent in zip(starts, x.shape)])


_RULES = (
    (
        lax.select_and_scatter_add_p,
        mlir.lower_fun(_scatter_to_selected, multiple_results=False),
    ),
)


# ---------------------------------------------------------------------------
# Lowering
# ---------------------------------------------------------------------------


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
    return run.stdout.replace(f'"{_KEPT}', '"')


def _refuse_what_is_left(text):
    """Ops may stay as they are, without an error of the tool."""
    for line in text.splitlines():
        op = re.match(r'\s*(?:%.* = )?"?((?:stablehlo|chlo)\.\w+)', line)
        if op:
            rest = text[text.index(line) :]
            raise UnsupportedFunctionError(
                f"{_find_place(text, rest)}error: {op[1]} is not lowered to linalg"
            )


def _read_place(location):
    """Returns the first file, line and column of a location, as errors begin with it."""
    file = re.search(r'"([^"]*)":(\d+):(\d+)', location)
    return f"{file[1]}:{file[2]}:{file[3]}: " if file else ""


def _find_place(text, rest):
    """Returns the file, line and column of the first location in ``rest``."""
    locations = dict(re.findall(r"^#(loc\d*) = loc\((.*)\)$", text, re.MULTILINE))
    pending = re.findall(r"loc\(#(loc\d+)\)", rest)[::-1]
    while pending:
        location = locations[pending.pop()]
        if place := _read_place(location):
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
    parameters = mlir.LoweringParameters(override_lowering_rules=_RULES)
    lowered = traced.lower(lowering_platforms=("cpu",), _private_parameters=parameters)
    module = lowered.compiler_ir("stablehlo")
    with module.context as context:
        context.allow_unregistered_dialects = True
        _replace_ops(module)
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
