"""OpenBLAS: the product of f32."""

import array
import ctypes
import ctypes.util

from arrays import read_npy
from worker import Case

INSTALL = "apt-get install libopenblas-dev"
FORMS = ["packed", "floats", "arrays"]
ROW_MAJOR, NO_TRANS, TRANS = 101, 111, 112


def load():
    name = ctypes.util.find_library("openblas")
    if name is None:
        raise ImportError("no library openblas")
    return ctypes.CDLL(name)


def versions(settings):
    library = load()
    library.openblas_get_config.restype = ctypes.c_char_p
    library.openblas_set_num_threads(1)
    name, *rest = library.openblas_get_config().decode().split()
    return {name: " ".join(rest)}


def prepare(work, directory, settings):
    if work["kind"] not in ("matmul", "matmul_f32", "matmul_weights"):
        return {}
    rows, columns, depth = work["rows"], work["columns"], work["depth"]
    a = read_npy(directory / "image.npy")
    b = read_npy(directory / "array1.npy")
    c = array.array("f", bytes(4 * rows * columns))
    pointers = [(ctypes.c_float * len(x)).from_buffer(x) for x in (a, b, c)]
    sizes = [ctypes.c_int(size) for size in (rows, columns, depth)]
    one, zero = ctypes.c_float(1.0), ctypes.c_float(0.0)
    sgemm = load().cblas_sgemm

    def kernel():
        a, b, c = pointers
        k, n = sizes[2], sizes[1]
        sgemm(ROW_MAJOR, NO_TRANS, TRANS, *sizes, one, a, k, b, k, zero, c, n)

    return {"f32": Case(lambda: c, kernel=kernel)}
