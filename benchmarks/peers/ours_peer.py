"""This project: works compiled ahead of time, as docs/Architecture.md describes, and
called through their C functions."""

import array
import ctypes
import math
import pathlib
import subprocess

import mlir
from arrays import (
    first_axis_last,
    last_axis_first,
    pack,
    read_npy,
    rows_as_integers,
    unpack,
    write_npy,
)
from worker import Case
from works import LoadedGraph

FORMS = ["packed", "floats", "arrays"]
INSTALL = "ninja bnn-opt bnn-bind bnn-translate quant_bnn_runtime, and clang of LLVM 22"
PIPELINE = "host results=out-params workspace=thread"
FLAGS = ["-O3", "-march=native"]
HERE = pathlib.Path(__file__).resolve().parent


def output_of(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def versions(settings):
    compiler = output_of(settings["clang"], "--version").splitlines()[0]
    bnn_opt = pathlib.Path(settings["build"]) / "bin" / "bnn-opt"
    version = output_of(bnn_opt, "--version").split()[-1]
    return {
        "quant-bnn": version + find_commit(),
        "pipeline": PIPELINE,
        "compiler": f"{compiler}, {' '.join(FLAGS)}",
    }


def find_commit():
    """Which commit of the sources this is, if git knows."""
    describe = ["git", "-C", HERE, "describe", "--always", "--dirty"]
    try:
        done = subprocess.run(describe, capture_output=True, text=True)
    except OSError:
        return ""
    return f", commit {done.stdout.strip()}" if done.returncode == 0 else ""


# ----------------------------------------------------------------------------
# Compilation
# ----------------------------------------------------------------------------


BINARIZE = ["--quant-bnn-channels-last", "--quant-bnn-binary-inference-pipeline"]


def compile_module(text, constants, directory, settings, passes):
    """@run of a module as a function of C, after `passes`, with `constants` as its
    arguments from the second on."""
    build = pathlib.Path(settings["build"])
    source = directory / "source.mlir"
    source.write_text(text)
    steps = [build / "bin" / "bnn-opt", *passes]
    if constants:
        bindings = []
        for number, (values, shape) in enumerate(constants, 1):
            path = directory / f"constant{number}.npy"
            write_npy(path, values, shape)
            bindings.append(f"--arg={number}:{path}")
        bound = directory / "bound.mlirbc"
        bind = [build / "bin" / "bnn-bind", source, "--entry=run", "--emit-bytecode"]
        subprocess.run([*bind, *bindings, "-o", bound], check=True)
        source = bound
    lowered, ll, library = (
        directory / name for name in ("lowered.mlir", "code.ll", "code.so")
    )
    steps += [source, f"--quant-bnn-lower-to-llvm-pipeline={PIPELINE}", "-o", lowered]
    subprocess.run(steps, check=True)
    translate = [build / "bin" / "bnn-translate", "--mlir-to-llvmir"]
    subprocess.run([*translate, lowered, "-o", ll], check=True)
    runtime = build / "lib" / "libquant_bnn_runtime.a"
    link = [settings["clang"], *FLAGS, "-fPIC", "-shared", "-Wno-override-module"]
    link += ["-x", "ir", ll, "-x", "none", runtime, "-lm", "-o", library]
    subprocess.run(link, check=True)
    return ctypes.CDLL(str(library))._mlir_ciface_run


class Buffer:
    """Memory at a multiple of 64, and MLIR's descriptor of it."""

    def __init__(self, shape, values=None, type="f"):
        empty = array.array(type, [0])
        self.size, self.type = math.prod(shape) * empty.itemsize, type
        self.memory = ctypes.create_string_buffer(self.size + 64)
        self.address = -(-ctypes.addressof(self.memory) // 64) * 64
        if values is not None:
            ctypes.memmove(self.address, values.tobytes(), self.size)
        strides = [math.prod(shape[i + 1 :]) for i in range(len(shape))]
        self.descriptor = (ctypes.c_int64 * (3 + 2 * len(shape)))(
            self.address, self.address, 0, *shape, *strides
        )

    def values(self):
        result = array.array(self.type)
        result.frombytes(ctypes.string_at(self.address, self.size))
        return result


class Call:
    """A function with its arguments, whose memory it keeps."""

    def __init__(self, function, buffers):
        self.function, self.buffers = function, buffers
        self.pointers = [ctypes.byref(buffer.descriptor) for buffer in buffers]

    def __call__(self):
        self.function(*self.pointers)


# ----------------------------------------------------------------------------
# Works
# ----------------------------------------------------------------------------


def prepare(work, directory, settings):
    if work["form"] == "floats":
        return {"": prepare_graph(work, directory, settings)}
    if work["form"] == "arrays":
        return {"": prepare_arrays(work, directory, settings)}
    kind, constants = work["kind"], []
    a, b = (read_npy(directory / f"{name}.npy") for name in "ab")
    if kind == "matmul":
        words = work["depth"] // 64
        a_shape, b_shape = [work["rows"], words], [work["columns"], words]
        text = mlir.matmul(work)
        result = Buffer([work["rows"], work["columns"]], None, "i")
    else:
        size, channels = work["size"], work["channels"]
        a_shape = [1, size, size, channels // 64]
        constants = [(unpack(b), [channels, 3, 3, channels])]
        text = mlir.conv(work, kind == "conv_bits")
        if kind == "conv_bits":
            result = Buffer(a_shape, None, "q")
        else:
            result = Buffer([1, size, size, channels], None, "i")
    buffers = [Buffer(a_shape, a, "q")]
    if kind == "matmul":
        buffers.append(Buffer(b_shape, b, "q"))
    thresholds = None
    if kind == "conv_bits":
        thresholds = read_npy(directory / "thresholds.npy")
        buffers.append(Buffer([channels], thresholds, "i"))
    passes = BINARIZE if constants else []
    function = compile_module(text, constants, directory, settings, passes)
    run = Call(function, [*buffers, result])

    def checked():
        values = result.values()
        check_result(work, a, b, values, thresholds)
        return None if kind == "conv_bits" else array.array("f", values)

    return {"": Case(checked, kernel=run)}


def prepare_arrays(work, directory, settings):
    """A product, a convolution or one of its gradients, of f32. The other operand, which
    may be bits, lies as the kernel wants it: with the outputs last. The filter of a
    convolution is a constant, as for the other libraries."""
    a, b = (read_npy(directory / f"{name}.npy") for name in "ab")
    x, w = (read_npy(directory / f"{name}.npy") for name in ("image", "array1"))
    kind, passes, constants = work["kind"], [], []
    if kind.startswith("matmul"):
        rows, columns, depth = work["rows"], work["columns"], work["depth"]
        text, shapes = mlir.float_matmul(work), [[rows, depth], [depth, columns]]
        out = [rows, columns]
        w = first_axis_last(w, columns)
        if kind == "matmul_weights":
            text, shapes[1] = mlir.weights_matmul(work), [depth, columns // 64]
            passes = ["--quant-bnn-binary-inference-pipeline=mode=relaxed"]
            w = pack(w)
    else:
        size, channels = work["size"], work["channels"]
        image, filters = [1, size, size, channels], [3, 3, channels, channels]
        w = first_axis_last(w, channels)
        writers = {
            "conv_f32": (mlir.float_conv, [image, filters], image),
            "gradient_image": (mlir.gradient_image, [image, filters], image),
            "gradient_filter": (mlir.gradient_filter, [image], filters),
        }
        write, shapes, out = writers[kind]
        text = write(work)
    operands = list(zip(shapes, (x, w)))
    if kind == "conv_f32":
        constants = [(values, shape) for shape, values in [operands.pop()]]
    buffers = [Buffer(shape, values, values.typecode) for shape, values in operands]
    result = Buffer(out)
    function = compile_module(text, constants, directory, settings, passes)
    run = Call(function, [*buffers, result])

    def checked():
        values = result.values()
        if kind == "gradient_image":
            check_gradient_image(work, x, w, values)
        elif kind == "gradient_filter":
            check_gradient_filter(work, x, values)
        else:
            check_result(work, a, b, values)
        return values

    return Case(checked, kernel=run)


def prepare_graph(work, directory, settings):
    graph = LoadedGraph(work, directory)
    writer = mlir.GraphWriter(graph, work["layout"])
    text = writer.write()
    function = compile_module(text, writer.constants, directory, settings, BINARIZE)
    values, _ = graph.arrays["image"]
    if writer.nchw:
        values = last_axis_first(values, graph.shapes[0][2])
    image = Buffer(writer.sizes(graph.shapes[0]), values)
    result = Buffer(writer.sizes(graph.shapes[-1]))

    def checked():
        values = result.values()
        if writer.nchw:
            values = first_axis_last(values, graph.shapes[-1][2])
        if work["kind"] != "network":
            a, b = (read_npy(directory / f"{name}.npy") for name in "ab")
            check_result(work, a, b, values)
        return values

    return Case(checked, call=Call(function, [image, result]))


# ----------------------------------------------------------------------------
# Results against integers of Python
# ----------------------------------------------------------------------------


def check_result(work, a, b, values, thresholds=None):
    if work["kind"].startswith("matmul"):
        check_matmul(work, a, b, values)
    else:
        check_conv(work, a, b, values, thresholds)


def require(equal, what):
    if not equal:
        raise ValueError(f"a sum of {what} is wrong")


def check_matmul(work, a, b, values):
    """Compares some rows, with all columns."""
    columns, depth = work["columns"], work["depth"]
    b_rows = rows_as_integers(b, depth // 64)
    a_rows = rows_as_integers(a, depth // 64)
    for row in range(0, work["rows"], max(1, work["rows"] // 16)):
        sums = [depth - 2 * (a_rows[row] ^ bits).bit_count() for bits in b_rows]
        begin = row * columns
        require(list(values[begin : begin + columns]) == sums, f"row {row}")


def check_gradient_image(work, y, w, values):
    """Compares a few elements: `y` is the gradient of the result."""
    size, channels = work["size"], work["channels"]
    for row in {0, size // 2, size - 1}:
        for c in (0, channels - 1):
            taps = [(i, j) for i in range(3) for j in range(3)]
            found = 0
            for i, j in taps:
                if 0 <= row + 1 - i < size and 0 <= row + 1 - j < size:
                    pixel = (row + 1 - i) * size + row + 1 - j
                    found += sum(
                        y[pixel * channels + f]
                        * w[((3 * i + j) * channels + c) * channels + f]
                        for f in range(channels)
                    )
            at = (row * size + row) * channels + c
            require(values[at] == found, f"pixel {row}, {row}")


def check_gradient_filter(work, x, values):
    """Compares a few elements: `x` is the image and the gradient of the result."""
    size, channels = work["size"], work["channels"]
    for i, j, c, f in [(0, 0, 0, 0), (1, 1, 3, 5), (2, 1, channels - 1, 7)]:
        found = sum(
            x[((h + i - 1) * size + k + j - 1) * channels + c]
            * x[(h * size + k) * channels + f]
            for h in range(size)
            for k in range(size)
            if 0 <= h + i - 1 < size and 0 <= k + j - 1 < size
        )
        at = ((3 * i + j) * channels + c) * channels + f
        require(values[at] == found, f"tap {i}, {j}")


def check_conv(work, a, b, values, thresholds):
    """Compares every seventh row of pixels, and the first and the last."""
    size, channels, words = work["size"], work["channels"], work["channels"] // 64
    pixels, filters = rows_as_integers(a, words), rows_as_integers(b, words)
    bits = values if thresholds is None else rows_as_integers(values, words)
    for y in {*range(0, size, 7), size - 1}:
        for x in range(size):
            taps = [
                (3 * i + j, pixels[(y + i - 1) * size + x + j - 1])
                for i in range(3)
                for j in range(3)
                if 0 <= y + i - 1 < size and 0 <= x + j - 1 < size
            ]
            sums = [
                channels * len(taps)
                - 2 * sum((bits ^ filters[9 * o + t]).bit_count() for t, bits in taps)
                for o in range(channels)
            ]
            pixel = y * size + x
            if thresholds is None:
                found = list(bits[pixel * channels : (pixel + 1) * channels])
                require(found == sums, f"pixel {y}, {x}")
            else:
                packed = sum(
                    (s < t) << o for o, (s, t) in enumerate(zip(sums, thresholds))
                )
                require(bits[pixel] == packed, f"pixel {y}, {x}")
