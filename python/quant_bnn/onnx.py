"""Networks in ONNX and QONNX as modules of MLIR."""

import math
import os
from typing import Union

import numpy
import onnx
from onnx import numpy_helper

from quant_bnn import _layers
from quant_bnn._builder import Builder, Value, is_float
from quant_bnn._layers import Unsupported, UnsupportedModelError

_ELEMENTS = {
    onnx.TensorProto.BOOL: "i1",
    onnx.TensorProto.INT8: "i8",
    onnx.TensorProto.INT16: "i16",
    onnx.TensorProto.INT32: "i32",
    onnx.TensorProto.INT64: "i64",
    onnx.TensorProto.FLOAT16: "f16",
    onnx.TensorProto.FLOAT: "f32",
    onnx.TensorProto.DOUBLE: "f64",
}

_TRANSLATIONS = {}


class _Batch:
    """The number of images, times a number; it is known when the function runs."""

    def __init__(self, factor=1):
        self.factor = factor

    def __eq__(self, other):
        return isinstance(other, _Batch) and self.factor == other.factor

    def __hash__(self):
        return hash(("batch", self.factor))

    def __mul__(self, other):
        if not isinstance(other, int):
            raise Unsupported("with a product of dynamic extents")
        return _Batch(self.factor * other) if other else 0

    __rmul__ = __mul__

    # For the shapes of reshapes: larger than any number.
    free_symbols = ()

    def subs(self, _):
        return self.factor * 1000003


def _translates(*names):
    def register(function):
        for name in names:
            _TRANSLATIONS[name] = function
        return function

    return register


class _Node:
    """A node with its attributes, and the values of its operands."""

    def __init__(self, importer, proto):
        self.proto = proto
        self._importer = importer
        self._attributes = {
            a.name: onnx.helper.get_attribute_value(a) for a in proto.attribute
        }

    def get_attribute(self, name, default=None):
        value = self._attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value

    def __len__(self):
        return len(self.proto.input)

    def has(self, i):
        return i < len(self) and self.proto.input[i] != ""

    def get(self, i):
        """Returns operand ``i``, or None if there is none."""
        return self._importer.get(self.proto.input[i]) if self.has(i) else None

    def get_constant(self, i, default=None):
        """Returns operand ``i`` as an array of NumPy."""
        if not self.has(i):
            return default
        constant = self._importer.constants.get(self.proto.input[i])
        if constant is None:
            raise Unsupported(f"with an operand {i} that is no constant")
        return constant


