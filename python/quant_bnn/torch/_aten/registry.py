"""The functions that translate ops, by the names of the ops.

A function takes the importer and a node of the graph, and returns the value of the node,
or a tuple of values. What it cannot express raises ``Unsupported``.
"""

import torch

_TRANSLATIONS = {}


def translates(*names):
    """Registers the function for the ops ``names``."""

    def register(function):
        for name in names:
            _TRANSLATIONS[name] = function
        return function

    return register


def find(target):
    """Returns the function for an op, or None."""
    return _TRANSLATIONS.get(str(target))


def is_node(operand):
    return isinstance(operand, torch.fx.Node)


class Arguments:
    """The arguments of a node by the names of the schema, with its defaults. A node among
    them is its value; ``get_node`` returns the node itself."""

    def __init__(self, importer, node):
        self._importer = importer
        self._values = {}
        for i, argument in enumerate(node.target._schema.arguments):
            if i < len(node.args):
                value = node.args[i]
            elif argument.name in node.kwargs:
                value = node.kwargs[argument.name]
            else:
                value = argument.default_value if argument.has_default_value() else None
            self._values[argument.name] = value

    def __contains__(self, name):
        return name in self._values

    def __getattr__(self, name):
        value = self._values[name]
        if not is_node(value):
            return value
        # An extent is no value of MLIR.
        is_tensor = isinstance(value.meta.get("val"), (torch.Tensor, tuple, list))
        return self._importer.get(value) if is_tensor else value

    def get_node(self, name):
        return self._values[name]

    def get_window(self, rank, *names):
        """Returns a list with the numbers for each dimension of images, which may be one
        number for all, for each name."""
        lists = []
        for name in names:
            numbers = self._values[name]
            numbers = [numbers] if isinstance(numbers, int) else list(numbers)
            lists.append(numbers * rank if len(numbers) == 1 else numbers)
        return lists


def get_result(importer, node):
    """Returns the shape and the element type of the result of ``node``."""
    fake = importer.get_fake(node)
    return importer.get_shape(fake), importer.get_element(fake)
