"""Functions of this project's compiler for the works."""

import arrays

PACKED = "tensor<{}xi1, #quant_bnn.packed<i64>>"


def packed(*shape):
    return PACKED.format("x".join(map(str, shape)))


def tensor(shape, element="f32"):
    return f"tensor<{'x'.join(map(str, shape))}x{element}>"


def matmul(work):
    """Packed matrices to integers."""
    a = packed(work["rows"], work["depth"])
    b = packed(work["columns"], work["depth"])
    result = tensor([work["rows"], work["columns"]], "i32")
    return (
        f"func.func @run(%a: {a}, %b: {b}) -> {result} {{\n"
        f"  %sums = quant_bnn.xnor_matmul %a, %b : ({a}, {b}) -> {result}\n"
        f"  return %sums : {result}\n}}\n"
    )


def conv(work, to_bits):
    """A packed image and filters of f32 to integers, or to bits by thresholds."""
    size, channels = work["size"], work["channels"]
    image = packed(1, size, size, channels)
    floats = tensor([channels, 3, 3, channels])
    filters = packed(channels, 3, 3, channels)
    sums = tensor([1, size, size, channels], "i32")
    body = (
        f"  %p = quant_bnn.pack %w : {floats} to {filters}\n"
        "  %sums = quant_bnn.xnor_conv_2d %x, %p padding = [1, 1, 1, 1]\n"
        f"      : ({image}, {filters}) -> {sums}\n"
    )
    if not to_bits:
        return (
            f"func.func @run(%x: {image}, %w: {floats}) -> {sums} {{\n"
            f"{body}  return %sums : {sums}\n}}\n"
        )
    thresholds, flips = tensor([channels], "i32"), tensor([channels], "i1")
    return (
        f"func.func @run(%x: {image}, %w: {floats}, %t: {thresholds}) -> {image} {{\n"
        f"{body}"
        f"  %flips = arith.constant dense<false> : {flips}\n"
        "  %bits = quant_bnn.threshold %sums, %t, %flips\n"
        f"      : ({sums}, {thresholds}, {flips}) -> {image}\n"
        f"  return %bits : {image}\n}}\n"
    )


# ----------------------------------------------------------------------------
# Arrays of f32
# ----------------------------------------------------------------------------


def filled(name, kind):
    return (
        f"  %{name}.empty = tensor.empty() : {kind}\n"
        f"  %{name} = linalg.fill ins(%zero : f32) outs(%{name}.empty : {kind})"
        f" -> {kind}\n"
    )


def float_function(arguments, body, result):
    return (
        f"func.func @run({arguments}) -> {result} {{\n"
        "  %zero = arith.constant 0.0 : f32\n"
        f"{body}  return %result : {result}\n}}\n"
    )


def float_matmul(work):
    """The product of a, in rows, and b, in columns."""
    rows, columns, depth = work["rows"], work["columns"], work["depth"]
    a, b = tensor([rows, depth]), tensor([depth, columns])
    kind = tensor([rows, columns])
    product = f"linalg.matmul ins(%a, %b : {a}, {b}) outs(%zeros : {kind}) -> {kind}"
    body = f"{filled('zeros', kind)}  %result = {product}\n"
    return float_function(f"%a: {a}, %b: {b}", body, kind)


def weights_matmul(work):
    """The product of a, in rows, and b, of +1 and -1, in packed rows."""
    rows, columns, depth = work["rows"], work["columns"], work["depth"]
    a, b, bits = tensor([rows, depth]), tensor([depth, columns]), packed(depth, columns)
    kind = tensor([rows, columns])
    body = (
        f"  %b = quant_bnn.unpack %bits : {bits} to {b}\n{filled('zeros', kind)}"
        f"  %result = linalg.matmul ins(%a, %b : {a}, {b})"
        f" outs(%zeros : {kind}) -> {kind}\n"
    )
    return float_function(f"%a: {a}, %bits: {bits}", body, kind)


