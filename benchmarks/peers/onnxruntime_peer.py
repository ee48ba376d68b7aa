"""onnxruntime: layers and ResNet-18 in int8, quantized by its quantize_static, and
ResNet-18 in f32."""

import graphs
from worker import Case
from works import LoadedGraph, as_numpy

INSTALL = "pip install onnxruntime==1.32.0 onnx==1.23.2 sympy"


def versions(settings):
    import onnx
    import onnxruntime

    onnxruntime.set_default_logger_severity(3)
    return {"onnxruntime": onnxruntime.__version__, "onnx": onnx.__version__}


class Builder:
    """A graph without signs as an ONNX model."""

    def __init__(self, graph, layout):
        import numpy
        import onnx

        self.np, self.onnx, self.graph = numpy, onnx, graph
        self.nodes, self.constants = [], []
        self.nchw = layout == "NCHW"

    def add(self, kind, *inputs, **attributes):
        name = f"v{len(self.nodes)}"
        node = self.onnx.helper.make_node(kind, list(inputs), [name], **attributes)
        self.nodes.append(node)
        return name

    def constant(self, values):
        name = f"c{len(self.constants)}"
        values = self.np.ascontiguousarray(values, self.np.float32)
        self.constants.append(self.onnx.numpy_helper.from_array(values, name))
        return name

    def array(self, name):
        return self.graph.arrays[name][0]

    def windows(self, op):
        return {
            "kernel_shape": [op["size"]] * 2,
            "strides": [op["stride"]] * 2,
            "pads": [op["padding"]] * 4,
        }

    def multiply(self, work):
        """A product of matrices instead of the convolution that stands for it."""
        (op,) = self.graph.ops
        weights = self.array(op["weights"]).reshape(-1, work["depth"])
        y = self.add("MatMul", "image", self.constant(weights.T))
        return self.finish([work["rows"], work["depth"]], y)

    def conv(self, op, x):
        weights = self.constant(self.array(op["weights"]).transpose(0, 3, 1, 2))
        return self.add("Conv", x, weights, **self.windows(op))

    def affine(self, op, x):
        scale, shift = (
            self.constant(self.array(op[name]).reshape(1, -1, 1, 1))
            for name in ("scale", "shift")
        )
        y = self.add("Add", self.add("Mul", x, scale), shift)
        return (
            y if op["other"] is None else self.add("Add", y, self.values[op["other"]])
        )

    def relu(self, op, x):
        return self.add("Relu", x)

    def max_pool(self, op, x):
        return self.add("MaxPool", x, **self.windows(op))

    def mean_pool(self, op, x):
        return self.add("AveragePool", x, **self.windows(op))

    def dense(self, op, x):
        weights = self.constant(self.array(op["weights"]))
        flat = self.add("Flatten", x)
        return self.add("Gemm", flat, weights, transB=1)

    def model(self):
        height, width, channels = self.graph.shapes[0]
        shape, x = [1, channels, height, width], "image"
        if not self.nchw:
            shape = [1, height, width, channels]
            x = self.add("Transpose", x, perm=[0, 3, 1, 2])
        self.values = [x]
        for op in self.graph.ops:
            self.values.append(getattr(self, op["op"])(op, self.values[op["x"]]))
        y = self.values[-1]
        if not self.nchw and self.graph.ops[-1]["op"] != "dense":
            y = self.add("Transpose", y, perm=[0, 2, 3, 1])
        return self.finish(shape, y)

    def finish(self, shape, y):
        """The model of an image of this shape, with the result y."""
        make, element = self.onnx.helper, self.onnx.TensorProto.FLOAT
        image = make.make_tensor_value_info("image", element, shape)
        result = make.make_tensor_value_info(y, element, None)
        graph = make.make_graph(self.nodes, "graph", [image], [result], self.constants)
        opset = make.make_opsetid("", 17)
        return make.make_model(graph, opset_imports=[opset], ir_version=8)


def quantize(source, target, image):
    from onnxruntime import quantization

    class Images(quantization.CalibrationDataReader):
        """The one image with which ranges are found."""

        def __init__(self):
            self.images = iter([{"image": image}])

        def get_next(self):
            return next(self.images, None)

    prepared = source.with_suffix(".prepared.onnx")
    quantization.quant_pre_process(str(source), str(prepared))
    quantization.quantize_static(
        str(prepared),
        str(target),
        Images(),
        quant_format=quantization.QuantFormat.QDQ,
        activation_type=quantization.QuantType.QUInt8,
        weight_type=quantization.QuantType.QInt8,
        per_channel=True,
    )


class Session:
    def __init__(self, path, image):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        providers = ["CPUExecutionProvider"]
        self.session = onnxruntime.InferenceSession(str(path), options, providers)
        self.image = {"image": image}

    def __call__(self):
        (self.result,) = self.session.run(None, self.image)


def prepare(work, directory, settings):
    import numpy

    layout = work["layout"]
    if work["kind"] in ("matmul_graph", "conv_graph"):
        graph = LoadedGraph(work, directory, numpy.load)
        builder, image = Builder(graph, layout), image_of(graph, layout)
        if work["kind"] == "matmul_graph":
            image = image.reshape(work["rows"], -1)
            return {"int8": make_case(builder.multiply(work), image, directory, True)}
        return {"int8": make_case(builder.model(), image, directory, True)}
    if work.get("network") != "Bi-Real-18":
        return {}
    graph = as_numpy(graphs.resnet_18())
    model, image = Builder(graph, layout).model(), image_of(graph, layout)
    return {
        "ResNet-18, f32": make_case(model, image, directory, False),
        "ResNet-18, int8": make_case(model, image, directory, True),
    }


def image_of(graph, layout):
    image = graph.arrays["image"][0]
    return (image.transpose(0, 3, 1, 2) if layout == "NCHW" else image).copy()


def make_case(model, image, directory, int8):
    import numpy
    import onnx

    source, target = directory / "f32.onnx", directory / "int8.onnx"
    onnx.save(model, str(source))
    expected = Session(source, image)
    expected()
    call = expected
    if int8:
        quantize(source, target, image)
        call = Session(target, image)

    def result():
        results = (session.result.ravel() for session in (call, expected))
        correlation = numpy.corrcoef(*results)[0, 1]
        if not correlation > 0.95:
            raise ValueError(f"results in int8 and f32 correlate by {correlation}")

    return Case(result, call=call)
