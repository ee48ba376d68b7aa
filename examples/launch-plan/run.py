#!/usr/bin/env python3
"""Runs a function of a launch plan on a GPU, with nothing but the CUDA driver.

    run.py PLAN.json FUNCTION ARGUMENT... [--result=Y.npy]...

An argument is a .npy file, or numbers: 2.5 of a scalar, 1,-2,3 of a tensor of one
dimension. Results are written to the files that --result names, in order, and
printed where there is no file for them. `bnn-translate --gpu-to-launch-plan` writes plans; README.md says of what.
"""

import argparse
import base64
import ctypes
import dataclasses
import json
import math
import re
import sys

import cuda
import elements
import steps


class PlanError(Exception):
    pass


@dataclasses.dataclass
class MemRef:
    """Elements in memory of the device or of the host, row by row."""

    kind: str
    address: int
    sizes: list
    # Memory of the host, which lives as long as this.
    owner: object = None

    def bytes(self):
        return math.prod(self.sizes) * elements.size_of(self.kind)


def parse_memref(text):
    """The sizes of a memref's type, None where they are dynamic, and the type of
    its elements; or None of another type."""
    match = re.fullmatch(r"memref<((?:(?:\d+|\?)x)*)(\w+)>", text)
    if match is None:
        if text.startswith("memref"):
            raise PlanError(f"the type '{text}' is not row-major without gaps")
        return None
    sizes = [None if s == "?" else int(s) for s in match[1].split("x")[:-1]]
    return sizes, match[2]


def host_memory(kind, sizes):
    size = math.prod(sizes) * elements.size_of(kind)
    owner = ctypes.create_string_buffer(size + 1)
    return MemRef(kind, ctypes.addressof(owner), sizes, owner)


class Plan:
    def __init__(self, path, device):
        with open(path) as file:
            plan = json.load(file)
        self.device = device
        self.functions = {function["name"]: function for function in plan["functions"]}
        self.images = {kernel["module"]: kernel["image"] for kernel in plan["kernels"]}
        self.modules = {}

    def find(self, name):
        if name not in self.functions:
            raise PlanError(f"there is no function '{name}' in the plan")
        return self.functions[name]

    def load(self, name):
        """The module `name`, loaded when a kernel of it is launched first."""
        if name not in self.modules:
            image = base64.b64decode(self.images[name])
            self.modules[name] = self.device.load(image)
        return self.modules[name]

    def call(self, name, arguments):
        """What `name` returns, once the device has done it."""
        return Call(self, self.find(name)).run(arguments)


class Call:
    """One run of a function: the values that its steps have computed."""

    def __init__(self, plan, function):
        self.plan, self.device, self.function = plan, plan.device, function
        self.types = function["types"]
        self.values = {}

    def run(self, arguments):
        for number, argument in zip(self.function["arguments"], arguments):
            self.values[number] = argument
        for step in self.function["steps"]:
            self.values.update(zip(step["results"], self.execute(step)))
        return self.get(self.function["results"])

    def get(self, numbers):
        return [self.values[number] for number in numbers]

    def execute(self, step):
        """The results of a step."""
        operands = self.get(step["operands"])
        result = self.types[step["results"][0]] if step["results"] else None
        op = step["op"]
        if op.startswith("arith."):
            kinds = [self.types[number] for number in step["operands"]]
            return [steps.compute(step, kinds, result, operands)]
        if op == "gpu.launch_func":
            return self.launch(step, operands)
        if op == "gpu.alloc":
            memref = self.shape(result, operands)
            memref.address = self.device.allocate(memref.bytes())
            return [memref]
        if op == "gpu.dealloc":
            return self.device.free(operands[0].address) or []
        if op == "gpu.memcpy":
            to, source = operands
            return self.device.copy(to.address, source.address, to.bytes()) or []
        if op in ("memref.alloca", "memref.alloc"):
            memref = self.shape(result, operands)
            return [host_memory(memref.kind, memref.sizes)]
        if op == "memref.get_global":
            return [self.constant(result, base64.b64decode(step["value"]))]
        if op in ("memref.cast", "memref.reinterpret_cast"):
            # A plan's functions are called with memrefs that have no gaps, so what
            # another view of one changes is its sizes, which no later step asks for.
            return operands[:1]
        if op == "memref.dim":
            return [operands[0].sizes[operands[1]]]
        if op == "memref.extract_aligned_pointer_as_index":
            return [operands[0].address]
        if op == "memref.extract_strided_metadata":
            sizes = operands[0].sizes
            strides = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
            return [operands[0], 0, *sizes, *strides]
        if op == "memref.load":
            return [self.load(operands[0], operands[1:])]
        if op == "func.call":
            return self.plan.call(step["callee"], operands)
        raise PlanError(f"the step '{op}' is not known")

    def shape(self, text, dynamic):
        """A memref of the type `text`, without memory."""
        sizes, kind = parse_memref(text)
        rest = iter(dynamic)
        return MemRef(kind, 0, [next(rest) if s is None else s for s in sizes])

    def constant(self, text, data):
        memref = self.shape(text, [])
        memref = host_memory(memref.kind, memref.sizes)
        ctypes.memmove(memref.address, data, len(data))
        return memref

    def load(self, memref, indices):
        position = 0
        for size, index in zip(memref.sizes, indices):
            position = position * size + index
        size = elements.size_of(memref.kind)
        data = ctypes.string_at(memref.address + position * size, size)
        return elements.from_bytes(memref.kind, data)

    def launch(self, step, operands):
        grid, block = self.get(step["grid"]), self.get(step["block"])
        # An empty tensor has no blocks. The driver takes that for an error.
        if 0 in grid:
            return []
        parameters = [
            elements.to_bytes("i64", operand.address)
            if isinstance(operand, MemRef)
            else elements.to_bytes(self.types[number], operand)
            for number, operand in zip(step["operands"], operands)
        ]
        module = self.plan.load(step["module"])
        kernel = self.device.find_kernel(module, step["kernel"])
        self.device.launch(kernel, grid, block, parameters)
        return []