class _Importer:
    def __init__(self, model, dynamic_batch):
        self.graph = model.graph
        self.builder = Builder()
        self.builder.set_resolver(self._resolve)
        self.constants = {
            i.name: numpy_helper.to_array(i) for i in self.graph.initializer
        }
        self._dynamic_batch = dynamic_batch
        self._values = {}
        self._arguments = []
        self._batch = None

    def get(self, name):
        """Returns the value ``name``; a constant becomes one where it is used first."""
        if name not in self._values:
            if name not in self.constants:
                raise UnsupportedModelError(f"the result '{name}' is not imported")
            self._values[name] = self._add_constant(self.constants[name])
        return self._values[name]

    def _add_constant(self, array):
        kinds = {
            "b": "i1",
            "i": f"i{8 * array.itemsize}",
            "f": f"f{8 * array.itemsize}",
        }
        if array.dtype.kind not in kinds:
            raise UnsupportedModelError(f"constants of {array.dtype} are not imported")
        return self.builder.add_constant(
            numpy.ascontiguousarray(array).tobytes(),
            array.shape,
            kinds[array.dtype.kind],
        )

    def _resolve(self, extent):
        builder = self.builder
        if self._batch is None:
            argument = next(
                a for a in self._arguments if a.shape and a.shape[0] == _Batch()
            )
            self._batch = builder.add_op(
                f"tensor.dim {argument.name}, {builder.add_index(0)} : {argument.type}"
            )
        if extent.factor == 1:
            return self._batch
        factor = builder.add_index(extent.factor)
        return builder.add_op(f"arith.muli {self._batch}, {factor} : index")

    def run(self, name):
        for i in self.graph.input:
            if i.name not in self.constants:
                self._add_argument(i)
        for proto in self.graph.node:
            with self.builder.at(proto.name or proto.output[0]):
                self._import_node(proto)
        results = [self.get(result.name) for result in self.graph.output]
        return self.builder.write_module(name, self._arguments, results)

    def _add_argument(self, i):
        tensor = i.type.tensor_type
        if tensor.elem_type not in _ELEMENTS:
            kind = onnx.TensorProto.DataType.Name(tensor.elem_type)
            raise UnsupportedModelError(f"the input '{i.name}' has the type {kind}")
        shape = [d.dim_value for d in tensor.shape.dim]
        if shape and (self._dynamic_batch or not shape[0]):
            shape[0] = _Batch()
        for dim, extent in enumerate(shape):
            if not isinstance(extent, _Batch) and extent < 1:
                raise UnsupportedModelError(
                    f"the input '{i.name}' has a dynamic extent in dimension {dim}, "
                    "which is not that of the batch"
                )
        value = Value(
            f"%arg{len(self._arguments)}", tuple(shape), _ELEMENTS[tensor.elem_type]
        )
        self._arguments.append(value)
        self._values[i.name] = value

    def _import_node(self, proto):
        place = f"{proto.op_type} ('{proto.name or proto.output[0]}')"
        translate = _TRANSLATIONS.get(proto.op_type)
        if translate is None:
            raise UnsupportedModelError(f"the node {place} is not imported")
        try:
            result = translate(self, _Node(self, proto))
        except Unsupported as unsupported:
            raise UnsupportedModelError(
                f"the node {place} is not imported {unsupported}"
            ) from None
        if isinstance(result, numpy.ndarray):
            self.constants[proto.output[0]] = result
        else:
            self._values[proto.output[0]] = result


def load(
    model: Union[str, os.PathLike, onnx.ModelProto],
    *,
    dynamic_batch: bool = False,
    name: str = "forward",
) -> str:
    """Returns a network in ONNX as a module of MLIR, in text, with a function ``name``.

    ``model`` is the path of a file, or what ``onnx.load`` returns. Initializers become
    constants. An extent of dimension 0 that is dynamic there stays so; with
    ``dynamic_batch``, dimension 0 of every input is. The quantizers of QONNX,
    ``BipolarQuant`` and ``Quant``, become ``quant_bnn.sign`` and arithmetic; so do pairs of
    ``QuantizeLinear`` and ``DequantizeLinear``.

    Raises ``UnsupportedModelError`` for a node that is not imported, with its name.
    """
    if not isinstance(model, onnx.ModelProto):
        model = onnx.load(model)
    return _Importer(model, dynamic_batch).run(name)


# ---------------------------------------------------------------------------
# Elementwise
# ---------------------------------------------------------------------------


def _broadcast(importer, operands):
    """Returns the shape that operands are broadcast to."""
    rank = max(o.rank for o in operands)
    shape = [1] * rank
    for operand in operands:
        for i, extent in enumerate(operand.shape):
            if extent != 1:
                shape[rank - operand.rank + i] = extent
    return shape


def _add_elementwise(importer, operands, body):
    element = operands[0].element
    if not is_float(element) or any(o.element != element for o in operands):
        raise Unsupported("but for floats of one type")

    def build(scalars, *arguments):
        return body(scalars, element, *arguments)

    shape = _broadcast(importer, operands)
    return importer.builder.add_elementwise(operands, shape, element, build)


def _define_op(name, op):
    def translate(importer, node):
        def body(scalars, element, *operands):
            return scalars.compute(op, element, *operands)

        return _add_elementwise(importer, [node.get(i) for i in range(len(node))], body)

    _translates(name)(translate)


