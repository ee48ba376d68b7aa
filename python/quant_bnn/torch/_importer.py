"""Imports a graph of torch.export to MLIR."""

import operator
from dataclasses import dataclass

import torch

from quant_bnn._builder import Builder, Value
from quant_bnn._layers import Unsupported, UnsupportedModelError
from quant_bnn.torch import _aten
from quant_bnn.torch._types import ELEMENTS


def _to_bytes(tensor):
    tensor = tensor.detach().cpu().contiguous()
    if tensor.numel() == 0:
        return b""
    return tensor.reshape(-1).view(torch.uint8).numpy().tobytes()


def describe(node):
    """Returns what a user calls the place of ``node``: the layer, and the line."""
    layers = [path for path, _ in (node.meta.get("nn_module_stack") or {}).values()]
    trace = (node.meta.get("stack_trace") or "").strip().splitlines()
    lines = [line.strip() for line in trace if line.strip().startswith("File ")]
    layer = f" of layer '{layers[-1]}'" if layers and layers[-1] else ""
    line = f" ({lines[-1]})" if lines else ""
    return layer + line


@dataclass(frozen=True)
class Draw:
    """Random numbers that are 1 with ``probability``, or else 0."""

    shape: tuple
    stride: tuple
    dtype: torch.dtype
    probability: float

    def draw(self):
        # In the order of the memory, as the op of PyTorch does.
        numbers = torch.empty_strided(self.shape, self.stride, dtype=self.dtype)
        return numbers.bernoulli_(self.probability).contiguous()