def padded_image(size, channels):
    """An image, the same with a border, and the op that makes `%padded` of `%x`."""
    image = tensor([1, size, size, channels])
    padded = tensor([1, size + 2, size + 2, channels])
    pad = (
        "  %padded = tensor.pad %x low[0, 1, 1, 0] high[0, 1, 1, 0] {\n"
        "  ^bb0(%i: index, %j: index, %k: index, %l: index):\n"
        "    tensor.yield %zero : f32\n"
        f"  }} : {image} to {padded}\n"
    )
    return image, padded, pad


def float_conv(work):
    """The convolution of an image and a filter [y, x, channel, output]."""
    size, channels = work["size"], work["channels"]
    image, padded, pad = padded_image(size, channels)
    filters = tensor([3, 3, channels, channels])
    body = pad + filled("zeros", image)
    body += (
        f"  %result = linalg.conv_2d_nhwc_hwcf ins(%padded, %w : {padded}, {filters})"
        f" outs(%zeros : {image}) -> {image}\n"
    )
    return float_function(f"%x: {image}, %w: {filters}", body, image)


def gradient(of, inputs, out, kind):
    """A gradient of that convolution as `quant-bnn-differentiate` writes it, by names of
    the loops: n, h, w and f of the result, i and j of the filter, and channels c."""
    loops, kinds = {
        "image": ("n, h, w, f, i, j, c", "rrrrrrp"),
        "filter": ("i, j, c, f, n, h, w", "pppprrr"),
    }[of]
    maps = [f"affine_map<({loops}) -> ({results})>" for _, _, results in inputs]
    maps.append(f"affine_map<({loops}) -> ({out[1]})>")
    names = {"p": '"parallel"', "r": '"reduction"'}
    iterators = ", ".join(names[letter] for letter in kinds)
    values = ", ".join(f"%{name}" for name, _, _ in inputs)
    types = ", ".join(type for _, type, _ in inputs)
    return (
        f"  %{out[0]} = linalg.generic {{indexing_maps = [{', '.join(maps)}],"
        f" iterator_types = [{iterators}]}}"
        f" ins({values} : {types}) outs(%zeros : {kind}) {{\n"
        "  ^bb0(%a: f32, %b: f32, %sum: f32):\n"
        "    %product = arith.mulf %a, %b : f32\n"
        "    %next = arith.addf %sum, %product : f32\n"
        "    linalg.yield %next : f32\n"
        f"  }} -> {kind}\n"
    )


def gradient_image(work):
    """The gradient of the image; that of the result is `%x`."""
    size, channels = work["size"], work["channels"]
    image, padded, _ = padded_image(size, channels)
    filters = tensor([3, 3, channels, channels])
    body = (
        f"  %turned.empty = tensor.empty() : {filters}\n"
        f"  %turned = linalg.transpose ins(%w : {filters}) outs(%turned.empty :"
        f" {filters}) permutation = [0, 1, 3, 2]\n"
    )
    inputs = [("turned", filters, "i, j, f, c"), ("x", image, "n, h, w, f")]
    body += filled("zeros", padded)
    body += gradient("image", inputs, ("sums", "n, h + i, w + j, c"), padded)
    body += (
        f"  %result = tensor.extract_slice %sums[0, 1, 1, 0] [1, {size}, {size},"
        f" {channels}] [1, 1, 1, 1] : {padded} to {image}\n"
    )
    return float_function(f"%x: {image}, %w: {filters}", body, image)


def gradient_filter(work):
    """The gradient of the filter; `%x` is the image and the gradient of the result."""
    size, channels = work["size"], work["channels"]
    image, padded, pad = padded_image(size, channels)
    filters = tensor([3, 3, channels, channels])
    inputs = [("padded", padded, "n, h + i, w + j, c"), ("x", image, "n, h, w, f")]
    body = pad + filled("zeros", filters)
    body += gradient("filter", inputs, ("result", "i, j, c, f"), filters)
    return float_function(f"%x: {image}", body, filters)


