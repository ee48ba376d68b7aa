"""OpenVINO: float, int8 and binary networks. A convolution of +-1 weights by what
FakeQuantize makes of two levels becomes its BinaryConvolution."""

import statistics

import graphs
from worker import Case
from works import LoadedGraph, as_numpy

INSTALL = "pip install openvino==2026.4.1"
# Between zero and the largest negative number that a network computes.
BELOW_ZERO = 2.0**-21


def versions(settings):
    import openvino

    return {"OpenVINO": openvino.__version__}


class Builder:
    """A graph in OpenVINO's ops. `quantize` is

    signs   two levels before binary convolutions
    f32     nothing
    int8    256 levels before every convolution and matrix product, of the ranges that
            `ranges` has; without it they are additional results
    """

    def __init__(self, graph, layout, quantize, ranges=None):
        import numpy
        from openvino import opset8

        self.np, self.ops = numpy, opset8
        self.graph, self.quantize, self.ranges = graph, quantize, ranges
        self.nchw, self.observed = layout == "NCHW", []

    def constant(self, values):
        return self.ops.constant(self.np.asarray(values, self.np.float32))

    def array(self, name):
        return self.graph.arrays[name][0]

    def channels(self, name):
        return self.constant(self.array(name).reshape(1, -1, 1, 1))

    def fake(self, x, low, high, levels):
        bounds = [self.constant(self.np.reshape(v, (1, 1, 1, 1))) for v in (low, high)]
        return self.ops.fake_quantize(x, *bounds, *bounds, levels)

    def signs(self, x):
        below = 1.0 - 2.0 * BELOW_ZERO
        bounds = [
            self.constant(self.np.full((1, 1, 1, 1), v)) for v in (-1, below, -1, 1)
        ]
        return self.ops.fake_quantize(x, *bounds, 2)

    def weights_and_input(self, x, values, binary):
        """What a product takes, quantized."""
        if self.quantize == "signs" and binary:
            return self.signs(x), self.constant(values)
        if self.quantize != "int8":
            return x, self.constant(values)
        if self.ranges is None:
            self.observed.append(x)
            return x, self.constant(values)
        low, high = self.ranges[len(self.observed)]
        self.observed.append(x)
        x = self.fake(x, low, high, 256)
        limit = self.np.abs(values).max()
        return x, self.fake(self.constant(values), -limit, limit, 255)

    def conv(self, op, x, before):
        values = self.array(op["weights"]).transpose(0, 3, 1, 2)
        stride, padding = [op["stride"]] * 2, [op["padding"]] * 2
        if op["pad_value"]:
            # Before the signs, since OpenVINO looks for these at the convolution.
            amounts = self.ops.constant(self.np.array([0, 0, *padding]))
            value = self.constant(op["pad_value"])
            x = self.ops.pad(x, amounts, amounts, "constant", value)
            padding = [0, 0]
        x, w = self.weights_and_input(x, values, op["binary"])
        return self.ops.convolution(x, w, stride, padding, padding, [1, 1])

    def depthwise(self, op, x, before):
        values = self.array(op["weights"]).transpose(2, 0, 1)[:, None, None]
        stride, padding = [op["stride"]] * 2, [op["padding"]] * 2
        w = self.constant(values)
        return self.ops.group_convolution(x, w, stride, padding, padding, [1, 1])

    def affine(self, op, x, before):
        y = self.ops.multiply(x, self.channels(op["scale"]))
        y = self.ops.add(y, self.channels(op["shift"]))
        return y if op["other"] is None else self.ops.add(y, self.values[op["other"]])

    def relu(self, op, x, before):
        return self.ops.relu(x)

    def tanh(self, op, x, before):
        return self.ops.tanh(x)

    def max_pool(self, op, x, before):
        stride, padding = [op["stride"]] * 2, [op["padding"]] * 2
        size = [op["size"]] * 2
        return self.ops.max_pool(x, stride, [1, 1], padding, padding, size).output(0)

    def mean_pool(self, op, x, before):
        stride, size = [op["stride"]] * 2, [op["size"]] * 2
        return self.ops.avg_pool(x, stride, [0, 0], [0, 0], size, True)

    def dense(self, op, x, before):
        """A convolution by a window of the whole image."""
        height, width, channels = before
        values = self.array(op["weights"]).reshape(-1, height, width, channels)
        x, w = self.weights_and_input(x, values.transpose(0, 3, 1, 2), op["binary"])
        return self.ops.convolution(x, w, [1, 1], [0, 0], [0, 0], [1, 1])

    def model(self):
        import openvino

        order = self.ops.constant(self.np.array([0, 3, 1, 2]))
        back = self.ops.constant(self.np.array([0, 2, 3, 1]))
        height, width, channels = self.graph.shapes[0]
        shape = [1, height, width, channels]
        if self.nchw:
            shape = [1, channels, height, width]
        image = self.ops.parameter(shape, self.np.float32)
        x = image
        if not self.nchw:
            # OpenVINO makes no BinaryConvolution of what quantizes a transposition.
            x = self.ops.clamp(self.ops.transpose(image, order), -1e30, 1e30)
        self.values = [x]
        for op in self.graph.ops:
            build = getattr(self, op["op"])
            x = self.values[op["x"]]
            self.values.append(build(op, x, self.graph.shapes[op["x"]]))
        y = self.values[-1]
        if not self.nchw:
            y = self.ops.transpose(y, back)
        results = [y]
        if self.ranges is None:
            results += self.observed
        results = [self.ops.result(result) for result in results]
        return openvino.Model(results, [image], "network")


