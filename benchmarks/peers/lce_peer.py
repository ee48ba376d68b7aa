"""The interpreter of Larq Compute Engine, without TensorFlow."""

import importlib.util
import pathlib

from lce_model import Writer
from worker import Case
from works import LoadedGraph

INSTALL = 'pip install larq-compute-engine==0.16.0 "numpy<2"'


def load(name, *parts):
    """A module of the package, whose __init__ wants TensorFlow."""
    spec = importlib.util.find_spec("larq_compute_engine")
    if spec is None:
        raise ImportError("no module named 'larq_compute_engine'")
    path = pathlib.Path(spec.submodule_search_locations[0]).joinpath(*parts)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def load_interpreter():
    name = "interpreter_wrapper_lite"
    return load(name, "tflite", "python", f"{name}.so").LiteInterpreter


def versions(settings):
    from importlib.metadata import version

    import numpy

    if int(numpy.__version__.split(".")[0]) >= 2:
        raise ImportError(f"NumPy is {numpy.__version__}, not below 2")
    load_interpreter()
    return {"LCE": version("larq-compute-engine")}


def can_do(work):
    """NHWC is the only layout. A product of 4096 rows takes seconds. With a stride of
    2, as in Bi-Real Net, TensorFlow pads another side."""
    if work["kind"] == "network":
        return work["layout"] == "NHWC" and work["network"] != "Bi-Real-18"
    return work["kind"] in ("matmul_graph", "conv_graph") and work["layout"] == "NHWC"


def prepare(work, directory, settings):
    import numpy

    if not can_do(work):
        return {}
    graph = LoadedGraph(work, directory, numpy.load)
    image = numpy.ascontiguousarray(graph.arrays["image"][0])
    schema = load("tflite_schema", "mlir", "python", "tflite_schema.py")
    # The indirect kernel can pad with ones only.
    with_zeros = any(
        op.get("binary") and op.get("padding") and not op["pad_value"]
        for op in graph.ops
    )
    model = Writer(graph, schema).write()
    cases = {"default kernel": make_case(model, image, False, False)}
    if with_zeros:
        model = Writer(graph, schema, pad_value=1).write()
    cases["indirect kernel"] = make_case(model, image, True, with_zeros)
    return cases


def make_case(model, image, indirect, with_ones):
    """`with_ones`: the padding is that of another work."""
    interpreter = load_interpreter()(model, 1, False, indirect, False)
    state = {}

    def call():
        state["y"] = interpreter.predict([image])

    note = "padded with ones" if with_ones else ""
    return Case(lambda: bytes(state["y"][0]), call=call, note=note, interior=with_ones)
