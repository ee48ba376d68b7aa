"""Builds the text of a function in MLIR: linalg on tensors, with quant_bnn.

Extents are integers, or objects of the caller for extents that are unknown until the
function runs: ``Builder.resolve`` computes these.
"""

import math
import struct
from contextlib import contextmanager
from dataclasses import dataclass

_SIZES = {"i1": 1, "i8": 1, "i16": 2, "i32": 4, "i64": 8}
_SIZES |= {"f16": 2, "bf16": 2, "f32": 4, "f64": 8}

# Constants with fewer bytes are written where they are used.
_RESOURCE_BYTES = 256


def is_float(element):
    return element in ("f16", "bf16", "f32", "f64")


@dataclass(frozen=True)
class Value:
    """A tensor: its name in MLIR, its extents, and its element type."""

    name: str
    shape: tuple
    element: str

    @property
    def type(self):
        return write_type(self.shape, self.element)

    @property
    def rank(self):
        return len(self.shape)


def write_type(shape, element):
    """Returns the type of a tensor in MLIR."""
    extents = "".join(f"{e if isinstance(e, int) else '?'}x" for e in shape)
    return f"tensor<{extents}{element}>"


def write_number(value, element):
    """Returns ``value``, rounded to the type ``element``, in MLIR's syntax."""
    if element == "i1":
        return "true" if value else "false"
    if not is_float(element):
        return str(int(value))
    if element == "bf16":
        return f"0x{_round_to_bf16(float(value)):04X}"
    return "0x" + _pack(float(value), element).hex().upper()


def _pack(value, element):
    code = {"f16": ">e", "f32": ">f", "f64": ">d"}[element]
    try:
        return struct.pack(code, value)
    except OverflowError:
        return struct.pack(code, math.copysign(math.inf, value))