for _name, _op in (
    ("Add", "arith.addf"),
    ("Sub", "arith.subf"),
    ("Mul", "arith.mulf"),
    ("Div", "arith.divf"),
    ("Abs", "math.absf"),
    ("Neg", "arith.negf"),
    ("Tanh", "math.tanh"),
    ("Exp", "math.exp"),
    ("Log", "math.log"),
    ("Sqrt", "math.sqrt"),
    ("Round", "math.roundeven"),
    ("Floor", "math.floor"),
    ("Ceil", "math.ceil"),
    ("Erf", "math.erf"),
):
    _define_op(_name, _op)


@_translates("Relu")
def _relu(importer, node):
    return _clamp(importer, node.get(0), 0, None)


@_translates("Clip")
def _clip(importer, node):
    bounds = []
    for i, name in ((1, "min"), (2, "max")):
        bound = node.get_constant(i) if node.has(i) else node.get_attribute(name)
        bounds.append(None if bound is None else float(bound))
    return _clamp(importer, node.get(0), *bounds)


def _clamp(importer, x, low, high):
    def body(scalars, element, x):
        for op, bound in (("arith.maximumf", low), ("arith.minimumf", high)):
            if bound is not None:
                x = scalars.compute(op, element, x, scalars.constant(bound, element))
        return x

    return _add_elementwise(importer, [x], body)


@_translates("Sigmoid")
def _sigmoid(importer, node):
    def body(scalars, element, x):
        one = scalars.constant(1, element)
        power = scalars.compute(
            "math.exp", element, scalars.compute("arith.negf", element, x)
        )
        total = scalars.compute("arith.addf", element, one, power)
        return scalars.compute("arith.divf", element, one, total)

    return _add_elementwise(importer, [node.get(0)], body)


@_translates("LeakyRelu", "PRelu")
def _leaky_relu(importer, node):
    builder, x = importer.builder, node.get(0)
    if node.has(1):
        slope = node.get(1)
    else:
        slope = builder.add_splat(node.get_attribute("alpha", 0.01), (), x.element)
    return _add_elementwise(importer, [x, slope], _layers.build_leaky_relu)


@_translates("Sign")
def _sign(importer, node):
    return _add_elementwise(importer, [node.get(0)], _layers.build_sign)


# ---------------------------------------------------------------------------
# Quantizers
# ---------------------------------------------------------------------------


def _add_bipolar(importer, x, scale):
    # A NaN is negative in QONNX.
    builder = importer.builder
    text = f"quant_bnn.sign {x.name} nan = negative : {x.type}"
    y = builder.add_tensor_op(text, x.shape, x.element)
    return _layers.add_binary(builder, "arith.mulf", y, scale)


@_translates("BipolarQuant")
def _bipolar_quant(importer, node):
    return _add_bipolar(importer, node.get(0), node.get(1))


_ROUNDING = {
    "ROUND": "math.roundeven",
    "HALF_EVEN": "math.roundeven",
    "CEIL": "math.ceil",
    "FLOOR": "math.floor",
}


@_translates("Quant", "IntQuant")
def _quant(importer, node):
    bits = int(node.get_constant(3))
    is_signed = bool(node.get_attribute("signed", 1))
    is_narrow = bool(node.get_attribute("narrow", 0))
    mode = node.get_attribute("rounding_mode", "ROUND")
    if mode.upper() not in _ROUNDING:
        raise Unsupported(f"with the rounding mode '{mode}'")
    x, scale, zero = (node.get(i) for i in range(3))
    if bits == 1 and is_signed:
        return _add_bipolar(importer, x, scale)
    if is_signed:
        low, high = -(2 ** (bits - 1)) + is_narrow, 2 ** (bits - 1) - 1
    else:
        low, high = 0, 2**bits - 1 - is_narrow

    def body(scalars, element, x, scale, zero):
        y = scalars.compute("arith.divf", element, x, scale)
        y = scalars.compute("arith.addf", element, y, zero)
        # QONNX clamps first.
        y = scalars.compute(
            "arith.maximumf", element, y, scalars.constant(low, element)
        )
        y = scalars.compute(
            "arith.minimumf", element, y, scalars.constant(high, element)
        )
        y = scalars.compute(_ROUNDING[mode.upper()], element, y)
        y = scalars.compute("arith.subf", element, y, zero)
        return scalars.compute("arith.mulf", element, y, scale)

    return _add_elementwise(importer, [x, scale, zero], body)


