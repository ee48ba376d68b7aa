"""Networks in ONNX and QONNX, compiled, against ONNX's reference and the exporters."""

import numpy
import pytest

onnx = pytest.importorskip("onnx")

import quant_bnn  # noqa: E402
import quant_bnn.onnx  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402
from onnx.reference import ReferenceEvaluator  # noqa: E402

BINARIZE = "quant-bnn-binary-inference-pipeline{mode=relaxed}"


def draw(*shape):
    return (
        numpy.random.default_rng(sum(shape))
        .standard_normal(shape)
        .astype(numpy.float32)
    )


def make_model(nodes, shape, constants=(), batch=None):
    """A model with the input x; the last node makes the output y."""
    extents = [batch or shape[0], *shape[1:]]
    graph = helper.make_graph(
        nodes,
        "network",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, extents)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [
            numpy_helper.from_array(array, name)
            for name, array in dict(constants).items()
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19)])


def node(op, inputs, output="y", **attributes):
    return helper.make_node(
        op, inputs.split(), output.split(), name=output, **attributes
    )


def run(model, x, **options):
    return quant_bnn.compile(quant_bnn.onnx.load(model, **options), passes="").forward(
        x
    )


IMAGE, ROWS = (2, 4, 9, 9), (3, 8)
NODES = {
    "convolution": (
        [node("Conv", "x w b", strides=[2, 1], pads=[1, 0, 2, 1], dilations=[1, 2])],
        IMAGE,
        {"w": draw(6, 4, 3, 3), "b": draw(6)},
    ),
    "groups": ([node("Conv", "x w", group=2)], IMAGE, {"w": draw(6, 2, 3, 3)}),
    "depthwise": (
        [node("Conv", "x w", group=4, auto_pad="SAME_UPPER", strides=[2, 2])],
        IMAGE,
        {"w": draw(4, 1, 2, 2)},
    ),
    "max pool": (
        [node("MaxPool", "x", kernel_shape=[3, 2], strides=[2, 2], pads=[1, 0, 1, 1])],
        IMAGE,
    ),
    "average pool": ([node("AveragePool", "x", kernel_shape=[3, 3])], IMAGE),
    "average pool with padding": (
        [
            node(
                "AveragePool",
                "x",
                kernel_shape=[3, 3],
                pads=[1] * 4,
                count_include_pad=1,
            )
        ],
        IMAGE,
    ),
    "global average pool": ([node("GlobalAveragePool", "x")], IMAGE),
    "batch norm": (
        [node("BatchNormalization", "x s b m v", epsilon=0.1)],
        IMAGE,
        {"s": draw(4), "b": draw(4), "m": draw(4), "v": abs(draw(4))},
    ),
    "gemm": (
        [node("Gemm", "x w b", transB=1)],
        ROWS,
        {"w": draw(5, 8), "b": draw(5)},
    ),
    "matmul": ([node("MatMul", "x w")], (2, 3, 8), {"w": draw(8, 5)}),
    "products of batches": (
        [node("MatMul", "x w", "y"), node("MatMul", "y v")],
        (2, 1, 3, 8),
        {"w": draw(4, 8, 5), "v": draw(5)},
    ),
    "product of vectors": ([node("MatMul", "x w")], (8,), {"w": draw(8)}),
    "layer norm of rows": (
        [node("LayerNormalization", "x s b", axis=-2)],
        IMAGE,
        {"s": draw(IMAGE[3]), "b": draw(IMAGE[2], 1)},
    ),
    "layer norm": (
        [node("LayerNormalization", "x s b", axis=-2, epsilon=0.1)],
        IMAGE,
        {"s": draw(*IMAGE[2:]), "b": draw(*IMAGE[2:])},
    ),
    "elementwise": (
        [
            node("Add", "x b", "a"),
            node("Tanh", "a", "t"),
            node("Clip", "t low high", "c"),
            node("Sigmoid", "c", "s"),
            node("PRelu", "s p", "r"),
            node("Sign", "x", "g"),
            node("Mul", "r g"),
        ],
        ROWS,
        {
            "b": draw(8),
            "p": draw(8),
            "low": numpy.float32(-0.5),
            "high": numpy.float32(0.5),
        },
    ),
    "shapes": (
        [
            node("Transpose", "x", "t", perm=[0, 2, 3, 1]),
            node("Reshape", "t shape", "r"),
            node("Unsqueeze", "r axes", "u"),
            node("Squeeze", "u axes", "s"),
            node("Concat", "s s", "c", axis=1),
            node("Pad", "c pads value", "p"),
            node("Flatten", "p"),
        ],
        IMAGE,
        {
            "shape": numpy.array([0, -1, 4]),
            "axes": numpy.array([1]),
            "pads": numpy.array([0, 1, 0, 0, 0, 2]),
            "value": numpy.float32(3),
        },
    ),
    "mean": (
        [node("ReduceMean", "x axes", keepdims=0)],
        IMAGE,
        {"axes": numpy.array([2, 3])},
    ),
    "levels": (
        [
            node("QuantizeLinear", "x s z", "q"),
            node("DequantizeLinear", "q s z", "d"),
            node("DequantizeLinear", "w s8 z8", "v", axis=1),
            node("MatMul", "d v"),
        ],
        ROWS,
        {
            "s": numpy.float32(0.02),
            "z": numpy.uint8(120),
            "w": (20 * draw(8, 5)).astype(numpy.int8),
            "s8": abs(draw(5)),
            "z8": numpy.zeros(5, numpy.int8),
        },
    ),
}


