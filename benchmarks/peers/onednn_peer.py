"""oneDNN: convolutions of f32, of signs that are there already."""

import array
import ctypes
import pathlib
import subprocess
import tempfile

from arrays import first_axis_last, last_axis_first, read_npy
from worker import Case

INSTALL = "apt-get install libdnnl-dev"
FORMS = ["packed", "floats", "arrays"]
SOURCE = pathlib.Path(__file__).with_suffix(".cpp")
library = None


def versions(settings):
    global library
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "onednn_peer.so"
        compile = [settings["clang"], "-O2", "-std=c++17", "-shared", "-fPIC", SOURCE]
        compile += ["-ldnnl", "-lstdc++", "-o", path]
        done = subprocess.run(compile, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0:
            errors = (line for line in done.stderr.splitlines() if "error: " in line)
            raise ImportError(next(errors, "its headers or its library are missing"))
        library = ctypes.CDLL(str(path))
    library.describe_version.restype = ctypes.c_char_p
    library.describe_conv.restype = ctypes.c_char_p
    library.open_conv.restype = ctypes.c_void_p
    return {"oneDNN": library.describe_version().decode()}


class Conv:
    def __init__(self, work, directory, nchw, blocked):
        size, self.channels, self.nchw = work["size"], work["channels"], nchw
        image = read_npy(directory / "image.npy")
        if nchw:
            image = last_axis_first(image, self.channels)
        weights = read_npy(directory / "array1.npy")
        self.result = array.array("f", bytes(4 * len(image)))
        self.arrays = image, weights, self.result
        pointers = [(ctypes.c_float * len(x)).from_buffer(x) for x in self.arrays]
        sizes = ctypes.c_int64(size), ctypes.c_int64(self.channels)
        self.conv = ctypes.c_void_p(library.open_conv(*sizes, nchw, blocked, *pointers))
        self.implementation = library.describe_conv(self.conv).decode()

    def __del__(self):
        library.close_conv(self.conv)

    def call(self):
        library.call_conv(self.conv)

    def convolve(self):
        library.convolve(self.conv)

    def values(self):
        return first_axis_last(self.result, self.channels) if self.nchw else self.result


def prepare(work, directory, settings):
    if not work["kind"].startswith("conv"):
        return {}
    nchw = work["layout"] == "NCHW"
    return {
        "f32, blocked": make_case(Conv(work, directory, nchw, True), work),
        "f32, layout chosen": make_case(Conv(work, directory, nchw, False), work),
    }


def make_case(conv, work):
    result = (lambda: None) if work["kind"] == "conv_bits" else conv.values
    note = conv.implementation
    return Case(result, call=conv.call, kernel=conv.convolve, note=note)