def _align(importer, x, parameter, axis):
    """Gives a vector of scales the dimensions of x, along ``axis``."""
    if parameter.rank == 0 or x.rank <= 1:
        return parameter
    if parameter.rank != 1:
        raise Unsupported("with blocks")
    shape = [1] * x.rank
    shape[axis] = parameter.shape[0]
    return _layers.add_reshape(importer.builder, parameter, shape)


def _get_zero_point(importer, node, x):
    """Returns the zero point as floats, and the range of its type."""
    array = node.get_constant(2, numpy.zeros((), numpy.uint8))
    limits = numpy.iinfo(array.dtype)
    zero = importer._add_constant(array.astype(numpy.float32))
    return zero, limits.min, limits.max


@_translates("QuantizeLinear")
def _quantize_linear(importer, node):
    x, axis = node.get(0), node.get_attribute("axis", 1)
    zero, low, high = _get_zero_point(importer, node, x)
    operands = [x, *(_align(importer, x, v, axis) for v in (node.get(1), zero))]

    def body(scalars, element, x, scale, zero):
        y = scalars.compute("arith.divf", element, x, scale)
        y = scalars.compute("math.roundeven", element, y)
        y = scalars.compute("arith.addf", element, y, zero)
        y = scalars.compute(
            "arith.maximumf", element, y, scalars.constant(low, element)
        )
        return scalars.compute(
            "arith.minimumf", element, y, scalars.constant(high, element)
        )

    # The integers stay floats until they are multiplied by the scale.
    return _add_elementwise(importer, operands, body)


@_translates("DequantizeLinear")
def _dequantize_linear(importer, node):
    axis, name = node.get_attribute("axis", 1), node.proto.input[0]
    if name in importer.constants:
        x = importer._add_constant(importer.constants[name].astype(numpy.float32))
    else:
        x = node.get(0)
    zero, _, _ = _get_zero_point(importer, node, x)
    operands = [x, *(_align(importer, x, v, axis) for v in (node.get(1), zero))]

    def body(scalars, element, x, scale, zero):
        y = scalars.compute("arith.subf", element, x, zero)
        return scalars.compute("arith.mulf", element, y, scale)

    return _add_elementwise(importer, operands, body)


# ---------------------------------------------------------------------------
# Layers
# ---------------------------------------------------------------------------