@pytest.mark.parametrize("name", NODES)
def test_nodes(name):
    nodes, shape, *constants = NODES[name]
    model = make_model(nodes, shape, *constants)
    x = draw(*shape)
    (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
    numpy.testing.assert_allclose(run(model, x), expected, atol=1e-5, rtol=1e-5)


def test_dynamic_batch():
    nodes, shape, constants = NODES["convolution"]
    flatten = [node("Conv", "x w b", "c"), node("Reshape", "c shape")]
    constants = constants | {"shape": numpy.array([-1, 6 * 7 * 7])}
    for model, options in (
        (make_model(flatten, shape, constants, batch="N"), {}),
        (make_model(flatten, shape, constants), {"dynamic_batch": True}),
    ):
        x = draw(5, *shape[1:])
        (expected,) = ReferenceEvaluator(model).run(None, {"x": x})
        actual = run(model, x, **options)
        numpy.testing.assert_allclose(actual, expected, atol=1e-5, rtol=1e-5)


def test_quantizers_of_qonnx(tmp_path):
    def quantizer(op, inputs, output="y", **attributes):
        return node(op, inputs, output, domain="qonnx.custom_op.general", **attributes)

    scale, zero = numpy.float32(0.5), numpy.float32(0)
    x = numpy.array([[-2, -0.26, -0.25, 0, 0.25, 0.75, 1.3, 9]], numpy.float32)

    def quantize(bits, **attributes):
        constants = {"s": scale, "z": zero, "n": numpy.float32(bits)}
        nodes = [quantizer("Quant", "x s z n", **attributes)]
        return run(make_model(nodes, x.shape, constants), x).tolist()

    bipolar = [[-0.5, -0.5, -0.5, 0.5, 0.5, 0.5, 0.5, 0.5]]
    nodes = [quantizer("BipolarQuant", "x s")]
    assert run(make_model(nodes, x.shape, {"s": scale}), x).tolist() == bipolar
    assert quantize(1, signed=1) == bipolar
    assert quantize(3, signed=1) == [[-2, -0.5, 0, 0, 0, 1, 1.5, 1.5]]
    assert quantize(3, signed=1, narrow=1) == [[-1.5, -0.5, 0, 0, 0, 1, 1.5, 1.5]]
    assert quantize(2, signed=0) == [[0, 0, 0, 0, 0, 1, 1.5, 1.5]]
    assert quantize(2, signed=0, rounding_mode="FLOOR") == [
        [0, 0, 0, 0, 0, 0.5, 1, 1.5]
    ]
    # A file, with a binary layer.
    nodes = [
        quantizer("BipolarQuant", "x s", "a"),
        quantizer("BipolarQuant", "w s", "b"),
        node("MatMul", "a b"),
    ]
    onnx.save(
        make_model(nodes, ROWS, {"s": scale, "w": draw(8, 64)}), tmp_path / "net.onnx"
    )
    library = quant_bnn.compile(
        quant_bnn.onnx.load(tmp_path / "net.onnx"), passes=BINARIZE
    )
    assert "quant_bnn.xnor_matmul" in library.report
    assert library.forward(draw(*ROWS)).shape == (3, 64)


@pytest.mark.parametrize(
    "nodes, shape, message",
    [
        ([node("LSTM", "x w r")], ROWS, r"the node LSTM \('y'\) is not imported"),
        ([node("Gemm", "x x", alpha=2.0)], (8, 8), "with alpha"),
        ([node("Reshape", "x x")], ROWS, "with an operand 1 that is no constant"),
        (
            [node("MaxPool", "x", kernel_shape=[2, 2], ceil_mode=1)],
            IMAGE,
            "with ceil_mode",
        ),
        (
            [node("AveragePool", "x", kernel_shape=[2, 2], pads=[1] * 4)],
            IMAGE,
            "different numbers of elements",
        ),
        ([node("Tanh", "x")], (2, 0), "a dynamic extent in dimension 1"),
        ([node("Concat", "x x", axis=0)], (0, 8), "along the dynamic batch"),
        ([node("Dropout", "x", "d mask"), node("Identity", "mask")], ROWS, "'mask'"),
    ],
)
def test_errors(nodes, shape, message):
    with pytest.raises(quant_bnn.onnx.UnsupportedModelError, match=message):
        quant_bnn.onnx.load(make_model(nodes, shape, {}))


def test_brevitas(tmp_path):
    torch = pytest.importorskip("torch")
    networks = pytest.importorskip("brevitas_examples.bnn_pynq.models.FC")
    from brevitas.export import export_qonnx

    torch.manual_seed(0)
    for bits, layers in ((1, 3), (2, 0)):
        model = networks.FC(
            num_classes=10,
            weight_bit_width=bits,
            act_bit_width=bits,
            in_bit_width=bits,
            in_channels=1,
            out_features=[64, 64],
        ).eval()
        x = torch.rand(4, 1, 28, 28)
        export_qonnx(model, x, str(tmp_path / "net.onnx"))
        text = quant_bnn.onnx.load(tmp_path / "net.onnx")
        library = quant_bnn.compile(text, passes=BINARIZE)
        assert torch.equal(library.forward(x), model(x).detach())
        assert library.report.count("quant_bnn.xnor_matmul") == layers


def test_torch(tmp_path):
    torch = pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    nn = torch.nn
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1, stride=2),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, groups=2),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(8, 10),
        nn.Hardtanh(),
    ).eval()
    x = torch.randn(2, 3, 16, 16)
    torch.onnx.export(model, (x,), str(tmp_path / "net.onnx"), dynamo=True)
    actual = run(str(tmp_path / "net.onnx"), x)
    torch.testing.assert_close(actual, model(x).detach())
