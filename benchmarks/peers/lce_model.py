"""Writes a graph as a flatbuffer of TensorFlow Lite with the ops of Larq Compute
Engine: LceQuantize packs signs, and LceBconv2d convolves them.

As LCE's converter does, scales, shifts and relus are fused into the convolution before
them.
"""

LITE_OPS = {
    "conv": "CONV_2D",
    "depthwise": "DEPTHWISE_CONV_2D",
    "add": "ADD",
    "mul": "MUL",
    "relu": "RELU",
    "tanh": "TANH",
    "pad": "PAD",
    "max_pool": "MAX_POOL_2D",
    "mean_pool": "AVERAGE_POOL_2D",
    "dense": "FULLY_CONNECTED",
}
LCE_OPS = ["LceQuantize", "LceBconv2d"]
SAME, VALID = 0, 1


class Writer:
    """`schema` is LCE's module tflite_schema; `pad_value` replaces that of the graph."""

    def __init__(self, graph, schema, pad_value=None):
        import numpy

        self.np, self.graph, self.schema = numpy, graph, schema
        self.pad_value = pad_value
        self.model = schema.ModelT()
        self.model.version = 3
        self.model.buffers = [schema.BufferT()]
        self.codes, self.model.operatorCodes = {}, []
        self.tensors, self.operators = [], []

    # The flatbuffer

    def code(self, kind):
        """The index of an op's code."""
        if kind not in self.codes:
            code = self.schema.OperatorCodeT()
            if kind in LCE_OPS:
                number, code.customCode = self.schema.BuiltinOperator.CUSTOM, kind
            else:
                number = getattr(self.schema.BuiltinOperator, LITE_OPS[kind])
            code.builtinCode = code.deprecatedBuiltinCode = number
            code.version = 1
            self.codes[kind] = len(self.codes)
            self.model.operatorCodes.append(code)
        return self.codes[kind]

    def tensor(self, shape, kind="FLOAT32", values=None):
        tensor = self.schema.TensorT()
        tensor.name, tensor.shape = f"t{len(self.tensors)}", list(shape)
        tensor.type, tensor.buffer = getattr(self.schema.TensorType, kind), 0
        if values is not None:
            buffer = self.schema.BufferT()
            buffer.data = self.np.frombuffer(values.tobytes(), self.np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.tensors.append(tensor)
        return len(self.tensors) - 1

    def constant(self, values):
        values = self.np.ascontiguousarray(values, self.np.float32)
        return self.tensor(values.shape, "FLOAT32", values)

    def add(self, kind, inputs, shape, options=None, custom=None, type="FLOAT32"):
        """An op; `options` is a table of the schema and its fields."""
        operator = self.schema.OperatorT()
        operator.opcodeIndex, operator.inputs = self.code(kind), inputs
        operator.outputs = [self.tensor(shape, type)]
        if options:
            name, fields = options
            table = getattr(self.schema, f"{name}T")()
            for field, value in fields.items():
                setattr(table, field, value)
            operator.builtinOptions = table
            operator.builtinOptionsType = getattr(self.schema.BuiltinOptions, name)
        if custom:
            from flatbuffers import flexbuffers

            data = bytes(flexbuffers.Dumps(custom))
            operator.customOptions = self.np.frombuffer(data, self.np.uint8)
        self.operators.append(operator)
        return operator.outputs[0]

    def pack(self, image, result):
        import flatbuffers

        graph = self.schema.SubGraphT()
        graph.name = "main"
        graph.tensors, graph.operators = self.tensors, self.operators
        graph.inputs, graph.outputs = [image], [result]
        self.model.subgraphs = [graph]
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    # Ops

    def array(self, name):
        return self.graph.arrays[name][0]

    def epilogue(self, number, kinds):
        """The ops after op `number`, in the order of `kinds`, that can be fused."""
        found = {}
        for kind in kinds:
            after = number + 1 + len(found)
            if after >= len(self.graph.ops):
                break
            op = self.graph.ops[after]
            if op["op"] == kind and op["x"] == after:
                found[kind] = op
        return found

    def binary(self, number, op, x):
        """A binary convolution, or matrix product, with what follows it."""
        before, after = self.graph.shapes[op["x"]], self.graph.shapes[number + 1]
        signs = self.array(op["weights"])
        if op["op"] == "dense":
            signs = signs.reshape(-1, *before)
        filters = self.np.packbits(signs < 0, axis=-1, bitorder="little")
        filters = filters.view(self.np.int32)
        fused = self.epilogue(number, ["relu", "affine"])
        outputs = after[2]
        scale, shift = self.np.ones(outputs), self.np.zeros(outputs)
        if "affine" in fused:
            scale, shift = (
                self.array(fused["affine"][name]) for name in ("scale", "shift")
            )
        pad_value = op.get("pad_value") if self.pad_value is None else self.pad_value
        options = {
            "stride_height": op.get("stride", 1),
            "stride_width": op.get("stride", 1),
            "dilation_height_factor": 1,
            "dilation_width_factor": 1,
            "padding": SAME if op.get("padding") else VALID,
            "pad_values": int(pad_value or 0),
            "channels_in": before[2],
            "fused_activation_function": int("relu" in fused),
        }
        words = [1, *before[:2], before[2] // 32]
        packed = self.add("LceQuantize", [x], words, type="INT32")
        weights = self.tensor(filters.shape, "INT32", filters)
        inputs = [packed, weights, self.constant(scale), self.constant(shift), -1]
        y = self.add("LceBconv2d", inputs, [1, *after], custom=options)
        return self.finish(number, fused, y, after)

    def finish(self, number, fused, y, shape):
        """Adds the other operand of a fused op, and skips what is fused."""
        other = fused["affine"]["other"] if "affine" in fused else None
        if other is not None:
            y = self.sum(y, self.values[other], shape)
        self.values[number + 1 + len(fused)] = y
        return number + 1 + len(fused)

    def sum(self, x, y, shape):
        return self.add("add", [x, y], [1, *shape], ("AddOptions", {}))

    def floats(self, number, op, x):
        """A convolution of floats with what follows it."""
        after = self.graph.shapes[number + 1]
        values = self.array(op["weights"])
        if op["op"] == "depthwise":
            values = values[None]
        fused = self.epilogue(number, ["affine"])
        shift = self.np.zeros(after[2])
        if "affine" in fused:
            scale, shift = (
                self.array(fused["affine"][name]) for name in ("scale", "shift")
            )
            channels_first = op["op"] == "conv"
            values = values * (scale[:, None, None, None] if channels_first else scale)
        if op["padding"]:
            height, width, channels = self.graph.shapes[op["x"]]
            amount = 2 * op["padding"]
            amounts = self.np.zeros((4, 2), self.np.int32)
            amounts[1:3] = op["padding"]
            amounts = self.tensor([4, 2], "INT32", amounts)
            shape = [1, height + amount, width + amount, channels]
            x = self.add("pad", [x, amounts], shape, ("PadOptions", {}))
        fields = {"padding": VALID, "strideW": op["stride"], "strideH": op["stride"]}
        options = "Conv2DOptions", fields
        if op["op"] == "depthwise":
            options = "DepthwiseConv2DOptions", {**fields, "depthMultiplier": 1}
        inputs = [x, self.constant(values), self.constant(shift)]
        y = self.add(op["op"], inputs, [1, *after], options)
        return self.finish(number, fused, y, after)

    def simple(self, number, op, x):
        kind, shape = op["op"], [1, *self.graph.shapes[number + 1]]
        if kind == "affine":
            scale, shift = (
                self.constant(self.array(op[name])) for name in ("scale", "shift")
            )
            y = self.add("mul", [x, scale], shape, ("MulOptions", {}))
            y = self.sum(y, shift, shape[1:])
            if op["other"] is not None:
                y = self.sum(y, self.values[op["other"]], shape[1:])
        elif kind == "dense":
            inputs = [x, self.constant(self.array(op["weights"])), -1]
            y = self.add("dense", inputs, [1, shape[3]], ("FullyConnectedOptions", {}))
        elif kind in ("max_pool", "mean_pool"):
            fields = {
                "padding": VALID,
                "strideW": op["stride"],
                "strideH": op["stride"],
            }
            fields.update(filterWidth=op["size"], filterHeight=op["size"])
            y = self.add(kind, [x], shape, ("Pool2DOptions", fields))
        else:
            y = self.add(kind, [x], shape)
        self.values[number + 1] = y
        return number + 1

    def write(self):
        image = self.tensor([1, *self.graph.shapes[0]])
        self.values = {0: image}
        number = 0
        while number < len(self.graph.ops):
            op = self.graph.ops[number]
            x = self.values[op["x"]]
            build = self.simple
            if op.get("binary"):
                build = self.binary
            elif op["op"] in ("conv", "depthwise"):
                build = self.floats
            number = build(number, op, x)
        return self.pack(image, self.values[number])