class GraphWriter:
    """The text of a graph as a function, and the constants that it takes after the
    image, as values and shapes."""

    def __init__(self, graph, layout):
        self.graph, self.nchw = graph, layout == "NCHW"
        self.lines, self.constants = [], []
        self.suffix = "nchw" if self.nchw else "nhwc"

    # Text

    def emit(self, text):
        name = f"%v{len(self.lines)}"
        self.lines.append(f"  {name} = {text}")
        return name

    def sizes(self, shape):
        height, width, channels = shape
        return [1, channels, height, width] if self.nchw else [1, *shape]

    def constant(self, values, shape):
        self.constants.append((values, shape))
        return f"%c{len(self.constants) - 1}"

    def filled(self, sizes, value):
        kind = tensor(sizes)
        empty = self.emit(f"tensor.empty() : {kind}")
        return self.emit(
            f"linalg.fill ins({value} : f32) outs({empty} : {kind}) -> {kind}"
        )

    def padded(self, x, shape, amount, value):
        height, width, channels = shape
        if amount == 0:
            return x, shape
        after = (height + 2 * amount, width + 2 * amount, channels)
        amounts = [0, 0, amount, amount] if self.nchw else [0, amount, amount, 0]
        y = self.emit(
            f"tensor.pad {x} low{amounts} high{amounts} {{\n"
            "  ^bb0(%i: index, %j: index, %k: index, %l: index):\n"
            f"    tensor.yield {value} : f32\n"
            f"  }} : {tensor(self.sizes(shape))} to {tensor(self.sizes(after))}"
        )
        return y, after

    def structured(self, name, op, inputs, out_shape, init):
        """A linalg op with windows."""
        kind = tensor(self.sizes(out_shape))
        names = ", ".join(name for name, _ in inputs)
        kinds = ", ".join(tensor(sizes) for _, sizes in inputs)
        out = self.filled(self.sizes(out_shape), init)
        return self.emit(
            f"linalg.{name} {{strides = dense<{op['stride']}> : vector<2xi64>}}"
            f" ins({names} : {kinds}) outs({out} : {kind}) -> {kind}"
        )

    def map(self, shape, inputs, body):
        """An elementwise op on images and on constants of channels."""
        sizes, channels = self.sizes(shape), [shape[2]]
        image = tensor(sizes)
        maps = ["#image" if image_like else "#channel" for _, image_like in inputs]
        kinds = [image if image_like else tensor(channels) for _, image_like in inputs]
        names = ", ".join(name for name, _ in inputs)
        scalars = ", ".join(f"%x{i}: f32" for i in range(len(inputs)))
        empty = self.emit(f"tensor.empty() : {image}")
        return self.emit(
            f"linalg.generic {{indexing_maps = [{', '.join([*maps, '#image'])}],"
            ' iterator_types = ["parallel", "parallel", "parallel", "parallel"]}'
            f" ins({names} : {', '.join(kinds)}) outs({empty} : {image}) {{\n"
            f"  ^bb0({scalars}, %out: f32):\n{body}  }} -> {image}"
        )

    def signs(self, x, shape):
        return self.emit(f"quant_bnn.sign {x} : {tensor(self.sizes(shape))}")

    # Ops, which take the op, its input, and the shapes before and after

    def conv(self, op, x, before, after):
        size, channels, outputs = op["size"], before[2], after[2]
        values, _ = self.graph.arrays[op["weights"]]
        if self.nchw:
            name = "conv_2d_nchw_fchw"
            values = arrays.channels_first(values, outputs, channels)
            sizes = [outputs, channels, size, size]
        else:
            name = "conv_2d_nhwc_hwcf"
            values = arrays.first_axis_last(values, outputs)
            sizes = [size, size, channels, outputs]
        if op["binary"]:
            x = self.signs(x, before)
        around = "%one" if op["pad_value"] else "%zero"
        x, before = self.padded(x, before, op["padding"], around)
        inputs = [(x, self.sizes(before)), (self.constant(values, sizes), sizes)]
        return self.structured(name, op, inputs, after, "%zero")

    def depthwise(self, op, x, before, after):
        size, channels = op["size"], before[2]
        values, _ = self.graph.arrays[op["weights"]]
        sizes = [size, size, channels]
        if self.nchw:
            values = arrays.channels_first(values, 1, channels)
            sizes = [channels, size, size]
        x, before = self.padded(x, before, op["padding"], "%zero")
        inputs = [(x, self.sizes(before)), (self.constant(values, sizes), sizes)]
        name = "depthwise_conv_2d_" + ("nchw_chw" if self.nchw else "nhwc_hwc")
        return self.structured(name, op, inputs, after, "%zero")

    def affine(self, op, x, before, after):
        channels = [after[2]]
        inputs = [(x, True)]
        for name in ("scale", "shift"):
            values, _ = self.graph.arrays[op[name]]
            inputs.append((self.constant(values, channels), False))
        body = (
            "    %scaled = arith.mulf %x0, %x1 : f32\n"
            "    %shifted = arith.addf %scaled, %x2 : f32\n"
        )
        if op["other"] is None:
            return self.map(after, inputs, body + "    linalg.yield %shifted : f32\n")
        inputs.append((self.values[op["other"]], True))
        body += "    %sum = arith.addf %shifted, %x3 : f32\n"
        return self.map(after, inputs, body + "    linalg.yield %sum : f32\n")

    def relu(self, op, x, before, after):
        body = "    %y = arith.maximumf %x0, %zero : f32\n    linalg.yield %y : f32\n"
        return self.map(after, [(x, True)], body)

    def tanh(self, op, x, before, after):
        return self.emit(f"math.tanh {x} : {tensor(self.sizes(after))}")

    def pool(self, kind, op, x, before, after, init):
        window = [op["size"], op["size"]]
        x, before = self.padded(x, before, op["padding"], init)
        inputs = [(x, self.sizes(before))]
        inputs.append((self.emit(f"tensor.empty() : {tensor(window)}"), window))
        return self.structured(f"pooling_{self.suffix}_{kind}", op, inputs, after, init)

    def max_pool(self, op, x, before, after):
        return self.pool("max", op, x, before, after, "%lowest")

    def mean_pool(self, op, x, before, after):
        y = self.pool("sum", op, x, before, after, "%zero")
        part = self.emit(f"arith.constant {1 / op['size'] ** 2!r} : f32")
        body = f"    %y = arith.mulf %x0, {part} : f32\n    linalg.yield %y : f32\n"
        return self.map(after, [(y, True)], body)

    def dense(self, op, x, before, after):
        depth, outputs = before[0] * before[1] * before[2], after[2]
        values, _ = self.graph.arrays[op["weights"]]
        if op["binary"]:
            x = self.signs(x, before)
        if self.nchw:
            values = arrays.channels_first(values, outputs, before[2])
        w = self.constant(arrays.first_axis_last(values, outputs), [depth, outputs])
        row, kind = tensor([1, depth]), tensor([1, outputs])
        flat = self.emit(
            f"tensor.collapse_shape {x} [[0], [1, 2, 3]]"
            f" : {tensor(self.sizes(before))} into {row}"
        )
        zeros = self.filled([1, outputs], "%zero")
        y = self.emit(
            f"linalg.matmul ins({flat}, {w} : {row}, {tensor([depth, outputs])})"
            f" outs({zeros} : {kind}) -> {kind}"
        )
        sizes = self.sizes(after)
        return self.emit(
            f"tensor.expand_shape {y} [[0], [1, 2, 3]] output_shape {sizes}"
            f" : {kind} into {tensor(sizes)}"
        )

    def write(self):
        self.values = ["%image"]
        for op in self.graph.ops:
            shapes = self.graph.shapes[op["x"]], self.graph.shapes[len(self.values)]
            build = getattr(self, op["op"])
            self.values.append(build(op, self.values[op["x"]], *shapes))
        image, result = (
            tensor(self.sizes(self.graph.shapes[i])) for i in (0, len(self.graph.ops))
        )
        arguments = [f"%image: {image}"]
        arguments += [
            f"%c{i}: {tensor(sizes)}" for i, (_, sizes) in enumerate(self.constants)
        ]
        channel = "c, h, w" if self.nchw else "h, w, c"
        return (
            f"#image = affine_map<(n, {channel}) -> (n, {channel})>\n"
            f"#channel = affine_map<(n, {channel}) -> (c)>\n"
            f"func.func @run({', '.join(arguments)}) -> {result} {{\n"
            "  %zero = arith.constant 0.0 : f32\n"
            "  %one = arith.constant 1.0 : f32\n"
            "  %lowest = arith.constant 0xFF800000 : f32\n"
            + "\n".join(self.lines)
            + f"\n  return {self.values[-1]} : {result}\n}}\n"
        )