class Network:
    """A compiled model with its image."""

    def __init__(self, model, image, count_time):
        import openvino

        options = {
            "INFERENCE_NUM_THREADS": 1,
            "NUM_STREAMS": 1,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERF_COUNT": count_time,
        }
        compiled = openvino.Core().compile_model(model, "CPU", options)
        self.request = compiled.create_infer_request()
        self.request.set_input_tensor(openvino.Tensor(image))

    def __call__(self):
        self.request.infer()

    def result(self, number=0):
        return self.request.get_output_tensor(number).data

    def nodes(self):
        """The seconds of each executed node by type, after a call."""
        times = {}
        for node in self.request.profiling_info:
            seconds = node.real_time.total_seconds()
            times.setdefault(node.node_type, []).append(seconds)
        return times


def prepare(work, directory, settings):
    import numpy

    graph = LoadedGraph(work, directory, numpy.load)
    # A kernel on bits is the same for both layouts.
    layout = "NCHW" if work["form"] == "packed" else work["layout"]
    cases = {"": binary_case(work, graph, layout)}
    if work.get("network") == "Bi-Real-18":
        for quantize in ("f32", "int8"):
            cases[f"ResNet-18, {quantize}"] = plain_case(layout, quantize)
    return cases


def image_of(graph, layout):
    image = graph.arrays["image"][0]
    if layout == "NCHW":
        image = image.transpose(0, 3, 1, 2)
    return image.copy()


def binary_case(work, graph, layout):
    model = Builder(graph, layout, "signs").model()
    image = image_of(graph, layout)
    call, counted = (Network(model, image, count) for count in (False, True))
    counted()
    if "BinaryConvolution" not in counted.nodes():
        raise ValueError("OpenVINO made no BinaryConvolution")

    def kernel():
        times = []
        for _ in range(5):
            counted()
            times.append(sum(counted.nodes()["BinaryConvolution"]))
        return statistics.median(times)

    def result():
        if work["kind"] == "conv_bits":
            return None
        y = call.result()
        return bytes(y.transpose(0, 2, 3, 1) if layout == "NCHW" else y)

    note = "BinaryConvolution"
    if work["kind"] == "conv_bits":
        # OpenVINO packs the bits of the next layer in a reorder.
        note += ", to f32"
    return Case(result, call=call, measured_kernel=kernel, note=note)


def plain_case(layout, quantize):
    """ResNet-18, in f32 or with the ranges of one image in int8."""
    import numpy

    graph, ranges = as_numpy(graphs.resnet_18()), None
    image = image_of(graph, layout)
    expected = Network(Builder(graph, layout, "f32").model(), image, False)
    expected()
    if quantize == "int8":
        builder = Builder(graph, layout, "int8")
        observed = Network(builder.model(), image, False)
        observed()
        ranges = []
        for number in range(1, 1 + len(builder.observed)):
            values = observed.result(number)
            ranges.append((min(0.0, values.min()), values.max()))
    call = Network(Builder(graph, layout, quantize, ranges).model(), image, False)

    def result():
        logits = (network.result().ravel() for network in (call, expected))
        correlation = numpy.corrcoef(*logits)[0, 1]
        if not correlation > 0.95:
            raise ValueError(f"logits in {quantize} and f32 correlate by {correlation}")

    return Case(result, call=call)
