"""Calls a function of a library from Python."""

import sys

import numpy
import quant_bnn

library = quant_bnn.load(sys.argv[1])
numpy.testing.assert_array_equal(
    library.net_twice(numpy.array([1.5, -2], numpy.float32)), [3, -4]
)
