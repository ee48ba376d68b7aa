"""Calls a function of the library that is the argument by tvm-ffi."""

import sys

import numpy
import tvm_ffi

library = tvm_ffi.load_module(sys.argv[1])
x = numpy.array([[-2, 0.5, 1], [-0.25, 0, 2]], numpy.float32)
q, scale = numpy.empty_like(x), numpy.empty((), numpy.float32)
results = tvm_ffi.from_dlpack(q), tvm_ffi.from_dlpack(scale)
library.net_quantize(tvm_ffi.from_dlpack(x), *results)
assert q.tolist() == [[-127, 32, 64], [-16, 0, 127]] and scale == 63.5, (q, scale)
try:
    library.net_quantize(tvm_ffi.from_dlpack(x.astype(numpy.float64)), *results)
except TypeError as error:
    assert "expected float32 [?, ?]" in str(error) and "got float64 [2, 3]" in str(error)
else:
    raise AssertionError("an argument of the wrong type was accepted")
