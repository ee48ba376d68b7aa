"""What is measured: products, layers and networks, and their data.

A work of form `packed` begins with packed bits, one of form `floats` with an image of
f32. A work of form `arrays` has operands and a result of f32, as the kernel wants them,
or packed bits as weights. Every work has a graph of the same meaning, for peers that
begin with floats.
"""

import array
import json
import math
import random

import graphs
from arrays import random_words, read_npy, unpack, write_npy

MATMULS = [(1024, 1024, 1024), (4096, 4096, 4096), (1, 4096, 4096), (16, 4096, 4096)]
CONVS = [(56, 64), (28, 128), (14, 256), (7, 512)]
FLOAT_MATMULS = [(256,) * 3, (512,) * 3, (1024,) * 3, (16, 4096, 4096)]
WEIGHT_MATMULS = [(1, 4096, 4096), (16, 4096, 4096), (1024,) * 3]
FLOAT_CONVS = {
    "conv_f32": "f32",
    "gradient_image": "f32, gradient of the image",
    "gradient_filter": "f32, gradient of the filter",
}
NETWORKS = {
    "Bi-Real-18": graphs.bi_real_18,
    "QuickNet-size": graphs.quicknet,
    "LeNet of digits": graphs.lenet,
}
# Rows of a product as pixels of an image.
IMAGES = {
    1: (1, 1),
    16: (4, 4),
    256: (16, 16),
    512: (16, 32),
    1024: (32, 32),
    4096: (64, 64),
}


def list_works():
    """The works in the order of the tables, without data."""
    works = []
    for rows, columns, depth in MATMULS:
        sizes = {"rows": rows, "columns": columns, "depth": depth}
        name = f"{rows} x {columns} x {depth}"
        works.append({"name": f"{name}, bits to i32", "kind": "matmul", **sizes})
        if rows < 4096:
            floats = {"kind": "matmul_graph", "layout": "NHWC", **sizes}
            works.append({"name": f"{name}, f32 to f32", **floats})
    for size, channels in CONVS:
        sizes = {"size": size, "channels": channels}
        name = f"3x3, {size} x {size} x {channels}"
        works.append({"name": f"{name}, bits to i32", "kind": "conv", **sizes})
        works.append({"name": f"{name}, bits to bits", "kind": "conv_bits", **sizes})
        for layout in ("NHWC", "NCHW"):
            floats = {"kind": "conv_graph", "layout": layout, **sizes}
            works.append({"name": f"{name}, f32 to f32, {layout}", **floats})
    for rows, columns, depth in FLOAT_MATMULS:
        sizes = {"rows": rows, "columns": columns, "depth": depth}
        name = f"{rows} x {columns} x {depth}, f32"
        works.append({"name": name, "kind": "matmul_f32", **sizes})
    for rows, columns, depth in WEIGHT_MATMULS:
        sizes = {"rows": rows, "columns": columns, "depth": depth}
        name = f"{rows} x {columns} x {depth}, f32 by bits"
        works.append({"name": name, "kind": "matmul_weights", **sizes})
    for size, channels in CONVS:
        for kind, what in FLOAT_CONVS.items():
            name = f"3x3, {size} x {size} x {channels}, {what}"
            fields = {"kind": kind, "size": size, "channels": channels}
            works.append({"name": name, **fields})
    for network in NETWORKS:
        for layout in ("NHWC", "NCHW"):
            fields = {"kind": "network", "network": network, "layout": layout}
            works.append({"name": f"{network}, {layout}", **fields})
    for work in works:
        packed = work["kind"] in ("matmul", "conv", "conv_bits")
        arrays = work["kind"] in ("matmul_f32", "matmul_weights", *FLOAT_CONVS)
        work["form"] = "packed" if packed else "arrays" if arrays else "floats"
        work.setdefault("layout", "NHWC")
    return works


def write_data(work, directory):
    """Writes the arrays of a work as files, and the rest with its graph as work.json.

    Products and layers have packed operands, a and b, beside the same as floats.
    """
    operands = {}
    if work["kind"] == "network":
        graph = NETWORKS[work["network"]]()
    else:
        operands, graph = make_product(work)
    for name, (values, shape) in {**operands, **graph.arrays}.items():
        write_npy(directory / f"{name}.npy", values, shape)
    arrays = {name: shape for name, (_, shape) in graph.arrays.items()}
    content = {"ops": graph.ops, "shapes": graph.shapes, "arrays": arrays}
    (directory / "work.json").write_text(json.dumps({**work, "graph": content}))


def make_product(work):
    """The packed operands, by name, and the graph."""
    if work["kind"].startswith("matmul"):
        outputs, size, depth = work["columns"], 1, work["depth"]
        a_shape, b_shape = [work["rows"]], [outputs]
        image = [*IMAGES[work["rows"]], depth]
    else:
        outputs, size, depth = work["channels"], 3, work["channels"]
        a_shape, b_shape = [1, work["size"], work["size"]], [outputs, 3, 3]
        image = [work["size"], work["size"], depth]
    operands, floats = {}, []
    for name, shape in (("a", a_shape), ("b", b_shape)):
        shape = [*shape, depth // 64]
        words = random_words(len(operands), math.prod(shape))
        operands[name] = words, shape
        floats.append(unpack(words))
    if work["kind"] == "conv_bits":
        choices = range(-3 * depth, 3 * depth)
        thresholds = random.Random(0).choices(choices, k=outputs)
        operands["thresholds"] = array.array("i", thresholds), [outputs]
    binary = work["form"] != "arrays"
    return operands, graphs.single_conv(*floats, image, outputs, size, binary)


def as_numpy(graph):
    """A graph that was not saved, with arrays of NumPy."""
    import numpy

    for name, (values, shape) in graph.arrays.items():
        array = numpy.frombuffer(values, numpy.float32).reshape(shape)
        graph.arrays[name] = array, shape
    return graph


class LoadedGraph:
    """The graph that `write_data` wrote, whose arrays `load` reads, as numpy.load."""

    def __init__(self, work, directory, load=read_npy):
        content = work["graph"]
        self.ops = content["ops"]
        self.shapes = [tuple(shape) for shape in content["shapes"]]
        self.arrays = {
            name: (load(directory / f"{name}.npy"), shape)
            for name, shape in content["arrays"].items()
        }