def _get_images(importer, node, kernel, value):
    """Returns the padded images, with strides and dilations."""
    x, rank = node.get(0), len(kernel)
    strides = list(node.get_attribute("strides", [1] * rank))
    dilations = list(node.get_attribute("dilations", [1] * rank))
    pads = list(node.get_attribute("pads", [0] * 2 * rank))
    mode = node.get_attribute("auto_pad", "NOTSET")
    if mode in ("SAME_UPPER", "SAME_LOWER"):
        for i in range(rank):
            windows = -(-x.shape[2 + i] // strides[i])
            covered = (windows - 1) * strides[i] + dilations[i] * (kernel[i] - 1) + 1
            total = max(covered - x.shape[2 + i], 0)
            small, large = total // 2, total - total // 2
            is_upper = mode == "SAME_UPPER"
            pads[i] = small if is_upper else large
            pads[rank + i] = large if is_upper else small
    if node.get_attribute("ceil_mode", 0):
        raise Unsupported("with ceil_mode")
    low, high = [0, 0, *pads[:rank]], [0, 0, *pads[rank:]]
    return importer.builder.add_pad(x, low, high, value), strides, dilations


def _get_windows(x, kernel, strides, dilations):
    """Returns the shape of the result of a window over x."""
    shape = list(x.shape[:2])
    for extent, k, s, d in zip(x.shape[2:], kernel, strides, dilations):
        shape.append((extent - d * (k - 1) - 1) // s + 1)
    return shape


@_translates("Conv")
def _conv(importer, node):
    weight = node.get(1)
    x, strides, dilations = _get_images(importer, node, weight.shape[2:], 0)
    return _layers.add_convolution(
        importer.builder,
        x,
        weight,
        node.get(2),
        strides,
        dilations,
        node.get_attribute("group", 1),
    )


@_translates("MaxPool")
def _max_pool(importer, node):
    kernel = list(node.get_attribute("kernel_shape"))
    x, strides, dilations = _get_images(importer, node, kernel, -math.inf)
    return _layers.add_max_pool(
        importer.builder,
        x,
        kernel,
        strides,
        [0] * len(kernel),
        dilations,
        _get_windows(x, kernel, strides, dilations),
    )


@_translates("AveragePool")
def _average_pool(importer, node):
    kernel = list(node.get_attribute("kernel_shape"))
    has_pads = any(node.get_attribute("pads", []))
    if has_pads and not node.get_attribute("count_include_pad", 0):
        raise Unsupported("with windows that have different numbers of elements")
    x, strides, dilations = _get_images(importer, node, kernel, 0)
    if set(dilations) != {1}:
        raise Unsupported("with dilations")
    shape = _get_windows(x, kernel, strides, dilations)
    return _layers.add_average_pool(
        importer.builder, x, kernel, strides, [0] * len(kernel), shape, True
    )


@_translates("GlobalAveragePool")
def _global_average_pool(importer, node):
    x = node.get(0)
    kernel = list(x.shape[2:])
    shape = [*x.shape[:2], *([1] * len(kernel))]
    return _layers.add_average_pool(
        importer.builder, x, kernel, kernel, [0] * len(kernel), shape, True
    )


@_translates("BatchNormalization")
def _batch_norm(importer, node):
    if node.get_attribute("training_mode", 0):
        raise Unsupported("in training")
    x, weight, bias, mean, variance = (node.get(i) for i in range(5))
    eps = node.get_attribute("epsilon", 1e-5)
    return _layers.add_batch_norm(
        importer.builder, x, mean, variance, weight, bias, eps
    )


@_translates("LayerNormalization")
def _layer_norm(importer, node):
    x = node.get(0)
    rank = x.rank - node.get_attribute("axis", -1) % x.rank
    weight, bias = node.get(1), node.get(2) if node.has(2) else None
    eps = node.get_attribute("epsilon", 1e-5)
    return _layers.add_layer_norm(importer.builder, x, rank, weight, bias, eps)


@_translates("Gemm")
def _gemm(importer, node):
    builder, x, weight = importer.builder, node.get(0), node.get(1)
    for name in ("alpha", "beta"):
        if node.get_attribute(name, 1.0) != 1.0:
            raise Unsupported(f"with {name}")
    if node.get_attribute("transA", 0):
        x = builder.add_transpose(x, [1, 0])
    if not node.get_attribute("transB", 0):
        weight = builder.add_transpose(weight, [1, 0])
    y = _layers.add_linear(builder, x, weight, None)
    return (
        y
        if not node.has(2)
        else _layers.add_binary(builder, "arith.addf", y, node.get(2))
    )


@_translates("MatMul")
def _matmul(importer, node):
    return _layers.add_matmul(importer.builder, node.get(0), node.get(1))


# ---------------------------------------------------------------------------
# Shapes
# ---------------------------------------------------------------------------


@_translates("Constant")
def _constant(importer, node):
    value = node.get_attribute("value")
    if value is None:
        raise Unsupported("without a tensor")
    return numpy_helper.to_array(value)


@_translates("Identity", "Dropout", "Cast")
def _identity(importer, node):
    x = node.get(0)
    target = node.get_attribute("to")
    if target is not None and _ELEMENTS.get(target) != x.element:
        raise Unsupported("to another type")
    return x


@_translates("Flatten")
def _flatten(importer, node):
    x = node.get(0)
    axis = node.get_attribute("axis", 1) % (x.rank + 1)
    shape = [math.prod(x.shape[:axis]), math.prod(x.shape[axis:])]
    return _layers.add_reshape(importer.builder, x, shape)


@_translates("Reshape")
def _reshape(importer, node):
    x = node.get(0)
    keeps_zero = node.get_attribute("allowzero", 0)
    shape = [int(e) for e in node.get_constant(1)]
    shape = [
        x.shape[i] if e == 0 and not keeps_zero else e for i, e in enumerate(shape)
    ]
    if -1 in shape:
        known = math.prod(e for e in shape if e != -1)
        total = math.prod(x.shape)
        shape[shape.index(-1)] = _divide(total, known)
    elif isinstance(x.shape[0], _Batch):
        raise Unsupported("to a shape without the dynamic batch")
    return _layers.add_reshape(importer.builder, x, shape)


def _divide(total, known):
    if isinstance(total, int) and isinstance(known, int):
        return total // known
    if isinstance(total, _Batch) and isinstance(known, _Batch):
        return total.factor // known.factor
    if isinstance(total, _Batch) and total.factor % known == 0:
        return _Batch(total.factor // known)
    raise Unsupported("to a shape that depends on the batch")


@_translates("Transpose")
def _transpose(importer, node):
    x = node.get(0)
    permutation = node.get_attribute("perm", list(range(x.rank))[::-1])
    return importer.builder.add_transpose(x, list(permutation))


@_translates("Squeeze")
def _squeeze(importer, node):
    x = node.get(0)
    axes = node.get_constant(1, node.get_attribute("axes"))
    if axes is None:
        kept = [e for e in x.shape if e != 1]
    else:
        axes = {int(a) % x.rank for a in axes}
        kept = [e for i, e in enumerate(x.shape) if i not in axes]
    return _layers.add_reshape(importer.builder, x, kept)


@_translates("Unsqueeze")
def _unsqueeze(importer, node):
    x = node.get(0)
    axes = [int(a) for a in node.get_constant(1, node.get_attribute("axes"))]
    rank = x.rank + len(axes)
    axes, extents = {a % rank for a in axes}, iter(x.shape)
    shape = [1 if i in axes else next(extents) for i in range(rank)]
    return _layers.add_reshape(importer.builder, x, shape)


@_translates("Concat")
def _concat(importer, node):
    operands, axis = [node.get(i) for i in range(len(node))], node.get_attribute("axis")
    if not all(isinstance(o.shape[axis], int) for o in operands):
        raise Unsupported("along the dynamic batch")
    return importer.builder.add_concat(operands, axis)


@_translates("Pad")
def _pad(importer, node):
    x = node.get(0)
    mode = node.get_attribute("mode", "constant")
    amounts = node.get_constant(1, node.get_attribute("pads"))
    if mode != "constant" or node.has(3) or min(amounts) < 0:
        raise Unsupported("but with constants around all sides")
    value = float(node.get_constant(2, numpy.float32(node.get_attribute("value", 0))))
    amounts = [int(a) for a in amounts]
    return importer.builder.add_pad(x, amounts[: x.rank], amounts[x.rank :], value)


@_translates("ReduceMean")
def _reduce_mean(importer, node):
    x, builder = node.get(0), importer.builder
    axes = node.get_constant(1, node.get_attribute("axes"))
    dims = sorted(int(a) % x.rank for a in (range(x.rank) if axes is None else axes))
    count = math.prod(x.shape[d] for d in dims)
    if not isinstance(count, int):
        raise Unsupported("over the dynamic batch")
    mean = _layers.divide(builder, _layers.sum_up(builder, x, dims), count)
    if not node.get_attribute("keepdims", 1):
        return mean
    shape = [1 if d in dims else e for d, e in enumerate(x.shape)]
    return _layers.add_reshape(builder, mean, shape)