def _round_to_bf16(value):
    """Returns the bits of the nearest bf16, of two the even one."""
    (bits,) = struct.unpack(">Q", _pack(value, "f64"))
    magnitude, sign = bits & ~(1 << 63), bits >> 63
    if math.isnan(value):
        return sign << 15 | 0x7FC0
    # By f32, rounded to odd, so that the second rounding is that of the value.
    single = abs(struct.unpack(">f", _pack(value, "f32"))[0])
    (bits,) = struct.unpack(">I", _pack(single, "f32"))
    if single > abs(value):
        bits -= 1
    if struct.unpack(">f", struct.pack(">I", bits))[0] != abs(value) and magnitude:
        bits |= 1
    return sign << 15 | (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


class Builder:
    """Builds one function. The methods that add an op return its result."""

    def __init__(self):
        self.lines = []
        self.resources = {}
        self._count = 0
        self._indent = "  "
        self._location = ""
        self._indices = {}
        self._resolve = None

    @contextmanager
    def at(self, place):
        """Gives the ops that are added within the location ``place``, a name."""
        previous = self._location
        self._location = f" loc({_quote(place)})" if place else ""
        try:
            yield
        finally:
            self._location = previous

    def set_resolver(self, resolve):
        """``resolve(extent)`` returns the name of an index for an extent that is no
        integer."""
        self._resolve = resolve

    # Lines.

    def make_name(self):
        self._count += 1
        return f"%{self._count}"

    def add_line(self, line):
        self.lines.append(f"{self._indent}{line}{self._location}")

    def add_op(self, text):
        """Adds an op with one result, whose name it returns."""
        name = self.make_name()
        self.add_line(f"{name} = {text}")
        return name

    def add_tensor_op(self, text, shape, element):
        return Value(self.add_op(text), tuple(shape), element)

    def add_index(self, value):
        if value not in self._indices:
            # At the beginning, so that all ops may use it.
            name = f"%c{value}" if value >= 0 else f"%cm{-value}"
            self._indices[value] = name
        return self._indices[value]

    def resolve(self, extent):
        return (
            self.add_index(extent) if isinstance(extent, int) else self._resolve(extent)
        )

    # Constants.

    def add_splat(self, value, shape, element):
        """Adds a tensor with ``value`` in all elements."""
        number = write_number(value, element)
        if all(isinstance(extent, int) for extent in shape):
            text = f"arith.constant dense<{number}> : {write_type(shape, element)}"
            return self.add_tensor_op(text, shape, element)
        return self.add_fill(value, shape, element)

    def add_constant(self, data, shape, element):
        """Adds a tensor with the elements in ``data``, as bytes in memory."""
        size = _SIZES[element]
        type_ = write_type(shape, element)
        if len(data) and data == data[:size] * (len(data) // size):
            literal = f"dense<{_read_element(data[:size], element)}>"
        elif len(data) < _RESOURCE_BYTES or element == "i1":
            literal = f'dense<"0x{_pack_booleans(data, element).hex().upper()}">'
        else:
            key = f"constant_{len(self.resources)}"
            self.resources[key] = struct.pack("<I", size) + data
            literal = f"dense_resource<{key}>"
        if not data:
            literal = "dense<>"
        return self.add_tensor_op(f"arith.constant {literal} : {type_}", shape, element)

    # Structured ops.

    def add_empty(self, shape, element):
        dynamic = [self.resolve(e) for e in shape if not isinstance(e, int)]
        text = f"tensor.empty({', '.join(dynamic)}) : {write_type(shape, element)}"
        return self.add_tensor_op(text, shape, element)

    def add_fill(self, value, shape, element):
        scalar = self.add_op(
            f"arith.constant {write_number(value, element)} : {element}"
        )
        empty = self.add_empty(shape, element)
        text = (
            f"linalg.fill ins({scalar} : {element}) outs({empty.name} : {empty.type})"
            f" -> {empty.type}"
        )
        return self.add_tensor_op(text, shape, element)

    def add_generic(self, inputs, maps, initial, output_map, iterators, body):
        """Adds a linalg.generic. ``maps`` has, for each input, the dimension of the loop
        for each of its dimensions. ``body(scalars, *arguments)`` returns the name of the result.
        """
        dims = ", ".join(f"d{i}" for i in range(len(iterators)))

        def write_map(indices):
            results = ", ".join(f"d{i}" for i in indices)
            return f"affine_map<({dims}) -> ({results})>"

        written = ", ".join(write_map(m) for m in (*maps, output_map))
        kinds = ", ".join(f'"{kind}"' for kind in iterators)
        operands = ""
        if inputs:
            names = ", ".join(i.name for i in inputs)
            operands = f" ins({names} : {', '.join(i.type for i in inputs)})"
        result = self.make_name()
        location = self._location
        self.lines.append(
            f"{self._indent}{result} = linalg.generic {{indexing_maps = [{written}], "
            f"iterator_types = [{kinds}]}}{operands} "
            f"outs({initial.name} : {initial.type}) {{"
        )
        arguments = [self.make_name() for _ in (*inputs, initial)]
        elements = [v.element for v in (*inputs, initial)]
        block = ", ".join(f"{a}: {e}" for a, e in zip(arguments, elements))
        self.lines.append(f"{self._indent}^bb0({block}):")
        outer, self._indent = self._indent, self._indent + "  "
        self._location = ""
        value = body(Scalars(self), *arguments)
        self.add_line(f"linalg.yield {value} : {initial.element}")
        self._indent, self._location = outer, location
        self.add_line(f"}} -> {initial.type}")
        return Value(result, initial.shape, initial.element)

    def add_elementwise(self, inputs, shape, element, body):
        """Adds a loop over ``shape``, to which the inputs are broadcast."""
        maps, narrow = [], []
        for value in inputs:
            offset = len(shape) - value.rank
            is_number = all(extent == 1 for extent in value.shape)
            kept = [
                i
                for i in range(value.rank)
                if not is_number and (value.shape[i] != 1 or shape[offset + i] == 1)
            ]
            narrow.append(self.add_selection(value, kept))
            maps.append([offset + i for i in kept])
        return self.add_generic(
            narrow,
            maps,
            self.add_empty(shape, element),
            range(len(shape)),
            ["parallel"] * len(shape),
            lambda scalars, *arguments: body(scalars, *arguments[:-1]),
        )

    def add_reduction(self, value, dims, initial, combine, element=None):
        """Reduces the dimensions ``dims``, which the result does not have."""
        element = element or value.element
        kept = [i for i in range(value.rank) if i not in dims]
        kinds = ["reduction" if i in dims else "parallel" for i in range(value.rank)]
        shape = [value.shape[i] for i in kept]
        return self.add_generic(
            [value],
            [range(value.rank)],
            self.add_fill(initial, shape, element),
            kept,
            kinds,
            combine,
        )

    # Shapes.

    def add_collapse(self, value, groups):
        """Joins the dimensions of each group to one."""
        if not groups:
            return self._collapse_all(value)
        if all(len(group) == 1 for group in groups):
            return value
        shape = [multiply_extents(value.shape[i] for i in group) for group in groups]
        text = (
            f"tensor.collapse_shape {value.name} {_write_groups(groups)} : {value.type} "
            f"into {write_type(shape, value.element)}"
        )
        return self.add_tensor_op(text, shape, value.element)

    def add_selection(self, value, kept):
        """Drops the dimensions that are not in ``kept``, whose extents are 1."""
        if not kept:
            return value if value.rank == 0 else self._collapse_all(value)
        # Each is joined to the dimension before it that is kept, or to the first one.
        groups = [[] for _ in kept]
        for i in range(value.rank):
            groups[max(sum(k <= i for k in kept) - 1, 0)].append(i)
        return self.add_collapse(value, groups)

    def _collapse_all(self, value):
        text = f"tensor.collapse_shape {value.name} [] : {value.type} into "
        return self.add_tensor_op(
            text + write_type((), value.element), (), value.element
        )

    def add_expand(self, value, groups, shape):
        """Splits each dimension to those of its group in ``shape``."""
        if groups and all(len(group) == 1 for group in groups):
            return value
        extents = ", ".join(
            str(e) if isinstance(e, int) else self.resolve(e) for e in shape
        )
        text = (
            f"tensor.expand_shape {value.name} {_write_groups(groups)} output_shape "
            f"[{extents}] : {value.type} into {write_type(shape, value.element)}"
        )
        return self.add_tensor_op(text, shape, value.element)

    def add_transpose(self, value, permutation):
        shape = [value.shape[i] for i in permutation]
        empty = self.add_empty(shape, value.element)
        text = (
            f"linalg.transpose ins({value.name} : {value.type}) "
            f"outs({empty.name} : {empty.type}) permutation = {list(permutation)}"
        )
        return self.add_tensor_op(text, shape, value.element)

    def add_slice(self, value, dim, start, extent, step=1):
        """Takes ``extent`` elements along a dimension, every ``step``-th from ``start``."""

        def write(numbers):
            return ", ".join(
                str(n) if isinstance(n, int) else self.resolve(n) for n in numbers
            )

        shape = [extent if d == dim else e for d, e in enumerate(value.shape)]
        if 0 in shape:
            # An offset at the end is an error.
            return self.add_empty(shape, value.element)
        offsets = [start if d == dim else 0 for d in range(value.rank)]
        steps = [step if d == dim else 1 for d in range(value.rank)]
        text = (
            f"tensor.extract_slice {value.name}[{write(offsets)}] [{write(shape)}] "
            f"[{write(steps)}] : {value.type} to {write_type(shape, value.element)}"
        )
        return self.add_tensor_op(text, shape, value.element)

    def add_concat(self, values, dim):
        """Joins values along a dimension."""
        dim %= values[0].rank
        shape = list(values[0].shape)
        shape[dim] = sum(v.shape[dim] for v in values)
        names = ", ".join(v.name for v in values)
        types = ", ".join(v.type for v in values)
        element = values[0].element
        text = (
            f"tensor.concat dim({dim}) {names} : ({types}) -> "
            f"{write_type(shape, element)}"
        )
        return self.add_tensor_op(text, shape, element)

    def add_pad(self, value, low, high, number):
        """Pads with ``number``; negative amounts are refused by the caller."""
        if not any((*low, *high)):
            return value
        shape = [e + a + b if a or b else e for a, e, b in zip(low, value.shape, high)]
        scalar = self.add_op(
            f"arith.constant {write_number(number, value.element)} : {value.element}"
        )
        indices = ", ".join(f"{self.make_name()}: index" for _ in shape)
        result = self.make_name()
        self.lines.append(
            f"{self._indent}{result} = tensor.pad {value.name} "
            f"low{list(low)} high{list(high)} {{"
        )
        self.lines.append(f"{self._indent}^bb0({indices}):")
        self.lines.append(f"{self._indent}  tensor.yield {scalar} : {value.element}")
        self.add_line(f"}} : {value.type} to {write_type(shape, value.element)}")
        return Value(result, tuple(shape), value.element)

    # The function.

    def write_module(self, name, arguments, results, constant=()):
        """Returns the module with the function, which takes and returns values. Those in
        ``constant`` get no gradient."""

        def write_attribute(value):
            return " {quant_bnn.no_gradient}" if value in constant else ""

        parameters = ", ".join(
            f"{a.name}: {a.type}{write_attribute(a)}" for a in arguments
        )
        declared = ", ".join(f"{r.type}{write_attribute(r)}" for r in results)
        types = ", ".join(r.type for r in results)
        names = ", ".join(r.name for r in results)
        indices = [
            f"  {name_} = arith.constant {value} : index"
            for value, name_ in self._indices.items()
        ]
        text = [
            f"func.func @{name}({parameters}) -> ({declared}) {{",
            *indices,
            *self.lines,
            f"  return {names} : {types}",
            "}",
        ]
        if self.resources:
            text += ["{-#", "  dialect_resources: {", "    builtin: {"]
            text.append(
                ",\n".join(
                    f'      {key}: "0x{data.hex().upper()}"'
                    for key, data in self.resources.items()
                )
            )
            text += ["    }", "  }", "#-}"]
        return "\n".join(text) + "\n"


class Scalars:
    """Adds ops on numbers to the body of a loop."""

    def __init__(self, builder):
        self._builder = builder

    def op(self, text):
        return self._builder.add_op(text)

    def constant(self, value, element):
        return self.op(f"arith.constant {write_number(value, element)} : {element}")

    def compute(self, name, element, *operands):
        """Adds an op whose operands and result have the type ``element``."""
        return self.op(f"{name} {', '.join(operands)} : {element}")

    def compare(self, predicate, left, right, element):
        name = "arith.cmpf" if is_float(element) else "arith.cmpi"
        return self.op(f"{name} {predicate}, {left}, {right} : {element}")

    def select(self, condition, left, right, element):
        return self.op(f"arith.select {condition}, {left}, {right} : {element}")


def multiply_extents(extents):
    return math.prod(extents)


def _quote(text):
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write_groups(groups):
    return "[" + ", ".join(str(list(group)) for group in groups) + "]"


def _read_element(data, element):
    if element == "i1":
        return "true" if data[0] else "false"
    if is_float(element):
        return "0x" + data[::-1].hex().upper()
    return str(int.from_bytes(data, "little", signed=True))


def _pack_booleans(data, element):
    if element != "i1":
        return data
    packed = bytearray((len(data) + 7) // 8)
    for i, byte in enumerate(data):
        packed[i // 8] |= bool(byte) << i % 8
    return bytes(packed)
