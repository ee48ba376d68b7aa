"""Ops of StableHLO that the tool for the others lowers not at all, or wrongly."""

import re

import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.interpreters import mlir
from jaxlib.mlir import ir

# The functions of the dialect chlo that the dialect math has, too.
_MATH = {"acos", "acosh", "asin", "asinh", "atan", "atanh", "cosh", "erf", "erfc"}
_MATH |= {"sinh", "tan"}

# Before the names of ops that the tool shall not know.
KEPT = "kept."

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


def read_place(location):
    """Returns the first file, line and column of a location, as errors begin with it."""
    file = re.search(r'"([^"]*)":(\d+):(\d+)', location)
    return f"{file[1]}:{file[2]}:{file[3]}: " if file else ""


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
        new = f"{KEPT}math.{name}"
    else:
        return
    with op.location, ir.InsertionPoint(op):
        types = [result.type for result in op.results]
        created = ir.Operation.create(new, types, operands)
    op.results[0].replace_all_uses_with(created.results[0])
    op.erase()


# ---------------------------------------------------------------------------
# Other ops
# ---------------------------------------------------------------------------

# What the tool reads.
_DIALECTS = {"builtin", "chlo", "func", "stablehlo"}

# What it reads and lowers to something else, or not at all.
_REFUSED = {"stablehlo.custom_call", "stablehlo.rng", "stablehlo.rng_bit_generator"}


def _refuse(op, why="is not imported"):
    place = read_place(str(op.location))
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


def replace_ops(module):
    """Replaces composites by the ops that they name, and what the tool cannot lower."""
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
    is_max = select_prim is lax.ge_p
    if jnp.issubdtype(x.dtype, jnp.floating):
        border = -jnp.inf if is_max else jnp.inf
    else:
        border = jnp.iinfo(x.dtype).min if is_max else jnp.iinfo(x.dtype).max
    # As JAX does: no element loses against the border.
    fill = jnp.array(border, x.dtype)
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


#: Instead of the lowerings of JAX.
RULES = (
    (
        lax.select_and_scatter_add_p,
        mlir.lower_fun(_scatter_to_selected, multiple_results=False),
    ),
)