# ----------------------------------------------------------------------------
# Arguments and results
# ----------------------------------------------------------------------------


def read_argument(text, kind):
    """The element type, shape and bytes of what is given for a `kind`."""
    if text.endswith(".npy"):
        return elements.load(text)
    data = elements.parse(kind, text)
    return kind, [len(data) // elements.size_of(kind)], data


def make_argument(device, text, kind):
    """`text` as a value of type `kind`; tensors are copied to the device."""
    memref = parse_memref(kind)
    sizes, element = memref if memref else ([], kind)
    given, shape, data = read_argument(text, element)
    # A single number is a scalar, too.
    if not sizes and shape == [1]:
        shape = []
    expected = [g if s is None else s for s, g in zip(sizes, shape)]
    if given != element or len(shape) != len(sizes) or shape != expected:
        raise PlanError(f"'{text}' is {given} {shape}, which is no {kind}")
    if memref is None:
        return elements.from_bytes(element, data)
    address = device.allocate(len(data))
    source = ctypes.create_string_buffer(data, len(data))
    device.copy(address, ctypes.addressof(source), len(data))
    return MemRef(element, address, shape)


def read_result(device, value, kind):
    """The element type, shape and bytes of a result."""
    if not isinstance(value, MemRef):
        return kind, [], elements.to_bytes(kind, value)
    data = ctypes.create_string_buffer(value.bytes() + 1)
    device.copy(ctypes.addressof(data), value.address, value.bytes())
    return value.kind, value.sizes, data.raw[:-1]


def describe(kind, shape, data):
    # Nine digits tell the floats of an f32 apart.
    words = [
        f"{value:.9g}" if elements.is_float(kind) else str(value)
        for value in elements.unpack(kind, data)
    ]
    dims = ",".join(map(str, shape))
    return f"{kind} [{dims}] {' '.join(words)}".rstrip()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("plan")
    parser.add_argument("function")
    # Not an option, though it may begin with a minus.
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    paths = [a[9:] for a in options.arguments if a.startswith("--result=")]
    arguments = [a for a in options.arguments if not a.startswith("--result=")]

    device = cuda.Device()
    plan = Plan(options.plan, device)
    function = plan.find(options.function)
    kinds = [function["types"][number] for number in function["arguments"]]
    if len(arguments) != len(kinds):
        raise PlanError(
            f"'{options.function}' has {len(kinds)} arguments, not {len(arguments)}"
        )
    values = [make_argument(device, *pair) for pair in zip(arguments, kinds)]
    results = plan.call(options.function, values)
    if len(paths) > len(results):
        raise PlanError(f"there are {len(results)} results for {len(paths)} files")
    for i, (number, value) in enumerate(zip(function["results"], results)):
        result = read_result(device, value, function["types"][number])
        if i < len(paths):
            elements.save(paths[i], *result)
        else:
            print(describe(*result))


if __name__ == "__main__":
    try:
        main()
    except (
        PlanError,
        cuda.CUDAError,
        elements.ElementError,
        steps.StepError,
        OSError,
    ) as error:
        sys.exit(f"run.py: error: {error}")
