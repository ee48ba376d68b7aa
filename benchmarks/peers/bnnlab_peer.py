"""bnn-lab: its packed product of bits."""

import importlib.util
import sys
import types

from worker import Case

INSTALL = "pip install --no-deps bnn-lab==1.0.0 && pip install numpy"


def load_kernels():
    """The module of kernels, without what needs PyTorch."""
    if "bnn" not in sys.modules:
        spec = importlib.util.find_spec("bnn")
        if spec is None:
            raise ImportError("no module named 'bnn'")
        package = types.ModuleType("bnn")
        package.__path__ = list(spec.submodule_search_locations)
        sys.modules["bnn"] = package
    from bnn.kernels import packed

    return packed


def versions(settings):
    from importlib.metadata import version

    kernels = load_kernels()
    if not kernels.native_kernel_available():
        raise ImportError("bnn-lab has no compiled kernel here")
    return {"bnn-lab": f"{version('bnn-lab')}, kernel {kernels.kernel_name()}"}


def prepare(work, directory, settings):
    import numpy

    if not work["kind"].startswith("matmul"):
        return {}
    kernels, depth = load_kernels(), work["depth"]
    kernels.set_num_threads(1)
    x = numpy.load(directory / "image.npy").reshape(work["rows"], depth)
    a, b = (numpy.load(directory / f"{name}.npy").view(numpy.uint64) for name in "ab")
    state = {}

    def kernel():
        state["y"] = kernels.binary_gemm_native_prepacked(a, b, depth)

    def call():
        bits, _ = kernels.pack_binary_pm1(x)
        state["y"] = kernels.binary_gemm_native_prepacked(bits, b, depth)

    case = Case(lambda: bytes(state["y"]), call=call, kernel=kernel)
    if work["rows"] == 4096:
        case.functions["call"] = None
    return {"": case}