class Importer:
    """Imports one exported program.

    Its parameters and buffers are constants, or with ``trains`` arguments: the
    parameters, then the buffers, then the tensors that the program takes, then the
    random numbers that it draws, in order. A program that trains returns its results,
    then the new values of the buffers that it writes. ``argument_names`` and
    ``buffer_names`` are the names of these; a ``Draw`` stands for random numbers, and
    None for a tensor that the program takes.
    """

    def __init__(self, program, trains=False):
        self.program = program
        self.trains = trains
        self.argument_names = []
        self.buffer_names = []
        self._constant = []
        self.builder = Builder()
        self.builder.set_resolver(self._resolve)
        self._values = {}
        self._extents = {}
        self._arguments = []
        self._symbols = {}

    # Values of nodes.

    def get(self, node):
        """Returns the value of ``node``; of a number, a tensor of rank 0."""
        if not isinstance(node, torch.fx.Node):
            raise UnsupportedModelError(f"{node} is used where a tensor is expected")
        value = self._values.get(node)
        if value is None:
            raise UnsupportedModelError(
                f"a result of {_get_source(node)} that is not imported is used"
            )
        return value

    def get_fake(self, node):
        """Returns the tensor without data that torch.export gave to ``node``."""
        return node.meta["val"]

    def get_shape(self, fake):
        return tuple(self.get_extent(e) for e in fake.shape)

    def get_extent(self, extent):
        """Returns an integer, or a symbolic one."""
        if isinstance(extent, torch.SymInt):
            expression = extent.node.expr
            return int(expression) if expression.is_Integer else expression
        return extent

    # Extents.

    def _resolve(self, extent):
        """Returns the name of an index: sums, products and quotients of the extents of
        arguments."""
        if extent not in self._extents:
            self._extents[extent] = self._compute(extent)
        return self._extents[extent]

    def _compute(self, extent):
        builder = self.builder
        if extent.is_Integer:
            return builder.add_index(int(extent))
        if extent.is_Symbol:
            if extent not in self._symbols:
                raise UnsupportedModelError(
                    f"the extent {extent} is that of no argument"
                )
            argument, dim = self._symbols[extent]
            return builder.add_op(
                f"tensor.dim {argument.name}, {builder.add_index(dim)} : {argument.type}"
            )
        operands = [self._resolve(argument) for argument in extent.args]
        name = type(extent).__name__
        ops = {"Add": "arith.addi", "Mul": "arith.muli", "FloorDiv": "arith.floordivsi"}
        if name not in ops:
            raise UnsupportedModelError(
                f"the extent {extent} is no sum, product or quotient"
            )
        result = operands[0]
        for other in operands[1:]:
            result = builder.add_op(f"{ops[name]} {result}, {other} : index")
        return result

    # The graph.

    def run(self, name):
        """Returns the module, with a function ``name``."""
        signature = self.program.graph_signature
        if signature.user_inputs_to_mutate:
            raise UnsupportedModelError("the model writes to its arguments")
        if signature.buffers_to_mutate and not self.trains:
            raise UnsupportedModelError(
                "the model writes to its buffers: call eval() first"
            )
        results = []
        used = find_used(self.program.graph)
        for node in self.program.graph.nodes:
            if node not in used and node.op == "call_function":
                continue
            if node.op == "placeholder":
                self._import_placeholder(node, signature)
            elif node.op == "call_function":
                with self.builder.at(_get_layer(node)):
                    self._import_call(node)
            elif node.op == "output":
                results = self._get_results(node, signature)
            else:
                raise UnsupportedModelError(
                    f"a graph with a node '{node.op}' is not imported"
                )
        return self.builder.write_module(name, self._arguments, results, self._constant)

    def _get_results(self, node, signature):
        # The new values of buffers come first there.
        buffers = signature.buffers_to_mutate
        results = [self.get(r) for r in node.args[0] if r.name not in buffers]
        for result in node.args[0]:
            if result.name in buffers:
                self.buffer_names.append(buffers[result.name])
                results.append(self.get(result))
                self._constant.append(results[-1])
        return results

    def _import_placeholder(self, node, signature):
        states = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        fake = node.meta.get("val")
        if node.name in states and not self._is_argument(node, signature):
            # Added where it is used first, if it is used.
            if node.users:
                self._values[node] = self._add_state(states[node.name])
            return
        if not isinstance(fake, torch.Tensor):
            raise UnsupportedModelError(f"the argument '{node.name}' is no tensor")
        value = self._add_argument(fake, states.get(node.name))
        self._values[node] = value
        if node.name not in signature.inputs_to_parameters:
            self._constant.append(value)
        for dim, extent in enumerate(value.shape):
            if not isinstance(extent, int) and extent.is_Symbol:
                self._symbols.setdefault(extent, (value, dim))

    def _add_argument(self, fake, name):
        value = Value(
            f"%arg{len(self._arguments)}", self.get_shape(fake), self.get_element(fake)
        )
        self._arguments.append(value)
        self.argument_names.append(name)
        return value

    def add_drawn(self, like, probability):
        """Adds an argument of random numbers, like the tensor of the node ``like``."""
        # Without gaps, and without elements that are one.
        fake = torch.empty_like(self.get_fake(like))
        draw = Draw(tuple(fake.shape), tuple(fake.stride()), fake.dtype, probability)
        value = self._add_argument(fake, draw)
        self._constant.append(value)
        return value

    def _is_argument(self, node, signature):
        is_state = node.name not in signature.inputs_to_lifted_tensor_constants
        return self.trains and is_state

    def get_element(self, fake):
        if fake.dtype not in ELEMENTS:
            raise UnsupportedModelError(f"tensors of {fake.dtype} are not imported")
        return ELEMENTS[fake.dtype]

    def _add_state(self, name):
        state = self.program.state_dict.get(name)
        if state is None:
            state = self.program.constants[name]
        return self.add_constant(state)

    def add_constant(self, tensor):
        return self.builder.add_constant(
            _to_bytes(tensor), tuple(tensor.shape), self.get_element(tensor)
        )

    def _import_call(self, node):
        if node.target is operator.getitem:
            source, index = node.args
            self._values[node] = self._values[source][index]
            return
        if isinstance(node.meta.get("val"), (int, float, bool, torch.SymInt)):
            # Arithmetic of extents: each tensor has its own.
            return
        name = str(node.target)
        translate = _aten.find(node.target)
        if translate is None:
            raise UnsupportedModelError(f"{name}{describe(node)} is not imported")
        try:
            self._values[node] = translate(self, node)
        except Unsupported as unsupported:
            raise UnsupportedModelError(
                f"{name}{describe(node)} is not imported {unsupported}"
            ) from None


def _get_source(node):
    """Returns the op of which ``node`` is a result, and its place."""
    source = node.args[0] if node.target is operator.getitem else node
    return f"{source.target}{describe(source)}"


def find_used(graph):
    """Returns the nodes that results are computed from. The others check what
    torch.export has assumed of shapes and types."""
    used = set()
    pending = [node for node in graph.nodes if node.op == "output"]
    while pending:
        node = pending.pop()
        if node not in used:
            used.add(node)
            pending.extend(node.all_input_nodes)
    return used


def _get_layer(node):
    stack = node.meta.get("nn_module_stack") or {}
    layers = [path for path, _ in stack.values()]
    return layers[-1] if layers else ""
