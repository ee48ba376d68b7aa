"""Makes packages of peers look as if they were not installed."""

import sys

for name in ("bnn", "larq_compute_engine", "numpy", "onnx", "onnxruntime", "openvino"):
    sys.modules[name] = None
sys.modules["torch"] = None
