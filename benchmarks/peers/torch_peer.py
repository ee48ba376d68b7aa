"""PyTorch: products and networks in f32, and its product of int8."""

from worker import Case
from works import LoadedGraph

INSTALL = "pip install torch==2.13.0 numpy"
FORMS = ["packed", "floats", "arrays"]


def versions(settings):
    import torch

    torch.set_num_threads(1)
    return {"PyTorch": torch.__version__}


class Network:
    """A graph as calls of eager ops. The layout of memory is that of the image."""

    def __init__(self, graph, layout):
        import torch

        self.torch, self.graph = torch, graph
        self.format = torch.contiguous_format
        if layout == "NHWC":
            self.format = torch.channels_last
        self.weights = [self.constants(op) for op in graph.ops]
        image = torch.from_numpy(graph.arrays["image"][0]).permute(0, 3, 1, 2)
        self.image = image.contiguous(memory_format=self.format)

    def array(self, name):
        return self.torch.from_numpy(self.graph.arrays[name][0])

    def constants(self, op):
        if op["op"] == "conv":
            weights = self.array(op["weights"]).permute(0, 3, 1, 2)
            return weights.contiguous(memory_format=self.format)
        if op["op"] == "depthwise":
            weights = self.array(op["weights"]).permute(2, 0, 1)[:, None]
            return weights.contiguous(memory_format=self.format)
        if op["op"] == "affine":
            return [self.array(op[name])[:, None, None] for name in ("scale", "shift")]
        if op["op"] == "dense":
            height, width, channels = self.graph.shapes[op["x"]]
            weights = self.array(op["weights"]).reshape(-1, height, width, channels)
            return weights.permute(0, 3, 1, 2).reshape(-1, height * width * channels)
        return None

    def signs(self, x):
        return self.torch.where(x < 0, -1.0, 1.0)

    def apply(self, op, constants, values):
        functional = self.torch.nn.functional
        kind, x = op["op"], values[op["x"]]
        if kind in ("conv", "dense") and op["binary"]:
            x = self.signs(x)
        if kind == "conv":
            padding = op["padding"]
            if op["pad_value"]:
                x = functional.pad(x, [padding] * 4, value=op["pad_value"])
                padding = 0
            return functional.conv2d(x, constants, None, op["stride"], padding)
        if kind == "depthwise":
            stride, padding, groups = op["stride"], op["padding"], x.shape[1]
            return functional.conv2d(x, constants, None, stride, padding, 1, groups)
        if kind == "affine":
            y = x * constants[0] + constants[1]
            return y if op["other"] is None else y + values[op["other"]]
        if kind in ("relu", "tanh"):
            return getattr(self.torch, kind)(x)
        if kind == "max_pool":
            return functional.max_pool2d(x, op["size"], op["stride"], op["padding"])
        if kind == "mean_pool":
            return functional.avg_pool2d(x, op["size"], op["stride"])
        return functional.linear(x.reshape(1, -1), constants)[:, :, None, None]

    def __call__(self):
        with self.torch.inference_mode():
            values = [self.image]
            for op, constants in zip(self.graph.ops, self.weights):
                values.append(self.apply(op, constants, values))
        self.result = values[-1]


def prepare(work, directory, settings):
    import numpy

    if work["kind"] in ("conv", "conv_bits"):
        return {}
    graph = LoadedGraph(work, directory, numpy.load)
    if work["kind"].startswith("matmul"):
        return matmul_cases(work, graph)
    if work["kind"].startswith("gradient"):
        return {"f32": gradient_case(work, graph)}
    network = Network(graph, work["layout"])

    def result():
        return bytes(network.result.permute(0, 2, 3, 1).contiguous().numpy())

    kernel = work["form"] == "arrays"
    return {"f32": Case(result, **{"kernel" if kernel else "call": network})}


def gradient_case(work, graph):
    """A gradient of the convolution of `graph`; that of the result is the image."""
    network = Network(graph, work["layout"])
    (weights,) = network.weights
    torch, image, state = network.torch, network.image, {}
    of_image = work["kind"] == "gradient_image"

    def kernel():
        state["y"] = torch.ops.aten.convolution_backward(
            *(image, image, weights, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1),
            [of_image, not of_image, False],
        )[0 if of_image else 1]

    def result():
        order = (0, 2, 3, 1) if of_image else (2, 3, 1, 0)
        return bytes(state["y"].permute(*order).contiguous().numpy())

    return Case(result, kernel=kernel)


def matmul_cases(work, graph):
    import torch

    (op,) = graph.ops
    x, w = (
        torch.from_numpy(graph.arrays[name][0]).reshape(-1, work["depth"])
        for name in ("image", op["weights"])
    )
    cases = {"f32": matmul_case(torch.mm, x, w.t(), work)}
    # It wants more than 16 rows.
    if work["kind"] == "matmul" and work["rows"] > 16:
        x, w = x.to(torch.int8), w.to(torch.int8)
        cases["int8"] = matmul_case(torch._int_mm, x, w.t(), work)
    return cases


def matmul_case(multiply, x, w, work):
    """A product, in works from floats with the signs of its first operand."""
    import torch

    state = {}

    def kernel():
        state["y"] = multiply(x, w)

    def call():
        state["y"] = multiply(torch.where(x < 0, -1.0, 1.0), w)

    def result():
        return bytes(state["y"].float().numpy())

    if work["form"] != "floats":
        return Case(result, kernel=kernel)
    return Case(result, call=call)
